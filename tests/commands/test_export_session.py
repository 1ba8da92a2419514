"""`cozviewer export-session`: elsewhere, without the models, the same pixels."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest
from PIL import Image

from cozviewer.cli import main
from cozviewer.image.pixels import Rgb8
from cozviewer.session.file import read_session
from tests.commands.conftest import Run
from tests.models.networks import compact_state
from tests.models.networks import saved as saved_model
from tests.pyramid.images import encoded, smooth
from tests.pyramid.stores import damage

VIEW = ("--center", "20.25,11", "--zoom", "16", "--size", "90x70")
BICUBIC = ("--engine", "bicubic")


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def first_machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parent of a folder `here`, where a photo, a model file, a session by that model with a
    bookmark, and VIEW as here.png were made; and of `kept`, which holds them as they were."""
    parent = tmp_path_factory.mktemp("first")
    here = parent / "here"
    here.mkdir()
    photo, model = here / "photo.png", here / "mine.safetensors"
    photo.write_bytes(encoded(smooth(60, 40), "PNG"))
    saved_model(model, compact_state())
    cpu = ("--device", "cpu", "--numbers", "fp32", "--cache", parent / "cache")
    session = (here / "trip.cozview", "--bookmark", "eye=20.25,11,16")
    for words in (
        ("render", photo, "-o", here / "here.png", *VIEW, "--engine", model, *cpu),
        ("export-session", photo, "-o", *session, "--engine", model, *cpu),
    ):
        assert main([str(word) for word in words]) == 0
    copytree(here, parent / "kept")
    return parent


@pytest.fixture
def trip(first_machine: Path) -> Path:
    """A session by a model that only the first machine has, beside the photo and the model."""
    rmtree(first_machine / "here")
    return copytree(first_machine / "kept", first_machine / "here") / "trip.cozview"


@pytest.fixture
def model(trip: Path) -> Path:
    """The model file of the session."""
    return trip.with_name("mine.safetensors")


@pytest.fixture
def viewed(trip: Path) -> Path:
    """The photo of the session."""
    return trip.with_name("photo.png")


def test_elsewhere_it_gives_the_same_pixels_without_the_model(
    run: Run, trip: Path, model: Path, tmp_path: Path
) -> None:
    model.unlink()
    out = tmp_path / "there.png"
    words = ("--size", "90x70", "--cache", tmp_path / "second", "--json")
    ran = run("render", trip, "-o", out, "--bookmark", "eye", *words)
    assert ran.code == 0, ran.err
    assert np.array_equal(pixels_of(out), pixels_of(trip.with_name("here.png")))
    assert ran.report["tiles_computed"] == 0
    assert ran.report["engine"] == "mine"


def test_broken_tiles_are_made_again_before_they_are_saved(
    run: Run, photo: Path, tmp_path: Path, cache_folder: Path
) -> None:
    out = tmp_path / "trip.cozview"
    words = ("export-session", photo, "-o", out, "--bookmark", "eye=20.25,11,16", *BICUBIC)
    fresh = run(*words, "--refine", "--json").report
    (store,) = cache_folder.rglob("*.tiles")
    damaged = damage(store, "other bytes")
    left_out = run(*words, "--json")
    assert left_out.report["tiles"] == fresh["tiles"] - damaged
    assert f"{damaged} tile" in left_out.err
    report = run(*words, "--refine", "--json").report
    assert (report["tiles"], report["tiles_computed"]) == (fresh["tiles"], damaged)
    assert report["tiles_left_out"] == 0


def test_nothing_is_computed_where_the_model_is(run: Run, trip: Path, tmp_path: Path) -> None:
    out = tmp_path / "there.png"
    report = run("render", trip, "-o", out, *VIEW, "--no-cache", "--json").report
    assert (report["tiles_computed"], report["tiles_reused"] > 0) == (0, True)
    assert np.array_equal(pixels_of(out), pixels_of(trip.with_name("here.png")))


