"""Facts about the file of an image: size, format, bit depth and colour profile."""

from dataclasses import dataclass
from pathlib import Path

from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image.colours import high_bit_depth as deep_grey
from cozviewer.image.colours.colour import profile_name
from cozviewer.image.reading import STOPPED, opened
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, never

_BITS_PER_SAMPLE = 258
_COLOURS = {"1": "grey", "L": "grey", "LA": "grey", "La": "grey", "P": "palette", "PA": "palette"}
_ALPHA = ("LA", "La", "RGBA", "RGBa", "PA")


@dataclass(frozen=True)
class FileFacts:
    """Facts about a file, as opened.

    Attributes:
        size: In bytes.
        format: Name of the format: "JPEG".
        colours: "grey", "palette", or Pillow's name of the colour model: "RGB", "CMYK", "LAB".
        bits: Bits of a channel; None if unknown.
        alpha: Whether it has transparent parts.
        profile: Name of its colour profile; "" if it has none.
    """

    size: int
    format: str
    colours: str
    bits: int | None
    alpha: bool
    profile: str


def file_facts(path: Path, cancelled: IsCancelled = never) -> FileFacts:
    """Read the facts about the file at `path`; only its header is decoded.

    May wait for a disk or a network, so it is not for the GUI thread.

    Raises:
        BadInput: There is no such file, or it is not an image.
        Cancelled: `cancelled` returned True.
    """

    def read(cancelled: IsCancelled) -> FileFacts:
        with opened(path, cancelled) as (kind, image):
            return FileFacts(
                size=path.stat().st_size,
                format=kind,
                colours=_colours(image.mode),
                bits=_bits(kind, image),
                alpha=image.mode in _ALPHA or "transparency" in image.info,
                profile=profile_name(image.info.get("icc_profile")),
            )

    return in_background(read, cancelled, STOPPED)


def _colours(mode: str) -> str:
    if mode in deep_grey.MODES:
        return "grey"
    return _COLOURS.get(mode, "RGB" if mode.startswith("RGB") else mode)


def _bits(kind: str, image: ImageFile) -> int | None:
    """Return the bits of a channel; of a palette, those of its colours."""
    if isinstance(image, TiffImageFile):
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return int(max(bits)) if isinstance(bits, tuple) and bits else None
    if isinstance(image, PngImageFile) and image.tile:
        mode = str(image.tile[0].args)
        if "16" in mode:
            return 16
        return 1 if image.mode == "1" else 8
    if image.mode == "1":
        return 1
    return 8 if kind in ("JPEG", "WebP", "GIF", "BMP") else None
