"""The command `cozviewer`: the viewer with a picture, or one of the commands.

The composition root of everything without a window. Only argparse is imported here and at the top
of the command modules, so that `--help` answers at once; each command imports what it needs when
it runs.
"""

import argparse
import os
import sys
import traceback
from types import ModuleType

from cozviewer import __version__
from cozviewer.commands import bench, cache, chain, demo, export_session, models, movie, render
from cozviewer.commands.common.argv import Parser, command_at, joined
from cozviewer.commands.common.options import (
    add_cache_options,
    add_engine_options,
    add_huge_option,
    add_source_option,
    cache_of,
    engine_choice,
    engine_named,
)
from cozviewer.commands.common.stopping import ending_in_order
from cozviewer.commands.common.streams import lost_output, prepare
from cozviewer.commands.common.values import path as path_value
from cozviewer.commands.evaluate import command as evaluate
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure

COMMANDS: dict[str, ModuleType] = {
    "render": render,
    "movie": movie,
    "chain": chain,
    "evaluate": evaluate,
    "demo": demo,
    "bench": bench,
    "export-session": export_session,
    "models": models,
    "cache": cache,
}
"""Each has `add_parser(subparsers)` and `run(args) -> int`."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

USAGE = """cozviewer [OPTIONS] [IMAGE]
       cozviewer COMMAND --help"""

EPILOG = """commands (each has its own --help):
  render          save a view of a picture, refined, to a file
  movie           save a zoom from one view to another as a movie
  chain           the paper's protocol: the middle of a picture, 4x closer each time
  evaluate        the paper's evaluation: figures about methods and scales
  demo            a zoom strip and a comparison with bicubic, for machines without a screen
  bench           how fast this machine drafts and refines a view
  export-session  save a picture's tiles and views as one file, to go on elsewhere
  models          list the engines, fetch and check their files
  cache           show or clear what is kept on disk

examples:
  cozviewer                                then choose a picture, or take the sample
  cozviewer photo.jpg                      scroll into it
  cozviewer photo.jpg --engine bicubic     without a model
  cozviewer photo.jpg --engine my4x.safetensors
  cozviewer trip.cozview                   go on with a session
  cozviewer render photo.jpg -o out.png --zoom 64

A picture that has the name of a command is opened as ./render.
"""


def main(argv: list[str] | None = None) -> int:
    """Run `cozviewer` and return its exit code.

    Args:
        argv: The words after the program's name; None takes those of the process.

    Returns:
        0, 2 for bad input, 1 for a failure on the way, 130 after Ctrl-C, 143 after SIGTERM, 129
        after SIGHUP.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    prepare()
    try:
        try:
            with ending_in_order():
                code = _run(words)
        except SystemExit as done:  # argparse, after --help and --version
            code = done.code if isinstance(done.code, int) else 0
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            traceback.print_exc()
        sentence, code = _told(error)
        print(f"cozviewer: {sentence}", file=sys.stderr)
    lost = lost_output()
    if lost is None:
        return code
    if not isinstance(lost, BrokenPipeError):  # else nobody wants to read it
        print(
            f"cozviewer: The result could not be printed ({lost.strerror or lost}): send the "
            "output elsewhere.",
            file=sys.stderr,
        )
    return code or Failure.exit_code


def _told(error: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit code for what ended a command."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return str(error) or "Stopped.", getattr(error, "exit_code", INTERRUPTED)
    if isinstance(error, CozviewerError):
        return str(error), error.exit_code
    if isinstance(error, MemoryError):
        return "There is not enough memory: close other programs, or ask for less.", 1
    return (
        f"Something unforeseen went wrong ({type(error).__name__}: {error}); "
        "the same command with --debug shows where.",
        Failure.exit_code,
    )


def _run(words: list[str]) -> int:
    words = joined(words)
    viewer = _viewer_parser()
    at = command_at(words, COMMANDS, viewer)
    if at is None:
        return _view(viewer.parse_args(words))
    name = words.pop(at)
    parser = Parser(prog="cozviewer", allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command")
    COMMANDS[name].add_parser(subparsers)
    args, unknown = parser.parse_known_args([name, *words])
    if unknown:
        raise BadInput(f"Nobody knows what {unknown[0]!r} is for: see `cozviewer {name} --help`.")
    code: int = COMMANDS[name].run(args)
    return code


def _viewer_parser() -> Parser:
    parser = Parser(
        prog="cozviewer",
        usage=USAGE,
        description="Scroll into a photo without end: the detail that it lacks is drawn for you.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "image", nargs="?", type=path_value, metavar="IMAGE", help="the picture or session to open"
    )
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_source_option(parser)
    parser.add_argument(
        "--debug", action="store_true", help="show where in the program an error came up"
    )
    parser.add_argument("--version", action="version", version=f"cozviewer {__version__}")
    return parser


def _view(args: argparse.Namespace) -> int:
    """Open the viewer; it returns when its last window is closed."""
    choice, cache_folder = engine_choice(args), cache_of(args)
    from cozviewer.session.session import SUFFIX

    if args.image is not None and args.image.suffix.lower() == SUFFIX and engine_named(args):
        raise BadInput(
            "A session opens with the engine that it was made with: leave the engine's options "
            "out, and choose another one in the window."
        )
    if not _has_screen():
        raise Failure(
            "There is no screen to open a window on: `cozviewer render` saves views and "
            "`cozviewer demo` shows what it can do without one."
        )
    try:
        from cozviewer.app import run_viewer
    except ImportError as error:
        raise Failure(
            f"The window system of this machine lacks something ({error}): install it, or use "
            "`cozviewer render` and `cozviewer demo`, which need none."
        ) from error
    return run_viewer(args.image, choice, cache_folder, args.allow_huge, args.source)


def _has_screen() -> bool:
    """Tell whether a window can be opened; only on Linux it is uncertain."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
