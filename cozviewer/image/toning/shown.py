"""An image as a tone shows it, made from its numbers: the preview while a tone is chosen."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.decode import read_samples
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.light import toned_light
from cozviewer.image.readers.notes import refusal
from cozviewer.image.reading import STOPPED, kind_of, opened_page, shown_name
from cozviewer.image.tiled.errors import explained
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import HasNumbers, RegionReader, RegionRequest
from cozviewer.image.tone import Tone, Window
from cozviewer.image.toning.curve import grey_levels, window_between, zscale
from cozviewer.image.toning.samples import Samples, as_rgb
from cozviewer.image.toning.tone_range import Preset
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput

_SPAN = (0.1, 99.9)
"""Percentiles between which a histogram shows values at least."""

_MARGIN = 0.02
"""Of that, on each side."""

MAP_PERCENTILES = (2.0, 98.0)
"""Percentiles that become black and white in each band of a map separately, see `regions.maps`."""

BINS = 256
"""Bars of a histogram of values."""


def samples_of(
    path: Path, page: int | None, most_pixels: int, cancelled: IsCancelled = never
) -> Samples:
    """Read the numbers of a file, for a small image of it; see `decode.read_samples`.

    Takes as long as opening it, so it is not for the GUI thread.

    Raises:
        BadInput: There is nothing to choose about it, or it cannot be read.
        Cancelled: `cancelled` returned True.
        Failure: Memory ran out.
    """

    def read(cancelled: IsCancelled) -> Samples:
        request = RegionRequest(
            path,
            kind_of(path, cancelled),
            shown_name(path),
            page,
            for_numbers=True,
            cancelled=cancelled,
        )
        reader = open_regions(request)
        if reader is not None:
            with closing(reader), explained(path):
                return _of_regions(reader, request.name, most_pixels)
        with opened_page(path, page, cancelled, count_pages=False) as encoded:
            return read_samples(shown_name(path), encoded, most_pixels, cancelled)

    return in_background(read, cancelled, STOPPED)


def _of_regions(reader: RegionReader, name: str, most_pixels: int) -> Samples:
    """Return the numbers of an image that stays in its file."""
    if not isinstance(reader, HasNumbers) or reader.facts.offered is None:
        raise BadInput(refusal("no tone", name, {}))
    return reader.numbers(most_pixels)


def shown(samples: Samples, tone: Tone) -> Rgb8:
    """Return the image by a tone, (h, w, 3) sRGB. Transparent parts are ignored.

    Raises:
        ValueError: The file does not offer what the tone has.
    """
    offered = samples.offered
    if offered.problem(tone) is not None:
        raise ValueError(f"{tone} for {offered}")
    full = offered.reduced(tone).over(offered.automatic)
    values = samples.values[..., [band - 1 for band in full.bands]]
    if offered.kind == "light":
        light = np.nan_to_num(values.astype(np.float32), nan=0, posinf=0, neginf=0)
        light = np.broadcast_to(light, (*light.shape[:2], 3)) * np.float32(
            2.0 ** (full.exposure or 0)
        )
        peak = float(light.max(initial=0.0))
        return toned_light(light, samples.primaries, peak, offered.reduced(tone))
    if full.window is None and offered.kind == "values":  # one of each band
        bands = [_by_percentiles(values[..., each], full) for each in range(values.shape[2])]
        return as_rgb(bands[0] if len(bands) == 1 else np.dstack(bands))
    if full.window is None:
        full = Tone(offered.shown, full.gamma, full.stretch, None, full.bands, full.inverted)
    levels = grey_levels(values[..., 0] if values.shape[2] == 1 else values, full)
    is_automatic = full.bands == offered.automatic.bands
    return samples.to_srgb(levels) if is_automatic else as_rgb(levels)


def _by_percentiles(values: NDArray[Any], tone: Tone) -> NDArray[np.uint8]:
    """Return grey levels of a band of a map."""
    finite = values[np.isfinite(values)]
    ends = np.percentile(finite, MAP_PERCENTILES) if finite.size else (0.0, 1.0)
    return grey_levels(values, replace(tone, window=window_between(*ends)))


def counts_of(samples: Samples, bands: tuple[int, ...], span: Window) -> NDArray[np.int64]:
    """Return how many values are where in a span, (bands, BINS); others are not counted.

    Args:
        bands: Numbers of the bands to count, from 1.
        span: (low, high) of all bars together.
    """
    counts = np.zeros((len(bands), BINS), np.int64)
    for row, band in enumerate(bands):
        values = samples.values[..., band - 1].astype(np.float64)
        counts[row] = np.histogram(values[np.isfinite(values)], BINS, span)[0]
    return counts


def usual_span(samples: Samples) -> Window:
    """Return the values between which nearly all pixels are, and a little more: what a histogram
    shows, in which single outliers leave room for the rest."""
    shown_bands = [band - 1 for band in samples.offered.automatic.bands]
    values = samples.values[..., shown_bands]
    finite = values[np.isfinite(values)]
    if not finite.size:
        return samples.offered.shown
    least, most = (float(end) for end in np.percentile(finite, _SPAN))
    margin = _MARGIN * (most - least)
    return window_between(least - margin, most + margin)


def presets_of(samples: Samples) -> tuple[Preset, ...]:
    """Return the tones to choose from: those of the file, or else what fits its values; of four
    bands and more also combinations of them."""
    offered = samples.offered
    if offered.presets:
        return offered.presets
    found = []
    if offered.kind == "values":
        shown_bands = [band - 1 for band in offered.automatic.bands]
        values = samples.values[..., shown_bands]
        if offered.bits:
            found.append(Preset("full", Tone((0.0, float((1 << offered.bits) - 1))).text))
        if offered.extremes is not None:
            found.append(Preset("minmax", Tone(window_between(*offered.extremes)).text))
        finite = values[np.isfinite(values)]
        if finite.size:
            ends = (float(end) for end in np.percentile(finite, (0.25, 99.75)))
            found.append(Preset("percentile", Tone(window_between(*ends)).text))
        if len(shown_bands) == 1:
            found.append(Preset("zscale", Tone(zscale(values)).text))
    if len(offered.bands) >= 4 and offered.kind != "light":
        is_rgb = offered.bands[:3] == ("R", "G", "B")
        found.append(Preset("true", Tone(bands=(1, 2, 3) if is_rgb else (3, 2, 1)).text))
        found.append(Preset("false", Tone(bands=(4, 1, 2) if is_rgb else (4, 3, 2)).text))
    return tuple(found)
