"""Which models the names of methods stand for, and how long what they made is kept."""

import argparse
import os
from pathlib import Path

import pytest

from cozviewer.commands.common.engine_options import engine_choice
from cozviewer.commands.evaluate.command import add_parser
from cozviewer.commands.evaluate.methods import Methods
from cozviewer.evaluate.cache import trim
from cozviewer.util.errors import BadInput


def methods(*words: str) -> Methods:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(["evaluate", "photo.png", *words])
    return Methods(engine_choice(args), args.prompter, None, pytest.fail)


def chosen(name: str, *words: str) -> tuple[str, str]:
    """Return the engine and the prompter of a method."""
    choice = methods(*words).choice(name)
    assert choice is not None
    return choice.engine, choice.prompter.name


def test_interpolation_takes_no_models() -> None:
    assert methods().choice("nearest") is None
    assert methods().choice("bicubic") is None


def test_one_step_is_by_the_engine_that_was_chosen() -> None:
    assert chosen("onestep") == ("realesrgan", "none")
    assert chosen("onestep", "--engine", "coz") == ("coz", "qwen")


def test_a_chain_is_by_the_engine_of_its_name() -> None:
    assert chosen("coz") == ("coz", "qwen")
    assert chosen("coz", "--prompter", "none") == ("coz", "none")
    assert chosen("models/my+4x.pth", "--engine", "coz") == ("models/my+4x.pth", "none")


def test_a_method_may_name_its_prompter() -> None:
    assert chosen("coz+none", "--prompter", "qwen") == ("coz", "none")
    assert chosen("coz+text", "--prompt", "fur") == ("coz", "text")
    assert chosen("my.safetensors+none") == ("my.safetensors", "none")


def test_who_does_not_listen_is_told_nothing() -> None:
    told = methods("--prompter", "text", "--prompt", "fur").make("realesrgan")
    assert told.identity == methods().make("realesrgan").identity
    assert told.identity != methods("--seed", "1").make("realesrgan").identity


def test_onestep_and_chain_are_not_mixed_up() -> None:
    made = methods()
    assert made.make("onestep").identity != made.make("realesrgan").identity
    assert made.make("nearest").identity != made.make("bicubic").identity
    assert (made.make("onestep").title, made.make("onestep").generative) == (
        "Real-ESRGAN, one step",
        True,
    )


def test_what_is_no_method_is_bad_input() -> None:
    for name in ("magic", "coz+magic", "", "+none"):
        with pytest.raises(BadInput, match="There is no method"):
            methods().choice(name)


def test_what_was_kept_first_makes_room(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "old", "older")):
        folder = tmp_path / "evaluations" / name
        folder.mkdir(parents=True)
        (folder / "1.png").write_bytes(bytes(1000))
        os.utime(folder, (1e9 - age, 1e9 - age))
    trim(tmp_path, budget=3000)
    assert len(list((tmp_path / "evaluations").iterdir())) == 3
    trim(tmp_path, budget=2500)
    assert sorted(os.listdir(tmp_path / "evaluations")) == ["new", "old"]
    trim(tmp_path / "nowhere")
