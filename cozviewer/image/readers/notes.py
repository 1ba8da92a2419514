"""The sentences about pictures of rare formats; their readers run where no language is known."""

from collections.abc import Mapping

from cozviewer.image import notices
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate


def sentence(key: str, values: Mapping[str, float | str]) -> str:
    """Return what is said about how a picture is shown.

    Args:
        key: As in `opened.Note`.
        values: What the sentence tells.
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
            "Error", "The file has no finished picture; its layers were combined anew."
        ),
        "first part": lambda: translate("Error", "Channels shown: {channels}."),
        "asinh": lambda: translate(
            "Error", "Stretched from {black} (black) to {white} (white) with an asinh curve."
        ),
        "medical": lambda: translate("Error", "Not for diagnosis."),
        "window": lambda: translate("Error", "Window: center {center}, width {width}."),
        "full range": lambda: translate(
            "Error", "The file has no window; values from {black} to {white} are shown."
        ),
        "rendered": lambda: translate("Error", "Drawn at {width} x {height} pixels."),
    }
    return sentences[key]().format(**_shown(values))


def refusal(key: str, name: str, values: Mapping[str, float | str]) -> str:
    """Return why a picture cannot be opened.

    Args:
        key: As in `opened.Refused`.
        name: What people call the file.
        values: What the sentence tells.
    """
    sentences = {
        "page": lambda: translate(
            "Error", "{name} has no page {page}: choose one from 1 to {pages}."
        ),
        "locked": lambda: translate(
            "Error", "{name} is protected by a password: save it without one."
        ),
        "no picture": lambda: translate("Error", "{name} holds no picture: choose another file."),
        "packed": lambda: translate(
            "Error",
            "{name} is packed in a way that cannot be read here ({kind}): save it uncompressed.",
        ),
    }
    return sentences[key]().format(name=name, **_shown(values))


def _shown(values: Mapping[str, float | str]) -> dict[str, str]:
    """Return the values as text on one line; names come from the file."""
    return {
        key: visible_line(value) if isinstance(value, str) else f"{value:.6g}"
        for key, value in values.items()
    }
