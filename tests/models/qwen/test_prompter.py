"""The prompter "qwen": words for crops, and how it comes and goes, is stopped and fails."""

import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer.config.questions import PHOTO, Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
from cozviewer.models.memory import manager
from cozviewer.models.prompt_cleanup import without_repetitions
from cozviewer.models.qwen import prompter as qwen_prompter
from cozviewer.models.qwen.answer import answer
from cozviewer.models.qwen.loading import open_vlm
from cozviewer.models.qwen.prompter import QwenPrompter
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.tiny_qwen import merged_by_peft, noise, save_adapter, save_tiny_qwen
from tests.packages import Packages

TOKENS = 16

CROP, WIDER = noise(1)[:128, :128], noise(2)


def made(
    model: Path,
    adapter: Path | None = None,
    context: ModelContext | None = None,
    questions: Questions = PHOTO,
    **options: Any,
) -> QwenPrompter:
    """Return the prompter; `options` are those of a `ModelContext`, if no `context` is given."""
    context = context or ModelContext(**{"device": "cpu", "notice": pytest.fail, **options})
    return QwenPrompter(str(model), adapter, context, questions=questions, max_tokens=TOKENS)


@pytest.fixture(scope="module")
def prompter(tiny_qwen: Path) -> QwenPrompter:
    return made(tiny_qwen)


@pytest.fixture(scope="module")
def said(tiny_qwen: Path) -> Callable[[str, list[Rgb8]], str]:
    """The tiny model's unprocessed answer to a question about images."""
    vlm = open_vlm(tiny_qwen, None, Device("cpu", "CPU"), "")
    return lambda question, images: answer(vlm, question, images, TOKENS, lambda: None)


def test_a_crop_alone_is_asked_about_with_the_first_question(
    prompter: QwenPrompter, said: Callable[[str, list[Rgb8]], str]
) -> None:
    assert prompter.prompt(None, CROP, never) == without_repetitions(said(PHOTO.one, [CROP]))


def test_a_crop_of_a_wider_view_is_asked_about_with_the_second(
    prompter: QwenPrompter, said: Callable[[str, list[Rgb8]], str]
) -> None:
    words = prompter.prompt(WIDER, CROP, never)
    assert words == without_repetitions(said(PHOTO.two, [WIDER, CROP]))
    assert words != prompter.prompt(None, CROP, never)


def test_other_questions_give_other_words(prompter: QwenPrompter, tiny_qwen: Path) -> None:
    other = made(tiny_qwen, questions=Questions("What is this tissue?", ""))
    assert other.prompt(None, CROP, never) != prompter.prompt(None, CROP, never)


def test_no_word_is_said_twice_though_the_model_repeats_itself(
    prompter: QwenPrompter, said: Callable[[str, list[Rgb8]], str]
) -> None:
    repeated = said(PHOTO.one, [CROP]).strip(", ").split(", ")
    words = prompter.prompt(None, CROP, never).split(", ")
    assert len(repeated) > len(words) == len(set(words))
    assert set(words) == set(repeated)


def test_the_same_crop_gives_the_same_words(prompter: QwenPrompter, tiny_qwen: Path) -> None:
    words = prompter.prompt(WIDER, CROP, never)
    torch.manual_seed(9)
    assert prompter.prompt(WIDER, CROP, never) == words
    assert made(tiny_qwen).prompt(WIDER, CROP, never) == words


@pytest.mark.parametrize("names", ["now", "older"])
def test_with_an_adapter_it_speaks_as_a_model_that_it_was_merged_into(
    tiny_qwen: Path, tiny_adapter: Path, tmp_path: Path, names: Any
) -> None:
    merged = Path(shutil.copytree(tiny_qwen, tmp_path / "merged"))
    for path in merged.glob("model*"):
        path.unlink()
    merged_by_peft(tiny_qwen, tiny_adapter).to(torch.bfloat16).save_pretrained(merged)
    # It writes these two anew, not as they were.
    for name in ("config.json", "generation_config.json"):
        shutil.copy(tiny_qwen / name, merged / name)
    adapter = save_adapter(tmp_path / "adapter", tiny_qwen, names=names)
    words = made(tiny_qwen, adapter).prompt(WIDER, CROP, never)
    assert words == made(merged).prompt(WIDER, CROP, never)
    assert words != made(tiny_qwen).prompt(WIDER, CROP, never)


