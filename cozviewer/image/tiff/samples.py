"""TIFF pages that Pillow cannot read, through tifffile: their samples, and those as 8-bit colours.

Floats, 64-bit and signed numbers, deep grey with alpha, deep Lab and CMYK, deep planes, several
bands, and compressions for which tifffile needs imagecodecs.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

from cozviewer.image.colours import high_bit_depth as deep
from cozviewer.image.colours.coded_colour import (
    SRGB_PRIMARIES,
    adapted,
    srgb_encoded,
    xyz_matrix,
)
from cozviewer.image.tone import Tone, Window
from cozviewer.image.toning.curve import grey_levels
from cozviewer.image.toning.tone_range import ToneRange, range_of_scale
from cozviewer.util.errors import BadInput, CozviewerError
from cozviewer.util.translation import translate

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _INKS, _YCBCR, _LAB, _ICC_LAB = 0, 1, 2, 5, 6, 8, 9
_COLOURS = {_RGB: 3, _INKS: 4, _YCBCR: 3, _LAB: 3, _ICC_LAB: 3}
"""Photometric interpretations and their channels besides grey (TIFF 6.0)."""

_ASSOCIATED, _UNASSOCIATED = 1, 2
"""ExtraSamples: alpha by which the colours are multiplied already, and other alpha."""

_ICC_TAG = 34675

MOST_BANDS = 4096
"""Bands of a page that are read."""

D50 = np.array([0.9642, 1.0, 0.8249])
"""XYZ of the white of Lab values (ICC.1:2022, 6.3.4.3; TIFF 6.0, section 23, leaves it open)."""


class SampleTiff(ImageFile):
    """The first page of a TIFF in Pillow's clothes; `samples` gives its pixels, `load` does not.

    A subclass because that is how Pillow's readers are made: size and metadata are where all that
    looks at opened files expects them.

    Attributes:
        layout: What its channels are.
    """

    format = "TIFF"

    def _open(self) -> None:
        logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # else it prints on stderr
        from tifffile import TiffFile

        # Its own errors become sentences in `reading.opened`.
        assert self.fp is not None
        self._page: Any = TiffFile(self.fp).pages.first
        width, height = int(self._page.imagewidth), int(self._page.imagelength)
        if width < 1 or height < 1 or int(self._page.imagedepth) != 1:
            raise SyntaxError("no flat image")
        if self._page.samplesperpixel > MOST_BANDS or self._page.dtype is None:
            raise SyntaxError(f"{self._page.bitspersample} bits per sample")
        self._size = width, height
        self.layout = layout_of(self._page)
        self._mode = self.layout.mode
        icc = self._page.tags.get(_ICC_TAG)
        if icc is not None and isinstance(icc.value, bytes):
            self.info["icc_profile"] = icc.value

    @property
    def memory_needed(self) -> int:
        """Bytes of the samples, unpacked, twice: a strip or tile may be the whole image."""
        width, height = self.size
        return int(2 * width * height * self._page.samplesperpixel * self._page.dtype.itemsize)

    @property
    def is_readable(self) -> bool:
        """Whether what packs the page needs no package that is missing."""
        return int(self._page.compression) in (1, 8, 32946) or find_spec("imagecodecs") is not None

    @property
    def orientation(self) -> int:
        """As in EXIF, 1 to 8."""
        tag = self._page.tags.get(274)
        value = 1 if tag is None else tag.value
        return int(value) if isinstance(value, int) and 1 <= value <= 8 else 1

    def samples(self, name: str) -> NDArray[Any]:
        """Return (H, W, bands), of any kind of number.

        Raises:
            BadInput: The compression is unknown, or needs a package that is not installed.
        """
        page = self._page
        try:
            values: NDArray[Any] = page.asarray(maxworkers=1)
        except (CozviewerError, MemoryError):
            raise
        except Exception as error:
            if find_spec("imagecodecs") is None:
                raise BadInput(
                    translate(
                        "Error",
                        "{name} is a TIFF of a rare kind ({kind}) and needs the package "
                        "imagecodecs (pip install cozviewer[scans]).",
                    ).format(name=name, kind=_compression_name(page))
                ) from error
            raise
        width, height = self.size
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            values = np.moveaxis(values.reshape(page.samplesperpixel, height, width), 0, -1)
        values = values.reshape(height, width, -1)
        if values.dtype.kind not in "buif" or values.shape[2] < len(self.layout.bands):
            raise ValueError(f"samples of type {values.dtype}")
        return values


@dataclass(frozen=True)
class Layout:
    """What the channels of a page are.

    Attributes:
        photometric: TIFF's number for the kind of colours.
        bands: The channels that are shown: one, three, or four inks.
        count: All channels.
        alpha: The channel of opacity, if there is one.
        premultiplied: Whether the colours are multiplied by it.
        bits: Of unsigned samples up to 16 bits; 0 for others.
    """

    photometric: int
    bands: tuple[int, ...]
    count: int
    alpha: int | None
    premultiplied: bool
    bits: int

    @property
    def mode(self) -> str:
        """Pillow's mode of the strips."""
        return {1: "L", 3: "RGB", 4: "CMYK"}[len(self.bands)]

    @property
    def is_lab(self) -> bool:
        """Whether its strips are sRGB already."""
        return self.photometric in (_LAB, _ICC_LAB)

    @property
    def hidden(self) -> int:
        """Channels that are neither shown nor opacity."""
        return self.count - len(self.bands) - (self.alpha is not None)


