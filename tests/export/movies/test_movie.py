"""Movies, read by other programs' libraries: the frames that were given, at their times."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from cozviewer.export.movies.camera_path import FrameSpec, frame_specs
from cozviewer.export.movies.frames import frames_of
from cozviewer.export.movies.movie import check_movie, save_movie
from cozviewer.export.movies.movie_formats import Clip, movie_form
from cozviewer.export.movies.movie_writers import XMP_UUID, comment_of
from cozviewer.export.origin import Origin, from_xmp
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.wording import BORROWED
from cozviewer.util.errors import BadInput, Cancelled, MissingLibrary
from tests.packages import Packages
from tests.pyramid.pyramids import enlarged, gentle, put_level, pyramid_of

ORIGIN = Origin(
    kind="mixed",
    engine="Real-ESRGAN",
    source_name="photo.jpg",
    source_digest="ab" * 32,
    recipe_digest="cd" * 32,
    prompt="",
    centre="150,100",
    magnification="4",
    level=2,
)
SIZE = (160, 96)
FPS = Fraction(25)
SOURCE = gentle(300, 200)


@pytest.fixture(scope="module")
def shown() -> list[FrameSpec]:
    start, end = (View(camera_at(150, 100, zoom), *SIZE) for zoom in (1, 4))
    return frame_specs(start, end, FPS, 0.6, hold_seconds=0.2)


@pytest.fixture(scope="module")
def frames(shown: list[FrameSpec]) -> list[tuple[Rgb8, int]]:
    """Each frame as the viewer composes it, and how often it is shown."""
    pyramid = pyramid_of(SOURCE)
    put_level(pyramid, 2, enlarged(SOURCE, 4))
    try:
        made = list(frames_of(pyramid, shown))
        for (pixels, ticks), frame in zip(made, shown, strict=True):
            assert np.array_equal(pixels, compose(pyramid, frame.view))
            assert ticks == frame.ticks
        return made
    finally:
        pyramid.store.close()


@pytest.fixture
def clip(frames: list[tuple[Rgb8, int]]) -> Clip:
    return Clip("WebP", *SIZE, FPS, sum(ticks for _, ticks in frames), 80)


def expected(frames: list[tuple[Rgb8, int]]) -> list[Rgb8]:
    return [pixels for pixels, ticks in frames for _ in range(ticks)]


def psnr(a: Rgb8, b: Rgb8) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))


def luma(rgb: Rgb8) -> Rgb8:
    """Return what MP4 keeps in full; of colours it keeps one for four pixels."""
    return np.asarray(Image.fromarray(rgb).convert("L"))


def test_frames_can_carry_a_caption(shown: list[FrameSpec]) -> None:
    pyramid = pyramid_of(SOURCE)
    put_level(pyramid, 2, enlarged(SOURCE, 4))
    said = list(frames_of(pyramid, shown[:2], lambda camera: f"x{camera.magnification:.0f}"))
    for (pixels, _), frame in zip(said, shown, strict=False):
        plain = compose(pyramid, frame.view)
        changed = np.argwhere((pixels != plain).any(axis=2))
        assert len(changed)
        # At the bottom left, and small.
        assert changed[:, 0].min() > SIZE[1] / 2
        assert changed[:, 1].max() < SIZE[0] / 2
    pyramid.store.close()


@pytest.mark.parametrize(("codec", "least"), [("h264", 38), ("av1", 37)])
def test_mp4_holds_each_frame_at_its_time(
    tmp_path: Path, frames: list[tuple[Rgb8, int]], clip: Clip, codec: str, least: float
) -> None:
    path = tmp_path / "zoom.mp4"
    clip = replace(clip, form=movie_form(path, codec), quality=90)
    told: list[tuple[int, int]] = []
    save_movie(path, clip, iter(frames), ORIGIN, on_written=lambda *at: told.append(at))
    assert told[-1] == (clip.frames, clip.frames)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name in ({"h264"} if codec == "h264" else {"libdav1d", "av1"})
        assert stream.average_rate == FPS
        assert "it is not evidence" in container.metadata["comment"]
        decoded = list(container.decode(video=0))
        times = [frame.time for frame in decoded]
        images = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in decoded]
    assert times == pytest.approx([i / 25 for i in range(clip.frames)], abs=1e-3)
    wanted = expected(frames)
    assert [picture.shape for picture in images] == [frame.shape for frame in wanted]
    for picture, frame in zip(images, wanted, strict=True):
        assert psnr(luma(picture), luma(frame)) > least
        assert (
            np.abs(picture.mean((0, 1)) - frame.mean((0, 1))).max() < 2.5
        )  # a wrong matrix shifts more
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # plays while it loads
    assert from_xmp(content[content.index(XMP_UUID) + 16 :]) == ORIGIN


def test_webp_of_full_quality_holds_every_pixel(
    tmp_path: Path, frames: list[tuple[Rgb8, int]], clip: Clip
) -> None:
    path = tmp_path / "zoom.webp"
    save_movie(path, replace(clip, quality=100), iter(frames), ORIGIN)
    with Image.open(path) as image:
        assert (image.size, image.info["loop"]) == (SIZE, 0)
        time, at = 0, []
        for i in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(i)
            at.append((time, np.asarray(image.convert("RGB"))))
            time += image.info["duration"]
        packet = image.info["xmp"]
    assert time == 1000 * clip.frames / 25
    for i, wanted in enumerate(expected(frames)):
        found = [pixels for begun, pixels in at if begun <= 40 * i][-1]
        assert np.array_equal(found, wanted)
    assert from_xmp(packet) == ORIGIN


@pytest.mark.parametrize("borrowed", [True, False])
def test_the_comment_names_borrowed_texture(borrowed: bool) -> None:
    comment = comment_of(replace(ORIGIN, borrowed=borrowed))
    assert (f"{ORIGIN.engine}, with {BORROWED}: it is not evidence" in comment) == borrowed


def test_gif_holds_each_frame_in_256_colours(
    tmp_path: Path, frames: list[tuple[Rgb8, int]], clip: Clip
) -> None:
    path = tmp_path / "zoom.gif"
    save_movie(path, replace(clip, form="GIF"), iter(frames), ORIGIN)
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        assert image.n_frames == len(frames)  # type: ignore[attr-defined]
        assert b"it is not evidence" in image.info["comment"]
        total = 0
        for i, (wanted, _) in enumerate(frames):
            image.seek(i)
            assert psnr(np.asarray(image.convert("RGB")), wanted) > 23  # all colours there are
            total += image.info["duration"]
        assert total == 1000 * clip.frames / 25
    content = path.read_bytes()
    begin = content.index(b"XMP DataXMP") + 11
    assert from_xmp(content[begin : content.index(b'<?xpacket end="w"?>') + 19]) == ORIGIN


@pytest.mark.parametrize("suffix", [".mp4", ".webp", ".gif"])
def test_stopped_or_failed_the_old_file_stays(
    tmp_path: Path, frames: list[tuple[Rgb8, int]], clip: Clip, suffix: str
) -> None:
    path = tmp_path / f"zoom{suffix}"
    path.write_text("old")
    clip = replace(clip, form=movie_form(path))
    given = []

    def watched() -> Iterator[tuple[Rgb8, int]]:
        for frame in frames:
            given.append(frame)
            yield frame

    with pytest.raises(Cancelled):
        save_movie(path, clip, watched(), ORIGIN, cancelled=lambda: len(given) >= 3)
    assert 3 <= len(given) <= 4
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("a.avi", {}, r"a\.avi cannot be a movie: use one of \.mp4, "),
        ("a", {}, r"a has no ending: use one of \.mp4, "),
        ("a.mp4", {"width": 641}, r"needs even width and height: choose 640x96"),
        (
            "a.mp4",
            {"width": 20000},
            r"fit into MP4 \(H\.264\), which is limited to 16384 x 16384",
        ),
        ("a.webp", {"height": 17000}, r"do not fit into WebP"),
        ("a.gif", {"fps": Fraction(60)}, r"60 frames per second are too many for GIF: choose at m"),
        ("a.webp", {"quality": 0}, r"The quality is 0"),
        ("gone/a.webp", {}, r"The folder .+gone does not exist"),
        ("a.webp", {"frames": 10**12}, r"a\.webp will take about .+ GB, and .+ GB are free in"),
    ],
)
def test_what_cannot_be_saved_is_told_before(
    tmp_path: Path, clip: Clip, name: str, changes: dict[str, object], said: str
) -> None:
    path = tmp_path / name
    with pytest.raises(BadInput, match=said):
        check_movie(path, replace(clip, form=movie_form(path), **changes))  # type: ignore[arg-type]


def test_without_the_library_mp4_names_it_and_the_others_do(
    tmp_path: Path, clip: Clip, packages: Packages
) -> None:
    packages.hide("av")
    said = r"choose \.webp or \.gif\. .* run `pip install 'cozviewer\[movies\]'`"
    with pytest.raises(MissingLibrary, match=said) as caught:
        check_movie(tmp_path / "a.mp4", replace(clip, form="MP4 (H.264)"))
    assert "pip" not in caught.value.sentence
    check_movie(tmp_path / "a.webp", clip)
