"""Whole slides of microscopes, read by OpenSlide. The label and the overview photo, which slides
hold besides, may name a patient: they are neither shown nor kept."""

from typing import Any

import numpy as np
import openslide
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.colours.colour import converter, profile_name
from cozviewer.image.readers.opened import Note, Refused, checked_page
from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import OpenedRegions, Request, on_background

_MOST_LEVELS = 64
_CACHE_BYTES = 1 << 26
_MICRONS_PER_CM = 10_000


class _Slide:
    """An open slide. OpenSlide reads nothing any more after an error, so it is opened again."""

    def __init__(self, path: str, managed: bool) -> None:
        self._path = path
        self.file = self._opened()
        count = min(self.file.level_count, _MOST_LEVELS)
        self.sizes = tuple((int(w), int(h)) for w, h in self.file.level_dimensions[:count])
        self._steps = self.file.level_downsamples[:count]
        self._behind = _background(self.properties.get(openslide.PROPERTY_NAME_BACKGROUND_COLOR))
        profile: Any = getattr(self.file, "color_profile", None)
        icc = profile.tobytes() if managed and profile is not None else None
        self.profile = profile_name(icc) if icc else ""
        self._to_srgb = converter("RGB", icc) if icc else None

    @property
    def properties(self) -> Any:
        return self.file.properties

    def read(self, level: int, region: Rect) -> NDArray[np.uint8]:
        """Return a region; where the slide has no tile, its background."""
        try:
            return self._read(level, region)
        except openslide.OpenSlideError:
            self.file.close()
            self.file = self._opened()
            raise

    def _read(self, level: int, region: Rect) -> NDArray[np.uint8]:
        # A place counts in pixels of the finest level.
        place = round(region.x * self._steps[level]), round(region.y * self._steps[level])
        image = self.file.read_region(place, level, (region.width, region.height))
        rgb = on_background(np.asarray(image), self._behind)
        return rgb if self._to_srgb is None else self._to_srgb(Image.fromarray(rgb))

    def _opened(self) -> Any:
        file = openslide.OpenSlide(self._path)
        if hasattr(file, "set_cache"):
            file.set_cache(openslide.OpenSlideCache(_CACHE_BYTES))
        return file


def open_regions(request: Request) -> OpenedRegions:
    """Read the header of a slide."""
    checked_page(request.page, 1)
    try:
        slide = _Slide(request.path, request.managed)
    except openslide.OpenSlideUnsupportedFormatError as error:
        raise Refused("no slide") from error
    properties = slide.properties
    microns = [
        _number(properties.get(name))
        for name in (openslide.PROPERTY_NAME_MPP_X, openslide.PROPERTY_NAME_MPP_Y)
    ]
    per_cm = None
    if microns[0] and microns[1]:
        per_cm = _MICRONS_PER_CM / microns[0], _MICRONS_PER_CM / microns[1]
    notes: list[Note] = [("medical", {})]
    power = _number(properties.get(openslide.PROPERTY_NAME_OBJECTIVE_POWER))
    if power:
        notes.append(("objective", {"power": power}))
    tile = _number(properties.get("openslide.level[0].tile-width"))
    return OpenedRegions(
        slide.sizes,
        slide.read,
        block=int(min(max(tile or 256, 128), 1024)),
        per_cm=per_cm,
        notes=tuple(notes),
        field="microscopy",
        profile=slide.profile,
    )


def _background(text: str | None) -> tuple[int, int, int]:
    """Return the colour in OpenSlide's property, "F4F4F4"; white without one."""
    try:
        number = int(text or "", 16)
    except ValueError:
        return 255, 255, 255
    return number >> 16 & 255, number >> 8 & 255, number & 255


def _number(text: str | None) -> float | None:
    """Return a number > 0; None where the text is none."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < 1e9 else None
