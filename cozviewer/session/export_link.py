"""Finds the photo that an exported image was made from, and the place that it shows.

The opener calls this before it reads a file: the origin is read from the file's metadata, and the
photo is searched for in the same folder.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cozviewer.export.origin import Origin, read_origin, sight_of_origin
from cozviewer.export.upscaling.inputs import is_named_as_upscaled
from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.session.file import is_session
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Failure
from cozviewer.util.paths import is_file_name


@dataclass(frozen=True)
class Lead:
    """The photo, and the place in it, that an exported image refers to.

    Attributes:
        path: The exported image.
        origin: Its metadata; not trusted.
        camera: The view of the photo that it shows.
        photo: A file in the same folder that has the photo's name, if there is one.
    """

    path: Path
    origin: Origin
    camera: Camera
    photo: Path | None

    @property
    def tone(self) -> Tone:
        """How the photo was shown; automatic if the record is not a tone."""
        try:
            return tone_of(self.origin.tone)
        except BadInput:
            return AUTOMATIC

    @property
    def photo_name(self) -> str:
        """The recorded name of the photo; "" if it is not a valid file name."""
        return self.origin.source_name if is_file_name(self.origin.source_name) else ""


def lead_of(path: Path, cancelled: IsCancelled) -> Lead | None:
    """Return what the image at `path` refers to.

    Returns:
        None if cozviewer did not export it, if it is an upscaled photo, which is opened as what it
        is, or if it cannot be opened (then the error is reported when it is opened as an image).

    Raises:
        Cancelled: `cancelled` returned True.
    """
    try:
        origin = read_origin(path, cancelled)
    except (BadInput, Failure):
        return None
    if is_named_as_upscaled(path):
        return None
    viewpoint = None if origin is None else sight_of_origin(origin)
    if origin is None or viewpoint is None:
        return None
    return Lead(path, origin, camera_at(*viewpoint), _photo_beside(path, origin.source_name))


def _photo_beside(path: Path, name: str) -> Path | None:
    """Return the file called `name` in the folder of `path`, if it may be the photo."""
    if not is_file_name(name):
        return None
    photo = path.with_name(name)
    # os.path.isfile returns False for an invalid path; Path.is_file raises.
    if photo == path or not os.path.isfile(photo) or is_session(photo):
        return None
    return photo
