"""What can be compared with what, and what each side is called."""

from dataclasses import dataclass

from cozviewer.config.choice import FROM_PHOTO, EngineChoice, PrompterChoice
from cozviewer.pyramid.compose import Kernel

WORDS = 28
"""Letters of the user's words that fit into a label."""


@dataclass(frozen=True)
class Side:
    """One of two pictures that are compared.

    Attributes:
        title: What people read.
        kernel: How the source is interpolated; None for a pyramid with finer levels.
    """

    title: str
    kernel: Kernel | None = None


GENERATED = Side("The generated picture")

SOURCES = (
    Side("Source, bicubic", "bicubic"),
    Side("Source, Lanczos", "lanczos"),
    Side("Source, nearest", "nearest"),
)

ANOTHER = Side("Another recipe")


@dataclass(frozen=True)
class Sides:
    """Two pictures and how they are called.

    Attributes:
        first: GENERATED or one of SOURCES; stands left, or below the second one.
        second: One of SOURCES, or ANOTHER.
    """

    first: Side = GENERATED
    second: Side = SOURCES[0]


def told_apart(
    maker: str, choice: EngineChoice, other_maker: str, other: EngineChoice
) -> tuple[str, str]:
    """Return what two recipes' pictures are called: "Real-ESRGAN, faithful", "Real-ESRGAN, free".

    Args:
        maker, other_maker: Names of the upscalers; where they differ, they are enough.
    """
    if maker != other_maker:
        return maker, other_maker
    pairs = (
        (choice.coz.setting, other.coz.setting),
        (_words_of(choice.prompter), _words_of(other.prompter)),
        (f"seed {choice.seed}", f"seed {other.seed}"),
        (_fidelity_of(choice), _fidelity_of(other)),
        (choice.depth, other.depth),
        (_texture_of(choice), _texture_of(other)),
    )
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    one, two = (", ".join([maker, *(pair[i] for pair in apart)]) for i in range(2))
    return one, two


def _texture_of(choice: EngineChoice) -> str:
    return "texture from the photo" if choice.texture == FROM_PHOTO else "no added texture"


def _words_of(choice: PrompterChoice) -> str:
    own = f"“{choice.words}”" if len(choice.words) <= WORDS else f"“{choice.words[: WORDS - 1]}…”"
    if choice.name == "none":
        return "no words"
    if choice.name == "text":
        return own
    told = f"told by {choice.server_model}" if choice.name == "server" else "told by a model"
    return f"{told} and {own}" if choice.words else told


def _fidelity_of(choice: EngineChoice) -> str:
    if choice.fidelity in (0.0, 1.0):
        return "faithful" if choice.fidelity else "free"
    return f"fidelity {choice.fidelity:g}"
