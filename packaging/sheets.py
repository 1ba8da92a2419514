"""Makes sheets of texture at depth: places of free photos from ×16 to ×4096, with texture off above
and from the photo below; one row where nothing is borrowed, as both are the same there. Run it in
the project's folder:

    .venv/bin/python packaging/sheets.py                        the one in the README
    .venv/bin/python packaging/sheets.py --out DIR [PHOTO...]   every place of these photos
    .venv/bin/python packaging/sheets.py --out DIR --movies     frames of the way into each place

A PHOTO may name one of its places: astronaut/suit.

The photos are scikit-image's, the sample photo and some that are computed.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from skimage import data

from cozviewer.app import resource
from cozviewer.chain.chain import Chain
from cozviewer.chain.textures.material import GRID
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.commands.common.options import OpenOptions
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.views import opened_chain
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import run_task
from cozviewer.export.sheet import Panel, sheet
from cozviewer.export.tasks import ImageTask
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.rect import Rect
from cozviewer.models.shared import Pool
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.util.cancel import never

README = Path(__file__).parent / "screenshots" / "texture.jpg"
SIDE = 160
"""Of an image of a sheet, in pixels."""

ZOOMS = (16, 64, 256, 1024, 4096)
MOVIE_ZOOMS = tuple(4 * 2 ** (n / 4) for n in range(42))
WRAP = 14
"""Frames of a movie in a row."""

TEXTURES = {"off": "texture off", "photo": "texture from the photo"}
NOTHING = "nothing is borrowed"

NEAR = 48
"""Source pixels around a place on which its views depend, with room to spare."""


@dataclass(frozen=True)
class Place:
    """A place to look at.

    Attributes:
        name: What is there.
        x, y: In pixels of the photo.
    """

    name: str
    x: int
    y: int


def _gradient() -> Rgb8:
    y, x = np.mgrid[:320, :320] / 320
    rgb = np.stack([110 + 30 * x, 120 + 25 * y, 150 + 20 * (x - y)], -1)
    return np.asarray(np.rint(rgb), np.uint8)


def _night() -> Rgb8:
    """Return the cat in the dark, with the noise of a sensor."""
    dark = Image.fromarray((data.chelsea() * 0.25).astype(np.uint8)).resize((451, 300))
    noise = np.random.default_rng(0).normal(0, 9, (300, 451, 3))
    return np.asarray(np.clip(np.asarray(dark) + noise, 0, 255), np.uint8)


def _portrait() -> Rgb8:
    large = Image.fromarray(data.astronaut()).resize((1024, 1024), Image.Resampling.LANCZOS)
    return np.asarray(large)[:600, 200:800]


PHOTOS: dict[str, tuple[Callable[[], Rgb8], tuple[Place, ...]]] = {
    "dandelion": (
        lambda: np.asarray(Image.open(resource("dandelion.jpg")).convert("RGB")),
        (Place("seeds", 275, 267), Place("hairs", 427, 297), Place("lawn", 768, 612)),
    ),
    "cat": (
        data.chelsea,
        (
            *(Place("fur", 110, 150), Place("eye", 165, 112), Place("nose", 225, 190)),
            *(Place("eyelid", 146, 132), Place("whiskers", 184, 240)),
        ),
    ),
    "coffee": (
        data.coffee,
        (Place("cup", 250, 60), Place("foam", 290, 140), Place("wood", 540, 290)),
    ),
    "astronaut": (
        data.astronaut,
        (
            *(Place("face", 225, 150), Place("eye", 205, 108), Place("suit", 105, 275)),
            *(Place("background", 60, 40), Place("hair", 222, 45)),
        ),
    ),
    "portrait": (_portrait, (Place("face", 250, 300), Place("collar", 368, 475))),
    "rocket": (data.rocket, (Place("sky", 80, 100), Place("metal", 320, 200))),
    "hubble": (data.hubble_deep_field, (Place("stars", 400, 400),)),
    "retina": (data.retina, (Place("vessels", 700, 600),)),
    "brick": (data.brick, (Place("brick", 256, 256),)),
    "grass": (data.grass, (Place("grass", 256, 256),)),
    "gravel": (data.gravel, (Place("gravel", 256, 256),)),
    "page": (data.page, (Place("text", 150, 90),)),
    "gradient": (_gradient, (Place("gradient", 160, 160),)),
    "night": (_night, (Place("noise", 200, 90),)),
}

SHOWN = (("cat", "fur"), ("dandelion", "hairs"), ("coffee", "wood"), ("grass", "grass"))
"""In the README."""


def main() -> int:
    """Make what the options say and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="*", metavar="PHOTO", help=", ".join(PHOTOS))
    parser.add_argument("--out", type=Path, help="a folder for sheets of every place")
    parser.add_argument("--movies", action="store_true", help="frames of a way into each place")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        if options.out is None:
            shown = [
                views
                for photo, name in SHOWN
                for texture in TEXTURES
                for views in studio.views(photo, [_place(photo, name)], texture, ZOOMS)
            ]
            _save(README, shown)
            return 0
        options.out.mkdir(parents=True, exist_ok=True)
        for words in options.photos or PHOTOS:
            photo, _, name = words.partition("/")
            places = [place for place in PHOTOS[photo][1] if name in ("", place.name)]
            if options.movies:
                for place in places:
                    (frames,) = studio.views(photo, [place], "photo", MOVIE_ZOOMS)
                    _save(
                        options.out / f"movie-{photo}-{place.name}.jpg",
                        [frames[start : start + WRAP] for start in range(0, len(frames), WRAP)],
                    )
                continue
            textured = [place for place in places if studio.borrows(photo, place)]
            off = dict(zip(textured, studio.views(photo, textured, "off", ZOOMS), strict=True))
            shown = []
            for place, row in zip(places, studio.views(photo, places, "photo", ZOOMS), strict=True):
                same = [replace(panel, note=NOTHING) for panel in row]
                shown += [off[place], row] if place in off else [same]
            _save(options.out / f"sheet-{words.replace('/', '-')}.jpg", shown)
    return 0


