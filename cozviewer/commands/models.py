"""`cozviewer models`: which engines there are, whether they can start, where their files lie."""

import argparse
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from cozviewer.models.engines import Engine
    from cozviewer.models.readiness import Readiness

ACTIONS = ("list", "where", "download")


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `models` with its actions `list`, `where` and `download`."""
    parser = subparsers.add_parser(
        "models",
        help="list the engines, fetch and check their files",
        description="List the engines and whether they can start (list, the default), tell where "
        "their files lie (where), or fetch what is missing (download).",
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=ACTIONS,
        default="list",
        metavar="ACTION",
        help=f"{', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """List, tell where, or fetch; print the result on stdout.

    Raises:
        BadInput: `download`, and the weights are not installed or broken.
    """
    from cozviewer.folders import cache_folder, models_folder
    from cozviewer.models.engines import ENGINES
    from cozviewer.models.readiness import readiness

    folder = models_folder(cache_folder())
    found = {engine: readiness(engine, folder) for engine in ENGINES}
    if args.action == "list":
        _list(found, as_json=args.json)
    elif args.action == "where":
        _where(found, folder, as_json=args.json)
    else:
        _download(found, as_json=args.json)
    return 0


def _list(found: "dict[Engine, Readiness]", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_report(engine, state) for engine, state in found.items()], indent=2))
        return
    from cozviewer.commands.cache import size_text

    for engine, state in found.items():
        facts = ["not ready" if state.problem else "ready"]
        if state.files:
            facts.append(size_text(state.size))
        if engine.licence:
            facts.append(f"licence of the weights: {engine.licence}")
        print(f"{engine.name:<12}{engine.title}: {', '.join(facts)}")
        print(f"{'':<12}{engine.description}")
        for line in (state.problem, *state.files):
            if line:
                print(f"{'':<12}{line}")
    print(f"{'PATH':<12}A model file: any 4x network that spandrel can read")
    print(f"{'':<12}Give the path of a .safetensors or .pth file as the engine.")


def _where(found: "dict[Engine, Readiness]", folder: "Path", *, as_json: bool) -> None:
    files = [path for state in found.values() for path in state.files]
    if as_json:
        print(json.dumps({"folder": str(folder), "files": [str(path) for path in files]}, indent=2))
        return
    print(f"Converted weights are kept in {folder}")
    for path in files:
        print(path)


def _download(found: "dict[Engine, Readiness]", *, as_json: bool) -> None:
    from cozviewer.errors import BadInput

    for engine, state in found.items():
        if state.problem and not engine.own_files:
            raise BadInput(state.problem)
    if as_json:
        print(json.dumps({"downloaded": []}))
    else:
        print("There is nothing to download: the weights of Real-ESRGAN are installed along.")


def _report(engine: "Engine", state: "Readiness") -> dict[str, object]:
    return {
        "name": engine.name,
        "title": engine.title,
        "description": engine.description,
        "licence": engine.licence,
        "ready": not state.problem,
        "problem": state.problem,
        "bytes": state.size,
        "files": [str(path) for path in state.files],
    }
