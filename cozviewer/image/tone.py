"""How the numbers of a file become grey levels: window, stretch, gamma, exposure, and bands.

A file of more than 8 bits holds more than a display shows. Which part of it is shown, and how, is a
`Tone`; the automatic one follows the file (its window, its range, its percentiles). The formulas
are applied in `toning.curve`; what a file offers is a `toning.offer.ToneRange`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

LINEAR, SQUARE_ROOT, LOGARITHM, ASINH = "linear", "sqrt", "log", "asinh"
STRETCHES = (LINEAR, SQUARE_ROOT, LOGARITHM, ASINH)
"""The curves between black and white."""

LEAST_GAMMA, MOST_GAMMA = 0.1, 10.0
MOST_STOPS = 30.0
"""Largest exposure, up and down."""

MOST_BANDS = 4096
"""Largest number of a band."""

Window = tuple[float, float]
"""What becomes black and what white, in the units of the file."""


@dataclass(frozen=True)
class Tone:
    """How the numbers of a file become 8-bit grey levels; the same formula for each channel.

    With a value x of the file in its own units (of DICOM after the rescale to, say, HU):

        t = clip((2^exposure x - low) / (high - low), 0, 1)
        s = t                               linear
            sqrt(t)                         sqrt
            log(1 + 1000 t) / log(1001)     log    (astropy.visualization.LogStretch, SAO DS9)
            asinh(10 t) / asinh(10)         asinh  (Lupton et al. 2004, PASP 116, 133, with the
                                            softening 0.1 of astropy.visualization.AsinhStretch)
        g = s^(1 / gamma)                   1 - g where inverted
        grey level = floor(255 g + 1/2)     of linear light (EXR, Radiance): of g as sRGB encodes it

    A DICOM window of center c and width w > 1 is low = c - 0.5 - (w - 1) / 2 and
    high = low + w - 1 (PS3.3, C.11.2.1.2.1), see `window_of`.

    Every field has a value that stands for what the file or its format specifies: `AUTOMATIC` is
    the image as it opens by default. If a file specifies a curve for its window (a lookup table
    or the sigmoid of DICOM, BT.2390 of linear light), a window replaces it.

    Attributes:
        window: (low, high), low < high; None is automatic.
        gamma: LEAST_GAMMA..MOST_GAMMA; above 1 makes middle greys brighter.
        stretch: One of STRETCHES; None is that of the format: asinh of FITS, otherwise linear.
        exposure: In stops, up to MOST_STOPS up or down; only linear light has one. None is
            automatic.
        bands: Numbers of the bands that are shown, from 1: those of red, green and blue, or one as
            grey; () is automatic.
        inverted: Whether black and white are exchanged, compared with the file.
    """

    window: Window | None = None
    gamma: float = 1.0
    stretch: str | None = None
    exposure: float | None = None
    bands: tuple[int, ...] = ()
    inverted: bool = False

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            BadInput: One is out of range.
        """
        problem = _problem(self)
        if problem:
            raise BadInput(problem)

    @property
    def text(self) -> str:
        """The canonical text, "" for the automatic tone, which `tone_of` reads:
        "window=0:4095,gamma=2.2,stretch=asinh,exposure=+1,bands=4:3:2,inverted". Equal tones have
        equal texts."""
        parts = []
        if self.window is not None:
            parts.append("window=" + ":".join(map(number_text, self.window)))
        if self.gamma != 1:
            parts.append(f"gamma={number_text(self.gamma)}")
        if self.stretch is not None:
            parts.append(f"stretch={self.stretch}")
        if self.exposure is not None:
            sign = "+" if self.exposure > 0 else ""
            parts.append(f"exposure={sign}{number_text(self.exposure)}")
        if self.bands:
            parts.append("bands=" + ":".join(map(str, self.bands)))
        if self.inverted:
            parts.append("inverted")
        return ",".join(parts)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the fields that are not automatic."""
        return tuple(
            field.name
            for field in fields(self)
            if getattr(self, field.name) != getattr(AUTOMATIC, field.name)
        )

    @property
    def without_values(self) -> "Tone":
        """This tone with an automatic window, stretch and exposure."""
        return replace(self, window=None, stretch=None, exposure=None)

    def over(self, automatic: "Tone") -> "Tone":
        """Return this tone with its automatic fields filled in from another one; `inverted` is
        exchanged where both are."""
        return replace(
            self,
            window=automatic.window if self.window is None else self.window,
            stretch=automatic.stretch if self.stretch is None else self.stretch,
            exposure=automatic.exposure if self.exposure is None else self.exposure,
            bands=self.bands or automatic.bands,
            inverted=self.inverted != automatic.inverted,
        )


def tone_of(text: str) -> Tone:
    """Return the tone of a text as `Tone.text` writes it.

    "center=40,width=400" may stand for the window of a DICOM file. Spaces are ignored.

    Raises:
        BadInput: It is not such a text.
    """
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name in found or (not equals) != (name == "inverted") or name not in _NAMES:
            raise _unreadable(part)
        found[name] = value
    if ("center" in found) != ("width" in found) or ("center" in found and "window" in found):
        raise _unreadable(text.strip())
    window = None
    if "center" in found:
        window = window_of(*(_number(found[name], name) for name in ("center", "width")))
    elif "window" in found:
        ends = found["window"].split(":")
        if len(ends) != 2:
            raise _unreadable(f"window={found['window']}")
        window = _number(ends[0], "window"), _number(ends[1], "window")
    return Tone(
        window,
        _number(found["gamma"], "gamma") if "gamma" in found else 1.0,
        found.get("stretch"),
        _number(found["exposure"], "exposure") if "exposure" in found else None,
        _bands(found["bands"]) if "bands" in found else (),
        "inverted" in found,
    )


def window_of(center: float, width: float) -> Window:
    """Return (low, high) of a DICOM window with the LINEAR function (PS3.3, C.11.2.1.2.1).

    Raises:
        BadInput: The width is not above 1.
    """
    if not width > 1:
        raise BadInput(
            translate("Error", "The width of a window must be above 1, not {width}.").format(
                width=number_text(width)
            )
        )
    low = center - 0.5 - (width - 1) / 2
    return low, low + width - 1


def center_of(window: Window) -> tuple[float, float]:
    """Return (center, width) of a DICOM window; the inverse of `window_of`."""
    low, high = window
    return (low + high) / 2 + 0.5, high - low + 1


def number_text(number: float) -> str:
    """Return the shortest text that `float` reads as the same number."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


