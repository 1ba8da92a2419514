"""Metadata: the origin that cozviewer writes into its exports, and EXIF of any camera."""

import random
from pathlib import Path

from PIL import Image

from cozviewer.export.formats import FileOptions
from cozviewer.export.image import save_image
from cozviewer.export.origin import from_xmp, read_origin, sight_of_origin, to_xmp
from cozviewer.image.exif import orientation, says_adobe_rgb, upright, without_place
from cozviewer.image.facts.exif_fields import exif_fields
from cozviewer.image.facts.file_facts import file_facts
from cozviewer.session.export_link import lead_of
from cozviewer.util.cancel import never
from tests.export.test_origin import ORIGIN
from tests.fuzz.target import Target, changed
from tests.mutations import edited
from tests.pyramid.images import noise

PIECES = [
    *(b"\0", b"\xff", b"&", b"&#0;", b"&#xd800;", b"<", b">", b"]]>", b"<![CDATA[", b"<!--"),
    *(b"9" * 5000, b"-1", b"1e999", b"NaN", b"[" * 5000, b'["\\ud800"]', b"{", b"\xed\xa0\x80"),
    *(b"<rdf:Description>", b"</rdf:Description>", b"xmlns:", b'<?xml encoding="utf-32"?>'),
    *("\ufeff".encode("utf-16"), "٣".encode()),
]
"""What XML and JSON readers trip over."""

ENDINGS = (".png", ".jpg", ".webp", ".tif")


def exif() -> bytes:
    """Return a block with all that is read of it: camera, time, place."""
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0112] = "Testcam", "Mark 1", 6
    block[0x011A], block[0x0128] = 300.0, 2
    details = block.get_ifd(0x8769)
    details.update({0x829A: 0.01, 0x829D: 2.8, 0x9003: "2026:11:26 05:00:00", 0xA001: 0xFFFF})
    place = block.get_ifd(0x8825)
    place.update({1: "N", 2: (52.0, 30.0, 1.0), 3: "E", 4: (13.0, 20.0, 2.0)})
    return block.tobytes()


def exported(ending: str) -> bytes:
    """Return an exported file with origin and EXIF."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export{ending}"
        save_image(path, noise(8, 6), ORIGIN, FileOptions(exif=exif()))
        return path.read_bytes()


def spoilt(whole: bytes, chance: random.Random) -> bytes:
    """Return a content with pieces of XML and JSON in it, or with bytes changed."""
    if chance.random() < 0.7:
        return edited(whole, chance, PIECES, longest=200)
    return changed(whole, chance)


def read(kind: str, content: bytes, folder: Path) -> None:
    """Read all that is read of a block or a file."""
    if kind == "XMP":
        origin = from_xmp(content)
        if origin is not None:
            assert abs(origin.level) <= 256
            sight_of_origin(origin)
    elif kind == "EXIF":
        assert 1 <= orientation(content) <= 8
        says_adobe_rgb(content)
        upright(content)
        without_place(content)
        exif_fields(content)
    else:
        path = folder / f"export{kind}"
        path.write_bytes(content)
        read_origin(path)
        lead_of(path, never)
        file_facts(path)


def metadata() -> Target:
    """Return the target."""
    files = {ending: lambda ending=ending: exported(ending) for ending in ENDINGS}
    return Target("metadata", {"XMP": lambda: to_xmp(ORIGIN), "EXIF": exif, **files}, read, spoilt)
