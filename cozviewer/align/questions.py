"""The questions of the training: those to the prompter, and those to the critic, by field of work.

The authors have not published the critic's question; this one is for what they describe, a score
from 0 to 100 of how well a prompt describes the crop, given the wider view.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cozviewer.align.rewards import PHRASES
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.util.errors import BadInput

WORDS = "{words}"
"""Placeholder for the prompt to be scored."""

LONGEST_FILE = 100_000
"""Most bytes of a file with questions."""

_KINDS: Mapping[str, tuple[str, str]] = {
    "photo": ("a photo", "what is visible there: objects, materials and their texture"),
    "microscopy": (
        "a microscope slide",
        "the tissue or specimen, its cells and structures, their texture and stain",
    ),
    "medical": (
        "a medical scan",
        "the modality, the part of the body, the structures and their texture",
    ),
    "satellite": (
        "the ground seen from above",
        "the land cover, buildings, roads, vegetation and water, and their surfaces",
    ),
    "artwork": (
        "an artwork or a document",
        "the technique and material, what is depicted or written, lines, strokes and surface",
    ),
}
"""What the images of a field are, and what good prompts name."""


@dataclass(frozen=True, slots=True)
class AlignQuestions:
    """All questions of a training.

    Attributes:
        prompter: To the model that is trained.
        critic: To the critic, with WORDS in them.
        phrases: The phrases that answers must not contain.
    """

    prompter: Questions
    critic: Questions
    phrases: tuple[str, ...] = PHRASES

    def about(self, words: str) -> Questions:
        """Return the questions to the critic about an answer."""
        return Questions(
            self.critic.one.replace(WORDS, words), self.critic.two.replace(WORDS, words)
        )


def question_about(
    questions: Questions, images: tuple[Rgb8 | None, Rgb8]
) -> tuple[str, list[Rgb8]]:
    """Return the question about a sample, and its images in the order of the question.

    Args:
        questions: The questions with and without a wider view.
        images: As `Sample.images` returns them.
    """
    wider, crop = images
    return (questions.one, [crop]) if wider is None else (questions.two, [wider, crop])


def questions_for(field: str, prompter: Questions) -> AlignQuestions:
    """Return the questions of a field of work; those for photos where it has none of its own.

    Args:
        field: Name of the field: "microscopy".
        prompter: The questions to the prompter.
    """
    kind, wanted = _KINDS.get(field, _KINDS["photo"])
    end = (
        f"Good words name {wanted}; they are true, specific, and say nothing that cannot be seen. "
        "Rate the words from 0 (wrong or useless) to 100 (true and specific). Answer with the "
        "number alone."
    )
    return AlignQuestions(
        prompter,
        Questions(
            f'This is {kind}. It was described with these words: "{WORDS}". {end}',
            f"These images are of {kind}. The second image is a zoom-in of the first image. The "
            f'second image was described with these words: "{WORDS}". {end}',
        ),
    )


def questions_from(path: Path, usual: AlignQuestions) -> AlignQuestions:
    """Return the questions in a file; those that it does not have are the usual ones.

    A TOML file (.toml) has any of the strings one, two, critic_one, critic_two and the list
    phrases. Any other text is the question to the prompter, with and without a wider view.

    Raises:
        BadInput: It cannot be read, or is not such a file.
    """
    try:
        content = path.read_bytes()
        if len(content) > LONGEST_FILE:
            raise ValueError("it is too large")
        text = content.decode("utf-8-sig")
        if path.suffix.lower() != ".toml":
            asked = " ".join(text.split())
            if not asked:
                raise ValueError("it is empty")
            return replace(usual, prompter=Questions(asked, asked))
        return _from_table(tomllib.loads(text), usual)
    except OSError as error:
        raise BadInput(
            f"The questions {path} cannot be read ({error.strerror}). Check the path."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"The questions {path} cannot be used ({error}). See `cozviewer align --help`."
        ) from error


def _from_table(table: Mapping[str, object], usual: AlignQuestions) -> AlignQuestions:
    """Return the questions of a parsed file.

    Raises:
        ValueError: A value is of another kind, or a name is unknown.
    """
    unknown = set(table) - {"one", "two", "critic_one", "critic_two", "phrases"}
    if unknown:
        raise ValueError(f"{min(unknown)} is not a known name")

    def text(name: str, otherwise: str) -> str:
        value = table.get(name, otherwise)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name} must be a text")
        if name.startswith("critic") and WORDS not in value:
            raise ValueError(f"{name} must contain {WORDS}")
        return value.strip()

    phrases = table.get("phrases", list(usual.phrases))
    if not isinstance(phrases, list) or not all(isinstance(each, str) for each in phrases):
        raise ValueError("phrases must be a list of texts")
    return AlignQuestions(
        Questions(text("one", usual.prompter.one), text("two", usual.prompter.two)),
        Questions(text("critic_one", usual.critic.one), text("critic_two", usual.critic.two)),
        tuple(phrases),
    )
