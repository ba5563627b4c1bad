"""TUF metadata read, verified, written and signed; the one file that knows ``tuf`` and ``securesystemslib``.

Four documents, each saying who it is and until when: *root* (which keys count for what, how many of
them), *targets* (every published file), *snapshot* (which targets belong together), *timestamp* (which
snapshot is the newest). Any TUF client reads them. The id of a key is the SHA-256 of its 32 bytes, as
everywhere in termserver; a root in which it is anything else is refused, so that no key counts twice.
"""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, cast

from termserver.model.errors import ReleaseError
from termserver.model.values import value
from termserver.releases.signatures import PublicKey, SigningKey
from termserver.trust import refusals

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = ROLES = ("root", "targets", "snapshot", "timestamp")
SPEC = "1.0.31"
_NAME = "x-termserver-name"


@value
class Keys:
    """The keys of one role, and how many of them must sign."""

    keys: tuple[PublicKey, ...]
    threshold: int


@value
class Count:
    """Whose good signatures were found, and how many are needed."""

    signed: tuple[PublicKey, ...]
    threshold: int

    @property
    def enough(self) -> bool:
        return len(self.signed) >= self.threshold


@value
class File:
    """One published file as the targets name it; ``says`` is what termserver tells of it."""

    path: str
    length: int
    sha256: str
    says: Mapping[str, Any]


