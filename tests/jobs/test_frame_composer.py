"""A frame says whether all tiles of its view were there."""

from cozviewer.image.source import source_from_pixels
from cozviewer.jobs.frame_composer import ComposedFrame, FrameComposer, FrameRequest
from cozviewer.jobs.images import to_qimage
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import TileStore
from tests.pyramid.pyramids import enlarged, noise, put_level, put_tiles, pyramid_of
from tests.pyramid.stores import STEP, STORE_KEY

VIEW = View(camera_at(128, 64, 4.0), 512, 256).aligned()


def composed(pyramid: Pyramid, finest: int | None = None) -> ComposedFrame:
    """Return the frame of a view."""
    frames: list[ComposedFrame] = []
    composer = FrameComposer(pyramid)
    composer.composed.connect(lambda _request, frame: frames.append(frame))
    composer.compose(FrameRequest(VIEW, finest))
    (frame,) = frames
    return frame


def test_a_frame_is_complete_with_all_its_tiles() -> None:
    rgb = noise(256, 128)
    pyramid = pyramid_of(rgb)
    put_level(pyramid, 2, 255 - enlarged(rgb, 4))
    frame = composed(pyramid)
    assert frame.complete
    assert frame.image == to_qimage(compose(pyramid, VIEW))
    assert composed(pyramid, finest=0).complete


def test_without_a_tile_it_is_not_and_shows_a_coarser_one() -> None:
    pyramid = pyramid_of(noise(256, 128))
    frame = composed(pyramid)
    assert not frame.complete
    assert frame.image == to_qimage(compose(pyramid, VIEW, finest=0))


def test_a_tile_that_only_decoding_finds_damaged_counts() -> None:
    complaints: list[str] = []
    rgb = noise(256, 128)
    store = TileStore.open(None, STORE_KEY, complaints.append)
    pyramid = Pyramid(source_from_pixels(rgb, "test.png"), store)
    damaged = TileKey(2, 6, 3)
    store.put(damaged, noise(8, 8), store.begin_step(STEP))  # the wrong size, with a checksum
    keys = set(tiles_of(2, pyramid.level_rect(2)))
    put_tiles(pyramid, enlarged(rgb, 4), list(keys - {damaged}))
    assert not pyramid.missing(keys)
    assert not composed(pyramid).complete
    assert pyramid.missing([damaged]) == [damaged]
    assert len(complaints) == 1
