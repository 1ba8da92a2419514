"""The dark and the light theme of the window; all its colours are defined here.

What surrounds the photo is the same neutral dark grey in both (`pyramid.compose.BACKGROUND`), and
so is what lies over the photo.
"""

from dataclasses import asdict, dataclass
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
        focus: Of the line around what has the keyboard focus: 3 to 1 on `fill` as well.
        fill, fill_hover: Of surfaces under white text.
        unavailable: Of disabled text and icons; `off_on_line` on the ground `line`.
        trouble: Of surfaces under white text about an error.
        trouble_text: Of such text in a dialog.
        good_text: Of text about success.
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
    focus: str
    fill: str
    fill_hover: str
    unavailable: str
    off_on_line: str
    trouble: str
    trouble_text: str
    good_text: str
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
    focus="#b7d6f5",
    fill="#2270bd",
    fill_hover="#2b78c5",
    unavailable="#6b6e76",
    off_on_line="#8b8e96",
    trouble="#6b2f2f",
    trouble_text="#ff9d9d",
    good_text="#8fd19e",
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
    focus="#081c30",
    fill="#2270bd",
    fill_hover="#1b63aa",
    unavailable="#9599a1",
    off_on_line="#73767e",
    trouble="#8a3030",
    trouble_text="#b3231b",
    good_text="#1c6b33",
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


def shown_theme() -> Theme:
    """Return the theme that the application has now, for custom painting. GUI thread."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return LIGHT if window.lightness() > 127 else DARK


def _image(name: str) -> str:
    """Return the path of an icon; style sheets have forward slashes on every system."""
    return Path(str(files("cozviewer.resources").joinpath("icons", f"{name}.svg"))).as_posix()


_STYLE = """
QToolTip {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QToolBar {{ background: {BAR}; border: none; border-bottom: 1px solid {LINE};
    padding: 4px 8px; spacing: 2px; }}
QToolBar QToolButton {{ color: {TEXT}; padding: 5px 10px; border-radius: 5px; }}
QToolBar QToolButton:hover {{ background: {LINE}; }}
QToolBar QToolButton:checked {{ background: {FILL}; color: #ffffff; }}
QToolBar QToolButton:disabled {{ color: {UNAVAILABLE}; }}
QToolBar QToolButton:checked:disabled {{ background: {LINE}; color: {OFF_ON_LINE}; }}
QToolButton#qt_toolbar_ext_button {{ background: {LINE}; border-radius: 4px; padding: 0px;
    qproperty-icon: url("{MORE}"); }}
QToolBar::separator {{ background: {LINE}; width: 1px; margin: 5px 6px; }}
QMenuBar {{ background: {BAR}; color: {TEXT}; }}
QToolButton#qt_menubar_ext_button {{ background: {LINE}; border: none; border-radius: 4px;
    padding: 0px; qproperty-icon: url("{MORE}"); }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {FILL}; color: #ffffff; }}
QMenu {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 4px; }}
QMenu::item:disabled {{ color: {UNAVAILABLE}; }}
QMenu::icon:checked {{ background: {FILL}; border: 1px solid {ACCENT}; border-radius: 4px; }}
QMenu::separator {{ background: {LINE}; height: 1px; margin: 4px 8px; }}
QSplitter::handle {{ background: {ACCENT}; }}
#status-bar {{ background: {BAR}; border-top: 1px solid {LINE}; }}
#status-bar QLabel {{ color: {QUIET}; }}
#status-bar #magnification {{ background: transparent; color: {TEXT}; font-weight: 600;
    border: 1px solid transparent; border-radius: 4px; padding: 2px 4px; min-height: 18px; }}
