"""Small files of rare formats for tests, made by other writers than those that read them, where
there is one."""

import io
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

from cozviewer.image.pixels import Rgb8


def through_file(write: Any, ending: str) -> bytes:
    """Return what `write` puts into the file that it is told."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{ending}"
        write(str(path))
        return path.read_bytes()


def dng(
    rgb: Rgb8,
    *,
    turn: int = 1,
    wb: tuple[float, float, float] = (0.5, 1.0, 0.8),
    preview: Rgb8 | None = None,
) -> bytes:
    """Return a DNG of linear light seen through a Bayer pattern.

    Args:
        rgb: (H, W, 3) uint8 of linear light; even sides.
        turn: As in EXIF.
        wb: What the sensor's channels measure of white.
        preview: A JPEG that the file holds beside it, turned like the sensor.
    """
    height, width = rgb.shape[:2]
    most = (1 << 14) - 1
    measured = rgb / 255 * np.array(wb)
    sensor = np.empty((height, width), np.uint16)
    for y, x, band in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[y::2, x::2] = np.round(measured[y::2, x::2, band] * most)
    to_camera = [3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560]
    to_camera += [0.0556434, -0.2040259, 1.0572252]
    parts = [(round(value * 10000), 10000) for value in to_camera]
    neutral = [(round(value * 10000), 10000) for value in wb]
    flat = [number for part in parts for number in part]
    white = [number for part in neutral for number in part]
    tags = [
        (274, 3, 1, turn, True),
        (271, 2, 8, "Testcam", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50708, 2, 13, "Testcam Mark1", True),
        (50714, 3, 1, 0, True),
        (50717, 3, 1, most, True),
        (50721, 10, 9, flat, True),
        (50728, 5, 3, white, True),
        (50778, 3, 1, 21, True),
    ]
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        options: dict[str, Any] = {"photometric": 32803, "metadata": None}
        if preview is None:
            writer.write(sensor, extratags=tags, **options)
        else:
            of_sensor = [tag for tag in tags if tag[0] in (33421, 33422, 50714, 50717)]
            others = [tag for tag in tags if tag not in of_sensor]
            writer.write(
                np.asarray(Image.fromarray(preview).convert("YCbCr")),
                photometric="ycbcr",
                compression="jpeg",
                compressionargs={"level": 95},
                rowsperstrip=len(preview),
                subifds=1,
                subfiletype=1,
                extratags=others,
                metadata=None,
            )
            writer.write(sensor, extratags=of_sensor, **options)
    return file.getvalue()


def dicom(values: NDArray[Any], photometric: str = "MONOCHROME2", **elements: Any) -> bytes:
    """Return a DICOM file about a patient.

    Args:
        values: (H, W), (frames, H, W), or (H, W, 3) for RGB, uint8, int16 or uint16.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("x", {}, file_meta=meta, preamble=bytes(128))
    data.PatientName, data.PatientID = "Doe^Jane", "4711-SECRET"
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    colours = photometric == "RGB"
    shape = values.shape[:-1] if colours else values.shape
    data.Rows, data.Columns = shape[-2:]
    if len(shape) == 3:
        data.NumberOfFrames = shape[0]
    data.SamplesPerPixel = 3 if colours else 1
    if colours:
        data.PlanarConfiguration = 0
    data.PhotometricInterpretation = photometric
    data.BitsAllocated = data.BitsStored = 8 * values.dtype.itemsize
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(values.dtype.kind == "i")
    data.PixelData = values.tobytes()
    data["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    for name, value in elements.items():
        setattr(data, name, value)
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


def packed_dicom(syntax: str, pack: Callable[[NDArray[Any]], bytes], frames: NDArray[Any]) -> bytes:
    """Return a DICOM file of (frames, H, W), each packed by a function."""
    data = pydicom.dcmread(io.BytesIO(dicom(frames)))
    data.PixelData = encapsulate([pack(frame) for frame in frames])
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = UID(syntax)
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


def fits_file(*arrays: NDArray[Any]) -> bytes:
    """Return a FITS file: an empty first unit, and each array as one that follows."""
    file = io.BytesIO()
    from astropy.io import fits  # takes half a second

    units = [fits.PrimaryHDU(), *(fits.ImageHDU(values) for values in arrays)]
    fits.HDUList(units).writeto(file)
    return file.getvalue()


def radiance(light: NDArray[Any]) -> bytes:
    """Return a Radiance file, not run-length coded (Ward, Graphics Gems II, II.5)."""
    height, width = light.shape[:2]
    mantissa, exponent = np.frexp(light.max(axis=2))
    scale = np.where(light.max(axis=2) > 0, mantissa * 256 / np.maximum(light.max(axis=2), 1e-9), 0)
    codes = np.dstack([light * scale[..., None], exponent + 128]).astype(np.uint8)
    head = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode()
    return head + codes.tobytes()


def exr(**channels: NDArray[Any]) -> bytes:
    """Return an OpenEXR file of channels."""
    import OpenEXR

    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    return through_file(lambda path: OpenEXR.File(header, channels).write(path), ".exr")


def psd(rgb: Rgb8, *, version: int = 1, depth: int = 8, merged: bool = True) -> bytes:
    """Return a Photoshop file of one flattened image, without layers."""
    height, width = rgb.shape[:2]
    head = struct.pack(">4sH6xHIIHH", b"8BPS", version, 3, height, width, depth, 3)
    info = struct.pack(">IBIII", 1, merged, 0, 0, 1)
    resource = b"8BIM" + struct.pack(">HHI", 1057, 0, len(info)) + info + b"\0" * (len(info) % 2)
    layers = struct.pack(">Q" if version == 2 else ">I", 0)
    planes = rgb.transpose(2, 0, 1)
    if depth == 16:
        planes = (planes.astype(np.uint16) * 257).astype(">u2")
    return (
        head
        + struct.pack(">I", 0)
        + struct.pack(">I", len(resource))
        + resource
        + layers
        + struct.pack(">H", 0)
        + planes.tobytes()
    )


def layered_psd(rgb: Rgb8) -> bytes:
    """Return a Photoshop file of one layer, saved without a finished image."""
    from psd_tools import PSDImage

    document: Any = PSDImage.new("RGB", (rgb.shape[1], rgb.shape[0]))
    document.append(document.create_pixel_layer(Image.fromarray(rgb), name="layer"))
    file = io.BytesIO()
    document.save(file)
    content = file.getvalue()
    at = content.find(b"8BIM" + struct.pack(">H", 1057))
    if at >= 0:
        return content[: at + 16] + b"\0" + content[at + 17 :]
    info = struct.pack(">IBIII", 1, 0, 0, 0, 1) + b"\0"
    resource = b"8BIM" + struct.pack(">HHI", 1057, 0, len(info) - 1) + info
    (colours,) = struct.unpack_from(">I", content, 26)
    start = 30 + colours
    (size,) = struct.unpack_from(">I", content, start)
    head = content[:start] + struct.pack(">I", size + len(resource))
    return head + resource + content[start + 4 :]


def pdf(*boxes: tuple[int, int]) -> bytes:
    """Return a PDF of empty pages, each red in its left half, of sizes in points."""
    parts = [b"%PDF-1.4\n"]
    places = []
    kids = " ".join(f"{3 + 2 * index} 0 R" for index in range(len(boxes)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(boxes)}/Kids[{kids}]>>",
    ]
    for index, (width, height) in enumerate(boxes):
        drawing = f"1 0 0 rg 0 0 {width / 2} {height} re f"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {4 + 2 * index} "
            "0 R/Resources<<>>>>"
        )
        objects.append(f"<</Length {len(drawing)}>>stream\n{drawing}\nendstream")
    for number, content in enumerate(objects, 1):
        places.append(sum(map(len, parts)))
        parts.append(f"{number} 0 obj{content}endobj\n".encode())
    start = sum(map(len, parts))
    parts.append(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    parts += [f"{place:010} 00000 n \n".encode() for place in places]
    parts.append(
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    )
    return b"".join(parts)
