"""Ed25519 keys and signatures: made, kept in files that only their owner reads, signed with and verified.

A private key is PKCS#8 PEM, plain or encrypted, in ``NAME.key.pem``; its public half SubjectPublicKeyInfo
PEM in ``NAME.pub.pem``. Both begin with two lines for people, its name and its id; neither counts. The id
is the SHA-256 of the 32 bytes of the public key, in hex.

What is signed is ``purpose``, a line end and the bytes: a signature for one purpose is none for another.
"""

import base64
import binascii
import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from termserver.model.errors import UsageError
from termserver.model.values import value
from termserver.releases import atomic

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "Ed25519"
PRIVATE, PUBLIC = ".key.pem", ".pub.pem"
"""How the two files of a key end."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SAID = re.compile(rb"^name: ([^\r\n]{1,64})\r?$", re.MULTILINE)
_MOST = 16_384
"""Bytes of a key file; a larger one is none."""

Passphrase = Callable[[], str]
"""Asked only where a key turns out to be encrypted."""


class KeyProblem(UsageError):
    """A key cannot be made, read or used; the message says why and the way out."""


@value
class PublicKey:
    """One public key; ``raw`` are its 32 bytes, ``name`` what its owner calls it."""

    raw: bytes
    name: str = ""

    @property
    def id(self) -> str:
        """SHA-256 of the key, 64 hex digits."""
        return hashlib.sha256(self.raw).hexdigest()

    def as_pem(self) -> bytes:
        """The key as its file holds it."""
        made = _known().Ed25519PublicKey.from_public_bytes(self.raw)
        forms = _forms()
        pem = made.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
        return _headed(self, pem)


@value
class Signature:
    """Who signed, and the 64 bytes in base64."""

    key: str
    value: str

    def as_json(self) -> dict[str, str]:
        return {"algorithm": ALGORITHM, "key": self.key, "value": self.value}

    @classmethod
    def from_json(cls, said: Any) -> "Signature | None":
        """The signature that ``as_json`` wrote; None if it is anything else."""
        if not isinstance(said, dict) or set(said) != {"algorithm", "key", "value"}:
            return None
        if said["algorithm"] != ALGORITHM or not all(isinstance(one, str) for one in said.values()):
            return None
        return cls(said["key"], said["value"])


class SigningKey:
    """A private key in memory; it shows itself by its id alone."""

    def __init__(self, key: "Ed25519PrivateKey", name: str) -> None:
        self._key = key
        forms = _forms()
        self.public = PublicKey(key.public_key().public_bytes(forms.Encoding.Raw, forms.PublicFormat.Raw), name)

    def __repr__(self) -> str:
        return f"SigningKey({self.public.name} {self.public.id[:12]})"

    def sign(self, purpose: str, data: bytes) -> Signature:
        """The signature over ``data`` for ``purpose``; the same input gives the same signature."""
        signed = self._key.sign(_signed(purpose, data))
        return Signature(self.public.id, base64.b64encode(signed).decode())

    def sign_json(self, data: bytes) -> bytes:
        """The 64 bytes of a signature over a JSON object as it stands (TUF's metadata, whose ``_type`` is its purpose).

        No name of a purpose begins with a brace, so that neither kind of signature can be taken for the other.
        """
        if not data.startswith(b"{"):
            raise ValueError("only a JSON object is signed without a purpose")
        return self._key.sign(data)

    def as_pem(self, passphrase: str = "") -> bytes:
        """The key as its file holds it, encrypted where there is a passphrase."""
        forms = _forms()
        locked = forms.BestAvailableEncryption(passphrase.encode()) if passphrase else forms.NoEncryption()
        return _headed(self.public, self._key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, locked))


def make(name: str) -> SigningKey:
    """A fresh key; raise KeyProblem unless the name can stand in the name of a file."""
    if not _NAME.fullmatch(name):
        raise KeyProblem(
            f"'{name}' cannot name a key. Use a-z, 0-9, '-', '_' and '.', as in committee-1405.",
            f"«{name}» نمی‌تواند نام کلید باشد. a-z، 0-9، «-»، «_» و «.» به کار ببرید؛ مانند committee-1405.",
        )
    return SigningKey(_known().Ed25519PrivateKey.generate(), name)


def keep(key: SigningKey, folder: Path, passphrase: str = "") -> tuple[Path, Path]:
    """Write both files of a key (private, public) into ``folder``; the private one is readable by its owner alone.

    Raise KeyProblem, nothing written, if a file of that name is there or the folder cannot be written.
    """
    private, public = folder / f"{key.public.name}{PRIVATE}", folder / f"{key.public.name}{PUBLIC}"
    for path in (private, public):
        if path.exists():
            raise KeyProblem(
                f"{path} is there already, and a key is never overwritten. Choose another name.",
                f"{path} از پیش هست و کلید هرگز بازنویسی نمی‌شود. نام دیگری بگذارید.",
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(key.as_pem(passphrase))
                file.flush()
                os.fsync(file.fileno())
            atomic.write(public, key.public.as_pem())
        except BaseException:
            with contextlib.suppress(OSError):
                private.unlink()
            raise
    except OSError as error:
        raise KeyProblem(
            f"The key cannot be written to {folder}: {error.strerror}.",
            f"کلید در {folder} نوشته نمی‌شود: {error.strerror}.",
        ) from None
    return private, public


def read_private(path: Path, passphrase: Passphrase | None = None) -> SigningKey:
    """The private key in a file; ``passphrase`` is asked where it is encrypted.

    Raise KeyProblem if there is none, if others than its owner may read it, or if the passphrase is wrong.
    """
    data = _bytes(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyProblem(
            f"{path} can be read by others than its owner, and is not used. Run: chmod 600 {path}",
            f"{path} را کسانی جز صاحبش هم می‌توانند بخوانند و به کار نمی‌رود. اجرا کنید: chmod 600 {path}",
        )
    known = _known()
    forms = _forms()
    locked = b"ENCRYPTED PRIVATE KEY" in data
    if locked and passphrase is None:
        raise KeyProblem(
            f"{path} is encrypted; its passphrase is needed.", f"{path} رمز شده است و گذرواژهٔ آن لازم است."
        )
    try:
        secret = passphrase().encode() if locked and passphrase else None
        key = forms.load_pem_private_key(data, secret)
    except _refused():
        why = ("its passphrase is another one", "گذرواژهٔ آن چیز دیگری است") if locked else ("it is no PEM", "PEM نیست")
        raise _unreadable(path, why) from None
    if not isinstance(key, known.Ed25519PrivateKey):
        raise _unreadable(path, ("it is not an Ed25519 key", "کلید Ed25519 نیست"))
    return SigningKey(key, _name_in(data))


def read_public(path: Path) -> PublicKey:
    """The public key in a file; raise KeyProblem if there is none, or a private key."""
    data = _bytes(path)
    if b"PRIVATE KEY" in data:
        raise KeyProblem(
            f"{path} is a private key. Name its public half (NAME{PUBLIC}), and show the private one to nobody.",
            f"{path} کلید خصوصی است. نیمهٔ همگانی آن (NAME{PUBLIC}) را نام ببرید و خصوصی را به کسی نشان ندهید.",
        )
    return public_of(data, str(path))


def public_of(data: bytes, called: str = "public key") -> PublicKey:
    """The public key in PEM text, ``called`` so in messages; raise KeyProblem if it is none."""
    known, forms = _known(), _forms()
    try:
        key = forms.load_pem_public_key(data)
    except _refused():
        raise _unreadable(called, ("it is no PEM", "PEM نیست")) from None
    if not isinstance(key, known.Ed25519PublicKey):
        raise _unreadable(called, ("it is not an Ed25519 key", "کلید Ed25519 نیست"))
    return PublicKey(key.public_bytes(forms.Encoding.Raw, forms.PublicFormat.Raw), _name_in(data))


def verify(signature: Signature, purpose: str, data: bytes, keys: Iterable[PublicKey]) -> PublicKey | None:
    """The key, one of ``keys``, that made the signature over ``data`` for ``purpose``; None if none of them did."""
    key = next((one for one in keys if one.id == signature.key), None)
    if key is None:
        return None
    from cryptography.exceptions import InvalidSignature

    try:
        raw = base64.b64decode(signature.value, validate=True)
        if base64.b64encode(raw).decode() != signature.value:
            return None  # other letters for the same bytes: not what was written
        _known().Ed25519PublicKey.from_public_bytes(key.raw).verify(raw, _signed(purpose, data))
    except (InvalidSignature, binascii.Error, ValueError):
        return None
    return key


def _signed(purpose: str, data: bytes) -> bytes:
    return purpose.encode() + b"\n" + data


def _headed(key: PublicKey, pem: bytes) -> bytes:
    return f"name: {key.name}\nkey: {key.id}\n".encode() + pem


def _name_in(data: bytes) -> str:
    found = _SAID.search(data)
    return found[1].decode("ascii", "replace") if found else ""


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise KeyProblem(
            f"The key {path} cannot be read: {error.strerror}. Make one with: termserver keys new NAME",
            f"کلید {path} خوانده نمی‌شود: {error.strerror}. با این فرمان بسازید: termserver keys new NAME",
        ) from None
    if len(data) > _MOST:
        raise _unreadable(path, ("it is too large", "بسیار بزرگ است"))
    return data


def _unreadable(path: Path | str, why: tuple[str, str]) -> KeyProblem:
    return KeyProblem(f"{path} is no key that can be used: {why[0]}.", f"{path} کلید به‌دردبخوری نیست: {why[1]}.")


def _known() -> Any:
    """The keys of ``cryptography``; raise KeyProblem where it is not installed."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise KeyProblem(
            "Signing needs the library cryptography. Run: pip install 'termserver[signing]'",
            "امضا به کتابخانهٔ cryptography نیاز دارد. اجرا کنید: pip install 'termserver[signing]'",
        ) from None
    return ed25519


def _forms() -> Any:
    """How ``cryptography`` reads and writes keys; raise KeyProblem where it is not installed."""
    _known()
    from cryptography.hazmat.primitives import serialization

    return serialization


def _refused() -> tuple[type[Exception], ...]:
    """What ``cryptography`` raises for bytes that are no key it knows, or that another passphrase locks."""
    from cryptography.exceptions import UnsupportedAlgorithm

    return (ValueError, TypeError, UnsupportedAlgorithm)
