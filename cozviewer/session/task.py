"""A session to save, as a value: the window and `cozviewer export-session` make it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.config.choice import EngineChoice
from cozviewer.export.targets import refuse_source
from cozviewer.image.subject import Scale
from cozviewer.session.export import Saved, save_session
from cozviewer.session.pyramids import choice_of, other_pyramids, session_pyramid
from cozviewer.session.session import Bookmark, SessionPyramid, Viewpoint
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import IsCancelled, never


@dataclass(frozen=True)
class SessionTask:
    """A session to save.

    Attributes:
        path: The file to write; it appears whole or not at all, and replaces one that exists.
        image: The image, and the session that it was opened through.
        pyramids: Those that are open, at least one; the one to be shown comes first. The other
            pyramids of the session are copied.
        bookmarks: Named views, in the user's order.
        viewpoint: The current view.
        scale: Physical size of a pixel of the photo, as set by hand; None if it was not set.
        like: The user's settings for what a session does not choose; see `choice_of`.
    """

    path: Path
    image: OpenedImage
    pyramids: tuple[SessionPyramid, ...]
    bookmarks: tuple[Bookmark, ...] = ()
    viewpoint: Viewpoint | None = None
    like: EngineChoice = field(default_factory=EngineChoice)
    scale: Scale | None = None

    def write(
        self,
        open_chain: Callable[[EngineChoice], Chain],
        is_cancelled: IsCancelled = never,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Saved:
        """Save the session. Takes long: not for the GUI thread.

        Args:
            open_chain: Opens the chain of a pyramid that is copied.
            is_cancelled: Checked before every tile.
            on_progress: Called with (tiles written, total).

        Raises:
            BadInput: The path is that of the photo, or as `save_session`.
            Cancelled, Failure: As `save_session`.
        """
        source, session = self.image.source, self.image.session
        refuse_source(self.path, source)
        with ExitStack() as stack:
            others = []
            for stored in other_pyramids(session, self.pyramids):
                choice = choice_of(stored, self.like)
                chain = open_chain(choice)
                stack.callback(chain.pyramid.store.close)
                others.append(session_pyramid(chain, choice, session))
            return save_session(
                self.path,
                source,
                [*self.pyramids, *others],
                self.bookmarks,
                self.viewpoint,
                scale=self.scale,
                cancelled=is_cancelled,
                on_progress=on_progress,
            )
