"""What an evaluation found: figures by method, picture and level, and pictures to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cozviewer.evaluate.metrics import Metric
from cozviewer.image.pixels import Rgb8

Figures = dict[str, float | None]
"""About one state, by the names of metrics; None where one is undefined."""


@dataclass(frozen=True)
class Outcome:
    """What a method made of all pictures.

    Attributes:
        title: What people call the method.
        device: Where it computed; "" where all had been made before.
        generative: Whether it invents detail.
        figures: figures[picture][level - 1], as many as there are pictures and levels.
        states: states[picture][level], levels from 0, of the first pictures, for the sheet.
    """

    title: str
    device: str
    generative: bool
    figures: list[list[Figures]]
    states: list[list[Rgb8]]


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found.

    Attributes:
        levels: How many steps of 4x.
        pictures: Their names.
        metrics: What was measured.
        outcomes: By the names of the methods.
        missing: Why other figures were not measured, by their names, without a point.
        left_out: Files that are no pictures, or damaged ones.
    """

    levels: int
    pictures: list[str]
    metrics: list[Metric]
    outcomes: dict[str, Outcome]
    missing: Mapping[str, str]
    left_out: list[Path]
