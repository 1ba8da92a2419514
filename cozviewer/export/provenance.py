"""Determines the origin of exported images from the tiles, and suggests file names.

The only place that does so, for the window and for the commands.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.chain.prompt_history import steps_below
from cozviewer.chain.textures.borrowed_texture import borrowed_mask, borrows
from cozviewer.export.origin import Kind, Origin, mixed
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import SUBPIXEL_BITS, Camera, View
from cozviewer.pyramid.compose import wanted_level, wanted_region
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.origins import patches
from cozviewer.util.cancel import IsCancelled, never

MOST_DECIMALS = 9
"""Largest number of decimals of a place in a suggested file name."""

MOST_LETTERS = 60
"""Characters of the photo's name in a suggested file name; nearly all file systems allow 255
bytes."""

MOST_LETTERS_OF_ENGINE = 24

_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
"""Characters that Windows does not allow in file names."""

_DEVICES = frozenset(
    ("CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)))
)
"""Names that Windows reserves for devices, with any ending."""


def origin_of_view(chain: Chain, view: View, cancelled: IsCancelled = never) -> Origin:
    """Return the origin of a view as `compose` returns it from the tiles as they are now.

    May take some seconds if texture is borrowed, so it is not for the GUI thread.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    return replace(_origin_of_view(chain, view), borrowed=view_borrows(chain, view, cancelled))


def view_borrows(chain: Chain, view: View, cancelled: IsCancelled = never) -> bool:
    """Return whether a view contains texture that is borrowed from elsewhere in the photo."""
    region = wanted_region(view, chain.pyramid.source)
    return borrows(chain.texture, chain.pyramid, region, cancelled)


def _origin_of_view(chain: Chain, view: View) -> Origin:
    region, camera = wanted_region(view, chain.pyramid.source), view.camera
    return _origin(chain, region, _untouched(view, region.z), place(camera), camera.magnification)


def origin_of_comparison(
    source: Source, view: View, seen: Sequence[Chain], interpolated: bool
) -> Origin:
    """Return the origin of a comparison of several images of a view, but for `borrowed`; see
    `comparison_borrows`.

    Args:
        source: The photo of all.
        view: The view of all.
        seen: The chains of the images that have generated levels, in order.
        interpolated: Whether there is also an image that is the interpolated source.
    """
    z = wanted_level(view, source.coarsest)
    if not seen or z <= 0:
        camera = view.camera
        sharp = _untouched(view, z)
        return _of_source(source, min(z, 0), sharp, place(camera), camera.magnification)
    origins = [_origin_of_view(chain, view) for chain in seen]
    kinds = {origin.kind for origin in origins} | ({"interpolated"} if interpolated else set())
    return replace(
        origins[0],
        kind=origins[0].kind if len(kinds) == 1 else "mixed",
        medical=any(origin.medical for origin in origins),
        engine=" and ".join(origin.engine for origin in origins),
    )


def comparison_borrows(view: View, seen: Sequence[Chain]) -> Callable[[], bool]:
    """Record the present composition of images of a view, which is quick.

    Args:
        view, seen: As for `origin_of_comparison`.

    Returns:
        A function that returns whether they contain texture borrowed from elsewhere in the photo;
        slow, any thread.
    """
    noted = [(chain.texture, chain.pyramid.source, patches(chain.pyramid, view)) for chain in seen]

    def borrowed() -> bool:
        return any(
            borrowed_mask(texture, source.width, source.height, view, shown).any()
            for texture, source, shown in noted
        )

    return borrowed


def origin_of_region(chain: Chain, region: LevelRegion, cancelled: IsCancelled = never) -> Origin:
    """Return the origin of a region of a level, saved pixel for pixel; see `origin_of_view`."""
    z, rect = region
    unit = Fraction(2) ** -z
    centre = (
        decimal((rect.x + Fraction(rect.width, 2)) * unit, unit / 4),
        decimal((rect.y + Fraction(rect.height, 2)) * unit, unit / 4),
    )
    origin = _origin(chain, region, z == 0, centre, float(Fraction(2) ** z))
    borrowed = borrows(chain.texture, chain.pyramid, region, cancelled)
    return replace(origin, borrowed=borrowed)


def origin_of_movie(chain: Chain, views: Iterable[View], cancelled: IsCancelled = never) -> Origin:
    """Return the origin of a movie of complete views: that of the closest one, but "mixed" if
    others show source pixels, and `borrowed` if any of them is; see `origin_of_view`."""
    views = sorted(views, key=lambda view: -view.camera.log2)
    origin = _origin_of_view(chain, views[0])
    origin = replace(origin, borrowed=_any_borrows(chain, views, cancelled))
    coarsest = chain.pyramid.source.coarsest
    if any(wanted_level(view, coarsest) <= 0 for view in views):
        origin = mixed(origin)
    return replace(origin, kind="interpolated") if origin.kind == "source" else origin


def origin_of_strip(chain: Chain, views: Sequence[View], cancelled: IsCancelled = never) -> Origin:
    """Return the origin of a sheet of several complete views, the closest one last; see
    `origin_of_view`."""
    origin = mixed(_origin_of_view(chain, views[-1]))
    return replace(origin, borrowed=_any_borrows(chain, views, cancelled))


def _any_borrows(chain: Chain, views: Iterable[View], cancelled: IsCancelled) -> bool:
    """Return whether any of the views contains borrowed texture."""
    return any(view_borrows(chain, view, cancelled) for view in dict.fromkeys(views))


