"""Draws the icon of the program in the formats of Windows and macOS, beside the recipe."""

import subprocess
from pathlib import Path

_DRAW = """
import sys
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PIL import Image
import io
application = QGuiApplication(["icons", "-platform", "offscreen"])
image = QImage(1024, 1024, QImage.Format.Format_ARGB32_Premultiplied)
image.fill(0)
painter = QPainter(image)
QSvgRenderer(sys.argv[1]).render(painter)
painter.end()
buffer = QBuffer()
buffer.open(QBuffer.OpenModeFlag.WriteOnly)
image.save(buffer, "PNG")
drawn = Image.open(io.BytesIO(bytes(buffer.data())))
drawn.save(sys.argv[2] + ".ico", sizes=[(side, side) for side in (16, 24, 32, 48, 64, 128, 256)])
drawn.save(sys.argv[2] + ".icns")
"""


def make_icons(svg: Path, folder: Path, python: Path) -> None:
    """Write cozviewer.ico and cozviewer.icns into a folder, with the PySide6 of `python`."""
    subprocess.run([str(python), "-c", _DRAW, str(svg), str(folder / "cozviewer")], check=True)
