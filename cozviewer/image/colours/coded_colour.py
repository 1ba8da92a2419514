"""Colour that a file names by numbers instead of a profile: primaries, and a curve of light.

PNG has them as cICP, gAMA and cHRM, AVIF and HEIC as nclx, EXIF as a name (Adobe RGB). The result
is 8-bit sRGB: what lies outside its gamut is clipped, and light brighter than white (PQ, HLG) is
compressed into its range by the curve of BT.2390.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.pixels import Rgb8

Floats = NDArray[np.float64]

Primaries = tuple[float, float, float, float, float, float, float, float]
"""Chromaticities x, y of white, red, green and blue."""

_D65, _C, _DCI = (0.3127, 0.3290), (0.3100, 0.3160), (0.3140, 0.3510)

SRGB_PRIMARIES: Primaries = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)

# ITU-T H.273 (07/2024), table 2.
PRIMARIES: dict[int, Primaries] = {
    1: SRGB_PRIMARIES,
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (*_DCI, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}

SRGB, LINEAR, GAMMA22, GAMMA28, PQ, CINEMA, HLG = 13, 8, 4, 5, 16, 17, 18
"""Transfer characteristics of H.273, table 3. Those of television (1, 6, 14, 15) describe cameras,
not displays; like browsers, cozviewer reads still images that name them as sRGB."""

WHITE_NITS = 203.0
"""Luminance of white in HDR images, in cd/m2 (BT.2408-7, table 1)."""

PEAK_NITS = 1000.0
"""Brightest luminance of an HDR image that does not say its own (BT.2100-2, table 5 for HLG)."""

_MOST_NITS = 10_000.0


@dataclass(frozen=True)
class CodedColour:
    """How the R'G'B' values of an image mean light.

    Attributes:
        primaries: Of white, red, green and blue.
        transfer: One of SRGB, LINEAR, ...
        gamma: Exponent from value to light, in place of `transfer`; 0 where that counts.
        peak: Brightest luminance of PQ content in cd/m2.
    """

    primaries: Primaries = SRGB_PRIMARIES
    transfer: int = SRGB
    gamma: float = 0.0
    peak: float = PEAK_NITS

    @property
    def hdr(self) -> str:
        """ "PQ", "HLG", or "" where white is the brightest."""
        return "" if self.gamma else {PQ: "PQ", HLG: "HLG"}.get(self.transfer, "")


ADOBE_RGB = CodedColour((*_D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06), gamma=563 / 256)
"""Adobe RGB (1998) Color Image Encoding, 4.3.1."""


def from_numbers(primaries: int, transfer: int, peak: float = PEAK_NITS) -> CodedColour | None:
    """Return the colour of code points of H.273; None where they mean sRGB or nothing known."""
    known = {LINEAR, GAMMA22, GAMMA28, PQ, CINEMA, HLG}
    colour = CodedColour(
        PRIMARIES.get(primaries, SRGB_PRIMARIES),
        transfer if transfer in known else SRGB,
        peak=min(max(peak, WHITE_NITS), _MOST_NITS),
    )
    return None if _is_srgb(colour) else colour


def from_gamma(gamma: float | None, primaries: Primaries | None) -> CodedColour | None:
    """Return the colour of a PNG's gAMA and cHRM; None where they mean sRGB or nothing.

    Gammas within 5 % of sRGB's count as sRGB, as in libpng (PNG_GAMMA_THRESHOLD): PNG, third
    edition, 11.3.2.5, lets encoders of sRGB write 1/2.2.

    Args:
        gamma: Exponent from light to value, as stored in gAMA.
        primaries: As cHRM has them.
    """
    if primaries is not None and not _usable(primaries):
        primaries = None
    if gamma is not None and (not 0.01 <= gamma <= 100 or abs(gamma * 2.2 - 1) < 0.05):
        gamma = None
    colour = CodedColour(primaries or SRGB_PRIMARIES, gamma=1 / gamma if gamma else 0.0)
    return None if _is_srgb(colour) else colour


def srgb_converter(
    colour: CodedColour, values: int = 256
) -> Callable[[NDArray[np.uint8 | np.uint16]], Rgb8]:
    """Return the function from (H, W, 3) R'G'B' values of `colour` to uint8 sRGB.

    Args:
        colour: What the values mean.
        values: How many there are: 256 of uint8, or 65536 of uint16.
    """
    light = _light_of_values(colour, values)
    matrix = _matrix_to_srgb(colour.primaries).astype(np.float32)
    encoded = _srgb_codes()

    def convert(rgb: NDArray[np.uint8 | np.uint16]) -> Rgb8:
        linear = light[rgb]
        if colour.hdr:
            linear = _compressed(linear, colour)
        linear = linear @ matrix.T
        np.clip(linear, 0, 1, out=linear)
        codes: Rgb8 = encoded[(linear * (len(encoded) - 1) + 0.5).astype(np.uint16)]
        return codes

    return convert


def linear_to_srgb(light: NDArray[np.float32], primaries: Primaries, peak: float) -> Rgb8:
    """Return (H, W, 3) of linear light, 1 being white, as sRGB.

    Args:
        light: Of any range.
        primaries: Of its colours.
        peak: The brightest light; what is above 1 is compressed by the curve of BT.2390, as
            light of WHITE_NITS times as many cd/m2, and cut off at its end, 10,000.
    """
    light = to_srgb_primaries(compressed_light(light, peak), primaries)
    encoded = _srgb_codes()
    codes: Rgb8 = encoded[(light.clip(0, 1) * (len(encoded) - 1) + 0.5).astype(np.uint16)]
    return codes


def compressed_light(light: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    """Return linear light in the range of an ordinary display; see `linear_to_srgb`."""
    light = np.maximum(light, 0)
    if peak > 1:
        most = min(peak * WHITE_NITS, _MOST_NITS)
        nits = np.minimum(light * np.float32(WHITE_NITS), np.float32(most))
        light = _compressed(nits, CodedColour(transfer=PQ, peak=most))
    return light


def to_srgb_primaries(light: NDArray[np.float32], primaries: Primaries) -> NDArray[np.float32]:
    """Return linear light of the primaries of sRGB; negative where its gamut ends."""
    if np.allclose(primaries, SRGB_PRIMARIES, atol=0.002):
        return light
    return light @ _matrix_to_srgb(primaries).astype(np.float32).T


def xyz_matrix(primaries: Primaries) -> Floats:
    """Return the 3 x 3 matrix from linear RGB to XYZ, in which white has Y = 1 (SMPTE RP 177)."""
    white, *rest = np.array(primaries).reshape(4, 2)
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in rest]).T
    white_xyz = np.array([white[0] / white[1], 1, (1 - white.sum()) / white[1]])
    scaled: Floats = columns * np.linalg.solve(columns, white_xyz)
    return scaled


def adapted(white_xyz: Floats, to_xyz: Floats) -> Floats:
    """Return the linear Bradford adaptation between two whites (ICC.1:2022, annex E)."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    scale = (bradford @ to_xyz) / (bradford @ white_xyz)
    matrix: Floats = np.linalg.solve(bradford, scale[:, None] * bradford)
    return matrix


