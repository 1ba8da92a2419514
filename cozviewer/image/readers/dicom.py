"""DICOM, read by pydicom: one frame, by the window of the file. Nothing of a person leaves here."""

from importlib.util import find_spec
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

from cozviewer.image.readers.opened import Note, Opened, Pixels, Refused, checked_page

_CODECS = {
    **dict.fromkeys(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"), "ljpeg_decode"),
    **dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), "jpegls_decode"),
}
"""imagecodecs' decoders of transfer syntaxes (PS3.6, annex A)."""


def open_picture(path: str, page: int | None) -> Opened:
    """Read the header of a file; its frames are pages."""
    data: Any = pydicom.dcmread(path, defer_size=1 << 20)
    if "Rows" not in data or not any(
        name in data for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    ):
        raise Refused("no picture")
    height, width = int(data.Rows), int(data.Columns)
    pages = max(1, int(data.get("NumberOfFrames", 1) or 1))
    page = checked_page(page, pages)
    bytes_per_pixel = max(1, int(data.BitsAllocated) // 8) * int(data.get("SamplesPerPixel", 1))

    def decode() -> Pixels:
        return _frame(data, page - 1)

    needed = (bytes_per_pixel * 4 + 48) * width * height + (1 << 27)
    needed += bytes_per_pixel * width * height * pages  # the file
    return Opened(
        width,
        height,
        needed,
        decode,
        page=page,
        pages=pages,
        per_cm=_per_cm(data),
        pixel_size=_pixel_size(data),
    )


def _frame(data: Any, index: int) -> Pixels:
    try:
        values: NDArray[Any] = pixel_array(data, index=index)
    except (RuntimeError, NotImplementedError) as error:
        unpacked = _unpacked(data, index)
        if unpacked is None:
            syntax = data.file_meta.TransferSyntaxUID
            raise Refused("packed", kind=pydicom.uid.UID(syntax).name) from error
        values = unpacked
    medical: Note = ("medical", {})
    photometric = str(data.PhotometricInterpretation)
    if photometric == "PALETTE COLOR":
        colours = apply_color_lut(values, data)
        if colours.dtype.itemsize == 2:
            colours = colours >> 8
        return Pixels(colours[..., :3].astype(np.uint8), (medical,))
    if values.ndim == 3:  # pydicom has made RGB of YBR
        bits = int(data.BitsStored)
        shown = values >> (bits - 8) if bits > 8 else values
        return Pixels(shown[..., :3].astype(np.uint8), (medical,))
    grey, note = _windowed(values, data)
    if photometric == "MONOCHROME1":
        grey = 255 - grey
    return Pixels(grey, (medical, note))


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


def _windowed(values: NDArray[Any], data: Any) -> tuple[NDArray[np.uint8], Note]:
    """Return grey by the first window of the file (PS3.3, C.11.2.1.2), or by the range of the
    values."""
    modality = np.asarray(apply_modality_lut(values, data), np.float64)
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
