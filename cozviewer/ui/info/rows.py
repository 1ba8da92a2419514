"""The rows of the Info panel: what is known about a photo, a view and a pixel, as text."""

from collections.abc import Sequence
from dataclasses import dataclass

from cozviewer.chain.trust.overlays import Colour
from cozviewer.chain.trust.view_shares import Share
from cozviewer.export.origin import Kind, Origin
from cozviewer.image.facts.exif_fields import ExifFields, Location
from cozviewer.image.facts.file_facts import FileFacts
from cozviewer.image.georeference import Georeference
from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera
from cozviewer.pyramid.scale_bar import size_text
from cozviewer.pyramid.wording import magnification_text, place_text
from cozviewer.ui.view.pixel import Pixel
from cozviewer.util.text import visible_line
from cozviewer.util.translation import listed, translate, with_note
from cozviewer.util.units import bytes_text

LEAST_PERCENT = 0.1
"""Smaller shares are shown as "less than" this."""


@dataclass(frozen=True)
class Row:
    """One line of the panel.

    Attributes:
        name: What it is.
        value: Its value.
        colour: The colour that stands for it in the provenance overlay; None if there is none.
        hidden: Whether it is shown only on request.
    """

    name: str
    value: str
    colour: Colour | None = None
    hidden: bool = False


def file_rows(source: Source, facts: FileFacts | None) -> list[Row]:
    """Return what is known about the file of a photo.

    Args:
        facts: None if they are not known: the photo comes from no file, or it is not read yet.
    """
    rows = [Row(translate("Info", "Name"), visible_line(source.name))]
    if source.path is not None:
        rows.append(Row(translate("Info", "Folder"), visible_line(str(source.path.parent))))
    size = translate("Info", "{width} × {height} px · {count} MP").format(
        width=f"{source.width:,}", height=f"{source.height:,}", count=_megapixels(source)
    )
    rows.append(Row(translate("Info", "Dimensions"), size))
    if source.tone.changed:
        rows.append(Row(translate("Info", "Tone"), source.tone.text))
    if pixel_size := _pixel_size_text(source):
        rows.append(Row(translate("Info", "Pixel size"), pixel_size))
    if source.georeference is not None and source.georeference.name:
        name = translate("Info", "Coordinates")
        rows.append(Row(name, visible_line(source.georeference.name)))
    if not source.levels.in_memory:
        rows.append(Row(translate("Info", "Access"), translate("Info", "Read from disk as needed")))
    if facts is None:
        return rows
    rows += [
        Row(translate("Info", "File size"), _size_text(facts.size)),
        Row(translate("Info", "Format"), facts.format),
        Row(translate("Info", "Colour"), _colours_text(facts)),
        Row(translate("Info", "Profile"), _profile_text(facts.profile)),
    ]
    return rows


def subject_rows(field: str, scale: Scale | None) -> list[Row]:
    """Return what kind of image a photo is, and its scale.

    Args:
        field: Title of the field of work; "" if it is not known yet.
        scale: None if it is not known.
    """
    rows = [Row(translate("Info", "Type"), field)] if field else []
    if scale is not None:
        sides = [size_text(side, scale.unit) for side in (scale.across, scale.down)]
        square = sides[0] == sides[1]
        value = sides[0] if square else " × ".join(sides)
        rows.append(Row(translate("Info", "Pixel size"), value))
    return rows


def camera_rows(exif: ExifFields) -> list[Row]:
    """Return how a photo was taken."""
    found = (
        (translate("Info", "Taken"), exif.taken),
        (translate("Info", "Camera"), exif.camera),
        (translate("Info", "Lens"), exif.lens),
        (translate("Info", "Exposure"), exposure_text(exif)),
        (translate("Info", "ISO"), "" if exif.iso is None else str(exif.iso)),
        (translate("Info", "Focal length"), _focal_text(exif)),
        (translate("Info", "Flash"), _flash_text(exif.flash)),
        (translate("Info", "Caption"), exif.description),
        (translate("Info", "Artist"), exif.artist),
        (translate("Info", "Copyright"), exif.copyright),
        (translate("Info", "Software"), exif.software),
    )
    rows = [Row(name, visible_line(value)) for name, value in found if value]
    if exif.location is not None:
        name = translate("Info", "Location")
        rows.append(Row(name, location_text(exif.location), hidden=True))
    return rows


