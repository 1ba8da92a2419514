"""Samples: the crops that a prompter sees at random places and depths, each with its wider view.

They are made by the chain itself (see `making`), and kept as PNG files, so that an interrupted run
continues and several runs share them.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.util.errors import Failure

DIGITS = 32
"""Hex digits of a photo's key."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop with the wider view around it.

    Attributes:
        crop: PNG of the crop.
        wider: PNG of the previous state, of which the crop is the middle; None at the photo itself.
        photo: File name of the photo.
        level: How many steps of 4x below the photo the crop is: its magnification is 4^level.
        held_out: Whether its photo is used for judging only.
    """

    crop: Path
    wider: Path | None
    photo: str
    level: int
    held_out: bool

    def images(self) -> tuple[Rgb8 | None, Rgb8]:
        """Return the wider view and the crop, (H, W, 3) uint8 each.

        Raises:
            Failure: A file is gone or damaged.
        """
        return None if self.wider is None else _read(self.wider), _read(self.crop)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that samples are taken from.

    Attributes:
        path: Its file.
        key: Names the file and its state.
        held_out: Whether it is used for judging only.
    """

    path: Path
    key: str
    held_out: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """A zoom into one place of a photo, which gives a sample at each level.

    Attributes:
        photo: The photo.
        number: Counts the walks of the photo.
        x, y: The place, as shares of width and height, 0..1.
        levels: Number of samples, from the photo itself on.
    """

    photo: Photo
    number: int
    x: float
    y: float
    levels: int


def photos_of(paths: Sequence[Path], held_out: float, seed: int) -> list[Photo]:
    """Return photos, a part of which is held out.

    Which ones depends on the seed and their names alone: the same photo is held out in every run.

    Args:
        held_out: Share of the photos, 0..1; at least one of two or more, unless it is 0.
        seed: The random seed.

    Raises:
        OSError: A file cannot be read.
    """
    count = round(held_out * len(paths))
    if held_out and len(paths) > 1:
        count = min(max(1, count), len(paths) - 1)
    order = sorted(paths, key=lambda path: _digest(f"{seed}:{path.name}"))
    kept = set(order[:count])
    return [Photo(path, _key(path), path in kept) for path in paths]


def walks_of(photos: Sequence[Photo], samples: int, levels: int, seed: int) -> list[Walk]:
    """Return the walks that give a number of samples, spread evenly over the photos.

    The places of a photo do not depend on the other photos, nor on the number of samples.

    Args:
        samples: Number of samples in all, at least 1.
        levels: Samples of a walk: the photo itself and the steps below it.
        seed: The random seed.
    """
    places = [random.Random(f"{seed}:{photo.path.name}") for photo in photos]
    walks = []
    for number in range(-(-samples // levels)):
        at = number % len(photos)
        x, y = places[at].random(), places[at].random()
        count = min(levels, samples - number * levels)
        walks.append(Walk(photos[at], number // len(photos), x, y, count))
    return walks


def sample_of(walk: Walk, level: int, folder: Path) -> Sample:
    """Return the sample of a walk at a level, whose files are or will be in a folder."""
    stem = f"{walk.photo.key}-{walk.number}-{level}"
    wider = folder / f"{stem}-wider.png" if level else None
    return Sample(folder / f"{stem}.png", wider, walk.photo.path.name, level, walk.photo.held_out)


def samples_digest(samples: Sequence[Sample]) -> str:
    """Return the hex SHA-256 of the files of samples, in their order."""
    found = hashlib.sha256()
    for sample in samples:
        for path in (sample.wider, sample.crop):
            if path is not None:
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _key(path: Path) -> str:
    state = path.stat()
    return _digest(f"{path.name}:{state.st_size}:{state.st_mtime_ns}")[:DIGITS]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _read(path: Path) -> Rgb8:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return np.array(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Failure(
            f"The sample {path.name} is gone or damaged: start the command again."
        ) from error
