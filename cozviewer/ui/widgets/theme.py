"""The dark theme of the window; all its colours are defined here."""

from importlib.resources import files
from pathlib import Path

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

WINDOW = "#1f2024"
BAR = "#26282d"
LINE = "#35373d"
TEXT = "#e6e7ea"
QUIET = "#a3a6ae"
ACCENT = "#4c9be8"
"""Of thin elements on a dark background: lines, handles, focus, progress."""
FILL = "#2270bd"
"""Of surfaces under white text: a contrast of 5.1 to 1; WCAG 2.1 requires 4.5."""
UNAVAILABLE = "#6b6e76"
"""Of disabled text and icons."""
TROUBLE = "#6b2f2f"

_ICONS = files("cozviewer.resources").joinpath("icons")
CHEVRON, CHECK, MORE = (
    Path(str(_ICONS.joinpath(f"{name}.svg"))).as_posix() for name in ("chevron", "check", "more")
)
"""Style sheets name images by path, with forward slashes on every system."""

STYLE = f"""
QToolTip {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QToolBar {{ background: {BAR}; border: none; border-bottom: 1px solid {LINE};
    padding: 4px 8px; spacing: 2px; }}
QToolBar QToolButton {{ color: {TEXT}; padding: 5px 10px; border-radius: 5px; }}
QToolBar QToolButton:hover {{ background: {LINE}; }}
QToolBar QToolButton:checked {{ background: {FILL}; color: #ffffff; }}
QToolBar QToolButton:disabled {{ color: {UNAVAILABLE}; }}
QToolBar QToolButton:checked:disabled {{ background: {LINE}; color: #8b8e96; }}
QToolButton#qt_toolbar_ext_button {{ background: {LINE}; border-radius: 4px; padding: 0px;
    qproperty-icon: url("{MORE}"); }}
QToolBar::separator {{ background: {LINE}; width: 1px; margin: 5px 6px; }}
QMenuBar {{ background: {BAR}; color: {TEXT}; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {FILL}; color: #ffffff; }}
QMenu {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 4px; }}
QMenu::item:disabled {{ color: {UNAVAILABLE}; }}
QMenu::separator {{ background: {LINE}; height: 1px; margin: 4px 8px; }}
QSplitter::handle {{ background: {ACCENT}; }}
#status-bar {{ background: {BAR}; border-top: 1px solid {LINE}; }}
#status-bar QLabel {{ color: {QUIET}; }}
#status-bar #magnification {{ background: transparent; color: {TEXT}; font-weight: 600;
    border: 1px solid transparent; border-radius: 4px; padding: 2px 4px; min-height: 18px; }}
#status-bar #magnification:hover {{ background: {LINE}; }}
#status-bar #magnification:focus {{ background: {WINDOW}; border-color: {ACCENT}; }}
#status-bar #work {{ color: {TEXT}; }}
#status-bar QPushButton {{ padding: 2px 12px; }}
QProgressBar {{ background: {LINE}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}
#hint {{ background: rgba(0, 0, 0, 170); color: #f0f0f0; padding: 5px 10px; border-radius: 6px; }}
#banner {{ background: #2c4a33; border: 1px solid #3f6a49; border-radius: 8px; }}
#banner[trouble="true"] {{ background: {TROUBLE}; border-color: #934444; }}
#banner QLabel {{ color: #ffffff; }}
#banner QToolButton {{ color: #ffffff; border: none; padding: 2px 8px; }}
#card {{ background: {BAR}; border: 1px solid {LINE}; border-radius: 6px; }}
#empty QLabel {{ color: {QUIET}; }}
#empty #headline {{ color: {TEXT}; font-size: 20px; font-weight: 600; }}
QPushButton {{ background: {LINE}; color: {TEXT}; border: none; border-radius: 5px;
    padding: 6px 16px; }}
QPushButton:hover {{ background: #44474f; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton:default {{ background: {FILL}; color: #ffffff; }}
QPushButton:default:hover {{ background: #2b78c5; }}
QPushButton:disabled {{ background: #2b2d33; color: {UNAVAILABLE}; }}
QLineEdit, QPlainTextEdit {{ background: {WINDOW}; color: {TEXT}; border: 1px solid {LINE};
    border-radius: 4px; }}
QLineEdit {{ padding: 5px 8px; min-height: 18px; }}
QPlainTextEdit {{ padding: 2px 4px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {ACCENT}; }}
QSpinBox, QDoubleSpinBox {{ min-height: 28px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; background: {WINDOW};
    border: 1px solid {QUIET}; border-radius: 3px; }}
QCheckBox::indicator:checked {{ background: {FILL}; border-color: {ACCENT};
    image: url("{CHECK}"); }}
QCheckBox::indicator:disabled {{ border-color: {LINE}; }}
QComboBox {{ background: {LINE}; color: {TEXT}; border: none; border-radius: 4px;
    padding: 5px 9px; min-height: 18px; }}
QComboBox:hover {{ background: #44474f; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url("{CHEVRON}"); width: 11px; height: 11px; }}
QComboBox QAbstractItemView {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE};
    selection-background-color: {FILL}; }}
#sides::handle {{ background: {LINE}; }}
#prompts QScrollArea, #prompts-page {{ background: {BAR}; }}
#prompts QLabel {{ color: {QUIET}; }}
#prompts #level {{ color: {TEXT}; font-weight: 600; }}
#prompts QPushButton {{ padding: 4px 12px; }}
#prompts-title {{ background: {BAR}; border-bottom: 1px solid {LINE}; }}
#prompts-title QLabel {{ color: {TEXT}; font-weight: 600; }}
#prompts-title QToolButton {{ color: {QUIET}; border: none; padding: 4px 8px; }}
#draft {{ background: rgba(31, 32, 36, 235); border: 1px solid {LINE}; border-radius: 8px; }}
#draft QLabel {{ color: {TEXT}; }}
"""


def apply_theme(application: QApplication) -> None:
    """Apply style, palette and style sheet to the application."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, WINDOW),
        (QPalette.ColorRole.Base, WINDOW),
        (QPalette.ColorRole.AlternateBase, BAR),
        (QPalette.ColorRole.Button, LINE),
        (QPalette.ColorRole.WindowText, TEXT),
        (QPalette.ColorRole.Text, TEXT),
        (QPalette.ColorRole.ButtonText, TEXT),
        (QPalette.ColorRole.PlaceholderText, QUIET),
        (QPalette.ColorRole.Highlight, FILL),
        (QPalette.ColorRole.HighlightedText, "#ffffff"),
        (QPalette.ColorRole.Link, ACCENT),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    application.setStyleSheet(STYLE)
