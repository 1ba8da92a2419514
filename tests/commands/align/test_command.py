"""`cozviewer align`: from photos to an adapter with its card, and comparisons of two."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.config.choice import PrompterChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_prompter
from cozviewer.util.cancel import never
from tests.commands.conftest import Ran, Run
from tests.models.align.conftest import SCORES, save_quick_qwen
from tests.models.tiny_qwen import noise

Align = Callable[..., Ran]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of a tiny model and a tiny critic; not to be written to."""
    folder = tmp_path_factory.mktemp("tiny")
    return {
        "qwen": save_quick_qwen(folder / "quick"),
        "critic": save_quick_qwen(folder / "scoring", SCORES),
    }


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three photos and a file that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def align(run: Run, photos: Path, models: dict[str, Path]) -> Align:
    """Return what runs the command on the photos with tiny models."""

    def align(*words: object) -> Ran:
        return run(
            *("align", photos, "--engine", "bicubic", "--samples", 6, "--levels", 2),
            *("--held-out", 0.3, "--qwen", models["qwen"], "--critic", models["critic"]),
            *("--max-tokens", 6, "--group", 4, "--learning-rate", 0.02, "--device", "cpu"),
            *words,
        )

    return align


def test_an_adapter_is_trained_resumed_and_compared(
    align: Align, tmp_path: Path, models: dict[str, Path]
) -> None:
    adapter = tmp_path / "adapter"

    ran = align("-o", adapter, "--steps", 2, "--json")

    assert ran.code == 0, ran.err
    assert ran.report["steps"] == 2
    assert set(ran.report["last"]) == {"reward", "critic", "exclusion", "repetition"}
    assert "Memory plan for the CPU" in ran.err
    assert not [line for line in ran.err.splitlines() if "Traceback" in line or "{" in line]
    training = adapter / "training"
    assert {path.name for path in training.iterdir()} >= {
        *("checkpoint-2", "log.jsonl", "settings.json", "sheet.png", "words.jsonl"),
    }
    card = (adapter / "README.md").read_text("utf-8")
    assert "6 crops of 3 photos, 1 of which were held out" in card
    assert "Critic: scoring" in card
    assert str(tmp_path) not in card + (adapter / "adapter_config.json").read_text()

    more = align("-o", adapter, "--steps", 3)

    assert more.code == 0, more.err
    assert "Samples" not in more.err  # they were kept
    log = (training / "log.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["step"] for line in log] == [1, 2, 3]
    prompts = [
        make_prompter(
            PrompterChoice("qwen", qwen=str(models["qwen"]), adapter=each, max_tokens=6),
            ModelContext("cpu"),
        ).prompt(noise(0), noise(1), never)
        for each in (None, adapter)
    ]
    assert prompts[0] != prompts[1]

    report = tmp_path / "report.json"
    compared = align("--evaluate", "base", adapter, "-o", report)

    assert compared.code == 0, compared.err
    assert compared.out.splitlines()[0].split()[1:6:2] == ["reward", "base", "adapter"]
    found = json.loads(report.read_text("utf-8"))
    assert [each["name"] for each in found["rewards"]] == [
        *("total", "critic", "exclusion", "repetition"),
    ]
    assert len(found["answers"]) == 2  # the levels of the one held-out photo
    assert all(each["first"]["text"] != each["second"]["text"] for each in found["answers"])

    other = align("-o", adapter, "--steps", 3, "--beta", 0.5)
    assert other.code == 2
    assert other.sentence.endswith("or use --overwrite to begin anew.")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "Name the folder of the adapter with -o."),
        (["-o", "out", "--group", "1"], "at least 2 answers"),
        (["-o", "out", "--steps", "0"], "whole number from 1"),
        (["-o", "out", "--beta", "x"], "from 0 to 1000"),
        (["-o", "out", "--photos", "0"], "'0' must be a whole number from 1"),
        (["-o", "out", "--pictures", "0"], "'0' must be a whole number from 1"),
        (["-o", "out", "--learning-rate", "0"], "greater than 0"),
        (["-o", "out", "--critic", "OpenGVLab/InternVL2_5-8B"], "comes with code of its own"),
        (["-o", "out", "--critic", "nobody/nothing"], "is not on this computer"),
        (["-o", "out", "--critic-server", "localhost:1", "--critic", ""], "the name of a model"),
        (["-o", "out", "--questions", "gone.toml"], "cannot be read"),
        (["-o", "out", "--memory", "nf4"], "bitsandbytes|optional component"),
        (["-o", "out", "--qwen", "gone"], "does not exist"),
        (["--evaluate", "base", "gone"], "gone does not exist"),
        (["--evaluate", "base", "base", "-o", "report.txt"], ".md or .json"),
        (["--evaluate", "base", "base", "--held-out", "0"], "No photo is held out"),
        (
            [
                "-o",
                "out",
                "--critic",
                "none",
                "--exclusion-weight",
                "0",
                "--repetition-weight",
                "0",
            ],
            "All rewards have the weight 0",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input(
    align: Align,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = align(*words)

    assert ran.code == 2
    assert any(part in ran.sentence for part in reason.split("|")), ran.sentence
    assert not (tmp_path / "out").exists()


def test_a_folder_without_photos(run: Run, tmp_path: Path, models: dict[str, Path]) -> None:
    ran = run(
        "align", tmp_path, "-o", tmp_path / "out", "--qwen", models["qwen"], "--critic", "none"
    )

    assert ran.code == 2
    assert "has no image" in ran.sentence
