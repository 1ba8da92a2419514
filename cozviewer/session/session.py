"""What a session is: a photo's pyramids with their prompts, and named views, in one file.

    saving    export            writes the stores of the open pyramids into a file
    opening   file              reads what the file contains
              source            finds the photo
              tiles             copies tiles into a store
              pyramids          how the pyramids were made, also where their models are missing

The photo is not included. It is searched for at its recorded places and recognised by its digest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import DEEPEST, Camera, camera_at
from cozviewer.pyramid.orientation import Orientation, orientation_of
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.checked import checked_text, fraction_of_text

SUFFIX = ".cozview"

LONGEST_NAME = 1000
"""Maximum length of a bookmark's name, in characters."""


@dataclass(frozen=True)
class Viewpoint:
    """A place and a magnification, exact at any depth.

    Attributes:
        x, y: The centre, in source pixels.
        magnification: View pixels per source pixel, > 0.
        orientation: How the view is turned; None where that was not recorded.
    """

    x: Fraction
    y: Fraction
    magnification: Fraction
    orientation: Orientation | None = None

    @property
    def camera(self) -> Camera:
        """The camera at this viewpoint."""
        return camera_at(self.x, self.y, self.magnification)


def viewpoint_of(camera: Camera, orientation: Orientation | None = None) -> Viewpoint:
    """Return the viewpoint whose `camera` equals `camera`."""
    magnification = Fraction(camera.scale) * Fraction(2) ** camera.level
    return Viewpoint(*camera.source_centre, magnification, orientation)


@dataclass(frozen=True)
class Bookmark:
    """A named view."""

    name: str
    viewpoint: Viewpoint


def viewpoint_from(
    x: object, y: object, magnification: object, orientation: object = None
) -> Viewpoint:
    """Parse a viewpoint from three fractions and EXIF's number of an orientation, as stored in a
    file; any other orientation counts as not recorded.

    Raises:
        ValueError: They are not fractions, or the magnification is out of range.
    """
    turned = orientation_of(orientation) if isinstance(orientation, int) else None
    viewpoint = Viewpoint(
        fraction_of_text(x), fraction_of_text(y), fraction_of_text(magnification), turned
    )
    if not Fraction(2) ** -DEEPEST <= viewpoint.magnification <= Fraction(2) ** DEEPEST:
        raise ValueError("magnification out of range")
    return viewpoint


def bookmark_from(
    name: object, x: object, y: object, magnification: object, orientation: object = None
) -> Bookmark:
    """Parse a bookmark from a name and what `viewpoint_from` parses, as stored in a file.

    Raises:
        ValueError: The name is not a text of allowed length, or as for `viewpoint_from`.
    """
    viewpoint = viewpoint_from(x, y, magnification, orientation)
    return Bookmark(checked_text(name, LONGEST_NAME), viewpoint)


def with_bookmark(bookmarks: Iterable[Bookmark], added: Bookmark) -> tuple[Bookmark, ...]:
    """Return the bookmarks with one added; it replaces a bookmark of the same name."""
    result = list(bookmarks)
    for index, bookmark in enumerate(result):
        if bookmark.name == added.name:
            result[index] = added
            return tuple(result)
    return (*result, added)


@dataclass(frozen=True)
class Reference:
    """How a session refers to its photo.

    Attributes:
        name: Its file name, for display.
        digest: `Source.digest`.
        width, height: Its size in pixels.
        path: Its absolute path when the session was saved; "" if it had none.
        relative: The same path relative to the session's folder, with "/" as separator; "" if
            there is none.
        tone: How the numbers of its file became grey levels; `Tone.text`.
    """

    name: str
    digest: str
    width: int
    height: int
    path: str = ""
    relative: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Maker:
    """Properties of the models that made a pyramid, needed where the models are missing.

    Attributes:
        name: The display name of the engine.
        generative, listens: See `chain.protocols.Upscaler`.
        prompter: The display name of the prompter.
    """

    name: str
    generative: bool
    listens: bool
    prompter: str


@dataclass(frozen=True)
class PyramidInfo:
    """How a pyramid was made.

    Attributes:
        recipe: The recipe as canonical JSON.
        recipe_digest: Its digest.
        choice: The engine and its settings as JSON (see `config.choice_text`).
        maker: The models.
    """

    recipe: str
    recipe_digest: str
    choice: str
    maker: Maker


@dataclass(frozen=True)
class StoredPyramid:
    """A pyramid in a session file.

    Attributes:
        number: Its number in the file.
        info: How it was made.
        digest: Of the recipe and all tiles: equal tiles have equal digests.
        tiles: Number of tiles.
    """

    number: int
    info: PyramidInfo
    digest: str
    tiles: int


@dataclass(frozen=True)
class Session:
    """The contents of a session file without its tiles. None of it is trusted.

    Attributes:
        path: The file.
        reference: The photo.
        pyramids: The one that was shown comes first.
        bookmarks: In the user's order.
        viewpoint: The view when the session was saved, if it was recorded.
        scale: Physical size of a pixel of the photo, as set by hand; None if it was not set.
        unpacked: Numbers of the pyramids whose tiles were copied to a store since the session was
            opened. They are not copied again, so later changes in the store persist.
    """

    path: Path
    reference: Reference
    pyramids: tuple[StoredPyramid, ...]
    bookmarks: tuple[Bookmark, ...] = ()
    viewpoint: Viewpoint | None = None
    scale: Scale | None = None
    unpacked: set[int] = field(default_factory=set, compare=False)


@dataclass(frozen=True)
class SessionPyramid:
    """A pyramid to be saved.

    Attributes:
        info: How it was made.
        store: Its tiles.
    """

    info: PyramidInfo
    store: TileStore
