"""What cozviewer keeps is for the user alone; what the user exports is as files usually are."""

import logging
import logging.handlers
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from cozviewer.app import log_to
from cozviewer.chain.paper import SIDE
from cozviewer.evaluate.cache import Kept
from cozviewer.export.replacing import replacing
from cozviewer.models.coz.fused import FusedCache, load_or_fuse
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder
from cozviewer.models.download.digests import files_digest
from cozviewer.models.realesrgan.converted import load_or_convert
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.cache import list_set_aside, store_path
from cozviewer.pyramid.store.store import TileStore
from cozviewer.ui.settings import _settings, keep_text
from cozviewer.util.folders import make_private_folder, models_folder, pyramids_folder
from tests.pyramid.stores import STEP, STORE_KEY, pixels

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path / "not" / "yet"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def all_private(folder: Path) -> bool:
    """Tell whether a folder and all in it is for the user alone, and that there is something."""
    there = [folder, *folder.rglob("*")]
    assert any(path.is_file() for path in there)
    return [path for path in there if mode(path) & 0o077] == []


def use_store(cache: Path) -> Path:
    path = store_path(pyramids_folder(cache), STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    with TileStore.open(path, STORE_KEY, lambda sentence: None) as store:
        store.put(TileKey(2, 0, 0), pixels(TileKey(2, 0, 0)), store.begin_step(STEP))
        store.flush()
        assert all_private(cache)
    return path


def test_tiles_their_locks_and_what_is_set_aside(cache: Path) -> None:
    path = use_store(cache)
    path.write_bytes(b"\xff" * 5000)
    use_store(cache)
    assert list_set_aside(path.parent)
    assert all_private(cache)


@pytest.mark.parametrize("name", ["?mode=ro&x=#", "a%41 b", os.fsdecode(b"\xff")])
def test_tiles_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    use_store(tmp_path / name)


def test_a_journal_has_the_permissions_of_its_store(cache: Path) -> None:
    path = store_path(pyramids_folder(cache), STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    with TileStore.open(path, STORE_KEY, lambda sentence: None) as store:
        key = TileKey(2, 0, 0)
        store.put(key, pixels(key), store.begin_step(STEP))
        store.flush()
        assert mode(Path(f"{path}-journal")) == 0o600


def test_what_an_earlier_version_left_open_is_closed(cache: Path) -> None:
    path = use_store(cache)
    path.parent.chmod(0o755)
    path.chmod(0o644)
    use_store(cache)
    assert all_private(cache)


def test_a_folder_that_the_user_named_stays_as_it_is(tmp_path: Path) -> None:
    named = tmp_path / "shared"
    named.mkdir(0o755)
    use_store_in = pyramids_folder(named)
    path = store_path(use_store_in, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    TileStore.open(path, STORE_KEY, lambda sentence: None).close()
    log_to(named)
    _close_log()
    assert mode(named) == 0o755
    assert mode(use_store_in) == 0o700
    assert mode(named / "cozviewer.log") == 0o600


def _close_log() -> None:
    log = logging.getLogger("cozviewer")
    handler = log.handlers[-1]
    log.removeHandler(handler)
    handler.close()


def test_the_log(cache: Path) -> None:
    log_to(cache)
    logging.getLogger("cozviewer").warning("ä")
    handler = logging.getLogger("cozviewer").handlers[-1]
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    handler.doRollover()
    logging.getLogger("cozviewer").warning("b")
    _close_log()
    assert all_private(cache)
    assert "ä" in (cache / "cozviewer.log.1").read_text("utf-8")
    (cache / "cozviewer.log").chmod(0o644)
    log_to(cache)
    _close_log()
    assert all_private(cache)


def test_what_is_made_of_models(cache: Path, tmp_path: Path) -> None:
    folder = models_folder(cache)
    weights = {"a": np.ones(3, np.float32)}
    load_or_convert(folder / "a.safetensors", "0", lambda: weights, pytest.fail)
    tensor = torch.ones(3)
    cache_of_fused = FusedCache(folder, "1" * 64, pytest.fail)
    list(load_or_fuse(cache_of_fused, {"a": (3,)}, lambda: iter([("a", tensor)])))
    PromptEmbedsFolder(folder / "words", "x").write(
        "cat", PromptEmbeds(torch.ones(1, 2, 3), torch.ones(1, 3))
    )
    (tmp_path / "model").write_bytes(b"1")
    files_digest(tmp_path, [tmp_path / "model"], folder)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 4
    assert all_private(cache)


def test_evaluations(cache: Path) -> None:
    state = np.zeros((SIDE, SIDE, 3), np.uint8)
    kept = Kept(cache, state, "x", pytest.fail)
    kept.keep_state(1, state)
    kept.keep_figures(1, {}, [])
    assert len(list(cache.rglob("*.*"))) == 2
    assert all_private(cache)


def test_settings() -> None:
    keep_text("a", "b")
    path = Path(_settings().fileName())
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.chmod(0o644)
    keep_text("a", "c")
    assert mode(path) == 0o600


def test_exports_are_as_files_usually_are(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.png", lambda: False) as file:
        file.write(b"x")
    assert mode(tmp_path / "a.png") == 0o644


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_private_folder(tmp_path / "file")
    with pytest.raises(OSError, match="file"):
        make_private_folder(tmp_path / "file" / "b")
