"""Every command of the window in one table: a function for each menu, in the order of the menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cozviewer.ui.actions import Command, Menu
from cozviewer.ui.dialogs import help as help_texts
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from cozviewer.ui.main_window import MainWindow
    from cozviewer.ui.window_parts import WindowParts

KEY_ZOOM = 1.25
"""Factor of + and -."""


def window_menus(window: MainWindow, parts: WindowParts) -> list[Menu]:
    """Return the menus of a window and their commands.

    Args:
        parts: Those that are made so far; the others are looked up when a command runs.
    """
    return [
        Menu("file", translate("Menu", "&File"), _file_commands(window, parts)),
        Menu("view", translate("Menu", "&View"), _view_commands(window, parts)),
        Menu("help", translate("Menu", "&Help"), _help_commands(window)),
    ]


def _file_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    exporting = parts.exporting
    return [
        Command(
            "open",
            translate("Menu", "&Open…"),
            ("Ctrl+O",),
            lambda: window.images.ask(),
            icon="open",
            needs_picture=False,
            short=translate("Menu", "Open"),
        ),
        Command(
            "reload",
            translate("Menu", "&Reload from Disk"),
            ("F5",),
            lambda: window.images.reload(),
        ),
        Command(
            "next-page",
            translate("Menu", "Ne&xt Page"),
            ("PgDown",),
            lambda: window.images.turn_page(1),
        ),
        Command(
            "previous-page",
            translate("Menu", "Pre&vious Page"),
            ("PgUp",),
            lambda: window.images.turn_page(-1),
        ),
        Command(
            "export",
            translate("Menu", "&Export…"),
            ("Ctrl+S", "Ctrl+E"),
            exporting.ask,
            icon="export",
            short=translate("Menu", "Export"),
        ),
        Command(
            "region",
            translate("Menu", "Export &Selection…"),
            ("Ctrl+Shift+E",),
            exporting.ask_region,
        ),
        Command(
            "movie",
            translate("Menu", "Export Zoom &Video…"),
            ("Ctrl+Shift+M",),
            exporting.ask_movie,
        ),
        Command("go-on", translate("Menu", "Res&ume Export"), (), exporting.go_on),
        Command(
            "session",
            translate("Menu", "Save Sess&ion…"),
            ("Ctrl+Shift+S",),
            lambda: parts.sessions.ask(),
        ),
        Command(
            "quit",
            translate("Menu", "&Quit"),
            ("Ctrl+Q",),
            window.close,
            needs_picture=False,
            separated=True,
        ),
    ]


def _view_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    go, overlays = parts.navigator, parts.overlays
    return [
        Command(
            "in",
            translate("Menu", "Zoom &In"),
            ("+", "=", "Ctrl++"),
            lambda: go.zoom(KEY_ZOOM),
            icon="zoom-in",
            separated=True,
        ),
        Command(
            "out",
            translate("Menu", "Zoom &Out"),
            ("-", "Ctrl+-"),
            lambda: go.zoom(1 / KEY_ZOOM),
            icon="zoom-out",
        ),
        Command("fit", translate("Menu", "Fit to &Window"), ("0", "Home"), go.fit, icon="fit"),
        Command(
            "one",
            translate("Menu", "&Actual Size (100%)"),
            ("1",),
            go.one_to_one,
            icon="one-to-one",
        ),
        Command(
            "previous", translate("Menu", "&Back"), ("Backspace",), go.previous, icon="previous"
        ),
        Command(
            "compare",
            translate("Menu", "&Compare"),
            ("C",),
            lambda on: parts.compare_menu.set_comparing(on),
            icon="compare",
            checkable=False,
            separated=True,
            short=translate("Menu", "Compare"),
        ),
        Command(
            "prompts",
            translate("Menu", "Pro&mpts Panel"),
            ("P",),
            parts.prompting.set_shown,
            icon="prompts",
            checkable=False,
            short=translate("Menu", "Prompts"),
        ),
        Command(
            "origin",
            translate("Menu", "Show &Provenance"),
            ("O",),
            overlays.show_origin,
            checkable=False,
            separated=True,
        ),
        Command(
            "trust",
            translate("Menu", "Show De&viation Map"),
            ("T",),
            overlays.show_trust,
            checkable=False,
        ),
        Command(
            "map",
            translate("Menu", "&Navigator"),
            ("M",),
            overlays.show_map,
            checkable=True,
            needs_picture=False,
        ),
        Command(
            "still",
            translate("Menu", "&Reduce Motion"),
            (),
            window.set_reduced_motion,
            checkable=False,
            needs_picture=False,
        ),
        Command(
            "full",
            translate("Menu", "&Full Screen"),
            ("F11",),
            window.toggle_full_screen,
            needs_picture=False,
            separated=True,
        ),
        Command("refine", translate("Menu", "&Generate Detail"), ("R",), parts.panes.refine),
        Command("stop", translate("Menu", "&Stop Generating"), (), window.stop_work),
    ]


def _help_commands(window: MainWindow) -> list[Command]:
    return [
        Command(
            "keys",
            translate("Menu", "&Keyboard Shortcuts"),
            ("F1",),
            lambda: help_texts.show_keys(window),
            needs_picture=False,
        ),
        Command(
            "about",
            translate("Menu", "&About cozviewer"),
            (),
            lambda: help_texts.show_about(window),
            needs_picture=False,
        ),
    ]
