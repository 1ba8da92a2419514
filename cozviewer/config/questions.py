"""The questions for vision-language models about a crop, by field of work.

Those for photos are quoted from Chain-of-Zoom's authors. The others ask for the same, a set of
words, and name the kind of picture, so that a model does not mistake tissue for a carpet.
"""

from dataclasses import dataclass

from cozviewer.util.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a field.

    Attributes:
        one: About a crop by itself.
        two: About a crop that follows the wider view from which it was cropped.
    """

    one: str
    two: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of work with its questions.

    Attributes:
        name: Value of the option: "microscopy".
        title: Display name, to be translated in the context Prompts.
        questions: Its questions.
    """

    name: str
    title: str
    questions: Questions


def _asked(kind: str, wanted: str) -> Questions:
    """Return the authors' questions about a kind of picture, with what the words should be."""
    return Questions(
        f"This is {kind}. What is in this image? Give me a set of words: {wanted}.",
        f"These images are of {kind}. The second image is a zoom-in of the first image. Based on "
        f"this knowledge, what is in the second image? Give me a set of words: {wanted}.",
    )


PHOTO = Questions(
    "What is in this image? Give me a set of words.",
    "The second image is a zoom-in of the first image. Based on this knowledge, what is in the "
    "second image? Give me a set of words.",
)

FIELDS = (
    Field("photo", QT_TRANSLATE_NOOP("Prompts", "Photo"), PHOTO),
    Field(
        "microscopy",
        QT_TRANSLATE_NOOP("Prompts", "Microscopy, pathology"),
        _asked(
            "a microscope slide",
            "the tissue or specimen, its cells and structures, their texture and stain",
        ),
    ),
    Field(
        "medical",
        QT_TRANSLATE_NOOP("Prompts", "Medical scan"),
        _asked(
            "a medical scan",
            "the modality, the part of the body, the structures and their texture",
        ),
    ),
    Field(
        "satellite",
        QT_TRANSLATE_NOOP("Prompts", "Satellite, aerial"),
        _asked(
            "the ground seen from above",
            "the land cover, buildings, roads, vegetation and water, and their surfaces",
        ),
    ),
    Field(
        "artwork",
        QT_TRANSLATE_NOOP("Prompts", "Artwork, document"),
        _asked(
            "an artwork or a document",
            "the technique and material, what is depicted or written, lines, strokes and surface",
        ),
    ),
)
