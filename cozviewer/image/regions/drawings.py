"""SVG at any zoom, drawn by resvg, which runs no scripts; links to files and servers are taken
out first."""

import gzip
import io
import re
import tempfile
from xml.etree import ElementTree

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.readers.opened import checked_page
from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import (
    DrawnBlocks,
    OpenedRegions,
    Request,
    halving_sizes,
    on_background,
)
from cozviewer.image.regions.pdf_pages import LONG_SIDE

_LAST_SIDE = 512
_MOST_BYTES = 1 << 26
_UNITS = {
    **{"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0},
    **{"mm": 96 / 25.4, "cm": 96 / 2.54, "q": 96 / 101.6, "em": 16.0, "ex": 8.0},
}
_LENGTH = re.compile(r"\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*([a-zA-Z%]*)\s*")


def open_regions(request: Request) -> OpenedRegions:
    """Read a drawing, and the size that it is to be drawn at."""
    checked_page(request.page, 1)
    root, (across, down) = _read_svg(request.path)
    scale = LONG_SIDE / max(across, down)
    width, height = (max(1, round(side * scale)) for side in (across, down))
    sizes = halving_sizes(width, height, _LAST_SIDE)
    # The drawing lies in an outer one, of which the viewBox is the region (SVG 2, 8.2). It is not
    # clipped to its own size, for which resvg would draw far more than the region.
    style = root.get("style", "").strip("; \t\n")
    root.set("style", f"{style};overflow:visible" if style else "overflow:visible")
    for name in ("x", "y"):
        root.attrib.pop(name, None)
    root.set("width", repr(across))
    root.set("height", repr(down))
    inner = ElementTree.tostring(root, encoding="unicode")
    has_text = any(element.tag.rpartition("}")[2] == "text" for element in root.iter())

    def draw(level: int, region: Rect) -> NDArray[np.uint8]:
        level_width, level_height = sizes[level]
        dx, dy = across / level_width, down / level_height
        box = f"{region.x * dx!r} {region.y * dy!r} {region.width * dx!r} {region.height * dy!r}"
        outer = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{region.width}" '
            f'height="{region.height}" viewBox="{box}" preserveAspectRatio="none">{inner}</svg>'
        )
        with tempfile.TemporaryDirectory() as nothing:
            drawn = resvg_py.svg_to_bytes(
                svg_string=outer,
                width=region.width,
                height=region.height,
                dpi=96.0,
                resources_dir=nothing,
                skip_system_fonts=not has_text,
            )
        with Image.open(io.BytesIO(bytes(drawn)), formats=["PNG"]) as image:
            return np.array(image.convert("RGBA"))

    blocks = DrawnBlocks(sizes, draw, channels=4)
    last = len(sizes) - 1
    has_alpha = int(blocks.read(last, Rect(0, 0, *sizes[last]))[..., 3].min()) < 255

    def read(level: int, region: Rect) -> NDArray[np.uint8]:
        rgba = blocks.read(level, region)
        return rgba if has_alpha else on_background(rgba)

    return OpenedRegions(
        sizes,
        read,
        block=512,
        needed=1 << 30,
        notes=(("vector", {}),),
        alpha=has_alpha,
    )


def _read_svg(path: str) -> tuple[ElementTree.Element, tuple[float, float]]:
    """Return the root of a drawing, packed or not, without links to other files and servers, and
    its (width, height) in CSS pixels.

    Raises:
        ValueError, ElementTree.ParseError: It is not one.
    """
    with open(path, "rb") as file:
        content = file.read(_MOST_BYTES)
    if content[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            content = packed.read(_MOST_BYTES)
    root = ElementTree.fromstring(content)
    if root.tag.rpartition("}")[2] != "svg":
        raise ValueError("no svg element")
    _without_links(root)
    return root, _size(root)


def _without_links(root: ElementTree.Element) -> None:
    for element in root.iter():
        for name in list(element.attrib):
            if name.rpartition("}")[2] != "href":
                continue
            if not element.attrib[name].lstrip().startswith(("#", "data:")):
                del element.attrib[name]


def _size(root: ElementTree.Element) -> tuple[float, float]:
    """Return (width, height) in CSS pixels, of which the ratio counts here (SVG 2, 8.2)."""
    box = [float(number) for number in re.findall(r"[-+.\deE]+", root.get("viewBox", ""))]
    across = _length(root.get("width"), box[2] if len(box) == 4 else None)
    down = _length(root.get("height"), box[3] if len(box) == 4 else None)
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        if across is None and down is None:
            across, down = box[2], box[3]
        elif across is None and down is not None:
            across = down * box[2] / box[3]
        elif down is None and across is not None:
            down = across * box[3] / box[2]
    across, down = across or 100.0, down or 100.0
    if not (0 < across < 1e9 and 0 < down < 1e9 and 1e-4 < across / down < 1e4):
        raise ValueError("size out of range")
    return across, down


def _length(text: str | None, whole: float | None) -> float | None:
    found = _LENGTH.fullmatch(text or "")
    if found is None:
        return None
    if found[2] == "%":
        return None if whole is None else whole * float(found[1]) / 100
    return float(found[1]) * _UNITS.get(found[2].lower(), 1.0)
