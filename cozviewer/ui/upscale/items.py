"""The photos of the upscale queue, and how they are kept between starts of the program."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import choice_from, choice_text
from cozviewer.export.upscaling.upscale import LARGEST_SCALE, WRITABLE, UpscaleOptions, work_of
from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.checked import checked_int, checked_text
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import is_network_path

VERSION = 1
"""Of the file; others count as empty."""

LARGEST_FILE = 50_000_000
"""Bytes up to which the file is read."""

MOST_ITEMS = 20_000
MOST_SIDE = 1 << 31
_MOST_PATH, _MOST_SENTENCE = 4096, 10_000


class State(Enum):
    """What becomes of a photo."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class QueueItem:
    """A photo in the queue.

    Attributes:
        number: Tells it apart from all others of this start of the program.
        photo: Its file.
        options: How it is upscaled.
        choice: The engine and its settings.
        state: How far it is.
        size: Width and height of the photo in pixels; (0, 0) while unknown.
        result: The upscaled file, once it is done.
        sentence: Why it failed.
        existed: Whether the result had been there before.
        tone: How the numbers of the photo's file become grey levels.
    """

    number: int
    photo: Path
    options: UpscaleOptions
    choice: EngineChoice
    state: State = State.WAITING
    size: tuple[int, int] = (0, 0)
    result: Path | None = None
    sentence: str = ""
    existed: bool = False
    tone: Tone = AUTOMATIC

    @property
    def open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in (State.WAITING, State.WORKING)

    @property
    def work(self) -> int:
        """Parent pixels to generate from; 0 while the size is unknown."""
        return work_of(self.size, self.options.scale)


def write_queue(path: Path, items: Sequence[QueueItem]) -> None:
    """Keep a queue, atomically, readable by the user alone. Work under way is kept as waiting.

    Raises:
        OSError: The file cannot be written.
    """
    choices = list(dict.fromkeys(choice_text(item.choice) for item in items))
    places = {text: place for place, text in enumerate(choices)}
    kept = {
        "version": VERSION,
        "choices": choices,
        "items": [_kept(item, places[choice_text(item.choice)]) for item in items],
    }
    with atomic_private_path(path) as part:
        part.write_text(json.dumps(kept, ensure_ascii=True), encoding="utf-8")


def read_queue(path: Path) -> list[QueueItem]:
    """Return a queue that was kept; empty if there is none, or if the file is broken.

    The file is not trusted: paths to other machines and values out of range are refused.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            return []
        kept = json.loads(data)
        if kept["version"] != VERSION:
            return []
        choices = [choice_from(checked_text(text, LARGEST_FILE)) for text in kept["choices"]]
        items = kept["items"][:MOST_ITEMS]
        return [_item(number, each, choices) for number, each in enumerate(items)]
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return []


def _kept(item: QueueItem, choice: int) -> dict[str, Any]:
    state = State.WAITING if item.state is State.WORKING else item.state
    options = asdict(item.options)
    del options["folder"]
    return {
        "photo": str(item.photo),
        "options": options,
        "folder": str(item.options.folder or ""),
        "choice": choice,
        "state": state.value,
        "size": list(item.size),
        "result": str(item.result or ""),
        "sentence": item.sentence,
        "existed": item.existed,
        "tone": item.tone.text,
    }


def _item(number: int, kept: Any, choices: Sequence[EngineChoice | None]) -> QueueItem:
    """Return an item from what was read.

    Raises:
        ValueError, TypeError, KeyError, IndexError, AttributeError: It is damaged.
    """
    choice = choices[checked_int(kept["choice"], 0, len(choices) - 1)]
    photo, folder, result = (_path(kept[name]) for name in ("photo", "folder", "result"))
    state = State(kept["state"])
    width, height = (checked_int(side, 0, MOST_SIDE) for side in kept["size"])
    if choice is None or photo is None or state is State.WORKING:
        raise ValueError("damaged")
    return QueueItem(
        number,
        photo,
        replace(options_from(kept["options"]), folder=folder),
        choice,
        state,
        (width, height),
        result,
        checked_text(kept["sentence"], _MOST_SENTENCE),
        kept["existed"] is True,
        _tone(kept.get("tone", "")),
    )


def _tone(text: object) -> Tone:
    """Return the tone of a text; older files have none.

    Raises:
        ValueError: It is not one.
    """
    try:
        return tone_of(checked_text(text, _MOST_PATH))
    except BadInput as error:
        raise ValueError(str(error)) from error


def options_from(kept: Any) -> UpscaleOptions:
    """Return options, without their folder, from what was read.

    Raises:
        ValueError, TypeError, KeyError: They are damaged, or out of range.
    """
    names = ("metadata", "place", "label", "overwrite")
    switches = {name: kept[name] for name in names}
    switches["on_cluster"] = kept.get("on_cluster", False)
    if any(type(value) is not bool for value in switches.values()):
        raise ValueError("not yes or no")
    form = checked_text(kept["format"], 20)
    if form and form not in WRITABLE:
        raise ValueError("an unknown format")
    return UpscaleOptions(
        scale=checked_int(kept["scale"], 2, LARGEST_SCALE),
        format=form,
        quality=checked_int(kept["quality"], 1, 100),
        **switches,
    )


def _path(value: object) -> Path | None:
    """Return an absolute path on this machine; None for "".

    Raises:
        ValueError: It is another one.
    """
    text = checked_text(value, _MOST_PATH)
    if not text:
        return None
    if is_network_path(text) or "\0" in text or not Path(text).is_absolute():
        raise ValueError("not a path of this machine")
    return Path(text)
