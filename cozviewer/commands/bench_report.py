"""What `cozviewer bench` finds, and prints: figures as text for people, and as one JSON object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WIDE = 44
"""Characters of what a line is about; the figures stand right of it."""

BUSY = 0.25
"""Part of the cores that other programs may use before figures are called doubtful."""


@dataclass(frozen=True)
class Taken:
    """How long something took.

    Attributes:
        seconds: On the clock.
        core_seconds: CPU time of all threads of the process.
    """

    seconds: float
    core_seconds: float


@dataclass(frozen=True)
class Bare:
    """The bare crop in one number format.

    Attributes:
        numbers: "fp32"; "" for engines that have no choice.
        device: As `Upscaler.device`: "CPU, fp32".
        taken: None where it did not work.
        difference: Mean difference to the first format, in grey levels; None for the first.
        trouble: Why it did not work, a sentence.
    """

    numbers: str
    device: str = ""
    taken: Taken | None = None
    difference: float | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Drafted:
    """The draft of a view, at a magnification: until its first piece, and all of it."""

    magnification: int
    first: Taken
    whole: Taken


@dataclass(frozen=True)
class RefinedView:
    """A refined view.

    Attributes:
        magnification: Of the view.
        had: What was there before, for people: "nothing", "all its tiles", "×4".
        taken: What it took.
        over_bare: Its core-seconds over those of the bare crop in the same number format; None
            where nothing was computed.
    """

    magnification: int
    had: str
    taken: Taken
    over_bare: float | None


@dataclass(frozen=True)
class Figures:
    """All that was measured.

    Attributes:
        machine: As `machine_key`: versions, CPU, cores, threads, instruction sets.
        load: How many programs wanted a core in the minute before, on average.
        engine, device: What drew, and where: "Real-ESRGAN", "CPU, bf16".
        chosen: Why in this number format, for display; "" where there is no choice.
        view, crop: (width, height) of the view, and of the photo's pixels under it at ×4.
        quick: Whether it was a short run.
        loading: What loading the engine took, the choice of a number format included.
        bare: One for each number format, the most exact first.
        drafts: Empty for engines that only interpolate: they have none.
        refined: In the order in which they were made.
    """

    machine: dict[str, str]
    load: float
    engine: str
    device: str
    chosen: str
    view: tuple[int, int]
    crop: tuple[int, int]
    quick: bool
    loading: Taken
    bare: list[Bare]
    drafts: list[Drafted] = field(default_factory=list)
    refined: list[RefinedView] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether other programs were at work before. Then threads wait for each other, and keep
        their cores busy while they do, so core-seconds are too high, too."""
        return self.load > BUSY * float(self.machine["cores"])


def as_text(figures: Figures) -> str:
    """Return the figures as lines of a table."""
    machine, crop = figures.machine, _size(figures.crop)
    lines = [
        f"cozviewer {machine['cozviewer']}, {_library(machine)}, {machine['system']}",
        f"{machine['cpu'] or 'CPU'}: {machine['cores']} cores, {machine['threads']} threads, "
        f"{machine['instructions']}; load {figures.load:.1f}",
        f"{figures.engine} on {figures.device}" if figures.device else figures.engine,
    ]
    if figures.chosen:
        lines[-1] += f" ({figures.chosen})"
    if figures.quick:
        lines.append("A short run: everything once, in a small view, where context costs more.")
    if figures.busy:
        lines.append("Other programs were at work: all figures may be too high, and ratios off.")
    lines += ["", f"{'':<{WIDE}}{'seconds':>10}{'core-seconds':>14}"]
    lines.append(_row("load the engine, choose a number format", figures.loading))
    lines += [_bare_row(each, crop, figures.device) for each in figures.bare]
    for draft in figures.drafts:
        name = _draft_name(draft)
        lines.append(_row(f"{name}, first piece", draft.first))
        lines.append(_row(f"{name}, whole view", draft.whole))
    if not figures.drafts:
        lines.append("drafts: none, the engine draws at once")
    lines += [_row(_refined_name(view), view.taken) for view in figures.refined]
    ratios = [view for view in figures.refined if view.over_bare is not None]
    if ratios:
        lines += ["", f"of a view of {_size(figures.view)}, over the bare crop, in core-seconds"]
        lines += [f"{_refined_name(view):<{WIDE}}{view.over_bare:>10.2f}" for view in ratios]
    return "\n".join(lines)


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the figures as an object for programs; seconds are rounded to a tenth of a
    millisecond."""
    return {
        "machine": figures.machine,
        "load": round(figures.load, 2),
        "engine": figures.engine,
        "device": figures.device,
        "chosen": figures.chosen,
        "view": list(figures.view),
        "crop": list(figures.crop),
        "quick": figures.quick,
        "loading": _seconds(figures.loading),
        "bare": [_bare_json(each, figures.device) for each in figures.bare],
        "drafts": [
            {
                "magnification": draft.magnification,
                "first": _seconds(draft.first),
                "whole": _seconds(draft.whole),
            }
            for draft in figures.drafts
        ],
        "refined": [
            {
                "magnification": view.magnification,
                "had": view.had,
                **_seconds(view.taken),
                "over_bare": None if view.over_bare is None else round(view.over_bare, 3),
            }
            for view in figures.refined
        ],
    }


def _bare_json(bare: Bare, used: str) -> dict[str, Any]:
    return {
        "numbers": bare.numbers,
        "device": bare.device,
        "used": bare.taken is not None and bare.device == used,
        **({} if bare.taken is None else _seconds(bare.taken)),
        "difference": None if bare.difference is None else round(bare.difference, 3),
        "trouble": bare.trouble,
    }


def _seconds(taken: Taken) -> dict[str, float]:
    return {
        "seconds": round(taken.seconds, 4),
        "core_seconds": round(taken.core_seconds, 4),
    }


def _row(name: str, taken: Taken, note: str = "") -> str:
    figures = f"{name:<{WIDE}}{taken.seconds:>10.2f}{taken.core_seconds:>14.2f}"
    return f"{figures}   {note}" if note else figures


def _bare_row(bare: Bare, crop: str, used: str) -> str:
    name = f"bare crop of {crop}"
    if bare.numbers:
        name += f", {bare.numbers}"
    if bare.taken is None:
        return f"{name:<{WIDE}}  {bare.trouble}"
    notes = []
    if bare.device == used and bare.numbers:
        notes.append("used")
    if bare.difference is not None:
        notes.append(f"differs by {bare.difference:.2f} grey levels")
    return _row(name, bare.taken, ", ".join(notes))


def _draft_name(draft: Drafted) -> str:
    jump = " after a jump" if draft.magnification > 4 else ""
    return f"draft at ×{draft.magnification}{jump}"


def _refined_name(view: RefinedView) -> str:
    return f"refined at ×{view.magnification}, from {view.had}"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"


def _library(machine: Mapping[str, str]) -> str:
    """Return what runs the networks, with its version."""
    torch = machine["torch"]
    return f"torch {torch}" if torch else f"OpenVINO {machine['openvino']}"
