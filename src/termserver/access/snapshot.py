"""The accounts as a node without a database reads them: one signed file of the policy, clients, grants and key hashes.

An older snapshot than the one that was believed last is refused; one that is past its day goes on serving and says so.
"""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver.model.access import AccessError, Policy
from termserver.model.days import Day, Period
from termserver.model.values import value
from termserver.releases import atomic, signatures
from termserver.releases.digests import canonical_json, sha256
from termserver.releases.signatures import PublicKey, Signature, SigningKey

FORMAT = "termserver-access/1"
_MOST = 64 * 1024 * 1024


@value
class KeptKey:
    """An API key as it is kept; ``scopes`` (ids of route groups) narrow what its client may do."""

    prefix: str
    hash: str
    expires: Day
    scopes: tuple[str, ...] = ()


@value
class HeldRole:
    """A role that a client or person holds, ``registrar:physicians`` for one of one registry, and when."""

    role: str
    period: Period


@value
class Client:
    """A client or person: what it is called, whose it is, its roles, its keys, and the subjects of its certificates."""

    name: str
    organisation: str = ""
    roles: tuple[HeldRole, ...] = ()
    keys: tuple[KeptKey, ...] = ()
    subjects: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    """Names by which issuers of tokens know it, ``issuer|name``."""
    public_keys: bytes = b""
    """The JWKS with which it signs its own assertions."""

    def roles_on(self, day: Day) -> tuple[str, ...]:
        return tuple(one.role for one in self.roles if one.period.holds(day))


@value
class Snapshot:
    """All of it; ``number`` grows with every change, ``until`` is the day by which a newer one should be here."""

    number: int
    made: str
    until: Day
    policy: Policy
    clients: tuple[Client, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "number": self.number,
            "made": self.made,
            "until": self.until,
            "policy": self.policy.as_json(),
            "clients": [_client_json(one) for one in self.clients],
        }

    @property
    def digest(self) -> str:
        return sha256(canonical_json(self.as_json()))


def signed(snapshot: Snapshot, keys: Iterable[SigningKey]) -> bytes:
    """The file of a snapshot with the signatures of those keys."""
    said = snapshot.as_json()
    data = canonical_json(said)
    return orjson.dumps(
        {"signed": said, "signatures": [key.sign(FORMAT, data).as_json() for key in keys]},
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


def opened(data: bytes, trusted: Sequence[PublicKey]) -> Snapshot:
    """The snapshot in a file that one of the trusted keys signed; raise AccessError for any other."""
    try:
        envelope: Any = orjson.loads(data)
        said, given = envelope["signed"], envelope["signatures"]
        signers = [Signature.from_json(one) for one in given]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise AccessError("This is no snapshot of access.", "این عکس دسترسی‌ها نیست.") from None
    body = canonical_json(said)
    if not any(one and signatures.verify(one, FORMAT, body, trusted) for one in signers):
        raise AccessError(
            "The snapshot of access is signed by nobody who is trusted here (TERMSERVER_ACCESS_TRUST).",
            "عکس دسترسی‌ها را هیچ‌یک از کلیدهای مورد اعتماد (TERMSERVER_ACCESS_TRUST) امضا نکرده است.",
        )
    try:
        if said["format"] != FORMAT:
            raise ValueError
        return Snapshot(
            int(said["number"]),
            str(said["made"]),
            str(said["until"]),
            Policy.from_json(said["policy"]),
            tuple(_client(one) for one in said["clients"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AccessError("The snapshot of access cannot be read.", "عکس دسترسی‌ها خوانده نمی‌شود.") from None


def read(path: Path, trusted: Sequence[PublicKey]) -> Snapshot:
    """The snapshot at ``path``; raise AccessError if there is none, if it is not believed, or older than one that was.

    The greatest number ever believed is kept beside it.
    """
    try:
        if path.stat().st_size > _MOST:
            raise AccessError(f"{path} is too large for a snapshot.", f"{path} برای عکس دسترسی‌ها بسیار بزرگ است.")
        found = opened(path.read_bytes(), trusted)
    except OSError as error:
        raise AccessError(
            f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
        ) from None
    last = last_number(path)
    if found.number < last:
        raise too_old(found.number, last, path)
    if found.number > last:
        with contextlib.suppress(OSError):  # a read-only disk: then only this process remembers
            atomic.write(_seen(path), b"%d\n" % found.number)
    return found


def believed(path: Path, trusted: Sequence[PublicKey]) -> Snapshot | None:
    """The snapshot at ``path``; None if there is none that is believed."""
    try:
        return opened(path.read_bytes(), trusted)
    except (OSError, AccessError):
        return None


def last_number(path: Path) -> int:
    """The greatest number that was ever believed of the snapshot at ``path``; 0 if none was."""
    try:
        said = _seen(path).read_bytes().strip()
    except OSError:
        return 0
    return int(said) if said.isdigit() and len(said) < 19 else 0


def too_old(number: int, last: int, path: Path | None = None) -> AccessError:
    """What is said of a snapshot, at ``path`` or else offered by a publication, that is older than one of before."""
    return AccessError(
        f"{path or 'What the publication offers'} is snapshot {number}, and {last} was believed already: "
        "it is an old one, and refused.",
        f"{path or 'آنچه انتشار می‌دهد'} عکس {number} است و پیش از این {last} پذیرفته شده بود؛ کهنه است و پذیرفته نیست.",
    )


def _seen(path: Path) -> Path:
    return path.with_name(f"{path.name}.seen")


def _client_json(one: Client) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": one.name,
        "organisation": one.organisation,
        "roles": [{"role": held.role, "from": held.period.start, "to": held.period.end} for held in one.roles],
        "keys": [
            {"prefix": key.prefix, "hash": key.hash, "expires": key.expires, "scopes": list(key.scopes)}
            for key in one.keys
        ],
        "subjects": list(one.subjects),
        "tokens": list(one.tokens),
    }
    return said | {"public_keys": orjson.loads(one.public_keys)} if one.public_keys else said


def _client(said: dict[str, Any]) -> Client:
    return Client(
        said["name"],
        said["organisation"],
        tuple(HeldRole(one["role"], Period(one["from"], one["to"])) for one in said["roles"]),
        tuple(KeptKey(one["prefix"], one["hash"], one["expires"], tuple(one["scopes"])) for one in said["keys"]),
        tuple(said["subjects"]),
        tuple(said["tokens"]),
        orjson.dumps(said["public_keys"]) if "public_keys" in said else b"",
    )
