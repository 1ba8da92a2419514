"""Choices as text: what older versions wrote is read as it was meant."""

import json
from pathlib import Path

import pytest

from cozviewer.config.choice import FROM_PHOTO, NO_TEXTURE, EngineChoice, PrompterChoice
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
