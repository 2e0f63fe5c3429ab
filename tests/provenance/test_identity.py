"""The key is private, made once, and a user's own certificate is looked at before any work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from vasari.errors import OutputError, VasariError
from vasari.provenance.identity import (
    given_identity,
    new_identity,
    own_authority,
    own_identity,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VASARI_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_the_key_is_nobody_elses(folder: Path) -> None:
    assert own_authority() is None
    own_identity()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["identity.pem"]
    assert (folder / "identity.pem").stat().st_mode & 0o777 == 0o600


def test_it_is_made_once(folder: Path) -> None:
    assert own_identity() == own_identity()
    assert own_authority() in own_identity().chain.decode()


def test_the_chain_tells_nothing_of_the_machine() -> None:
    leaf, top = x509.load_pem_x509_certificates(new_identity().split(b"-----BEGIN PRIVATE")[0])
    assert leaf.issuer == top.subject == top.issuer
    leaf.verify_directly_issued_by(top)
    said = f"{leaf.subject.rfc4514_string()} {top.subject.rfc4514_string()}"
    assert os.uname().nodename not in said if hasattr(os, "uname") else True
    assert "Vasari installation" in said


def test_a_damaged_one_is_said(folder: Path) -> None:
    own_identity()
    (folder / "identity.pem").write_text("nothing")
    with pytest.raises(OutputError, match=r"remove it"):
        own_identity()


def test_where_none_can_be_kept_each_run_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VASARI_CONFIG", str(tmp_path / "file"))
    assert own_identity().key != own_identity().key


@pytest.mark.parametrize("what", ["nothing there", "no PEM", "other key"])
def test_what_cannot_sign_is_refused(tmp_path: Path, what: str) -> None:
    pems = [new_identity(), new_identity()]
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    if what != "nothing there":
        cert.write_bytes(pems[0].split(b"-----BEGIN PRIVATE")[0])
        key.write_bytes(b"hello" if what == "no PEM" else pems[1][pems[1].index(b"-----BEGIN P") :])
    with pytest.raises(VasariError) as caught:
        given_identity(cert, key)
    assert str(caught.value).endswith(".")


def test_kinds_of_keys() -> None:
    from vasari.provenance.identity import _method

    kinds = {
        "es256": ec.generate_private_key(ec.SECP256R1()),
        "es384": ec.generate_private_key(ec.SECP384R1()),
        "ps256": rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    assert all(_method(key, "key.pem") == kind for kind, key in kinds.items())
    with pytest.raises(VasariError, match=r"does not know"):
        _method(ec.generate_private_key(ec.SECP256K1()), "key.pem")
