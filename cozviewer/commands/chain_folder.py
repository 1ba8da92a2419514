"""Runs `cozviewer chain`: makes the chains of images, one after the other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cozviewer.assembly import Models, make_models
from cozviewer.chain.paper import State, first_state_of, later_states
from cozviewer.cluster.link import ClusterOptions
from cozviewer.commands.chain_files import ChainFiles, files_of
from cozviewer.commands.common.cluster import calls_on_cluster
from cozviewer.commands.common.images import images_in, unique_names
from cozviewer.commands.common.options import NO_BARS, ScaleBars
from cozviewer.commands.common.output import make_folder
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.export.targets import Inputs, refuse_inputs
from cozviewer.image.source import Source, open_source
from cozviewer.image.subject import Scale
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.pyramid.geometry import STEP_LEVELS, level_name
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.units import seconds_left


@dataclass(frozen=True)
class ChainOptions:
    """What `make_chains` works on.

    Attributes:
        input: An image, or a folder of images.
        output: The folder to write to.
        levels: How many steps of 4x.
        choice: The engine and its settings.
        inputs: Files that must not be replaced.
        cache: The cache folder, for converted models; None keeps nothing.
        allow_huge: Whether to open images over the size limit.
        page: Which page or frame of each file, from 1; None is the first one.
        tone: How the numbers of each file become grey levels.
        bars: Whether the strips get scale bars.
        cluster: Where the chains of several images are made at the same time; None is here.
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
    cluster: ClusterOptions | None = None
    bars: ScaleBars = NO_BARS


@dataclass
class ChainResults:
    """The result of `make_chains`.

    Attributes:
        names: The NAME of each image's chain in the output folder.
        skipped: Files of the folder that are not images, or are damaged.
        models: The models used.
        device: What they ran on.
    """

    names: dict[Path, str]
    skipped: list[Path]
    models: Models
    device: str = ""


def make_chains(options: ChainOptions, line: ProgressLine, cancelled: IsCancelled) -> ChainResults:
    """Make the chain of every image, and write each state as soon as it is made.

    Raises:
        BadInput: There is no image, an input would be overwritten, the output is not a folder, or
            an option is wrong.
        Cancelled: Finished states are in the output folder.
        Failure: A model failed, or a file could not be written.
    """
    paths, skipped = images_in(options.input, line.notice)
    names = unique_names(paths)
    refuse_inputs(
        (file for name in names for file in files_of(options.output, name, options.levels)),
        options.inputs,
    )
    made = ChainResults({}, skipped, make_models(options.choice, options.cache, line.notice))
    named = list(zip(paths, names, strict=True))
    begun = _begun(named, options, made, line, cancelled)
    try:
        if options.cluster is not None:
            _make_on_cluster(begun, len(paths), options, made, line, cancelled)
        else:
            for chain in begun:
                _make_chain(chain, options, made.models, line, cancelled)
                made.names[chain.path] = chain.files.name
            made.device = made.models.upscaler.device
    except Cancelled as error:
        raise Cancelled(f"Stopped; what was finished is in {options.output}.") from error
    if not made.names:
        raise BadInput(f"No photo in {options.input} could be read to its end: get fresh copies.")
    return made


@dataclass(frozen=True)
class _Begun:
    """A chain whose first state is written.

    Attributes:
        path: The image.
        about: What names it on the progress line.
        files: Where its files go.
        first: Its first state.
    """

    path: Path
    about: str
    files: ChainFiles
    first: State


def _begun(
    named: list[tuple[Path, str]],
    options: ChainOptions,
    made: ChainResults,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> Iterator[_Begun]:
    """Open images, write their first states, and yield them; unreadable ones are skipped."""
    for number, (path, name) in enumerate(named, 1):
        about = path.name if len(named) == 1 else f"{path.name} ({number} of {len(named)})"
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
            scale = _scale_of(source, options, line)
        except BadInput as error:
            if not options.input.is_dir():
                raise
            line.notice(f"Skipped: {error}")
            made.skipped.append(path)
            continue
        for sentence in (*source.warnings, *source.notices):
            line.notice(f"{path.name}: {sentence}")
        make_folder(options.output)
        models = made.models
        files = ChainFiles(options.output, name, source, models.upscaler, models.recipe, scale)
        if source.alpha is not None:
            line.notice(f"{path.name}: transparent parts lie on white in what is made from it.")
        first = first_state_of(source)
        files.save_state(first, cancelled)
        yield _Begun(path, about, files, first)


def _scale_of(source: Source, options: ChainOptions, line: ProgressLine) -> Scale | None:
    """Return the scale of the bars in an image's strip; None for none. In a folder, an image of
    unknown size has none.

    Raises:
        BadInput: The size of the only image is not known.
    """
    try:
        return options.bars.scale_of(OpenedImage(source))
    except BadInput as error:
        if not options.input.is_dir():
            raise
        line.notice(f"No scale bar: {error}")
        return None


def _make_chain(
    chain: _Begun,
    options: ChainOptions,
    models: Models,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> None:
    """Make and write the later states of one image."""
    upscaler, about, states = models.upscaler, chain.about, [chain.first]
    line.show(f"{about}: loading {upscaler.name}")
    upscaler.load()
    line.show(f"{about}: generating {level_name(STEP_LEVELS)}")
    started = time.perf_counter()
    for state in later_states(
        states[0], options.levels, upscaler, models.prompter, models.recipe, cancelled
    ):
        chain.files.save_state(state, cancelled)
        states.append(state)
        if state.index < options.levels:
            left = seconds_left(time.perf_counter() - started, state.index, options.levels)
            stage = f"{about}: generating {level_name(STEP_LEVELS * (state.index + 1))}"
            line.show(stage, seconds_left=left)
    chain.files.save_strip(states, cancelled)


def _make_on_cluster(
    begun: Iterator[_Begun],
    total: int,
    options: ChainOptions,
    made: ChainResults,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> None:
    """Make the chains of several images at the same time, and write each when it is complete."""
    assert options.cluster is not None
    under_way: dict[Path, _Begun] = {}

    def calls() -> Iterator[tuple[Path, tuple[State, int]]]:
        for chain in begun:
            under_way[chain.path] = chain
            yield chain.path, (chain.first, options.levels)

    started = time.perf_counter()
    with calls_on_cluster(options.cluster, options.choice, options.cache, line.notice) as cluster:
        for path, states in cluster.results(states_on_node, calls(), cancelled):
            chain = under_way.pop(path)
            for state in states:
                chain.files.save_state(state, cancelled)
            chain.files.save_strip([chain.first, *states], cancelled)
            made.names[chain.path] = chain.files.name
            done = len(made.names)
            line.show(
                f"{done} of {total} chains made on {cluster.device}",
                seconds_left=seconds_left(time.perf_counter() - started, done, total),
            )
        made.device = cluster.device


def states_on_node(models: Models, first: State, levels: int) -> list[State]:
    """Return the states after the first; called on the nodes of a cluster."""
    return list(later_states(first, levels, models.upscaler, models.prompter, models.recipe, never))
