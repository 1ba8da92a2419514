"""The options that the viewer and the commands share."""

import argparse
from pathlib import Path

import pytest

from cozviewer.chain.choice import EngineChoice
from cozviewer.commands.options import (
    add_cache_options,
    add_engine_options,
    cache_of,
    engine_choice,
)
from cozviewer.errors import BadInput


def read(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_engine_options(parser)
    add_cache_options(parser)
    return parser.parse_args(words)


def test_without_options_the_choice_is_the_default() -> None:
    assert engine_choice(read()) == EngineChoice()


def test_all_options_are_in_the_choice() -> None:
    words = ("--engine", "my.pth", "--device", "cpu", "--prompter", "text", "--prompt", "a b")
    choice = engine_choice(read(*words, "--seed", "-3"))
    assert choice == EngineChoice("my.pth", "cpu", "text", "a b", -3)


def test_the_files_of_coz_are_in_the_choice() -> None:
    words = ("--coz-base", "sd3", "--coz-lora", "a.pkl", "--coz-vae", "b.pt", "--setting", "paper")
    assert engine_choice(read(*words)) == EngineChoice(
        coz_base="sd3", coz_lora=Path("a.pkl"), coz_vae=Path("b.pt"), setting="paper"
    )


def test_words_alone_choose_the_text_prompter() -> None:
    assert engine_choice(read("--prompt", "fur")).prompter == "text"
    assert engine_choice(read("--prompt", "fur", "--prompter", "none")).prompter == "none"


def test_the_cache_is_the_users_unless_chosen(cache_folder: Path, tmp_path: Path) -> None:
    assert cache_of(read()) == cache_folder
    assert cache_of(read("--no-cache")) is None
    assert cache_of(read("--cache", str(tmp_path / "new"))) == tmp_path / "new"


def test_a_file_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is a file"):
        cache_of(read("--cache", str(tmp_path / "file")))
