"""Adds missing texture to a step, borrowed from the photo itself.

From the second step on, a super-resolution model alone fades to blur, as it cannot generate detail
from a flat parent. Natural images are similar across scales, so the photo's finest band from
around the same spot, added to a level without its own, is plausible there, and the next step
refines it.

A band is composed of overlapping cells of the photo, one around each site of a jittered lattice.
Cells are chosen randomly among those similar to the spot (see `material`), and blended so that
contrast is preserved (Heitz and Neyret, "High-Performance By-Example Noise", 2018, section 3). The
result depends only on the place, the photo and the level.

Alternatives, tested on the same photos: cells with random phases (Galerne et al., 2011) are as good
for fur and safe everywhere, but grass and seeds dissolve into noise; cells chosen by contrast paste
eyes and mouths on skin; without statistics of the neighbourhood, rows of teeth and lines of text
count as texture.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import beyond_parent, blurred, enlarged, keep_means, ramp, shrunk
from cozviewer.chain.recipe import TEXTURE
from cozviewer.chain.textures.material import CELL, FINE, GRID, MARGIN, PLAIN, Survey, survey
from cozviewer.image.pixels import LUMA, Rgb8, RgbFloat, luma_of, padded
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import STEP_LEVELS

RADIUS = 96
"""Source pixels from a spot within which cells are taken, either way."""

ACROSS, DOWN, JITTER = 20, 18, 5
"""Pixels between the sites of a lattice (every other row is shifted by half of it), and how far a
site may lie from its place."""

BLEND = 6.5
"""Sigma, in pixels, of the weight of a cell around its site: neighbours blend within some 10."""

CLEAN_ENOUGH = 0.05
"""Value of `clean` (see `material`) below which cells are never used."""

LIKE_LUMA, LIKE_CHROMA = 12.0, 6.0
"""Difference in colour between a spot and a cell, in grey levels, at which it is taken half as
often; what the cell itself spans counts less."""

LIKE_DISTANCE = 48.0
"""The same in source pixels between them."""

LIKE_ANGLE = math.radians(14)
"""The same between their directions, where both have one."""

ALIKE = (0.12, 0.4)
"""Likeness of the best cell: below the first nothing is added, above the second all of it."""

CHOICES = (66.0, 100.0)
"""The same for the number of cells to choose from: fewer ones repeat before the eye. They overlap:
as blended, a cell covers as much as 33 of them (4 pi BLEND^2 pixels, GRID^2 for each), so this is
an area of two to three cells. Smaller islands that look even are a seam of cloth (50 cells) or the
rim of a collar (54); hair has 100 and more, fur 200, grass 1300."""

EARLIER_CHOICES = (8.0, 24.0)
"""The same in the first version of TEXTURE."""

NEAR = (0.1, 0.4)
"""The same for how much even texture there is around the spot itself."""

STRONG, SHARE = 9.0, 0.4
"""Contrast of the source in grey levels, and the share of what is above it that texture gets, from
the second version of TEXTURE on. Contrast so strong (gravel 18, grass 15) is between stones and
between blades; each one by itself is smoother."""

FULL_CONTRAST = 3
"""The first version of TEXTURE in which texture with a direction has all the contrast of its
source, a level has no more than EXCESS allows, and clipping at black and white shifts no mean."""

EXCESS = 1.5
"""Maximum contrast of a level in its finest band, over that of its texture. A model exaggerates
strands, and more so at every step: grass had three times the contrast at x1024, and was 36 dB from
its parent instead of 39."""

CLEAR = (6.0, 9.0)
"""Contrast of texture, in grey levels, up to which EXCESS does not apply, and from which on it
applies in full: where texture fades out, contours begin."""

MOST_GAIN = 1.6
"""Maximum gain of a cell."""

ROOM = 2.5
"""Least distance from black and white, in standard deviations of the texture."""

LACK = 6.0
"""Sigma, in pixels, within which it is measured what a level lacks."""

ALIGNED = 128
"""Surveys cover multiples of so many source pixels, so that views nearby share them."""

KEPT = 4
"""Surveys that are kept, some 5 MB each."""

_SITE = np.arange(2 * CELL) - CELL + 0.5
_WEIGHT = np.exp(-(_SITE[:, None] ** 2 + _SITE[None, :] ** 2) / (2 * BLEND**2)).astype(np.float32)
_SQUARE = _WEIGHT**2


@dataclass(frozen=True, eq=False, slots=True)
class _Choice:
    """Cells that a spot may take: their numbers, 4 * cell + variant, and the sums of their odds."""

    cells: NDArray[np.intp]
    odds: NDArray[np.float64]


class PhotoTexture:
    """The texture of one photo. Thread-safe.

    Args:
        read: Returns the photo's pixels in a rectangle inside it, (h, w, 3) uint8.
        width, height: The photo's size in pixels.
        version: See TEXTURE.
    """

    def __init__(
        self, read: Callable[[Rect], Rgb8], width: int, height: int, version: int = TEXTURE
    ) -> None:
        self._read = read
        self._version = version
        self._whole = Rect(0, 0, width, height)
        self._lock = threading.Lock()
        self._spots: OrderedDict[Rect, _Spots] = OrderedDict()

    def add(self, fine: RgbFloat, level_region: Rect, z: int) -> None:
        """Add missing texture to a level, and soften what has far more contrast than its texture;
        nothing at the first step, whose parent is the photo.

        Args:
            fine: (H, W, 3) float32 in about 0..1, sides divisible by 4; changed in place. What is
                within some 20 pixels of its edges is only right if nothing lies beyond.
            level_region: What it covers, in pixels of level z; may reach beyond the image.
            z: A step level.
        """
        if z <= STEP_LEVELS:
            return
        laid = self.band(level_region, z)
        if laid is None:
            return
        band, contrast = laid
        luma = luma_of(fine) * np.float32(255)
        high = luma - blurred(luma, FINE)
        there = enlarged(blurred(shrunk(high**2), LACK / GRID))
        share = 1 - there / np.maximum(contrast**2, np.float32(1e-3))
        # Near black and white there is less room, and what is clipped would shift the mean.
        room = enlarged(blurred(shrunk(_room(fine)), LACK / GRID)) * np.float32(255 / ROOM)
        band *= np.sqrt(np.clip(share, 0, 1)) * np.clip(room / np.maximum(contrast, 1e-3), 0, 1)
        # The downscaled level does not change.
        band = beyond_parent(band)
        if self._version >= FULL_CONTRAST:
            band -= high * _excess(there, contrast)
        band *= np.float32(1 / 255)
        fine += band
        if self._version >= FULL_CONTRAST:
            keep_means(fine)

    def band(self, level_region: Rect, z: int) -> tuple[RgbFloat, RgbFloat] | None:
        """Return the finest band that natural images would have in a region.

        Returns:
            (H, W, 3) float32 in grey levels, and its contrast, the standard deviation of its luma,
            (H, W, 1); None where nothing is added.
        """
        sites = _Sites.around(level_region, z)
        spots = self._spots_for(*sites.source_box())
        places = spots.places(sites.source_x, sites.source_y)
        contrasts = spots.contrasts(places)
        if not contrasts.any():
            return None
        height, width = level_region.height, level_region.width
        # Planes, as NumPy is slow where the last axis is short.
        shape = (height + 4 * CELL, width + 4 * CELL)
        laid = np.zeros((3, *shape), np.float32)
        weights, power = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for index in range(len(contrasts)):
            y, x = int(sites.y[index]) + CELL, int(sites.x[index]) + CELL
            down, across = slice(y, y + 2 * CELL), slice(x, x + 2 * CELL)
            weights[down, across] += _SQUARE
            contrast = contrasts[index]
            if contrast <= 0:
                continue
            power[down, across] += _SQUARE * contrast
            cell, scale = spots.cell(places, index, sites.lots[index])
            laid[:, down, across] += cell * (_WEIGHT * np.float32(scale * contrast))
        inner = np.s_[2 * CELL : 2 * CELL + height, 2 * CELL : 2 * CELL + width]
        there = weights[inner]
        band = laid[:, *inner] / np.sqrt(there)
        return np.ascontiguousarray(band.transpose(1, 2, 0)), (power[inner] / there)[:, :, None]

    def borrowed(self, source_region: Rect) -> NDArray[np.bool_]:
        """Return where texture may have been borrowed from elsewhere in the photo, from the second
        step on: all places with suitable texture nearby, whether or not a step lacked any there.

        Args:
            source_region: In source pixels, inside the photo; multiples of GRID but for its right
                and bottom edge.

        Returns:
            (ceil(h / GRID), ceil(w / GRID)) bool.
        """
        columns, rows = -(-source_region.width // GRID), -(-source_region.height // GRID)
        x = source_region.x + GRID * (np.arange(columns) + 0.5)
        y = source_region.y + GRID * (np.arange(rows) + 0.5)
        spots = self._spots_for(x[0], y[0], x[-1], y[-1])
        across, down = np.meshgrid(x, y)
        found = spots.contrasts(spots.places(across.ravel(), down.ravel())) > 0
        return found.reshape(rows, columns)

    def _spots_for(self, left: float, top: float, right: float, bottom: float) -> "_Spots":
        """Return the spots of a survey that holds a box, in source pixels."""
        around = RADIUS + 2 * GRID
        x = (math.floor(left) - around) // ALIGNED * ALIGNED
        y = (math.floor(top) - around) // ALIGNED * ALIGNED
        region = rect_between(
            x,
            y,
            -(-(math.ceil(right) + around) // ALIGNED) * ALIGNED,
            -(-(math.ceil(bottom) + around) // ALIGNED) * ALIGNED,
        )
        with self._lock:
            for known in reversed(self._spots):
                if known.contains(region):
                    self._spots.move_to_end(known)
                    return self._spots[known]
        around_it = region.grown(MARGIN)
        there = around_it.intersected(self._whole)
        pixels = padded(self._read(there), there, around_it, "symmetric")
        spots = _Spots(survey(pixels, region), self._whole, self._version)
        with self._lock:
            self._spots[region] = spots
            while len(self._spots) > KEPT:
                self._spots.popitem(last=False)
        return spots


@dataclass(frozen=True, eq=False, slots=True)
class _Sites:
    """The sites whose cells reach into a region of a level, row by row.

    Attributes:
        x, y: Their pixel within the region; a cell has CELL pixels on either side of it.
        source_x, source_y: The same place in source pixels.
        lots: (n, 4) uniform in 0..1: which spot across and down, which cell, how it lies.
    """

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    source_x: NDArray[np.float64]
    source_y: NDArray[np.float64]
    lots: NDArray[np.float64]

    @staticmethod
    def around(level_region: Rect, z: int) -> "_Sites":
        """Return the sites of a region of level z."""
        reach = CELL + JITTER
        first_row = (level_region.y - reach) // DOWN
        first_col = (level_region.x - reach) // ACROSS - 1
        rows = (level_region.bottom + reach) // DOWN + 1 - first_row
        columns = (level_region.right + reach) // ACROSS + 1 - first_col
        row, col = (a.ravel() for a in np.mgrid[:rows, :columns])
        lots = _lots(z, first_row, first_col, row, col)
        shift = ACROSS // 2 * ((row + first_row % 2) % 2)
        jitter = np.floor(lots[:, :2] * (2 * JITTER + 1)).astype(np.int64) - JITTER
        # Offsets are small; only their origin may be beyond 64 bits.
        x = col * ACROSS + (first_col * ACROSS - level_region.x) + shift + jitter[:, 0]
        y = row * DOWN + (first_row * DOWN - level_region.y) + jitter[:, 1]
        reaching = (
            (x > -CELL)
            & (y > -CELL)
            & (x < level_region.width + CELL)
            & (y < level_region.height + CELL)
        )
        x, y = x[reaching], y[reaching]
        return _Sites(
            x,
            y,
            level_region.x / (1 << z) + np.ldexp(x.astype(np.float64), -z),
            level_region.y / (1 << z) + np.ldexp(y.astype(np.float64), -z),
            lots[reaching, 2:],
        )

    def source_box(self) -> tuple[float, float, float, float]:
        """Return the left, top, right and bottom of the sites in source pixels."""
        x, y = self.source_x, self.source_y
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


@dataclass(frozen=True, eq=False, slots=True)
class _Places:
    """Places between the spots of a survey.

    Attributes:
        col, row: The spot above and to the left of each place.
        across, down: How far each place lies towards the next spot, 0..1.
    """

    col: NDArray[np.int64]
    row: NDArray[np.int64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]


class _Spots:
    """What the places of a survey may borrow, computed when first needed.

    More than 12 attributes, because each property of the places is an array of its own.

    Positions are clamped to the photo, so texture continues beyond its edges.
    """

    def __init__(self, figures: Survey, whole: Rect, version: int) -> None:
        self._figures = figures
        self._choices, self._share = (EARLIER_CHOICES, 1.0) if version < 2 else (CHOICES, SHARE)
        self._high = np.ascontiguousarray(figures.high.transpose(2, 0, 1))
        self._whole = whole
        region = figures.region
        rows, cols = np.nonzero(figures.clean > CLEAN_ENOUGH)
        # The whole cell lies in the photo.
        x, y = region.x + GRID * cols + GRID // 2, region.y + GRID * rows + GRID // 2
        inside = (x >= CELL) & (y >= CELL) & (x <= whole.width - CELL) & (y <= whole.height - CELL)
        self._rows, self._cols = rows[inside], cols[inside]
        known = np.s_[self._rows, self._cols]
        self._clean, self._contrast = figures.clean[known], figures.contrast[known]
        directed = version >= FULL_CONTRAST
        self._own_strength = figures.own_strength if directed else figures.own
        self._strength = figures.strength[known] if directed else self._contrast
        self._mean, self._spread = figures.mean[known], figures.spread[known]
        self._angle, self._coherence = figures.angle[known], figures.coherence[known]
        gain = np.minimum(
            1 / np.maximum(figures.deviation[known], 0.3),
            MOST_GAIN / np.maximum(self._contrast, 0.3),
        )
        self._gain: NDArray[np.float32] = gain.astype(np.float32)
        self._found: dict[tuple[int, int], tuple[float, _Choice | None]] = {}
        self._lock = threading.Lock()

    def contrasts(self, places: _Places) -> NDArray[np.float32]:
        """Return the contrast that texture should have at places, in grey levels, 0 for nothing;
        interpolated between spots."""
        if not len(self._rows):
            return np.zeros(len(places.col), np.float32)
        col, row, across, down = places.col, places.row, places.across, places.down
        found = np.zeros(len(col))
        for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
            part = (down if dy else 1 - down) * (across if dx else 1 - across)
            corners, where = np.unique(
                np.stack((row + dy, col + dx), axis=1), axis=0, return_inverse=True
            )
            values = np.array([self._spot(int(r), int(c))[0] for r, c in corners])
            found += part * values[where.ravel()]
        return found.astype(np.float32)

    def cell(
        self, places: _Places, index: int, lots: NDArray[np.float64]
    ) -> tuple[RgbFloat, float]:
        """Return a cell for one of the places, which has a contrast above 0.

        Returns:
            (3, 2 * CELL, 2 * CELL) float32, and what makes its contrast 1.
        """
        dx, dy = int(lots[0] < places.across[index]), int(lots[1] < places.down[index])
        r, c = int(places.row[index]), int(places.col[index])
        corners = [(r + dy, c + dx), (r + dy, c + 1 - dx), (r + 1 - dy, c + dx)]
        corners.append((r + 1 - dy, c + 1 - dx))
        choice = next(found for found in (self._spot(*at)[1] for at in corners) if found)
        number = min(int(np.searchsorted(choice.odds, lots[2])), len(choice.odds) - 1)
        cell, variant = divmod(int(choice.cells[number]), 4)
        y, x = int(self._rows[cell]) * GRID + GRID // 2, int(self._cols[cell]) * GRID + GRID // 2
        pixels = self._high[:, y : y + 2 * CELL, x : x + 2 * CELL]
        return _laid(pixels, variant, bool(lots[3] < 0.5)), float(self._gain[cell])

    def places(self, source_x: NDArray[np.float64], source_y: NDArray[np.float64]) -> _Places:
        """Return where positions in the photo lie between the spots."""
        region = self._figures.region
        x = (np.clip(source_x, 0, self._whole.width) - region.x) / GRID - 0.5
        y = (np.clip(source_y, 0, self._whole.height) - region.y) / GRID - 0.5
        col, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        return _Places(col, row, x - col, y - row)

    def _spot(self, row: int, col: int) -> tuple[float, _Choice | None]:
        """Return the contrast of a spot and the cells that it may take, if any."""
        with self._lock:
            found = self._found.get((row, col))
        if found is None:
            found = self._worked_out(row, col)
            with self._lock:
                self._found[row, col] = found
        return found

    def _worked_out(self, row: int, col: int) -> tuple[float, _Choice | None]:
        nothing = 0.0, None
        figures = self._figures
        own = float(figures.own[row, col])
        around = float(figures.near[row, col])
        if own <= PLAIN[0] or around <= NEAR[0]:
            return nothing
        rows, cols = self._rows - row, self._cols - col
        reach = RADIUS // GRID
        cells = np.flatnonzero((np.abs(rows) <= reach) & (np.abs(cols) <= reach))
        if not len(cells):
            return nothing
        distance = GRID * np.hypot(rows[cells], cols[cells])
        difference = self._mean[cells] - figures.colour[row, col]
        luma = difference @ np.array(LUMA, np.float32)
        chroma = np.sqrt(((difference - luma[:, None]) ** 2).sum(axis=1))
        spread = self._spread[cells]
        exponent = (
            (luma / (LIKE_LUMA + 0.8 * spread)) ** 2
            + (chroma / (LIKE_CHROMA + 0.4 * spread)) ** 2
            + (distance / LIKE_DISTANCE) ** 2
        )
        likeness = np.exp(-0.5 * exponent) * self._clean[cells]
        angle = self._angle[cells]
        turned = np.stack((angle, -angle, np.pi / 2 - angle, np.pi / 2 + angle), axis=1)
        apart = turned - figures.own_angle[row, col]
        apart = np.abs((apart + np.pi / 2) % np.pi - np.pi / 2)
        directed = np.minimum(self._coherence[cells], figures.own_coherence[row, col])
        directed = np.clip((directed - 0.1) / 0.2, 0, 1)
        odds = likeness[:, None] * np.exp(-0.5 * (apart / LIKE_ANGLE) ** 2 * directed[:, None])
        best = float(odds.max())
        if best <= ALIKE[0]:
            return nothing
        most = odds.max(axis=1) / best
        choices = float(most.sum() ** 2 / (most**2).sum())
        part = _ramp(best, ALIKE) * _ramp(choices, self._choices) * _ramp(around, NEAR)
        odds = (odds / best) ** 2
        odds[odds < 0.05] = 0
        shares = odds.sum(axis=1)

        def mean(of: NDArray[np.float32]) -> float:
            return float((shares * of[cells]).sum() / odds.sum())

        part *= _ramp(min(mean(self._contrast), own), PLAIN)
        contrast = min(mean(self._strength), float(self._own_strength[row, col]))
        contrast = part * min(contrast, STRONG + self._share * (contrast - STRONG))
        if contrast <= 0:
            return nothing
        taken = np.flatnonzero(odds)
        sums = np.cumsum(odds.ravel()[taken], dtype=np.float64)
        return contrast, _Choice(4 * cells[taken // 4] + taken % 4, sums / sums[-1])


def _excess(power: RgbFloat, contrast: RgbFloat) -> RgbFloat:
    """Return the share of its finest band that a level has in excess, (H, W, 1), 0..1.

    Args:
        power: Of that band, in squared grey levels, (H, W, 1).
        contrast: Of its texture, in grey levels, (H, W, 1).
    """
    most = EXCESS * contrast / np.sqrt(np.maximum(power, np.float32(1e-3)))
    excess: RgbFloat = np.maximum(1 - most, 0) * ramp(contrast, *CLEAR)
    return excess


def _room(fine: RgbFloat) -> RgbFloat:
    """Return how far pixels are from black and white, (H, W, 1). By planes, which takes an eighth
    of the time that NumPy takes along an axis of three."""
    red, green, blue = (fine[:, :, i : i + 1] for i in range(3))
    least = np.minimum(np.minimum(red, green), blue)
    room: RgbFloat = np.minimum(least, 1 - np.maximum(np.maximum(red, green), blue))
    return room


def _laid(pixels: RgbFloat, variant: int, other: bool) -> RgbFloat:
    """Return a cell, (channels, rows, columns), in one of the eight ways to lay it: two for each
    variant, which turns a direction a into a, -a, 90 - a or 90 + a degrees."""
    if variant == 0:
        return pixels[:, ::-1, ::-1] if other else pixels
    if variant == 1:
        return pixels[:, ::-1] if other else pixels[:, :, ::-1]
    turned = pixels.swapaxes(1, 2)
    if variant == 2:
        return turned[:, ::-1, ::-1] if other else turned
    return turned[:, ::-1] if other else turned[:, :, ::-1]


def _ramp(value: float, limits: tuple[float, float]) -> float:
    return float(ramp(np.array(value, np.float32), *limits))


_MASK = (1 << 64) - 1


def _lots(
    z: int, first_row: int, first_col: int, row: NDArray[np.int64], col: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return six numbers in 0..1 for each site of a lattice, always the same ones (SplitMix64,
    Steele et al. 2014)."""
    rows = np.uint64(first_row & _MASK) + row.astype(np.uint64)
    cols = np.uint64(first_col & _MASK) + col.astype(np.uint64)
    level = np.uint64(z * 0x632BE59BD9B4E019 & _MASK)
    state = _mixed(_mixed(rows + level) ^ cols)
    steps = np.arange(1, 7, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mixed(state[:, None] + steps) / 2.0**64


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
