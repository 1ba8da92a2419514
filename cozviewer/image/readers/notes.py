"""The sentences about images of rare formats; their readers run where no language is known."""

from collections.abc import Mapping

from cozviewer.image import notices
from cozviewer.image.colours.high_bit_depth import Scale
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate


def sentence(key: str, values: Mapping[str, float | str]) -> str:
    """Return the notice about how an image is shown.

    Args:
        key: As in `opened.Note`.
        values: The values in the sentence.
    """
    sentences = {
        "developed": lambda: translate(
            "Error", "Developed with camera white balance and automatic brightness."
        ),
        "hdr": lambda: notices.hdr(str(values["kind"])),
        "exposure": lambda: translate(
            "Error", "Its exposure was changed by {stops} EV to make it visible."
        ),
        "layers": lambda: translate(
            "Error", "The file has no merged image, so its layers were combined."
        ),
        "first part": lambda: translate("Error", "Channels shown: {channels}."),
        "asinh": lambda: translate(
            "Error", "Stretched from {black} (black) to {white} (white) with an asinh curve."
        ),
        "medical": lambda: translate("Error", "Not for diagnosis."),
        "window": lambda: translate("Error", "Window: center {center}, width {width}."),
        "range": lambda: notices.stretched(
            Scale(float(values["black"]), float(values["white"]), stretched=True)
        )[0],
        "full range": lambda: translate(
            "Error", "The file has no window; values from {black} to {white} are shown."
        ),
        "vector": lambda: translate("Error", "Redrawn at every zoom up to 100%."),
        "objective": lambda: translate("Error", "Scanned with an objective of {power}x."),
        "stretch": lambda: translate(
            "Error", "Stretched from {black} (black) to {white} (white): 2nd to 98th percentile."
        ),
        "stretches": lambda: translate(
            "Error", "Each band is stretched from its 2nd to its 98th percentile."
        ),
        "bands": lambda: translate("Error", "Bands shown: {shown} of {count}."),
        "no data": lambda: translate("Error", "Places without data are transparent."),
        "control points": lambda: translate(
            "Error", "Its map coordinates are control points, which are not shown."
        ),
    }
    return sentences[key]().format(**_shown(values))


def refusal(key: str, name: str, values: Mapping[str, float | str]) -> str:
    """Return why an image cannot be opened.

    Args:
        key: As in `opened.Refused`.
        name: What people call the file.
        values: The values in the sentence.
    """
    sentences = {
        "page": lambda: translate(
            "Error", "{name} has no page {page}: choose one from 1 to {pages}."
        ),
        "locked": lambda: translate(
            "Error", "{name} is protected by a password: save it without one."
        ),
        "no slide": lambda: translate(
            "Error",
            "{name} looks like a whole slide but cannot be read by OpenSlide: get a fresh copy, "
            "or save it as TIFF with another program.",
        ),
        "no image": lambda: translate("Error", "{name} holds no image: choose another file."),
        "packed": lambda: translate(
            "Error",
            "{name} is packed in a way that cannot be read here ({kind}): save it uncompressed.",
        ),
        "no tone": lambda: translate(
            "Error",
            "{name} is shown as it is, so it takes no tone: only files with more than 8 bits or "
            "several bands do.",
        ),
        "no band": lambda: translate(
            "Error", "{name} has no band {band}: choose from 1 to {bands}."
        ),
        "no exposure": lambda: translate(
            "Error",
            "{name} is not of linear light, so it has no exposure: choose a window instead.",
        ),
    }
    return sentences[key]().format(name=name, **_shown(values))


def _shown(values: Mapping[str, float | str]) -> dict[str, str]:
    """Return the values as text on one line; names come from the file."""
    return {
        key: visible_line(value) if isinstance(value, str) else f"{value:.6g}"
        for key, value in values.items()
    }
