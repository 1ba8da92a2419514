"""The view as it is seen now, and what it shows in a few words: for the clipboard and for paper."""

from dataclasses import dataclass, replace

from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.image_scope import ImageScope
from cozviewer.ui.view.navigator import Navigator
from cozviewer.util.translation import translate


@dataclass(frozen=True, eq=False)
class Seen:
    """A view.

    Attributes:
        pixels: (H, W, 3) uint8, as on the screen.
        name: The name of the photo.
        magnification: "×16".
        detail: What the pixels are: "generated detail".
        generated: Whether any of them may be generated.
    """

    pixels: Rgb8
    name: str
    magnification: str
    detail: str
    generated: bool


def seen_in(scope: ImageScope, panes: ComparePanes, navigator: Navigator) -> Seen:
    """Return the view of the open image. GUI thread."""
    compared = panes.picture()
    detail, generated = _detail(scope, panes, navigator)
    return Seen(
        panes.generated.picture() if compared is None else compared,
        scope.source.name,
        magnification_text(navigator.camera),
        translate("Files", "comparison") if compared is not None else detail,
        generated,
    )


def without_surroundings(seen: Seen, source: Source, view: View) -> Seen:
    """Return a view without what lies around the photo, which would cost much ink on paper.

    Args:
        view: The view; one of another size, as that of a comparison side by side, stays whole.
    """
    if seen.pixels.shape[:2] != (view.height, view.width):
        return seen
    left, right = (view.view_x(0, x) for x in (0, source.width))
    top, bottom = (view.view_y(0, y) for y in (0, source.height))
    columns = slice(max(0, round(left)), min(view.width, round(right)))
    rows = slice(max(0, round(top)), min(view.height, round(bottom)))
    part = seen.pixels[rows, columns]
    return replace(seen, pixels=part) if part.size else seen


def _detail(scope: ImageScope, panes: ComparePanes, navigator: Navigator) -> tuple[str, bool]:
    """Return what the pixels of a view are, and whether any may be generated."""
    camera, layer = navigator.camera, panes.generated.layer
    if camera.rest_level <= 0:
        return translate("Files", "original photo"), False
    if not scope.document.chain.upscaler.generative:
        return translate("Files", "enlarged, no detail added"), False
    if layer.shows_draft:
        return translate("Files", "draft of generated detail"), True
    if not (scope.refiner.complete or panes.generated.sharp):
        return translate("Files", "detail not fully generated"), True
    return translate("Files", "generated detail"), True
