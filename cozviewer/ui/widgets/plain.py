"""Widgets and texts without markup and with all characters visible.

Qt interprets a text that looks like HTML as rich text and loads its images from disk and network.
File names, metadata and server replies are untrusted, so every text of the window goes through
this module.
"""

from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from cozviewer.util.text import visible, visible_line


class Label(QLabel):
    """A label whose text is never interpreted as markup."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, with control and bidirectional characters made visible."""
        super().setText(visible(text))


def tool_tip(text: str) -> str:
    """Return a text for `setToolTip` that is shown literally."""
    shown = visible(text)
    return Qt.convertFromPlainText(shown) if Qt.mightBeRichText(shown) else shown


def menu_text(text: str) -> str:
    """Return a menu title that is shown literally: a single "&" would mark a mnemonic, and a tab
    would start the column of shortcuts."""
    return visible_line(text).replace("&", "&&")


def window_title(text: str) -> str:
    """Return a window title that is shown literally: "[*]" would mark unsaved changes."""
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
        parent: Its parent window.
        icon: The kind of message.
        title: Of the box.
        text: The message.
        buttons: Standard buttons; more can be added.
    """
    box = QMessageBox(icon, title, "", buttons, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(visible(text))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
