"""The images of a soak, of many formats and sizes.

They are made by a process of their own, so that what encoders need does not count as the window's:

    .venv/bin/python -m tests.benchmarks.soaking.images FOLDER SEED COUNT
"""

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl as pillow_jxl
from PIL import Image

from cozviewer.image.pixels import Rgb8
from tests.image.rare_files import dicom, dng, exr, fits_file, layered_psd, pdf, psd, radiance
from tests.mutations import mutated

LARGEST = 2400
"""Longest side of an image in pixels."""

LARGEST_RARE = 500
"""The same of formats that are read by a process of their own."""

BROKEN = 0.06
"""Part of the images that are damaged."""

pillow_heif.register_heif_opener()


def _saved(format: str, **options: Any) -> Callable[[Rgb8], bytes]:
    def save(rgb: Rgb8) -> bytes:
        file = io.BytesIO()
        Image.fromarray(rgb).save(file, format, **options)
        return file.getvalue()

    return save


def _frames(format: str) -> Callable[[Rgb8], bytes]:
    def save(rgb: Rgb8) -> bytes:
        file, image = io.BytesIO(), Image.fromarray(rgb)
        others = [image.transpose(Image.Transpose.ROTATE_180)]
        image.save(file, format, save_all=True, append_images=others)
        return file.getvalue()

    return save


COMMON: dict[str, Callable[[Rgb8], bytes]] = {
    ".jpg": _saved("JPEG", quality=90),
    ".jpeg": _saved("JPEG", progressive=True),
    ".png": _saved("PNG", compress_level=1),
    ".webp": _saved("WEBP", quality=80, method=0),
    ".tif": _saved("TIFF", compression="tiff_lzw"),
    ".tiff": _frames("TIFF"),
    ".bmp": _saved("BMP"),
    ".gif": _frames("GIF"),
    ".avif": _saved("AVIF", speed=10),
    ".heic": _saved("HEIF", quality=60),
    ".jp2": _saved("JPEG2000"),
    ".psd": psd,
}

RARE: dict[str, Callable[[Rgb8], bytes]] = {
    ".dng": lambda rgb: dng(rgb[: len(rgb) // 2 * 2, : rgb.shape[1] // 2 * 2]),
    ".jxl": _saved("JXL"),
    ".jxr": lambda rgb: bytes(imagecodecs.jpegxr_encode(rgb)),
    ".psb": lambda rgb: psd(rgb, version=2, depth=16),
    ".layers.psd": layered_psd,
    ".hdr": lambda rgb: radiance(rgb / 255),
    ".exr": lambda rgb: exr(RGB=(rgb / 255).astype(np.float32)),
    ".fits": lambda rgb: fits_file(rgb[..., 0], rgb.astype(np.float32)),
    ".dcm": lambda rgb: dicom(rgb[..., 0], WindowCenter=100, WindowWidth=90),
    ".pdf": lambda rgb: pdf(rgb.shape[1::-1], (90, 40)),
    ".svg": lambda rgb: (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{rgb.shape[1]}" height="{len(rgb)}">'
        '<path fill="#37a" d="M0 0L90 9L40 70z"/></svg>'
    ).encode(),
}


def make(folder: Path, seed: int, number: int) -> Path:
    """Write an image and return its path; the same seed and number make the same one."""
    chance = random.Random(f"{seed}/{number}")
    rare = chance.random() < 0.3
    ending = chance.choice([*(RARE if rare else COMMON)])
    most = LARGEST_RARE if rare else LARGEST
    width, height = (round(24 * (most / 24) ** chance.random()) for _ in range(2))
    data = (RARE if rare else COMMON)[ending](_drawn(chance, width, height))
    path = folder / f"{number:04}{ending}"
    path.write_bytes(mutated(data, chance) if chance.random() < BROKEN else data)
    return path


def _drawn(chance: random.Random, width: int, height: int) -> Rgb8:
    """Return soft colours with some grain."""
    numbers = np.random.default_rng(chance.randrange(1 << 32))
    small = Image.fromarray(numbers.integers(0, 256, (6, 8, 3), np.uint8))
    soft = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    grain = numbers.integers(-6, 7, (height, width, 1), np.int16)
    drawn: Rgb8 = np.clip(soft + grain, 0, 255).astype(np.uint8)
    return drawn


if __name__ == "__main__":
    for index in range(int(sys.argv[3])):
        make(Path(sys.argv[1]), int(sys.argv[2]), index)