def test_the_model_goes_on_where_it_is(
    run: Run, viewed: Path, trip: Path, model: Path, tmp_path: Path
) -> None:
    view = ("-o", tmp_path / "deeper.png", "--center", "20.25,11", "--zoom", "64", "--size")
    words = (*view, "90x70", "--cache", tmp_path / "c", "--json")
    first = run("render", trip, *words).report
    again = run("render", trip, *words).report
    engine = ("--engine", model, "--device", "cpu", "--numbers", "fp32", "--no-cache", "--json")
    alone = run("render", viewed, *view, "90x70", *engine).report
    kept = read_session(trip).pyramids[0].tiles
    assert first["tiles_computed"] == alone["tiles_computed"] - kept, "the session has the rest"
    assert again["tiles_computed"] == 0, "it was kept"


def test_without_the_model_nothing_new_is_made_and_it_says_why(
    run: Run, trip: Path, model: Path, tmp_path: Path
) -> None:
    model.unlink()
    ran = run("render", trip, "-o", tmp_path / "x.png", "--zoom", "64", "--no-cache")
    assert ran.code == 2
    assert ran.sentence.startswith(
        "The detail in this session was generated by mine, which is not available here, so only "
        "existing detail is shown. "
    )
    assert "mine.safetensors" in ran.sentence
    assert not (tmp_path / "x.png").exists()


def test_another_model_of_that_name_is_not_taken_for_it(
    run: Run, trip: Path, model: Path, tmp_path: Path
) -> None:
    model.unlink()
    saved_model(model, compact_state(num_feat=8))
    ran = run("render", trip, "-o", tmp_path / "x.png", "--zoom", "64", "--no-cache")
    assert "not the ones that it was made with" in ran.sentence


def test_what_is_in_the_cache_by_the_same_recipe_does_not_show_through(
    run: Run, trip: Path, model: Path, viewed: Path, tmp_path: Path
) -> None:
    # The second machine has made the same tiles by itself, and they came out otherwise.
    second = ("--cache", tmp_path / "second")
    engine = ("--engine", model, "--device", "cpu")
    run("render", viewed, "-o", tmp_path / "own.png", *VIEW, *engine, *second)
    (store,) = (tmp_path / "second" / "pyramids").glob("*.tiles")
    with closing(sqlite3.connect(store)) as sql:
        sql.execute("UPDATE pixels SET webp = x'00'")
        sql.commit()
    out = tmp_path / "there.png"
    report = run("render", trip, "-o", out, *VIEW, *second, "--json").report
    assert report["tiles_computed"] == 0
    assert np.array_equal(pixels_of(out), pixels_of(trip.with_name("here.png")))


def test_words_go_along(run: Run, photo: Path, tmp_path: Path) -> None:
    words = ("--engine", "bicubic", "--prompt", "ginger cat")
    run("render", photo, "-o", tmp_path / "a.png", *VIEW, *words)
    run("export-session", photo, "-o", tmp_path / "a.cozview", *words)
    with closing(sqlite3.connect(tmp_path / "a.cozview")) as sql:
        assert sql.execute("SELECT DISTINCT prompt FROM steps").fetchall() == [("ginger cat",)]


