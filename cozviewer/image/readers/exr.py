"""OpenEXR, read by its own library."""

from dataclasses import replace
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from cozviewer.image.colours.coded_colour import SRGB_PRIMARIES, Primaries
from cozviewer.image.readers.light import offered_by, shown_light
from cozviewer.image.readers.opened import (
    Note,
    Opened,
    Pixels,
    Refused,
    checked_page,
    checked_tone,
)
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import ToneRange


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file; its parts are pages."""
    with OpenEXR.File(path, separate_channels=True, header_only=True) as file:
        parts = [part for part in file.parts if "deep" not in str(part.type()).lower()]
        if not parts:
            raise Refused("no image")
        page = checked_page(page, len(file.parts))
        header = dict(file.parts[page - 1].header)
        names = [channel.name for channel in header["channels"]]
        pages = len(file.parts)
    corners = np.array(header["dataWindow"]).reshape(2, 2)
    width, height = (int(side) for side in corners[1] - corners[0] + 1)
    shown = shown_channels(names)
    alpha = [name for name in shown[1:] if name.rpartition(".")[2] == "A"]
    automatic = shown[: len(shown) - len(alpha)]
    bands = (*automatic, *(name for name in names if name not in automatic))

    def planes(*wanted: str) -> list[NDArray[Any]]:
        with OpenEXR.File(path, separate_channels=True) as file:
            channels = file.parts[page - 1].channels
            found = [np.asarray(channels[name].pixels, np.float32) for name in wanted]
        if any(plane.shape != (height, width) for plane in found):
            raise Refused("packed", kind="subsampling")
        return found

    def offered_of(colours: NDArray[Any]) -> ToneRange:
        return offered_by(colours, bands, tuple(range(1, len(automatic) + 1)))

    def toned(tone: Tone) -> Pixels:
        colours = planes(*automatic, *alpha)
        offered = offered_of(np.dstack(colours[: len(automatic)]))
        own = checked_tone(tone, offered)
        if own.bands:
            colours = planes(*(bands[band - 1] for band in own.bands), *alpha)
        if len(colours) == 2 and alpha:  # grey with opacity
            colours = [colours[0]] * 3 + colours[1:]
        result = shown_light(np.dstack(colours), "OpenEXR", _primaries(header), offered, own)
        notes: tuple[Note, ...] = ()
        if len(names) > len(shown) and not own.bands:
            notes = (("first part", {"channels": ", ".join(shown)}),)
        return replace(result, notes=(*result.notes, *notes))

    def samples() -> Samples:
        values = np.dstack(planes(*bands))
        return Samples(values, offered_of(values[..., : len(automatic)]), _primaries(header))

    needed = (4 * len(names) * 2 + 40) * width * height + (1 << 26)
    return Opened(
        width,
        height,
        needed,
        lambda: toned(AUTOMATIC),
        page=page,
        pages=pages,
        toned=toned,
        samples=samples,
    )


def shown_channels(names: list[str]) -> list[str]:
    """Return the channels that are shown: colours and opacity, or luminance, or the first layer."""
    layers = [""] + [name.rpartition(".")[0] + "." for name in names if "." in name]
    for layer in layers:
        colours = [layer + channel for channel in "RGB"]
        grey = [layer + "Y"]
        for wanted in (colours, grey):
            if all(name in names for name in wanted):
                return wanted + [name for name in (layer + "A",) if name in names]
    return names[:1]


def _primaries(header: dict[str, Any]) -> Primaries:
    values: NDArray[Any] = np.array(header.get("chromaticities", ()), float).ravel()
    if values.shape != (8,) or not np.all(np.isfinite(values)) or np.any(values[1::2] < 0.01):
        return SRGB_PRIMARIES
    red, green, blue, white = (tuple(pair) for pair in values.reshape(4, 2).tolist())
    return (*white, *red, *green, *blue)
