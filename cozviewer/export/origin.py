"""The origin of an exported image as machine-readable metadata.

`image` and `movie` embed an `Origin` as an XMP packet (ISO 16684-1) in every file. Properties of
IPTC, which other programs read, state whether detail was generated; properties of our own state by
what and from what. `read_origin` reads them back.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args
from xml.parsers import expat

from cozviewer import __version__
from cozviewer.image.reading import STOPPED, opened
from cozviewer.pyramid.camera import DEEPEST
from cozviewer.pyramid.wording import BORROWED, CAUTION
from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, never

Kind = Literal["source", "interpolated", "generated", "mixed"]

AlphaKind = Literal["", "source", "interpolated"]
"""The origin of alpha: none, the photo's own, or interpolated from it."""

PNG_KEYWORD = "XML:com.adobe.xmp"
"""Keyword of the PNG text chunk that holds XMP."""

LONGEST_TONE = 1000
"""Characters of a tone that are read."""

LONGEST_PROMPT = 8000
"""Characters of a prompt that are stored: XMP in a JPEG must fit into one segment of 64 KB."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OWN = "urn:cozviewer:origin:1/"

# http://cv.iptc.org/newscodes/digitalsourcetype/. There is no term for "same as the source": its
# pixels, unchanged, may be a photo, a scan or generated themselves, so no type is stated.
_SOURCE_TYPES: dict[Kind, str] = {
    "interpolated": "algorithmicallyEnhanced",
    "generated": "trainedAlgorithmicMedia",
    "mixed": "compositeWithTrainedAlgorithmicMedia",
}

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:cozviewer="{own}">
{properties}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

LARGEST_PACKET = 1_000_000
"""Largest packet that is parsed, in bytes (or characters). Ours are below 64 KB, and programs that
add their history to them rarely come near."""

_MOST_NESTED = 64
"""Largest depth of nested elements; those of cozviewer have 4."""

LARGEST_LOG2 = DEEPEST
"""Maximum accepted |log2| of the magnification in a packet."""

_LEVEL = re.compile(r"-?[0-9]{1,3}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?(e[+-]?[0-9]{1,2})?")

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Compiles in a tenth of the time of the ranges that are in XML (XML 1.0, 2.2)."""


@dataclass(frozen=True)
class Origin:
    """What an exported image shows and what made it.

    Attributes:
        kind: "source" pixels as they were; "interpolated" from them without a model; "generated"
            by one; "mixed": some parts generated, others not.
        engine: Name of the upscaler; "" if none was used.
        source_name: File name of the photo.
        source_digest: `Source.digest` of it.
        recipe_digest: Digest of all that decided the generated pixels; "" if there are none.
        prompt: Prompt of the last step; "" if there is none.
        centre: "x,y" in source pixels as decimals; text, since no float is fine enough deep down.
        magnification: Output pixels per source pixel as a decimal.
        level: z of the pyramid level that the image is made from.
        recipe: The recipe itself (`Recipe.text`); "" if there is none.
        prompts: Prompts of all steps, the first one first.
        borrowed: Whether texture was borrowed from elsewhere in the photo.
        medical: Whether it is a medical image with generated detail, which is not for diagnosis.
        scale_bar: Label of its scale bar, that of the closest view: "50 µm"; "" without one.
        alpha: Where its alpha comes from, which is never generated; "" if it has none.
        tone: How the numbers of the photo's file became grey levels (`image.tone.Tone.text`); ""
            for what the file states.
    """

    kind: Kind
    engine: str
    source_name: str
    source_digest: str
    recipe_digest: str
    prompt: str
    centre: str
    magnification: str
    level: int
    recipe: str = ""
    prompts: tuple[str, ...] = ()
    borrowed: bool = False
    medical: bool = False
    scale_bar: str = ""
    alpha: AlphaKind = ""
    tone: str = ""


def mixed(origin: Origin) -> Origin:
    """Return the origin of an image that also shows the photo's own pixels."""
    return replace(origin, kind="mixed") if origin.kind == "generated" else origin


def to_xmp(origin: Origin, longest: int = LONGEST_PROMPT) -> bytes:
    """Return the XMP packet, UTF-8, below 64 KB. Prompts longer than `longest` characters are cut,
    and characters that XML cannot hold become U+FFFD."""
    properties = [("xmp:CreatorTool", f"cozviewer {__version__}")]
    if uri := source_type(origin.kind):
        properties.append(("Iptc4xmpExt:DigitalSourceType", uri))
    if origin.medical:
        properties.append(("photoshop:Instructions", CAUTION))
    properties += [(f"cozviewer:{name}", value) for name, value in _own_properties(origin, longest)]
    lines = (f"   <{name}>{_xml_text(value)}</{name}>" for name, value in properties)
    packet = _PACKET.format(rdf=_RDF, own=_OWN, properties="\n".join(lines))
    return packet.encode("utf-8")


def source_type(kind: Kind) -> str:
    """Return IPTC's digital source type, a URI; "" for source pixels, which have none."""
    word = _SOURCE_TYPES.get(kind)
    return f"http://cv.iptc.org/newscodes/digitalsourcetype/{word}" if word else ""


