"""Menus, tool bar and keys: every command of the window in one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton

from cozviewer.util.translation import translate

ICON_SIDE = 20
"""Logical pixels of an icon in the tool bar."""

ICON_SIDES = (ICON_SIDE, 16)
"""The same, and of an icon in a menu."""

UNAVAILABLE_OPACITY = 0.35
"""Opacity of the icon of a disabled action."""


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: Its name in the program.
        text: Its title.
        keys: Its shortcuts; the menu shows the first one.
        run: Runs it; a checkable command is passed its state.
        icon: The name of its icon; a command with one is in the tool bar too.
        needs_picture: Whether it is enabled only while an image is open.
        checkable: Whether it is checked at first; None is not checkable.
        separated: Whether a separator stands before it.
        short: The text beside the icon in the tool bar; "" shows the icon alone.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    run: Callable[..., object]
    icon: str = ""
    needs_picture: bool = True
    checkable: bool | None = None
    separated: bool = False
    short: str = ""


@dataclass(frozen=True)
class Menu:
    """One menu of the menu bar.

    Attributes:
        name: Its name in the program.
        title: Its title.
        commands: Its commands in their order.
    """

    name: str
    title: str
    commands: Sequence[Command]


@dataclass(frozen=True)
class Built:
    """What `build` made.

    Attributes:
        actions: The actions by the names of their commands.
        menus: The menus by name.
        bar: The tool bar.
    """

    actions: dict[str, QAction]
    menus: dict[str, QMenu]
    bar: QToolBar


def build(window: QMainWindow, menus: Sequence[Menu], icon: Callable[[str], Path]) -> Built:
    """Make the actions, fill the menu bar and the tool bar.

    Args:
        icon: Returns the path of an icon by its name.
    """
    bar = QToolBar(translate("Menu", "Tools"), window)
    bar.setMovable(False)
    bar.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    window.addToolBar(bar)
    actions: dict[str, QAction] = {}
    made = {menu.name: window.menuBar().addMenu(menu.title) for menu in menus}
    for menu, command in (
        (made[each.name], command) for each in menus for command in each.commands
    ):
        action = QAction(command.text, window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        if command.checkable is None:
            action.triggered.connect(lambda _checked=False, run=command.run: run())
        else:
            action.setCheckable(True)
            action.setChecked(command.checkable)
            action.toggled.connect(command.run)
        action.setData(command.needs_picture)
        if command.separated:
            menu.addSeparator()
        menu.addAction(action)
        # The window keeps the keys when the menu bar is hidden (full screen).
        window.addAction(action)
        if command.icon:
            action.setIcon(shown_icon(icon(command.icon)))
            action.setIconText(command.short or command.text)
            keys = ", ".join(QKeySequence(key).toString() for key in command.keys[:2])
            plain = command.text.replace("&", "").rstrip("…")
            action.setToolTip(f"{plain} ({keys})" if keys else plain)
            if command.separated:
                bar.addSeparator()
            bar.addAction(action)
            button = bar.widgetForAction(action)
            if isinstance(button, QToolButton) and not command.short:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        actions[command.name] = action
    return Built(actions, made, bar)


def shown_icon(path: Path) -> QIcon:
    """Return the icon of a file, pale where its action is disabled.

    Styles derive that look from the palette of the platform, which leaves a light icon on a dark
    bar as bright as it was.
    """
    icon = QIcon(str(path))
    # For screens of up to three times the density; a size that is missing would be bright.
    for side in sorted({quarters * size // 4 for quarters in range(4, 13) for size in ICON_SIDES}):
        bright = icon.pixmap(QSize(side, side), 1.0)
        pale = QPixmap(bright.size())
        pale.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pale)
        painter.setOpacity(UNAVAILABLE_OPACITY)
        painter.drawPixmap(0, 0, bright)
        painter.end()
        icon.addPixmap(pale, QIcon.Mode.Disabled)
    return icon


def enable(actions: dict[str, QAction], picture: bool) -> None:
    """Enable the commands that can be used, with an image open or without."""
    for action in actions.values():
        action.setEnabled(picture or not action.data())
