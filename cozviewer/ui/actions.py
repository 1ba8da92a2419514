"""Menus, tool bar and keys: every command of the window in one table."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QToolBar, QToolButton

from cozviewer.util.translation import translate, with_note

ICON_SIDE = 20
"""Logical pixels of an icon in the tool bar."""

ICON_SIDES = (ICON_SIDE, 16)
"""The same, and of an icon in a menu."""

UNAVAILABLE_OPACITY = 0.35
"""Opacity of the icon of a disabled action."""


ROLES = {
    "about": QAction.MenuRole.AboutRole,
    "preferences": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}
"""Commands that macOS has in the menu of the program; Qt would guess them from English titles."""


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: Its name in the program.
        text: Its title.
        keys: Its shortcuts; the menu shows the first one.
        run: Runs it; a checkable command is passed its state.
        icon: The name of its icon; a command with one is in the tool bar too.
        needs_image: Whether it is enabled only while an image is open.
        checkable: Whether it is checked at first; None is not checkable.
        separated: Whether a separator stands before it.
        short: The text beside the icon in the tool bar; "" shows the icon alone.
        kept: Whether the state that the user gives it is there again at the next start.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    run: Callable[..., object]
    icon: str = ""
    needs_image: bool = True
    checkable: bool | None = None
    separated: bool = False
    short: str = ""
    kept: bool = False


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


class ToolBar(QToolBar):
    """The tool bar. Its icons have the colour of its text."""

    def __init__(self, window: QMainWindow, icon: Callable[[str], Path]) -> None:
        """Create the bar, which is empty.

        Args:
            icon: Returns the path of an icon by its name.
        """
        super().__init__(translate("Menu", "Tools"), window)
        self._icon = icon
        self._icons: dict[QAction, str] = {}
        self._colour = _text_colour()
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def add_command(self, command: Command, action: QAction) -> None:
        """Add a command that has an icon."""
        self._icons[action] = command.icon
        action.setIcon(shown_icon(self._icon(command.icon), self._colour))
        # A mnemonic here would be one of the button, and compete with those of the menu bar.
        action.setIconText(command.short or plain_title(command.text))
        if command.separated:
            self.addSeparator()
        self.addAction(action)
        button = self.widgetForAction(action)
        if isinstance(button, QToolButton) and not command.short:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colour of the theme."""
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._colour != _text_colour():
            self._colour = _text_colour()
            for action, name in self._icons.items():
                action.setIcon(shown_icon(self._icon(name), self._colour))
        super().changeEvent(event)


def _text_colour() -> QColor:
    return QApplication.palette().color(QPalette.ColorRole.ButtonText)


@dataclass(frozen=True)
class Built:
    """What `build` made.

    Attributes:
        commands: The commands by name.
        actions: The actions by the names of their commands.
        menus: The menus by name.
        bar: The tool bar.
    """

    commands: dict[str, Command]
    actions: dict[str, QAction]
    menus: dict[str, QMenu]
    bar: QToolBar


def build(window: QMainWindow, menus: Sequence[Menu], icon: Callable[[str], Path]) -> Built:
    """Make the actions, fill the menu bar and the tool bar.

    Args:
        icon: Returns the path of an icon by its name.
    """
    bar = ToolBar(window, icon)
    window.addToolBar(bar)
    actions: dict[str, QAction] = {}
    commands: dict[str, Command] = {}
    made = {menu.name: window.menuBar().addMenu(menu.title) for menu in menus}
    for menu, command in (
        (made[each.name], command) for each in menus for command in each.commands
    ):
        action = QAction(command.text, window)
        action.setObjectName(command.name)
        action.setMenuRole(ROLES.get(command.name, QAction.MenuRole.NoRole))
        if command.checkable is None:
            action.triggered.connect(lambda _checked=False, run=command.run: run())
        else:
            action.setCheckable(True)
            action.setChecked(command.checkable)
            action.toggled.connect(command.run)
        action.setData(command.needs_image)
        if command.separated:
            menu.addSeparator()
        menu.addAction(action)
        # The window keeps the keys when the menu bar is hidden (full screen).
        window.addAction(action)
        if command.icon:
            bar.add_command(command, action)
        set_keys(action, command.keys)
        commands[command.name], actions[command.name] = command, action
    return Built(commands, actions, made, bar)


def set_keys(action: QAction, keys: Sequence[str]) -> None:
    """Give an action its shortcuts, in the portable form "Ctrl+O"; its tool tip in the tool bar
    names them."""
    action.setShortcuts([QKeySequence(key) for key in keys])
    if action.icon().isNull():
        return
    plain = title_of(action)
    shown = keys_text(keys[:2])
    action.setToolTip(with_note(plain, shown) if shown else plain)


def keys_text(keys: Sequence[str]) -> str:
    """Return shortcuts as people read them on this system, "" if there are none."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in keys)


def portable_keys(action: QAction) -> tuple[str, ...]:
    """Return the shortcuts of an action in the form that is stored: "Ctrl+O"."""
    return tuple(keys.toString() for keys in action.shortcuts())


def title_of(action: QAction) -> str:
    """Return the title of an action without its mnemonic and its dots."""
    return plain_title(action.text())


def plain_title(text: str) -> str:
    """Return the text of a menu item without its mnemonic and its dots."""
    text = re.sub(r"\(&\w\)", "", text)  # "打开(&O)…", as usual in Chinese menus
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def all_actions(menu: QMenu) -> Iterator[QAction]:
    """Yield the actions of a menu and of its submenus, in their order."""
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from all_actions(inner)
        elif not action.isSeparator():
            yield action


def shown_icon(path: Path, colour: QColor) -> QIcon:
    """Return the icon of a file in one colour: white where its action is checked, and pale where
    the action is disabled.

    Styles derive the look of a disabled icon from the palette of the platform, which leaves a light
    icon on a dark bar as bright as it was.
    """
    return _drawn_icon(str(path), colour.rgba())


@cache
def _drawn_icon(path: str, rgba: int) -> QIcon:
    drawn, icon, colour = QIcon(path), QIcon(), QColor.fromRgba(rgba)
    # For screens of up to three times the density; a size that is missing would be bright.
    for side in sorted({quarters * size // 4 for quarters in range(4, 13) for size in ICON_SIDES}):
        shape = drawn.pixmap(QSize(side, side), 1.0)
        icon.addPixmap(_tinted(shape, colour, 1.0))
        on = _tinted(shape, QColor(Qt.GlobalColor.white), 1.0)
        icon.addPixmap(on, QIcon.Mode.Normal, QIcon.State.On)
        pale = _tinted(shape, colour, UNAVAILABLE_OPACITY)
        for state in QIcon.State:
            icon.addPixmap(pale, QIcon.Mode.Disabled, state)
    return icon


def _tinted(shape: QPixmap, colour: QColor, opacity: float) -> QPixmap:
    """Return a shape filled with a colour."""
    tinted = QPixmap(shape.size())
    tinted.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tinted)
    painter.setOpacity(opacity)
    painter.drawPixmap(0, 0, shape)
    painter.setOpacity(1.0)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(tinted.rect(), colour)
    painter.end()
    return tinted


def enable(actions: dict[str, QAction], image: bool) -> None:
    """Enable the commands that can be used, with an image open or without."""
    for action in actions.values():
        action.setEnabled(image or not action.data())