def from_xmp(packet: bytes | str) -> Origin | None:
    """Return the origin in a packet of ours; None if it is another program's or cannot be read.

    Packets are untrusted: whatever their size, depth, encoding and values, nothing is raised.
    """
    if len(packet) > LARGEST_PACKET:
        return None
    if isinstance(packet, str):
        packet = _utf_8(packet)
    try:
        found = _own_values(packet)
    except Exception:  # expat raises its own errors, ValueError and LookupError, our handlers too
        return None
    kind = next((kind for kind in get_args(Kind) if kind == found.get("Kind")), None)
    level = found.get("Level", "")
    if kind is None or not _LEVEL.fullmatch(level) or abs(int(level)) > LARGEST_LOG2:
        return None
    return Origin(
        kind=kind,
        engine=found.get("Engine", ""),
        source_name=found.get("SourceName", ""),
        source_digest=found.get("SourceDigest", ""),
        recipe_digest=found.get("RecipeDigest", ""),
        prompt=found.get("Prompt", ""),
        centre=found.get("Centre", ""),
        magnification=found.get("Magnification", ""),
        level=int(level),
        recipe=found.get("Recipe", ""),
        prompts=_prompts(found.get("Prompts", "[]")),
        borrowed=bool(found.get("Texture")),
        medical=bool(found.get("Caution")),
        scale_bar=found.get("ScaleBar", ""),
        alpha=next((kind for kind in get_args(AlphaKind) if kind == found.get("Alpha")), ""),
        tone=found.get("Tone", "")[:LONGEST_TONE],
    )


def read_origin(path: Path, cancelled: IsCancelled = never) -> Origin | None:
    """Return the origin stored in an image, or None if cozviewer did not save it.

    Slow for files with much metadata, so not for the GUI thread.

    Args:
        path: The file.
        cancelled: Checked before every read.

    Raises:
        BadInput: There is no such file, or it is not an image.
        Cancelled: `cancelled` returned True.
    """

    def read(cancelled: IsCancelled) -> Origin | None:
        with opened(path, cancelled) as (_, image):
            packet = image.info.get("xmp") or image.info.get(PNG_KEYWORD)
        return from_xmp(packet) if isinstance(packet, bytes | str) else None

    return in_background(read, cancelled, STOPPED)


def sight_of_origin(origin: Origin) -> tuple[Fraction, Fraction, Fraction] | None:
    """Return the place that an image shows: (x, y) in source pixels, and the magnification.

    None if the text is not what cozviewer writes: files are untrusted.
    """
    parts = [part.strip() for part in (*origin.centre.split(","), origin.magnification)]
    if len(parts) != 3 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    x, y, magnification = map(Fraction, parts)
    within = Fraction(1, 2**LARGEST_LOG2) <= magnification < 2**LARGEST_LOG2
    return (x, y, magnification) if within else None


def _utf_8(packet: str) -> bytes:
    """Return the bytes of a packet. In a tEXt chunk of PNG, as libvips writes it, it is UTF-8 that
    Pillow reads as Latin-1 (PNG, 11.3.3.2)."""
    try:
        found = packet.encode("latin-1")
        found.decode("utf-8")
    except UnicodeError:
        return packet.encode("utf-8", "replace")
    return found


def _own_properties(origin: Origin, longest: int) -> Iterator[tuple[str, str]]:
    yield "Kind", origin.kind
    yield "Engine", origin.engine
    yield "SourceName", origin.source_name
    yield "SourceDigest", origin.source_digest
    yield "RecipeDigest", origin.recipe_digest
    yield "Prompt", origin.prompt[:longest]
    yield "Centre", origin.centre
    yield "Magnification", origin.magnification
    yield "Level", str(origin.level)
    if origin.recipe:
        yield "Recipe", origin.recipe[:longest]
    if origin.borrowed:
        yield "Texture", BORROWED
    if origin.medical:
        yield "Caution", CAUTION
    if origin.scale_bar:
        yield "ScaleBar", origin.scale_bar
    if origin.alpha:
        yield "Alpha", origin.alpha
    if origin.tone:
        yield "Tone", origin.tone
    if origin.prompts:
        each = longest // len(origin.prompts)
        yield (
            "Prompts",
            json.dumps([prompt[:each] for prompt in origin.prompts], ensure_ascii=False),
        )


def _prompts(text: str) -> tuple[str, ...]:
    """Return a JSON list of strings; () for anything else."""
    try:
        prompts = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(prompts, list) or not all(isinstance(each, str) for each in prompts):
        return ()
    # JSON can hold half a surrogate pair, which cannot be encoded as text.
    return tuple(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", prompt) for prompt in prompts)


def _own_values(packet: bytes) -> dict[str, str]:
    """Return our properties by name: elements as we write them, or attributes as other programs
    rewrite them.

    Raises:
        ValueError: There is a document type, whose entities could expand without bounds, or
            elements are nested too deeply.
        expat.ExpatError: It is not XML.
    """
    values: dict[str, str] = {}
    above: list[str] = []
    description = f"{_RDF} Description"

    def doctype(*_: object) -> None:
        raise ValueError("XMP has no document type")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(above) == _MOST_NESTED:
            raise ValueError("nested too deeply")
        if name == description:
            values.update(
                (key.removeprefix(f"{_OWN} "), value)
                for key, value in attributes.items()
                if key.startswith(f"{_OWN} ")
            )
        elif above[-1:] == [description] and name.startswith(f"{_OWN} "):
            values[name.removeprefix(f"{_OWN} ")] = ""
        above.append(name)

    def text(data: str) -> None:
        if above[-2:-1] == [description] and above[-1].startswith(f"{_OWN} "):
            values[above[-1].removeprefix(f"{_OWN} ")] += data

    # XMP in a file is UTF-8 (ISO 16684-1, 7.2), whatever its XML declaration states.
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: above.pop()
    parser.CharacterDataHandler = text
    parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    return values


def _xml_text(value: str) -> str:
    # A bare carriage return would be read back as a line feed (XML 1.0, 2.11).
    clean = html.escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value), quote=False)
    return clean.replace("\r", "&#13;")