def prompts_below(chain: Chain, region: LevelRegion) -> tuple[str, ...]:
    """Return the prompts of the steps under a region, the first step first; "" for a step without a
    prompt, or one that was not made."""
    levels = steps_below(chain.pyramid, region)
    return tuple("" if level.step is None else level.step.prompt for level in levels)


def place(camera: Camera) -> tuple[str, str]:
    """Return a camera's centre in source pixels as decimals that restore it exactly."""
    unit = Fraction(2) ** -(SUBPIXEL_BITS + camera.level)
    x, y = camera.source_centre
    return decimal(x, unit), decimal(y, unit)


def suggested_name(chain: Chain, view: View, *, z: int | None = None, what: str = "") -> str:
    """Return a file name for an image of a view: "dandelion-812x340-x64-realesrgan.png".

    The place has as many decimals as distinguish neighbouring views, up to MOST_DECIMALS.

    Args:
        chain: What generated the image.
        view: What it shows.
        z: The level that it shows pixel for pixel; None if it is composed for the view.
        what: The kind of image, if it is not the view alone: "strip".
    """
    camera, width = view.camera, max(1, view.width)
    decimals = math.ceil(camera.log2 * math.log10(2) + math.log10(8 / width))
    unit = Fraction(1, 10 ** min(max(0, decimals), MOST_DECIMALS))
    x, y = (decimal(part, unit) for part in camera.source_centre)
    if z is not None:
        return _name(chain, f"{x}x{y}", 2.0**z, z, what)
    z = wanted_level(view, chain.pyramid.source.coarsest)
    return _name(chain, f"{x}x{y}", camera.magnification, z, what)


def suggested_name_of_level(chain: Chain, z: int) -> str:
    """Return a file name for the whole photo at level z: "dandelion-x4-realesrgan.png"."""
    return _name(chain, "", 2.0**z, z)


def safe_stem(name: str) -> str:
    """Return the stem for names of files made from a photo: its name without the ending, valid on
    all file systems, at most MOST_LETTERS characters long."""
    letters = (
        letter if letter.isprintable() and letter not in _NOT_IN_NAMES else "_"
        for letter in Path(name).stem
    )
    stem = "".join(letters)[:MOST_LETTERS].encode()[: 2 * MOST_LETTERS].decode(errors="ignore")
    stem = stem.strip(" .") or "photo"
    return f"{stem}_" if stem.upper() in _DEVICES else stem


def decimal(value: Fraction, unit: Fraction) -> str:
    """Return the shortest decimal closer to `value` than half a `unit`.

    Args:
        value: Any number.
        unit: > 0; the resolution of the number when it is read back.
    """
    for digits in range(1000):
        scaled = round(value * 10**digits)
        if abs(Fraction(scaled, 10**digits) - value) * 2 < unit:
            break
    sign, number = "-" if scaled < 0 else "", f"{abs(scaled):0{digits + 1}d}"
    return sign + (f"{number[:-digits]}.{number[-digits:]}" if digits else number)


def _name(chain: Chain, place: str, magnification: float, z: int, what: str = "") -> str:
    """Return a file name for an image of level z of a photo."""
    engine = "".join(filter(str.isalnum, chain.upscaler.name.lower())) if z > 0 else ""
    times = f"{magnification:.3g}" if magnification < 1000 else f"{magnification:.0f}"
    if magnification >= 1e9:
        times = f"{magnification:.3g}".replace("e+", "e")
    engine = engine.encode("ascii", "ignore").decode()[:MOST_LETTERS_OF_ENGINE]
    parts = (safe_stem(chain.pyramid.source.name), place, f"x{times}", engine, what)
    return "-".join(filter(None, parts)) + ".png"


def _untouched(view: View, z: int) -> bool:
    """Return whether a view of level z shows the source's own pixels, one to one."""
    return z == 0 and view.camera.scale == 1.0 and view.aligned() == view


def _of_source(
    source: Source, z: int, untouched: bool, centre: tuple[str, str], magnification: float
) -> Origin:
    """Return the origin of an image made from the source alone."""
    return Origin(
        kind="source" if untouched else "interpolated",
        engine="",
        source_name=source.name,
        source_digest=source.digest,
        recipe_digest="",
        prompt="",
        centre=",".join(centre),
        magnification=f"{magnification:.12g}",
        level=z,
        tone=source.tone.text,
    )


def _origin(
    chain: Chain,
    region: LevelRegion,
    untouched: bool,
    centre: tuple[str, str],
    magnification: float,
) -> Origin:
    pyramid, upscaler = chain.pyramid, chain.upscaler
    z = region.z
    origin = _of_source(pyramid.source, z, untouched, centre, magnification)
    if z <= 0:
        return origin
    kind: Kind = "interpolated"
    prompts: tuple[str, ...] = ()
    if upscaler.generative:
        # Missing tiles are interpolated, so the image is mixed.
        kind = "generated" if pyramid.complete(*region) else "mixed"
        prompts = prompts_below(chain, region)
    return replace(
        origin,
        kind=kind,
        engine=upscaler.name,
        recipe_digest=chain.recipe.digest,
        prompt=prompts[-1] if prompts else "",
        recipe=chain.recipe.text,
        prompts=prompts if any(prompts) else (),
        medical=chain.medical and kind != "interpolated",
    )
