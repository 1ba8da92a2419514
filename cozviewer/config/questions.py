"""What a vision-language model is asked about a crop, in the words of each field.

The wordings for photos are those of Chain-of-Zoom's authors, to the letter. The others ask for
the same, a set of words, and say what kind of picture it is: a model that knows that it sees
tissue does not take it for a carpet.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked.

    Attributes:
        one: About a crop by itself.
        two: About a crop that is shown after the wider view that it was cut from.
    """

    one: str
    two: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of work with its questions.

    Attributes:
        name: What is typed: "microscopy".
        title: What people read.
        questions: What is asked there.
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
    Field("photo", "Photo", PHOTO),
    Field(
        "microscopy",
        "Microscopy, pathology",
        _asked(
            "a microscope slide",
            "the tissue or specimen, its cells and structures, their texture and stain",
        ),
    ),
    Field(
        "medical",
        "Medical scan",
        _asked(
            "a medical scan",
            "the modality, the part of the body, the structures and their texture",
        ),
    ),
    Field(
        "satellite",
        "Satellite, aerial",
        _asked(
            "the ground seen from above",
            "the land cover, buildings, roads, vegetation and water, and their surfaces",
        ),
    ),
    Field(
        "artwork",
        "Artwork, document",
        _asked(
            "an artwork or a document",
            "the technique and material, what is depicted or written, lines, strokes and surface",
        ),
    ),
)