def strips_of(
    samples: NDArray[Any],
    layout: Layout,
    scale: deep.Scale,
    rows: int,
    tone: Tone | None = None,
) -> Iterator[tuple[int, Image.Image, Image.Image | None]]:
    """Yield (first row, 8-bit colours in `layout.mode`, opacity) of (H, W, bands) samples.

    Args:
        tone: With a window, in place of the scale; its bands are ignored.
    """
    for y in range(0, len(samples), rows):
        part = samples[y : y + rows]
        alpha = None
        if layout.alpha is not None:
            full = deep.Scale(0.0, _most(samples.dtype, layout.bits))
            alpha = deep.to_8_bit(part[..., layout.alpha], full)
        colours = part[..., list(layout.bands)]
        if layout.photometric in (_LAB, _ICC_LAB):
            eight = _lab_to_srgb(colours, layout.photometric)
        else:
            if layout.premultiplied and layout.alpha is not None:
                colours = _divided(colours, part[..., layout.alpha], samples.dtype, layout.bits)
            eight = deep.to_8_bit(colours, scale) if tone is None else grey_levels(colours, tone)
        if layout.photometric == _YCBCR:
            image = Image.fromarray(eight, "YCbCr").convert("RGB")
        else:
            image = Image.fromarray(eight[..., 0] if len(layout.bands) == 1 else eight, layout.mode)
        yield y, image, None if alpha is None else Image.fromarray(alpha)


def scale_of(samples: NDArray[Any], layout: Layout, rows: int) -> deep.Scale:
    """Return what becomes black and what white; see `high_bit_depth.range_of`."""
    if samples.dtype.kind == "b":
        scale = deep.Scale(0.0, 1.0)
    elif layout.photometric in (_LAB, _ICC_LAB) or layout.bits == 8:
        scale = deep.Scale(0.0, 255.0)
    else:
        scale = deep.range_of(
            extremes_of(samples, layout, rows), layout.bits, is_float=samples.dtype.kind == "f"
        )
    if layout.photometric == _WHITE_IS_ZERO:
        return deep.Scale(scale.white, scale.black, stretched=scale.stretched)
    return scale


def extremes_of(samples: NDArray[Any], layout: Layout, rows: int) -> Window:
    """Return the least and the greatest value of the bands that are shown."""
    shown = list(layout.bands)
    return deep.extremes_of(samples[y : y + rows][..., shown] for y in range(0, len(samples), rows))


