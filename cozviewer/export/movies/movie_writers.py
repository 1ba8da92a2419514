"""Writers of movie files: MP4 through PyAV (FFmpeg), animated WebP and GIF through Pillow.

Each takes the frames one by one, so that a movie need not fit into memory (an encoded WebP must).
Each stores the origin in the file: as a comment, and as XMP.
"""

import io
import os
import struct
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from PIL import GifImagePlugin, Image

from cozviewer import __version__
from cozviewer.export.formats import LOSSLESS, srgb_profile
from cozviewer.export.movies.frames import Frames
from cozviewer.export.movies.movie_formats import MOVIE_FORMATS, Clip
from cozviewer.export.origin import Origin, to_xmp
from cozviewer.image.reading import quiet_pillow
from cozviewer.pyramid.wording import BORROWED

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""UUID of the MP4 box for XMP (ISO 16684-3, 1.2.6)."""

# ISO/IEC 23091-2: primaries and matrix of BT.709; transfer curve of sRGB, as in the viewer.
_BT709, _SRGB_CURVE, _LIMITED_RANGE = 1, 13, 1

_INDEX_BYTES, _INDEX_BYTES_PER_FRAME = 8192, 48
"""Space for the index (moov) of an MP4 without metadata; about 20 bytes a frame are used."""

_BYTES = 255
"""Bytes in a block of a GIF extension."""


def write_mp4(file: io.BufferedWriter, clip: Clip, frames: Frames, origin: Origin) -> None:
    """Write an MP4 that begins with its index, so that it can be played while it loads."""
    import av

    comment, xmp = comment_of(origin), to_xmp(origin)
    room = _INDEX_BYTES + _INDEX_BYTES_PER_FRAME * clip.frames + 4 * len(comment)
    os.environ.setdefault("SVT_LOG", "1")  # else SVT-AV1 prints its settings on stderr
    with av.open(file, "w", format="mp4", options={"moov_size": str(room)}) as container:
        container.metadata["comment"] = comment
        encoder, options = _encoder(clip)
        stream = container.add_stream(encoder, rate=clip.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
        context = stream.codec_context
        context.color_range = _LIMITED_RANGE
        context.colorspace = context.color_primaries = _BT709
        context.color_trc = _SRGB_CURVE
        shown = 0
        for pixels, ticks in frames:
            image = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p",
                dst_colorspace="ITU709",
                src_color_range="JPEG",
                dst_color_range="MPEG",
                interpolation="AREA",
            )
            for _ in range(ticks):
                image.pts, image.time_base = shown, 1 / clip.fps
                container.mux(stream.encode(image))
                shown += 1
        container.mux(stream.encode(None))
    file.seek(0, os.SEEK_END)
    file.write(struct.pack(">I4s", 24 + len(xmp), b"uuid") + XMP_UUID + xmp)


def write_webp(file: io.BufferedWriter, clip: Clip, frames: Frames, origin: Origin) -> None:
    """Write an animated WebP that loops forever."""
    options: dict[str, Any] = {"quality": clip.quality, "method": 2}
    if clip.quality == LOSSLESS:
        options = {"lossless": True, "quality": 20, "method": 2}  # here quality means effort
    # libwebp detects equal frames and extends the first of them.
    images = (Image.fromarray(pixels) for pixels, ticks in frames for _ in range(ticks))
    times = [_time(shown, clip.fps, 1000) for shown in range(clip.frames + 1)]
    with quiet_pillow():
        next(images).save(
            file,
            "WEBP",
            save_all=True,
            append_images=[_Rest(images, clip.frames - 1)],
            duration=[end - begin for begin, end in pairwise(times)],
            loop=0,
            xmp=to_xmp(origin),
            icc_profile=srgb_profile(),
            **options,
        )


def write_gif(file: io.BufferedWriter, clip: Clip, frames: Frames, origin: Origin) -> None:
    """Write an animated GIF (GIF89a) that loops forever."""
    file.write(b"GIF89a" + struct.pack("<HHBBB", clip.width, clip.height, 0, 0, 0))
    file.write(b"\x21\xff\x0bNETSCAPE2.0" + b"\x03\x01\0\0" + b"\0")
    comment = comment_of(origin).encode("ascii", "replace")
    blocks = (comment[at : at + _BYTES] for at in range(0, len(comment), _BYTES))
    file.write(b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0")
    # XMP is stored verbatim; the ramp after it leads readers of blocks to the end.
    ramp = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    file.write(b"\x21\xff\x0bXMP DataXMP" + to_xmp(origin) + ramp)
    shown = 0
    for pixels, ticks in frames:
        stays = _time(shown + ticks, clip.fps, 100) - _time(shown, clip.fps, 100)
        shown += ticks
        image = Image.fromarray(pixels)
        palette = image.quantize(256, Image.Quantize.FASTOCTREE)
        image = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        parts = GifImagePlugin.getdata(image, duration=10 * stays, include_color_table=True)
        file.write(b"".join(parts))
    file.write(b"\x3b")


def comment_of(origin: Origin) -> str:
    """Return a description of a movie in a few sentences; ASCII as far as the names are."""
    text = f"A zoom into {origin.source_name} up to x{origin.magnification}"
    if origin.kind in ("generated", "mixed"):
        texture = f", with {BORROWED}" if origin.borrowed else ""
        caution = ", and not for diagnosis" if origin.medical else ""
        text += (
            f". Detail finer than the pixels of {origin.source_name} was generated by "
            f"{origin.engine}{texture}: it is not evidence{caution}"
        )
    elif origin.engine:
        text += f", interpolated ({origin.engine.lower()})"
    return f"{text}. Made with cozviewer {__version__}."


class _Rest:
    """All images but the first, with the interface of a Pillow image of several frames."""

    mode = "RGB"

    def __init__(self, images: Iterator[Image.Image], n_frames: int) -> None:
        self.n_frames = n_frames
        self._images = images

    def seek(self, frame: int) -> None:
        self._image = next(self._images)

    def getim(self) -> object:
        return self._image.getim()


def _encoder(clip: Clip) -> tuple[Literal["libx264", "libsvtav1"], dict[str, str]]:
    """Return FFmpeg's name of the encoder and its options; a smaller CRF means better quality."""
    if MOVIE_FORMATS[clip.form].codec == "av1":
        return "libsvtav1", {"crf": str(round(60 - 0.4 * clip.quality)), "preset": "8"}
    return "libx264", {"crf": str(round(40 - 0.28 * clip.quality)), "preset": "medium"}


def _time(frames: int, fps: Fraction, units: int) -> int:
    """Return the duration of frames in whole units, to be taken from the start against rounding.

    Args:
        frames: Number of frames since the start.
        fps: Frames per second.
        units: Units in a second.
    """
    return round(frames * units / fps)
