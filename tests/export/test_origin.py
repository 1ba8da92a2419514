"""The packet says what the image is, and gives back what was put in."""

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.dom import minidom

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cozviewer import __version__
from cozviewer.export.origin import (
    LARGEST_PACKET,
    LONGEST_PROMPT,
    Kind,
    Origin,
    from_xmp,
    read_origin,
    sight_of_origin,
    to_xmp,
)
from cozviewer.util.errors import BadInput
from tests.mutations import edited

ORIGIN = Origin(
    kind="mixed",
    engine="Real-ESRGAN",
    source_name="dandelion.jpg",
    source_digest="ab" * 32,
    recipe_digest="cd" * 32,
    prompt="seeds, white hair, a drop of dew,",
    centre="812.0000000000000000000000123,455.5",
    magnification="4096",
    level=12,
    recipe='{"seed":7}',
    prompts=("a dandelion,", "", "seeds, white hair, a drop of dew,"),
    tone="window=0:4095,gamma=2",
)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
XMP = "http://ns.adobe.com/xap/1.0/"
OURS = "urn:cozviewer:origin:1/"


def said(packet: bytes, namespace: str, name: str) -> str | None:
    """Return a property as another XML parser finds it."""
    document: Any = minidom.parseString(packet)
    found = document.getElementsByTagNameNS(namespace, name)
    assert len(found) <= 1
    if not found:
        return None
    assert found[0].parentNode.namespaceURI == RDF
    return "".join(node.data for node in found[0].childNodes)


