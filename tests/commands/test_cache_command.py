"""`cozviewer cache`: what it lists, what it clears, and what it asks first."""

import argparse
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.commands import cache
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.cache import list_set_aside, list_stores, store_path
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.errors import BadInput
from cozviewer.util.folders import pyramids_folder
from tests.commands.conftest import TypeIn
from tests.pyramid.stores import ROOT, STEP, STORE_KEY, make_older, pixels


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, with tiles of two images."""
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path / "mine"))
    folder = pyramids_folder(tmp_path / "mine")
    for name in ("cat.jpg", "dog\x1b.jpg"):
        fill(folder, name)
    return folder


def fill(folder: Path, name: str) -> Path:
    digest = name.encode().hex().ljust(64, "0")
    path = store_path(folder, digest, STORE_KEY.recipe_digest)
    store_key = replace(STORE_KEY, source_digest=digest, source_name=name)
    with TileStore.open(path, store_key, sys.exit) as store:
        key = TileKey(2, 0, 0)
        store.put(key, pixels(key), store.begin_step(STEP))
    return path


def break_one(folder: Path) -> None:
    path = fill(folder, "bird.jpg")
    os.truncate(path, 999)
    TileStore.open(path, STORE_KEY, lambda _: None).close()


def run(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="cozviewer")
    cache.add_parser(parser.add_subparsers())
    return cache.run(parser.parse_args(["cache", *words]))


def names(folder: Path) -> list[str]:
    return sorted(store.source_name for store in list_stores(folder))


class Answer(io.StringIO):
    """A person at the keyboard."""

    def isatty(self) -> bool:
        return True


def test_show_lists_images_engines_and_sizes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show") == 0
    first, head, *rows = capsys.readouterr().out.splitlines()
    assert first.endswith(f"kB of 10 GB in {folder}")
    assert head.split()[:3] == ["PICTURE", "PIXELS", "ENGINE"]
    assert len(rows) == 2
    for row in rows:
        assert "641 × 427" in row
        assert "Nearest" in row
        assert ".tiles" in row


def test_names_of_files_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run("show")
    out = capsys.readouterr().out
    assert "dog?.jpg" in out
    assert "\x1b" not in out


def test_show_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    break_one(folder)
    assert run("show", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["folder"] == str(folder)
    assert shown["budget"] == 10**10
    assert shown["bytes"] == sum(pyramid["bytes"] for pyramid in shown["pyramids"])
    cat = next(one for one in shown["pyramids"] if one["source_name"] == "cat.jpg")
    assert cat["tiles"] == 1
    assert (cat["source_width"], cat["source_height"]) == (641, 427)
    assert cat["recipe"] == {"upscaler": {"name": "Nearest"}}
    assert Path(cat["path"]).parent == folder
    (aside,) = shown["set_aside"]
    assert aside["bytes"] == 999


def test_an_empty_cache_is_shown_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "--cache", str(tmp_path)) == 0
    assert capsys.readouterr().out == f"0 bytes of 10 GB in {pyramids_folder(tmp_path)}\n"


def test_set_aside_files_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    break_one(folder)
    run("show")
    *_, head, row = capsys.readouterr().out.splitlines()
    assert "--set-aside" in head
    assert ".set-aside-" in row
    assert "999 bytes" in row


def test_a_broken_store_is_named_and_can_be_cleared(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = fill(folder, "bird.jpg")
    broken.write_bytes(b"\xff" * 5000)
    assert run("show") == 0
    *rows, head, row = capsys.readouterr().out.splitlines()
    assert len(rows) == 4
    assert head == "Cannot be read; `cozviewer cache clear` deletes:"
    assert row == f"  {broken.name}  5.0 kB"
    assert run("show", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["unreadable"] == [{"path": str(broken), "bytes": 5000}]
    assert len(shown["pyramids"]) == 2
    assert run("clear", "--yes") == 0
    assert not list(folder.glob("*.tiles"))


def test_a_store_of_an_earlier_version_is_named_and_can_be_cleared(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = fill(folder, "bird.jpg")
    make_older(older)
    assert run("show") == 0
    *rows, head, row = capsys.readouterr().out.splitlines()
    assert len(rows) == 4
    assert head == (
        "From an earlier version and no longer used; deleted when space is needed, or by "
        "`cozviewer cache clear`:"
    )
    assert row.startswith(f"  {older.name}  ")
    assert run("show", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["older"] == [{"path": str(older), "bytes": older.stat().st_size}]
    assert (len(shown["pyramids"]), shown["unreadable"]) == (2, [])
    assert run("clear", "bird.jpg") == 0
    assert not older.exists()
    assert len(names(folder)) == 2


def test_a_recipe_that_cannot_be_read_is_shown_as_such(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep, endless = fill(folder, "deep.jpg"), fill(folder, "endless.jpg")
    for path, recipe in ((deep, "[" * 90_000), (endless, '{"upscaler":{"name":"' + "x" * 5000)):
        with closing(sqlite3.connect(path)) as sql, sql:
            sql.execute("UPDATE about SET value = ? WHERE name = 'recipe'", (recipe,))
    assert run("show") == 0
    assert max(map(len, capsys.readouterr().out.splitlines()[1:])) < 250
    assert run("show", "--json") == 0


def test_one_image_is_cleared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("clear", "cat.jpg") == 0
    assert names(folder) == ["dog\x1b.jpg"]
    freed, _, unit = capsys.readouterr().out.removeprefix("Freed ").partition(" ")
    assert int(freed) > 0
    assert unit == "kB.\n"


def test_clear_tells_a_program_what_it_freed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = sum(store.bytes for store in list_stores(folder))
    assert run("clear", "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"freed": size}
    assert names(folder) == []


def test_an_image_without_tiles_is_said(folder: Path) -> None:
    with pytest.raises(BadInput, match=r"no tiles of bird\.jpg"):
        run("clear", "bird.jpg")
    assert len(names(folder)) == 2


def test_all_is_cleared_only_after_a_yes(
    folder: Path, type_in: TypeIn, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(io.StringIO("y\n"))  # nobody there
    with pytest.raises(BadInput, match="--yes"):
        run("clear")
    type_in(Answer("\n"))
    with pytest.raises(BadInput, match="Nothing was deleted"):
        run("clear")
    assert len(names(folder)) == 2
    type_in(Answer("Y\n"))
    assert run("clear") == 0
    assert names(folder) == []
    captured = capsys.readouterr()
    assert captured.out.startswith("Freed ")
    assert "all 2 pyramids" in captured.err


def test_an_empty_cache_is_cleared_without_a_question(tmp_path: Path) -> None:
    assert run("clear", "--cache", str(tmp_path)) == 0


def test_what_was_set_aside_goes_when_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_one(folder)
    run("clear", "--yes")
    assert len(list_set_aside(folder)) == 1
    capsys.readouterr()
    run("clear", "--set-aside")
    assert list_set_aside(folder) == []
    assert capsys.readouterr().out == "Freed 999 bytes.\n"
    with pytest.raises(BadInput, match="NAME and --set-aside"):
        run("clear", "cat.jpg", "--set-aside")


@pytest.mark.parametrize("action", ["show", "clear"])
def test_a_folder_that_is_not_there_is_said(tmp_path: Path, action: str) -> None:
    with pytest.raises(BadInput, match=r"The cache folder .* does not exist"):
        run(action, "--cache", str(tmp_path / "nowhere"))


def test_help_needs_nothing_heavy() -> None:
    heavy = "{'numpy', 'PIL', 'sqlite3', 'platformdirs', 'torch', 'PySide6'}"
    program = f"import sys, cozviewer.commands.cache; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
