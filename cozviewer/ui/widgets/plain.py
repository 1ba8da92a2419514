"""Widgets and texts that show what they are given as it is: no markup, nothing hidden.

Qt takes a text that looks like HTML for rich text, and loads pictures for it from disk and network.
Names of files, metadata and what servers answer come from anywhere, so every text of the window
goes through here.
"""

from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from cozviewer.util.text import visible, visible_line


class Label(QLabel):
    """A label whose text is never markup."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, control and bidirectional characters as signs."""
        super().setText(visible(text))


def tool_tip(text: str) -> str:
    """Return what `setToolTip` takes to show a text as it is."""
    shown = visible(text)
    return Qt.convertFromPlainText(shown) if Qt.mightBeRichText(shown) else shown


def menu_text(text: str) -> str:
    """Return what a menu takes to show a text as it is: a single "&" would mark a key, and a tab
    would begin the column of keys."""
    return visible_line(text).replace("&", "&&")


def window_title(text: str) -> str:
    """Return what a window takes to show a text as its title: "[*]" would mark changes."""
    return visible_line(text).replace("[*]", "[*][*]")


def message_box(
    parent: QWidget | None,
    icon: QMessageBox.Icon,
    title: str,
    text: str,
    buttons: QMessageBox.StandardButton,
) -> QMessageBox:
    """Return a message box that deletes itself when closed; its texts are never markup.

    Args:
        parent: The window that it belongs to.
        icon: What kind of message it is.
        title: Of the box.
        text: The message.
        buttons: Those of Qt's own; more can be added.
    """
    box = QMessageBox(icon, title, "", buttons, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(visible(text))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
