"""What a training leaves in its folder, and what it finds there."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.align.journal import (
    Journal,
    begin,
    discard,
    is_training,
    read_lines,
    watched_samples,
)
from cozviewer.align.progress import StepReport, WatchedPrompt
from cozviewer.align.samples import Sample
from cozviewer.util.errors import BadInput

SETTINGS = {"beta": 0.04, "questions": {"one": "What?"}}


def report(step: int) -> StepReport:
    return StepReport(step, 9, 0.5, 1.0, {"critic": None, "exclusion": 1.0}, 0.0, 8.0, 0.1, 0.0)


def sample(folder: Path, level: int = 0, *, held_out: bool = False) -> Sample:
    path = folder / f"crop-{level}.png"
    Image.fromarray(np.zeros((20, 32, 3), np.uint8)).save(path)
    return Sample(path, None, "cat.jpg", level, held_out)


def steps(folder: Path, name: str = "log.jsonl") -> list[int]:
    return [line["step"] for line in read_lines(folder / name)]


def test_steps_and_words_are_lines(tmp_path: Path) -> None:
    shown: list[int] = []
    journal = Journal(tmp_path, lambda each: shown.append(each.step))
    begin(tmp_path, SETTINGS, 0)

    journal.on_prompts([WatchedPrompt(0, sample(tmp_path), "毛发, fur")])
    journal.on_step(report(1))
    journal.on_step(report(2))
    journal.on_prompts([WatchedPrompt(2, sample(tmp_path), "fur, " * 200)])

    assert shown == steps(tmp_path) == [1, 2]
    lines = list(read_lines(tmp_path / "log.jsonl"))
    assert lines[0]["rewards"] == {"critic": None, "exclusion": 1.0}
    assert next(line["text"] for line in read_lines(tmp_path / "words.jsonl")) == "毛发, fur"
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > sheet.height / 2


def test_a_resumed_training_forgets_what_came_after_its_checkpoint(tmp_path: Path) -> None:
    journal = Journal(tmp_path, lambda each: None)
    begin(tmp_path, SETTINGS, 0)
    for step in range(1, 6):
        journal.on_step(report(step))
    for step in (0, 3, 5):
        journal.on_prompts([WatchedPrompt(step, sample(tmp_path), "fur")])

    begin(tmp_path, SETTINGS, 3)
    assert steps(tmp_path) == [1, 2, 3]
    assert steps(tmp_path, "words.jsonl") == [0, 3]

    begin(tmp_path, SETTINGS, 0)  # no checkpoint is left
    assert steps(tmp_path) == steps(tmp_path, "words.jsonl") == []


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 1}\n[]\n{"step": ')

    assert steps(tmp_path) == [1]
    assert list(read_lines(tmp_path / "none.jsonl")) == []


def test_a_training_with_other_settings_is_not_continued(tmp_path: Path) -> None:
    begin(tmp_path, SETTINGS, 0)
    begin(tmp_path, json.loads(json.dumps(SETTINGS)), 0)

    with pytest.raises(BadInput, match="another beta"):
        begin(tmp_path, {**SETTINGS, "beta": 0.1}, 0)
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(BadInput, match="--overwrite"):
        begin(tmp_path, SETTINGS, 0)


def test_only_a_training_is_discarded(tmp_path: Path) -> None:
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"mine")
    discard(folder)
    assert (folder / "photo.jpg").exists()

    begin(folder, SETTINGS, 0)
    assert is_training(folder)
    discard(folder)
    assert not folder.exists()


def test_held_out_samples_of_all_levels_are_watched(tmp_path: Path) -> None:
    samples = [
        Sample(tmp_path / f"{photo}-{level}.png", None, f"{photo}", level, photo > 1)
        for photo in range(12)
        for level in range(4)
    ]

    found = watched_samples(samples, 8)

    assert len(found) == 8
    assert all(each.held_out for each in found)
    assert {each.level for each in found} == {0, 1, 2, 3}
    assert len({each.photo for each in found}) == 8
    assert len(watched_samples(samples[:3], 8)) == 3  # none is held out
