"""The dark and the light theme of the window; all its colours are defined here.

What surrounds the photo is the same neutral dark grey in both (`pyramid.compose.BACKGROUND`), and
so is what lies over the photo.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel


@dataclass(frozen=True)
class Theme:
    """The colours of the window. Text has a contrast of 4.5 to 1 at least (WCAG 2.1), except where
    it cannot be used.

    Attributes:
        name: "dark" or "light".
        window, bar, field: Grounds of windows, of bars and menus, and of what is edited.
        line: Borders, separators, and the ground of what is pointed at in a bar.
        control, control_hover, control_off: Grounds of buttons and lists.
        text, quiet: Of important and of other text.
        accent: Of thin elements: lines, handles, focus, progress, links.
        fill, fill_hover: Of surfaces under white text.
        unavailable: Of disabled text and icons; `off_on_line` on the ground `line`.
        trouble: Of surfaces under white text that tells of an error.
        trouble_text: Of such text in a dialog.
        panel: Ground of what floats over the photo.
        icons: The names of the icons in style sheets, "{}" stands for what they show.
    """

    name: str
    window: str
    bar: str
    field: str
    line: str
    control: str
    control_hover: str
    control_off: str
    text: str
    quiet: str
    accent: str
    fill: str
    fill_hover: str
    unavailable: str
    off_on_line: str
    trouble: str
    trouble_text: str
    panel: str
    icons: str


DARK = Theme(
    name="dark",
    window="#1f2024",
    bar="#26282d",
    field="#1f2024",
    line="#35373d",
    control="#35373d",
    control_hover="#44474f",
    control_off="#2b2d33",
    text="#e6e7ea",
    quiet="#a3a6ae",
    accent="#4c9be8",
    fill="#2270bd",
    fill_hover="#2b78c5",
    unavailable="#6b6e76",
    off_on_line="#8b8e96",
    trouble="#6b2f2f",
    trouble_text="#ff9d9d",
    panel="rgba(31, 32, 36, 235)",
    icons="{}",
)

LIGHT = Theme(
    name="light",
    window="#f4f5f7",
    bar="#e9ebee",
    field="#ffffff",
    line="#c8cbd1",
    control="#d9dce1",
    control_hover="#cbced5",
    control_off="#e6e8eb",
    text="#1c1e22",
    quiet="#545861",
    accent="#1f6dba",
    fill="#2270bd",
    fill_hover="#1b63aa",
    unavailable="#9599a1",
    off_on_line="#73767e",
    trouble="#8a3030",
    trouble_text="#b3231b",
    panel="rgba(244, 245, 247, 240)",
    icons="{}-light",
)

SYSTEM = "system"
"""Follows the system."""

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def theme_of(chosen: str, system: Qt.ColorScheme) -> Theme:
    """Return the theme that was chosen.

    Args:
        chosen: SYSTEM or a key of `THEMES`.
        system: What the system prefers; without a preference, the dark theme is used.
    """
    if chosen in THEMES:
        return THEMES[chosen]
    return LIGHT if system is Qt.ColorScheme.Light else DARK


def _image(name: str) -> str:
    """Return the path of an icon; style sheets have forward slashes on every system."""
    return Path(str(files("cozviewer.resources").joinpath("icons", f"{name}.svg"))).as_posix()


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    return f"""
QToolTip {{ background: {theme.bar}; color: {theme.text}; border: 1px solid {theme.line};
    padding: 4px; }}
QToolBar {{ background: {theme.bar}; border: none; border-bottom: 1px solid {theme.line};
    padding: 4px 8px; spacing: 2px; }}
QToolBar QToolButton {{ color: {theme.text}; padding: 5px 10px; border-radius: 5px; }}
QToolBar QToolButton:hover {{ background: {theme.line}; }}
QToolBar QToolButton:checked {{ background: {theme.fill}; color: #ffffff; }}
QToolBar QToolButton:disabled {{ color: {theme.unavailable}; }}
QToolBar QToolButton:checked:disabled {{ background: {theme.line}; color: {theme.off_on_line}; }}
QToolButton#qt_toolbar_ext_button {{ background: {theme.line}; border-radius: 4px; padding: 0px;
    qproperty-icon: url("{_image(theme.icons.format("more"))}"); }}
