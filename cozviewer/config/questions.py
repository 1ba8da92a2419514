"""The questions for vision-language models about a crop; `fields` has those of each field of work.

Those for photos are quoted from Chain-of-Zoom's authors.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a field.

    Attributes:
        one: About a crop alone.
        two: About a crop that follows the wider view from which it was cropped.
    """

    one: str
    two: str


PHOTO = Questions(
    "What is in this image? Give me a set of words.",
    "The second image is a zoom-in of the first image. Based on this knowledge, what is in the "
    "second image? Give me a set of words.",
)
