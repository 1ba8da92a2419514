"""Signed images: read by the C2PA library itself, and by Pillow as before."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from cozviewer.export.image import save_image
from cozviewer.export.origin import Origin, read_origin
from cozviewer.export.signing import SIGNED, Signature, check_signing, description, sign_image
from cozviewer.util.errors import BadInput, Cancelled
from tests.export.certificates import signature_in
from tests.packages import Packages
from tests.pyramid.images import encoded, noise

ORIGIN = Origin(
    kind="generated",
    engine="Real-ESRGAN",
    source_name="photo.png",
    source_digest="ab" * 32,
    recipe_digest="cd" * 32,
    prompt="",
    centre="812,340",
    magnification="64",
    level=6,
)
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def signature(tmp_path: Path) -> Signature:
    return signature_in(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(30, 40), "PNG"))
    return path


def manifest_of(path: Path) -> dict[str, Any]:
    """Return the manifest, proven to be whole and to belong to this very file."""
    reader = c2pa.Reader(str(path))
    assert reader.get_validation_state() == "Valid"
    told = json.loads(reader.json())
    manifest: dict[str, Any] = told["manifests"][told["active_manifest"]]
    return manifest


def actions_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        action
        for assertion in manifest["assertions"]
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]


@pytest.mark.parametrize("suffix", sorted(SIGNED))
def test_a_signed_image_tells_its_parent_and_what_was_done(
    tmp_path: Path, source: Path, signature: Signature, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    save_image(path, noise(32, 48), ORIGIN)
    with Image.open(path) as image:
        before = np.asarray(image)
    sign_image(path, ORIGIN, source, signature)

    manifest = manifest_of(path)
    assert manifest["title"] == path.name
    assert [each["title"] for each in manifest["ingredients"]] == ["photo.png"]
    opened, edited = actions_of(manifest)
    assert (opened["action"], edited["action"]) == ("c2pa.opened", "c2pa.edited")
    assert edited["digitalSourceType"] == GENERATED
    assert edited["description"] == "x64 at 812,340 of photo.png, by Real-ESRGAN"
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), before)
    assert read_origin(path) == ORIGIN


def test_the_description_names_borrowed_texture() -> None:
    assert description(replace(ORIGIN, borrowed=True)) == (
        "x64 at 812,340 of photo.png, by Real-ESRGAN, "
        "with texture borrowed from elsewhere in this photo"
    )


def test_a_change_afterwards_is_found(tmp_path: Path, source: Path, signature: Signature) -> None:
    path = tmp_path / "out.png"
    save_image(path, noise(32, 48), ORIGIN)
    sign_image(path, ORIGIN, source, signature)
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    assert c2pa.Reader(str(path)).get_validation_state() == "Invalid"


@pytest.mark.parametrize("name", [None, "scan.bmp"])
def test_without_a_parent_that_can_be_told_of_it_is_signed_too(
    tmp_path: Path, source: Path, signature: Signature, name: str | None
) -> None:
    path = tmp_path / "out.jpg"
    save_image(path, noise(32, 48), ORIGIN)
    sign_image(path, ORIGIN, None if name is None else source.rename(tmp_path / name), signature)
    (created,) = actions_of(manifest_of(path))
    assert (created["action"], created["digitalSourceType"]) == ("c2pa.created", GENERATED)


@pytest.mark.parametrize("kind", ["source", "interpolated"])
def test_nothing_is_called_generated_that_is_not(
    tmp_path: Path, source: Path, signature: Signature, kind: Any
) -> None:
    path, origin = tmp_path / "out.png", replace(ORIGIN, kind=kind, engine="")
    save_image(path, noise(32, 48), origin)
    sign_image(path, origin, source, signature)
    told = json.dumps(actions_of(manifest_of(path)))
    assert "rained" not in told
    assert 'photo.png"' in told


def test_other_curves_do(tmp_path: Path, source: Path) -> None:
    signature = signature_in(tmp_path, ec.SECP384R1())
    path = tmp_path / "out.png"
    save_image(path, noise(8, 8), ORIGIN)
    sign_image(path, ORIGIN, source, signature)
    assert manifest_of(path)["signature_info"]["alg"] == "Es384"


def test_what_cannot_be_signed_is_told_before_the_work(
    tmp_path: Path, signature: Signature
) -> None:
    with pytest.raises(BadInput, match=r"^out\.dzi cannot be signed: choose PNG, JPEG, WebP"):
        check_signing(tmp_path / "out.dzi", signature)
    (tmp_path / "other").mkdir()
    other = signature_in(tmp_path / "other")
    for wrong in (
        replace(signature, key=other.key),
        replace(signature, key=signature.certificate),
        replace(signature, certificate=signature.key),
        replace(signature, key=tmp_path / "gone.pem"),
    ):
        with pytest.raises(BadInput, match=r"^Signing with .+ failed .+: choose a certificate"):
            check_signing(tmp_path / "out.png", wrong)


def test_the_missing_library_is_named(
    tmp_path: Path, signature: Signature, packages: Packages
) -> None:
    packages.hide("c2pa")
    with pytest.raises(BadInput, match=r"run `pip install 'cozviewer\[c2pa\]'`\.$"):
        check_signing(tmp_path / "out.png", signature)


def test_cancelled_the_image_stays_unsigned(
    tmp_path: Path, source: Path, signature: Signature
) -> None:
    path = tmp_path / "out.png"
    save_image(path, noise(8, 8), ORIGIN)
    before = path.read_bytes()
    with pytest.raises(Cancelled):
        sign_image(path, ORIGIN, source, signature, cancelled=lambda: True)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".cozviewer-*"))
