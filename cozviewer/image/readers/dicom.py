"""DICOM, read by pydicom: one frame, by the window of the file. Nothing of a person leaves here."""

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

from cozviewer.image.colours.high_bit_depth import extremes_of
from cozviewer.image.readers.opened import (
    Note,
    Opened,
    Pixels,
    Refused,
    checked_page,
    checked_tone,
)
from cozviewer.image.tone import AUTOMATIC, LINEAR, Tone, center_of, window_of
from cozviewer.image.toning.curve import grey_levels, window_between
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import FROM_FILE, Preset, ToneRange, ct_presets

_CODECS = {
    **dict.fromkeys(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"), "ljpeg_decode"),
    **dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), "jpegls_decode"),
}
"""imagecodecs' decoders of transfer syntaxes (PS3.6, annex A)."""

_MOST_WINDOWS = 20
"""Windows of a file that are offered."""


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file; its frames are pages."""
    data: Any = pydicom.dcmread(path, defer_size=1 << 20)
    if "Rows" not in data or not any(
        name in data for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    ):
        raise Refused("no image")
    height, width = int(data.Rows), int(data.Columns)
    pages = max(1, int(data.get("NumberOfFrames", 1) or 1))
    page = checked_page(page, pages)
    bytes_per_pixel = max(1, int(data.BitsAllocated) // 8) * int(data.get("SamplesPerPixel", 1))

    def toned(tone: Tone) -> Pixels:
        return _frame(data, page - 1, tone)

    def samples() -> Samples:
        values = _values(data, page - 1)
        if not _is_grey(values, data):
            raise Refused("no tone")
        numbers = _modality(values, data)
        offered = _offered(numbers, data)
        return Samples(numbers[..., None], replace(offered, presets=_presets(data)))

    needed = (bytes_per_pixel * 4 + 48) * width * height + (1 << 27)
    needed += bytes_per_pixel * width * height * pages  # the file
    return Opened(
        width,
        height,
        needed,
        lambda: toned(AUTOMATIC),
        page=page,
        pages=pages,
        per_cm=_per_cm(data),
        pixel_size=_pixel_size(data),
        toned=toned,
        samples=samples,
    )


def _values(data: Any, index: int) -> NDArray[Any]:
    """Return a frame as it is stored; pydicom has made RGB of YBR."""
    try:
        values: NDArray[Any] = pixel_array(data, index=index)
    except (RuntimeError, NotImplementedError) as error:
        unpacked = _unpacked(data, index)
        if unpacked is None:
            syntax = data.file_meta.TransferSyntaxUID
            raise Refused("packed", kind=pydicom.uid.UID(syntax).name) from error
        values = unpacked
    return values


def _is_grey(values: NDArray[Any], data: Any) -> bool:
    return values.ndim == 2 and str(data.PhotometricInterpretation) != "PALETTE COLOR"


def _frame(data: Any, index: int, tone: Tone) -> Pixels:
    values = _values(data, index)
    if tone.changed and not _is_grey(values, data):
        raise Refused("no tone")
    medical: Note = ("medical", {})
    photometric = str(data.PhotometricInterpretation)
    if photometric == "PALETTE COLOR":
        colours = apply_color_lut(values, data)
        if colours.dtype.itemsize == 2:
            colours = colours >> 8
        return Pixels(colours[..., :3].astype(np.uint8), (medical,))
    if values.ndim == 3:
        bits = int(data.BitsStored)
        shown = values >> (bits - 8) if bits > 8 else values
        return Pixels(shown[..., :3].astype(np.uint8), (medical,))
    modality = _modality(values, data)
    offered = _offered(modality, data)
    own = checked_tone(tone, offered)
    if own.changed:
        full = own.over(offered.automatic)
        grey = grey_levels(modality, full if full.window else replace(full, window=offered.shown))
        notes: tuple[Note, ...] = (medical,)
        if own.window is not None:
            center, width = center_of(own.window)
            notes = (medical, ("window", {"center": center, "width": width}))
        return Pixels(grey, notes, offered=offered)
    grey, note = _windowed(values, modality, data)
    if photometric == "MONOCHROME1":
        grey = 255 - grey
    return Pixels(grey, (medical, note), offered=offered)


def _unpacked(data: Any, index: int) -> NDArray[Any] | None:
    """Return a grey frame that pydicom alone cannot unpack: JPEG without loss, and JPEG-LS."""
    name = _CODECS.get(str(data.file_meta.TransferSyntaxUID))
    if name is None or find_spec("imagecodecs") is None or int(data.SamplesPerPixel) != 1:
        return None
    import imagecodecs

    frames = int(data.get("NumberOfFrames", 1) or 1)
    packed = get_frame(data.PixelData, index, number_of_frames=frames)
    values: NDArray[Any] = getattr(imagecodecs, name)(packed)
    if values.shape != (int(data.Rows), int(data.Columns)):
        raise ValueError("a frame of another size")
    if int(data.PixelRepresentation):  # two's complement of BitsStored bits
        unused = 8 * values.dtype.itemsize - int(data.BitsStored)
        return (values << unused).view(f"i{values.dtype.itemsize}") >> unused
    return values


def _modality(values: NDArray[Any], data: Any) -> NDArray[np.float64]:
    """Return values in their units: of CT, HU (PS3.3, C.11.1)."""
    return np.asarray(apply_modality_lut(values, data), np.float64)


def _offered(modality: NDArray[np.float64], data: Any) -> ToneRange:
    """Return what can be chosen about a grey frame."""
    extremes = extremes_of([modality])
    shown = window_between(*extremes)
    center, width = (_first(data.get(name)) for name in ("WindowCenter", "WindowWidth"))
    function = str(data.get("VOILUTFunction", "LINEAR")).upper()
    has_table = bool(data.get("VOILUTSequence"))
    if center is not None and width is not None and width >= 1 and not has_table:
        linear = function not in ("SIGMOID", "LINEAR_EXACT") and width > 1
        shown = window_of(center, width) if linear else (center - width / 2, center + width / 2)
    automatic = Tone(
        None if has_table or function == "SIGMOID" else shown,
        stretch=LINEAR,
        bands=(1,),
        inverted=str(data.PhotometricInterpretation) == "MONOCHROME1",
    )
    is_ct = str(data.get("Modality", "")) == "CT"
    unit = str(data.get("RescaleType", "HU" if is_ct else ""))[:20]
    bits = int(data.get("BitsStored", 0))
    return ToneRange("medical", ("",), automatic, shown, extremes, bits, unit)


def _presets(data: Any) -> tuple[Preset, ...]:
    """Return the windows of the file, and of CT the usual ones."""
    found = []
    names = _all(data.get("WindowCenterWidthExplanation"))
    pairs = zip(_all(data.get("WindowCenter")), _all(data.get("WindowWidth")), strict=False)
    for number, pair in enumerate(pairs):
        center, width = (_first(value) for value in pair)
        if center is not None and width is not None and width > 1:
            name = str(names[number])[:40] if number < len(names) else ""
            found.append(Preset(FROM_FILE, Tone(window_of(center, width)).text, name))
    usual = ct_presets() if str(data.get("Modality", "")) == "CT" else ()
    return (*found[:_MOST_WINDOWS], *usual)


def _all(value: Any) -> list[Any]:
    """Return the values of an element that may hold none, one or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | MultiValue) else [value]


