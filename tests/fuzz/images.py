"""Images of every format of the table that can be made here."""

import io
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from PIL import Image

from cozviewer.image import limits
from cozviewer.image.exif import without_place
from cozviewer.image.facts.exif_fields import exif_fields
from cozviewer.image.formats import format_of
from cozviewer.image.readers.table import FORMATS
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source, preview
from cozviewer.util.errors import BadInput
from tests.fuzz.target import Target
from tests.image.test_mutated import RARE, RGB, SEEDS

MOST_PIXELS = 8_000_000
"""What is opened without a question here, so that a claimed size cannot take much memory."""


def samples() -> dict[str, Callable[[], bytes]]:
    """Return the makers of samples: those of the tests, and Pillow's for each format that it
    writes."""
    Image.init()
    found = {**SEEDS, **RARE}
    for format in FORMATS:
        writer = Image.EXTENSION.get(format.endings[0], "")
        if format.plugin is not None and writer in Image.SAVE:
            found[f"plain {format.name}"] = lambda writer=writer: _saved(writer)  # type: ignore[misc]
    return found


def _saved(writer: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, writer)
    return file.getvalue()


def formats_without_sample() -> list[str]:
    """Return the names of the formats of the table that no sample has."""
    found = set[str]()
    endings = [format.endings[0] for format in FORMATS]
    for make in samples().values():
        head = make()[:600]
        for ending in endings:
            try:
                found.add(format_of(head, f"a{ending}"))
            except BadInput:
                continue
    return [format.name for format in FORMATS if format.name not in found]


def read(kind: str, content: bytes, folder: Path) -> None:
    """Open an image as the window does, and look at it."""
    path = folder / "changed"
    path.write_bytes(content)
    try:
        with patch.object(limits, "HUGE", MOST_PIXELS):
            preview(path)
            source = open_source(path, page=2 if len(content) % 16 == 0 else None)
    except BadInput as error:
        if path.name not in str(error) or "stopped unexpectedly" in str(error):
            raise AssertionError(f"no good sentence about a file: {error}") from error
        raise
    side = Rect(0, 0, min(source.width, 64), min(source.height, 64))
    assert source.pixels(0, side).shape[2] == 3
    exif_fields(source.exif)
    without_place(source.exif)


def images() -> Target:
    """Return the target."""
    return Target("images", samples(), read, slow=frozenset(RARE))
