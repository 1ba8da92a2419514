"""The recipe: everything that determines pixels besides the parent level.

Its digest names a pyramid's store file, so tiles of different recipes never mix. The device and its
number format are not included: they change pixels by half a grey level on average (int8: one), and
a pyramid can be continued on another machine.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from cozviewer.chain.fidelity import (
    COLOURS,
    FIRST_OF_METHOD_4,
    OF_METHOD_3,
    OF_METHOD_4,
    OF_METHOD_5,
    OF_METHOD_7,
    OF_PHOTO,
    OF_STEP,
    Correction,
)
from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.chain.rescale import LEAST_FAR, REACH, Margins
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TileKey

LEAST = 128
"""Minimum side of the input of a generative model, in parent pixels. With less, it generates
different detail: with Real-ESRGAN, a strip of 32 + 2 * 16 pixels has up to a third more contrast at
×4, and a fifth less at ×16, than the same pixels have in a view."""

LARGEST = 2048
"""Maximum side of a run in pixels of its level: a view of 1280 x 800 is one run, one of 3840 x 2160
is four. The halo is an eighth of such a run."""

METHOD = 8
"""Version of the step (geometry, fidelity formula); raised by changes that affect pixels. Pyramids
of sessions continue with the one that they were made with."""

RESTORES_DETAIL = FRUGAL = 3
"""The first version in which fidelity restores the luma of detail, and in which no more soft parts
are regenerated than necessary."""

TELLS_STEPS = 4
"""The first version in which fidelity corrects the first step and later ones differently."""

LIMITS_DEPARTURE = 5
"""The first version in which the result of a later step may depart from its parent only so far."""

ADDS_ROUNDS = 6
"""The first version in which the detail of a first step gets further rounds where it is far from
the photo."""

RESTORES_COLOURS = 7
"""The first version in which the detail of a later step is restored in colour, and what is lost
beyond black and white is taken from the pixels around it."""

LIMITS_CONTRAST = 8
"""The first version in which a later step has at most some multiple of its parent's contrast in
what lies beyond the parent's resolution."""

TEXTURE = 3
"""Version of borrowing texture (`texture`, `material`); raised by changes that affect pixels.
Pyramids of sessions continue with the one that they were made with."""


