"""`cozviewer cache`: shows or clears the stored tiles."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.commands.common import values
from cozviewer.util.errors import BadInput
from cozviewer.util.units import bytes_text

if TYPE_CHECKING:
    from cozviewer.pyramid.store.cache import StoreInfo


LONGEST_CELL = 60
"""Maximum number of characters of a name in the list."""


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `cache` with its actions `show` and `clear`."""
    parser = subparsers.add_parser(
        "cache",
        help="show or clear the cache",
        description="Generated tiles are stored, so that a photo opened again is shown at once. "
        "When they exceed the budget, the least recently shown are deleted first.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="list what is kept", description="List what is kept.")
    clear = actions.add_parser(
        "clear", help="delete tiles", description="Delete the tiles of one photo, or all."
    )
    clear.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="name of a photo, or of a tile file, as listed by `show` (default: all)",
    )
    clear.add_argument("--yes", action="store_true", help="clear all without asking")
    clear.add_argument(
        "--set-aside",
        action="store_true",
        help="delete the damaged files that were set aside, instead of tiles",
    )
    for action in (show, clear):
        action.add_argument(
            "--cache", type=values.path, metavar="DIR", help="the cache folder (default: your own)"
        )
        action.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Show or clear; print the result on stdout.

    Raises:
        BadInput: No such folder or photo, or no terminal for the question.
        Failure: A file could not be deleted.
    """
    from cozviewer.util.folders import cache_folder, pyramids_folder

    if args.cache is not None and not args.cache.is_dir():
        raise BadInput(f"The cache folder {args.cache} does not exist: check --cache.")
    folder = pyramids_folder(cache_folder() if args.cache is None else args.cache)
    if args.action == "show":
        return _show(folder, args.json)
    if args.set_aside:
        return _clear_set_aside(folder, args.name, args.json)
    return _clear(folder, args.name, agreed=args.yes, as_json=args.json)


def _show(folder: Path, as_json: bool) -> int:
    from cozviewer.pyramid.store.cache import folder_bytes, list_set_aside, survey
    from cozviewer.util.cache_settings import saved_cache_settings

    found, aside = survey(folder), list_set_aside(folder)
    stores = found.stores
    total, budget = folder_bytes(folder), saved_cache_settings().budget_bytes
    if as_json:
        result = {
            "folder": str(folder),
            "bytes": total,
            "budget": budget,
            "pyramids": [_as_json(store) for store in stores],
            "older": [_file_as_json(path) for path in found.older],
            "unreadable": [_file_as_json(path) for path in found.unreadable],
            "set_aside": [_file_as_json(path) for path in aside],
        }
        print(json.dumps(result, indent=2))
        return 0
    print(f"{bytes_text(total)} of {bytes_text(budget)} in {_clean(str(folder))}")
    rows = [_row(store) for store in stores]
    if rows:
        rows.insert(0, ("PICTURE", "PIXELS", "ENGINE", "TILES", "SIZE", "LAST SEEN", "FILE"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    _list(
        "From an earlier version and no longer used; deleted when space is needed, or by "
        "`cozviewer cache clear`:",
        found.older,
    )
    _list("Cannot be read; `cozviewer cache clear` deletes:", found.unreadable)
    _list(
        "Set aside because damaged or foreign; `cozviewer cache clear --set-aside` deletes:", aside
    )
    return 0


def _list(title: str, paths: Sequence[Path]) -> None:
    if paths:
        print(title)
    for path in paths:
        print(f"  {_clean(path.name)}  {bytes_text(_size(path))}")


def _clear(folder: Path, name: str | None, *, agreed: bool, as_json: bool) -> int:
    from cozviewer.pyramid.store.cache import clear, survey

    found = survey(folder)
    count = len(found.stores) + len(found.older) + len(found.unreadable)
    if name is None and count and not agreed:
        which = "the one pyramid" if count == 1 else f"all {count:,} pyramids"
        _ask(f"Delete the tiles of {which} in {folder}?")
    freed = clear(folder, name)
    if name is not None and not freed:
        raise BadInput(f"There are no tiles of {name}: see `cozviewer cache show`.")
    return _tell_freed(freed, as_json)


def _clear_set_aside(folder: Path, name: str | None, as_json: bool) -> int:
    from cozviewer.pyramid.store.cache import clear_set_aside

    if name is not None:
        raise BadInput(
            "NAME and --set-aside cannot be combined: files set aside are deleted together."
        )
    return _tell_freed(clear_set_aside(folder), as_json)


def _ask(question: str) -> None:
    """Ask the user; raise BadInput if the answer is not yes."""
    if not sys.stdin.isatty():
        raise BadInput("Clearing all tiles must be confirmed: add --yes, or name a photo.")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput("Nothing was deleted.")


def _tell_freed(freed: int, as_json: bool) -> int:
    print(json.dumps({"freed": freed}) if as_json else f"Freed {bytes_text(freed)}.")
    return 0


def _row(store: "StoreInfo") -> tuple[str, ...]:
    return (
        _clean(_short(store.source_name)),
        f"{store.source_width} × {store.source_height}",
        _clean(_short(_engine(store.recipe))),
        str(store.tiles),
        bytes_text(store.bytes),
        _local(store.last_seen),
        _clean(store.path.name),
    )


def _as_json(store: "StoreInfo") -> dict[str, Any]:
    try:
        recipe = json.loads(store.recipe)
    except (ValueError, RecursionError):
        recipe = store.recipe
    return asdict(store) | {"path": str(store.path), "recipe": recipe}


def _engine(recipe: str) -> str:
    """Return the upscaler's name; the recipe is not trusted."""
    try:
        return str(json.loads(recipe)["upscaler"]["name"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "?"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _file_as_json(path: Path) -> dict[str, Any]:
    return {"path": str(path), "bytes": _size(path)}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it was deleted just now
        return 0


def _local(moment: str) -> str:
    """Convert an ISO time to local time; "" is returned unchanged."""
    return moment and f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"


def _clean(text: str) -> str:
    """Replace characters that could control the terminal; file names may contain any."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
