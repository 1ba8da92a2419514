"""The formats that a movie can be saved in, and what each can hold.

`movie.py` saves; the window lists MOVIE_FORMATS in its dialog.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

from cozviewer.util.errors import BadInput


@dataclass(frozen=True)
class MovieFormat:
    """A way to save a movie.

    Attributes:
        suffix: Of file names, lower case.
        codec: Of MP4 as `--codec` has it; "" where there is no choice.
        widest, tallest: In pixels, what it can hold.
        smallest: Pixels that each side must have.
        even: Whether both sides must be even numbers, as colours are kept for 2 x 2 pixels.
        fastest: Frames a second that it can hold and usual players show.
        bytes_per_pixel: What a frame of a zoom takes at the usual quality, the most of what was
            tried.
    """

    suffix: str
    codec: str
    widest: int
    tallest: int
    smallest: int
    even: bool
    fastest: int
    bytes_per_pixel: float


# Sides as libx264, SVT-AV1 and libwebp take them. Browsers slow WebP and GIF down whose frames
# stay for 10 ms or less; GIF counts in hundredths of a second.
MOVIE_FORMATS: Mapping[str, MovieFormat] = {
    "MP4 (H.264)": MovieFormat(".mp4", "h264", 16384, 16384, 2, True, 240, 0.2),
    "MP4 (AV1)": MovieFormat(".mp4", "av1", 16384, 8704, 16, False, 240, 0.15),
    "WebP": MovieFormat(".webp", "", 16383, 16383, 1, False, 60, 0.2),
    "GIF": MovieFormat(".gif", "", 65535, 65535, 1, False, 50, 0.9),
}
"""All that can be saved, by the names that people know."""

CODECS = tuple(form.codec for form in MOVIE_FORMATS.values() if form.codec)


@dataclass(frozen=True)
class Clip:
    """What a movie is to be.

    Attributes:
        form: A key of MOVIE_FORMATS.
        width, height: In pixels.
        fps: Frames a second.
        frames: How many they are, those that stay counted as often as they are shown.
        quality: 1..100 of MP4 and WebP; 100 keeps every pixel in WebP, and is never needed in MP4.
    """

    form: str
    width: int
    height: int
    fps: Fraction
    frames: int
    quality: int = 80


def movie_form(path: Path, codec: str = "h264") -> str:
    """Return the format, a key of MOVIE_FORMATS, that the suffix of `path` names.

    Args:
        codec: Which one, of MP4.

    Raises:
        BadInput: It names none.
    """
    for name, form in MOVIE_FORMATS.items():
        if path.suffix.lower() == form.suffix and form.codec in ("", codec):
            return name
    told = f"ends with {path.suffix}, which is no format" if path.suffix else "has no ending"
    raise BadInput(f"{path.name} {told} of movies: use one of .mp4, .webp, .gif.")


def check_clip(path: Path, clip: Clip) -> None:
    """Make sure that the format can hold a movie.

    Raises:
        BadInput: It cannot, or what it takes is not installed.
    """
    form, name = MOVIE_FORMATS[clip.form], clip.form
    size = f"{clip.width} x {clip.height} pixels"
    if clip.width > form.widest or clip.height > form.tallest:
        raise BadInput(
            f"{size} do not fit into {name}, which holds {form.widest} x {form.tallest}: choose a "
            "smaller size, or another format."
        )
    if min(clip.width, clip.height) < form.smallest:
        raise BadInput(
            f"{size} are too few for {name}, which wants {form.smallest} a side: choose a larger "
            "size, or another format."
        )
    if form.even and (clip.width % 2 or clip.height % 2):
        even = f"{clip.width // 2 * 2}x{clip.height // 2 * 2}"
        raise BadInput(f"{name} wants even sides, and {size} are not: choose {even}.")
    if clip.fps > form.fastest:
        raise BadInput(
            f"{float(clip.fps):g} frames a second are too many for {name}: choose at most "
            f"{form.fastest}, or another format."
        )
    if not 1 <= clip.quality <= 100:
        raise BadInput(f"A quality of {clip.quality} makes no sense: choose one from 1 to 100.")
    if form.codec and find_spec("av") is None:
        raise BadInput(
            f"{path.name} needs PyAV, which is not installed: run `pip install "
            "'cozviewer[movies]'`, or choose .webp or .gif."
        )


def estimated_movie_bytes(clip: Clip) -> int:
    """Return about how large a movie will be; zooms into photos take at most that, noise more."""
    each = MOVIE_FORMATS[clip.form].bytes_per_pixel
    return round(clip.width * clip.height * clip.frames * each)
