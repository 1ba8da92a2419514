"""What each field of work decides."""

import subprocess
import sys

import pytest

from cozviewer.config.choice import FROM_PHOTO, NO_TEXTURE, EngineChoice, PrompterChoice
from cozviewer.config.fields import (
    AUTO,
    FIELD_NAMES,
    FIELDS,
    Field,
    field_named,
    field_of,
    with_field,
)
from cozviewer.config.questions import PHOTO, Questions
from cozviewer.util.translation import install


def test_photos_are_asked_about_in_the_words_of_the_authors() -> None:
    assert PHOTO.one == "What is in this image? Give me a set of words."
    assert PHOTO.two == (
        "The second image is a zoom-in of the first image. Based on this knowledge, what is in "
        "the second image? Give me a set of words."
    )
    assert FIELDS[0].questions == PHOTO


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_asks_for_words_and_tells_a_zoom_from_a_crop(field: Field) -> None:
    for question in (field.questions.one, field.questions.two):
        assert "Give me a set of words" in question
        assert question.endswith(".")
        assert "  " not in question
    assert "second image is a zoom-in of the first" in field.questions.two
    assert "second image" not in field.questions.one


def test_titles_are_translated_and_questions_are_not() -> None:
    install(lambda context, text, disambiguation, n: f"{context}: {text}")
    try:
        assert FIELDS[2].title == "Prompts: Medical scan"
        assert FIELDS[2].questions.one.startswith("This is a medical scan.")
    finally:
        install(None)


def test_no_two_fields_ask_the_same() -> None:
    asked = [question for f in FIELDS for question in (f.questions.one, f.questions.two)]
    assert len(set(asked)) == len(asked)
    assert len({field.name for field in FIELDS}) == len(FIELDS)


def test_the_kind_of_the_file_selects_the_field_unless_the_user_does() -> None:
    assert EngineChoice().field == AUTO
    assert field_of(EngineChoice(), "medical") == field_named("medical")
    assert field_of(EngineChoice(field="artwork"), "medical") == field_named("artwork")
    assert FIELD_NAMES == (AUTO, "photo", "microscopy", "medical", "satellite", "artwork")


@pytest.mark.parametrize("field", [AUTO, "photo"])
def test_photos_are_generated_as_ever(field: str) -> None:
    choice = EngineChoice(field=field, fidelity=0.4)
    assert with_field(choice, "photo") == choice


def test_a_medical_scan_borrows_no_texture_and_keeps_its_colours() -> None:
    choice = with_field(EngineChoice(fidelity=0.4, texture=FROM_PHOTO), "medical")
    assert (choice.texture, choice.fidelity) == (NO_TEXTURE, 1.0)
    assert choice.prompter.questions == field_named("medical").questions
    assert [field.name for field in FIELDS if field.medical] == ["medical"]


def test_questions_of_the_user_are_kept() -> None:
    own = Questions("What?", "What now?")
    choice = EngineChoice(prompter=PrompterChoice(questions=own))
    assert with_field(choice, "microscopy").prompter.questions == own


def test_the_table_needs_neither_qt_nor_torch() -> None:
    code = (
        "import sys; import cozviewer.config.fields; "
        "print(any(n.split('.')[0] in ('PySide6', 'torch', 'transformers') for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
