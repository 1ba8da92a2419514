"""Choices as text: what older versions wrote is read as it was meant."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.config.choice import FROM_PHOTO, NO_TEXTURE, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.config.choice_text import choice_from, choice_text, same_engine, with_whole_paths


@pytest.mark.parametrize("texture", [FROM_PHOTO, NO_TEXTURE])
def test_texture_is_kept(texture: str) -> None:
    choice = EngineChoice(texture=texture)
    assert choice_from(choice_text(choice)) == choice


def test_what_was_generated_before_there_was_texture_has_none() -> None:
    kept = json.loads(choice_text(EngineChoice()))
    del kept["texture"]
    assert choice_from(json.dumps(kept)) == EngineChoice(texture=NO_TEXTURE)
    assert choice_from(json.dumps(kept), EngineChoice.texture) == EngineChoice()


def test_an_unknown_texture_is_refused() -> None:
    kept = json.loads(choice_text(EngineChoice())) | {"texture": "stone"}
    assert choice_from(json.dumps(kept)) is None


TAGGED = EngineChoice(
    "coz", prompter=PrompterChoice("tags", ram=Path("a.pth"), dape=Path("b"), ram_tags=Path("c"))
)


def test_the_files_of_the_tagger_are_kept_and_found_from_any_folder() -> None:
    assert choice_from(choice_text(TAGGED)) == TAGGED
    whole = with_whole_paths(TAGGED)
    assert whole.prompter.ram == Path.cwd() / "a.pth"
    assert same_engine(TAGGED, whole)


def test_a_choice_from_before_there_was_a_tagger_has_none() -> None:
    kept = json.loads(choice_text(EngineChoice()))
    for name in ("ram", "dape", "ram_tags"):
        del kept["prompter"][name]
    assert choice_from(json.dumps(kept)) == EngineChoice()


def test_an_impossible_path_of_the_tagger_is_refused() -> None:
    kept = json.loads(choice_text(TAGGED))
    kept["prompter"]["dape"] = "a\0b"
    assert choice_from(json.dumps(kept)) is None


PISA = EngineChoice("pisa", pisa=PisaChoice("sd2", Path("a.pkl"), 0.5, 1.5))


def test_the_settings_of_pisa_are_kept_and_decide_its_pixels_alone() -> None:
    assert choice_from(choice_text(PISA)) == PISA
    whole = with_whole_paths(PISA)
    assert whole.pisa.weights == Path.cwd() / "a.pkl"
    assert same_engine(PISA, whole)
    stronger = replace(PISA, pisa=replace(PISA.pisa, semantic=1.0))
    assert not same_engine(PISA, stronger)
    assert same_engine(replace(PISA, engine="bicubic"), replace(stronger, engine="bicubic"))


def test_a_choice_from_before_there_was_pisa_has_its_defaults() -> None:
    kept = json.loads(choice_text(EngineChoice()))
    del kept["pisa"]
    assert choice_from(json.dumps(kept)) == EngineChoice()


@pytest.mark.parametrize(
    "change", [{"pixel": -1.0}, {"semantic": 2.5}, {"pixel": "1"}, {"base": 1}]
)
def test_impossible_settings_of_pisa_are_refused(change: dict[str, object]) -> None:
    kept = json.loads(choice_text(PISA))
    kept["pisa"] |= change
    assert choice_from(json.dumps(kept)) is None