QToolBar::separator {{ background: {theme.line}; width: 1px; margin: 5px 6px; }}
QMenuBar {{ background: {theme.bar}; color: {theme.text}; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {theme.fill}; color: #ffffff; }}
QMenu {{ background: {theme.bar}; color: {theme.text}; border: 1px solid {theme.line};
    padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 4px; }}
QMenu::item:disabled {{ color: {theme.unavailable}; }}
QMenu::separator {{ background: {theme.line}; height: 1px; margin: 4px 8px; }}
QSplitter::handle {{ background: {theme.accent}; }}
#status-bar {{ background: {theme.bar}; border-top: 1px solid {theme.line}; }}
#status-bar QLabel {{ color: {theme.quiet}; }}
#status-bar #magnification {{ color: {theme.text}; font-weight: 600; }}
#status-bar #work {{ color: {theme.text}; }}
#status-bar QPushButton {{ padding: 2px 12px; }}
QProgressBar {{ background: {theme.line}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
#hint {{ background: rgba(0, 0, 0, 170); color: #f0f0f0; padding: 5px 10px; border-radius: 6px; }}
#banner {{ background: #2c4a33; border: 1px solid #3f6a49; border-radius: 8px; }}
#banner[trouble="true"] {{ background: {theme.trouble}; border-color: #934444; }}
#banner QLabel {{ color: #ffffff; }}
#banner QToolButton {{ color: #ffffff; border: none; padding: 2px 8px; }}
#card {{ background: {theme.bar}; border: 1px solid {theme.line}; border-radius: 6px; }}
QLabel[role="quiet"] {{ color: {theme.quiet}; }}
QLabel[role="trouble"] {{ color: {theme.trouble_text}; }}
#empty QLabel {{ color: {theme.quiet}; }}
#empty #headline {{ color: {theme.text}; font-size: 20px; font-weight: 600; }}
QPushButton {{ background: {theme.control}; color: {theme.text}; border: none; border-radius: 5px;
    padding: 6px 16px; }}
QPushButton:hover {{ background: {theme.control_hover}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton:default {{ background: {theme.fill}; color: #ffffff; }}
QPushButton:default:hover {{ background: {theme.fill_hover}; }}
QPushButton:disabled {{ background: {theme.control_off}; color: {theme.unavailable}; }}
QLineEdit, QPlainTextEdit {{ background: {theme.field}; color: {theme.text};
    border: 1px solid {theme.line}; border-radius: 4px; }}
QLineEdit {{ padding: 5px 8px; min-height: 18px; }}
QPlainTextEdit {{ padding: 2px 4px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {theme.accent}; }}
QSpinBox, QDoubleSpinBox {{ min-height: 28px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; background: {theme.field};
    border: 1px solid {theme.quiet}; border-radius: 3px; }}
QCheckBox::indicator:checked {{ background: {theme.fill}; border-color: {theme.accent};
    image: url("{_image("check")}"); }}
QCheckBox::indicator:disabled {{ border-color: {theme.line}; }}
QComboBox {{ background: {theme.control}; color: {theme.text}; border: none; border-radius: 4px;
    padding: 5px 9px; min-height: 18px; }}
QComboBox:hover {{ background: {theme.control_hover}; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url("{_image(theme.icons.format("chevron"))}");
    width: 11px; height: 11px; }}
QComboBox QAbstractItemView {{ background: {theme.bar}; color: {theme.text};
    border: 1px solid {theme.line};
    selection-background-color: {theme.fill}; }}
QListWidget#pages {{ background: {theme.bar}; border: none; border-right: 1px solid {theme.line};
    outline: none; padding: 8px; }}
QListWidget#pages::item {{ padding: 7px 14px; border-radius: 5px; }}
QListWidget#pages::item:selected {{ background: {theme.fill}; color: #ffffff; }}
QTabWidget::pane {{ background: {theme.window}; border: 1px solid {theme.line};
    border-radius: 4px; top: -1px; }}
QTabBar::tab {{ color: {theme.quiet}; padding: 7px 16px; border: none;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
QTabWidget QPlainTextEdit {{ border: none; padding: 8px; }}
QTreeView, QTableView {{ background: {theme.field}; border: 1px solid {theme.line};
    border-radius: 4px; }}
QTreeView::item {{ padding: 3px 4px; }}
QHeaderView::section {{ background: {theme.bar}; color: {theme.quiet}; border: none;
    padding: 5px 8px; }}
#sides::handle {{ background: {theme.line}; }}
#prompts QScrollArea, #prompts-page {{ background: {theme.bar}; }}
#prompts QLabel {{ color: {theme.quiet}; }}
#prompts #hint {{ background: {theme.control}; color: {theme.text}; }}
#prompts #level {{ color: {theme.text}; font-weight: 600; }}
#prompts QPushButton {{ padding: 4px 12px; }}
#prompts-title {{ background: {theme.bar}; border-bottom: 1px solid {theme.line}; }}
#prompts-title QLabel {{ color: {theme.text}; font-weight: 600; }}
#prompts-title QToolButton {{ color: {theme.quiet}; border: none; padding: 4px 8px; }}
#draft {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 8px; }}
#draft QLabel {{ color: {theme.text}; }}
"""


def quiet(label: QLabel) -> QLabel:
    """Give a label the colour of less important text, in every theme; return it."""
    label.setProperty("role", "quiet")
    return label


def apply_theme(application: QApplication, theme: Theme = DARK) -> None:
    """Apply style, palette and style sheet to the application."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, theme.window),
        (QPalette.ColorRole.Base, theme.field),
        (QPalette.ColorRole.AlternateBase, theme.bar),
        (QPalette.ColorRole.Button, theme.control),
        (QPalette.ColorRole.Mid, theme.line),
        (QPalette.ColorRole.WindowText, theme.text),
        (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.ButtonText, theme.text),
        (QPalette.ColorRole.PlaceholderText, theme.quiet),
        (QPalette.ColorRole.ToolTipBase, theme.bar),
        (QPalette.ColorRole.ToolTipText, theme.text),
        (QPalette.ColorRole.Highlight, theme.fill),
        (QPalette.ColorRole.HighlightedText, "#ffffff"),
        (QPalette.ColorRole.Accent, theme.accent),
        (QPalette.ColorRole.Link, theme.accent),
    ):
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.unavailable))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(theme))
