"""A session: a picture's pyramids, the words they were made with, and views of it, in one file.

    saved    export/session      from the stores of what is open
    opened   session_file        what it says; session_tiles: its tiles, put into a store
             session_source      the picture that it is about

The picture itself is not in it: it is found again by where it was, and told by its digest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cozviewer.pyramid.camera import DEEPEST, Camera, camera_at
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.checked import checked_text, fraction_of_text

SUFFIX = ".cozview"

LONGEST_NAME = 1000
"""Characters of the name of a bookmark."""


@dataclass(frozen=True)
class Sight:
    """A place and how large it is seen, exact at any depth.

    Attributes:
        x, y: The middle, in source pixels.
        magnification: View pixels per source pixel, > 0.
    """

    x: Fraction
    y: Fraction
    magnification: Fraction

    @property
    def camera(self) -> Camera:
        """The camera that sees it."""
        return camera_at(self.x, self.y, self.magnification)


def sight_of(camera: Camera) -> Sight:
    """Return what a camera sees, so that its `camera` is the same one again."""
    return Sight(*camera.source_centre, Fraction(camera.scale) * Fraction(2) ** camera.level)


@dataclass(frozen=True)
class Bookmark:
    """A view with a name."""

    name: str
    sight: Sight


def sight_from(x: object, y: object, magnification: object) -> Sight:
    """Return the view of three fractions as a file has them.

    Raises:
        ValueError: They are none, or no view has such a magnification.
    """
    sight = Sight(*map(fraction_of_text, (x, y, magnification)))
    if not Fraction(2) ** -DEEPEST <= sight.magnification <= Fraction(2) ** DEEPEST:
        raise ValueError("no magnification")
    return sight


def bookmark_from(name: object, x: object, y: object, magnification: object) -> Bookmark:
    """Return the bookmark of a name and three fractions as a file has them.

    Raises:
        ValueError: They are none.
    """
    return Bookmark(checked_text(name, LONGEST_NAME), sight_from(x, y, magnification))


def with_bookmark(bookmarks: Iterable[Bookmark], added: Bookmark) -> tuple[Bookmark, ...]:
    """Return the bookmarks with one more; it takes the place of one of the same name."""
    kept = list(bookmarks)
    for index, bookmark in enumerate(kept):
        if bookmark.name == added.name:
            kept[index] = added
            return tuple(kept)
    return (*kept, added)


@dataclass(frozen=True)
class Reference:
    """The picture that a session is about.

    Attributes:
        name: Its file name, for people.
        digest: `Source.digest`.
        width, height: Its pixels.
        path: Where it was; "" if it was in no file.
        relative: The same, from the session's folder, with "/" between the parts; "" if there is
            no such way.
    """

    name: str
    digest: str
    width: int
    height: int
    path: str = ""
    relative: str = ""


@dataclass(frozen=True)
class Maker:
    """What made a pyramid, as far as it must be known where the models are not.

    Attributes:
        name: What people call the engine.
        generative, listens: See `chain.protocols.Upscaler`.
        prompter: What people call the prompter.
    """

    name: str
    generative: bool
    listens: bool
    prompter: str


@dataclass(frozen=True)
class Made:
    """A pyramid and how it was made.

    Attributes:
        recipe: Canonical JSON.
        recipe_digest: Its digest.
        choice: What was chosen to make it, JSON (see `chain.choice_text`).
        maker: What made it.
    """

    recipe: str
    recipe_digest: str
    choice: str
    maker: Maker


@dataclass(frozen=True)
class KeptPyramid:
    """A pyramid in a session.

    Attributes:
        number: Its number in the file.
        made: How it was made.
        digest: Of the recipe and of all tiles: the same tiles, the same digest.
        tiles: How many there are.
    """

    number: int
    made: Made
    digest: str
    tiles: int


@dataclass(frozen=True)
class Session:
    """What a session file says; nothing in it is trusted to be true.

    Attributes:
        path: The file.
        reference: The picture.
        pyramids: The one that was seen first.
        bookmarks: In their order.
        sight: What was seen when it was saved, if that is known.
        unpacked: Numbers of the pyramids whose tiles were put into a store since it was opened;
            what happened there later counts.
    """

    path: Path
    reference: Reference
    pyramids: tuple[KeptPyramid, ...]
    bookmarks: tuple[Bookmark, ...] = ()
    sight: Sight | None = None
    unpacked: set[int] = field(default_factory=set, compare=False)


@dataclass(frozen=True)
class Filled:
    """A pyramid to save.

    Attributes:
        made: How it was made.
        store: Its tiles.
    """

    made: Made
    store: TileStore
