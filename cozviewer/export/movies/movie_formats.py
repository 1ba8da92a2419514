"""The formats that a movie can be saved in, and their limits.

`movie` saves; the window lists MOVIE_FORMATS in its dialog.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

from cozviewer.util.errors import BadInput, MissingLibrary
from cozviewer.util.translation import translate


@dataclass(frozen=True)
class MovieFormat:
    """A file format for movies.

    Attributes:
        suffix: File name suffix, lower case.
        codec: Of MP4, a value of `--codec`; "" where there is no choice.
        widest, tallest: Largest width and height in pixels.
        smallest: Smallest width and height in pixels.
        even: Whether both sides must be even, because of 4:2:0 chroma subsampling.
        fastest: Largest number of frames per second that common players show.
        bytes_per_pixel: Of a frame of a zoom at the default quality, the largest measured.
    """

    suffix: str
    codec: str
    widest: int
    tallest: int
    smallest: int
    even: bool
    fastest: int
    bytes_per_pixel: float


# Limits of libx264, SVT-AV1 and libwebp. Browsers slow down WebP and GIF whose frames are shown for
# 10 ms or less; GIF counts in hundredths of a second.
MOVIE_FORMATS: Mapping[str, MovieFormat] = {
    "MP4 (H.264)": MovieFormat(".mp4", "h264", 16384, 16384, 2, True, 240, 0.2),
    "MP4 (AV1)": MovieFormat(".mp4", "av1", 16384, 8704, 16, False, 240, 0.15),
    "WebP": MovieFormat(".webp", "", 16383, 16383, 1, False, 60, 0.2),
    "GIF": MovieFormat(".gif", "", 65535, 65535, 1, False, 50, 0.9),
}
"""All formats, by their names for the user."""

CODECS = tuple(form.codec for form in MOVIE_FORMATS.values() if form.codec)


@dataclass(frozen=True)
class Clip:
    """Format, size and length of a movie.

    Attributes:
        form: A key of MOVIE_FORMATS.
        width, height: In pixels.
        fps: Frames per second.
        frames: Number of frames; one that is held counts as often as it is shown.
        quality: 1..100 for MP4 and WebP; 100 is lossless in WebP, and never needed in MP4.
    """

    form: str
    width: int
    height: int
    fps: Fraction
    frames: int
    quality: int = 80


def movie_form(path: Path, codec: str = "h264") -> str:
    """Return the format, a key of MOVIE_FORMATS, for the suffix of `path`.

    Args:
        path: The file to write.
        codec: Which of the formats of MP4.

    Raises:
        BadInput: The suffix has no format.
    """
    for name, form in MOVIE_FORMATS.items():
        if path.suffix.lower() == form.suffix and form.codec in ("", codec):
            return name
    if not path.suffix:
        sentence = translate("Error", "{name} has no ending: use one of .mp4, .webp, .gif.")
    else:
        sentence = translate("Error", "{name} cannot be a movie: use one of .mp4, .webp, .gif.")
    raise BadInput(sentence.format(name=path.name))


def check_clip(path: Path, clip: Clip) -> None:
    """Make sure that the format can hold a movie.

    Raises:
        BadInput: It cannot.
        MissingLibrary: It can, but its library is not installed.
    """
    form, name = MOVIE_FORMATS[clip.form], clip.form
    if clip.width > form.widest or clip.height > form.tallest:
        raise BadInput(
            translate(
                "Error",
                "{width} x {height} pixels do not fit into {format}, which is limited to {widest} "
                "x {tallest}: choose a smaller size, or another format.",
            ).format(
                width=clip.width,
                height=clip.height,
                format=name,
                widest=form.widest,
                tallest=form.tallest,
            )
        )
    if min(clip.width, clip.height) < form.smallest:
        raise BadInput(
            translate(
                "Error",
                "{width} x {height} pixels are too few for {format}, which needs {least} a side: "
                "choose a larger size, or another format.",
            ).format(width=clip.width, height=clip.height, format=name, least=form.smallest)
        )
    if form.even and (clip.width % 2 or clip.height % 2):
        even = f"{clip.width // 2 * 2}x{clip.height // 2 * 2}"
        raise BadInput(
            translate("Error", "{format} needs even width and height: choose {even}.").format(
                format=name, even=even
            )
        )
    if clip.fps > form.fastest:
        raise BadInput(
            translate(
                "Error",
                "{rate} frames per second are too many for {format}: choose at most {fastest}, or "
                "another format.",
            ).format(rate=f"{float(clip.fps):g}", format=name, fastest=form.fastest)
        )
    if not 1 <= clip.quality <= 100:
        raise BadInput(
            translate("Error", "The quality is {quality}: choose one from 1 to 100.").format(
                quality=clip.quality
            )
        )
    if form.codec and find_spec("av") is None:
        raise MissingLibrary(
            translate("Error", "MP4 is not available in this installation: choose .webp or .gif."),
            "movies",
        )


def estimated_movie_bytes(clip: Clip) -> int:
    """Return an estimate of the file size in bytes: an upper bound for photos, not for noise."""
    each = MOVIE_FORMATS[clip.form].bytes_per_pixel
    return round(clip.width * clip.height * clip.frames * each)
