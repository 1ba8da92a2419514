"""Notices about an open image: which parts are missing, and how it is shown."""

import numpy as np
from PIL import Image

from cozviewer.image.colours.high_bit_depth import Scale
from cozviewer.image.tiff.samples import Layout
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import listed, translate

_USELESS = 0.95
"""Missing part of a JPEG from which it is not shown."""

_ROWS = 64
"""Rows that are checked together."""


def hdr(kind: str) -> str:
    """Return the sentence about an image brighter than white; `kind` names its curve."""
    return translate(
        "Error",
        "This is an HDR image ({kind}); its highlights are compressed to the range of an "
        "ordinary display (BT.2390).",
    ).format(kind=kind)


def stretched(scale: Scale) -> list[str]:
    """Return a sentence if the values that are there decided what becomes black and white."""
    if not scale.stretched:
        return []
    sentence = translate(
        "Error",
        "The values of this image fill a part of their range: {black} is shown as black and "
        "{white} as white.",
    )
    return [sentence.format(black=f"{scale.black:.6g}", white=f"{scale.white:.6g}")]


def bands(layout: Layout) -> str:
    """Return the sentence about channels that are not shown."""
    if len(layout.bands) == 1:
        return translate(
            "Error", "The image has {count} bands, of which the first is shown."
        ).format(count=layout.count)
    return translate(
        "Error", "The image has {count} bands, of which {shown} are shown as colors."
    ).format(count=layout.count, shown=listed(str(band + 1) for band in layout.bands))


def missing_part(name: str, image: Image.Image) -> tuple[str, ...]:
    """Return the notice about a JPEG that ended before its end marker.

    libjpeg gives medium grey for what is missing. Of a progressive image all is there, but
    coarser.

    Raises:
        BadInput: Next to nothing is there.
    """
    missing = _grey_rows(image)
    if missing >= _USELESS * image.height:
        raise BadInput(
            translate(
                "Error",
                "{name} is incomplete: it ends before the image does; get a fresh copy of it.",
            ).format(name=name)
        )
    if missing:
        percent = max(1, round(100 * missing / image.height))
        return (
            translate(
                "Error", "The file ends early: the lower {percent}% of the image is missing."
            ).format(percent=percent),
        )
    if "progressive" in image.info:
        return (translate("Error", "The file ends early: fine detail may be missing."),)
    corner = image.crop((max(0, image.width - 8), max(0, image.height - 8), *image.size))
    if _grey_rows(corner) == corner.height:
        return (translate("Error", "The file ends early: the lower right corner is missing."),)
    return ()


def _grey_rows(image: Image.Image) -> int:
    """Return how many rows at the lower edge are of one medium grey."""
    last = np.asarray(image.crop((0, image.height - 1, *image.size)))[0, -1]
    if np.abs(np.atleast_1d(last)[:3].astype(int) - 128).max() > 1:
        return 0
    for bottom in range(image.height, 0, -_ROWS):
        top = max(0, bottom - _ROWS)
        strip = np.asarray(image.crop((0, top, image.width, bottom)))
        other = np.flatnonzero((strip != last).reshape(len(strip), -1).any(axis=1))
        if other.size:
            return int(image.height - (top + other[-1] + 1))
    return image.height