class Document:
    """One piece of metadata, verified by nobody yet."""

    def __init__(self, role: str, known: Any) -> None:
        self.role = role
        self._known = known

    @classmethod
    def parse(cls, role: str, data: bytes) -> Self:
        """The document of that role; raise Refused if the bytes are none."""
        tuf = _tuf()
        try:
            known = tuf.Metadata.from_bytes(data)
            if known.signed.type != role:
                raise ValueError(f"it is {known.signed.type}, not {role}")
            found = cls(role, known)
            if role == ROOT:
                _check_root(found)
            return found
        except refusals.Refused:
            raise
        except Exception as error:  # the library raises many kinds for bytes that are no metadata
            raise refusals.unreadable(f"{role}.json", str(error) or type(error).__name__) from None

    @property
    def label(self) -> str:
        return f"{self.version}.{self.role}.json"

    @property
    def version(self) -> int:
        return int(self._known.signed.version)

    @property
    def expires(self) -> str:
        """The instant, as ``2026-12-01T00:00:00Z``."""
        return instant(self._known.signed.expires)

    @property
    def said(self) -> dict[str, Any]:
        """What termserver adds to the document, beside TUF's own members."""
        return cast(dict[str, Any], self._known.signed.unrecognized_fields.get("x-termserver", {}))

    @property
    def payload(self) -> bytes:
        """The canonical bytes that are signed."""
        return cast(bytes, self._known.signed_bytes)

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed: what a member confirms before signing, whoever else signed already."""
        return hashlib.sha256(self.payload).hexdigest()

    def as_bytes(self) -> bytes:
        return cast(bytes, self._known.to_bytes())

    def signers(self) -> tuple[str, ...]:
        """The ids of the keys that signatures are there of, good or not."""
        return tuple(self._known.signatures)

    def is_expired(self, now: datetime.datetime) -> bool:
        return bool(self._known.signed.is_expired(now))

    def sign(self, key: SigningKey) -> None:
        """Add the signature of a key, in place of an older one of it."""
        Signature = _signer().Signature
        self._known.signatures[key.public.id] = Signature(key.public.id, key.sign_json(self.payload).hex())

    def take_signatures(self, other: "Document") -> None:
        """Add the signatures of another copy; raise ReleaseError unless it says exactly the same."""
        if other.payload != self.payload:
            raise ReleaseError(
                f"The two copies of {self.label} differ in what they say; their signatures cannot be put together.",
                f"دو رونوشت {self.label} یکی نیستند و امضاهایشان را نمی‌توان گرد آورد.",
            )
        self._known.signatures.update(other._known.signatures)

    # root

    def keys_of(self, role: str) -> Keys:
        """Whose signatures count for a role, by this root."""
        signed = self._known.signed
        found = signed.roles[role]
        return Keys(tuple(_public(signed.keys[id]) for id in sorted(found.keyids)), int(found.threshold))

    def count(self, other: "Document") -> Count:
        """The good signatures under another document, by the keys that this root names for its role."""
        found = self._known.signed.get_verification_result(other.role, other.payload, other._known.signatures)
        return Count(tuple(_public(found.signed[id]) for id in sorted(found.signed)), int(found.threshold))

    # timestamp and snapshot

    def names(self, file: str) -> "Meta":
        """Which version of ``file`` this timestamp or snapshot names; raise Refused if it names none."""
        signed = self._known.signed
        found = signed.snapshot_meta if self.role == TIMESTAMP else signed.meta.get(file)
        if found is None:
            raise refusals.mixed(file)
        return Meta(int(found.version), found.length, (found.hashes or {}).get("sha256"))

    # targets

    def files(self) -> tuple[File, ...]:
        """Every published file, in the order of their names."""
        return tuple(
            File(path, int(file.length), file.hashes["sha256"], file.unrecognized_fields.get("custom", {}))
            for path, file in sorted(self._known.signed.targets.items())
        )


@value
class Meta:
    """A document as another one names it; a length or hash that is not said is None."""

    version: int
    length: int | None
    sha256: str | None

    def fits(self, data: bytes) -> bool:
        return (self.length is None or len(data) == self.length) and (
            self.sha256 is None or hashlib.sha256(data).hexdigest() == self.sha256
        )


def root(version: int, expires: datetime.datetime, roles: Mapping[str, Keys], said: Mapping[str, Any]) -> Document:
    """A root that nobody signed yet; ``roles`` must say the keys of all four."""
    tuf = _tuf()
    keys = {key.id: _as_tuf(key) for known in roles.values() for key in known.keys}
    made = tuf.Root(
        version,
        SPEC,
        expires,
        keys,
        {role: tuf.Role([key.id for key in known.keys], known.threshold) for role, known in roles.items()},
        consistent_snapshot=True,
        unrecognized_fields={"x-termserver": dict(said)},
    )
    found = Document(ROOT, tuf.Metadata(made))
    _check_root(found)
    return found


def targets(version: int, expires: datetime.datetime, files: Iterable[File], said: Mapping[str, Any]) -> Document:
    tuf = _tuf()
    listed = {
        file.path: tuf.TargetFile(file.length, {"sha256": file.sha256}, file.path, {"custom": dict(file.says)})
        for file in files
    }
    made = tuf.Targets(version, SPEC, expires, listed, unrecognized_fields={"x-termserver": dict(said)})
    return Document(TARGETS, tuf.Metadata(made))


def snapshot(version: int, expires: datetime.datetime, targets: Document) -> Document:
    tuf = _tuf()
    return Document(SNAPSHOT, tuf.Metadata(tuf.Snapshot(version, SPEC, expires, {"targets.json": _meta(tuf, targets)})))


def timestamp(version: int, expires: datetime.datetime, snapshot: Document, said: Mapping[str, Any]) -> Document:
    tuf = _tuf()
    made = tuf.Timestamp(version, SPEC, expires, _meta(tuf, snapshot), unrecognized_fields={"x-termserver": dict(said)})
    return Document(TIMESTAMP, tuf.Metadata(made))


def instant(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(said: str) -> datetime.datetime:
    """The instant that ``2026-12-01T00:00:00Z`` names; raise ReleaseError if it names none."""
    try:
        found = datetime.datetime.fromisoformat(said)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ReleaseError(
            f"'{said}' is no instant. Write it with its zone: 2026-12-01T00:00:00+03:30 or 2026-12-01T00:00:00Z.",
            f"«{said}» لحظه‌ای را نمی‌گوید. با منطقهٔ زمانی بنویسید: 2026-12-01T00:00:00+03:30 یا 2026-12-01T00:00:00Z.",
        )
    return found.astimezone(datetime.UTC).replace(microsecond=0)


def _meta(tuf: Any, document: Document) -> Any:
    data = document.as_bytes()
    return tuf.MetaFile(document.version, len(data), {"sha256": hashlib.sha256(data).hexdigest()})


def _as_tuf(key: PublicKey) -> Any:
    SSlibKey = _signer().SSlibKey
    more = {_NAME: key.name} if key.name else {}
    return SSlibKey(key.id, "ed25519", "ed25519", {"public": key.raw.hex()}, more)


def _public(key: Any) -> PublicKey:
    return PublicKey(bytes.fromhex(key.keyval["public"]), str(key.unrecognized_fields.get(_NAME, "")))


def _check_root(document: Document) -> None:
    """Raise Refused unless every key is an Ed25519 one under its own id, and every role can be fulfilled."""
    signed = document._known.signed
    why = ""
    if not signed.consistent_snapshot:
        why = "consistent_snapshot is off"
    for id, key in signed.keys.items():
        if key.keytype != "ed25519" or key.scheme != "ed25519":
            why = f"key {id[:12]} is not Ed25519"
        elif PublicKey(bytes.fromhex(key.keyval["public"])).id != id:
            why = f"key {id[:12]} stands under another key's id"
    for role in ROLES:
        known = signed.roles[role]
        if not 1 <= known.threshold <= len(known.keyids) or not set(known.keyids) <= set(signed.keys):
            why = f"{role} needs {known.threshold} of {len(known.keyids)} keys"
    if why:
        raise refusals.unreadable(document.label, why)


def names_of(keys: Sequence[PublicKey]) -> str:
    """The keys as people call them, by name."""
    return ", ".join(sorted(key.name or key.id[:12] for key in keys)) or "-"


def _tuf() -> Any:
    """The library; raise ReleaseError where it is not installed."""
    try:
        from tuf.api import metadata
    except ImportError:
        raise ReleaseError(
            "Signed publications need the library tuf. Run: pip install 'termserver[signing]'",
            "انتشارهای امضاشده به کتابخانهٔ tuf نیاز دارند. اجرا کنید: pip install 'termserver[signing]'",
        ) from None
    return metadata


def _signer() -> Any:
    from securesystemslib import signer

    return signer
