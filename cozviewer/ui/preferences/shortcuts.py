"""The shortcuts of the window: which commands have some, and those that the user has changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from cozviewer.ui.actions import all_actions, plain_title, portable_keys, set_keys, title_of
from cozviewer.util.translation import translate


@dataclass(frozen=True)
class Shortcut:
    """A command that has a shortcut or can be given one.

    Attributes:
        name: Of the command in the program; of one that is not in the table of commands, its usual
            shortcut.
        menu: The title of its menu.
        action: The command.
        usual: Its shortcuts where the user has changed nothing, in the form "Ctrl+O".
    """

    name: str
    menu: str
    action: QAction
    usual: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the command is called."""
        return title_of(self.action)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its shortcuts now."""
        return portable_keys(self.action)


def shortcuts_of(bar: QMenuBar) -> list[Shortcut]:
    """Return all commands of a menu bar that have a name or a shortcut, with the latter as usual.

    Call it before any of them is changed.
    """
    found = list[Shortcut]()
    for menu in _menus(bar):
        for action in all_actions(menu):
            usual = portable_keys(action)
            name = action.objectName() or " ".join(usual)
            if name:
                found.append(Shortcut(name, plain_title(menu.title()), action, usual))
    return found


def use_shortcuts(shortcuts: Sequence[Shortcut], changed: Mapping[str, tuple[str, ...]]) -> None:
    """Give all commands their usual shortcuts, or those that the user has chosen."""
    for each in shortcuts:
        keys = changed.get(each.name, each.usual)
        if keys != each.keys:
            set_keys(each.action, keys)


def fixed_keys() -> dict[str, str]:
    """Return the keys that cannot be given to a command, and what they do."""
    move = translate("Help", "Move the view")
    rate = translate("Help", "Rate in a blind test")
    return {
        "Left": move,
        "Right": move,
        "Up": move,
        "Down": move,
        "Esc": translate("Help", "Stop generating; leave full screen"),
        "B": translate("Help", "Hold to see the other image (blink)"),
        "A": rate,
        "S": rate,
        "Ctrl+Return": translate("Help", "Regenerate with the edited prompt"),
        "Tab": translate("Help", "Go to the next control"),
    }


def used_by(shortcuts: Sequence[Shortcut], key: str) -> Shortcut | None:
    """Return the command that has a shortcut, if any."""
    sequence = QKeySequence(key)
    return next((each for each in shortcuts if sequence in each.action.shortcuts()), None)


def _menus(bar: QMenuBar) -> Iterator[QMenu]:
    for action in bar.actions():
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield menu