def _windowed(
    values: NDArray[Any], modality: NDArray[np.float64], data: Any
) -> tuple[NDArray[np.uint8], Note]:
    """Return grey by the first window of the file (PS3.3, C.11.2.1.2), or by the range of the
    values."""
    if data.get("VOILUTSequence"):
        curved = np.asarray(apply_voi_lut(modality.astype(values.dtype), data, 0))
        low, high = float(curved.min()), float(curved.max())
        return _scaled(curved.astype(np.float64), low, high), _range_note(low, high)
    center, width = (_first(data.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if center is None or width is None or not width >= 1:
        finite = modality[np.isfinite(modality)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return _scaled(modality, low, high), _range_note(low, high)
    note: Note = ("window", {"center": center, "width": width})
    function = str(data.get("VOILUTFunction", "LINEAR")).upper()
    if function == "SIGMOID":
        curve = 1 / (1 + np.exp(-4 * (modality - center) / width))
        return _scaled(curve, 0.0, 1.0), note
    if function == "LINEAR_EXACT":
        return _scaled(modality, center - width / 2, center + width / 2), note
    low = center - 0.5 - (width - 1) / 2
    return _scaled(modality, low, low + max(width - 1, 1e-9)), note


def _scaled(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    part = ((values - low) / (high - low or 1.0)).clip(0, 1)
    scaled: NDArray[np.uint8] = (255 * np.nan_to_num(part) + 0.5).astype(np.uint8)
    return scaled


def _range_note(low: float, high: float) -> Note:
    return "full range", {"black": low, "white": high}


def _first(value: Any) -> float | None:
    """Return the first number of an element that may hold several."""
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return float(value[0])
    except (TypeError, ValueError, IndexError):
        return None


def _per_cm(data: Any) -> tuple[float, float] | None:
    """Return pixels per centimetre, across and down, of the body or of the detector."""
    spacing = data.get("PixelSpacing") or data.get("ImagerPixelSpacing")
    try:
        down, across = (10 / float(length) for length in spacing)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across, down


def _pixel_size(data: Any) -> tuple[float, float, str] | None:
    """Return width and height of a pixel in metres of the body. (ImagerPixelSpacing is that of the
    detector, on which a body is larger; PS3.3, 10.7.1.3.)"""
    try:
        down, across = (float(length) / 1000 for length in data.get("PixelSpacing"))
    except (TypeError, ValueError):
        return None
    return across, down, "m"
