"""The window and `export-session` save the same session."""

import sqlite3
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.assembly import open_chain
from cozviewer.cli import main
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.files.session_job import SaveRequest, SessionJob
from cozviewer.session.export import Saved
from cozviewer.session.pyramids import session_pyramid
from cozviewer.session.session import Bookmark, Viewpoint
from cozviewer.session.source import open_path
from cozviewer.session.task import SessionTask
from cozviewer.util.errors import BadInput
from tests.models.networks import compact_state, saved
from tests.pyramid.sessions import photo

EYE = Viewpoint(Fraction(20), Fraction(10), Fraction(16))


def dump(path: Path) -> list[str]:
    """Return all rows of a session."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize(
    "again", [False, True], ids=["of a photo", "of a session with two engines"]
)
def test_the_window_and_the_command_save_the_same_rows(
    tmp_path: Path, cache_folder: Path, again: bool
) -> None:
    opened, ours, theirs = photo(tmp_path), tmp_path / "ours.cozview", tmp_path / "theirs.cozview"
    options = ["--bookmark", "eye=20,10,16", "--refine", "--size", "90x70", "--overwrite"]
    if again:
        opened = tmp_path / "trip.cozview"
        model = saved(tmp_path / "mine.safetensors", compact_state())
        words = ["export-session", str(photo(tmp_path)), "-o", str(opened), "--device", "cpu"]
        assert main([*words, "--engine", str(model), "--numbers", "fp32", *options]) == 0
    engine = ["--engine", "bicubic"]
    assert main(["export-session", str(opened), "-o", str(theirs), *engine, *options]) == 0
    image, choice = open_path(opened), EngineChoice("bicubic")
    chain = open_chain(image, choice, cache_folder, print)
    bookmarks = (Bookmark("eye", EYE),)
    viewpoint = None if image.session is None else image.session.viewpoint
    pyramids = (session_pyramid(chain, choice, image.session),)
    job = SessionJob(lambda image, choice, *_: open_chain(image, choice, cache_folder, print))
    results: list[Saved] = []
    job.saved.connect(lambda _, result: results.append(result))
    job.save(SaveRequest(SessionTask(ours, image, pyramids, bookmarks, viewpoint)))
    chain.pyramid.store.close()
    assert results[0].tiles > 0
    assert dump(ours) == dump(theirs)
    assert len([line for line in dump(ours) if 'INTO "pyramids"' in line]) == (2 if again else 1)


def test_the_photo_is_never_replaced(tmp_path: Path, qtbot: QtBot) -> None:
    image = open_path(photo(tmp_path))
    task = SessionTask(tmp_path / "photo.png", image, ())
    with pytest.raises(BadInput):
        task.write(lambda _: pytest.fail("nothing is opened"))
    job, ended = SessionJob(lambda *_: pytest.fail("nothing is opened")), []
    job.ended.connect(lambda _, sentence: ended.append(sentence))
    job.save(SaveRequest(task))
    assert "photo.png" in ended[0]
