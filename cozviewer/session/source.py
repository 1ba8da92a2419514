"""Open a path that names an image or a session: the source, and the session if there is one."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cozviewer.image.reading import shown_name
from cozviewer.image.source import Source, open_source
from cozviewer.image.subject import Scale
from cozviewer.image.tiled.protocol import OnGlimpse
from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.session.file import is_session, read_session
from cozviewer.session.session import Reference, Session
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, HugeImage
from cozviewer.util.paths import absolute, is_network_path
from cozviewer.util.translation import translate

MOST_PAGES_TRIED = 200
"""Pages of a file among which the one of a session is searched for."""


@dataclass(frozen=True, eq=False)
class OpenedImage:
    """An open image and, if it was opened through a session file, that session.

    Attributes:
        source: The image.
        session: The session; None where the image itself was opened.
    """

    source: Source
    session: Session | None = None

    @property
    def scale(self) -> Scale | None:
        """Physical size of a pixel of the photo: set in the session, or stated in its file."""
        own = None if self.session is None else self.session.scale
        return own or self.source.subject.scale


class SourceMissing(BadInput):
    """The photo of a session was moved or has changed.

    Attributes:
        what: The problem, as a sentence without a remedy.
        session: The session.
    """

    def __init__(self, what: str, session: Session) -> None:
        super().__init__(
            translate("Error", "{what}: name its file with --source FILE.").format(what=what)
        )
        self.what = translate("Error", "{what}.").format(what=what)
        self.session = session


def open_path(
    path: Path,
    photo: Path | None = None,
    *,
    page: int | None = None,
    allow_huge: bool = False,
    cancelled: IsCancelled = never,
    tone: Tone = AUTOMATIC,
    progress: Callable[[float], None] = lambda part: None,
    glimpse: OnGlimpse = lambda rgb, width, height: None,
) -> OpenedImage:
    """Open an image, or a session with its image.

    Args:
        path: An image or a session.
        photo: The file of the session's photo; None searches for it.
        page: Which page or frame of an image, from 1; None is the first one.
        allow_huge, cancelled, progress, glimpse: As for `open_source`.
        tone: How the numbers of an image become grey levels; a session has its own.

    Raises:
        SourceMissing: The session's image is not found.
        HugeImage, BadInput, Cancelled, Failure: As `open_source` and `read_session`.
    """
    if not is_session(path):
        if photo is not None:
            raise BadInput(
                translate(
                    "Error", "{path} is not a session, so --source does not apply to it."
                ).format(path=shown_name(path))
            )
        source = open_source(
            path,
            page=page,
            allow_huge=allow_huge,
            cancelled=cancelled,
            progress=progress,
            tone=tone,
            glimpse=glimpse,
        )
        return OpenedImage(source)
    if page is not None:
        raise BadInput(
            translate(
                "Error",
                "{path} is a session, which records its page: remove --page.",
            ).format(path=shown_name(path))
        )
    if tone.changed:
        raise BadInput(
            translate(
                "Error",
                "{path} is a session, which records its tone: remove --tone.",
            ).format(path=shown_name(path))
        )
    session = read_session(path, cancelled)
    another = None
    for place in [photo] if photo is not None else _places(session):
        try:
            source = _source_at(place, session.reference, allow_huge, cancelled, progress)
        except HugeImage:
            raise
        except BadInput:
            if photo is not None:
                raise
            continue
        if _is_meant(source, session.reference):
            return OpenedImage(source, session)
        another = another or source
    raise SourceMissing(_what(session, another, photo), session)


def _source_at(
    place: Path,
    reference: Reference,
    allow_huge: bool,
    cancelled: IsCancelled,
    progress: Callable[[float], None],
) -> Source:
    """Return the page of a file that a session refers to; its first one if none is."""
    tone = tone_of(reference.tone)
    first = open_source(
        place, allow_huge=allow_huge, cancelled=cancelled, progress=progress, tone=tone
    )
    for page in range(1, min(first.pages, MOST_PAGES_TRIED) + 1):
        if _is_meant(first, reference):
            break
        other = open_source(place, page=page, allow_huge=allow_huge, cancelled=cancelled, tone=tone)
        if _is_meant(other, reference):
            return other
    return first


def _is_meant(source: Source, reference: Reference) -> bool:
    meant = (reference.digest, reference.width, reference.height)
    return (source.digest, source.width, source.height) == meant


def reference_to(source: Source, session_path: Path) -> Reference:
    """Return how a session that is saved as `session_path` refers to its image."""
    path = "" if source.path is None else os.path.abspath(source.path)
    try:
        relative = os.path.relpath(path, absolute(session_path).parent) if path else ""
    except ValueError:  # on another drive
        relative = ""
    return Reference(
        name=source.name,
        digest=source.digest,
        width=source.width,
        height=source.height,
        path=path,
        relative=Path(relative).as_posix() if relative else "",
        tone=source.tone.text,
    )


def _places(session: Session) -> Iterator[Path]:
    """Yield the existing files that may be the image: by relative path, by absolute path, and by
    name beside the session."""
    reference, folder = session.reference, absolute(session.path).parent
    seen = set()
    for text in (reference.relative, reference.path, reference.name):
        if text and not is_network_path(text):
            place = folder / text
            try:
                known = place.resolve()
                if known not in seen and place.is_file():
                    seen.add(known)
                    yield place
            except (OSError, ValueError):
                continue


def _what(session: Session, another: Source | None, photo: Path | None) -> str:
    """Describe the problem. `another` is a different image that was found instead."""
    name, reference = shown_name(session.path), session.reference
    size = translate("Error", "{width} x {height} pixels").format(
        width=reference.width, height=reference.height
    )
    if another is None:
        return translate("Error", "The photo of {name} is not at {path} ({size})").format(
            name=name, path=reference.path or reference.name, size=size
        )
    if photo is None:
        return translate("Error", "The photo of {name}, {path}, has changed since then").format(
            name=name, path=another.path
        )
    return translate(
        "Error", "{other} is not the photo of {name}, which was {photo} with {size}"
    ).format(other=another.name, name=name, photo=reference.name, size=size)
