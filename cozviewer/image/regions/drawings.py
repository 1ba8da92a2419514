"""SVG at any zoom, drawn by resvg, which knows no scripts; links to files and servers are taken
out first."""

import io
import tempfile
from xml.etree import ElementTree

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.readers.opened import checked_page
from cozviewer.image.readers.svg import read_svg
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
_SVG = "{http://www.w3.org/2000/svg}"


def open_regions(request: Request) -> OpenedRegions:
    """Read a drawing, and the size that it is to be drawn at."""
    checked_page(request.page, 1)
    root, (across, down) = read_svg(request.path)
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
            return on_background(np.asarray(image.convert("RGBA")))

    return OpenedRegions(
        sizes,
        DrawnBlocks(sizes, draw).read,
        block=512,
        needed=1 << 30,
        notes=(("vector", {}),),
    )
