"""Every command of the window in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cozviewer.ui.actions import Command
from cozviewer.ui.dialogs import help as help_texts

if TYPE_CHECKING:
    from cozviewer.ui.main_window import MainWindow
    from cozviewer.ui.window_parts import WindowParts

KEY_ZOOM = 1.25
"""Factor of + and -."""


def window_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    """Return the commands of a window in the order of its menus.

    Args:
        parts: Those that are made so far; the others are looked up when a command runs.
    """
    go, exporting, overlays = parts.navigator, parts.exporting, parts.overlays
    return [
        Command("open", "&File", "&Open…", ("Ctrl+O",), lambda: window.images.ask(), "open",
                needs_picture=False, short="Open"),
        Command("reload", "&File", "&Reload from Disk", ("F5",), lambda: window.images.reload()),
        Command("export", "&File", "&Export…", ("Ctrl+S", "Ctrl+E"), exporting.ask, "export",
                short="Export"),
        Command("region", "&File", "Export &Selection…", ("Ctrl+Shift+E",), exporting.ask_region),
        Command("movie", "&File", "Export Zoom &Video…", ("Ctrl+Shift+M",), exporting.ask_movie),
        Command("go-on", "&File", "Res&ume Export", (), exporting.go_on),
        Command("session", "&File", "Save Sess&ion…", ("Ctrl+Shift+S",),
                lambda: parts.sessions.ask()),
        Command("quit", "&File", "&Quit", ("Ctrl+Q",), window.close, needs_picture=False,
                separated=True),
        Command("in", "&View", "Zoom &In", ("+", "=", "Ctrl++"), lambda: go.zoom(KEY_ZOOM),
                "zoom-in", separated=True),
        Command("out", "&View", "Zoom &Out", ("-", "Ctrl+-"), lambda: go.zoom(1 / KEY_ZOOM),
                "zoom-out"),
        Command("fit", "&View", "Fit to &Window", ("0", "Home"), go.fit, "fit"),
        Command("one", "&View", "&Actual Size (100%)", ("1",), go.one_to_one, "one-to-one"),
        Command("previous", "&View", "&Back", ("Backspace",), go.previous, "previous"),
        Command("compare", "&View", "&Compare", ("C",),
                lambda on: parts.compare_menu.set_comparing(on), "compare", checkable=False,
                separated=True, short="Compare"),
        Command("prompts", "&View", "Pro&mpts Panel", ("P",), parts.prompting.set_shown,
                "prompts", checkable=False, short="Prompts"),
        Command("origin", "&View", "Show &Provenance", ("O",), overlays.show_origin,
                checkable=False, separated=True),
        Command("trust", "&View", "Show De&viation Map", ("T",), overlays.show_trust,
                checkable=False),
        Command("map", "&View", "&Navigator", ("M",), overlays.show_map, checkable=True,
                needs_picture=False),
        Command("still", "&View", "&Reduce Motion", (), window.set_reduced_motion,
                checkable=False, needs_picture=False),
        Command("full", "&View", "&Full Screen", ("F11",), window.toggle_full_screen,
                needs_picture=False, separated=True),
        Command("refine", "&View", "&Generate Detail", ("R",), parts.panes.refine),
        Command("stop", "&View", "&Stop Generating", (), window.stop_work),
        Command("keys", "&Help", "&Keyboard Shortcuts", ("F1",),
                lambda: help_texts.show_keys(window), needs_picture=False),
        Command("about", "&Help", "&About cozviewer", (),
                lambda: help_texts.show_about(window), needs_picture=False),
    ]  # fmt: skip
