"""Answers of a model without repetitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.models.prompt_cleanup import LONGEST_RUN, without_repetitions


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("fur, fur, fur, brown fur, fur", "fur, brown fur"),
        ("Fur, whiskers, FUR.", "Fur, whiskers"),
        ("fur; whiskers; fur", "fur, whiskers"),
    ],
)
def test_every_phrase_is_said_once_and_in_order(answer: str, words: str) -> None:
    assert without_repetitions(answer) == words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("fur fur fur", "fur"),
        ("the brown the brown the brown cat", "the brown cat"),
        ("It is fur. It is fur. It is fur.", "It is fur."),
        ("a cat, a cat cat, the cat", "a cat, the cat"),
    ],
)
def test_what_follows_upon_itself_within_a_phrase_is_kept_once(answer: str, words: str) -> None:
    assert without_repetitions(answer) == words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("- fur\n- Whiskers\n- fur\n", "fur, Whiskers"),
        ("Here is a set:\n\n1. fur\n2. whiskers", "Here is a set: fur, whiskers"),
        ("  fur,\n\twhiskers  ", "fur, whiskers"),
        ("a  brown\tcat", "a brown cat"),
    ],
)
def test_an_answer_of_many_lines_becomes_one(answer: str, words: str) -> None:
    assert without_repetitions(answer) == words


@pytest.mark.parametrize(
    "answer",
    [
        "fur, whiskers, ginger cat",
        "A cat's eye: green, slit pupil, 1,000 hairs.",
        "very, very tall",
        "fur, whiskers, gin",  # the limit of tokens came in between
        "half-timbered house, house",
        "",
    ],
)
def test_what_says_nothing_twice_stays_as_it_is(answer: str) -> None:
    assert without_repetitions(answer) == answer


@pytest.mark.parametrize("answer", [" ", ",", "- \n- \n", ", ; ...", "***"])
def test_an_answer_without_a_word_is_empty(answer: str) -> None:
    assert without_repetitions(answer) == ""


def test_groups_are_noticed_up_to_a_length() -> None:
    group = [f"w{index}" for index in range(LONGEST_RUN)]
    assert without_repetitions(" ".join(group * 3)) == " ".join(group)
    assert without_repetitions(" ".join([*group, "more"] * 2)) == " ".join([*group, "more"] * 2)


@given(st.text("ab ,;\n.-1", max_size=60))
def test_nothing_is_added_and_no_phrase_is_left_twice(answer: str) -> None:
    words = without_repetitions(answer)
    phrases = words.split(", ")
    assert len(set(phrases)) == len(phrases)
    assert "\n" not in words
    assert "  " not in words
    letters = iter(answer)
    assert all(letter in letters for letter in words if letter not in ", ")
