"""What the window exports and what a command makes of the same place is the same file."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.commands import demo_images
from cozviewer.commands.common import views
from cozviewer.config.choice import EngineChoice
from cozviewer.export.formats import format_named
from cozviewer.export.origin import read_origin
from cozviewer.export.provenance import decimal
from cozviewer.export.run import Task
from cozviewer.export.tasks import StripTask
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.image.source import open_source
from cozviewer.jobs.exports.export_job import Export, ExportJob
from cozviewer.jobs.exports.upscale_job import UpscaleJob, UpscaleRequest
from cozviewer.models.prompters import NoPrompter, TextPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.session.source import OpenedImage
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import RATES, SHAPES, MovieDialog
from tests.chain.fakes import DetailUpscaler
from tests.commands.conftest import Ran, run
from tests.export.certificates import signature_in
from tests.pyramid.pyramids import pyramid_of

__all__ = ["run"]

Run = Callable[..., Ran]
SIZE = (160, 120)

WIDTH, HEIGHT = 160, 96
"""Of the photo, in pixels."""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Grass on the left, from which texture can be borrowed, and grey on the right."""
    rgb = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    rgb[:, : WIDTH // 2] = data.grass()[:HEIGHT, : WIDTH // 2, None]
    path, tags = tmp_path / "photo.png", Image.Exif()
    tags.get_ifd(0x8825)[29] = "2026:01:02"
    Image.fromarray(rgb).save(path, exif=tags.tobytes())
    return path


@pytest.fixture(params=["a cat", ""], ids=["prompt", "texture"])
def fresh_chain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Returns what opens a chain without any tiles, as the commands do, too: one with a prompt and
    one that borrows texture."""

    def fresh_chain(image: OpenedImage, *_: object, **__: object) -> Chain:
        prompt: str = request.param
        upscaler = DetailUpscaler(accepts_prompt=bool(prompt))
        prompter = TextPrompter(prompt) if prompt else NoPrompter()
        recipe = recipe_of(upscaler, prompter, photo_texture=not prompt)
        store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
        return Chain(Pyramid(image.source, store), upscaler, prompter, recipe)

    monkeypatch.setattr(views, "open_chain", fresh_chain)
    return fresh_chain


def exported(chain: Chain, dialog: ExportDialog | MovieDialog, *, close: bool = True) -> Path:
    """Press Save, and make what the dialog asks for, as the window does; then close the chain."""
    asked: list[Task] = []
    ended: list[str] = []
    dialog.wanted.connect(asked.append)
    dialog.buttons.button(dialog.buttons.StandardButton.Save).click()
    assert dialog.trouble.text() == ""
    return made(chain, asked[0], ended, close=close)


def made(chain: Chain, task: Task, ended: list[str], *, close: bool = True) -> Path:
    job = ExportJob(chain)
    job.ended.connect(lambda _, sentence: ended.append(sentence))
    job.export(Export(task))
    assert ended == []
    if close:
        chain.pyramid.store.close()
    return task.path


def choose(dialog: ExportDialog, title: str) -> None:
    dialog.what.setCurrentIndex(
        next(i for i in range(dialog.what.count()) if title in dialog.what.itemText(i))
    )


def alike(exported: Path, rendered: Path, chain: Chain, *, signed: bool = False) -> None:
    """Compare two files, and see that they say what was generated for them."""
    origin = read_origin(exported)
    assert origin == read_origin(rendered)
    assert origin is not None
    assert origin.kind == "generated"
    if chain.texture is None:
        assert set(origin.prompts) == {origin.prompt} == {"a cat"}
    else:
        assert origin.borrowed
    if not signed:  # two signatures are never the same
        assert exported.read_bytes() == rendered.read_bytes()
        return
    with Image.open(exported) as one, Image.open(rendered) as other:
        assert np.array_equal(np.asarray(one), np.asarray(other))
        assert one.info["exif"] == other.info["exif"]


def test_a_view(qtbot: QtBot, run: Run, photo: Path, tmp_path: Path, fresh_chain: Any) -> None:
    chain = fresh_chain(OpenedImage(open_source(photo)))
    for label in (False, True):
        dialog = ExportDialog(chain, View(camera_at(60, 50, 16.0), *SIZE).aligned())
        qtbot.addWidget(dialog)
        dialog.path.setText(str(tmp_path / f"window{label}.png"))
        dialog.label.setChecked(label)
        words = ["--center", "60,50", "--zoom", "16", "--size", "160x120"]
        words += ["--label"] if label else []
        command = tmp_path / f"command{label}.png"
        assert run("render", photo, "-o", command, *words).code == 0
        alike(exported(chain, dialog, close=label), command, chain)


@pytest.mark.parametrize("title", ["Visible area at ×16", "Whole photo at ×4"])
def test_a_region_and_a_whole_level(
    qtbot: QtBot, run: Run, photo: Path, tmp_path: Path, fresh_chain: Any, title: str
) -> None:
    chain = fresh_chain(OpenedImage(open_source(photo)))
    view = View(camera_at(60, 50, 16.0), *SIZE).aligned()
    dialog = ExportDialog(chain, view)
    qtbot.addWidget(dialog)
    choose(dialog, title)
    dialog.path.setText(str(tmp_path / "window.jpg"))
    dialog.place.setChecked(False)
    words = ["--whole", "--level", "x4"]
    if "area" in title:
        region = view.visible(4, WIDTH, HEIGHT)
        sides = (region.x, region.y, region.width, region.height)
        source_sides = (decimal(Fraction(side, 16), Fraction(1, 64)) for side in sides)
        words = ["--region", ",".join(source_sides), "--level", "x16"]
    out = tmp_path / "command.jpg"
    assert run("render", photo, "-o", out, "--no-gps", *words).code == 0
    if "Whole" in title and chain.texture is not None:
        # At ×4 nothing is borrowed yet.
        path = exported(chain, dialog)
        assert read_origin(path) == read_origin(out)
        assert path.read_bytes() == out.read_bytes()
    else:
        alike(exported(chain, dialog), out, chain)


def test_a_signed_view(
    qtbot: QtBot, run: Run, photo: Path, tmp_path: Path, fresh_chain: Any
) -> None:
    c2pa = pytest.importorskip("c2pa", reason="the extra `c2pa` is not installed")
    signature, chain = signature_in(tmp_path), fresh_chain(OpenedImage(open_source(photo)))
    dialog = ExportDialog(chain, View(camera_at(60, 50, 16.0), *SIZE).aligned())
    qtbot.addWidget(dialog)
    window, command = tmp_path / "window.png", tmp_path / "command.png"
    dialog.path.setText(str(window))
    dialog.signing.wanted.setChecked(True)
    dialog.signing.certificate.show_path(signature.certificate)
    dialog.signing.key.show_path(signature.key)
    words = ["--center", "60,50", "--zoom", "16", "--size", "160x120"]
    words += ["--sign", str(signature.certificate), "--sign-key", str(signature.key)]
    assert run("render", photo, "-o", command, *words).code == 0
    alike(exported(chain, dialog), command, chain, signed=True)

    def action(path: Path) -> dict[str, Any]:
        manifest = c2pa.Reader(str(path)).get_active_manifest()
        (actions,) = (
            each for each in manifest["assertions"] if each["label"].startswith("c2pa.actions")
        )
        edited = [each for each in actions["data"]["actions"] if "description" in each]
        found: dict[str, Any] = edited[0]
        return {name: found.get(name) for name in ("digitalSourceType", "description")}

    assert action(window) == action(command)
    assert action(window)["digitalSourceType"].endswith("trainedAlgorithmicMedia")
    said = action(window)["description"]
    assert said.startswith("x16 at 60,50 of photo.png, by ")
    assert ("borrowed" in said) == (chain.texture is not None)


def test_a_movie(qtbot: QtBot, run: Run, photo: Path, tmp_path: Path, fresh_chain: Any) -> None:
    chain = fresh_chain(OpenedImage(open_source(photo)))
    dialog = MovieDialog(chain, View(camera_at(60, 50, 16.0), *SIZE).aligned(), [])
    qtbot.addWidget(dialog)
    dialog.shape.setCurrentIndex(len(SHAPES))  # that of the window
    dialog.rate.setCurrentIndex(RATES.index(24))
    dialog.seconds.setValue(1.5)  # half a second of it is the zoom
    dialog.path.setText(str(tmp_path / "window.gif"))
    out = tmp_path / "command.gif"
    words = ["--to", "60,50,16", "--size", "160x120", "--fps", "24", "--seconds", "0.5"]
    assert run("movie", photo, "-o", out, *words, "--caption").code == 0
    path = exported(chain, dialog)
    assert path.read_bytes() == out.read_bytes()  # with its comment and XMP
    texture = b"texture borrowed from elsewhere in this photo"
    assert (texture in path.read_bytes()) == (chain.texture is not None)


def test_a_strip(
    run: Run, photo: Path, tmp_path: Path, fresh_chain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_images, "STEPS", 2)
    monkeypatch.setattr(demo_images, "PANEL", 120)
    assert run("demo", photo, "-o", tmp_path / "demo", "--center", "60,50").code == 0
    chain, side = fresh_chain(OpenedImage(open_source(photo))), demo_images.PANEL
    shown = tuple(View(camera_at(60, 50, zoom), side, side).aligned() for zoom in (1.0, 4.0, 16.0))
    path = made(chain, StripTask(tmp_path / "window.png", shown), [])
    found = read_origin(path)
    assert found is not None
    assert (found.kind, found.borrowed) == ("mixed", chain.texture is not None)
    assert path.read_bytes() == (tmp_path / "demo" / "zoom-strip.png").read_bytes()


@pytest.mark.parametrize(("scale", "ending"), [(2, "jpg"), (4, "png"), (4, "webp")])
def test_an_upscaled_photo(
    run: Run, photo: Path, tmp_path: Path, fresh_chain: Any, scale: int, ending: str
) -> None:
    """What the queue makes is what the command makes."""
    ended: list[str] = []
    job = UpscaleJob(fresh_chain, lambda: None)
    job.ended.connect(lambda _, sentence: ended.append(sentence))
    options = UpscaleOptions(
        scale, format_named(ending), 80, tmp_path / "window", place=False, label=True
    )
    job.upscale(UpscaleRequest(photo, options, EngineChoice()))
    assert ended == []
    words = ["--scale", scale, "--format", ending, "--quality", "80", "--no-gps", "--label"]
    assert run("upscale", photo, "-o", tmp_path / "command", *words).code == 0
    name = f"photo-{scale}x.{ending}"
    exported, rendered = tmp_path / "window" / name, tmp_path / "command" / name
    assert exported.read_bytes() == rendered.read_bytes()
    origin = read_origin(exported)
    assert origin is not None
    assert (origin.kind, origin.magnification) == ("generated", str(scale))
