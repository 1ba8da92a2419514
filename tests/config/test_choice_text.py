"""Choices as text: what older versions wrote is read as it was meant."""

import json

import pytest

from cozviewer.config.choice import FROM_PHOTO, NO_TEXTURE, EngineChoice
from cozviewer.config.choice_text import choice_from, choice_text


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
