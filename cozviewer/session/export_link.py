"""From a picture that cozviewer saved to the photo it was made from, and to the place in it.

The opener asks here before it reads a file: `origin.py` says what the file tells about itself, and
the photo is looked for beside it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cozviewer.export.origin import Origin, read_origin, sight_of_origin
from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.session.file import is_session
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Failure
from cozviewer.util.paths import is_file_name


@dataclass(frozen=True)
class Lead:
    """Where a saved picture leads.

    Attributes:
        path: The saved picture.
        origin: What it says about itself; anybody may have written that.
        camera: The view of the photo that it shows.
        photo: The file beside it that has the photo's name, if there is one.
    """

    path: Path
    origin: Origin
    camera: Camera
    photo: Path | None

    @property
    def photo_name(self) -> str:
        """What the photo was called, for people; "" where that is no file name."""
        return self.origin.source_name if is_file_name(self.origin.source_name) else ""


def lead_of(path: Path, cancelled: IsCancelled) -> Lead | None:
    """Return where the picture at `path` leads; None for all that cozviewer has not saved, and
    for what cannot be opened: whoever opens it will say why.

    Raises:
        Cancelled: `cancelled` said so.
    """
    try:
        origin = read_origin(path, cancelled)
    except (BadInput, Failure):
        return None
    sight = None if origin is None else sight_of_origin(origin)
    if origin is None or sight is None:
        return None
    return Lead(path, origin, camera_at(*sight), _photo_beside(path, origin.source_name))


def _photo_beside(path: Path, name: str) -> Path | None:
    """Return the file called `name` in the folder of `path`, if it may be the photo."""
    if not is_file_name(name):
        return None
    photo = path.with_name(name)
    # os.path.isfile answers whatever is wrong with a path; Path.is_file raises.
    if photo == path or not os.path.isfile(photo) or is_session(photo):
        return None
    return photo
