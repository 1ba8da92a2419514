"""What files of each kind tell about themselves."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.image.facts.file_facts import FileFacts, file_facts
from cozviewer.util.errors import BadInput

RGB = Image.new("RGB", (20, 10), (200, 100, 50))


@pytest.mark.parametrize(
    ("image", "name", "colours", "bits", "alpha"),
    [
        (RGB, "a.jpg", "RGB", 8, False),
        (RGB.convert("CMYK"), "a.jpg", "CMYK", 8, False),
        (RGB.convert("L"), "a.png", "grey", 8, False),
        (RGB.convert("RGBA"), "a.png", "RGB", 8, True),
        (RGB.convert("P"), "a.png", "palette", 8, False),
        (RGB.convert("1"), "a.png", "grey", 1, False),
        (Image.fromarray(np.full((4, 4), 4000, np.uint16)), "a.png", "grey", 16, False),
        (Image.fromarray(np.full((4, 4), 4000, np.uint16)), "a.tif", "grey", 16, False),
        (Image.fromarray(np.zeros((4, 4), np.float32)), "a.tif", "grey", 32, False),
        (RGB, "a.webp", "RGB", 8, False),
        (RGB, "a.bmp", "RGB", 8, False),
        (RGB, "a.gif", "palette", 8, False),
    ],
)
def test_colours_and_depth(
    tmp_path: Path, image: Image.Image, name: str, colours: str, bits: int, alpha: bool
) -> None:
    path = tmp_path / name
    image.save(path)
    facts = file_facts(path)
    assert (facts.colours, facts.bits, facts.alpha) == (colours, bits, alpha)
    assert facts.size == path.stat().st_size
    assert facts.profile == ""


def test_the_name_of_a_profile(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "a.jpg"
    RGB.save(path, icc_profile=profile)
    assert "sRGB" in file_facts(path).profile
    RGB.save(path, icc_profile=b"not a profile")
    assert file_facts(path) == FileFacts(path.stat().st_size, "JPEG", "RGB", 8, False, "?")


def test_no_image(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        file_facts(tmp_path / "none.jpg")
