"""What can be compared with what, and what each side is called."""

from dataclasses import dataclass

from cozviewer.config.choice import FROM_PHOTO, EngineChoice, PrompterChoice
from cozviewer.pyramid.compose import Kernel

PROMPT_LENGTH = 28
"""Characters of the user's prompt that fit into a label."""


@dataclass(frozen=True)
class Side:
    """One of two images that are compared.

    Attributes:
        title: What people read.
        kernel: How the photo is interpolated; None for a pyramid with generated levels.
    """

    title: str
    kernel: Kernel | None = None


GENERATED = Side("AI result")

SOURCES = (
    Side("Original, enlarged (bicubic)", "bicubic"),
    Side("Original, enlarged (Lanczos)", "lanczos"),
    Side("Original, enlarged (nearest)", "nearest"),
)

OTHER_SETTINGS = Side("Other settings")


@dataclass(frozen=True)
class Sides:
    """Two images that are compared.

    Attributes:
        first: GENERATED or one of SOURCES; stands left, or below the second one.
        second: One of SOURCES, or OTHER_SETTINGS.
    """

    first: Side = GENERATED
    second: Side = SOURCES[0]


Generated = tuple[str, EngineChoice]
"""The name of an upscaler, and the settings that an image is generated with."""


def side_names(sides: Sides, main: Generated | None, other: Generated | None) -> tuple[str, str]:
    """Return what the two sides are called.

    Args:
        sides: What is compared.
        main: Of the open image; None while nothing is open.
        other: Of the image with other settings; None while it is being opened.
    """
    if sides == Sides(GENERATED, OTHER_SETTINGS) and main is not None and other is not None:
        return distinct_names(*main, *other)
    first = "" if main is None else main[0]
    second = OTHER_SETTINGS.title if other is None else other[0]
    return (
        first if sides.first is GENERATED else sides.first.title,
        second if sides.second is OTHER_SETTINGS else sides.second.title,
    )


def distinct_names(
    name: str, choice: EngineChoice, other_name: str, other: EngineChoice
) -> tuple[str, str]:
    """Return labels for two results: "Real-ESRGAN, faithful" and "Real-ESRGAN, creative".

    Args:
        name, other_name: Names of the upscalers; where they differ, they are enough.
    """
    if name != other_name:
        return name, other_name
    pairs = (
        (choice.coz.setting, other.coz.setting),
        (_prompt_text(choice.prompter), _prompt_text(other.prompter)),
        (f"seed {choice.seed}", f"seed {other.seed}"),
        (_fidelity_text(choice), _fidelity_text(other)),
        (choice.depth, other.depth),
        (_texture_text(choice), _texture_text(other)),
    )
    different = [pair for pair in pairs if pair[0] != pair[1]]
    one, two = (", ".join([name, *(pair[i] for pair in different)]) for i in range(2))
    return one, two


def _texture_text(choice: EngineChoice) -> str:
    return "texture from the photo" if choice.texture == FROM_PHOTO else "no added texture"


def _prompt_text(choice: PrompterChoice) -> str:
    text = choice.words
    own = f"“{text}”" if len(text) <= PROMPT_LENGTH else f"“{text[: PROMPT_LENGTH - 1]}…”"
    if choice.name == "none":
        return "no prompt"
    if choice.name == "text":
        return own
    by = f"described by {choice.server_model}" if choice.name == "server" else "auto-described"
    return f"{by} and {own}" if text else by


def _fidelity_text(choice: EngineChoice) -> str:
    if choice.fidelity in (0.0, 1.0):
        return "faithful" if choice.fidelity else "creative"
    return f"fidelity {choice.fidelity:g}"
