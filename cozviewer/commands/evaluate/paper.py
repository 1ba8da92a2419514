"""The table of the Chain-of-Zoom paper: its methods, data, and how a result compares with it."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cozviewer.util.errors import BadInput

LEVELS = 4
"""4x to 256x."""

METRICS = ("niqe", "musiq", "maniqa", "clipiqa")

ROWS = {
    "nearest": "Nearest neighbor",
    "bicubic": "Bicubic",
    "onestep": "One-step SR",
    "coz+none": "CoZ, null prompt",
    "coz+tags": "CoZ, tags (DAPE)",
    "coz+qwen1": "CoZ, VLM, one image",
    "coz+qwen": "CoZ, VLM, multi-scale",
    "coz+aligned": "CoZ, aligned VLM",
}
"""The methods of the table in its order, with their names in the report."""

OPTIONAL = ("coz+tags", "coz+qwen1", "coz+qwen", "coz+aligned")
"""Those that are left out where their files are not on this computer."""

FOLDERS = (
    *("DIV2K_valid_HR", "DIV2K_train_HR", "DIV8K_valid_HR", "DIV8K_train_HR"),
    *("DIV8K_valid", "DIV8K_train", "valid_HR", "train_HR", "HR"),
)
"""Folders of images in DIV2K and DIV8K as they are published, the smaller ones first."""

NEAR = 0.02
"""Part of a published figure within which ours counts as equal, whatever the interval."""

Verdict = Literal["as published", "better", "worse"]

Published = Mapping[tuple[str, int, str], float]
"""Figures by method, scale and metric."""

_COLUMNS = ("method", "scale", "metric", "value")


@dataclass(frozen=True)
class Comparison:
    """A figure beside the published one.

    Attributes:
        method, scale, metric: The cell of the table: "coz+qwen", 256, "niqe".
        ours: The mean over the images.
        error: Half the width of its 95 % interval; None for one image.
        published: The paper's figure.
        verdict: How ours compares.
    """

    method: str
    scale: int
    metric: str
    ours: float
    error: float | None
    published: float
    verdict: Verdict


def verdict_of(
    ours: float, error: float | None, published: float, better: Literal["lower", "higher"]
) -> Verdict:
    """Return how a figure compares with the published one.

    It is "as published" if that lies in our 95 % interval, or within NEAR of ours: the paper gives
    no intervals, and other versions of the libraries move the last digits.
    """
    difference = ours - published
    if abs(difference) <= max(error or 0.0, NEAR * abs(published)):
        return "as published"
    return "better" if (difference < 0) == (better == "lower") else "worse"


def read_published(path: Path) -> Published:
    """Return the figures of a CSV file with the columns method, scale, metric and value, as
    `coz+qwen,256,niqe,7.5`. Rows without a value are left out.

    Raises:
        BadInput: It cannot be read, or a row is not as described.
    """
    found: dict[tuple[str, int, str], float] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not set(_COLUMNS) <= set(rows.fieldnames or ()):
                raise ValueError("the columns must be method, scale, metric and value")
            for row in rows:
                method, scale, metric, value = (str(row[name] or "").strip() for name in _COLUMNS)
                if not value:
                    continue
                if method not in ROWS or metric not in METRICS or not re.fullmatch(r"\d+", scale):
                    raise ValueError(
                        f"line {rows.line_num} names no method, scale and metric of the table"
                    )
                found[method, int(scale), metric] = float(value)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): choose another file.") from error
    except (ValueError, csv.Error) as error:
        raise BadInput(f"{path.name} does not hold published figures: {error}.") from error
    return found


def images_folder(path: Path) -> Path:
    """Return the folder of images in a folder laid out as DIV2K or DIV8K; else `path` itself."""
    if not path.is_dir():
        return path
    for name in FOLDERS:
        if (path / name).is_dir():
            return path / name
    return path
