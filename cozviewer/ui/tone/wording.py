"""What the Tone panel calls things."""

import math

from cozviewer.image.source import Source
from cozviewer.image.tone import ASINH, LINEAR, LOGARITHM, SQUARE_ROOT, Window, tone_of
from cozviewer.image.toning.samples import Extent
from cozviewer.image.toning.tone_range import Preset, ToneRange
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate, with_note


def stretch_names() -> list[tuple[str, str]]:
    """Return (stretch, its name)."""
    return [
        (LINEAR, translate("Info", "Linear")),
        (SQUARE_ROOT, translate("Info", "Square root")),
        (LOGARITHM, translate("Info", "Logarithm")),
        (ASINH, translate("Info", "Asinh")),
    ]


def band_name(offered: ToneRange, band: int) -> str:
    """Return "3", or "3 Z" of a band with a name, from 1."""
    return f"{band} {visible_line(offered.bands[band - 1])}".strip()


def preset_name(preset: Preset) -> str:
    """Return the name of a preset, with what it chooses."""
    tone = tone_of(preset.tone)
    names = {
        "brain": lambda: translate("Info", "Brain"),
        "lung": lambda: translate("Info", "Lung"),
        "soft": lambda: translate("Info", "Soft tissue"),
        "bone": lambda: translate("Info", "Bone"),
        "zscale": lambda: translate("Info", "ZScale"),
        "minmax": lambda: translate("Info", "Least to greatest value"),
        "percentile": lambda: translate("Info", "99.5% of the values"),
        "full": lambda: translate("Info", "Full range"),
        "true": lambda: translate("Info", "True color"),
        "false": lambda: translate("Info", "False color (infrared)"),
        "": lambda: visible_line(preset.name) or translate("Info", "Window of the file"),
    }
    name = names[preset.key]()
    if tone.bands:
        return with_note(name, " ".join(map(str, tone.bands)))
    return name


def nothing_to_choose(source: Source | None) -> str:
    """Return why there is no tone to choose; "" if there is one."""
    if source is None or (source.offered is not None and source.path is not None):
        return ""
    return translate(
        "Info",
        "This image has 8 bits per channel, so it is shown as it is. A tone can be chosen for "
        "files with more bits or several bands: 16-bit TIFF and PNG, DICOM, FITS, OpenEXR, "
        "Radiance.",
    )


def value_text(value: float, window: Window, digits: int = 5) -> str:
    """Return a value to as many digits as matter within a window.

    Args:
        digits: Of the width of the window.
    """
    width = abs(window[1] - window[0]) or 1.0
    if not (1e-4 <= width < 1e7 and abs(value) < 1e12):
        return f"{value:.6g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(width)))
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def extent_sentence(extent: Extent) -> str:
    """Return what a histogram counts; "" if that is the whole image."""
    if extent == "overview":
        return translate("Info", "Counted in a smaller version of the photo.")
    if extent == "squares":
        return translate("Info", "Counted at 64 places of the photo.")
    return ""
