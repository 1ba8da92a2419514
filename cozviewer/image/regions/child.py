"""The process in which regions of one file are read; see `readers.child`.

It reads one request as a line of JSON, answers with the header of the image, and then answers
lines of JSON that name a level and a region with their pixels, until its input ends.
"""

import json
import os
import sys
import warnings
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np

from cozviewer.image.readers.child import HEADER_BYTES, SLACK_BYTES, failure, limit_memory, send
from cozviewer.image.readers.opened import Refused
from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import OpenedRegions, Request
from cozviewer.image.tone import tone_of
from cozviewer.image.toning.samples import MOST_SAMPLES, thinned
from cozviewer.image.toning.tone_range import range_to_json


def main() -> None:
    """Serve one file; stdin and stdout belong to the parent process."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    warnings.simplefilter("ignore")
    request = json.loads(sys.stdin.buffer.readline())
    try:
        opened = _opened(request)
    except BaseException as error:  # of Rust's panics, too
        send(answers, failure(error, request["path"], private=request["private"]))
        return
    send(answers, _header(opened))
    for line in sys.stdin.buffer:
        try:
            _serve(opened, json.loads(line), answers)
        except BaseException as error:
            send(answers, failure(error, request["path"], private=request["private"]))


def _opened(request: dict[str, Any]) -> OpenedRegions:
    module = import_module(f"cozviewer.image.regions.{request['module']}")
    wanted = Request(
        request["path"],
        request["page"],
        request["managed"],
        tone_of(request["tone"]),
    )
    limit_memory(HEADER_BYTES)
    opened: OpenedRegions = module.open_regions(wanted)
    if min(min(size) for size in opened.sizes) < 1:
        raise ValueError("no pixels")
    limit_memory(SLACK_BYTES + opened.needed)
    return opened


def _header(opened: OpenedRegions) -> dict[str, Any]:
    names = (
        *("sizes", "block", "page", "pages", "per_cm", "notes", "field"),
        *("georeference", "colours", "bits", "alpha", "profile"),
    )
    offered = None if opened.offered is None else range_to_json(opened.offered)
    return {**{name: getattr(opened, name) for name in names}, "offered": offered}


def _serve(opened: OpenedRegions, command: dict[str, int], answers: BinaryIO) -> None:
    if "numbers" in command:
        _serve_numbers(opened, command["numbers"], answers)
        return
    region = Rect(command["x"], command["y"], command["width"], command["height"])
    values = np.ascontiguousarray(opened.read(command["level"], region), np.uint8)
    if values.shape != (region.height, region.width, 4 if opened.alpha else 3):
        raise ValueError(f"{values.shape} pixels")
    send(answers, {})
    answers.write(values.data)
    answers.flush()


def _serve_numbers(opened: OpenedRegions, most_pixels: int, answers: BinaryIO) -> None:
    if opened.numbers is None:
        raise Refused("no tone")
    found = opened.numbers(most_pixels)
    samples = thinned(found, MOST_SAMPLES if found.extent == "squares" else most_pixels)
    offered = range_to_json(samples.offered)
    values = samples.values
    head = {"shape": values.shape, "type": values.dtype.str, "extent": samples.extent}
    send(answers, {**head, "offered": offered})
    answers.write(values.data)
    answers.flush()