def srgb_encoded(linear: Floats) -> Floats:
    """Return sRGB values, 0..1, of linear ones, 0..1 (IEC 61966-2-1, 5.2)."""
    bright = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, bright)


def _usable(primaries: Primaries) -> bool:
    xs, ys = primaries[::2], primaries[1::2]
    if not all(
        0 <= x <= 1 and 0.01 <= y <= 1 and x + y <= 1.1 for x, y in zip(xs, ys, strict=True)
    ):
        return False
    corners = np.array([(x, y, 1) for x, y in zip(xs[1:], ys[1:], strict=True)])
    if abs(np.linalg.det(corners)) < 1e-3:  # a triangle without area
        return False
    return bool(np.all(np.isfinite(_matrix_to_srgb(primaries))))


def _is_srgb(colour: CodedColour) -> bool:
    near = np.allclose(colour.primaries, SRGB_PRIMARIES, atol=0.002)
    return near and not colour.gamma and colour.transfer == SRGB


def _matrix_to_srgb(primaries: Primaries) -> Floats:
    theirs, ours = xyz_matrix(primaries), xyz_matrix(SRGB_PRIMARIES)
    white = adapted(theirs.sum(axis=1), ours.sum(axis=1))
    matrix: Floats = np.linalg.inv(ours) @ white @ theirs
    return matrix


