"""OpenEXR, read by its own library."""

from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from cozviewer.image.coded_colour import SRGB_PRIMARIES, Primaries
from cozviewer.image.readers.light import shown_light
from cozviewer.image.readers.opened import Note, Opened, Pixels, Refused, checked_page


def open_picture(path: str, page: int | None) -> Opened:
    """Read the header of a file; its parts are pages."""
    with OpenEXR.File(path, separate_channels=True, header_only=True) as file:
        parts = [part for part in file.parts if "deep" not in str(part.type()).lower()]
        if not parts:
            raise Refused("no picture")
        page = checked_page(page, len(file.parts))
        header = dict(file.parts[page - 1].header)
        names = [channel.name for channel in header["channels"]]
        pages = len(file.parts)
    corners = np.array(header["dataWindow"]).reshape(2, 2)
    width, height = (int(side) for side in corners[1] - corners[0] + 1)
    shown = shown_channels(names)

    def decode() -> Pixels:
        with OpenEXR.File(path, separate_channels=True) as file:
            channels = file.parts[page - 1].channels
            planes = [np.asarray(channels[name].pixels, np.float32) for name in shown]
        if any(plane.shape != (height, width) for plane in planes):
            raise Refused("packed", kind="subsampling")
        if len(planes) == 2:  # grey with opacity
            planes = [planes[0]] * 3 + planes[1:]
        result = shown_light(np.dstack(planes), "OpenEXR", _primaries(header))
        notes: tuple[Note, ...] = ()
        if len(names) > len(shown):
            notes = (("first part", {"channels": ", ".join(shown)}),)
        return Pixels(result.values, (*result.notes, *notes))

    needed = (4 * len(names) * 2 + 40) * width * height + (1 << 26)
    return Opened(width, height, needed, decode, page=page, pages=pages)


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
