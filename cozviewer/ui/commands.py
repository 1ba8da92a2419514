"""Every command of the window in one table: a function for each menu, in the order of the menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cozviewer.pyramid.camera import Fitting
from cozviewer.ui.actions import Command, Menu
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from cozviewer.ui.main_window import MainWindow
    from cozviewer.ui.window_parts import WindowParts

KEY_ZOOM = 1.25
"""Factor of + and -."""


def window_menus(window: MainWindow, parts: WindowParts) -> list[Menu]:
    """Return the menus of a window and their commands.

    Args:
        parts: Those that exist so far; the others are looked up when a command runs.
    """
    return [
        Menu("file", translate("Menu", "&File"), _file_commands(window, parts)),
        Menu("edit", translate("Menu", "&Edit"), _edit_commands(window, parts)),
        Menu("view", translate("Menu", "&View"), _view_commands(window, parts)),
        Menu("image", translate("Menu", "&Image"), _image_commands(parts)),
        Menu("help", translate("Menu", "&Help"), _help_commands(window)),
    ]


def _file_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    exporting = parts.exporting
    return [
        Command(
            "open",
            translate("Menu", "&Open…"),
            ("Ctrl+O",),
            lambda: window.browsing.ask(),
            icon="open",
            needs_image=False,
            short=translate("Menu", "Open"),
        ),
        Command(
            "next-photo",
            translate("Menu", "&Next Photo"),
            ("PgDown",),
            lambda: window.browsing.next(),
            separated=True,
        ),
        Command(
            "previous-photo",
            translate("Menu", "&Previous Photo"),
            ("PgUp",),
            lambda: window.browsing.previous(),
        ),
        Command(
            "next-page",
            translate("Menu", "Ne&xt Page"),
            ("Ctrl+PgDown",),
            lambda: window.images.turn_page(1),
        ),
        Command(
            "previous-page",
            translate("Menu", "Previous Pa&ge"),
            ("Ctrl+PgUp",),
            lambda: window.images.turn_page(-1),
        ),
        Command(
            "reload",
            translate("Menu", "&Reload from Disk"),
            ("F5",),
            lambda: window.images.reload(),
            separated=True,
        ),
        Command(
            "show-in-folder",
            translate("Menu", "Show in &Folder"),
            (),
            lambda: window.view_commands.show_in_folder(),
        ),
        Command(
            "session",
            translate("Menu", "Save Sess&ion…"),
            ("Ctrl+Shift+S",),
            lambda: parts.sessions.ask(),
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
            "upscale",
            translate("Menu", "Upsc&ale Photo…"),
            ("Ctrl+U",),
            lambda: parts.upscaling.ask(),
            icon="upscale",
            needs_image=False,
            short=translate("Menu", "Upscale"),
        ),
        Command(
            "upscale-queue",
            translate("Menu", "Upsca&le Queue"),
            ("Ctrl+Shift+U",),
            lambda: parts.upscaling.show_queue(),
            needs_image=False,
        ),
        Command(
            "print",
            translate("Menu", "Prin&t…"),
            ("Ctrl+P",),
            lambda: window.view_commands.print(),
            separated=True,
        ),
        Command(
            "quit",
            translate("Menu", "&Quit"),
            ("Ctrl+Q",),
            window.quit,
            needs_image=False,
            separated=True,
        ),
    ]


def _edit_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    return [
        Command(
            "copy",
            translate("Menu", "&Copy View"),
            ("Ctrl+C",),
            lambda: window.view_commands.copy(),
        ),
        Command(
            "paste",
            translate("Menu", "&Paste"),
            ("Ctrl+V",),
            lambda: window.receiving.paste(),
            needs_image=False,
        ),
        Command(
            "preferences",
            translate("Menu", "Pr&eferences…"),
            ("Ctrl+,",),
            lambda: parts.preferences.show_dialog(),
            needs_image=False,
            separated=True,
        ),
    ]


def _view_commands(window: MainWindow, parts: WindowParts) -> list[Command]:
    go, overlays, travel = parts.navigator, parts.overlays, parts.travel
    return [
        Command(
            "back",
            translate("Menu", "&Back"),
            ("Alt+Left",),
            go.back,
            icon="back",
            separated=True,
        ),
        Command(
            "forward", translate("Menu", "Forwar&d"), ("Alt+Right",), go.forward, icon="forward"
        ),
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
            "fit-width",
            translate("Menu", "Fit Width"),
            ("2",),
            lambda: go.fit_to(Fitting.WIDTH),
        ),
        Command("fill", translate("Menu", "Fill Window"), ("3",), lambda: go.fit_to(Fitting.FILL)),
        Command(
            "fit-height",
            translate("Menu", "Fit H&eight"),
            ("4",),
            lambda: go.fit_to(Fitting.HEIGHT),
        ),
        Command("zoom", translate("Menu", "&Zoom To…"), ("Z",), travel.zoom.edit),
        Command("go-to", translate("Menu", "Go to Coordina&tes…"), ("Ctrl+G",), travel.ask),
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
            kept=True,
            short=translate("Menu", "Prompts"),
        ),
        Command(
            "info",
            translate("Menu", "Info Pane&l"),
            ("I",),
            parts.info.set_info_shown,
            icon="info",
            checkable=False,
            short=translate("Menu", "Info"),
            kept=True,
        ),
        Command(
            "histogram",
            translate("Menu", "&Histogram"),
            ("H",),
            parts.info.set_histogram_shown,
            checkable=False,
            kept=True,
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
            kept=True,
            needs_image=False,
        ),
        Command(
            "scale-bar",
            translate("Menu", "Scale Bar"),
            (),
            parts.scales.show_bar,
            checkable=True,
            kept=True,
            needs_image=False,
        ),
        Command(
            "still",
            translate("Menu", "Red&uce Motion"),
            (),
            parts.set_reduced_motion,
            checkable=False,
            needs_image=False,
        ),
        Command(
            "full",
            translate("Menu", "&Full Screen"),
            ("F11",),
            window.toggle_full_screen,
            needs_image=False,
            separated=True,
        ),
        Command(
            "refine",
            translate("Menu", "&Generate Detail"),
            ("R",),
            parts.panes.refine,
            separated=True,
        ),
        Command("stop", translate("Menu", "&Stop Generating"), (), window.stop_work),
    ]


def _image_commands(parts: WindowParts) -> list[Command]:
    travel = parts.travel
    return [
        Command(
            "rotate-right",
            translate("Menu", "Rotate &Right"),
            ("Ctrl+]",),
            lambda: travel.rotate(1),
        ),
        Command(
            "rotate-left",
            translate("Menu", "Rotate &Left"),
            ("Ctrl+[",),
            lambda: travel.rotate(-1),
        ),
        Command(
            "flip-horizontally",
            translate("Menu", "Flip &Horizontally"),
            (),
            lambda: travel.flip(vertically=False),
            separated=True,
        ),
        Command(
            "flip-vertically",
            translate("Menu", "Flip &Vertically"),
            (),
            lambda: travel.flip(vertically=True),
        ),
        Command(
            "upright",
            translate("Menu", "Reset &Orientation"),
            (),
            travel.reset_orientation,
            separated=True,
        ),
        Command(
            "set-scale",
            translate("Menu", "Set &Scale…"),
            (),
            parts.scales.ask,
            separated=True,
        ),
        Command(
            "tone",
            translate("Menu", "&Tone Panel"),
            ("L",),
            parts.toning.set_shown,
            checkable=False,
            separated=True,
            kept=True,
        ),
    ]


def _help_commands(window: MainWindow) -> list[Command]:
    return [
        Command(
            "keys",
            translate("Menu", "&Keyboard Shortcuts"),
            ("F1",),
            window.show_keys,
            needs_image=False,
        ),
        Command(
            "about",
            translate("Menu", "&About cozviewer"),
            (),
            window.show_about,
            needs_image=False,
        ),
    ]
