"""From a rest to a refined 1280 x 800 view: level after level, and in one jump."""

import time

from cozviewer.pyramid.camera import camera_at
from tests.benchmarks.desk import at_rest, open_window, show, wait

DEPTHS = (4, 16, 64, 256, 1024, 4096)
PLACE = (610.3, 405.7)
"""Source pixels: in the dandelion's head."""


def test_refine() -> None:
    print("\n4. From rest to a refined 1280 x 800 view")
    with open_window("realesrgan", 1280, 800) as window:
        document = window.document
        assert document is not None
        window.navigator.reduced_motion = True
        tiles = 0
        first = 0.0
        for depth in DEPTHS:
            seconds = _refined(window, depth)
            now = document.chain.pyramid.store.usage()[1]
            first = first or seconds
            show(
                f"x{depth} after x{depth // 4}",
                f"{seconds:.1f} s, {now - tiles} tiles",
                "" if depth == DEPTHS[0] else "the same for each level below the first",
            )
            tiles = now
    for depth in (4096,):
        with open_window("realesrgan", 1280, 800) as window:
            window.navigator.reduced_motion = True
            seconds = _refined(window, depth)
            document = window.document
            assert document is not None
            made = document.chain.pyramid.store.usage()[1]
            show(f"x{depth} in one jump from the whole picture", f"{seconds:.1f} s, {made} tiles")


def _refined(window, depth: int) -> float:  # type: ignore[no-untyped-def]
    """Go to a depth; return the seconds from rest to the exact frame."""
    window.navigator.go_to(camera_at(*PLACE, float(depth)))
    wait(lambda: window.navigator.at_rest)
    started = time.perf_counter()
    wait(lambda: at_rest(window))
    return time.perf_counter() - started