_NAMES = ("window", "center", "width", "gamma", "stretch", "exposure", "bands", "inverted")


def _problem(tone: Tone) -> str:
    """Return what is wrong with a tone; "" if nothing is."""
    if tone.window is not None:
        low, high = tone.window
        if not (math.isfinite(low) and math.isfinite(high - low) and low < high):
            return translate(
                "Error", "A window goes from a number to a larger one, not from {low} to {high}."
            ).format(low=f"{low:g}", high=f"{high:g}")
    if not LEAST_GAMMA <= tone.gamma <= MOST_GAMMA:
        return translate("Error", "Gamma must be between {least} and {most}.").format(
            least=number_text(LEAST_GAMMA), most=number_text(MOST_GAMMA)
        )
    if tone.stretch is not None and tone.stretch not in STRETCHES:
        return translate("Error", "{stretch} is not a stretch: choose one of {stretches}.").format(
            stretch=tone.stretch[:40], stretches=", ".join(STRETCHES)
        )
    if tone.exposure is not None and not abs(tone.exposure) <= MOST_STOPS:
        return translate("Error", "Exposure must be between -{most} and +{most} stops.").format(
            most=number_text(MOST_STOPS)
        )
    if len(tone.bands) not in (0, 1, 3) or not _are_bands(tone.bands):
        return translate(
            "Error", "Bands are one number for grey, or three for red, green and blue, from 1."
        )
    return ""


def _are_bands(bands: Iterable[int]) -> bool:
    return all(1 <= band <= MOST_BANDS for band in bands)


def _number(text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _unreadable(f"{name}={text}")
    return number + 0.0  # of -0.0 and 0.0 the latter


def _bands(text: str) -> tuple[int, ...]:
    parts = text.split(":")
    if not all(part.strip().isdecimal() and len(part.strip()) <= 5 for part in parts):
        raise _unreadable(f"bands={text}")
    return tuple(map(int, parts))


def _unreadable(part: str) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "{part} is not a tone: write for example window=0:4095,gamma=2.2,stretch=asinh,"
            "exposure=+1,bands=4:3:2,inverted (or center=40,width=400).",
        ).format(part=part[:100])
    )


AUTOMATIC = Tone()
"""The tone with which a file opens by default."""
