"""The questions to prompter and critic."""

from pathlib import Path

import pytest

from cozviewer.align.questions import questions_for, questions_from
from cozviewer.config.questions import PHOTO
from cozviewer.util.errors import BadInput


@pytest.mark.parametrize("name", ["photo", "microscopy", "medical", "satellite", "artwork"])
def test_each_field_has_questions_to_the_critic(name: str) -> None:
    questions = questions_for(name, PHOTO)

    assert questions.prompter == PHOTO
    assert '"fur, eye"' in questions.about("fur, eye").one
    assert '"fur, eye"' in questions.about("fur, eye").two
    assert "{words}" not in questions.about("fur, eye").two
    if name != "photo":
        assert questions.critic != questions_for("photo", PHOTO).critic


def test_an_unknown_field_uses_the_questions_for_photos() -> None:
    assert questions_for("auto", PHOTO) == questions_for("photo", PHOTO)


def test_a_toml_file_replaces_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "questions.toml"
    path.write_text('two = "What leaf?"\ncritic_two = "Rate {words}!"\nphrases = ["leaf one"]')
    usual = questions_for("photo", PHOTO)

    questions = questions_from(path, usual)

    assert questions.prompter.one == PHOTO.one
    assert questions.prompter.two == "What leaf?"
    assert questions.about("moss").two == "Rate moss!"
    assert questions.critic.one == usual.critic.one
    assert questions.phrases == ("leaf one",)


def test_plain_text_is_the_question_to_the_prompter(tmp_path: Path) -> None:
    path = tmp_path / "question.txt"
    path.write_text("Which mineral\nis this?\n")

    questions = questions_from(path, questions_for("photo", PHOTO))

    assert (questions.prompter.one, questions.prompter.two) == ("Which mineral is this?",) * 2


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("q.toml", 'three = "x"', "three is not a known name"),
        ("q.toml", "one = 1", "one must be a text"),
        ("q.toml", 'critic_one = "Rate it"', "critic_one must contain {words}"),
        ("q.toml", 'phrases = "x"', "phrases must be a list of texts"),
        ("q.toml", "one = ", "cannot be used"),
        ("q.txt", "  \n", "it is empty"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(BadInput, match=reason):
        questions_from(path, questions_for("photo", PHOTO))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Check the path"):
        questions_from(tmp_path / "none.toml", questions_for("photo", PHOTO))
