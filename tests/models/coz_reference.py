"""A tiny Chain-of-Zoom, and what the authors' code made of it; see the README beside the files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import Rgb8

FOLDER = Path(__file__).parents[1] / "data" / "coz-tiny"

STRIDE = 5
"""Of the authors' results every fifth pixel of every fifth row is kept."""


def first_picture() -> Rgb8:
    """Return the first state of the authors' chain, (512, 512, 3)."""
    return _read("chain/0.png")


def assert_state_agrees(pixels: Rgb8, index: int) -> None:
    """Check a state of a chain, (512, 512, 3), against the authors' state of this number, 1 or 2.

    Args:
        pixels: All of the state.
        index: Its number.
    """
    assert pixels.shape == (512, 512, 3)
    levels = np.abs(pixels[::STRIDE, ::STRIDE].astype(int) - _read(f"chain/{index}.png"))
    assert levels.mean() < 1
    assert np.percentile(levels, 99.9) <= 3


def case_arrays(index: int) -> dict[str, NDArray[Any]]:
    """Return one step of the authors' code: what went in, and what came out.

    Args:
        index: 0, 1 or 2.

    Returns:
        `image`, uint8 (H, W, 3), `prompt`, `seed`, `pooled`, `prompt_embeds`, and `output`,
        float32 (3, ⌈H / STRIDE⌉, ⌈W / STRIDE⌉), in -1..1 but not clamped.
    """
    with np.load(FOLDER / f"case_{index}.npz") as arrays:
        return {**arrays, "image": _read(f"case_{index}.png")}


def _read(name: str) -> Rgb8:
    with Image.open(FOLDER / name) as image:
        return np.asarray(image.convert("RGB"))
