"""Runs continue those beside them, and never more than a few follow one another."""

from cozviewer.chain.joining.order import continued, in_joining_order
from cozviewer.chain.runs import Run
from cozviewer.image.rect import Rect

SIDE = 512


def grid(columns: int, rows: int) -> list[Run]:
    """Return adjacent runs, row by row."""
    rects = [Rect(x * SIDE, y * SIDE, SIDE, SIDE) for y in range(rows) for x in range(columns)]
    return [Run(2, rect) for rect in rects]


def test_the_run_in_the_middle_comes_first_as_far_as_neighbours_allow() -> None:
    runs = grid(5, 5)
    ordered = in_joining_order(runs, Rect(0, 0, 5 * SIDE, 5 * SIDE))
    assert ordered[0].level_region == Rect(2 * SIDE, 2 * SIDE, SIDE, SIDE)
    assert sorted(run.keys for run in ordered) == sorted(run.keys for run in runs)


def test_every_run_is_continued_by_its_neighbours_or_continues_them() -> None:
    ordered = in_joining_order(grid(6, 4), Rect(0, 0, 6 * SIDE, 4 * SIDE))
    found = continued(ordered)
    pairs = {(i, j) for i, others in enumerate(found) for j in others}
    beside = 5 * 4 + 6 * 3 + 2 * 5 * 3  # across, down, diagonally
    assert len(pairs) == beside
    assert all(j < i for i, j in pairs)
    depth: list[int] = []
    for others in found:
        depth.append(1 + max((depth[j] for j in others), default=0))
    assert max(depth) == 4


def test_runs_far_apart_wait_for_nothing() -> None:
    far = 1 << 100
    runs = [Run(2, Rect(x, 0, 64, 64)) for x in (0, far, 2 * far)]
    assert continued(in_joining_order(runs, Rect(0, 0, 64, 64))) == [(), (), ()]