@dataclass(frozen=True)
class Recipe:
    """How a pyramid is made.

    Attributes:
        upscaler: `Upscaler.identity` as sorted pairs.
        prompter: `Prompter.identity` as sorted pairs.
        seed: The random seed.
        fidelity: How closely colour and coarse detail follow the parent, 0 (free) to 1 (faithful):
            the share of a colour shift that each step removes.
        halo: Context around a run, in parent pixels.
        least: Minimum side of the upscaler's input in parent pixels: narrow runs get more context.
        one_seed: Whether every run uses `seed` itself, as in the authors' code, instead of a seed
            of its own.
        adaptive_scale: Whether soft parts of a parent are regenerated at a coarser scale, from the
            second step on; see `rescale`.
        photo_texture: Whether missing texture is borrowed from the photo, from the second step on;
            see `texture`.
        method: See METHOD.
        texture: See TEXTURE; counts where `photo_texture` is set.
        largest: Maximum side of a run in pixels of its level. It decides only which tiles are drawn
            together, so recipes that differ in it alone are equal.
    """

    upscaler: tuple[tuple[str, str], ...]
    prompter: tuple[tuple[str, str], ...]
    seed: int
    fidelity: float
    halo: int
    least: int = 0
    one_seed: bool = False
    adaptive_scale: bool = False
    photo_texture: bool = False
    method: int = METHOD
    texture: int = TEXTURE
    largest: int = field(default=LARGEST, compare=False)

    @cached_property
    def text(self) -> str:
        """The recipe as canonical JSON; the last fields are omitted if they are not set."""
        return json.dumps(
            {
                "method": self.method,
                "upscaler": dict(self.upscaler),
                "prompter": dict(self.prompter),
                "seed": self.seed,
                "fidelity": float(self.fidelity),
                "halo": self.halo,
                **({"least": self.least} if self.least else {}),
                **({"one_seed": True} if self.one_seed else {}),
                **({"adaptive_scale": True} if self.adaptive_scale else {}),
                **({"photo_texture": self.texture} if self.photo_texture else {}),
            },
            sort_keys=True,
            separators=(",", ":"),
        )

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of `text`."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def correction(self, z: int) -> Correction:
        """Return how fidelity corrects level z."""
        if self.method < RESTORES_DETAIL:
            return COLOURS
        if self.method < TELLS_STEPS:
            return OF_METHOD_3
        if z <= STEP_LEVELS:
            return OF_PHOTO if self.method >= ADDS_ROUNDS else FIRST_OF_METHOD_4
        if self.method >= LIMITS_CONTRAST:
            return OF_STEP
        if self.method >= RESTORES_COLOURS:
            return OF_METHOD_7
        return OF_METHOD_5 if self.method >= LIMITS_DEPARTURE else OF_METHOD_4

    @property
    def frugal(self) -> bool:
        """See `redrawn`."""
        return self.method >= FRUGAL

    def margins(self, width: int, height: int) -> Margins:
        """Return the upscaler's margins around a run of width x height parent pixels, in parent
        pixels."""
        return self._margin(width), self._margin(height)

    def reach(self, z: int, width: int, height: int) -> Margins:
        """Return the margins of parent pixels on which a run of level z depends; see `margins`."""
        return self._reach(z, width), self._reach(z, height)

    def _margin(self, side: int) -> int:
        # A multiple of 4, as the coarser scale is 4 times smaller.
        return max(self.halo, _up(-(-(self.least - side) // 2), STEP_SCALE))

    def _reach(self, z: int, side: int) -> int:
        if not self.rescales(z):
            return self._margin(side)
        least = -(-(STEP_SCALE * LEAST_FAR - side) // 2)
        return _up(max(self._margin(side), REACH, least), STEP_SCALE)

    def rescales(self, z: int) -> bool:
        """Return whether soft parts of the parents of level z are regenerated: from the second step
        on, as soft parts of the photo itself are its content."""
        return self.adaptive_scale and z > STEP_LEVELS

    def tile_seed(self, key: TileKey) -> int:
        """Return the seed of the run whose first tile is `key`, independent of machine and order;
        0..2^32-1 unless it is `seed` itself."""
        if self.one_seed:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}:{key}".encode()).digest()
        return int.from_bytes(digest[:4], "little")


def _up(number: int, step: int) -> int:
    """Return the smallest multiple of `step` that is not smaller."""
    return -(-number // step) * step


def is_current(text: str) -> bool:
    """Return whether `Recipe.text` is of this version of the step, as far as it can be read."""
    try:
        read = json.loads(text)
        return bool(read["method"] == METHOD and read.get("photo_texture", TEXTURE) == TEXTURE)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return True


def recipe_of(
    upscaler: Upscaler,
    prompter: Prompter,
    *,
    seed: int = 0,
    fidelity: float = 1.0,
    one_seed: bool = False,
    adaptive_scale: bool = False,
    photo_texture: bool = False,
) -> Recipe:
    """Return the recipe of a pair of models.

    Args:
        seed: The random seed.
        fidelity: 0..1, for generative models. Interpolation needs no correction and always gets 0.
        one_seed: See `Recipe`.
        adaptive_scale: See `Recipe`; for generative models without a prompt. With a prompt, a model
            generates detail however soft its parent is.
        photo_texture: See `Recipe`; for the same models.
    """
    unprompted = upscaler.generative and not upscaler.accepts_prompt
    return Recipe(
        upscaler=tuple(sorted(upscaler.identity.items())),
        prompter=tuple(sorted(prompter.identity.items())),
        seed=seed,
        fidelity=fidelity if upscaler.generative else 0.0,
        halo=upscaler.halo,
        least=LEAST if upscaler.generative else 0,
        one_seed=one_seed,
        adaptive_scale=adaptive_scale and unprompted,
        photo_texture=photo_texture and unprompted,
    )
