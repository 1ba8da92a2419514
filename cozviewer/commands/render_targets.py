"""What `render` saves: a view as the window shows it, or a region of one level, pixel for pixel."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.commands.common.views import view_of
from cozviewer.export.origin import Origin
from cozviewer.export.picture import check_target, save_picture
from cozviewer.export.provenance import origin_of_region, origin_of_view
from cozviewer.export.region import save_region
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.compose import compose, wanted_level
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Shot:
    """A picture to save.

    Attributes:
        z, level_region: The level that it is made from, and what it needs of it.
        width, height: Of the file in pixels.
        magnification: Output pixels per source pixel.
        origin: Tells what it is made of, once all is computed.
        save: Writes it; raises TileMissing where a tile does not exist or cannot be read.
    """

    z: int
    level_region: Rect
    width: int
    height: int
    magnification: float
    origin: Callable[[IsCancelled], Origin]
    save: Callable[[Origin, IsCancelled, Told], None]


def view_shot(
    chain: Chain,
    centre: tuple[Fraction, Fraction] | None,
    zoom: Fraction,
    size: tuple[int, int],
    output: Path,
    exif: bytes | None,
    label: bool,
) -> Shot:
    """Return the shot of a view.

    Raises:
        BadInput: It lies outside the picture, or cannot be saved there.
    """
    check_target(output, *size)
    source = chain.pyramid.source
    view = view_of(source, centre, zoom, size)
    z = wanted_level(view, source.coarsest)

    def save(origin: Origin, cancelled: IsCancelled, told: Told) -> None:
        pixels = compose(chain.pyramid, view, complete=True)
        save_picture(output, pixels, origin, exif=exif, label=label, cancelled=cancelled)

    return Shot(
        z,
        view.visible(z, source.width, source.height),
        view.width,
        view.height,
        view.camera.magnification,
        lambda cancelled: origin_of_view(chain, view, cancelled),
        save,
    )


def region_shot(
    chain: Chain,
    region: tuple[Fraction, Fraction, Fraction, Fraction] | None,
    z: int,
    output: Path,
    exif: bytes | None,
    label: bool,
) -> Shot:
    """Return the shot of a region, in source pixels; None is the whole picture.

    Raises:
        BadInput: It lies outside the picture, or cannot be saved there.
    """
    source = chain.pyramid.source
    whole = chain.pyramid.level_rect(z)
    level_region = whole
    if region is not None:
        x, y, width, height = region
        asked = rect_between(
            math.floor(x * 2**z),
            math.floor(y * 2**z),
            math.ceil((x + width) * 2**z),
            math.ceil((y + height) * 2**z),
        )
        level_region = asked.intersected(whole)
        if level_region.empty:
            raise BadInput(
                f"The region is outside the picture: {source.name} reaches from 0,0 to "
                f"{source.width},{source.height}."
            )
    check_target(output, level_region.width, level_region.height)

    def save(origin: Origin, cancelled: IsCancelled, told: Told) -> None:
        save_region(
            output,
            chain.pyramid,
            z,
            level_region,
            origin,
            exif=exif,
            label=label,
            complete=True,
            cancelled=cancelled,
            told=told,
        )

    return Shot(
        z,
        level_region,
        level_region.width,
        level_region.height,
        float(2**z),
        lambda cancelled: origin_of_region(chain, z, level_region, cancelled),
        save,
    )
