"""Looks at windows as assistive technology does: what has a name, and where the Tab key leads.

Import `nameless` and `tab_order` to check another window:

    assert nameless(dialog) == []
    assert unreached(qtbot, dialog) == []

No information is given by colour alone:

- The histogram's channels: text below the plot gives the share of each at the pointer, and what
  is clipped; assistive technology reads that as the description of the plot.
- The provenance overlay: each colour is named in the legend, borrowed texture is dotted, what is
  enlarged is striped; status bar and Info panel say the same of the pointer and of the view.
- The deviation map, from green to red: the status bar tells how far the place under the pointer
  deviates.
- Swatches in the Info panel and the status bar: the text beside each names what it stands for.
- Banners and errors: the sentence says what went wrong.
- Progress: a percentage or a count stands beside the bar.
- Checked buttons of the tool bar: their menu entries have check marks, and their panels are seen.
- Focus: a line appears around the control.
"""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QScrollBar,
    QSizeGrip,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
)

MOST_STOPS = 300
"""Presses of Tab after which a walk that does not come round has failed."""


def controls(root: QWidget) -> list[QWidget]:
    """Return the visible controls of a window, without the parts of other controls."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible() and widget.window() is root and _is_control(widget)
    ]


def _is_control(widget: QWidget) -> bool:
    inner = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit)
    if inner or isinstance(widget, QHeaderView | QScrollBar | QSizeGrip):
        return False
    if widget.objectName().startswith("qt_"):
        return False
    return isinstance(widget, CONTROLS) or _takes_tab(widget)


def _takes_tab(widget: QWidget) -> bool:
    takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(takes) and widget.focusProxy() is None and widget.isEnabled()


def name_of(widget: QWidget) -> str:
    """Return the name of a control: its own text, or that of a label that belongs to it."""
    name = widget.accessibleName()
    if not name and isinstance(widget, QAbstractButton):
        name = widget.text().replace("&", "")
    if not name:
        labels = widget.window().findChildren(QLabel)
        name = " ".join(label.text() for label in labels if label.buddy() is widget)
    return name if re.search(r"\w", name) else ""


def nameless(root: QWidget) -> list[str]:
    """Return descriptions of the visible controls that have no name."""
    found = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        spoken = "" if interface is None else interface.text(QAccessible.Text.Name)
        if not name_of(widget) or not spoken:
            found.append(describe(widget))
    return found


def describe(widget: QWidget) -> str:
    """Return what a control is and where, for a message."""
    parents = []
    parent = widget.parentWidget()
    while parent is not None:
        parents.append(type(parent).__name__)
        parent = parent.parentWidget()
    text = widget.text() if isinstance(widget, QAbstractButton | QLineEdit) else ""
    return f"{type(widget).__name__} {widget.objectName()!r} {text!r} in {' < '.join(parents)}"


def tab_order(qtbot: QtBot, root: QWidget) -> list[QWidget]:
    """Return the widgets that Tab leads to, in order, by pressing it until it comes round."""
    root.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is root)
    start = next(widget for widget in controls(root) if _takes_tab(widget))
    start.setFocus()
    order: list[QWidget] = []
    for _ in range(MOST_STOPS):
        focused = root.focusWidget()
        if focused is None or focused in order:
            return order
        order.append(focused)
        # An editor in which Tab is a character is left with Ctrl+Tab.
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        if root.focusWidget() is focused:
            QTest.keyClick(focused, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    raise AssertionError("Tab does not come round")


def unreached(qtbot: QtBot, root: QWidget) -> list[str]:
    """Return descriptions of what Tab does not reach but should, or reaches but cannot be seen."""
    order = tab_order(qtbot, root)
    hidden = [f"unseen: {describe(widget)}" for widget in order if not _can_be_seen(widget)]
    wanted = [widget for widget in controls(root) if _takes_tab(widget)]
    # Of a group of radio buttons, Tab reaches one.
    missed = [
        f"unreached: {describe(widget)}"
        for widget in wanted
        if widget not in order and not _in_group(widget)
    ]
    return hidden + missed


def _in_group(widget: QWidget) -> bool:
    exclusive = isinstance(widget, QAbstractButton) and widget.autoExclusive()
    return bool(exclusive) or (isinstance(widget, QAbstractButton) and widget.group() is not None)


def _can_be_seen(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    scrolled = parent is not None
    return widget.isVisible() and (scrolled or not widget.visibleRegion().isEmpty())
