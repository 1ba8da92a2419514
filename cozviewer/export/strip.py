"""The zoom strip: views along one zoom side by side, as in papers."""

from collections.abc import Sequence
from fractions import Fraction

from cozviewer.export.sheet import Panel, sheet
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View, camera_at, fit
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.pyramid.wording import BORROWED, CAUTION

MOST = 8
"""Largest number of images; of a deeper zoom the last ones are shown."""


def strip_views(source: Source, view: View, side: int) -> list[View]:
    """Return square views of the middle of a view, each 4x closer than the one before. The first
    one shows (nearly) the whole photo, if that takes at most MOST views.

    Args:
        source: The photo.
        view: What the last one shows the middle of.
        side: Side of each in view pixels.
    """
    x, y = view.camera.source_centre
    magnification = Fraction(view.camera.scale) * Fraction(2) ** view.camera.level
    widest = fit(source.width, source.height, side, side).magnification
    found: list[View] = []
    while len(found) < MOST and (not found or magnification > widest / 2):
        camera = camera_at(x, y, magnification)
        found.append(View(camera, side, side, view.orientation).aligned())
        magnification /= STEP_SCALE
    return found[::-1]


def strip(
    name: str,
    engine: str,
    views: Sequence[View],
    images: Sequence[Rgb8],
    borrowed: bool = False,
    medical: bool = False,
) -> Rgb8:
    """Return the strip, (H, W, 3) uint8; each image has a frame around the area of the next one.

    Args:
        name: Name of the photo.
        engine: Name of the upscaler.
        views: Square, each 4x closer than the one before.
        images: The views, composed.
        borrowed: Whether they contain texture borrowed from elsewhere in the photo.
        medical: Whether they are not for diagnosis.
    """
    side = views[0].width
    near, far = side * 3 // 8, side - side * 3 // 8
    panels = [
        Panel(
            pixels,
            f"x{times(view)}  {engine if view.camera.magnification > 1.0005 else 'the photo'}",
            note(view),
            (near, near, far, far) if index < len(views) - 1 else None,
        )
        for index, (view, pixels) in enumerate(zip(views, images, strict=True))
    ]
    maker = f"{engine}, with {BORROWED}" if borrowed else engine
    return sheet(
        f"Zooming into {name}" + (f". {CAUTION}" if medical else ""),
        f"Each image is the framed part of the one before; its detail is drawn by {maker}.",
        [panels],
    )


def times(view: View) -> str:
    """Return the magnification for a caption: "64", "0.3"."""
    return (
        f"{view.camera.magnification:.3g}"
        if view.camera.magnification < 100
        else (f"{view.camera.magnification:g}")
    )


def note(view: View) -> str:
    """Return how much of the photo a square view shows."""
    side = view.width / view.camera.magnification
    shown = f"{side:.0f}" if side >= 10 else f"{side:.1f}" if side >= 0.1 else f"{side:.1g}"
    return f"{shown} x {shown} pixels of the photo"
