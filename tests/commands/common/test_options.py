"""The folder of the cache."""

import argparse
from pathlib import Path

import pytest

from cozviewer.commands.common.options import add_cache_options, cache_of
from cozviewer.util.errors import BadInput


def read(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_cache_options(parser)
    return parser.parse_args(words)


def test_the_cache_is_the_users_unless_chosen(cache_folder: Path, tmp_path: Path) -> None:
    assert cache_of(read()) == cache_folder
    assert cache_of(read("--no-cache")) is None
    assert cache_of(read("--cache", str(tmp_path / "new"))) == tmp_path / "new"


def test_a_file_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is a file"):
        cache_of(read("--cache", str(tmp_path / "file")))
