"""What a file offers to a tone: its bands, the range of its values, and windows to choose from."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from cozviewer.image.colours.high_bit_depth import Scale
from cozviewer.image.tone import AUTOMATIC, LINEAR, Tone, Window, tone_of, window_of

Kind = Literal["values", "medical", "sky", "light"]
"""Numbers of any meaning (TIFF, PNG), of a body (DICOM), of the sky (FITS), and linear light."""

FROM_FILE = ""
"""Key of a preset whose name is in the file."""

_CT_WINDOWS = {"brain": (40, 80), "lung": (-600, 1500), "soft": (50, 400), "bone": (400, 1800)}
"""Usual (center, width) of computed tomography, in HU (radiopaedia.org, "Windowing (CT)")."""


@dataclass(frozen=True)
class Preset:
    """A tone with a name.

    Attributes:
        key: What it is: "brain", "lung", "soft", "bone", "zscale", "minmax", "percentile", "full",
            "true", "false", or FROM_FILE.
        tone: Its text, see `tone.Tone.text`; fields that it leaves out stay as they are.
        name: The name that the file gives it.
    """

    key: str
    tone: str
    name: str = ""


@dataclass(frozen=True)
class ToneRange:
    """What can be chosen about how a file is shown.

    Attributes:
        kind: What its numbers mean.
        bands: Names of its bands, at least one; "" where a band has only its number.
        automatic: What the automatic tone means for this file: `stretch` and `bands` are set, and
            `window` unless a curve without an equal takes its place (BT.2390, a table).
        shown: (low, high) between which the automatic tone shows differences, about.
        extremes: (least, greatest) value of the bands shown automatically; None if not known
            before they are read.
        bits: Of unsigned samples up to 16 bits, or of integers; 0 of floats.
        unit: Of the values: "HU", "adu"; "" for none.
        presets: Windows and bands to choose from.
    """

    kind: Kind
    bands: tuple[str, ...]
    automatic: Tone
    shown: Window
    extremes: Window | None = None
    bits: int = 0
    unit: str = ""
    presets: tuple[Preset, ...] = ()

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of the fields of `Tone` that mean something for this file."""
        return tuple(
            field.name
            for field in fields(Tone)
            if (field.name != "exposure" or self.kind == "light")
            and (field.name != "bands" or len(self.bands) > 1)
        )

    def reduced(self, tone: Tone) -> Tone:
        """Return a tone without what is automatic for this file anyway: equal images have equal
        reduced tones, and so equal pixels."""
        kept = {
            field.name: getattr(tone, field.name)
            for field in fields(Tone)
            if field.name == "inverted"
            or getattr(tone, field.name) != getattr(self.automatic, field.name)
        }
        return Tone(**kept)

    def problem(self, tone: Tone) -> tuple[str, dict[str, float | str]] | None:
        """Return why a tone cannot be applied: a key of `readers.notes.refusal` and what its
        sentence says; None if it can."""
        if any(band > len(self.bands) for band in tone.bands):
            return "no band", {"band": max(tone.bands), "bands": len(self.bands)}
        if tone.exposure is not None and "exposure" not in self.controls:
            return "no exposure", {}
        return None


def range_of_scale(
    scale: Scale,
    bits: int,
    count: int = 1,
    shown: tuple[int, ...] = (0,),
    extremes: Window | None = None,
    is_rgb: bool = False,
) -> ToneRange:
    """Return what can be chosen about numbers that are shown between two of them.

    Args:
        scale: The values shown as black and as white by default.
        bits: Of unsigned samples up to 16 bits; 0 of others.
        count: Number of bands.
        shown: Those that are shown by default, from 0.
        extremes: As in `ToneRange`.
        is_rgb: Whether the first three are red, green and blue according to the file.
    """
    window = min(scale.black, scale.white), max(scale.black, scale.white)
    if window[0] == window[1]:
        window = window[0], window[0] + 1
    automatic = Tone(
        window,
        stretch=LINEAR,
        bands=tuple(band + 1 for band in shown),
        inverted=scale.black > scale.white,
    )
    names = ("R", "G", "B") if is_rgb else ()
    bands = (*names, *("" for _ in range(count - len(names))))
    return ToneRange("values", bands, automatic, window, extremes, bits)


def ct_presets() -> tuple[Preset, ...]:
    """Return the usual windows of computed tomography."""
    return tuple(Preset(key, Tone(window_of(*window)).text) for key, window in _CT_WINDOWS.items())


def range_to_json(offered: ToneRange) -> dict[str, Any]:
    """Return JSON from which `range_from_json` makes an equal value."""
    return {
        "kind": offered.kind,
        "bands": list(offered.bands),
        "automatic": offered.automatic.text,
        "shown": list(offered.shown),
        "extremes": None if offered.extremes is None else list(offered.extremes),
        "bits": offered.bits,
        "unit": offered.unit,
        "presets": [[each.key, each.tone, each.name] for each in offered.presets],
    }


def range_from_json(values: dict[str, Any]) -> ToneRange:
    """Return what `range_to_json` wrote. The other process is trusted with types, not with names,
    which come from files and are shown as plain text."""
    extremes = values["extremes"]
    return ToneRange(
        kind=values["kind"],
        bands=tuple(map(str, values["bands"])),
        automatic=tone_of(values["automatic"]) if values["automatic"] else AUTOMATIC,
        shown=_window(values["shown"]),
        extremes=None if extremes is None else _window(extremes),
        bits=int(values["bits"]),
        unit=str(values["unit"]),
        presets=tuple(Preset(*map(str, each)) for each in values["presets"]),
    )


def _window(values: list[float]) -> Window:
    low, high = map(float, values)
    return low, high
