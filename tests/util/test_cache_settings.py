"""Where the cache is: what the window stores, the commands read."""

import json
from pathlib import Path

import pytest

from cozviewer.cli import main
from cozviewer.util.cache_settings import (
    BUDGET_BYTES,
    CacheSettings,
    keep_cache_settings,
    saved_cache_settings,
    settings_file,
)
from cozviewer.util.folders import cache_folder as folder_in_use
from cozviewer.util.folders import default_cache_folder


def test_settings_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "not" / "yet" / "cache.json"
    assert saved_cache_settings(file) == CacheSettings()
    kept = CacheSettings(tmp_path / "tiles", 3 * 1000**3)
    keep_cache_settings(kept, file)
    assert saved_cache_settings(file) == kept
    keep_cache_settings(CacheSettings(), file)
    assert saved_cache_settings(file) == CacheSettings()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "[" * 100_000,
        '{"folder": 3, "budget_bytes": "9"}',
        '{"folder": "not/absolute", "budget_bytes": -1}',
        '{"folder": "/a\\u0000b", "budget_bytes": true}',
        '{"budget_bytes": 1e30}',
    ],
)
def test_what_cannot_be_read_counts_as_the_default(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cache.json"
    file.write_text(text, "utf-8")
    assert saved_cache_settings(file) == CacheSettings()


def test_a_broken_value_leaves_the_other_one(tmp_path: Path) -> None:
    file = tmp_path / "cache.json"
    file.write_text(json.dumps({"folder": 7, "budget_bytes": 2 * 1000**3}), "utf-8")
    assert saved_cache_settings(file) == CacheSettings(None, 2 * 1000**3)
    file.write_text(json.dumps({"folder": str(tmp_path), "budget_bytes": 1}), "utf-8")
    assert saved_cache_settings(file) == CacheSettings(tmp_path, BUDGET_BYTES)


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of this test alone."""
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: tmp_path / "config")
    return settings_file()


def test_the_environment_comes_before_the_setting(
    own_settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_cache_settings(CacheSettings(tmp_path / "set"), own_settings)
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path / "named"))
    assert folder_in_use() == tmp_path / "named"
    monkeypatch.delenv("COZVIEWER_CACHE")
    assert folder_in_use() == tmp_path / "set"
    keep_cache_settings(CacheSettings(), own_settings)
    assert folder_in_use() == default_cache_folder()


def test_the_command_shows_the_cache_that_was_set(
    own_settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("COZVIEWER_CACHE")
    keep_cache_settings(CacheSettings(tmp_path / "set", 7 * 1000**3), own_settings)
    assert main(["cache", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["budget"] == 7 * 1000**3
    assert shown["folder"] == str(tmp_path / "set" / "pyramids")
