"""The queue is kept as JSON that is read without trust."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.image.tone import Tone
from cozviewer.ui.settings import keep_text
from cozviewer.ui.upscale import kept
from cozviewer.ui.upscale.items import QueueItem, State, read_queue, write_queue


def items(tmp_path: Path) -> list[QueueItem]:
    """One item in each state, with two engines."""
    other = EngineChoice("coz", prompter=PrompterChoice("text", words="a “cat”"))
    options = UpscaleOptions(8, "WebP", 70, tmp_path / "out", False, False, True, False)
    return [
        QueueItem(0, tmp_path / "ä.jpg", UpscaleOptions(), EngineChoice(), tone=Tone(gamma=2.0)),
        QueueItem(1, tmp_path / "b.jpg", options, other, State.WORKING, (20, 30)),
        QueueItem(2, tmp_path / "c", options, other, State.DONE, (1, 2), tmp_path / "d", "", True),
        QueueItem(3, tmp_path / "e", options, EngineChoice(), State.FAILED, sentence="Too large."),
    ]


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path, before = tmp_path / "settings" / "queue.json", items(tmp_path)
    write_queue(path, before)
    before[1] = replace(before[1], state=State.WAITING)  # it is to be done again
    assert read_queue(path) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(path.read_text())["choices"]) == 2


def test_none_is_kept(tmp_path: Path) -> None:
    assert read_queue(tmp_path / "none.json") == []
    write_queue(tmp_path / "queue.json", [])
    assert read_queue(tmp_path / "queue.json") == []


def changed(tmp_path: Path, **changes: Any) -> list[QueueItem]:
    """Return what is read after a change to the first item, or to the whole file."""
    path = tmp_path / "queue.json"
    write_queue(path, items(tmp_path))
    data = json.loads(path.read_text())
    for name, value in changes.items():
        target = data if name in data else data["items"][0]
        if name in data["items"][0]["options"]:
            target = data["items"][0]["options"]
        target[name] = value
    path.write_text(json.dumps(data))
    return read_queue(path)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"choices": []},
        {"choices": ["{}", "{}"]},
        {"items": 3},
        {"items": [1]},
        {"photo": ""},
        {"photo": "relative.jpg"},
        {"photo": "//server/share/a.jpg"},
        {"photo": "/a\0b"},
        {"photo": 7},
        {"result": "\\\\server\\share"},
        {"folder": "x" * 5000},
        {"choice": 2},
        {"choice": True},
        {"state": "working"},
        {"state": "unknown"},
        {"size": [1]},
        {"size": [-1, 1]},
        {"sentence": None},
        {"scale": 1},
        {"scale": 4.0},
        {"quality": 0},
        {"format": "GIF"},
        {"metadata": 1},
        {"options": None},
    ],
)
def test_a_broken_file_counts_as_empty(tmp_path: Path, change: dict[str, Any]) -> None:
    assert len(changed(tmp_path)) == 4
    assert changed(tmp_path, **change) == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_no_json_counts_as_empty(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "queue.json"
    path.write_bytes(data)
    assert read_queue(path) == []


def test_options_are_remembered(tmp_path: Path) -> None:
    assert kept.kept_options() == UpscaleOptions()
    options = UpscaleOptions(16, "AVIF", 50, tmp_path, False, False, True)
    kept.keep_options(options)
    assert kept.kept_options() == options
    for text in ("", "{", "[]", '{"scale": 3}'):
        keep_text(kept.OPTIONS, text)
        assert kept.kept_options() == UpscaleOptions()


def test_the_speed_of_an_engine_is_remembered() -> None:
    choice = EngineChoice()
    assert kept.kept_pace(choice) is None
    kept.keep_pace(choice, 0.25)
    kept.keep_pace(replace(choice, numbers="int8"), 0.5)
    assert kept.kept_pace(choice) == 0.25
    for text in ("{", "[]", '{"a": "b"}'):
        keep_text(kept.PACES, text)
        assert kept.kept_pace(choice) is None
