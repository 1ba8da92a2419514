"""Magnifications and places as people write them: "400%", "×64", "Fit", "1234, 567 @ ×64"."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from cozviewer.pyramid.camera import DEEPEST, Fitting
from cozviewer.util.translation import translate

Zoom = Fitting | float
"""What a magnification is set to: the photo fitted, or view pixels per source pixel (> 0)."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:e\+?\d+)?"
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:,\d{3})+)(?![\d,])")
_POWER = re.compile(r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_PERCENT = re.compile(rf"({_NUMBER})%")
_TIMES = re.compile(rf"[x×*]?({_NUMBER})|({_NUMBER})[x×*]")
_RATIO = re.compile(rf"({_NUMBER})[:/]({_NUMBER})")
_COORDINATE = re.compile(r"-?\d+(?:\.\d+)?")
_PLACE = re.compile(rf"\(?\s*({_COORDINATE.pattern})\s*[,;\s]\s*({_COORDINATE.pattern})\s*\)?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the photo that was written down.

    Attributes:
        x, y: In source pixels, exact.
        magnification: View pixels per source pixel; None if it was left out.
    """

    x: Fraction
    y: Fraction
    magnification: float | None = None


def fitting_names() -> dict[Fitting, str]:
    """Return the names of the fittings in the language of the window."""
    return {
        Fitting.WHOLE: translate("View", "Fit"),
        Fitting.FILL: translate("View", "Fill"),
        Fitting.WIDTH: translate("View", "Fit Width"),
        Fitting.HEIGHT: translate("View", "Fit Height"),
    }


def zoom_choices() -> list[tuple[str, Zoom]]:
    """Return the entries of the drop-down list of the zoom box, and what they mean."""
    named: list[tuple[str, Zoom]] = [(name, fitting) for fitting, name in fitting_names().items()]
    return [*named, ("100%", 1.0), *((f"×{zoom}", float(zoom)) for zoom in (4, 16, 64, 256))]


def zoom_of(text: str) -> Zoom | None:
    """Return what a magnification as text means; None if it means nothing.

    Percent are of the photo's own size. A number alone is a factor, like the magnification that
    the window shows: "64" is ×64. The names of the fittings are known in English and in the
    language of the window.
    """
    word = _plain(text)
    for fitting, name in fitting_names().items():
        if word in (_plain(name), *_ENGLISH[fitting]):
            return fitting
    number = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), word).replace(",", ".")
    if found := _PERCENT.fullmatch(number):
        value = float(found[1]) / 100
    elif found := _TIMES.fullmatch(number):
        value = float(found[1] or found[2])
    elif (found := _RATIO.fullmatch(number)) and float(found[2]) > 0:
        value = float(found[1]) / float(found[2])
    else:
        return None
    return min(value, 2.0**DEEPEST) if value > 0 else None


def magnification_of(text: str) -> float | None:
    """Return a magnification as text; None if it is none, or the name of a fitting."""
    zoom = zoom_of(text)
    return None if isinstance(zoom, Fitting) else zoom


def coordinate_of(text: str) -> Fraction | None:
    """Return a coordinate as text; None if it is none."""
    found = _COORDINATE.fullmatch(_wide(text).strip())
    return Fraction(found[0]) if found else None


def spot_of(text: str) -> Spot | None:
    """Return what "1234, 567 @ ×64" means; the magnification may be left out. None if it means
    nothing."""
    place, at, zoom = _wide(text).strip().partition("@")
    found = _PLACE.fullmatch(place.strip())
    magnification = magnification_of(zoom) if at else None
    if found is None or (at and magnification is None):
        return None
    return Spot(Fraction(found[1]), Fraction(found[2]), magnification)


def zoom_hint() -> str:
    """Return what can be written as a magnification."""
    return translate("View", "Enter a magnification such as 400%, ×64 or Fit.")


_ENGLISH = {
    Fitting.WHOLE: ("fit", "fittowindow", "whole"),
    Fitting.FILL: ("fill",),
    Fitting.WIDTH: ("fitwidth", "width"),
    Fitting.HEIGHT: ("fitheight", "height"),
}


def _plain(text: str) -> str:
    """Return a text in small letters and without spaces, powers of ten as "e12"."""
    powers = _POWER.sub(lambda found: "e" + found[1].translate(_DIGITS), text)
    return "".join(_wide(powers).split()).casefold()


def _wide(text: str) -> str:
    """Return a text with the usual forms of characters that Chinese input writes wide."""
    return unicodedata.normalize("NFKC", text).replace("、", ",")
