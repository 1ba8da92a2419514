"""Ratings of blind comparisons: which of two unnamed images the user preferred, as CSV.

This follows the user study of the Chain-of-Zoom paper (arXiv 2505.18600). The file has a row for
each rating and can be opened in any spreadsheet.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from cozviewer.export.replacing import replacing
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

Verdict = Literal["first", "second", "same"]

Z_95 = 1.959964
"""95 % of a normal distribution is within this number of standard deviations."""

_T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179,
         2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
         2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip
"""The two-sided 95 % quantiles of Student's t with 1 to 30 degrees of freedom."""


@dataclass(frozen=True)
class Judgement:
    """A rating of two images.

    Attributes:
        made_at: ISO 8601, UTC.
        picture, centre, magnification: The view, as in `Origin`.
        first, second: Names of the two images.
        better: The preferred one.
        first_score, second_score: 1 (bad) to 5 (excellent); None if not rated.
    """

    made_at: str
    picture: str
    centre: str
    magnification: str
    first: str
    second: str
    better: Verdict
    first_score: int | None = None
    second_score: int | None = None


@dataclass(frozen=True)
class Standing:
    """Summary of the ratings of one kind of image.

    Attributes:
        name: Its name.
        shown: Number of comparisons with it.
        wins: Number of comparisons in which it was preferred; "same" counts half.
        low, high: 95 % interval of wins / shown (Wilson 1927).
        opinion: Mean score, or None.
        opinion_error: Half the width of its 95 % interval (Student); None below two scores.
    """

    name: str
    shown: int
    wins: float
    low: float
    high: float
    opinion: float | None
    opinion_error: float | None


def standings(judgements: Iterable[Judgement]) -> list[Standing]:
    """Summarise the ratings of each kind of image, the most preferred first."""
    wins: dict[str, list[float]] = {}
    scores: dict[str, list[int]] = {}
    for each in judgements:
        for name, side, score in (
            (each.first, "first", each.first_score),
            (each.second, "second", each.second_score),
        ):
            won = 0.5 if each.better == "same" else float(each.better == side)
            wins.setdefault(name, []).append(won)
            scores.setdefault(name, []).extend([] if score is None else [score])
    found = []
    for name, points in wins.items():
        low, high = wilson(sum(points), len(points))
        opinion, error = mean_and_error(scores[name])
        found.append(Standing(name, len(points), sum(points), low, high, opinion, error))
    return sorted(found, key=lambda standing: (-standing.wins / standing.shown, standing.name))


def wilson(wins: float, shown: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927), valid for small numbers, too."""
    share, square = wins / shown, Z_95**2
    middle = (share + square / (2 * shown)) / (1 + square / shown)
    reach = Z_95 * math.sqrt(share * (1 - share) / shown + square / (4 * shown**2))
    reach /= 1 + square / shown
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mean_and_error(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the mean and half the width of its 95 % interval (Student's t).

    Returns:
        (None, None) without values, (mean, None) for one.
    """
    count = len(values)
    if not count:
        return None, None
    mean = sum(values) / count
    if count == 1:
        return mean, None
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    factor = _T_95[count - 2] if count - 1 <= len(_T_95) else Z_95
    return mean, factor * deviation / math.sqrt(count)


def add_judgement(path: Path, judgement: Judgement) -> list[Judgement]:
    """Add a rating to a file, created if necessary, and return all ratings in it.

    The file is replaced atomically.

    Raises:
        BadInput: The file exists and does not contain ratings.
        Failure: It cannot be written.
    """
    judgements = [*(read_tally(path) if path.exists() else []), judgement]
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS)
    rows.writeheader()
    for each in judgements:
        rows.writerow({name: "" if v is None else v for name, v in asdict(each).items()})
    with replacing(path, lambda: False) as file:
        file.write(text.getvalue().encode("utf-8"))
    return judgements


def read_tally(path: Path) -> list[Judgement]:
    """Return the ratings in a file.

    Raises:
        BadInput: It cannot be read, or does not contain ratings.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != _COLUMNS:
                raise ValueError
            judgements = []
            for row in rows:
                if None in row:  # more cells than columns: rewriting the file would drop them
                    raise ValueError
                judgements.append(_judgement(row))
            return judgements
    except OSError as error:
        raise BadInput(
            translate(
                "Error", "The ratings {path} cannot be read ({reason}): choose another file."
            ).format(path=path, reason=error.strerror)
        ) from error
    except (ValueError, TypeError, KeyError, csv.Error) as error:
        raise BadInput(
            translate(
                "Error", "{path} does not contain ratings of comparisons: choose another file."
            ).format(path=path)
        ) from error


def _judgement(row: dict[str, str]) -> Judgement:
    better = row["better"]
    if better not in ("first", "second", "same"):
        raise ValueError
    words = {name: row[name] for name in _COLUMNS[:6]}
    scores = [int(row[name]) if row[name] else None for name in _COLUMNS[7:]]
    if any(score is not None and not 1 <= score <= 5 for score in scores):
        raise ValueError
    return Judgement(**words, better=better, first_score=scores[0], second_score=scores[1])  # type: ignore[arg-type]


_COLUMNS = tuple(field.name for field in fields(Judgement))