def offered_by(
    samples: NDArray[Any], layout: Layout, scale: deep.Scale, rows: int
) -> ToneRange | None:
    """Return what a tone can change about a page; None for 8 bits that are all shown, and for
    colours that are no light of red, green and blue (inks, Lab)."""
    of_light = layout.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
    if not of_light or samples.dtype.kind == "b" or (layout.bits == 8 and not layout.hidden):
        return None
    extremes = extremes_of(samples, layout, rows)
    return range_of_scale(
        scale, layout.bits, layout.count, layout.bands, extremes, layout.photometric == _RGB
    )


def layout_of(page: Any) -> Layout:
    """Return what the channels of one of tifffile's pages are.

    Raises:
        SyntaxError: They are no colours.
    """
    photometric, count = int(page.photometric), int(page.samplesperpixel)
    extras = [int(extra) for extra in page.extrasamples]
    colours = _COLOURS.get(photometric, 1)
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, *_COLOURS):
        raise SyntaxError(f"photometric interpretation {photometric}")
    if count < colours:
        raise SyntaxError(f"{count} samples per pixel")
    alpha, premultiplied = None, False
    for index, extra in enumerate(extras):
        if extra in (_ASSOCIATED, _UNASSOCIATED) and colours + index < count:
            # Extra samples are the last ones; of grey there may be several that are none.
            alpha, premultiplied = count - len(extras) + index, extra == _ASSOCIATED
            break
    bands = tuple(range(colours))
    others = [band for band in range(count) if band != alpha]
    if colours == 1 and len(others) >= 3:
        bands = tuple(others[:3])  # as programs for satellite images show them
    kind, bits = page.dtype.kind, int(page.bitspersample)
    return Layout(
        photometric, bands, count, alpha, premultiplied, bits if kind == "u" and bits <= 16 else 0
    )


def _most(dtype: np.dtype[Any], bits: int) -> float:
    """Return the value of full opacity."""
    if bits:
        return float((1 << bits) - 1)
    return 1.0 if dtype.kind in "fb" else float(np.iinfo(dtype).max)


def _divided(
    colours: NDArray[Any], alpha: NDArray[Any], dtype: np.dtype[Any], bits: int
) -> NDArray[np.float64]:
    part = np.maximum(alpha[..., None].astype(np.float64) / _most(dtype, bits), 1e-6)
    return colours / part


def _lab_to_srgb(values: NDArray[Any], photometric: int) -> NDArray[np.uint8]:
    """Return (H, W, 3) sRGB of Lab samples of 8 or 16 bits, or floats.

    TIFF 6.0, section 23: L* of 0 to 100 takes the whole range, a* and b* are signed, in units of
    1/256 for 16 bits. In ICC Lab (TIFF Technical Note 4) they are offset by half the range, and
    100 is 0xFF00. CIE 15:2018, 8.2.1.1, to XYZ; ICC.1:2022, annex E, to the white of sRGB.
    """
    size = values.dtype.itemsize
    floats = values.astype(np.float64)
    if values.dtype.kind == "f":
        lab = floats
    elif photometric == _ICC_LAB:
        unit = 256 if size == 2 else 1
        lab = floats / unit - (0, 128, 128)
        lab[..., 0] *= 100 / 255
    else:
        signed = np.int16 if size == 2 else np.int8
        lab = values.astype(signed).astype(np.float64) / (256 if size == 2 else 1)
        lab[..., 0] = floats[..., 0] * (100 / (65535 if size == 2 else 255))
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * D50
    ours = xyz_matrix(SRGB_PRIMARIES)
    linear = xyz @ np.linalg.solve(ours, adapted(D50, ours.sum(axis=1))).T
    linear = np.nan_to_num(linear)
    encoded: NDArray[np.uint8] = (255 * srgb_encoded(linear.clip(0, 1)) + 0.5).astype(np.uint8)
    return encoded


def _compression_name(page: Any) -> str:
    bits = f"{page.bitspersample} bit"
    name = getattr(page.compression, "name", str(page.compression)).replace("_", " ")
    return bits if name == "NONE" else f"{name}, {bits}"
