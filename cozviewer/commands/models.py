"""`cozviewer models`: which engines there are, what they need, where it lies, and getting it."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from cozviewer.models.download.readiness import Readiness
    from cozviewer.models.engines import Engine
    from cozviewer.util.downloads import Offer

ACTIONS = ("list", "where", "download")

EXAMPLES = """examples:
  cozviewer models                      what is here, what is not, and under which licence
  cozviewer models download coz qwen    Stable Diffusion 3 and the vision model, once
  cozviewer models download pisa        Stable Diffusion 2.1 for PiSA-SR, 5.2 GB
  cozviewer models download Qwen/Qwen3-VL-4B-Instruct

A download that was stopped (Ctrl-C) goes on where it was. Nothing is downloaded unasked.
"""


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `models` with its actions `list`, `where` and `download`."""
    parser = subparsers.add_parser(
        "models",
        help="list the engines, fetch and check their files",
        description="List the engines and whether they can start (list, the default), tell where "
        "their files lie (where), or fetch models by name (download).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=ACTIONS,
        default="list",
        metavar="ACTION",
        help=f"{', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="to download: coz, qwen, pisa, or a hub name"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """List, locate, or download models; print the result on stdout.

    Raises:
        BadInput: `download` without a name, of an unknown one, or one whose licence is to be
            accepted first.
        Cancelled, Failure: On the way; what has come stays.
    """
    from cozviewer.models.download.catalogue import offers
    from cozviewer.models.download.readiness import readiness
    from cozviewer.models.engines import ENGINES
    from cozviewer.util.errors import BadInput
    from cozviewer.util.folders import cache_folder, models_folder

    if args.names and args.action != "download":
        raise BadInput(f"{args.action} takes no names: see `cozviewer models --help`.")
    folder = models_folder(cache_folder())
    if args.action == "download":
        _download(args.names, as_json=args.json)
        return 0
    found = {engine: readiness(engine, folder) for engine in ENGINES}
    if args.action == "list":
        _list(found, offers(folder), as_json=args.json)
    else:
        _where(found, offers(folder), folder, as_json=args.json)
    return 0


def _list(found: "dict[Engine, Readiness]", needs: "list[Offer]", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        reports = [_report(engine, state) for engine, state in found.items()]
        for report in reports:
            report["needs"] = [asdict(need) for need in needs if need.engine == report["name"]]
        print(json.dumps(reports, indent=2))
        return
    from cozviewer.util.units import bytes_text

    for engine, state in found.items():
        facts = ["not ready" if state.problem else "ready"]
        if state.files:
            facts.append(bytes_text(state.size))
        if engine.licence:
            facts.append(f"licence of the weights: {engine.licence}")
        print(f"{engine.name:<12}{engine.title}: {', '.join(facts)}")
        print(f"{'':<12}{engine.description}")
        own = [need for need in needs if need.engine == engine.name]
        for need in own:
            _print_need(need)
        if own:
            continue
        for line in (state.problem, *state.files):
            if line:
                print(f"{'':<12}{line}")
    print(f"{'PATH':<12}A model file: any 4x network that spandrel can read")
    print(f"{'':<12}Give the path of a .safetensors or .pth file as the engine.")


def _print_need(need: "Offer") -> None:
    from cozviewer.util.units import bytes_text

    state = "not here" if need.problem else "here"
    print(f"{'':<12}{need.title}: {state}, about {bytes_text(need.size)}. {need.purpose}")
    print(f"{'':<14}Licence: {need.licence} ({need.page})")
    if need.checked:
        print(f"{'':<14}{need.checked}")
    if need.problem:
        for step in need.steps or (f"Get it with `cozviewer models download {need.name}`.",):
            print(f"{'':<14}{step}")
    else:
        print(f"{'':<14}{need.where}")


def _where(
    found: "dict[Engine, Readiness]", needs: "list[Offer]", folder: "Path", *, as_json: bool
) -> None:
    from cozviewer.models.download.catalogue import own_folder

    files = [path for state in found.values() for path in state.files]
    downloads = {need.name: need.where for need in needs}
    if as_json:
        print(
            json.dumps(
                {
                    "folder": str(folder),
                    "files": [str(path) for path in files],
                    "own_files": str(own_folder(folder)),
                    "downloads": downloads,
                },
                indent=2,
            )
        )
        return
    print(f"Converted weights are kept in {folder}")
    for path in files:
        print(path)
    print(f"The files of Chain-of-Zoom's authors are looked for in {own_folder(folder)}")
    for need in needs:
        print(f"{need.title}: {need.where or 'not here'}")


def _download(names: list[str], *, as_json: bool) -> None:
    from cozviewer.commands.common.progress import ProgressLine
    from cozviewer.commands.common.stopping import stoppable
    from cozviewer.models.download.catalogue import repository
    from cozviewer.models.download.hub import download, listing
    from cozviewer.util.downloads import DownloadProgress
    from cozviewer.util.errors import BadInput
    from cozviewer.util.units import bytes_text

    if not names:
        raise BadInput(
            "Name what is to be downloaded, for instance `cozviewer models download coz qwen`; "
            "Real-ESRGAN is installed along and needs nothing."
        )
    repositories = [repository(name) for name in names]
    folders = {}
    with ProgressLine(sys.stderr) as line, stoppable() as cancelled:
        for repo in repositories:
            line.show(f"{repo}: asking what it consists of")
            what = listing(repo)
            line.notice(
                f"{repo} has {bytes_text(what.size)}; its licence is on https://huggingface.co/{repo}"
            )

            def show(progress: DownloadProgress, repo: str = repo) -> None:
                done, total = bytes_text(progress.done), bytes_text(progress.total)
                line.show(f"{repo}", seconds_left=progress.seconds_left, note=f"{done} of {total}")

            folders[repo] = str(download(what, show, cancelled))
    if as_json:
        print(json.dumps({"downloaded": folders}))
    else:
        for repo, folder in folders.items():
            print(f"{repo} is in {folder}")


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
