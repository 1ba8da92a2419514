"""The command `cozviewer`: the viewer with an image, or one of the commands.

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
from cozviewer.commands import (
    bench,
    cache,
    chain,
    demo,
    export_session,
    models,
    movie,
    render,
    upscale,
)
from cozviewer.commands.align import command as align
from cozviewer.commands.common.argv import Parser, command_at, joined
from cozviewer.commands.common.engine_options import add_engine_options, engine_choice, engine_named
from cozviewer.commands.common.options import (
    add_cache_options,
    add_huge_option,
    add_page_option,
    add_source_option,
    add_tone_option,
    cache_of,
)
from cozviewer.commands.common.stopping import ending_in_order
from cozviewer.commands.common.streams import lost_output, prepare
from cozviewer.commands.common.values import image_path
from cozviewer.commands.evaluate import command as evaluate
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure

COMMANDS: dict[str, ModuleType] = {
    "render": render,
    "upscale": upscale,
    "movie": movie,
    "chain": chain,
    "evaluate": evaluate,
    "align": align,
    "demo": demo,
    "bench": bench,
    "export-session": export_session,
    "models": models,
    "cache": cache,
}
"""The commands by name; each module has `add_parser(subparsers)` and `run(args) -> int`."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells."""

DESCRIPTION = "Zoom into any photo, without limits: missing detail is generated."

USAGE = """cozviewer [OPTIONS] [IMAGE...]
       cozviewer COMMAND --help"""

EPILOG = """commands (each has its own --help):
  render          save a view of a photo with generated detail
  upscale         save whole photos at 2, 4, 8, ... times their size
  movie           save a zoom video from one view to another
  chain           the paper's protocol: zoom into the middle of a photo, 4x per step
  evaluate        measure quality as in the paper
  align           train an adapter for the vision-language model that writes prompts
  demo            render a sample zoom strip (no display needed)
  bench           measure how fast this computer generates a view
  export-session  save the tiles and views of a photo in one file
  models          list the engines, download and check their files
  cache           show or clear the cache

examples:
  cozviewer                                open the viewer
  cozviewer photo.jpg                      zoom into a photo
  cozviewer a.jpg b.jpg                    open several, PgDown shows the next one
  cozviewer photo.jpg --engine bicubic     enlarge without a model
  cozviewer photo.jpg --engine my4x.safetensors
  cozviewer trip.cozview                   resume a session
  cozviewer render photo.jpg -o out.png --zoom 64
  cozviewer upscale photo.jpg --scale 4

A photo that is named like a command is opened as ./render.
"""


def main(argv: list[str] | None = None) -> int:
    """Run `cozviewer` and return its exit code.

    Args:
        argv: The arguments after the program's name; None takes those of the process.

    Returns:
        0, 2 for bad input, 1 for a failure, 130 after Ctrl-C, 143 after SIGTERM, 129
        after SIGHUP.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    prepare()
    try:
        try:
            with ending_in_order():
                code = _run(arguments)
        except SystemExit as done:  # argparse, after --help and --version
            code = done.code if isinstance(done.code, int) else 0
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            traceback.print_exc()
        sentence, code = _message_of(error)
        print(f"cozviewer: {sentence}", file=sys.stderr)
    lost = lost_output()
    if lost is None:
        return code
    if not isinstance(lost, BrokenPipeError):  # otherwise the reader has closed the pipe
        print(
            f"cozviewer: The result could not be printed ({lost.strerror or lost}). Redirect the "
            "output elsewhere.",
            file=sys.stderr,
        )
    return code or Failure.exit_code


def _message_of(error: BaseException) -> tuple[str, int]:
    """Return the message and the exit code for an error that ended a command."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return str(error) or "Stopped.", getattr(error, "exit_code", INTERRUPTED)
    if isinstance(error, CozviewerError):
        return str(error), error.exit_code
    if isinstance(error, MemoryError):
        return "Not enough memory. Close other programs, or choose a smaller output.", 1
    return (
        f"Unexpected error ({type(error).__name__}: {error}). Use --debug for details.",
        Failure.exit_code,
    )


