"""Colours that can be read, and controls that show whether they can be used."""

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from cozviewer.jobs.images import to_rgb8
from cozviewer.ui.widgets import theme
from cozviewer.ui.widgets.theme import STYLE
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


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("#ffffff", theme.FILL),
        ("#ffffff", theme.TROUBLE),
        (theme.TEXT, theme.WINDOW),
        (theme.TEXT, theme.BAR),
        (theme.TEXT, theme.LINE),
        (theme.QUIET, theme.BAR),
    ],
)
def test_text_can_be_read(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_a_default_button_is_white_on_the_filled_blue(qtbot: QtBot) -> None:
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.setStyleSheet(STYLE)
    button.setDefault(True)
    button.show()
    shown = to_rgb8(button.grab().toImage())
    assert tuple(shown[3, button.width() // 2]) == rgb_of(theme.FILL)


def test_the_icon_of_a_disabled_action_is_pale(bench: Bench) -> None:
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
    window.setStyleSheet(STYLE)
    action = window.actions_by_name["prompts"]
    button = window.parts.bar.widgetForAction(action)
    action.setChecked(True)
    for enabled in (True, False):
        action.setEnabled(enabled)
        QApplication.processEvents()
        shown = to_rgb8(button.grab().toImage())
        filled = (shown == rgb_of(theme.FILL)).all(axis=-1)
        assert bool(filled.mean() > 0.3) is enabled


def _brightest(image: QImage) -> int:
    """Return the brightest value of an icon on a dark ground."""
    ground = QImage(image.size(), QImage.Format.Format_RGB32)
    ground.fill(QColor(theme.BAR))
    painter = QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
    return int(np.max(to_rgb8(ground)))
