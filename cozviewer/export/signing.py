"""Signs exported images with Content Credentials: a C2PA manifest under the user's certificate.

The manifest states, tamper-evidently, from which photo the image was made and whether its detail
was generated; editors and https://contentcredentials.org/verify read it. The library, c2pa-python,
is the extra "c2pa".
"""

import importlib.util
import io
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cozviewer import __version__
from cozviewer.export.origin import Origin, source_type
from cozviewer.export.replacing import replacing_path
from cozviewer.pyramid.wording import BORROWED
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Failure, MissingLibrary
from cozviewer.util.translation import translate

SIGNED = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""Media types that can be signed, by suffix."""

_SETTINGS = {"builder": {"thumbnail": {"enabled": False}}}
"""No thumbnail: it can be larger than the image."""

_EDITED = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits"
"""Digital source type of an area of the source, its pixels unchanged."""


@dataclass(frozen=True)
class Signature:
    """Certificate and key that images are signed with.

    Attributes:
        certificate: A PEM file: the user's certificate and its chain.
        key: A PEM file with the unencrypted private key. It is read at each signing and never
            stored.
    """

    certificate: Path
    key: Path


def check_signing(path: Path, signature: Signature) -> None:
    """Make sure, before the work begins, that an image can be signed, by signing a small one.

    Raises:
        MissingLibrary: c2pa-python is not installed.
        BadInput: The format cannot be signed, or certificate and key are missing, broken or do not
            match.
    """
    if importlib.util.find_spec("c2pa") is None:
        raise MissingLibrary(
            translate("Error", "Content Credentials are not available in this installation."),
            "c2pa",
        )
    if path.suffix.lower() not in SIGNED:
        raise BadInput(
            translate(
                "Error",
                "{name} cannot be signed: choose PNG, JPEG, WebP, AVIF or TIFF, or export without "
                "Content Credentials.",
            ).format(name=path.name)
        )
    small = io.BytesIO()
    Image.new("RGB", (1, 1)).save(small, "PNG")
    small.seek(0)
    try:
        _manifest({"action": "c2pa.created", "digitalSourceType": _EDITED}, "test").sign(
            _signer(signature), "image/png", small, io.BytesIO()
        )
    except Exception as error:
        raise BadInput(
            translate(
                "Error",
                "Signing with {certificate} and {key} failed ({reason}): choose a certificate "
                "chain and its private key as PEM files.",
            ).format(
                certificate=signature.certificate.name,
                key=signature.key.name,
                reason=_reason(error),
            )
        ) from error


def sign_image(
    path: Path,
    origin: Origin,
    source: Path | None,
    signature: Signature,
    *,
    cancelled: IsCancelled = never,
) -> None:
    """Sign an image that was saved; if that fails the file remains unsigned.

    Args:
        path: The image.
        origin: Its origin: becomes the action of the manifest.
        source: The photo that it was made from, as its parent; left out if None or if its format is
            not supported.
        signature: Certificate and key.
        cancelled: Checked before the signed file replaces the unsigned one.

    Raises:
        BadInput: As `check_signing`.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or went away, or the signature failed.
    """
    check_signing(path, signature)
    import c2pa

    action = {
        "action": "c2pa.edited",
        "digitalSourceType": source_type(origin.kind) or _EDITED,
        "description": description(origin),
        "softwareAgent": {"name": "cozviewer", "version": __version__},
    }
    parent = None if source is None else mimetypes.guess_type(source.name)[0]
    with replacing_path(path, cancelled) as part:
        try:
            if source is not None and parent in c2pa.Builder.get_supported_mime_types():
                manifest = _manifest(action, path.name)
                manifest.set_intent(c2pa.C2paBuilderIntent.EDIT)
                about = {"title": source.name, "relationship": "parentOf"}
                with source.open("rb") as file:
                    manifest.add_ingredient(about, parent, file)
            else:
                manifest = _manifest({**action, "action": "c2pa.created"}, path.name)
            with path.open("rb") as unsigned, part.open("w+b") as signed:
                manifest.sign(_signer(signature), SIGNED[path.suffix.lower()], unsigned, signed)
        except c2pa.C2paError as error:
            raise Failure(
                translate(
                    "Error",
                    "{name} was saved, but not signed ({reason}): try again, or export without "
                    "Content Credentials.",
                ).format(name=path.name, reason=_reason(error))
            ) from error


def description(origin: Origin) -> str:
    """Return a description of the action: "x64 at 812,340 of photo.jpg, by Real-ESRGAN"."""
    text = f"x{origin.magnification} at {origin.centre} of {origin.source_name}"
    if origin.engine:
        text += f", by {origin.engine}"
    return f"{text}, with {BORROWED}" if origin.borrowed else text


def _manifest(action: dict[str, Any], title: str) -> Any:
    """Return a `Builder` of a manifest with one action."""
    import c2pa

    about = {
        "claim_generator_info": [{"name": "cozviewer", "version": __version__}],
        "title": title,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    return c2pa.Builder(about, c2pa.Context.from_dict(_SETTINGS))


def _signer(signature: Signature) -> Any:
    """Return a `Signer`; without a time stamp, which would need a server."""
    import c2pa

    key = signature.key.read_bytes()
    info = c2pa.C2paSignerInfo(_algorithm(key), signature.certificate.read_bytes(), key, None)
    return c2pa.Signer.from_info(info)


def _algorithm(key: bytes) -> str:
    """Return C2PA's name of the signature algorithm of a private key.

    Raises:
        ValueError: It is not supported.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private = load_pem_private_key(key, None)
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise ValueError("C2PA does not support keys of this kind")


_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


def _reason(error: Exception) -> str:
    """Return why, as the middle of a sentence."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}".lower() if error.strerror else str(error)
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
