"""How large a picture may be before it is decoded: what needs a yes, and what can never fit."""

import psutil
from PIL.ImageFile import ImageFile

from cozviewer.errors import BadInput, HugePicture

HUGE = 300_000_000
"""Pixels above which a picture is opened only after a yes: a small file can claim any size."""

_PILLOW_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
"""Per pixel of Pillow's own picture by mode; 4 in all other modes, RGB too."""

_LEVEL_BYTES = 3
"""Per pixel of level 0, which is made beside Pillow's picture."""

_DECODER_BYTES = {"WebP": 12, "AVIF": 10, "TIFF": 4, "progressive": 6}
"""Per pixel that decoders need at their peak beside Pillow's picture. Measured with libwebp 1.6
and libavif 1.4 (which decode at once into canvases and planes of their own); TIFF is turned
upright by copying; libjpeg keeps 3 x 16-bit coefficients of a progressive picture."""


def memory_needed(kind: str, image: ImageFile) -> int:
    """Return the most bytes that opening `image`, not yet decoded, will hold at once."""
    decoder = _DECODER_BYTES.get("progressive" if "progressive" in image.info else kind, 0)
    per_pixel = _PILLOW_BYTES.get(image.mode, 4) + max(_LEVEL_BYTES, decoder)
    return image.width * image.height * per_pixel


def check_size(name: str, kind: str, image: ImageFile, allow_huge: bool) -> None:
    """Refuse what is too large, before a pixel is decoded.

    Raises:
        HugePicture: It has more than HUGE pixels and nobody said yes.
        BadInput: The free memory cannot hold it.
    """
    width, height = image.size
    needed = memory_needed(kind, image)
    size = f"{width} x {height} pixels ({width * height / 1e6:.0f} megapixels)"
    if width * height > HUGE and not allow_huge:
        raise HugePicture(
            f"{name} claims {size} and will take about {needed / 1e9:.1f} GB of memory to open: "
            "confirm that you want it (--allow-huge on the command line).",
            width,
            height,
        )
    free = psutil.virtual_memory().available
    if needed > free:
        raise BadInput(
            f"{name} has {size} and needs about {needed / 1e9:.1f} GB of memory to open, of which "
            f"{free / 1e9:.1f} GB are free: close other programs, or open a smaller version of it."
        )
