"""Who signs: a certificate chain made on this machine, or one that the user brings."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vasari.errors import OutputError, VasariError
from vasari.files import input_file
from vasari.provenance.folder import config_folder, keep_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey as EllipticKey
    from cryptography.x509 import Certificate, Name

FILE = "identity.pem"  # the leaf's certificate, that of its authority, the leaf's key
YEARS = 20
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\s*", re.DOTALL)
KEY = re.compile(rb"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----\s*", re.DOTALL)


@dataclass(frozen=True)
class Identity:
    """What a manifest is signed with.

    Attributes:
        chain: certificates in PEM, the signer's first.
        key: the signer's private key in PEM (PKCS 8).
        method: of the signature, as C2PA names it, in small letters.
        stamps: the address of a time stamp server (RFC 3161), asked at each signature; None asks
            nobody.
    """

    chain: bytes
    key: bytes
    method: str
    stamps: str | None = None


def own_identity() -> Identity:
    """The chain of this installation, made at first use and kept in the user's folder; where that
    cannot be written, one for this run only.

    Raises:
        OutputError: the file is there, but holds no chain.
    """
    path = config_folder() / FILE
    try:
        if not path.exists():
            made = new_identity()
            try:
                keep_private(path, made)
            except OSError:
                return _own(made)
        return _own(path.read_bytes())
    except (OSError, ValueError):
        raise OutputError(
            f"{path} cannot be used to sign: remove it, and the next run makes a new one."
        ) from None


def own_authority() -> str | None:
    """The certificate that this installation's signatures lead to, PEM; None before the first."""
    try:
        found = CERTIFICATE.findall((config_folder() / FILE).read_bytes())
    except OSError:
        return None
    return found[-1].decode("ascii") if found else None


def _own(content: bytes) -> Identity:
    key, chain = KEY.search(content), CERTIFICATE.findall(content)
    if not key or len(chain) < 2:
        raise ValueError("no key, or no chain")
    return Identity(b"".join(chain), key.group(), "es256")


def given_identity(
    cert: str | os.PathLike[str], key: str | os.PathLike[str], stamps: str | None = None
) -> Identity:
    """The user's own certificate chain and key, both files in PEM.

    Args:
        cert: the signer's certificate, then those it leads to, but for the root.
        key: of the signer: an elliptic curve, RSA or Ed25519; without a pass phrase.
        stamps: see `Identity`.

    Raises:
        VasariError: they cannot be read, or do not belong together.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    chain = input_file(cert, "certificate", VasariError).read_bytes()
    secret = input_file(key, "key", VasariError).read_bytes()
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
        loaded = serialization.load_pem_private_key(secret, None)
    except (ValueError, TypeError) as error:
        raise VasariError(
            f"{cert} and {key} are no certificate and key that can be used ({error}): both must "
            "be PEM, the key without a pass phrase."
        ) from None
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    sides = [k.public_bytes(serialization.Encoding.DER, spki)
             for k in (leaf.public_key(), loaded.public_key())]  # fmt: skip
    if sides[0] != sides[1]:
        raise VasariError(f"{key} is not the key of the first certificate in {cert}.")
    plain = loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Identity(chain, plain, _method(loaded, key), stamps)


def _method(key: object, name: str | os.PathLike[str]) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    curves = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in curves:
        return curves[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise VasariError(f"{name} is a key that C2PA does not know: use P-256, RSA or Ed25519.")


def new_identity() -> bytes:
    """A chain and its key as one text of PEM: a P-256 key, and an authority that signed it alone.

    A lone certificate that signs itself is refused by C2PA. The authority's key is thrown away
    here, so that it can never sign anything else. No name of the machine or its user is in it.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    owner = f"Vasari installation {secrets.token_hex(4)}"
    top, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [_name(owner, what) for what in ("Vasari local authority", "Vasari")]
    certificates = [
        _certificate(names[1], names[0], leaf, top, is_authority=False),
        _certificate(names[0], names[0], top, top, is_authority=True),
    ]
    pem = serialization.Encoding.PEM
    secret = leaf.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return b"".join([*(c.public_bytes(pem) for c in certificates), secret])


def _name(owner: str, common: str) -> Name:
    from cryptography.x509 import Name, NameAttribute
    from cryptography.x509.oid import NameOID

    return Name([
        NameAttribute(NameOID.ORGANIZATION_NAME, owner), NameAttribute(NameOID.COMMON_NAME, common)
    ])  # fmt: skip


def _certificate(
    subject: Name, issuer: Name, key: EllipticKey, by: EllipticKey, *, is_authority: bool
) -> Certificate:
    """With the extensions that the C2PA specification asks for (its chapter on X.509)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    )
    if not is_authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(purpose, False)
    return made.sign(by, hashes.SHA256())
