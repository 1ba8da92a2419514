"""The recipe: everything that decides pixels besides the parent level.

Its digest names a pyramid's store file, so tiles of two recipes never mix. The device and its
number format are left out on purpose: they move pixels by half a grey level on average (int8: by
one to two), and a pyramid begun on one machine goes on on another.
"""

import hashlib
import json
from dataclasses import dataclass

from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.chain.rescale import LEAST_FAR, REACH, Margins
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TileKey

LEAST = 128
"""Least parent pixels, a side, that a model which invents detail is shown. Shown less, it draws
something else: of Real-ESRGAN, a strip of 32 + 2 * 16 pixels has up to a third more contrast at ×4,
and a fifth less at ×16, than the same pixels have in a view."""

METHOD = 2
"""Counts changes of the step itself (geometry, fidelity formula) that change pixels."""

TEXTURE = 1
"""Counts changes of how texture is borrowed (`texture`, `material`) that change pixels."""


@dataclass(frozen=True)
class Recipe:
    """How a pyramid is made.

    Attributes:
        upscaler: `Upscaler.identity` as sorted pairs.
        prompter: `Prompter.identity` as sorted pairs.
        seed: Start of all randomness.
        fidelity: How closely colour and coarse detail follow the parent, 0 (free) to 1 (faithful):
            the part of a colour shift that each step takes back.
        halo: Parent pixels of context around what is drawn in one run.
        least: Least parent pixels, a side, that the upscaler is shown: narrow runs get more
            context.
        one_seed: Whether every run is made with `seed` itself, as the paper's authors
            do, instead of a seed of its own.
        adaptive_scale: Whether soft parts of a parent are drawn again from further away, from the
            second step on; see `rescale`.
        photo_texture: Whether texture that a step lacks is borrowed from the photo, from the second
            step on; see `texture`.
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

    @property
    def text(self) -> str:
        """The recipe as canonical JSON; those of the last fields that are not set are
        left out."""
        return json.dumps(
            {
                "method": METHOD,
                "upscaler": dict(self.upscaler),
                "prompter": dict(self.prompter),
                "seed": self.seed,
                "fidelity": float(self.fidelity),
                "halo": self.halo,
                **({"least": self.least} if self.least else {}),
                **({"one_seed": True} if self.one_seed else {}),
                **({"adaptive_scale": True} if self.adaptive_scale else {}),
                **({"photo_texture": TEXTURE} if self.photo_texture else {}),
            },
            sort_keys=True,
            separators=(",", ":"),
        )

    @property
    def digest(self) -> str:
        """Hex SHA-256 of `text`."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def margins(self, width: int, height: int) -> Margins:
        """Return how many parent pixels the upscaler is shown around a run made from width x height
        of them."""
        return self._margin(width), self._margin(height)

    def reach(self, z: int, width: int, height: int) -> Margins:
        """Return how many parent pixels around a run of level z decide it; see `margins`."""
        return self._reach(z, width), self._reach(z, height)

    def _margin(self, side: int) -> int:
        # A multiple of 4, as pixels are seen from further away by fours.
        return max(self.halo, _up(-(-(self.least - side) // 2), STEP_SCALE))

    def _reach(self, z: int, side: int) -> int:
        if not self.rescales(z):
            return self._margin(side)
        least = -(-(STEP_SCALE * LEAST_FAR - side) // 2)
        return _up(max(self._margin(side), REACH, least), STEP_SCALE)

    def rescales(self, z: int) -> bool:
        """Tell whether the parents of level z are looked at for soft parts: from the
        second step on, as what is soft in the photo itself is what it shows."""
        return self.adaptive_scale and z > STEP_LEVELS

    def tile_seed(self, key: TileKey) -> int:
        """Return the seed of the run whose first tile is `key`: the same on every machine and in
        any order; 0..2^32-1 unless it is `seed` itself."""
        if self.one_seed:
            return self.seed
        digest = hashlib.sha256(f"{self.seed}:{key}".encode()).digest()
        return int.from_bytes(digest[:4], "little")


def _up(number: int, step: int) -> int:
    """Return the next multiple of `step` that is not smaller."""
    return -(-number // step) * step


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
        seed: Start of all randomness.
        fidelity: 0..1, for models that invent detail. Interpolation is true to its parent by
            itself and always gets 0.
        one_seed: See `Recipe`.
        adaptive_scale: See `Recipe`; for models that invent detail and take no words. One that
            takes words draws what it is told, however soft its parent.
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