@lru_cache(maxsize=1)
def _srgb_codes() -> Rgb8:
    """Return the 8-bit sRGB value of each linear one, in steps of 1 / 65535."""
    return (255 * srgb_encoded(np.linspace(0, 1, 65536)) + 0.5).astype(np.uint8)


def _light_of_values(colour: CodedColour, values: int) -> NDArray[np.float32]:
    """Return the light of each value; of PQ in cd/m2, of HLG that of the scene, 0..1."""
    value: Floats = np.linspace(0, 1, values)
    light: Floats
    if colour.gamma:
        light = value**colour.gamma
    elif colour.transfer == PQ:
        light = pq_nits(value)
    elif colour.transfer == HLG:
        light = _hlg_scene(value)
    elif colour.transfer == LINEAR:
        light = value
    elif colour.transfer == CINEMA:
        light = np.minimum(value**2.6 * 52.37 / 48, 1)
    elif colour.transfer in (GAMMA22, GAMMA28):
        light = value ** (2.2 if colour.transfer == GAMMA22 else 2.8)
    else:
        light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, np.float32)


# SMPTE ST 2084:2014 (BT.2100-2, table 4)
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def pq_nits(value: Floats) -> Floats:
    """Return the luminance in cd/m2 of PQ values, 0..1 (BT.2100-2, table 4, EOTF)."""
    power = value ** (1 / _M2)
    nits: Floats = 1e4 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return nits


def pq_value(nits: Floats) -> Floats:
    """Return the PQ values, 0..1, of luminances in cd/m2."""
    power = (np.asarray(nits) / 1e4) ** _M1
    value: Floats = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return value


def _hlg_scene(value: Floats) -> Floats:
    """Return the light of the scene, 0..1, of HLG values (BT.2100-2, table 5, inverse OETF)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)


def _compressed(light: NDArray[np.float32], colour: CodedColour) -> NDArray[np.float32]:
    """Return the light of an HDR image in the range of an SDR display, 0..1, white being 1.

    All three channels are scaled alike, by what the curve does to the largest, so that hues stay.
    """
    peak = colour.peak
    if colour.transfer == HLG:
        # BT.2100-2, table 5: OOTF with gamma 1.2, of a display with a peak of 1000 cd/m2.
        peak = PEAK_NITS
        weights = xyz_matrix(colour.primaries)[1].astype(np.float32)
        luminance = np.maximum(light @ weights, 1e-6)[..., None]
        light = peak * light * luminance**0.2
    brightest = light.max(axis=-1, keepdims=True)
    steps, scale = _compression(peak)
    factor = np.interp(brightest, steps, scale).astype(np.float32)
    result: NDArray[np.float32] = light * factor
    return result


def _compression(peak: float) -> tuple[Floats, Floats]:
    """Return (luminances in cd/m2, the factor of each to what the display shows, 0..1).

    The curve is the EETF of BT.2390-11, 5.4.1, without lifting black: equal below a knee, from
    there a Hermite spline to the brightest, with WHITE_NITS as the display's peak.
    """
    value = np.linspace(0, float(pq_value(np.array(peak))), 4096)
    relative = value / value[-1] if value[-1] else value
    largest = float(pq_value(np.array(WHITE_NITS))) / value[-1]
    knee = 1.5 * largest - 0.5
    t = np.clip((relative - knee) / max(1 - knee, 1e-9), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * largest
    )
    mapped = np.where(relative < knee, relative, spline) * value[-1]
    nits = pq_nits(value)
    factor = np.ones_like(nits) / WHITE_NITS
    np.divide(pq_nits(mapped), nits * WHITE_NITS, out=factor, where=nits > 1e-6)
    return nits, factor
