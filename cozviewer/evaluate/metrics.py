"""The metrics of a report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cozviewer.evaluate.consistency import block_drift, drift, lr_psnr
from cozviewer.evaluate.niqe import niqe
from cozviewer.image.pixels import Rgb8


@dataclass(frozen=True)
class Metric:
    """A metric of one step of a chain.

    Attributes:
        name: Name in files: "lr_psnr".
        title: Display name: "LR-PSNR".
        better: Which direction is better.
        digits: Number of decimals.
        measure: (result, parent) -> figure; result is (4H, 4W, 3) uint8, parent (H, W, 3) uint8,
            the input of the step. None where the figure is undefined.
        unit: "" if there is none.
        version: Version of the implementation: cached figures of others are not used.
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
"""The built-in metrics."""