#status-bar #magnification:hover {{ background: {LINE}; }}
#status-bar #magnification:focus {{ background: {WINDOW}; border-color: {ACCENT}; }}
#status-bar #work {{ color: {TEXT}; }}
#status-bar QPushButton {{ padding: 1px 11px; }}
QProgressBar {{ background: {LINE}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}
#hint {{ background: rgba(0, 0, 0, 170); color: #f0f0f0; padding: 5px 10px; border-radius: 6px; }}
#banner {{ background: #2c4a33; border: 1px solid #3f6a49; border-radius: 8px; }}
#banner[trouble="true"] {{ background: {TROUBLE}; border-color: #934444; }}
#banner QLabel {{ color: #ffffff; }}
#banner QToolButton {{ color: #ffffff; border: none; padding: 2px 8px; }}
#banner QPushButton {{ background: rgba(255, 255, 255, 38); color: #ffffff; padding: 4px 14px; }}
#banner QPushButton:hover {{ background: rgba(255, 255, 255, 64); }}
#card {{ background: {BAR}; border: 1px solid {LINE}; border-radius: 6px; }}
QLabel[role="quiet"] {{ color: {QUIET}; }}
#caution {{ background: #5a4410; color: #ffe9b8; padding: 4px 14px; font-weight: 600; }}
QLabel[role="trouble"] {{ color: {TROUBLE_TEXT}; }}
#empty QLabel {{ color: {QUIET}; }}
#empty #headline {{ color: {TEXT}; font-size: 20px; font-weight: 600; }}
#recent-title {{ font-weight: 600; padding-bottom: 4px; }}
QPushButton {{ background: {CONTROL}; color: {TEXT}; border: 1px solid transparent;
    border-radius: 5px; padding: 5px 15px; }}
QPushButton:hover {{ background: {CONTROL_HOVER}; }}
QPushButton#recent-file {{ background: transparent; color: {QUIET}; padding: 4px 12px; }}
QPushButton#recent-file:hover, QPushButton#recent-file:focus {{ background: {LINE};
    color: {TEXT}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton:default {{ background: {FILL}; color: #ffffff; }}
QPushButton:default:hover {{ background: {FILL_HOVER}; }}
QPushButton, QCheckBox, QRadioButton, QComboBox {{ outline: none; }}
QPushButton:focus {{ border-color: {FOCUS}; }}
QPushButton:disabled {{ background: {CONTROL_OFF}; color: {UNAVAILABLE}; }}
QLineEdit, QPlainTextEdit {{ background: {FIELD}; color: {TEXT};
    border: 1px solid {LINE}; border-radius: 4px; }}
QLineEdit {{ padding: 5px 8px; min-height: 18px; }}
QPlainTextEdit {{ padding: 2px 4px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {ACCENT}; }}
QSpinBox, QDoubleSpinBox {{ min-height: 28px; }}
QCheckBox {{ spacing: 8px; border: 1px solid transparent; border-radius: 4px;
    padding: 1px 3px 1px 0px; }}
QCheckBox:focus {{ border-color: {FOCUS}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; background: {FIELD};
    border: 1px solid {QUIET}; border-radius: 3px; }}
QCheckBox::indicator:checked {{ background: {FILL}; border-color: {ACCENT};
    image: url("{CHECK}"); }}
QCheckBox::indicator:disabled {{ border-color: {LINE}; }}
QRadioButton {{ spacing: 8px; border: 1px solid transparent; border-radius: 4px;
    padding: 1px 3px 1px 0px; }}
QRadioButton:focus {{ border-color: {FOCUS}; }}
QRadioButton::indicator {{ width: 13px; height: 13px; background: {FIELD};
    border: 1px solid {QUIET}; border-radius: 7px; }}
QRadioButton::indicator:checked {{ border: 4px solid {FILL}; width: 7px; height: 7px;
    background: #ffffff; }}
QRadioButton::indicator:disabled {{ border-color: {LINE}; }}
#upscale-mark {{ color: {QUIET}; border: none; padding: 0px 14px; }}
#upscale-mark:hover {{ color: {TEXT}; background: {LINE}; }}
QComboBox {{ background: {CONTROL}; color: {TEXT}; border: 1px solid transparent;
    border-radius: 4px; padding: 4px 8px; min-height: 18px; }}
QComboBox:focus {{ border-color: {FOCUS}; }}
QComboBox:hover {{ background: {CONTROL_HOVER}; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url("{CHEVRON}"); width: 11px; height: 11px; }}
QComboBox QAbstractItemView {{ background: {BAR}; color: {TEXT}; border: 1px solid {LINE};
    selection-background-color: {FILL}; }}
QListWidget#pages {{ background: {BAR}; border: none; border-right: 1px solid {LINE};
    outline: none; padding: 8px; }}
QListWidget#pages::item {{ padding: 7px 14px; border-radius: 5px; }}
QListWidget#pages::item:selected {{ background: {FILL}; color: #ffffff; }}
QTabWidget::pane {{ background: {WINDOW}; border: 1px solid {LINE};
    border-radius: 4px; top: -1px; }}
QTabBar::tab {{ color: {QUIET}; padding: 7px 16px; border: none;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {TEXT}; border-bottom-color: {ACCENT}; }}
QTabWidget QPlainTextEdit {{ border: none; padding: 8px; }}
QTreeView, QTableView {{ background: {FIELD}; border: 1px solid {LINE};
    border-radius: 4px; }}
QTreeView::item {{ padding: 3px 4px; }}
QHeaderView::section {{ background: {BAR}; color: {QUIET}; border: none;
    padding: 5px 8px; }}
#sides::handle {{ background: {LINE}; }}
#prompts QScrollArea, #prompts-page {{ background: {BAR}; }}
#prompts QLabel {{ color: {QUIET}; }}
#prompts #hint {{ background: {CONTROL}; color: {TEXT}; }}
#prompts #level {{ color: {TEXT}; font-weight: 600; }}
#prompts QPushButton {{ padding: 3px 11px; }}
#side-title {{ background: {BAR}; border-bottom: 1px solid {LINE}; }}
#side-title QLabel {{ color: {TEXT}; font-weight: 600; }}
#side-title QToolButton {{ color: {QUIET}; border: 1px solid transparent; border-radius: 4px;
    padding: 3px 7px; }}
#side-title QToolButton:hover {{ background: {LINE}; color: {TEXT}; }}
#side-title QToolButton:focus {{ border-color: {FOCUS}; }}
#info, #info QScrollArea, #info-page, #histogram {{ background: {BAR}; }}
#info QLabel, #histogram QLabel {{ color: {QUIET}; }}
#info #heading {{ color: {TEXT}; font-weight: 600; padding-bottom: 3px; }}
#info QLineEdit {{ background: transparent; border: none; padding: 0px; min-height: 16px;
    selection-background-color: {FILL}; }}
