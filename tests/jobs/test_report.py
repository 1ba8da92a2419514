"""What people read when a job fails, and what only the log gets."""

import pytest

from cozviewer.jobs.report import sentence_of
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import install


def test_our_own_errors_are_told_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    assert sentence_of(BadInput("That is no image; open another."), "opening x") == (
        "That is no image; open another."
    )
    assert not caplog.records


def test_memory_has_a_sentence_of_its_own() -> None:
    assert "not enough memory for drawing" in sentence_of(MemoryError(), "drawing")


def test_the_unexpected_is_named_and_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise KeyError("z")
    except KeyError as error:
        sentence = sentence_of(error, "drawing finer tiles")
    assert "drawing finer tiles" in sentence
    assert "KeyError" in sentence
    assert caplog.records[0].exc_info is not None


def test_the_window_is_told_in_its_language_and_the_log_in_english(
    caplog: pytest.LogCaptureFixture,
) -> None:
    install(lambda context, text, disambiguation, n: f"~{text}")
    try:
        sentence = sentence_of(KeyError("z"), "saving {name}", name="a{b}.png")
    finally:
        install(None)
    assert sentence.startswith("~Something went wrong while ~saving a{b}.png (KeyError")
    assert caplog.messages == ["Unexpected error while saving a{b}.png"]
