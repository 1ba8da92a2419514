"""The result of an evaluation: figures by method, image and level, and states to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cozviewer.evaluate.metrics import Metric
from cozviewer.image.pixels import Rgb8

Figures = dict[str, float | None]
"""Figures of one state by names of metrics; None where undefined."""


@dataclass(frozen=True)
class Outcome:
    """The results of a method for all images.

    Attributes:
        title: Display name of the method.
        device: Where it ran; "" if all results were cached.
        generative: Whether it invents detail.
        figures: figures[image][level - 1] for all images and levels.
        states: states[image][level], levels from 0, of the first images, for the sheet.
        identity: Everything that decides its pixels: engine, weights, settings, prompter.
    """

    title: str
    device: str
    generative: bool
    figures: list[list[Figures]]
    states: list[list[Rgb8]]
    identity: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The result of `evaluate`.

    Attributes:
        levels: Number of 4x steps.
        images: Names of the images.
        metrics: The metrics used.
        outcomes: Results by names of methods.
        missing: Reasons why other metrics were not used, by their names, without a full stop.
        left_out: Files that are not images, or are damaged.
        published: Figures to compare with, by method, scale and metric: ("coz+qwen", 256, "niqe").
    """

    levels: int
    images: list[str]
    metrics: list[Metric]
    outcomes: dict[str, Outcome]
    missing: Mapping[str, str]
    left_out: list[Path]
    published: Mapping[tuple[str, int, str], float] = field(default_factory=dict)
