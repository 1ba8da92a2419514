"""GeoTIFF, read by rasterio (GDAL): its overviews, bands, places without data and coordinates."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from cozviewer.image.colours.high_bit_depth import Scale, to_8_bit
from cozviewer.image.readers.opened import Note, Refused, checked_page, checked_tone
from cozviewer.image.rect import Rect
from cozviewer.image.regions.map_place import georeference_of
from cozviewer.image.regions.opened import OpenedRegions, Request
from cozviewer.image.tone import LINEAR, Tone
from cozviewer.image.toning.curve import grey_levels, window_between
from cozviewer.image.toning.samples import MOST_SAMPLES, Extent, Samples
from cozviewer.image.toning.tone_range import ToneRange

LOW, HIGH = 2.0, 98.0
"""Percentiles that become black and white, as QGIS has them by default."""

_CACHE_BYTES = 1 << 26
_SAMPLED_PIXELS = 1 << 22
_MOST_WHOLE = 50_000_000
"""Pixels of the coarsest level up to which all of it is read for a histogram."""

_SAMPLES = 8
"""Windows across and down that are sampled if there is no small overview."""

_ENVIRONMENT = {
    "GDAL_CACHEMAX": _CACHE_BYTES,
    "GDAL_NUM_THREADS": "1",
    "CPL_LOG_ERRORS": "OFF",
    "GDAL_MAX_DATASET_POOL_SIZE": "4",
    "GDAL_PAM_ENABLED": "YES",
    "PROJ_NETWORK": "OFF",
    "VRT_SHARED_SOURCE": "0",
}


@dataclass(frozen=True)
class _Bands:
    """Which bands are shown, and how.

    Attributes:
        indexes: One or three, from 1.
        scales: What becomes black and white, of each.
        palette: (256 or more, 4) uint8 by value, of one band; None without one.
        offered: What a tone can change.
        tone: In place of the scales where it has a window, and beside them; None without one.
    """

    indexes: tuple[int, ...]
    scales: tuple[Scale, ...]
    palette: NDArray[np.uint8] | None = None
    offered: ToneRange | None = None
    tone: Tone | None = None

    def levels(self, values: NDArray[Any]) -> list[NDArray[np.uint8]]:
        """Return (bands, H, W) of numbers as grey levels, band by band."""
        pairs = zip(values, self.scales, strict=True)
        if self.tone is None:
            return [to_8_bit(plane, scale) for plane, scale in pairs]
        return [grey_levels(plane, _with_window(self.tone, scale)) for plane, scale in pairs]


class _Map:
    """An open file: a data set of each of its levels."""

    def __init__(self, path: str, page: int | None) -> None:
        self._environment = rasterio.Env(**_ENVIRONMENT)
        self._environment.__enter__()
        first = _opened(path)
        parts = [name for name in first.subdatasets if name.startswith("GTIFF_DIR:")]
        self.pages = max(1, len(parts))
        self.page = checked_page(page, self.pages)
        target = parts[self.page - 1] if self.pages > 1 else path
        self.files = [first if target == path else _opened(target)]
        for index in range(len(self.files[0].overviews(1))):
            file = _opened(target, overview_level=index)
            if file.width >= self.files[-1].width or min(file.width, file.height) < 1:
                break
            self.files.append(file)
        self.sizes = tuple((file.width, file.height) for file in self.files)

    @property
    def finest(self) -> Any:
        return self.files[0]

    def samples(self, index: int) -> NDArray[np.float64]:
        """Return values of a band that stand for all: of the finest overview that is small, or
        of windows spread over the image."""
        level = next((k for k, (w, h) in enumerate(self.sizes) if w * h <= _SAMPLED_PIXELS), None)
        if level is not None:
            windows = [Window(0, 0, *self.sizes[level])]
        else:
            level = len(self.files) - 1
            windows = self._windows(level)
        found = []
        for window in windows:
            masked = self.files[level].read(index, window=window, masked=True)
            values = _real(np.ma.compressed(masked)).astype(np.float64)
            found.append(values[np.isfinite(values)])
        return np.concatenate(found)

    def thinned(self, most_pixels: int) -> tuple[NDArray[Any], Extent]:
        """Return (H, W, bands) of all bands at about so many pixels, or of windows where that would
        read all of a large file, and which; where there is no data, there is no number."""
        width, height = self.sizes[-1]
        if width * height > _MOST_WHOLE:
            windows = self._windows(len(self.files) - 1)
            file = self.files[-1]
            parts = [_numbers(file.read(window=window, masked=True)) for window in windows]
            return np.concatenate([part.reshape(1, -1, file.count) for part in parts], 1), "squares"
        width, height = self.sizes[0]
        part = min(1.0, (most_pixels / (width * height)) ** 0.5)
        shape = max(1, int(height * part)), max(1, int(width * part))
        values = self.finest.read(out_shape=(self.finest.count, *shape), masked=True)
        return _numbers(values), "image" if len(self.files) == 1 else "overview"

    def _windows(self, level: int) -> list[Window]:
        """Return windows spread over a level."""
        width, height = self.sizes[level]
        side = round((_SAMPLED_PIXELS / _SAMPLES**2) ** 0.5)
        return [
            Window(
                max(0, (width - side) * column // (_SAMPLES - 1)),
                max(0, (height - side) * row // (_SAMPLES - 1)),
                min(side, width),
                min(side, height),
            )
            for row in range(_SAMPLES)
            for column in range(_SAMPLES)
        ]


def open_regions(request: Request) -> OpenedRegions:
    """Read the header of a file, and the values that decide what is black and white."""
    file = _Map(request.path, request.page)
    finest = file.finest
    count = finest.count
    if count < 1:
        raise ValueError("no bands")
    bands = _bands_of(file, request)
    holes = any(MaskFlags.all_valid not in finest.mask_flag_enums[i - 1] for i in bands.indexes)
    holes = holes or np.dtype(finest.dtypes[bands.indexes[0] - 1]).kind == "f"
    has_alpha = holes or (bands.palette is not None and int(bands.palette[:, 3].min()) < 255)

    def read(level: int, region: Rect) -> NDArray[np.uint8]:
        window = Window(region.x, region.y, region.width, region.height)
        rgba = _shown(file.files[level], window, bands, holes)
        return rgba if has_alpha else np.ascontiguousarray(rgba[..., :3])

    blocks = finest.block_shapes[bands.indexes[0] - 1]
    itemsize = max(np.dtype(kind).itemsize for kind in finest.dtypes)
    georeference, notes = georeference_of(finest, request.path)
    shown_notes = _notes(finest, bands, request)
    if finest.nodata is not None:
        shown_notes.append(("no data", {}))

    def numbers(most_pixels: int) -> Samples:
        assert bands.offered is not None
        values, extent = file.thinned(min(most_pixels, MOST_SAMPLES // count))
        return Samples(values, bands.offered, extent=extent)

    return OpenedRegions(
        file.sizes,
        read,
        block=int(min(max(blocks[0], 128), 1024)) if blocks[0] == blocks[1] else 256,
        needed=(1 << 28) + 8 * count * blocks[0] * blocks[1] * itemsize,
        page=file.page,
        pages=file.pages,
        notes=(*shown_notes, *notes),
        georeference=georeference,
        colours="palette" if bands.palette is not None else "RGB" if count >= 3 else "grey",
        bits=8 * np.dtype(finest.dtypes[0]).itemsize,
        alpha=has_alpha,
        offered=bands.offered,
        numbers=None if bands.offered is None else numbers,
    )


def _bands_of(file: _Map, request: Request) -> _Bands:
    """Return the bands to be shown: those that the tone names; else red, green and blue by what
    the file says; else the first three; else the first one."""
    finest = file.finest
    meaning = list(finest.colorinterp)
    colours = [c for c in (ColorInterp.red, ColorInterp.green, ColorInterp.blue) if c in meaning]
    others = [i for i in range(1, finest.count + 1) if meaning[i - 1] != ColorInterp.alpha]
    if len(colours) == 3:
        indexes = tuple(meaning.index(colour) + 1 for colour in colours)
    else:
        indexes = tuple(others[:3]) if len(others) >= 3 else tuple(others[:1]) or (1,)
    palette = None
    if len(indexes) == 1 and meaning[indexes[0] - 1] == ColorInterp.palette:
        palette = _palette(finest.colormap(indexes[0]))
    scales = tuple(_scale(file, index) for index in indexes)
    offered = None if palette is not None else _offered(finest, indexes, scales)
    if not request.tone.changed:
        return _Bands(indexes, scales, palette, offered)
    if offered is None:
        raise Refused("no tone")
    own = checked_tone(request.tone, offered)
    if not own.changed:
        return _Bands(indexes, scales, palette, offered)
    indexes = own.bands or indexes
    scales = tuple(_scale(file, index) for index in indexes)
    return _Bands(indexes, scales, None, offered, own.over(offered.automatic))


def _offered(finest: Any, indexes: tuple[int, ...], scales: tuple[Scale, ...]) -> ToneRange | None:
    """Return what can be chosen; None of 8 bits that are all shown. The automatic window is one of
    each band, except of 8 bits."""
    alpha = ColorInterp.alpha in finest.colorinterp
    kinds = {np.dtype(kind) for kind in finest.dtypes}
    if kinds == {np.dtype(np.uint8)} and finest.count == len(indexes) + alpha:
        return None
    ends = [end for scale in scales for end in (scale.black, scale.white)]
    shown = float(min(ends)), float(max(ends))
    is_stretched = any(scale.stretched for scale in scales)
    inverted = scales[0].black > scales[0].white
    automatic = Tone(None if is_stretched else shown, 1.0, LINEAR, None, indexes, inverted)
    names = tuple((name or "")[:40] for name in finest.descriptions)
    kind = np.dtype(finest.dtypes[0])
    bits = 8 * kind.itemsize if kind.kind == "u" and kind.itemsize <= 2 else 0
    return ToneRange("values", names, automatic, shown, bits=bits)


def _with_window(tone: Tone, scale: Scale) -> Tone:
    """Return a tone with the window of a band, where it has none of its own."""
    if tone.window is not None:
        return tone
    return replace(tone, window=window_between(*sorted((float(scale.black), float(scale.white)))))


def _scale(file: _Map, index: int) -> Scale:
    finest = file.finest
    structure = finest.tags(ns="IMAGE_STRUCTURE")
    inverted = structure.get("MINISWHITE", "").upper() == "YES"
    if finest.dtypes[index - 1] == "uint8":
        bits = finest.tags(index, ns="IMAGE_STRUCTURE").get("NBITS", "8")
        scale = Scale(0.0, float((1 << int(bits)) - 1))
    else:
        values = file.samples(index)
        low, high = np.percentile(values, (LOW, HIGH)) if values.size else (0.0, 1.0)
        if low == high and values.size:
            low, high = float(values.min()), float(values.max())
        scale = Scale(float(low), float(high) if high > low else float(low) + 1, stretched=True)
    return Scale(scale.white, scale.black, stretched=scale.stretched) if inverted else scale


def _notes(finest: Any, bands: _Bands, request: Request) -> list[Note]:
    notes: list[Note] = []
    if finest.count > len(bands.indexes) + (ColorInterp.alpha in finest.colorinterp):
        shown = ", ".join(map(str, bands.indexes))
        notes.append(("bands", {"shown": shown, "count": finest.count}))
    if request.tone.window is None and any(scale.stretched for scale in bands.scales):
        if len(bands.scales) == 1:
            scale = bands.scales[0]
            notes.append(("stretch", {"black": scale.black, "white": scale.white}))
        else:
            notes.append(("stretches", {}))
    return notes


def _shown(file: Any, window: Window, bands: _Bands, holes: bool) -> NDArray[np.uint8]:
    """Return (H, W, 4) sRGB with alpha, which is 0 where there is no data."""
    values = _real(file.read(list(bands.indexes), window=window))
    rgba: NDArray[np.uint8]
    if bands.palette is not None:
        last = len(bands.palette) - 1
        rgba = bands.palette[np.clip(values[0].astype(np.int64), 0, last)]
    else:
        planes = bands.levels(values)
        opaque = np.full(values.shape[1:], 255, np.uint8)
        rgba = np.stack([*(planes if len(planes) == 3 else 3 * planes), opaque], axis=-1)
    if holes:
        mask = file.dataset_mask(window=window)
        if values.dtype.kind == "f":
            mask = np.where(np.isfinite(values).any(axis=0), mask, 0)
        rgba[..., 3] = np.minimum(rgba[..., 3], mask)
    return rgba


def _opened(target: str, **options: Any) -> Any:
    file = rasterio.open(target, driver="GTiff", **options)
    if file.width < 1 or file.height < 1:
        raise ValueError("no pixels")
    return file


def _palette(colours: dict[int, tuple[int, int, int, int]]) -> NDArray[np.uint8]:
    table = np.zeros((max(colours, default=0) + 1, 4), np.uint8)
    for value, colour in colours.items():
        table[value] = colour
    return table


def _numbers(values: Any) -> NDArray[Any]:
    """Return (H, W, bands) of a masked (bands, H, W)."""
    if np.ma.is_masked(values):
        values = np.ma.filled(_real(values).astype(np.float32), np.nan)
    return np.moveaxis(_real(np.ma.getdata(values)), 0, -1)


def _real(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers; of complex ones the magnitude."""
    return np.abs(values) if values.dtype.kind == "c" else values
