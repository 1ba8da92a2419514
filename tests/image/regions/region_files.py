"""Small whole slides and maps for tests, made by other writers than those that read them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import rasterio
import tifffile
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionReader, RegionRequest

WHOLE_SLIDE = UID("1.2.840.10008.5.1.4.1.1.77.1.6")

UTM = "EPSG:32632"


def opened(path: Path, kind: str, **options: Any) -> RegionReader:
    """Return the reader of a file; the caller closes it."""
    reader = open_regions(RegionRequest(path, kind, path.name, **options))
    assert reader is not None
    return reader


def whole(reader: RegionReader, level: int = 0) -> Rgb8:
    """Return all pixels of a level."""
    return reader.read(level, Rect(0, 0, *reader.sizes[level]))


def aperio(path: Path, rgb: Rgb8, more: str = "", **options: Any) -> Path:
    """Write an Aperio slide of three levels, each half of the one before, with a label."""
    height, width = rgb.shape[:2]
    text = f"Aperio Image Library v11\r\n{width}x{height} (64x64) JPEG/RGB Q=70"
    text += f"|AppMag = 20|MPP = 0.5|Patient = Doe{more}"
    tiled: dict[str, Any] = {"tile": (64, 64), "photometric": "rgb", "metadata": None, **options}
    label = np.full((32, 48, 3), 200, np.uint8)
    with tifffile.TiffWriter(path) as file:
        file.write(rgb, description=text, **tiled)
        file.write(label, description=text, photometric="rgb", metadata=None)
        file.write(rgb[::2, ::2], description=text, **tiled)
        file.write(rgb[::4, ::4], description=text, **tiled)
    return path


def dicom_slide(
    path: Path, rgb: Rgb8, series: str, *, level: int = 0, tile: int = 64, microns: float = 0.5
) -> Path:
    """Write one level of a whole slide as DICOM (TILED_FULL), about a patient."""
    height, width = rgb.shape[:2]
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = WHOLE_SLIDE
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("x", {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID = WHOLE_SLIDE, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = "2.25.1", series
    data.FrameOfReferenceUID = "2.25.2"
    data.Modality, data.PatientName, data.PatientID = "SM", "Doe^Jane", "4711-SECRET"
    kind = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    data.ImageType = kind if level == 0 else ["DERIVED", "PRIMARY", "VOLUME", "RESAMPLED"]
    data.Rows = data.Columns = tile
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PlanarConfiguration = 3, "RGB", 0
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.TotalPixelMatrixColumns, data.TotalPixelMatrixRows = width, height
    data.TotalPixelMatrixFocalPlanes = data.NumberOfOpticalPaths = 1
    data.DimensionOrganizationType = "TILED_FULL"
    measures, shared, path_of_light = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [microns / 1000 * 2**level] * 2
    shared.PixelMeasuresSequence = [measures]
    path_of_light.OpticalPathIdentifier, path_of_light.ObjectiveLensPower = "1", 20.0
    data.SharedFunctionalGroupsSequence = [shared]
    data.OpticalPathSequence = [path_of_light]
    frames = []
    for y in range(0, height, tile):
        for x in range(0, width, tile):
            frame = np.full((tile, tile, 3), 255, np.uint8)
            part = rgb[y : y + tile, x : x + tile]
            frame[: part.shape[0], : part.shape[1]] = part
            frames.append(frame)
    data.NumberOfFrames = len(frames)
    data.PixelData = np.stack(frames).tobytes()
    data["PixelData"].VR = "OB"
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    path.write_bytes(file.getvalue())
    return path


def geotiff(
    path: Path,
    bands: NDArray[Any],
    *,
    crs: str | None = UTM,
    transform: tuple[float, ...] = (10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0),
    overviews: tuple[int, ...] = (),
    mask: NDArray[np.uint8] | None = None,
    colours: dict[int, tuple[int, int, int, int]] | None = None,
    **options: Any,
) -> Path:
    """Write a GeoTIFF of (bands, H, W)."""
    count, height, width = bands.shape
    profile: dict[str, Any] = {
        **{"driver": "GTiff", "width": width, "height": height, "count": count},
        **{"dtype": bands.dtype, "crs": crs, "transform": rasterio.Affine(*transform)},
        **{"tiled": True, "blockxsize": 64, "blockysize": 64, **options},
    }
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(bands)
        if colours is not None:
            file.write_colormap(1, colours)
        if mask is not None:
            file.write_mask(mask)
        if overviews:
            file.build_overviews(overviews, rasterio.enums.Resampling.nearest)
    return path
