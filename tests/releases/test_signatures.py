"""A signature is by one key, for one purpose, over these bytes; a private key is for its owner alone."""

import os
import stat
import sys
from pathlib import Path

import pytest

from termserver.releases import signatures
from termserver.releases.signatures import KeyProblem, Signature

PURPOSE = "a test/1"


def test_what_was_signed_is_verified_by_the_public_half_alone(tmp_path: Path) -> None:
    made = signatures.make("committee-1405")
    private, public = signatures.keep(made, tmp_path)

    signed = signatures.read_private(private).sign(PURPOSE, b"statement")

    key = signatures.read_public(public)
    assert signatures.verify(signed, PURPOSE, b"statement", [key]) == key
    assert (key.id, key.name) == (made.public.id, "committee-1405")


@pytest.mark.parametrize(
    ("purpose", "data"), [(PURPOSE, b"statemenT"), ("a test/2", b"statement"), (PURPOSE + "\n", b"statement")]
)
def test_a_signature_is_none_for_other_bytes_or_another_purpose(purpose: str, data: bytes) -> None:
    key = signatures.make("one")

    assert signatures.verify(key.sign(PURPOSE, b"statement"), purpose, data, [key.public]) is None


def test_another_key_did_not_sign() -> None:
    one, other = signatures.make("one"), signatures.make("other")
    signed = one.sign(PURPOSE, b"statement")

    assert signatures.verify(signed, PURPOSE, b"statement", [other.public]) is None
    claimed = Signature(other.public.id, signed.value)
    assert signatures.verify(claimed, PURPOSE, b"statement", [one.public, other.public]) is None


@pytest.mark.parametrize("value", ["", "AAAA", "not base64!", "ä", "A" * 88 + "\n"])
def test_what_is_no_signature_verifies_nothing(value: str) -> None:
    key = signatures.make("one").public

    assert signatures.verify(Signature(key.id, value), PURPOSE, b"statement", [key]) is None


def test_the_same_bytes_in_other_letters_are_not_the_signature() -> None:
    key = signatures.make("one")
    signed = key.sign(PURPOSE, b"statement")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = signed.value[-3]
    twin = signed.value[:-3] + alphabet[alphabet.index(last) + 1] + "=="  # base64 leaves four bits over

    assert signatures.verify(Signature(key.public.id, twin), PURPOSE, b"statement", [key.public]) is None


@pytest.mark.parametrize(
    "said",
    [None, [], {}, {"algorithm": "RSA", "key": "1", "value": "2"}, {"algorithm": "Ed25519", "key": 1, "value": "2"}],
)
def test_other_json_is_no_signature(said: object) -> None:
    assert Signature.from_json(said) is None


@pytest.mark.skipif(os.name != "posix", reason="owner-only files are a matter of POSIX here")
def test_a_private_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    private, _ = signatures.keep(signatures.make("one"), tmp_path)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600

    private.chmod(0o640)
    with pytest.raises(KeyProblem, match="chmod 600"):
        signatures.read_private(private)


def test_an_encrypted_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    private, _ = signatures.keep(signatures.make("one"), tmp_path, "گذرواژه")
    assert b"ENCRYPTED" in private.read_bytes()

    assert signatures.read_private(private, lambda: "گذرواژه").public.name == "one"
    with pytest.raises(KeyProblem, match="passphrase is another one"):
        signatures.read_private(private, lambda: "other")
    with pytest.raises(KeyProblem, match="passphrase is needed"):
        signatures.read_private(private)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    private, _ = signatures.keep(signatures.make("one"), tmp_path)
    before = private.read_bytes()

    with pytest.raises(KeyProblem, match="never overwritten"):
        signatures.keep(signatures.make("one"), tmp_path)
    assert private.read_bytes() == before


@pytest.mark.parametrize("name", ["", "../one", "One", "a b", "a/b", ".hidden", "ن"])
def test_a_key_has_a_name_that_a_file_can_have(name: str) -> None:
    with pytest.raises(KeyProblem):
        signatures.make(name)


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    private, public = signatures.keep(signatures.make("one"), tmp_path)

    with pytest.raises(KeyProblem, match="show the private one to nobody"):
        signatures.read_public(private)
    public.chmod(0o600)
    with pytest.raises(KeyProblem):
        signatures.read_private(public)


def test_what_is_no_key_is_said_so(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    forms = serialization
    pem = other.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    for n, data in enumerate([b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n", b"\xff" * 40_000, pem]):
        path = tmp_path / f"{n}.pub.pem"
        path.write_bytes(data)
        with pytest.raises(KeyProblem):
            signatures.read_public(path)
    with pytest.raises(KeyProblem, match="keys new"):
        signatures.read_public(tmp_path / "absent.pub.pem")


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)

    with pytest.raises(KeyProblem, match=r"termserver\[signing\]"):
        signatures.make("one")


def test_a_key_shows_itself_by_its_id_alone() -> None:
    key = signatures.make("one")

    assert repr(key) == f"SigningKey(one {key.public.id[:12]})"
