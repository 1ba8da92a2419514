"""Upscaling in parts: they cover the image, join invisibly, and shrink when memory runs out."""

import numpy as np
import pytest

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models.tiling import upscale_in_parts
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled, Failure

RADIUS = 3
"""How far `Smear` looks, in parent pixels."""


class Smear:
    """A network of sorts: every fine pixel depends on parent pixels up to RADIUS away.

    Memory is enough for `room` pixels at a time.
    """

    def __init__(self, room: int = 10**9) -> None:
        self.room = room
        self.sizes: list[tuple[int, int]] = []

    def __call__(self, pixels: RgbFloat, progressed: Progressed = ignore) -> RgbFloat:
        progressed(0.5)
        height, width = pixels.shape[:2]
        if height * width > self.room:
            raise MemoryError
        assert pixels.flags.c_contiguous
        assert pixels.flags.writeable
        self.sizes.append((width, height))
        result = np.zeros((4 * height, 4 * width, 3), np.float32)
        padded = np.pad(pixels, ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)))
        for dy in range(2 * RADIUS + 1):
            for dx in range(2 * RADIUS + 1):
                moved = padded[dy : dy + height, dx : dx + width] * np.float32(dy + 10 * dx)
                result += moved.repeat(4, axis=0).repeat(4, axis=1)
        return result


def image(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(width).random((height, width, 3), np.float32)


def no_shrinking(most: int) -> None:
    pytest.fail("memory did not run out")


def run(
    rgb: Rgb8 | RgbFloat,
    network: Smear,
    *,
    side: int,
    halo: int = RADIUS,
    shrunk: list[int] | None = None,
) -> RgbFloat:
    return upscale_in_parts(
        rgb,
        network,
        most=side * side,
        halo=halo,
        cancelled=never,
        shrunk=no_shrinking if shrunk is None else shrunk.append,
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (100, 70), (41, 64)])
@pytest.mark.parametrize("side", [7, 32, 64])
def test_parts_join_as_if_the_whole_had_been_computed(size: tuple[int, int], side: int) -> None:
    rgb = image(*size)
    np.testing.assert_allclose(run(rgb, Smear(), side=side), Smear()(rgb), rtol=1e-6)


def test_what_is_small_enough_is_one_part_whatever_its_shape() -> None:
    network = Smear()
    run(image(200, 20), network, side=64)
    assert network.sizes == [(200, 20)]


def test_it_is_reported_how_much_of_all_parts_is_done() -> None:
    reported: list[float] = []
    upscale_in_parts(
        image(96, 32),
        Smear(),
        most=32 * 32,
        halo=0,
        cancelled=never,
        shrunk=no_shrinking,
        progressed=reported.append,
    )
    assert reported == pytest.approx([1 / 6, 3 / 6, 5 / 6])


def test_without_a_halo_the_seams_would_show() -> None:
    rgb = image(64, 64)
    assert not np.allclose(run(rgb, Smear(), side=32, halo=0), Smear()(rgb))


def test_8_bit_and_float_pixels_give_the_same() -> None:
    rgb8 = (image(9, 5) * 255).astype(np.uint8)
    result = run(rgb8, Smear(), side=64)
    np.testing.assert_array_equal(result, run(to_float(rgb8), Smear(), side=64))


def test_the_callers_pixels_are_left_alone() -> None:
    rgb = image(10, 10)
    rgb.setflags(write=False)

    class Greedy(Smear):
        def __call__(self, pixels: RgbFloat, progressed: Progressed = ignore) -> RgbFloat:
            result = super().__call__(pixels, progressed)
            pixels[:] = 0
            return result

    before = rgb.copy()
    np.testing.assert_array_equal(run(rgb, Greedy(), side=4), run(before, Smear(), side=4))


def test_a_part_that_does_not_fit_is_halved_and_the_work_goes_on() -> None:
    rgb, network, shrunk = image(150, 100), Smear(room=2500), list[int]()
    result = run(rgb, network, side=128, shrunk=shrunk)
    np.testing.assert_allclose(result, Smear()(rgb), rtol=1e-6)
    assert shrunk == [75 * 75, 38 * 38]  # halves of what was tried, a side
    assert max(map(max, network.sizes)) <= 38 + 2 * RADIUS


def test_what_was_finished_before_memory_ran_out_is_not_computed_again() -> None:
    class Fading(Smear):
        def __call__(self, pixels: RgbFloat, progressed: Progressed = ignore) -> RgbFloat:
            if len(self.sizes) == 3:
                self.room = 48 * 48
            return super().__call__(pixels, progressed)

    rgb, network, shrunk = image(256, 64), Fading(), list[int]()
    result = run(rgb, network, side=64, shrunk=shrunk)
    assert shrunk == [32 * 32]
    assert len(network.sizes) == 3 + 4
    np.testing.assert_allclose(result, Smear()(rgb), rtol=1e-6)


def test_when_even_the_smallest_part_does_not_fit_it_fails_with_a_sentence() -> None:
    shrunk: list[int] = []
    with pytest.raises(Failure, match=r"^Not enough memory to enlarge even 37 × 37 pixels: close"):
        run(image(300, 300), Smear(room=100), side=256, shrunk=shrunk)
    assert shrunk == [75 * 75, 38 * 38]


def test_a_result_that_does_not_fit_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise MemoryError

    rgb = image(8, 9)
    monkeypatch.setattr(np, "empty", full)
    with pytest.raises(Failure, match="Not enough memory to enlarge even 8 × 9 pixels"):
        run(rgb, Smear(), side=256)


def test_it_can_be_stopped_between_parts() -> None:
    network = Smear()
    with pytest.raises(Cancelled):
        upscale_in_parts(
            image(128, 32),
            network,
            most=32 * 32,
            halo=0,
            cancelled=lambda: len(network.sizes) == 2,
            shrunk=no_shrinking,
        )
    assert len(network.sizes) == 2