def test_an_empty_answer_gives_no_prompt_and_one_notice(tmp_path: Path) -> None:
    reported: list[str] = []
    folder = save_tiny_qwen(tmp_path / "shy", ending="at once")
    prompter = made(folder, notice=reported.append)
    assert [prompter.prompt(None, CROP, never) for _ in range(2)] == ["", ""]
    assert reported == ["shy gave an empty answer, so detail is generated without a prompt."]


def test_it_says_where_it_computes_while_it_is_in_memory(tiny_qwen: Path) -> None:
    prompter = made(tiny_qwen)
    assert prompter.device == ""
    prompter.prompt(None, CROP, never)
    assert prompter.device == "CPU, bf16"
    prompter.free()
    assert prompter.device == ""


def test_it_is_made_without_importing_or_reading_much(tiny_qwen: Path, tiny_adapter: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from cozviewer.config.questions import PHOTO\n"
        "from cozviewer.models.qwen.prompter import QwenPrompter\n"
        "from cozviewer.models.context import ModelContext\n"
        f"prompter = QwenPrompter({str(tiny_qwen)!r}, Path({str(tiny_adapter)!r}), "
        "ModelContext(), questions=PHOTO, max_tokens=9)\n"
        "assert prompter.name == 'qwen' and len(prompter.identity['model']) == 64\n"
        "heavy = {'torch', 'transformers', 'peft', 'diffusers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_identity_has_all_that_decides_its_prompts(
    tiny_qwen: Path, tiny_adapter: Path, packages: Packages
) -> None:
    identity = made(tiny_qwen, tiny_adapter).identity
    assert dict(identity) == {
        "name": "qwen",
        "model": made(tiny_qwen).identity["model"],
        "adapter": identity["adapter"],
        "one": PHOTO.one,
        "two": PHOTO.two,
        "max_tokens": str(TOKENS),
    }
    assert made(tiny_qwen).identity["adapter"] == ""
    assert len(identity["model"]) == len(identity["adapter"]) == 64
    packages.add("bitsandbytes")
    assert made(tiny_qwen, memory="nf4").identity["quantised"] == "nf4"


@pytest.mark.parametrize("changed", ["generation_config.json", "tokenizer.json"])
def test_a_changed_file_changes_the_identity(tiny_qwen: Path, tmp_path: Path, changed: str) -> None:
    copy = Path(shutil.copytree(tiny_qwen, tmp_path / "copy"))
    same = made(copy, cache_dir=tmp_path / "cache").identity
    assert same == made(tiny_qwen).identity
    with (copy / changed).open("ab") as file:
        file.write(b" ")
    assert made(copy, cache_dir=tmp_path / "cache").identity["model"] != same["model"]