def origin_rows(origin: Origin) -> list[Row]:
    """Return what made an exported image."""
    size = f"×{origin.magnification}" if origin.magnification else ""
    found = [
        (translate("Info", "Contents"), _kind_text(origin.kind)),
        (translate("Info", "Engine"), origin.engine),
        (translate("Info", "From photo"), origin.source_name),
        (translate("Info", "Zoom"), size),
        (translate("Info", "Centre"), origin.centre.replace(",", ", ")),
    ]
    if origin.borrowed:
        texture = translate("Info", "Partly borrowed from elsewhere in the photo")
        found.append((translate("Info", "Texture"), texture))
    if origin.tone:
        found.append((translate("Info", "Tone"), origin.tone))
    prompts = origin.prompts or ((origin.prompt,) if origin.prompt else ())
    for step, prompt in enumerate(prompts, 1):
        if prompt:
            found.append((translate("Info", "Prompt {step}").format(step=step), prompt))
    return [Row(name, visible_line(value)) for name, value in found if value]


def view_rows(
    camera: Camera, engine: str, shares: Sequence[Share], borrowed: bool, draft: bool
) -> list[Row]:
    """Return what a view shows and what it is made of.

    Args:
        engine: Name of the upscaler, and where it runs.
        shares: Of the photo in the view; empty while they are not known.
        borrowed: Whether it holds texture that is borrowed from elsewhere in the photo.
        draft: Whether a draft is shown.
    """
    rows = [
        Row(translate("Info", "Zoom"), magnification_text(camera)),
        Row(translate("Info", "Centre"), place_text(camera, 0, 0)),
    ]
    name = translate("Info", "Contents")
    for share in shares:
        text = f"{percent_text(share.part)} {share.mark.text}"
        rows.append(Row(name, text, share.mark.colour))
        name = ""
    if any(share.level > 0 for share in shares):
        rows.append(Row(translate("Info", "Engine"), engine))
    if borrowed:
        texture = translate("Info", "Partly borrowed from elsewhere in the photo")
        rows.append(Row(translate("Info", "Texture"), texture))
    if draft:
        text = translate("Info", "A draft is shown until the detail is generated")
        rows.append(Row(translate("Info", "Draft"), text))
    return rows


def pixel_rows(pixel: Pixel | None, georeference: Georeference | None = None) -> list[Row]:
    """Return the rows of the pixel under the pointer, which are there without one as well.

    Args:
        pixel: None if there is none.
        georeference: Where the photo lies on the earth, if it is known.
    """
    place = rgb = hexadecimal = origin = "–"
    on_map = None if pixel is None else pixel.on_map
    if pixel is not None:
        place = pixel.place
        origin = pixel.origin or "–"
        if pixel.rgb is not None:
            rgb, hexadecimal = "{} {} {}".format(*pixel.rgb), pixel.hex
    rows = [Row(translate("Info", "Position"), place)]
    if georeference is not None:
        name = translate("Info", "Map")
        rows.append(Row(name, "–" if on_map is None else on_map.coordinates or on_map.earth))
        if georeference.table is not None and not georeference.geographic:
            name = translate("Info", "Latitude, longitude")
            rows.append(Row(name, "–" if on_map is None else on_map.earth))
    rows.append(Row(translate("Info", "RGB"), rgb))
    if pixel is not None and pixel.alpha is not None:
        percent = percent_text(pixel.alpha / 255)
        rows.append(Row(translate("Info", "Alpha"), f"{pixel.alpha} ({percent})"))
    rows.append(Row(translate("Info", "Hex"), hexadecimal))
    rows.append(Row(translate("Info", "Origin"), visible_line(origin)))
    return rows