def test_the_report_tells_all(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.cozview"
    bookmarks = ("--bookmark", "eye=20.25,11,16", "--bookmark", "a=b=30,20,x4")
    words = ("export-session", photo, "-o", out, *bookmarks, "--refine", "--size", "90x70")
    report = run(*words, *BICUBIC, "--json").report
    assert report.pop("seconds") >= 0
    assert len(report.pop("recipe")) == 64
    assert report == {
        "output": str(out),
        "tone": "",
        "source": "photo.png",
        "tiles": 6 + 4,
        "tiles_computed": 6 + 4,
        "tiles_left_out": 0,
        "bookmarks": ["eye", "a=b"],
        "bytes": out.stat().st_size,
        "engine": "Bicubic",
    }
    assert run(*words, *BICUBIC, "--json").report["tiles_computed"] == 0


def test_without_tiles_it_says_so(run: Run, photo: Path, tmp_path: Path) -> None:
    ran = run("export-session", photo, "-o", tmp_path / "a.cozview", *BICUBIC)
    assert ran.code == 0
    assert "There are no tiles of photo.png by Bicubic yet" in ran.err
    assert "Saved" in ran.out
    assert "0 tiles by Bicubic and 0 bookmarks" in ran.out


def test_a_session_can_be_saved_over_itself_with_more(run: Run, trip: Path, model: Path) -> None:
    model.unlink()
    before = read_session(trip)
    ran = run("export-session", trip, "-o", trip, "--bookmark", "ear=3,4,8", "--no-cache")
    assert ran.code == 0, ran.err
    after = read_session(trip)
    assert [bookmark.name for bookmark in after.bookmarks] == ["eye", "ear"]
    assert [kept.digest for kept in after.pyramids] == [kept.digest for kept in before.pyramids]
    assert after.pyramids[0].info == before.pyramids[0].info


def test_another_engine_joins_it(run: Run, trip: Path, model: Path, tmp_path: Path) -> None:
    model.unlink()
    words = ("--engine", "bicubic", "--cache", tmp_path / "second")
    ran = run("export-session", trip, "-o", trip, "--refine", "--size", "90x70", *words)
    assert ran.code == 0, ran.err
    first, second = read_session(trip).pyramids
    assert (first.info.maker.name, second.info.maker.name) == ("Bicubic", "mine")
    fresh = ("--cache", tmp_path / "third", "--size", "90x70", "--bookmark", "eye", "--json")
    ran = run("render", trip, "-o", tmp_path / "b.png", "--engine", "bicubic", *fresh)
    assert (ran.report["engine"], ran.report["tiles_computed"]) == ("Bicubic", 0)
    ran = run("render", trip, "-o", tmp_path / "m.png", "--engine", model, *fresh)
    assert (ran.report["engine"], ran.report["tiles_computed"]) == ("mine", 0)
    assert np.array_equal(pixels_of(tmp_path / "m.png"), pixels_of(trip.with_name("here.png")))


def test_broken_tiles_are_told_and_the_rest_opens(run: Run, trip: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(trip)) as sql:
        sql.execute("UPDATE tiles SET webp = x'00' WHERE key = '4/4/2'")
        sql.commit()
    words = ("--numbers", "fp32", "--no-cache", "--json")
    ran = run("render", trip, "-o", tmp_path / "there.png", *VIEW, *words)
    assert "1 tile is broken in trip.cozview; all the rest is here." in ran.err
    assert ran.report["tiles_computed"] == 1
    assert np.array_equal(pixels_of(tmp_path / "there.png"), pixels_of(trip.with_name("here.png")))


def test_a_missing_or_changed_image_is_told(
    run: Run, trip: Path, viewed: Path, tmp_path: Path
) -> None:
    moved = viewed.rename(tmp_path / "moved.png")
    words = ("render", trip, "-o", tmp_path / "x.png", *VIEW, "--no-cache")
    ran = run(*words)
    assert ran.code == 2
    assert ran.sentence == (
        f"The photo of trip.cozview is not at {viewed} (60 x 40 pixels): name its file with "
        "--source FILE."
    )
    assert run(*words, "--source", moved).code == 0
    viewed.write_bytes(encoded(smooth(60, 40)[::-1], "PNG"))
    assert "has changed since then" in run(*words).sentence
    assert "is not the photo of trip.cozview" in run(*words, "--source", viewed).sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--bookmark", "nose"), "Unknown bookmark 'nose'. Available: eye"),
        (("--bookmark", "eye", "--zoom", "4"), "remove --center, --zoom and regions"),
    ],
)
def test_render_tells_what_it_lacks(
    run: Run, trip: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    ran = run("render", trip, "-o", tmp_path / "x.png", *words)
    assert ran.code == 2
    assert sentence in ran.sentence


def test_the_session_is_not_written_over_by_an_image_nor_the_image_by_it(
    run: Run, trip: Path, viewed: Path
) -> None:
    before = viewed.read_bytes()
    assert run("export-session", trip, "-o", viewed).code == 2
    assert run("export-session", viewed, "-o", viewed).code == 2
    assert viewed.read_bytes() == before


def test_no_key_is_in_it(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "very-secret")
    words = ("--prompter", "server", "--server", "localhost:1", "--server-model", "eye")
    out = tmp_path / "a.cozview"
    assert run("export-session", photo, "-o", out, *BICUBIC, *words).code == 0
    assert b"very-secret" not in out.read_bytes()
    choice = json.loads(read_session(out).pyramids[0].info.choice)
    assert choice["prompter"]["server"] == "localhost:1"