#info QPushButton {{ padding: 2px 11px; }}
#tone, #tone QScrollArea, #tone-page {{ background: {BAR}; }}
#tone QLabel {{ color: {QUIET}; }}
#tone QPushButton {{ padding: 3px 11px; }}
#tone QLineEdit {{ padding: 3px 6px; }}
#tone QComboBox {{ padding: 3px 6px; }}
#tone QComboBox::drop-down {{ width: 20px; }}
#info QScrollArea {{ border: 1px solid transparent; }}
#info QScrollArea:focus {{ border-color: {FOCUS}; }}
#draft {{ background: {PANEL}; border: 1px solid {LINE}; border-radius: 8px; }}
#draft QLabel {{ color: {TEXT}; }}
#compare-bar {{ background: rgba(31, 32, 36, 215); border: 1px solid rgba(255, 255, 255, 40);
    border-radius: 8px; }}
#compare-bar QToolButton {{ color: #e6e7ea; border: none; border-radius: 5px; padding: 4px 5px; }}
#compare-bar QToolButton:hover {{ background: rgba(255, 255, 255, 45); }}
#compare-bar QToolButton:focus {{ border: 1px solid #b7d6f5; padding: 3px 4px; }}
#compare-bar QToolButton:checked {{ background: {FILL}; color: #ffffff; }}
#compare-line {{ background: rgba(255, 255, 255, 50); }}
"""
"""The names in braces are the fields of a theme and icons."""


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    colours = {name.upper(): value for name, value in asdict(theme).items()}
    icons = {name.upper(): _image(theme.icons.format(name)) for name in ("chevron", "more")}
    return _STYLE.format(**colours, **icons, CHECK=_image("check"))


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
