"""The process in which a rare format is decoded.

A reader in C that is fed a broken file may crash, hang or take all memory; here it takes no
window with it. The process reads one request as a line of JSON, answers with the header of the
image, waits for the command to decode it, and answers with the pixels. What libraries print is
lost on purpose.
"""

import base64
import json
import os
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np

from cozviewer.image.readers.opened import Opened, Pixels, Refused
from cozviewer.image.tone import tone_of
from cozviewer.image.toning.samples import thinned
from cozviewer.image.toning.tone_range import range_to_json

PIXELS, SAMPLES, THUMBNAIL = b"pixels", b"samples", b"thumbnail"
"""The commands that follow a header: "pixels TONE", "samples MOST", "thumbnail"."""

HEADER_BYTES = 1 << 30
"""Memory for reading a header, besides the file."""

SLACK_BYTES = (1 << 28) + (os.cpu_count() or 1) * 10_000_000
"""Memory of allocators and threads' stacks in addition to what a reader declares."""

_PRIVATE = ("DICOM",)
"""Formats whose error messages may quote personal data."""


def main() -> None:
    """Serve one image; stdin and stdout belong to the parent process."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    warnings.simplefilter("ignore")
    request = json.loads(sys.stdin.buffer.readline())
    try:
        _serve(request, answers)
    except BaseException as error:  # of Rust's panics, too
        send(answers, failure(error, request["path"], private=request["kind"] in _PRIVATE))


def failure(error: BaseException, path: str, *, private: bool) -> dict[str, Any]:
    """Return the answer that reports an error.

    Args:
        error: What a reader raised.
        path: The file, which is shortened to its name in messages of libraries.
        private: Whether its messages may quote personal data and are therefore left out.
    """
    if isinstance(error, MemoryError):
        return {"error": "memory"}
    if isinstance(error, Refused):
        return {"error": "refused", "key": error.key, "values": error.values}
    said = "" if private else _reason(error).replace(path, os.path.basename(path))
    return {"error": "damaged", "reason": (said or type(error).__name__)[:300]}


def _serve(request: dict[str, Any], answers: BinaryIO) -> None:
    module = import_module(f"cozviewer.image.readers.{request['reader']}")
    path = request["path"]
    limit_memory(HEADER_BYTES + 3 * os.path.getsize(path))
    opened: Opened = module.open_image(path, request["page"])
    if opened.width < 1 or opened.height < 1:
        raise ValueError("no pixels")
    send(
        answers,
        {
            "width": opened.width,
            "height": opened.height,
            "needed": opened.needed,
            "page": opened.page,
            "pages": opened.pages,
            "per_cm": opened.per_cm,
            "pixel_size": opened.pixel_size,
        },
    )
    command, _, value = sys.stdin.buffer.readline().rstrip(b"\n").partition(b" ")
    limit_memory(SLACK_BYTES + opened.needed)
    if command == THUMBNAIL:
        jpeg, turn = opened.thumbnail() or (b"", 1)
        send(answers, {"bytes": len(jpeg), "turn": turn})
        answers.write(jpeg)
        answers.flush()
    elif command == PIXELS:
        pixels = _toned(opened, value.decode())
        values = np.ascontiguousarray(pixels.values, np.uint8)
        metadata = {"icc_profile": _text(pixels.icc), "exif": _text(pixels.exif)}
        offered = None if pixels.offered is None else range_to_json(pixels.offered)
        send(
            answers,
            {
                "shape": values.shape,
                "notes": pixels.notes,
                "info": metadata,
                "offered": offered,
            },
        )
        answers.write(values.data)
        answers.flush()
    elif command == SAMPLES:
        if opened.samples is None:
            raise Refused("no tone")
        samples = thinned(opened.samples(), int(value))
        send(
            answers,
            {
                "shape": samples.values.shape,
                "type": samples.values.dtype.str,
                "offered": range_to_json(samples.offered),
                "primaries": samples.primaries,
                "icc": _text(samples.icc),
            },
        )
        answers.write(samples.values.data)
        answers.flush()


def _toned(opened: Opened, tone: str) -> Pixels:
    if not tone:
        return opened.decode()
    if opened.toned is None:
        raise Refused("no tone")
    return opened.toned(tone_of(tone))


def _reason(error: BaseException) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)


def _text(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    """Send a line of JSON to the parent process."""
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def limit_memory(more: int) -> None:
    """Let the process have so many bytes more than now, where the system can see to that."""
    with suppress(ImportError, ValueError, OSError, AttributeError):
        import resource

        import psutil

        now = int(psutil.Process().memory_info().data)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (now + more, hard))