@pytest.mark.parametrize(
    ("kind", "term"),
    [
        ("interpolated", "algorithmicallyEnhanced"),
        ("generated", "trainedAlgorithmicMedia"),
        ("mixed", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_iptcs_word_for_it(kind: Kind, term: str) -> None:
    packet = to_xmp(replace(ORIGIN, kind=kind))
    uri = f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"
    assert said(packet, IPTC, "DigitalSourceType") == uri


def test_borrowed_texture_is_said_in_words_and_stays_generated() -> None:
    packet = to_xmp(replace(ORIGIN, kind="generated", borrowed=True))
    assert said(packet, OURS, "Texture") == "texture borrowed from elsewhere in this photo"
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert said(packet, IPTC, "DigitalSourceType") == uri
    assert from_xmp(packet) == replace(ORIGIN, kind="generated", borrowed=True)
    assert said(to_xmp(ORIGIN), OURS, "Texture") is None


def test_of_untouched_pixels_nothing_is_claimed() -> None:
    """Whether the source was a photo, a scan or generated is not ours to say."""
    packet = to_xmp(replace(ORIGIN, kind="source"))
    assert said(packet, IPTC, "DigitalSourceType") is None
    assert said(packet, OURS, "Kind") == "source"


def test_another_parser_finds_every_property() -> None:
    packet = to_xmp(ORIGIN)
    assert said(packet, XMP, "CreatorTool") == f"cozviewer {__version__}"
    assert {
        name: said(packet, OURS, name)
        for name in (
            *("Kind", "Engine", "SourceName", "SourceDigest", "RecipeDigest"),
            *("Prompt", "Centre", "Magnification", "Level"),
        )
    } == {
        "Kind": ORIGIN.kind,
        "Engine": ORIGIN.engine,
        "SourceName": ORIGIN.source_name,
        "SourceDigest": ORIGIN.source_digest,
        "RecipeDigest": ORIGIN.recipe_digest,
        "Prompt": ORIGIN.prompt,
        "Centre": ORIGIN.centre,
        "Magnification": ORIGIN.magnification,
        "Level": "12",
    }


def test_the_packet_is_wrapped_as_xmp_wants_it() -> None:
    """ISO 16684-1, 7.3: the wrapper with its fixed id, so that scanners find the packet."""
    packet = to_xmp(ORIGIN)
    assert packet.startswith(b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert packet.endswith(b'<?xpacket end="w"?>')


xml_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"']]>"),
    max_size=60,
)


@given(prompt=xml_text, name=xml_text, engine=xml_text, level=st.integers(-256, 256))
def test_whatever_is_put_in_comes_out(prompt: str, name: str, engine: str, level: int) -> None:
    origin = replace(ORIGIN, prompt=prompt, source_name=name, engine=engine, level=level)
    packet = to_xmp(origin)
    assert from_xmp(packet) == origin
    assert from_xmp(packet.decode("utf-8")) == origin
    assert said(packet, OURS, "Prompt") == prompt


def test_no_prompt_can_pass_for_another_property() -> None:
    trick = "</cozviewer:Prompt><cozviewer:Kind>source</cozviewer:Kind><cozviewer:Prompt>"
    origin = from_xmp(to_xmp(replace(ORIGIN, prompt=trick)))
    assert origin is not None
    assert origin.kind == "mixed"
    assert origin.prompt == trick


def test_what_xml_cannot_hold_is_marked() -> None:
    name = "bell\x07 and half a character \udcff"
    origin = from_xmp(to_xmp(replace(ORIGIN, source_name=name)))
    assert origin is not None
    assert origin.source_name == "bell\ufffd and half a character \ufffd"


def test_an_endless_prompt_is_cut_to_what_a_jpeg_can_hold() -> None:
    for character in ("a", "&", "\N{EARTH GLOBE EUROPE-AFRICA}"):
        packet = to_xmp(replace(ORIGIN, prompt=character * 100_000))
        assert len(packet) < 65_000
        origin = from_xmp(packet)
        assert origin is not None
        assert origin.prompt == character * LONGEST_PROMPT


def test_properties_that_another_program_has_turned_into_attributes() -> None:
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
      <rdf:Description rdf:about="" xmlns:c="{OURS}" c:Kind="generated" c:Level="4"
       c:Engine="E"/></rdf:RDF></x:xmpmeta>"""
    origin = from_xmp(packet)
    assert origin is not None
    assert (origin.kind, origin.level, origin.engine, origin.prompt) == ("generated", 4, "E", "")


GOOD = to_xmp(ORIGIN)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no XML",
        GOOD[:-300],
        GOOD.replace(b"cozviewer:origin", b"another:program"),
        GOOD.replace(b">mixed<", b">honest<"),
        GOOD.replace(b">12<", b">twelve<"),
        GOOD.replace(b">12<", b">1000<"),
        GOOD.replace(b">12<", b">" + b"9" * 5000 + b"<"),
        GOOD.replace(b">12<", ">١٢<".encode()),
        GOOD.replace(b">12<", b">NaN<"),
        GOOD.replace(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta'),
        GOOD.decode().replace("\ufeff", "").encode("utf-16"),
        b'<?xml version="1.0" encoding="no-such"?><x/>',
        b'<?xml version="1.0" encoding="utf-7"?><x/>',
        b'<?xml version="1.0" encoding="shift_jis"?><x/>',
        GOOD.replace(b"cozviewer", b"\xff", 1),
        b"<a>" * 400_000,
        GOOD.replace(b"<x:xmpmeta", b"<x>" * 100 + b"<x:xmpmeta").replace(
            b"</x:xmpmeta>", b"</x:xmpmeta>" + b"</x>" * 100
        ),
    ],
    ids=[
        *("empty", "text", "cut", "another's", "unknown kind", "no level"),
        *("far", "endless", "other digits", "nan"),
        *("entities", "utf-16", "unknown encoding", "utf-7", "shift_jis", "no text"),
        *("unclosed", "nested"),
    ],
)
def test_anything_else_is_not_ours(packet: bytes) -> None:
    assert from_xmp(packet) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP", "TIFF", "GIF", "BMP"])
def test_an_image_of_another_program_has_no_origin(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture"
    Image.new("RGB", (4, 4)).save(path, kind.upper())
    assert read_origin(path) is None


def test_the_origin_of_a_file_that_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.png does not exist"):
        read_origin(tmp_path / "gone.png")


def test_reading_the_origin_decodes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    file = io.BytesIO()
    options: dict[str, Any] = {"xmp": to_xmp(ORIGIN)}
    Image.new("RGB", (500, 500), "red").save(file, "JPEG", **options)
    path.write_bytes(file.getvalue()[:-1000])
    assert read_origin(path) == ORIGIN


@pytest.mark.parametrize(
    "broken",
    [
        *("", "{", "[1]", '"a"', "null", "[NaN]", "[Infinity]", "[[]]"),
        "[" * 5000 + "]" * 5000,
        "[" + "9" * 5000 + "]",
    ],
)
def test_broken_prompts_count_as_none(broken: str) -> None:
    good = '["a dandelion,", "", "seeds, white hair, a drop of dew,"]'
    packet = to_xmp(ORIGIN).decode()
    assert good in packet
    found = from_xmp(packet.replace(good, broken))
    assert found == replace(ORIGIN, prompts=())


def test_half_a_character_in_the_prompts_is_marked() -> None:
    packet = to_xmp(ORIGIN).decode().replace("a dandelion,", "\\ud800")
    found = from_xmp(packet)
    assert found is not None
    assert found.prompts[0] == "\ufffd"


def test_a_packet_of_a_size_that_no_program_writes_is_not_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    padded = GOOD.replace(b"<rdf:RDF", b" " * (LARGEST_PACKET - len(GOOD)) + b"<rdf:RDF")
    assert from_xmp(padded) == ORIGIN

    def parsed(_: bytes) -> dict[str, str]:
        raise AssertionError("it was parsed")

    monkeypatch.setattr("cozviewer.export.origin._own_values", parsed)
    for packet in (padded + b" ", (padded + b" ").decode()):
        assert from_xmp(packet) is None


def test_no_mutation_of_a_packet_raises() -> None:
    """Bytes, numbers, tags and encodings are changed at random; the seed is fixed."""
    chance = random.Random(20)
    pieces = [
        *(b"\0", b"\xff", b"&", b"&#0;", b"&#xd800;", b"<", b">", b"]]>", b"<![CDATA[", b"<!--"),
        *(b"9" * 5000, b"-1", b"1e999", b"NaN", b"[" * 5000, b'["\\ud800"]', b"{", b"\xed\xa0\x80"),
        *(b"<rdf:Description>", b"</rdf:Description>", b"xmlns:", b'<?xml encoding="utf-32"?>'),
        *("\ufeff".encode("utf-16"), "٣".encode()),
    ]
    for _ in range(3000):
        origin = from_xmp(edited(GOOD, chance, pieces, longest=200))
        if origin is not None:
            assert abs(origin.level) <= 256
            sight_of_origin(origin)
