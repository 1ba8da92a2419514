"""The fields of work: what each decides about how an image is generated and shown.

One table. An image's field is chosen by the kind of its file (`image.subject`), or by the user.
"""

from dataclasses import dataclass, replace

from cozviewer.config.choice import NO_TEXTURE, EngineChoice
from cozviewer.config.questions import PHOTO, Questions
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate_marked

AUTO = "auto"
"""The value of `EngineChoice.field` by which the kind of the file selects the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of work.

    Attributes:
        name: Value of the option and of `EngineChoice.field`: "microscopy".
        label: Marked for translation; see `title`.
        questions: The questions for vision-language models. They ask for the same as those for
            photos, a set of words, and name the kind of image, so that a model does not mistake
            tissue for a carpet.
        borrows_texture: Whether missing texture may be borrowed from elsewhere in the image.
        faithful: Whether colours and coarse detail always follow the image
            (`EngineChoice.fidelity` is 1).
        medical: Whether the caution "not for diagnosis" stays in sight.
    """

    name: str
    label: str
    questions: Questions
    borrows_texture: bool = True
    faithful: bool = False
    medical: bool = False

    @property
    def title(self) -> str:
        """Display name."""
        return translate_marked("Prompts", self.label)


def _asked(kind: str, wanted: str) -> Questions:
    """Return the authors' questions about a kind of image, with what the keywords should be."""
    return Questions(
        f"This is {kind}. What is in this image? Give me a set of words: {wanted}.",
        f"These images are of {kind}. The second image is a zoom-in of the first image. Based on "
        f"this knowledge, what is in the second image? Give me a set of words: {wanted}.",
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
        borrows_texture=False,
        faithful=True,
        medical=True,
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

FIELD_NAMES = (AUTO, *(field.name for field in FIELDS))
"""The values of `EngineChoice.field`."""


def field_named(name: str) -> Field:
    """Return a field by its name.

    Raises:
        KeyError: There is none of that name.
    """
    return {field.name: field for field in FIELDS}[name]


def field_of(choice: EngineChoice, found: str) -> Field:
    """Return the field in which an image is generated.

    Args:
        choice: Its `field` counts unless that is AUTO.
        found: The field of the file's kind, `Source.subject.field`.
    """
    return field_named(found if choice.field == AUTO else choice.field)


def with_field(choice: EngineChoice, found: str) -> EngineChoice:
    """Return the settings with which an image is generated in its field.

    Questions that the user wrote or picked are kept. For photos, nothing changes.

    Args:
        choice, found: As for `field_of`.
    """
    field, asked = field_of(choice, found), choice.prompter.questions
    return replace(
        choice,
        fidelity=1.0 if field.faithful else choice.fidelity,
        texture=choice.texture if field.borrows_texture else NO_TEXTURE,
        prompter=replace(choice.prompter, questions=field.questions if asked == PHOTO else asked),
    )