def test_what_is_missing_is_reported_at_once(tiny_qwen: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not on this computer"):
        made(Path("nobody/nothing"))
    with pytest.raises(BadInput, match=r"^The adapter folder .* does not exist"):
        made(tiny_qwen, tmp_path / "nothing")
    with pytest.raises(BadInput, match="Unknown memory mode"):
        made(tiny_qwen, memory="1bit")


def test_an_adapter_for_another_model_is_refused(tiny_qwen: Path, tmp_path: Path) -> None:
    other = save_tiny_qwen(tmp_path / "deeper", layers=3)
    prompter = made(tiny_qwen, save_adapter(tmp_path / "adapter", other))
    with pytest.raises(BadInput, match=r"^The adapter in .*adapter does not fit the model"):
        prompter.prompt(None, CROP, never)
    assert prompter.device == ""


class Stopper:
    """A `Cancelled` that returns True from a certain call on."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.calls = 0

    def __call__(self) -> bool:
        self.calls += 1
        return self.calls > self.after


def test_it_is_not_read_when_it_is_stopped_before(tiny_qwen: Path) -> None:
    prompter = made(tiny_qwen)
    with pytest.raises(Cancelled):
        prompter.prompt(None, CROP, Stopper(0))
    assert prompter.device == ""


@pytest.mark.parametrize("after", [1, 2, 20])
def test_it_can_be_stopped_after_reading_and_between_words(tiny_qwen: Path, after: int) -> None:
    prompter = made(tiny_qwen)
    words = prompter.prompt(None, CROP, whole := Stopper(10**6))
    assert after < whole.calls
    stopper = Stopper(after)
    with pytest.raises(Cancelled):
        prompter.prompt(None, CROP, stopper)
    assert stopper.calls == after + 1
    assert prompter.prompt(None, CROP, never) == words


def test_freeing_leaves_nothing_in_memory_and_it_comes_back(
    tiny_qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[weakref.ref[Any]] = []

    def noted(*args: Any) -> Any:
        vlm = open_vlm(*args)
        opened.extend(weakref.ref(part) for part in (vlm.model, vlm.processor))
        return vlm

    given_back: list[bool] = []

    def release_cached_memory() -> None:
        given_back.append(True)
        manager.release_cached_memory()

    monkeypatch.setattr(qwen_prompter, "open_vlm", noted)
    monkeypatch.setattr(qwen_prompter, "release_cached_memory", release_cached_memory)
    prompter = made(tiny_qwen)
    prompter.free()
    assert not given_back  # there was nothing
    words = prompter.prompt(None, CROP, never)
    assert all(part() is not None for part in opened)
    prompter.free()
    assert [part() for part in opened] == [None, None]
    assert given_back
    assert prompter.prompt(None, CROP, never) == words
    assert len(opened) == 4


def test_it_acquires_memory_before_it_loads_and_is_released_for_others(tiny_qwen: Path) -> None:
    left: list[str] = []
    context = ModelContext("cpu", "sequential", notice=pytest.fail)
    prompter, shared = made(tiny_qwen, context=context), context.memory_manager
    shared.acquire("upscaler", lambda: left.append("upscaler"))
    assert left == []
    prompter.prompt(None, CROP, never)
    assert left == ["upscaler"]
    shared.acquire("upscaler", lambda: None)
    assert prompter.device == ""


def test_it_registers_its_memory_need(tiny_qwen: Path) -> None:
    context = ModelContext("cpu", notice=pytest.fail)
    made(tiny_qwen, context=context)
    (model,) = context.memory_manager.plan().models
    weights = sum(parameter.numel() for parameter in _opened(tiny_qwen).parameters())
    assert (model.name, model.title) == ("prompter", "qwen")
    assert [part.weights for part in model.parts] == [2 * weights]


def _opened(folder: Path) -> Any:
    return open_vlm(folder, None, Device("cpu", "CPU"), "").model


Fail = Callable[[str, Exception], None]


@pytest.fixture
def fail_in(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Return what has a function of the prompter's module raise an error."""

    def fail_in(name: str, error: Exception) -> None:
        def fail(*_: object) -> str:
            raise error

        monkeypatch.setattr(qwen_prompter, name, fail)

    return fail_in


@pytest.mark.parametrize("error", [RuntimeError("CUDA out of memory. Tried"), MemoryError()])
def test_too_little_memory_while_it_is_asked_is_reported(
    tiny_qwen: Path, fail_in: Fail, error: Exception
) -> None:
    fail_in("answer", error)
    with pytest.raises(Failure, match=r"^qwen ran out of memory: close other programs") as caught:
        made(tiny_qwen).prompt(None, CROP, never)
    # Its traceback would keep what was computed.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("error", [RuntimeError("device lost.\nmore"), TypeError("device lost")])
def test_a_device_or_model_that_fails_is_reported(
    tiny_qwen: Path, fail_in: Fail, error: Exception
) -> None:
    fail_in("answer", error)
    with pytest.raises(Failure, match=r"^qwen failed on the CPU \(device lost\): try again"):
        made(tiny_qwen).prompt(None, CROP, never)


def test_too_little_memory_to_read_it_is_reported(tiny_qwen: Path, fail_in: Fail) -> None:
    fail_in("open_vlm", MemoryError())
    with pytest.raises(Failure, match=r"^qwen does not fit into memory"):
        made(tiny_qwen).prompt(None, CROP, never)


def test_a_device_that_is_not_there_is_reported(tiny_qwen: Path) -> None:
    with pytest.raises(BadInput, match=r"has no device 'tpu'"):
        made(tiny_qwen, device="tpu").prompt(None, CROP, never)


def test_crops_of_any_form_are_described(prompter: QwenPrompter) -> None:
    for height, width in ((1, 1), (3, 400), (100, 90)):
        crop = np.zeros((height, width, 3), np.uint8)
        assert prompter.prompt(None, crop, never)
    # A view into a larger array, as the chain may give.
    assert prompter.prompt(WIDER[:, ::2], WIDER[::3, ::-1], never)
