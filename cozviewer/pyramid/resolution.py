"""The resolution of what a view shows, as an export of it writes it."""

from cozviewer.image.resolution import Resolution
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View


def scaled_resolution(source: Source, view: View) -> Resolution | None:
    """Return the pixels of a view per unit of the source; None if the source has none."""
    if source.resolution is None:
        return None
    resolution = source.resolution.scaled(view.camera.magnification)
    return resolution.turned if view.orientation.sideways else resolution
