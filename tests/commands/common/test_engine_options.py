"""The options that the viewer and the commands share."""

import argparse
from pathlib import Path

import pytest

from cozviewer.commands.common.engine_options import add_engine_options, engine_choice, engine_named
from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.config.questions import PHOTO, Questions
from cozviewer.util.errors import BadInput


def read(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_engine_options(parser)
    return parser.parse_args(words)


def test_without_options_the_choice_is_the_default() -> None:
    assert engine_choice(read()) == EngineChoice()


def test_a_server_alone_names_no_engine() -> None:
    server = ("--server", "localhost:11434", "--server-model", "eye")
    assert not engine_named(read())
    assert not engine_named(read(*server)), "it says where a session's prompts come from"
    assert engine_named(read("--prompter", "server", *server))
    assert engine_named(read("--engine", "realesrgan"))


def test_where_and_in_which_numbers_names_no_engine() -> None:
    assert not engine_named(read("--device", "cpu", "--memory", "sequential", "--numbers", "fp32"))


def test_the_old_name_of_a_memory_mode_is_accepted() -> None:
    assert engine_choice(read("--memory", "in-turn")).memory == "sequential"


def test_all_options_are_in_the_choice() -> None:
    words = ("--engine", "my.pth", "--device", "cpu", "--prompter", "text", "--prompt", "a b")
    more = ("--seed", "-3", "--fidelity", "0.25", "--memory", "sequential", "--edges", "soft")
    choice = engine_choice(read(*words, *more, "--texture", "off", "--numbers", "bf16"))
    assert choice == EngineChoice(
        "my.pth",
        "cpu",
        -3,
        "sequential",
        prompter=PrompterChoice("text", "a b"),
        fidelity=0.25,
        depth="soft",
        texture="off",
        numbers="bf16",
    )


def test_a_former_name_of_an_option_is_accepted() -> None:
    assert engine_choice(read("--depth", "soft")) == engine_choice(read("--edges", "soft"))
    assert engine_choice(read("--edges", "soft")) != engine_choice(read())


def test_the_files_of_coz_are_in_the_choice() -> None:
    words = ("--coz-base", "sd3", "--coz-lora", "a.pkl", "--coz-vae", "b.pt", "--setting", "paper")
    assert engine_choice(read(*words, "--no-t5")).coz == CozChoice(
        "sd3", Path("a.pkl"), Path("b.pt"), "paper", t5=False
    )


def test_the_files_and_strengths_of_pisa_are_in_the_choice() -> None:
    words = ("--pisa-base", "sd2", "--pisa-weights", "a.pkl", "--pixel-strength", "0.8")
    choice = engine_choice(read("--engine", "pisa", *words, "--semantic-strength", "1.2"))
    assert choice.pisa == PisaChoice("sd2", Path("a.pkl"), 0.8, 1.2)
    assert choice.prompter.name == "none"


@pytest.mark.parametrize("strength", ["-0.1", "2.01", "much", "nan"])
def test_a_strength_has_a_range(strength: str) -> None:
    with pytest.raises(BadInput, match="must be a number from 0 to 2"):
        read("--pixel-strength", strength)


def test_who_describes_is_in_the_choice() -> None:
    words = ("--prompter", "qwen", "--qwen", "folder", "--qwen-adapter", "grpo", "--prompt", "cat")
    assert engine_choice(read(*words, "--max-tokens", "128")).prompter == PrompterChoice(
        "qwen", "cat", "folder", Path("grpo"), max_tokens=128
    )
    tagger = ("--prompter", "tags", "--ram", "a.pth", "--dape", "b.pth", "--ram-tags", "c.txt")
    assert engine_choice(read(*tagger)).prompter == PrompterChoice(
        "tags", ram=Path("a.pth"), dape=Path("b.pth"), ram_tags=Path("c.txt")
    )
    asked = ("--prompter", "server", "--server", "localhost:11434", "--server-model", "sees")
    assert engine_choice(read(*asked)).prompter == PrompterChoice(
        "server", server="localhost:11434", server_model="sees"
    )


def test_a_field_has_its_question_and_a_person_their_own() -> None:
    assert engine_choice(read()).prompter.questions == PHOTO
    satellite = engine_choice(read("--field", "satellite")).prompter.questions
    assert "ground seen from above" in satellite.one
    own = engine_choice(read("--field", "satellite", "--question", " Which crop? ")).prompter
    assert own.questions == Questions("Which crop?", "Which crop?")


def test_the_engine_of_the_paper_is_told_by_its_vision_model_unless_chosen() -> None:
    assert engine_choice(read("--engine", "coz")).prompter.name == "qwen"
    assert engine_choice(read("--engine", "coz", "--prompter", "none")).prompter.name == "none"


def test_words_alone_choose_the_text_prompter() -> None:
    for engine in ("realesrgan", "coz"):
        assert engine_choice(read("--engine", engine, "--prompt", "fur")).prompter.name == "text"
    assert engine_choice(read("--prompt", "fur", "--prompter", "none")).prompter.name == "none"


@pytest.mark.parametrize("tokens", ["0", "1025", "-1", "a"])
def test_an_answer_has_some_tokens(tokens: str) -> None:
    with pytest.raises(BadInput, match="must be from 1 to 1024"):
        read("--max-tokens", tokens)


@pytest.mark.parametrize("fidelity", ["-0.1", "1.01", "much", "1e-999999"])
def test_fidelity_is_a_part(fidelity: str) -> None:
    with pytest.raises(BadInput, match=r"must be a number from 0 to 1, such as 0\.5\.$"):
        read("--fidelity", fidelity)
