"""From a picture that cozviewer saved back to the place in the photo that it shows."""

from pathlib import Path

from PySide6.QtCore import QObject

from cozviewer.errors import CozviewerError
from cozviewer.export.origin import Origin, read_origin, sight_of_origin
from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.pyramid.source import Source
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.banner import Banner
from cozviewer.ui.navigator import Navigator


class Returning(QObject):
    """Looks into each file that is to be opened, and leads to the photo behind it."""

    def __init__(self, navigator: Navigator, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._navigator, self._banner = navigator, banner
        self._awaited: tuple[Path, Origin, Camera] | None = None

    def lead(self, path: Path, open_now: Source | None) -> Path | None:
        """Return what to open for a file: itself, or the photo that it was saved from where that
        lies beside it; None where that is open already, and is flown through to the place.

        Args:
            path: What a person dropped or named.
            open_now: The picture that is open.
        """
        self._awaited = None
        origin = _origin(path)
        camera = None if origin is None else _camera(origin)
        if origin is None or camera is None:
            return path
        if open_now is not None and open_now.digest == origin.source_digest:
            self._banner.tell(_arrival(path, camera))
            self._navigator.go_to(camera)
            return None
        photo = path.with_name(Path(origin.source_name).name)
        if photo == path or not photo.is_file():
            self._banner.tell(
                f"{path.name} was saved from {origin.source_name}, which is not beside it: open "
                f"that, and drop {path.name} again to go to its place."
            )
            return path
        self._awaited = path, origin, camera
        return photo

    def arrived(self, source: Source) -> None:
        """Go to the place that is awaited in a picture that has just been opened."""
        if self._awaited is None:
            return
        (path, origin, camera), self._awaited = self._awaited, None
        if source.digest == origin.source_digest:
            self._navigator.begin_at(camera)
            self._banner.tell(_arrival(path, camera))
        else:
            self._banner.warn(
                f"{path.name} was saved from another {source.name} than the one beside it, so its "
                "place is not there: open the right one, and drop it again."
            )


def _origin(path: Path) -> Origin | None:
    """Return what a file tells about itself; None for all that cozviewer has not saved."""
    try:
        return read_origin(path)
    except CozviewerError:
        return None  # what opens it will say what is wrong


def _camera(origin: Origin) -> Camera | None:
    sight = sight_of_origin(origin)
    return None if sight is None else camera_at(*sight)


def _arrival(path: Path, camera: Camera) -> str:
    return f"This is the place that {path.name} shows, at {magnification_text(camera)}."