def percent_text(part: float) -> str:
    """Return a share of 0..1 as "62%", "0.4%" or "<0.1%"."""
    percent = 100 * part
    if percent == 0:
        return "0%"
    if percent < LEAST_PERCENT:
        return f"<{LEAST_PERCENT}%"
    if percent >= 9.95:
        # All but everything is not everything.
        return f"{min(percent, 99.9):.1f}%" if 99 < percent < 100 else f"{percent:.0f}%"
    return f"{percent:.1f}%"


def exposure_text(exif: ExifFields) -> str:
    """Return "1/250 s · f/2.8 · +0.7 EV" without what is missing."""
    parts = []
    if exif.exposure is not None:
        parts.append(_seconds_text(exif.exposure))
    if exif.aperture is not None:
        parts.append(f"f/{exif.aperture:.3g}")
    if exif.bias:
        parts.append(f"{exif.bias:+.2g} EV")
    return " · ".join(parts)


def location_text(location: Location) -> str:
    """Return "48.85837, 2.29448 · 35 m"."""
    text = f"{location.latitude:.5f}, {location.longitude:.5f}"
    return text if location.altitude is None else f"{text} · {location.altitude:.0f} m"


def _pixel_size_text(source: Source) -> str:
    """Return "10 × 10 m" of a map, "0.5 × 0.5 µm" of a body, "" of others."""
    if source.georeference is not None:
        across, down = source.georeference.pixel_size
        unit = source.georeference.unit
        unit = {"metre": "m", "degree": "°"}.get(unit, visible_line(unit))
        return f"{across:.4g} × {down:.4g} {unit}".rstrip()
    if not source.medical or source.resolution is None:
        return ""
    across, down = (1e6 / number for number in source.resolution.per_metre)
    if min(across, down) >= 100:
        return f"{across / 1000:.4g} × {down / 1000:.4g} mm"
    return f"{across:.4g} × {down:.4g} µm"


def _megapixels(source: Source) -> str:
    count = source.width * source.height / 1e6
    return f"{count:.1f}" if count >= 0.1 else f"{count:.2g}"


def _size_text(size: int) -> str:
    short = bytes_text(size)
    if size < 1000:
        return short
    exact = translate("Info", "{count} bytes").format(count=f"{size:,}")
    return with_note(short, exact)


def _colours_text(facts: FileFacts) -> str:
    """Return "RGB, 8 bits per channel, with transparency"."""
    names = {"grey": translate("Info", "Gray"), "palette": translate("Info", "Indexed")}
    parts = [names.get(facts.colours, facts.colours)]
    bits = facts.bits
    if bits is not None:
        parts.append(translate("Info", "%n bit(s) per channel", None, bits))
    if facts.alpha:
        parts.append(translate("Info", "with transparency"))
    return listed(parts)


def _profile_text(profile: str) -> str:
    if not profile:
        return translate("Info", "None (shown as sRGB)")
    if profile == "?":
        return translate("Info", "Unreadable (shown as sRGB)")
    return visible_line(profile)


def _seconds_text(seconds: float) -> str:
    if seconds < 0.3:
        return translate("Info", "1/{fraction} s").format(fraction=round(1 / seconds))
    return translate("Info", "{seconds} s").format(seconds=f"{seconds:.3g}")


def _focal_text(exif: ExifFields) -> str:
    if exif.focal is None:
        return ""
    text = translate("Info", "{length} mm").format(length=f"{exif.focal:.3g}")
    if exif.focal_35 is None or abs(exif.focal_35 - exif.focal) < 0.5:
        return text
    film = translate("Info", "{length} mm in 35 mm film").format(length=f"{exif.focal_35:.3g}")
    return with_note(text, film)


def _flash_text(flash: bool | None) -> str:
    if flash is None:
        return ""
    return translate("Info", "Fired") if flash else translate("Info", "Did not fire")


def _kind_text(kind: Kind) -> str:
    texts: dict[Kind, str] = {
        "source": translate("Info", "Pixels of the photo"),
        "interpolated": translate("Info", "Enlarged, no detail added"),
        "generated": translate("Info", "AI-generated detail"),
        "mixed": translate("Info", "Partly AI-generated detail"),
    }
    return texts[kind]
