"""The view as it is seen now, and what it shows in a few words: for the clipboard and for paper."""

from dataclasses import dataclass, replace

import numpy as np

from cozviewer.image.alpha.plane import Plane, over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.transparency import WHITE, AlphaOptions, alpha_of_view
from cozviewer.pyramid.wording import magnification_text
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.image_scope import ImageScope
from cozviewer.ui.view.navigator import Navigator
from cozviewer.util.translation import translate


@dataclass(frozen=True, eq=False)
class Seen:
    """A view.

    Attributes:
        pixels: (H, W, 3) uint8, as on the screen; where there is alpha, not multiplied by it.
        name: The name of the photo.
        magnification: "×16".
        detail: What the pixels are: "generated detail".
        generated: Whether any of them may be generated.
        alpha: (H, W) uint8, 0 around the photo; None of a comparison, and where all is opaque.
    """

    pixels: Rgb8
    name: str
    magnification: str
    detail: str
    generated: bool
    alpha: Plane | None = None

    @property
    def with_alpha(self) -> Rgb8:
        """The pixels with their alpha, if there is some: (H, W, 3 or 4) uint8."""
        return self.pixels if self.alpha is None else np.dstack((self.pixels, self.alpha))

    @property
    def on_white(self) -> Rgb8:
        """The pixels over white, (H, W, 3) uint8."""
        return self.pixels if self.alpha is None else over(self.pixels, self.alpha, WHITE)


def seen_in(scope: ImageScope, panes: ComparePanes, navigator: Navigator) -> Seen:
    """Return the view of the open image. GUI thread."""
    compared = panes.rendered()
    detail, generated = _detail(scope, panes, navigator)
    pane, alpha, pixels = panes.generated, None, compared
    if pixels is None:
        with pane.layer.veil.left_out():
            pixels = pane.rendered()
        alpha = alpha_of_view(scope.source, pane.view, AlphaOptions(outside=0, at_hand=True))
    return Seen(
        pixels,
        scope.source.name,
        magnification_text(navigator.camera),
        translate("Files", "comparison") if compared is not None else detail,
        generated,
        alpha,
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
    alpha = None if seen.alpha is None else seen.alpha[rows, columns]
    return replace(seen, pixels=part, alpha=alpha) if part.size else seen


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
