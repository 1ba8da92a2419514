"""What `evaluate` reports: one table over all scales and methods as Markdown, and all as JSON."""

import hashlib
import platform
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cozviewer import __version__
from cozviewer.commands.evaluate.paper import NEAR, Comparison, verdict_of
from cozviewer.evaluate.consistency import BEST_PSNR
from cozviewer.evaluate.metrics import Metric
from cozviewer.evaluate.results import Evaluation, Outcome
from cozviewer.evaluate.tally import mean_and_error
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, level_name
from cozviewer.util.markdown import markdown_table

PACKAGES = ("torch", "diffusers", "transformers", "peft", "openvino", "pyiqa", "lpips", "numpy")
"""Whose versions may move the figures."""

ARROWS = {"lower": "↓", "higher": "↑"}


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return the report as what JSON can hold.

    levels, images and methods are what their names say: for every method, lists of means over
    the images, one for each level, by the names of metrics; `interval` has half the widths of
    their 95 % intervals, `undefined` how many images a mean leaves out, and `per_picture` the
    same lists for each image. What is undefined or unknown is null. `metrics` describes what the
    figures mean, `skipped` why others are missing. `published` compares cells with the figures of a
    paper, `recipes` names everything that decides the pixels of a method, and `machine` the
    versions that made them.
    """
    metrics = evaluation.metrics
    return {
        "levels": scales(evaluation),
        "pictures": evaluation.images,
        "methods": {
            name: {
                **{metric.name: _means(outcome, metric) for metric in metrics},
                "interval": {metric.name: _errors(outcome, metric) for metric in metrics},
                "undefined": {metric.name: _undefined(outcome, metric) for metric in metrics},
                "per_picture": {
                    image: {
                        metric.name: [figures[metric.name] for figures in levels]
                        for metric in metrics
                    }
                    for image, levels in zip(evaluation.images, outcome.figures, strict=True)
                },
                "title": outcome.title,
                "device": outcome.device,
            }
            for name, outcome in evaluation.outcomes.items()
        },
        "metrics": {
            metric.name: {"title": metric.title, "unit": metric.unit, "better": metric.better}
            for metric in metrics
        },
        "published": [asdict(each) for each in compared(evaluation)],
        "recipes": {name: outcome.identity for name, outcome in evaluation.outcomes.items()},
        "machine": machine(),
        "skipped": dict(evaluation.missing),
        "left_out": [str(path) for path in evaluation.left_out],
    }


def as_markdown(evaluation: Evaluation, sheet: str = "") -> str:
    """Return the report for people.

    Args:
        sheet: Address of the image sheet from where the report lies; "" for none.
    """
    count, metrics = len(evaluation.images), evaluation.metrics
    images = "1 photo" if count == 1 else f"{count} photos"
    titles = [
        f"{metric.title}{f' ({metric.unit})' if metric.unit else ''} {ARROWS[metric.better]}"
        for metric in metrics
    ]
    rows = [
        [
            scale,
            _cell(name),
            *(_shown(metric, outcome, level) for metric in metrics),
        ]
        for level, scale in enumerate(_scale_names(evaluation))
        for name, outcome in evaluation.outcomes.items()
    ]
    table = markdown_table([["Scale", "Method", *titles], *rows])
    parts = [f"# Evaluation on {images}", table, _notes(evaluation)]
    cells = compared(evaluation)
    if cells:
        parts += ["## Beside the published figures", _comparison(evaluation, cells)]
    parts += ["## Made with", _made_with(evaluation)]
    if sheet:
        parts.append(f"![Rows are methods, columns are scales]({sheet})")
    return "\n\n".join(parts) + "\n"


def compared(evaluation: Evaluation) -> list[Comparison]:
    """Return the figures that have a published counterpart, in the order of the table."""
    found = []
    for level, scale in enumerate(scales(evaluation)):
        for name, outcome in evaluation.outcomes.items():
            for metric in evaluation.metrics:
                theirs = evaluation.published.get((name, scale, metric.name))
                ours, error = mean_and_error(_values(outcome, metric, level))
                if theirs is None or ours is None:
                    continue
                verdict = verdict_of(ours, error, theirs, metric.better)
                found.append(Comparison(name, scale, metric.name, ours, error, theirs, verdict))
    return found


def machine() -> dict[str, str]:
    """Return the system and the versions of what made the figures."""
    found = {
        "cozviewer": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
    }
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _comparison(evaluation: Evaluation, cells: Sequence[Comparison]) -> str:
    metrics = {metric.name: metric for metric in evaluation.metrics}
    rows = []
    for cell in cells:
        metric = metrics[cell.metric]
        error = "" if cell.error is None else f" ± {cell.error:.{metric.digits}f}"
        rows.append(
            [
                f"×{cell.scale}",
                _cell(cell.method),
                f"{metric.title} {ARROWS[metric.better]}",
                f"{cell.ours:.{metric.digits}f}{error}",
                f"{cell.published:.{metric.digits}f}",
                cell.verdict,
            ]
        )
    counts = Counter(cell.verdict for cell in cells)
    sums = ", ".join(f"{counts[each]} {each}" for each in ("as published", "better", "worse"))
    note = (
        f"Of {len(cells)} cells: {sums}. As published: the paper's figure lies in our 95 % "
        f"interval, or within {100 * NEAR:.0f} % of ours."
    )
    head = ["Scale", "Method", "Metric", "Here", "Published", "Verdict"]
    return f"{markdown_table([head, *rows])}\n\n{note}"


def _made_with(evaluation: Evaluation) -> str:
    """Return the versions, and a digest of the recipe of each method, as a list."""
    lines = [", ".join(f"{name} {text}" for name, text in machine().items())]
    for name, outcome in evaluation.outcomes.items():
        digest = hashlib.sha256(outcome.identity.encode()).hexdigest()[:16]
        device = f" on {outcome.device}" if outcome.device else ""
        lines.append(f"{_cell(name)}: {_cell(outcome.title)}{device}, recipe {digest}")
    return "\n".join(f"- {line}" for line in lines)


def scales(evaluation: Evaluation) -> list[int]:
    """Return the magnifications: 4, 16, 64, 256."""
    return [STEP_SCALE**level for level in range(1, evaluation.levels + 1)]


def _scale_names(evaluation: Evaluation) -> list[str]:
    return [level_name(STEP_LEVELS * level) for level in range(1, evaluation.levels + 1)]


def _values(outcome: Outcome, metric: Metric, level: int) -> list[float]:
    """Return the figures of all images that have one."""
    found = [figures[level][metric.name] for figures in outcome.figures]
    return [value for value in found if value is not None]


def _levels(outcome: Outcome) -> range:
    return range(len(outcome.figures[0]))


def _means(outcome: Outcome, metric: Metric) -> list[float | None]:
    return [mean_and_error(_values(outcome, metric, level))[0] for level in _levels(outcome)]


def _errors(outcome: Outcome, metric: Metric) -> list[float | None]:
    return [mean_and_error(_values(outcome, metric, level))[1] for level in _levels(outcome)]


def _undefined(outcome: Outcome, metric: Metric) -> list[int]:
    return [
        len(outcome.figures) - len(_values(outcome, metric, level)) for level in _levels(outcome)
    ]


def _shown(metric: Metric, outcome: Outcome, level: int) -> str:
    mean, error = mean_and_error(_values(outcome, metric, level))
    if mean is None:
        return "–"
    text = f"{mean:.{metric.digits}f}"
    return text if error is None else f"{text} ± {error:.{metric.digits}f}"


def _notes(evaluation: Evaluation) -> str:
    """Return what the table means, and what it lacks, as a list."""
    notes = [
        "The protocol of the Chain-of-Zoom paper: the short side of a photo becomes 512 pixels, "
        "the middle square is the first state, and each scale shows its middle 4× closer. nearest, "
        "bicubic and onestep enlarge the first state to each scale directly, all others go from "
        "state to state.",
        "NIQE: how far a result is from what natural photos look like, of luma (BT.601).",
        "LR-PSNR, drift and block drift: the result, shrunk 4×, against the middle of the same "
        "method's state before; drift is by how many of 256 grey levels the channel that shifted "
        "most did so on average, over the photo and in the worst of its 16 blocks. "
        f"{BEST_PSNR:.0f} dB: no difference.",
    ]
    if len(evaluation.images) > 1:
        notes.append("±: 95 % interval of the mean over the photos (Student's t).")
    for metric in evaluation.metrics:
        lacking = [
            f"{name} at {scale} for {undefined}"
            for name, outcome in evaluation.outcomes.items()
            for scale, undefined in zip(
                _scale_names(evaluation), _undefined(outcome, metric), strict=True
            )
            if undefined
        ]
        if lacking:
            notes.append(
                f"{metric.title} is undefined for photos without structure, and the mean leaves "
                f"them out: {'; '.join(lacking)} of {len(evaluation.images)}."
            )
    notes += [f"Skipped: {reason}." for reason in evaluation.missing.values()]
    notes += [f"Skipped: {_cell(path.name)}." for path in evaluation.left_out]
    return "\n".join(f"- {note}" for note in notes)


def _cell(text: str) -> str:
    """Return text that stays within its cell and cannot steer the terminal."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean.replace("|", "\\|")
