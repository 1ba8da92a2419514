"""Runs `cozviewer chain`: makes the chains of pictures, one after the other."""

import time
from dataclasses import dataclass
from pathlib import Path

from cozviewer.assembly import Models, make_models
from cozviewer.chain.paper import first_state_of, later_states
from cozviewer.commands.chain_files import ChainFiles, files_of
from cozviewer.commands.common.output import make_folder
from cozviewer.commands.common.pictures import pictures_in, unique_names
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.export.targets import Inputs, refuse_inputs
from cozviewer.image.source import open_source
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.pyramid.geometry import STEP_LEVELS, level_name
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.units import seconds_left


@dataclass(frozen=True)
class ChainOptions:
    """What `make_chains` works on.

    Attributes:
        input: A picture, or a folder of pictures.
        output: The folder to write to.
        levels: How many steps of 4x.
        choice: The engine and its settings.
        inputs: Files that must not be replaced.
        cache: The cache folder, for converted models; None keeps nothing.
        allow_huge: Whether to open pictures over the size limit.
        page: Which page or frame of each file, from 1; None is the first one.
        tone: How the numbers of each file become grey levels.
    """

    input: Path
    output: Path
    levels: int
    choice: EngineChoice
    inputs: Inputs = ()
    cache: Path | None = None
    allow_huge: bool = False
    page: int | None = None
    tone: Tone = AUTOMATIC


@dataclass(frozen=True)
class ChainResults:
    """The result of `make_chains`.

    Attributes:
        names: The NAME of each picture's chain in the output folder.
        skipped: Files of the folder that are not pictures, or are damaged.
        models: The models used.
    """

    names: dict[Path, str]
    skipped: list[Path]
    models: Models


def make_chains(options: ChainOptions, line: ProgressLine, cancelled: IsCancelled) -> ChainResults:
    """Make the chain of every picture, and write each state as soon as it is made.

    Raises:
        BadInput: There is no picture, an input would be overwritten, the output is not a folder, or
            an option is wrong.
        Cancelled: Finished states are in the output folder.
        Failure: A model failed, or a file could not be written.
    """
    paths, skipped = pictures_in(options.input, line.notice)
    names = unique_names(paths)
    refuse_inputs(
        (file for name in names for file in files_of(options.output, name, options.levels)),
        options.inputs,
    )
    made = ChainResults({}, skipped, make_models(options.choice, options.cache, line.notice))
    try:
        for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
            about = path.name if len(paths) == 1 else f"{path.name} ({number} of {len(paths)})"
            try:
                _make_chain(path, name, about, options, made.models, line, cancelled)
            except _CannotOpen as error:
                if not options.input.is_dir():
                    raise
                line.notice(f"Skipped: {error}")
                skipped.append(path)
            else:
                made.names[path] = name
    except Cancelled as error:
        raise Cancelled(f"Stopped; what was finished is in {options.output}.") from error
    if not made.names:
        raise BadInput(f"No picture in {options.input} could be read to its end: get fresh copies.")
    return made


class _CannotOpen(BadInput):
    """One picture is damaged or too large; others may be fine."""


def _make_chain(
    path: Path,
    name: str,
    about: str,
    options: ChainOptions,
    models: Models,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> None:
    """Make and write the chain of one picture; `about` names it on the progress line."""
    line.show(f"{about}: opening")
    try:
        source = open_source(
            path,
            page=options.page,
            tone=options.tone,
            allow_huge=options.allow_huge,
            cancelled=cancelled,
            managed=not options.choice.paper,  # the authors read no colour profiles
        )
    except BadInput as error:
        raise _CannotOpen(str(error)) from error
    for sentence in (*source.warnings, *source.notices):
        line.notice(f"{path.name}: {sentence}")
    make_folder(options.output)
    upscaler, recipe = models.upscaler, models.recipe
    files = ChainFiles(options.output, name, source, upscaler, recipe)
    if source.alpha is not None:
        line.notice(f"{path.name}: transparent parts lie on white in what is made from it.")
    states = [first_state_of(source)]
    files.save_state(states[0], cancelled)
    line.show(f"{about}: loading {upscaler.name}")
    upscaler.load()
    line.show(f"{about}: generating {level_name(STEP_LEVELS)}")
    started = time.perf_counter()
    for state in later_states(
        states[0], options.levels, upscaler, models.prompter, recipe, cancelled
    ):
        files.save_state(state, cancelled)
        states.append(state)
        if state.index < options.levels:
            left = seconds_left(time.perf_counter() - started, state.index, options.levels)
            stage = f"{about}: generating {level_name(STEP_LEVELS * (state.index + 1))}"
            line.show(stage, seconds_left=left)
    files.save_strip(states, cancelled)
