"""Certificates of nobody, to sign images with."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cozviewer.export.signing import Signature


def signature_in(folder: Path, curve: ec.EllipticCurve | None = None) -> Signature:
    """Write a certificate, that of who vouches for it, and the key; return where they lie."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), _key(curve)
    chain = [
        _certificate("somebody", own.public_key(), authority, last=False),
        _certificate("authority", authority.public_key(), authority, last=True),
    ]
    signature = Signature(folder / "certificate.pem", folder / "key.pem")
    signature.certificate.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
    signature.key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return signature


def _key(curve: ec.EllipticCurve | None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def _name(common: str) -> x509.Name:
    names = ((NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, "Nobody"))
    return x509.Name([x509.NameAttribute(*name) for name in names])


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePrivateKey, last: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(True, False, False, False, False, last, last, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("authority"))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(last, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
    )
    if not last:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(authority, hashes.SHA256())
