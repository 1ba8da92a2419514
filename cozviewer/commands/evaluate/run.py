"""Runs `evaluate`: every method on every image, measured level by level.

Methods run one after the other, so that only the models of one are in memory.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from cozviewer.chain.paper import CROP, first_state_of, middle
from cozviewer.cluster.link import ClusterOptions
from cozviewer.commands.common.cluster import calls_on_cluster
from cozviewer.commands.common.images import images_in, unique_names
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.evaluate.methods import (
    ONE_IMAGE,
    ONE_STEP,
    Method,
    Methods,
    states_on_node,
)
from cozviewer.commands.evaluate.paper import OPTIONAL, ROWS, images_folder
from cozviewer.config.choice import EngineChoice
from cozviewer.evaluate.cache import Kept, trim
from cozviewer.evaluate.metrics import OWN, Metric
from cozviewer.evaluate.results import Evaluation, Figures, Outcome
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.models.metrics import learned_metrics
from cozviewer.pyramid.geometry import STEP_LEVELS, level_name
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.units import seconds_left

SHOWN = 3
"""Number of images on the sheet."""


@dataclass(frozen=True)
class EvaluateOptions:
    """What `evaluate` compares.

    Attributes:
        input: An image, or a folder of images.
        levels: How many steps of 4x.
        methods: Names of methods; see `methods`.
        choice: The engine of "onestep", and the settings of all methods.
        prompter: The prompter of all engines; None is the default of each.
        cache: The cache folder; None keeps nothing.
        allow_huge: Whether to open images over the size limit.
        paper: Whether the methods are those of the paper's table; the ones for which a file is
            missing are then left out.
        share: Which of how many shares of the images to evaluate, (0, 1) for all.
        tone: How the numbers of each file become grey levels.
        cluster: Where several images are made at the same time; None is here.
    """

    input: Path
    levels: int
    methods: tuple[str, ...]
    choice: EngineChoice
    prompter: str | None
    cache: Path | None
    allow_huge: bool = False
    paper: bool = False
    share: tuple[int, int] = (0, 1)
    tone: Tone = AUTOMATIC
    cluster: ClusterOptions | None = None


def evaluate(options: EvaluateOptions, line: ProgressLine, cancelled: IsCancelled) -> Evaluation:
    """Evaluate; cached results of earlier runs are used.

    Raises:
        BadInput: There is no image or no such method, or an option is wrong.
        Cancelled: What was finished is kept, where there is a cache.
        Failure: A model failed.
    """
    cache = options.cache
    methods = Methods(options.choice, options.prompter, cache, line.notice, options.paper)
    names_of_methods = _available(options, methods, line)  # fail now, not after hours
    choices = [methods.choice(name) for name in names_of_methods]
    managed = not any(choice is not None and choice.paper for choice in choices)
    names, firsts, left_out = _first_states(options, managed, line, cancelled)
    learned, missing = learned_metrics(options.choice.device)
    metrics = [*OWN, *learned]
    outcomes = {}
    try:
        for name in names_of_methods:
            method = methods.make(name)
            work = _Work(method, options.levels, metrics, cache, line, cancelled)
            choice = methods.used_choice(name)
            made, device = dict[int, list[Rgb8]](), ""
            if name.endswith(f"+{ONE_IMAGE}"):
                choice = None  # nodes make prompters from choices alone
            if options.cluster is not None and choice is not None:
                made, device = _made_on_cluster(options.cluster, choice, work, names, firsts)
            outcome = _outcome(work, names, firsts, made)
            outcomes[name] = replace(outcome, device=device or outcome.device)
    except Cancelled as error:
        end = "the same command goes on from there" if cache else "with --no-cache nothing is kept"
        raise Cancelled(f"Stopped; {end}.") from error
    if cache is not None:
        trim(cache)
    return Evaluation(options.levels, names, metrics, outcomes, missing, left_out)


def _available(options: EvaluateOptions, methods: Methods, line: ProgressLine) -> list[str]:
    """Return the names of the methods that can run; those of the paper without files are left out.

    Raises:
        BadInput: A method does not exist, or cannot run.
    """
    found = []
    for name in options.methods:
        try:
            methods.make(name)
        except BadInput as error:
            if not options.paper or name not in OPTIONAL:
                raise
            line.notice(f"{ROWS[name]} is left out: {error}")
        else:
            found.append(name)
    return found


def _first_states(
    options: EvaluateOptions, managed: bool, line: ProgressLine, cancelled: IsCancelled
) -> tuple[list[str], list[Rgb8], list[Path]]:
    """Return names and first states of the images, and the files that are not images."""
    paths, left_out = images_in(images_folder(options.input), line.notice)
    names, firsts = [], []
    part, parts = options.share
    for path, name in list(zip(paths, unique_names(paths), strict=True))[part::parts]:
        line.show(f"{path.name}: opening")
        try:
            source = open_source(
                path,
                allow_huge=options.allow_huge,
                cancelled=cancelled,
                managed=managed,
                tone=options.tone,
            )
        except BadInput as error:
            if not options.input.is_dir():
                raise
            line.notice(f"Skipped: {error}")
            left_out.append(path)
        else:
            names.append(name)
            firsts.append(first_state_of(source).pixels)
    if not names and parts == 1:
        raise BadInput(f"No photo in {options.input} could be read to its end: get fresh copies.")
    return names, firsts, left_out


@dataclass(frozen=True)
class _Work:
    """The work to be done for every image."""

    method: Method
    levels: int
    metrics: list[Metric]
    cache: Path | None
    line: ProgressLine
    cancelled: IsCancelled


def _made_on_cluster(
    cluster: ClusterOptions,
    choice: EngineChoice,
    work: _Work,
    names: list[str],
    firsts: list[Rgb8],
) -> tuple[dict[int, list[Rgb8]], str]:
    """Return the states that are not in the cache by number of the image, made on a cluster, and
    the device there."""
    made: dict[int, list[Rgb8]] = {}
    missing = []
    for number, first in enumerate(firsts):
        kept = Kept(work.cache, first, work.method.identity, work.line.notice)
        states = [first, *kept.states(work.levels)]
        if len(states) <= work.levels:
            missing.append((number, (work.method.name == ONE_STEP, states, work.levels)))
    if not missing:
        return made, ""
    started = time.perf_counter()
    work.line.show(f"{work.method.name}: starting the workers of the cluster")
    with calls_on_cluster(cluster, choice, work.cache, work.line.notice) as calls:
        for number, states in calls.results(states_on_node, missing, work.cancelled):
            made[number] = states
            kept = Kept(work.cache, firsts[number], work.method.identity, work.line.notice)
            begun = work.levels + 1 - len(states)
            for index, pixels in enumerate(states, begun):
                kept.keep_state(index, pixels)
            left = seconds_left(time.perf_counter() - started, len(made), len(missing))
            stage = f"{work.method.name}: {len(made)} of {len(missing)} photos, {names[number]}"
            work.line.show(stage, seconds_left=left)
        return made, calls.device


def _outcome(
    work: _Work, names: list[str], firsts: list[Rgb8], made: dict[int, list[Rgb8]]
) -> Outcome:
    """Run a method on all images; `made` are their last states, as far as these are made."""
    figures, shown = [], []
    pace = _Pace()
    for number, (name, first) in enumerate(zip(names, firsts, strict=True)):
        about = name if len(names) == 1 else f"{name} ({number + 1} of {len(names)})"
        kept = Kept(work.cache, first, work.method.identity, work.line.notice)
        states = [first, *kept.states(work.levels)]
        last = made.get(number, [])
        if last and len(states) <= work.levels:
            states += last[len(states) - 1 - work.levels :]
        steps_after = (len(names) - number - 1) * work.levels
        _complete(work, states, kept, f"{work.method.name}, {about}", steps_after, pace)
        figures.append(
            [_measured(work, states, kept, index) for index in range(1, work.levels + 1)]
        )
        if number < SHOWN:
            shown.append(states)
    method = work.method
    return Outcome(
        method.title, method.device(), method.generative, figures, shown, method.identity
    )


def _complete(
    work: _Work, states: list[Rgb8], kept: Kept, about: str, steps_after: int, pace: "_Pace"
) -> None:
    """Make the missing states, and write each to the cache at once."""
    if len(states) > work.levels:
        return
    if work.method.generative:
        work.line.show(f"{about}: loading {work.method.title}")
    work.method.load()
    made = work.method.later(states[:], work.levels, work.cancelled)
    while len(states) <= work.levels:
        steps = work.levels + 1 - len(states) + steps_after
        stage = f"{about}: generating {level_name(STEP_LEVELS * len(states))}"
        work.line.show(stage, seconds_left=pace.left(steps))
        with pace:
            pixels = next(made)
        kept.keep_state(len(states), pixels)
        states.append(pixels)


def _measured(work: _Work, states: list[Rgb8], kept: Kept, index: int) -> Figures:
    """Return the figures of the state of a level; missing ones are measured."""
    figures = kept.figures(index, work.metrics)
    missing = [metric for metric in work.metrics if metric.name not in figures]
    if missing:
        parent = middle(states[index - 1], CROP)
        figures |= {metric.name: metric.measure(states[index], parent) for metric in missing}
        kept.keep_figures(index, figures, missing)
    return figures


class _Pace:
    """Measures the time of steps, without the first one, which includes warming up."""

    def __init__(self) -> None:
        self._seconds: list[float] = []

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self._seconds.append(time.perf_counter() - self._began)

    def left(self, steps: int) -> float | None:
        """Estimate the time for further steps in seconds; None if not measured yet."""
        known = self._seconds[1:]
        return steps * sum(known) / len(known) if known else None
