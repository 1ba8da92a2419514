"""The window in Chinese: no English words are left, and no text is cut."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from cozviewer.app import resource
from cozviewer.ui.actions import all_actions
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.ui.language import use_language
from cozviewer.ui.status.status_bar import ElidingLabel
from cozviewer.ui.widgets.theme import DARK, style_sheet
from cozviewer.util.translation import install
from tests.ui.conftest import Bench, settle, wheel
from tests.ui.test_accessibility import DIALOGS

NAMES = re.compile(
    r"(cozviewer|Real-ESRGAN|ESRGAN|Chain-of-Zoom|OpenVINO|OpenGL|Hugging Face|Qwen[\w.-]*|"
    r"Stable Diffusion|NVIDIA|Apple|Lanczos|Content Credentials|Kim|Jang|arXiv|MIT|"
    r"Ctrl|Shift|Alt|Backspace|Home|Space|Esc|Enter|PgUp|PgDown|Page Up|Page Down|Left|Right|Del|"
    r"Stripes|fake|Does it|ValueError: boom|localhost:11434|SwinIR|"
    r"JPEG|PNG|WebP|AVIF|TIFF|GIF|MP4|AV1|Deep Zoom|EXIF|GPS|RGB|sRGB|GPU|CPU|"
    r"DICOM|FITS|OpenEXR|Radiance|Asinh|Gamma|Ray|auto|local:2|"
    r"dandelion|English|ginger cat, long whiskers|Bilinear|realesrgan)",
    re.IGNORECASE,
)
"""What stays as it is: names of programs, models, formats and keys."""

ENGLISH = re.compile(r"[A-Za-z]{3,}(?:[ -][A-Za-z]{2,})+|[A-Za-z]{5,}")
"""An English word of five letters, or two words."""

PATTERNS = re.compile(r"\(&\w\)|\(\*[^)]*\)|\(\{patterns?\}\)|;;|\? 或 #")
"""Half-width punctuation that belongs: mnemonics, file patterns and parts of links."""

HALF_WIDTH = re.compile(r"[一-鿿][“”]? ?[,;:!?()]|[,;:!?(] ?[一-鿿]")
"""Half-width punctuation beside Chinese."""


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    """Make windows in Chinese."""
    before = QLocale()
    translators = use_language("zh_CN", resource("translations"), qapp)
    assert len(translators) == 2  # our own and Qt's
    for translator in translators:
        qapp.installTranslator(translator)
    yield
    install(None)
    for translator in translators:
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


def texts(root: QWidget) -> Iterator[str]:
    """Yield what a window shows, and its tool tips."""
    for widget in (root, *root.findChildren(QWidget)):
        yield widget.toolTip()
        yield widget.accessibleName()
        if widget.isWindow():
            yield widget.windowTitle()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(row) for row in range(widget.count()))
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QTabWidget):
            yield from (widget.tabText(place) for place in range(widget.count()))
        elif isinstance(widget, QListWidget):
            yield from (widget.item(row).text() for row in range(widget.count()))


def english(found: Iterator[str]) -> set[str]:
    """Return the texts with English words."""
    plain = (re.sub(r"<[^>]*>|[\w./~-]*[./][\w./-]+|\*\.\w+", " ", text) for text in found)
    return {text for text in plain if ENGLISH.search(NAMES.sub("", text))}


def half_width(found: Iterator[str]) -> set[str]:
    """Return the texts with half-width punctuation beside Chinese."""
    return {text for text in found if HALF_WIDTH.search(PATTERNS.sub("", text))}


def cut(root: QWidget) -> list[str]:
    """Return the texts of visible buttons and labels that are wider than their widgets."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton):
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        elides = isinstance(widget, ElidingLabel)
        if (
            widget.text()
            and not wraps
            and not elides
            and widget.width() < widget.sizeHint().width()
        ):
            found.append(f"{type(widget).__name__} {widget.text()!r}")
    return found


@pytest.mark.usefixtures("chinese")
def test_the_menus(viewer: Bench) -> None:
    menus = [action.menu() for action in viewer.window.menuBar().actions()]
    actions = [action for menu in menus if isinstance(menu, QMenu) for action in all_actions(menu)]
    assert len(actions) > 60
    found = (text for action in actions for text in (action.text(), action.toolTip()))
    assert english(found) == set()
    assert english(menu.title() for menu in menus if isinstance(menu, QMenu)) == set()


def test_punctuation_is_full_width() -> None:
    tree = ET.parse(resource("translations", "cozviewer_zh_CN.ts"))
    found = ("".join(each.itertext()) for each in tree.getroot().iter("translation"))
    assert half_width(found) == set()


@pytest.mark.usefixtures("chinese")
def test_the_window_with_all_panels(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    window.setStyleSheet(style_sheet(DARK))
    for key in (Qt.Key.Key_I, Qt.Key.Key_H):
        QTest.keyClick(window, key)
    wheel(window.panes.generated, QPoint(250, 300), 9)
    settle(qtbot, window)
    QTest.mouseMove(window.panes.generated, QPoint(200, 200))
    assert english(texts(window)) == set()
    assert half_width(texts(window)) == set()
    assert english(iter([window.readout.text])) == set()
    assert cut(window) == []


@pytest.mark.usefixtures("chinese")
def test_comparisons(viewer: Bench, qtbot: QtBot) -> None:
    window = viewer.window
    for mode in Mode:
        window.compare_menu.set_mode(mode)
        settle(qtbot, window)
        assert english(texts(window)) == set(), mode
        assert half_width(texts(window)) == set(), mode


@pytest.mark.usefixtures("chinese")
def test_every_dialog(viewer: Bench, qtbot: QtBot) -> None:
    for make in DIALOGS:
        dialog = make(viewer)
        dialog.setStyleSheet(style_sheet(DARK))
        dialog.show()
        qtbot.waitUntil(dialog.isVisible)
        try:
            assert english(texts(dialog)) == set(), make
            assert half_width(texts(dialog)) == set(), make
            assert cut(dialog) == [], make
        finally:
            if isinstance(dialog, ModelsDialog):
                dialog.shut_down()
            dialog.close()
            dialog.deleteLater()
