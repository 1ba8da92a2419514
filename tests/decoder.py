"""What stands in for Pillow's decoder."""

from collections.abc import Callable

import pytest
from PIL import ImageFile


def decode_by(patch: pytest.MonkeyPatch, decode: Callable[[ImageFile.ImageFile], object]) -> None:
    """Have Pillow call `decode` for the pixels of an image."""
    patch.setattr(ImageFile.ImageFile, "load", lambda image: decode(image))
