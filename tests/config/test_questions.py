"""What vision-language models are asked."""

import pytest

from cozviewer.config.questions import FIELDS, PHOTO, Field
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
