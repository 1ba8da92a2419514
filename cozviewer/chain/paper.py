"""The protocol of the paper: a 512x512 image whose centre is repeatedly enlarged 4 times.

Chain-of-Zoom (arXiv 2505.18600) is evaluated on such chains. Unlike `chain`, which generates tiles
for a view, this needs no pyramid: each state is made from the previous one, as 8-bit pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.step import finer_core
from cozviewer.chain.textures.borrowed_texture import borrows_where
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8, part_of, to_float
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TileKey
from cozviewer.pyramid.transparency import source_over
from cozviewer.util.cancel import IsCancelled, check_cancelled

SIDE = 512
"""Side of every state in pixels."""

CROP = SIDE // STEP_SCALE
"""Side of the central area that a step enlarges: columns and rows 192..320."""

OVERSAMPLED = 4
"""Size of a level, in sizes of the state, from which resizing it is as good as resizing the whole
image."""


@dataclass(frozen=True, eq=False)
class State:
    """One image of the chain.

    Attributes:
        index: 0 for the first image; each further state is magnified by 4.
        pixels: (512, 512, 3) uint8.
        prompt: The prompt that it was made with; "" for index 0.
        borrowed: Whether it contains texture borrowed from elsewhere in the first image.
    """

    index: int
    pixels: Rgb8
    prompt: str
    borrowed: bool = False


def first_state(image: Rgb8) -> State:
    """Return the first state of a chain: the image resized (LANCZOS) to a short side of 512, and
    cropped to its centre.

    Args:
        image: (H, W, 3) uint8, upright.
    """
    height, width = image.shape[:2]
    short = min(width, height)
    # The long side rounds down, as in the authors' code.
    size = (width * SIDE // short, height * SIDE // short)
    resized = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - SIDE) // 2, (size[1] - SIDE) // 2
    return State(0, np.asarray(resized.crop((left, top, left + SIDE, top + SIDE))), "")


def first_state_of(source: Source) -> State:
    """Return the first state of the chain of a source.

    Transparent parts lie on white. A source that is not in memory is resized from the coarsest of
    its levels that is at least OVERSAMPLED times as large as the state.

    Raises:
        BadInput, Failure: Its file cannot be read.
    """
    if source.alpha is not None:
        return first_state(source_over(source))
    k = 0
    if not source.levels.in_memory:
        sizes = [source.levels.size(k) for k in range(len(source.levels))]
        k = max(k for k, size in enumerate(sizes) if k == 0 or min(size) >= OVERSAMPLED * SIDE)
    return first_state(source.levels.read(k, Rect(0, 0, *source.levels.size(k))))


def later_states(
    first: State,
    levels: int,
    upscaler: Upscaler,
    prompter: Prompter,
    recipe: Recipe,
    cancelled: IsCancelled,
    photo: Rgb8 | None = None,
) -> Iterator[State]:
    """Yield the states after the first, one per step, each as soon as it is made.

    The upscaler gets `recipe.halo` more pixels of the previous state on every side, which are
    cropped afterwards; `rescale` uses further ones. As in the authors' code, the prompter gets the
    previous state and its centre enlarged to 512x512 (bicubic).

    Args:
        photo: The first state of the chain, whose texture is borrowed if the recipe asks for
            it; None is `first`.

    Raises:
        Cancelled, Failure: From the models, or between two steps.
    """
    state = first
    texture = None
    if recipe.photo_texture:
        begun = first.pixels if photo is None else photo
        texture = PhotoTexture(
            lambda part: part_of(begun, part, Rect(0, 0, SIDE, SIDE)), SIDE, SIDE, recipe.texture
        )
    for index in range(first.index + 1, first.index + 1 + levels):
        check_cancelled(cancelled)
        near = Image.fromarray(middle(state.pixels, CROP)).resize(
            (SIDE, SIDE), Image.Resampling.BICUBIC
        )
        prompt = prompter.prompt(state.pixels, np.asarray(near), cancelled)
        key = TileKey(index * STEP_LEVELS, 0, 0)
        around = min(*recipe.reach(key.z, CROP, CROP), (SIDE - CROP) // 2)
        parent = to_float(middle(state.pixels, CROP + 2 * around))
        corner = (SIDE * STEP_SCALE**index - SIDE) // 2
        region = Rect(corner, corner, SIDE, SIDE)
        pixels = finer_core(
            key, parent, around, upscaler, recipe, prompt, cancelled, texture, region
        )
        borrowed = texture is not None and borrows_where(
            texture, SIDE, SIDE, key.z, region, lambda _: True, cancelled
        )
        state = State(index, pixels, prompt, borrowed)
        yield state


def middle(image: Rgb8, side: int) -> Rgb8:
    """Return the central side x side pixels of a square image; a view into it."""
    edge = (image.shape[0] - side) // 2
    return image[edge : edge + side, edge : edge + side]


def strip(states: list[State]) -> Rgb8:
    """Return the states side by side, the first on the left: (512, 512 * n, 3) uint8."""
    return np.concatenate([state.pixels for state in states], axis=1)
