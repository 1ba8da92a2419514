"""Sizes, durations, counts and the time left: how the window and the commands write them."""

from typing import Literal

from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

Unit = Literal["tiles", "rows", "frames"]
"""What work consists of."""

COUNTS: dict[Unit, str] = {
    "tiles": QT_TRANSLATE_NOOP("Units", "%n tile(s)"),
    "rows": QT_TRANSLATE_NOOP("Units", "%n row(s)"),
    "frames": QT_TRANSLATE_NOOP("Units", "%n frame(s)"),
}


def count_text(number: int, unit: Unit) -> str:
    """Return "1 tile", "12 rows" or "1,200 frames", in the language of the user."""
    return translate_marked("Units", COUNTS[unit], number)


def bytes_text(size: float) -> str:
    """Return a number of bytes in the unit that suits it: "0 bytes", "370 kB", "1.2 GB".

    Units are decimal (1 kB = 1000 bytes). Below ten of a unit there is one decimal.

    Args:
        size: Bytes, at least 0.
    """
    if size < 999.5:
        count = round(size)
        return translate("Units", "%n byte(s)", None, count)
    value, units = size / 1000, ["kB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.{1 if value < 9.95 else 0}f} {units[0]}"


def gigabytes(size: float) -> str:
    """Return bytes as "9.6 GB": one unit for amounts that are compared, such as needed and free."""
    return f"{size / 1e9:,.1f} GB"


def duration_text(seconds: float) -> str:
    """Return "7 s", "1 min 20 s" or "2 h 5 min"; at least "1 s"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return translate("Units", "{seconds} s").format(seconds=whole)
    minutes, seconds = divmod(whole, 60)
    if minutes >= 60:
        hours, minutes = divmod(minutes, 60)
        return translate("Units", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if not seconds:
        return translate("Units", "{minutes} min").format(minutes=minutes)
    return translate("Units", "{minutes} min {seconds} s").format(minutes=minutes, seconds=seconds)


def seconds_left(elapsed: float, done: float, total: float) -> float | None:
    """Return how long the rest of evenly paced work takes, in seconds.

    Args:
        elapsed: Seconds that the done part took.
        done: What is done, in any unit.
        total: All of the work, in the same unit.

    Returns:
        At least 0; None while nothing is done.
    """
    return max(0.0, elapsed * (total - done) / done) if done > 0 else None
