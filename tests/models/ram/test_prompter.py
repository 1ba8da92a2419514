"""The prompter "tags": words for crops, and how it comes and goes, is stopped and fails."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cozviewer.config.choice import PrompterChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_prompter
from cozviewer.models.ram import prompter as tags_prompter
from cozviewer.models.ram.prompter import TagsPrompter
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.ram.test_network import REFERENCE, image

IMAGE = image()


@pytest.fixture
def files(tiny_ram: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_ram, tmp_path / "tags"))


def made(folder: Path, *, dape: bool = True, **options: Any) -> TagsPrompter:
    choice = PrompterChoice(
        "tags",
        ram=folder / "ram_swin_large_14m.pth",
        dape=folder / "DAPE.pth" if dape else None,
    )
    return TagsPrompter(choice, ModelContext("cpu", notice=pytest.fail, **options))


@pytest.mark.parametrize(("kind", "dape"), [("ram", False), ("dape", True)])
def test_the_words_are_those_of_the_authors_code(tiny_ram: Path, kind: str, dape: bool) -> None:
    wanted = json.loads(REFERENCE.read_text(encoding="utf-8"))[kind]["words"]
    assert ", " in wanted
    assert made(tiny_ram, dape=dape).prompt(None, IMAGE, never) == wanted


def test_it_is_made_by_its_name_and_adds_the_users_words(tiny_ram: Path) -> None:
    context = ModelContext("cpu", cache_dir=tiny_ram.parent, notice=pytest.fail)
    choice = PrompterChoice("tags", " ginger cat ")
    prompter = make_prompter(choice, context)
    assert prompter.name == "RAM"
    assert prompter.prompt(None, IMAGE, never).endswith(", ginger cat,")
    assert prompter.identity["words"] == "ginger cat"


def test_its_identity_tells_every_file(files: Path) -> None:
    before = dict(made(files).identity)
    assert before["name"] == "tags"
    assert made(files, dape=False).identity == {**before, "dape": ""}
    path = files / "ram_tag_list_threshold.txt"
    path.write_text(path.read_text().replace("0.2\n", "0.9\n"))
    after = dict(made(files).identity)
    assert {name for name in before if before[name] != after[name]} == {"thresholds"}


def test_nothing_recognised_is_no_prompt(files: Path) -> None:
    (files / "ram_tag_list_threshold.txt").write_text("1\n" * 24)
    assert made(files).prompt(None, IMAGE, never) == ""


def test_a_list_for_another_network_is_refused(files: Path) -> None:
    (files / "ram_tag_list.txt").write_text("a\nb\n")
    (files / "ram_tag_list_threshold.txt").write_text("0.5\n0.5\n")
    with pytest.raises(BadInput, match=r"has 2 tags and the file .* has 24: choose the list"):
        made(files).prompt(None, IMAGE, never)


def test_a_file_that_changes_after_it_was_chosen_is_refused(files: Path) -> None:
    prompter = made(files)
    assert prompter.identity["name"] == "tags"
    path = files / "ram_tag_list.txt"
    path.write_text(path.read_text().replace("tag 1", "cat"))
    with pytest.raises(BadInput, match="changed after it was chosen"):
        prompter.prompt(None, IMAGE, never)


def test_it_can_be_stopped(tiny_ram: Path) -> None:
    prompter = made(tiny_ram)
    with pytest.raises(Cancelled):
        prompter.prompt(None, IMAGE, lambda: True)
    calls = 0

    def later() -> bool:
        nonlocal calls
        calls += 1
        return calls > 3

    with pytest.raises(Cancelled):
        prompter.prompt(None, IMAGE, later)


def test_it_makes_room_for_other_models_and_comes_back(tiny_ram: Path) -> None:
    prompter = made(tiny_ram, memory="sequential")
    words = prompter.prompt(None, IMAGE, never)
    prompter._context.memory_manager.acquire("upscaler", lambda: None)
    assert prompter._ram is None
    assert prompter.prompt(None, IMAGE, never) == words


def test_it_registers_its_memory_need(tiny_ram: Path) -> None:
    (model,) = made(tiny_ram)._context.memory_manager.plan().models
    assert (model.name, model.title) == ("prompter", "RAM")


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*args: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RuntimeError("CUDA out of memory. Tried"), "^RAM ran out of memory: close other programs"),
        (RuntimeError("device lost.\nmore"), r"^RAM failed on the CPU \(device lost\): try again"),
    ],
)
def test_a_device_that_fails_is_reported(
    tiny_ram: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr(tags_prompter, "probabilities", failing(error))
    with pytest.raises(Failure, match=sentence):
        made(tiny_ram).prompt(None, IMAGE, never)
