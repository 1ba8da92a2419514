"""What the Help menu shows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from cozviewer import __version__

KEYS = (
    ("Wheel, pinch, Ctrl + two fingers", "zoom at the pointer"),
    ("Drag, two fingers, arrow keys", "move"),
    ("Double-click", "zoom in 2× (Alt or Shift: out)"),
    ("+, -", "zoom in, out"),
    ("0, Home", "whole picture"),
    ("1", "1:1, one source pixel per screen pixel"),
    ("Backspace", "previous view"),
    ("C", "compare (menu Compare: how, and with what)"),
    ("O, T", "colour by where it comes from, by how far it stays true"),
    ("B", "hold to see the other picture in a blink comparison"),
    ("R", "refine this view (after a stop)"),
    ("Esc", "stop work; leave full screen"),
    ("P", "prompts: what each level was told"),
    ("M", "map"),
    ("F11", "full screen"),
    ("Ctrl+O, Ctrl+S, F5", "open, export, reload"),
    ("Ctrl+D, Ctrl+Shift+S", "add a bookmark, save the session"),
)

ABOUT = f"""<h3>cozviewer {__version__}</h3>
<p>Scroll into a photo without end.</p>
<p>Where the pixels run out, each zoom runs one step of Chain-of-Zoom
(Kim, Jang, Ye; arXiv 2505.18600) on what is visible.</p>
<p><b>What you see beyond ×1 is not evidence.</b> The line under the picture always says what is
source and what is generated.</p>
<p>MIT licence. The embedded engine is Real-ESRGAN x4plus (Xintao Wang et al., BSD-3-Clause).</p>"""


def show_keys(parent: QWidget) -> None:
    """Show mouse and keys."""
    rows = "".join(
        f"<tr><td style='padding:3px 24px 3px 0'><b>{keys}</b></td>"
        f"<td style='padding:3px 0'>{what}</td></tr>"
        for keys, what in KEYS
    )
    _show(parent, "Mouse and keys", f"<table>{rows}</table>")


def show_about(parent: QWidget) -> None:
    """Show what this program is."""
    _show(parent, "About cozviewer", ABOUT)


def _show(parent: QWidget, title: str, text: str) -> None:
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(text)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
