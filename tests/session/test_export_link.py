"""A saved image leads to the photo beside it, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest

from cozviewer.export.image import save_image
from cozviewer.export.origin import Origin
from cozviewer.pyramid.camera import camera_at
from cozviewer.session.export_link import lead_of
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled


def saved(path: Path, name: str, magnification: str = "4") -> Origin:
    """Save an image that says it was made from a photo of that name."""
    origin = Origin("generated", "E", name, "22" * 32, "", "", "3,2.5", magnification, 2)
    save_image(path, np.zeros((9, 12, 3), np.uint8), origin)
    return origin


def test_to_the_photo_beside_it(tmp_path: Path) -> None:
    path, photo = tmp_path / "eye.png", tmp_path / "photo.png"
    origin = saved(path, "photo.png")
    photo.touch()
    lead = lead_of(path, never)
    assert lead is not None
    assert (lead.path, lead.origin, lead.photo) == (path, origin, photo)
    assert lead.photo_name == "photo.png"
    assert lead.camera == camera_at(3, 2.5, 4)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "folder",
        "../secret.png",
        "/etc/passwd",
        "folder/in.png",
        "n" * 9000,
        "\\\\host\\share\\x.png",
        "//host/share/x.png",
        "eye.png",
        "gone.png",
        "trip.cozview",
    ],
)
def test_not_out_of_its_folder_nor_to_what_is_no_photo(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "pictures"
    (folder / "folder").mkdir(parents=True)
    for file in ("../secret.png", "folder/in.png", "trip.cozview"):
        (folder / file).touch()
    saved(folder / "eye.png", name)
    lead = lead_of(folder / "eye.png", never)
    assert lead is not None
    assert lead.photo is None


def test_what_is_not_ours_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    saved(tmp_path / "odd.png", "photo.png", magnification="inf")
    for name in ("gone.png", "text.png", "odd.png", "", "n" * 300 + ".png", "nul\0.png"):
        assert lead_of(tmp_path / name, never) is None


def test_looking_can_be_stopped(tmp_path: Path) -> None:
    saved(tmp_path / "eye.png", "photo.png")
    with pytest.raises(Cancelled):
        lead_of(tmp_path / "eye.png", lambda: True)
