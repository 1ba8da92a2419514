"""The figures of a report: what is measured, and what is said about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cozviewer.evaluate.consistency import block_drift, drift, lr_psnr
from cozviewer.evaluate.niqe import niqe
from cozviewer.image.pixels import Rgb8


@dataclass(frozen=True)
class Metric:
    """A figure about one step of a chain.

    Attributes:
        name: In files: "lr_psnr".
        title: For people: "LR-PSNR".
        better: Which direction is better.
        digits: After the point.
        measure: (result, parent) -> figure; result is (4H, 4W, 3) uint8, parent (H, W, 3) uint8,
            what the step saw. None where the figure is undefined.
        unit: "" where there is none.
        version: Of what measures: figures of another are not mixed with these.
    """

    name: str
    title: str
    better: Literal["lower", "higher"]
    digits: int
    measure: Callable[[Rgb8, Rgb8], float | None]
    unit: str = ""
    version: str = "1"


OWN = (
    Metric("niqe", "NIQE", "lower", 2, lambda result, parent: niqe(result)),
    Metric("lr_psnr", "LR-PSNR", "higher", 1, lr_psnr, "dB"),
    Metric("drift", "Drift", "lower", 2, drift),
    Metric("blocks", "Block drift", "lower", 2, block_drift),
)
"""Those that need nothing but what is here."""
