"""The shooting data in an EXIF block, as plain values for display.

EXIF 2.32. The block comes from a file and is read without trust: a field that is damaged or of an
unexpected type counts as missing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from cozviewer.image.reading import quiet_pillow

LONGEST = 300
"""Characters of a text that are kept."""

_DESCRIPTION, _MAKE, _MODEL, _SOFTWARE, _ARTIST, _COPYRIGHT = (
    0x010E,
    0x010F,
    0x0110,
    0x0131,
    0x013B,
    0x8298,
)
_EXIF, _GPS = 0x8769, 0x8825
_EXPOSURE, _APERTURE, _ISO, _TAKEN, _OFFSET = 0x829A, 0x829D, 0x8827, 0x9003, 0x9011
_BIAS, _FLASH, _FOCAL, _FOCAL_35 = 0x9204, 0x9209, 0x920A, 0xA405
_LENS_MAKE, _LENS = 0xA433, 0xA434
_LATITUDE, _LONGITUDE, _ALTITUDE = (1, 2), (3, 4), (5, 6)
"""(Tag of the reference, tag of the value) in the GPS directory."""


@dataclass(frozen=True)
class Location:
    """Where a photo was taken.

    Attributes:
        latitude, longitude: In degrees; north and east are positive.
        altitude: In metres above sea level; None if unknown.
    """

    latitude: float
    longitude: float
    altitude: float | None = None


@dataclass(frozen=True)
class ExifFields:
    """The fields of an EXIF block; "" and None stand for missing ones.

    Attributes:
        camera: Make and model.
        lens: Make and model of the lens.
        taken: Local date and time, "2024-05-01 12:30:00", with the offset from UTC if known.
        exposure: Exposure time in seconds, > 0.
        aperture: The f-number, > 0.
        iso: Sensitivity.
        bias: Exposure compensation in EV.
        flash: Whether the flash fired.
        focal: Focal length in millimetres, > 0.
        focal_35: The same as on 35 mm film.
        description, artist, copyright, software: Texts as they are stored.
        location: Where the photo was taken.
    """

    camera: str = ""
    lens: str = ""
    taken: str = ""
    exposure: float | None = None
    aperture: float | None = None
    iso: int | None = None
    bias: float | None = None
    flash: bool | None = None
    focal: float | None = None
    focal_35: float | None = None
    description: str = ""
    artist: str = ""
    copyright: str = ""
    software: str = ""
    location: Location | None = None


def exif_fields(block: bytes | None) -> ExifFields:
    """Return the fields of an EXIF block; all are missing where there is none or it is damaged.

    Quick, but not for the GUI thread: a block may hold 64 KB and more.
    """
    if not block:
        return ExifFields()
    try:
        with quiet_pillow():
            exif = Image.Exif()
            exif.load(block)
            main: Mapping[int, object] = dict(exif)
            detail: Mapping[int, object] = dict(exif.get_ifd(_EXIF))
            place: Mapping[int, object] = dict(exif.get_ifd(_GPS))
    except Exception:  # Pillow raises errors of many types for damaged blocks
        return ExifFields()
    iso = _number(detail.get(_ISO))
    flash = _number(detail.get(_FLASH))
    return ExifFields(
        camera=_named(_text(main.get(_MAKE)), _text(main.get(_MODEL))),
        lens=_named(_text(detail.get(_LENS_MAKE)), _text(detail.get(_LENS))),
        taken=_date(_text(detail.get(_TAKEN)), _text(detail.get(_OFFSET))),
        exposure=_positive(detail.get(_EXPOSURE)),
        aperture=_positive(detail.get(_APERTURE)),
        iso=round(iso) if iso is not None and iso > 0 else None,
        bias=_number(detail.get(_BIAS)),
        flash=None if flash is None else bool(int(flash) & 1),
        focal=_positive(detail.get(_FOCAL)),
        focal_35=_positive(detail.get(_FOCAL_35)),
        description=_text(main.get(_DESCRIPTION)),
        artist=_text(main.get(_ARTIST)),
        copyright=_text(main.get(_COPYRIGHT)),
        software=_text(main.get(_SOFTWARE)),
        location=_location(place),
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return value.partition("\0")[0].strip()[:LONGEST]


def _number(value: object) -> float | None:
    if isinstance(value, tuple | list) and value:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _named(make: str, model: str) -> str:
    """Return make and model; most models begin with their make."""
    if not make or not model or model.casefold().startswith(make.split()[0].casefold()):
        return model or make
    return f"{make} {model}"


def _date(text: str, offset: str) -> str:
    """Return "2024:05:01 12:30:00" with dashes; a camera without a clock writes zeros or blanks."""
    day, _, time = text.partition(" ")
    if not any(character in "123456789" for character in day):
        return ""
    return " ".join(part for part in (day.replace(":", "-"), time, offset) if part)


def _location(place: Mapping[int, object]) -> Location | None:
    latitude = _degrees(place, _LATITUDE, "S", 90)
    longitude = _degrees(place, _LONGITUDE, "W", 180)
    if latitude is None or longitude is None:
        return None
    altitude = _number(place.get(_ALTITUDE[1]))
    below = place.get(_ALTITUDE[0]) in (1, b"\1")
    if altitude is not None and below:
        altitude = -altitude
    return Location(latitude, longitude, altitude)


def _degrees(
    place: Mapping[int, object], tags: tuple[int, int], negative: str, most: int
) -> float | None:
    """Return degrees from (degrees, minutes, seconds) and their reference."""
    parts = place.get(tags[1])
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    numbers = [_number(part) for part in parts]
    found = [number for number in numbers if number is not None]
    if len(found) != 3:
        return None
    degrees = found[0] + found[1] / 60 + found[2] / 3600
    if not 0 <= degrees <= most:
        return None
    return -degrees if _text(place.get(tags[0])).upper() == negative else degrees