def _run(arguments: list[str]) -> int:
    arguments = joined(arguments)
    viewer = _viewer_parser()
    at = command_at(arguments, COMMANDS, viewer)
    if at is None:
        return _view(viewer.parse_intermixed_args(arguments))
    name = arguments.pop(at)
    parser = Parser(prog="cozviewer", allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command")
    COMMANDS[name].add_parser(subparsers)
    args, unknown = parser.parse_known_args([name, *arguments])
    if unknown:
        raise BadInput(f"Unrecognized argument {unknown[0]!r}. See `cozviewer {name} --help`.")
    code: int = COMMANDS[name].run(args)
    return code


def whole_parser() -> Parser:
    """Return a parser of the options and of all commands, for shell completion and the manual; the
    program itself parses with that of one command, so that it starts at once."""
    parser = Parser(
        prog="cozviewer",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_viewer_options(parser)
    subparsers = parser.add_subparsers(dest="command", metavar="IMAGE or COMMAND")
    for command in COMMANDS.values():
        command.add_parser(subparsers)
    return parser


class _PrintCompletion(argparse.Action):
    """Prints the completion script of a shell and ends the program."""

    def __call__(self, parser: object, args: object, shell: object, option: object = None) -> None:
        try:
            import shtab
        except ImportError as error:
            raise BadInput(
                "Completion needs the package shtab: install it with `pip install shtab`."
            ) from error
        script = shtab.complete(whole_parser(), shell=str(shell))
        if shell == "bash":  # where no command fits, the names of files
            script = script.replace("complete -o bashdefault", "complete -o bashdefault -o default")
        print(script)
        raise SystemExit(0)


def _viewer_parser() -> Parser:
    parser = Parser(
        prog="cozviewer",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "images",
        nargs="*",
        type=image_path,
        metavar="IMAGE",
        help="the photos, folder or session to open",
    )
    _add_viewer_options(parser)
    return parser


def _add_viewer_options(parser: Parser) -> None:
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_source_option(parser)
    add_page_option(parser)
    add_tone_option(parser)
    parser.add_argument(
        "--debug", action="store_true", help="show where in the program an error occurred"
    )
    parser.add_argument("--version", action="version", version=f"cozviewer {__version__}")
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=("bash", "zsh", "fish", "tcsh", "powershell"),
        metavar="SHELL",
        help="print a script that completes commands and options in a shell: bash, zsh, "
        "fish, tcsh or powershell",
    )


def _view(args: argparse.Namespace) -> int:
    """Open the viewer and return its exit code when its window is closed."""
    choice, cache_folder = engine_choice(args), cache_of(args)
    from cozviewer.session.session import SUFFIX

    sessions = [path for path in args.images if path.suffix.lower() == SUFFIX]
    if args.tone.changed and (sessions or len(args.images) != 1):
        raise BadInput("--tone applies to one image: name no session and no other files with it.")
    if len(args.images) > 1 and args.source is not None:
        raise BadInput("--source applies to one session: name no other files with it.")
    if sessions and engine_named(args):
        raise BadInput(
            "A session already defines its engine. Remove the engine options; you can choose "
            "another engine in the window."
        )
    if not _has_screen():
        raise Failure(
            "No display found. Use `cozviewer render` to save views without a window, or "
            "`cozviewer demo` to try it."
        )
    try:
        from cozviewer.app import run_viewer
    except ImportError as error:
        raise Failure(
            f"The window cannot be opened, as a system library is missing ({error}). Install it, "
            "or use `cozviewer render` and `cozviewer demo`, which need no window."
        ) from error
    return run_viewer(
        args.images,
        choice,
        cache_folder,
        args.allow_huge,
        args.source,
        args.page,
        tone=args.tone,
        restore_engine=args.engine is None,
        cache_named=args.cache is not None,
    )


def _has_screen() -> bool:
    """Return whether there is a display; only on Linux there may be none."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
