"""What a training leaves in its folder besides checkpoints: its settings, a log, and prompts.

settings.json   what the training was begun with; the same command resumes, another is refused
log.jsonl       a line for each step
words.jsonl     a line for each watched sample, before the training and at each checkpoint
sheet.png       the watched samples with their prompts before and after
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cozviewer.align.progress import StepReport, WatchedPrompt
from cozviewer.align.samples import Sample
from cozviewer.align.sheet import save_prompt_sheet
from cozviewer.export.replacing import not_saved, replacing
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput

SETTINGS, LOG, WORDS, SHEET = "settings.json", "log.jsonl", "words.jsonl", "sheet.png"

LONGEST_LINE = 100_000
"""Most characters of a line that is read."""


class Journal:
    """A `Watch` that writes the log and the prompts."""

    def __init__(self, folder: Path, show: Callable[[StepReport], None]) -> None:
        """Prepare.

        Args:
            folder: The folder of the training; see `begin`.
            show: Called with each report after it was written.
        """
        self._folder, self._show = folder, show

    def on_step(self, report: StepReport) -> None:
        """Write a line.

        Raises:
            Failure: The disk is full or not writable.
        """
        self._append(LOG, [asdict(report)])
        self._show(report)

    def on_prompts(self, prompts: Sequence[WatchedPrompt]) -> None:
        """Write lines, and the sheet.

        Raises:
            Failure: The disk is full or not writable.
        """
        self._append(WORDS, [_prompt_line(each) for each in prompts])
        first = {line["sample"]: line["text"] for line in read_lines(self._folder / WORDS)
                 if line.get("step") == 0}  # fmt: skip
        rows = [
            (each.sample, str(first.get(each.sample.crop.name, "")), each.text) for each in prompts
        ]
        save_prompt_sheet(self._folder / SHEET, rows, prompts[0].step)

    def _append(self, name: str, lines: Sequence[Mapping[str, Any]]) -> None:
        path = self._folder / name
        try:
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        except OSError as error:
            raise not_saved(path, error) from error


def begin(folder: Path, settings: Mapping[str, Any], done: int) -> None:
    """Begin a training in a folder, or prepare to resume the one that is there.

    Args:
        folder: Exists.
        settings: Everything that decides the result, as JSON.
        done: The steps of the newest checkpoint; later lines of the log are removed.

    Raises:
        BadInput: A training with other settings is there.
        Failure: A file cannot be written.
    """
    path = folder / SETTINGS
    if path.exists():
        other = _differing(path, settings)
        if other:
            raise BadInput(
                f"The training in {folder} was begun with another {other}. Choose another output, "
                "or use --overwrite to begin anew."
            )
        for name in (LOG, WORDS):
            # Before the first checkpoint, a training begins again.
            lines = read_lines(folder / name) if done else ()
            kept = [line for line in lines if _step(line) <= done]
            _write(folder / name, "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in kept))
    else:
        _write(path, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")


def is_training(folder: Path) -> bool:
    """Return whether a training was begun in a folder."""
    return (folder / SETTINGS).is_file()


def discard(folder: Path) -> None:
    """Delete the training that was begun in a folder; nothing if there is none.

    Raises:
        BadInput: It cannot be deleted.
    """
    if is_training(folder):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise BadInput(
                f"The training in {folder} cannot be deleted ({error.strerror}). Choose another "
                "output."
            ) from error


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a log; broken ones, such as one cut off by a crash, are left out."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    for row in text.splitlines():
        try:
            line = json.loads(row) if len(row) <= LONGEST_LINE else None
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            yield line


def watched_samples(samples: Sequence[Sample], count: int) -> list[Sample]:
    """Return samples to watch, held out if there are any, spread over photos and levels."""
    held_out = [sample for sample in samples if sample.held_out] or list(samples)
    spread = max(1, len(held_out) // count)
    # One more than a multiple of a walk's length would always meet the same level.
    return held_out[:: spread + (spread % 2 == 0)][:count]


def _prompt_line(watched: WatchedPrompt) -> dict[str, Any]:
    sample = watched.sample
    return {
        "step": watched.step,
        "sample": sample.crop.name,
        "photo": sample.photo,
        "level": sample.level,
        "held_out": sample.held_out,
        "text": watched.text,
    }


def _step(line: Mapping[str, Any]) -> int:
    step = line.get("step")
    return step if isinstance(step, int) else 0


def _differing(path: Path, settings: Mapping[str, Any]) -> str:
    """Return the name of the first setting that differs from those in a file; "" if none does."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise ValueError
    except (OSError, ValueError, RecursionError):
        return "file format"
    wanted = json.loads(json.dumps(settings))
    names = [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]
    return names[0].replace("_", " ") if names else ""


def _write(path: Path, text: str) -> None:
    with replacing(path, never) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
