"""Colours that can be read, and controls that show whether they can be used."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from cozviewer.jobs.images import to_rgb8
from cozviewer.ui.widgets.theme import (
    DARK,
    LIGHT,
    Theme,
    apply_theme,
    shown_theme,
    style_sheet,
    theme_of,
)
from tests.ui.conftest import Bench


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def rgb_of(name: str) -> tuple[int, int, int]:
    """Return the channels of a colour, 0..255."""
    colour = QColor(name)
    return colour.red(), colour.green(), colour.blue()


def _luminance(name: str) -> float:
    channels = (value / 255 for value in rgb_of(name))
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else float(((c + 0.055) / 1.055) ** 2.4) for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("", "fill"),
        ("", "fill_hover"),
        ("", "trouble"),
        ("text", "window"),
        ("text", "bar"),
        ("text", "field"),
        ("text", "line"),
        ("text", "control"),
        ("text", "control_hover"),
        ("quiet", "window"),
        ("quiet", "bar"),
        ("quiet", "field"),
        ("accent", "window"),
        ("trouble_text", "window"),
    ],
)
def test_text_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text, "#ffffff"), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize(
    ("chosen", "system", "theme"),
    [
        ("dark", Qt.ColorScheme.Light, DARK),
        ("light", Qt.ColorScheme.Dark, LIGHT),
        ("system", Qt.ColorScheme.Light, LIGHT),
        ("system", Qt.ColorScheme.Dark, DARK),
        ("system", Qt.ColorScheme.Unknown, DARK),
        ("pink", Qt.ColorScheme.Light, LIGHT),
    ],
)
def test_the_system_decides_unless_a_theme_is_chosen(
    chosen: str, system: Qt.ColorScheme, theme: Theme
) -> None:
    assert theme_of(chosen, system) is theme


@pytest.fixture
def plain_application(qapp: QApplication) -> Iterator[QApplication]:
    """The application, which has its look back afterwards."""
    style, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)


def test_the_theme_changes_while_the_window_is_open(
    plain_application: QApplication, bench: Bench
) -> None:
    bar = bench.window.parts.bar
    action = bench.window.actions_by_name["fit"]
    for theme in (DARK, LIGHT, DARK):
        apply_theme(plain_application, theme)
        QApplication.processEvents()
        assert shown_theme() is theme
        shown = to_rgb8(bar.grab().toImage())
        assert tuple(shown[2, 2]) == rgb_of(theme.bar)
        icon = to_rgb8(_on_ground(action.icon().pixmap(QSize(20, 20), 2.0).toImage(), theme.bar))
        most = np.abs(icon.astype(int) - rgb_of(theme.bar)).max()
        assert most > 120  # light on dark, dark on light


def test_a_default_button_is_white_on_the_filled_blue(qtbot: QtBot) -> None:
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.setStyleSheet(style_sheet(DARK))
    button.setDefault(True)
    button.show()
    shown = to_rgb8(button.grab().toImage())
    assert tuple(shown[3, button.width() // 2]) == rgb_of(DARK.fill)


def test_the_icon_of_a_disabled_action_is_pale(
    plain_application: QApplication, bench: Bench
) -> None:
    apply_theme(plain_application, DARK)
    for name in ("in", "out", "fit", "one", "back", "forward"):
        icon = bench.window.actions_by_name[name].icon()
        for ratio in (1.0, 1.25, 1.5, 1.75, 2.0, 3.0):
            enabled, disabled = (
                _brightest(icon.pixmap(QSize(20, 20), ratio, mode).toImage())
                for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled)
            )
            assert disabled < 0.6 * enabled, name


def test_a_switch_that_is_on_and_disabled_is_not_filled(bench: Bench) -> None:
    window = bench.window
    window.setStyleSheet(style_sheet(DARK))
    action = window.actions_by_name["compare"]
    button = window.parts.bar.widgetForAction(action)
    action.setChecked(True)
    for enabled in (True, False):
        action.setEnabled(enabled)
        QApplication.processEvents()
        shown = to_rgb8(button.grab().toImage())
        filled = (shown == rgb_of(DARK.fill)).all(axis=-1)
        assert bool(filled.mean() > 0.3) is enabled


def _brightest(image: QImage) -> int:
    """Return the brightest value of an icon on a dark ground."""
    return int(np.max(to_rgb8(_on_ground(image, DARK.bar))))


def _on_ground(image: QImage, colour: str) -> QImage:
    ground = QImage(image.size(), QImage.Format.Format_RGB32)
    ground.fill(QColor(colour))
    painter = QPainter(ground)
    painter.drawImage(QRectF(ground.rect()), image)
    painter.end()
    return ground


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_focus_of_a_button_is_its_border_alone(
    plain_application: QApplication, qtbot: QtBot, theme: Theme
) -> None:
    apply_theme(plain_application, theme)
    button = QPushButton("     ")
    qtbot.addWidget(button)
    button.show()
    button.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    shown = to_rgb8(button.grab().toImage())
    assert (shown[0, 20:-20] == rgb_of(theme.focus)).all()
    assert (shown[4:-4, 8:-8] == rgb_of(theme.control)).all()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_button_of_a_narrow_menu_bar_is_seen(
    plain_application: QApplication, bench: Bench, qtbot: QtBot, theme: Theme
) -> None:
    apply_theme(plain_application, theme)
    bench.window.resize(400, 300)
    more = bench.window.menuBar().findChild(QToolButton, "qt_menubar_ext_button")
    assert more is not None
    qtbot.waitUntil(more.isVisible)
    shown = to_rgb8(more.grab().toImage())
    assert np.abs(shown.astype(int) - rgb_of(theme.line)).max() > 100