def _pixels(photo: str) -> Rgb8:
    return np.asarray(Image.fromarray(PHOTOS[photo][0]()).convert("RGB"))


def _place(photo: str, name: str) -> Place:
    return next(each for each in PHOTOS[photo][1] if each.name == name)


class Studio:
    """Draws views of the photos."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pool = folder, Pool()

    def views(
        self, photo: str, places: Sequence[Place], texture: str, zooms: Sequence[float]
    ) -> list[list[Panel]]:
        """Return a row of views of each place."""
        if not places:
            return []
        path = self._folder / f"{photo}.png"
        if not path.exists():
            Image.fromarray(_pixels(photo)).save(path, compress_level=1)
        # The fastest format differs between machines, and even between runs.
        choice = EngineChoice(texture=texture, numbers="bf16")
        options = OpenOptions(path, choice, engine_named=True, cache=None)
        with (
            ProgressLine(sys.stderr) as line,
            opened_chain(options, line, never, self._pool) as (_, chain),
        ):
            return [[self._view(chain, place, texture, zoom) for zoom in zooms] for place in places]

    def borrows(self, photo: str, place: Place) -> bool:
        """Return whether views of a place may show borrowed texture."""
        pixels = _pixels(photo)
        whole = Rect(0, 0, pixels.shape[1], pixels.shape[0])
        texture = PhotoTexture(lambda part: part_of(pixels, part, whole), whole.width, whole.height)
        left, top = (max(0, at - NEAR) // GRID * GRID for at in (place.x, place.y))
        around = Rect(left, top, 2 * NEAR, 2 * NEAR).intersected(whole)
        return bool(texture.borrowed(around).any())

    def _view(self, chain: Chain, place: Place, texture: str, zoom: float) -> Panel:
        view = View(camera_at(place.x, place.y, Fraction(zoom)), SIDE, SIDE).aligned()
        output = self._folder / "view.png"
        run_task(ImageTask(output, view), chain)
        pixels = np.asarray(Image.open(output).convert("RGB"))
        output.unlink()
        return Panel(pixels, f"{place.name}, x{zoom:,.4g}", TEXTURES[texture])


def _save(path: Path, rows: Sequence[Sequence[Panel]]) -> None:
    title = "Texture at depth" if path == README else path.stem.replace("-", " ")
    pixels = sheet(title, "Detail drawn by Real-ESRGAN.", rows)
    Image.fromarray(pixels).save(path, quality=90)
    print(path, flush=True)


if __name__ == "__main__":
    sys.exit(main())
