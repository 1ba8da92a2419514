"""Tones on the command line, in reports, in metadata and in sessions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cozviewer.export.origin import read_origin
from cozviewer.session.export_link import lead_of
from cozviewer.session.source import open_path
from cozviewer.util.cancel import never
from tests.commands.conftest import Run

ENGINE = ("--engine", "bicubic", "--no-cache")
OPTIONS = (*ENGINE, "--zoom", "1", "--size", "60x40")
TONE = "window=100:2100,gamma=2"
VALUES = (np.arange(2400) % 1000 * 3).astype(np.uint16).reshape(40, 60)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "twelve.tif"
    tifffile.imwrite(path, VALUES)
    return path


def expected() -> NDArray[Any]:
    t = np.clip((VALUES - 100.0) / 2000, 0, 1)
    return np.floor(255 * t**0.5 + 0.5)


def test_a_view_is_rendered_by_a_tone(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    ran = run("render", photo, "-o", out, *OPTIONS, "--tone", TONE, "--json")
    assert ran.code == 0, ran.err
    assert ran.report["tone"] == TONE
    assert np.abs(np.asarray(Image.open(out))[..., 0] - expected()).max() <= 1
    origin = read_origin(out)
    assert origin is not None
    assert origin.tone == TONE
    lead = lead_of(out, never)
    assert lead is not None
    assert lead.tone.text == TONE


def test_without_one_nothing_is_recorded(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    ran = run("render", photo, "-o", out, *OPTIONS, "--json")
    assert ran.report["tone"] == ""
    assert b"cozviewer:Tone" not in out.read_bytes()


def test_whole_photos_by_a_tone(run: Run, photo: Path, tmp_path: Path) -> None:
    ran = run("upscale", photo, "-o", tmp_path / "out", *ENGINE, "--tone", TONE, "--json")
    assert ran.code == 0, ran.err
    (entry,) = ran.report["photos"]
    assert entry["tone"] == TONE
    origin = read_origin(Path(entry["output"]))
    assert origin is not None
    assert origin.tone == TONE


def test_the_chain_by_a_tone(run: Run, photo: Path, tmp_path: Path) -> None:
    out, plain = tmp_path / "out", tmp_path / "plain"
    for folder, options in ((out, ("--tone", "inverted")), (plain, ())):
        ran = run("chain", photo, "-o", folder, "--levels", 1, *ENGINE, *options)
        assert ran.code == 0, ran.err
    name = Path("per-sample", "twelve", "0.png")
    inverted, straight = (
        np.asarray(Image.open(folder / name)).astype(int) for folder in (out, plain)
    )
    assert np.abs(255 - inverted - straight).max() <= 1
    origin = read_origin(out / name)
    assert origin is not None
    assert origin.tone == "inverted"


def test_a_session_opens_by_its_tone(run: Run, photo: Path, tmp_path: Path) -> None:
    session = tmp_path / "a.cozview"
    ran = run("export-session", photo, "-o", session, *ENGINE, "--tone", TONE, "--json")
    assert ran.code == 0, ran.err
    assert ran.report["tone"] == TONE
    image = open_path(session)
    assert image.session is not None
    assert image.session.reference.tone == TONE
    assert image.source.tone.text == TONE
    assert np.abs(image.source.levels[0][..., 0] - expected()).max() <= 1
    out = tmp_path / "out.png"
    assert run("render", session, "-o", out, *OPTIONS[2:], "--json").report["tone"] == TONE
    ran = run("render", session, "-o", out, "--no-cache", "--tone", "gamma=2")
    assert ran.code == 2
    assert "which records its tone: remove --tone" in ran.sentence


@pytest.mark.parametrize("command", ["render", "movie", "upscale", "chain", "evaluate"])
def test_what_is_no_tone(run: Run, photo: Path, tmp_path: Path, command: str) -> None:
    ran = run(command, photo, "-o", tmp_path / "out.png", *ENGINE, "--tone", "brighter")
    assert ran.code == 2
    assert ran.sentence.startswith("brighter is not a tone: write for example window=0:4095,")


def test_images_that_take_none(run: Run, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(photo)
    ran = run("render", photo, "-o", tmp_path / "out.png", *OPTIONS, "--tone", TONE)
    assert ran.code == 2
    assert ran.sentence.startswith("photo.png is shown as it is, so it takes no tone")
    ran = run("evaluate", photo, *ENGINE, "--levels", 1, "--tone", TONE)
    assert ran.code == 2


def test_the_window_takes_one_for_one_image(run: Run, photo: Path) -> None:
    ran = run(photo, photo, "--tone", TONE)
    assert ran.code == 2
    assert "--tone applies to one image" in ran.sentence


def test_a_tone_in_a_session_that_is_none_is_damage(run: Run, photo: Path, tmp_path: Path) -> None:
    from tests.pyramid.sessions import change

    session = tmp_path / "a.cozview"
    assert run("export-session", photo, "-o", session, *ENGINE).code == 0
    older = "DELETE FROM about WHERE name = 'source_tone'"
    change(session, lambda sql: sql.execute(older))
    assert open_path(session).source.tone.text == ""  # as of an older version
    broken = "INSERT INTO about VALUES ('source_tone', 'gamma=x')"
    change(session, lambda sql: sql.execute(broken))
    ran = run("render", session, "-o", tmp_path / "out.png", "--no-cache", "--json")
    assert ran.code == 2
    assert "is damaged" in ran.sentence
