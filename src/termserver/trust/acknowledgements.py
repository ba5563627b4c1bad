"""What a subscriber says of itself: which edition it runs, signed with a key of its own.

    {"format": "termserver-acknowledgement/1", "system": "hix", "at": "…Z", "engine": "0.1.0",
     "edition": {"digest": "…", "releases": [{"name", "version", "digest"}]},
     "signature": {"algorithm": "Ed25519", "key": "…", "value": "…"}}

Signed is the canonical JSON of all but the signature, for the purpose ``termserver-acknowledgement/1``.
"""

import datetime
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import orjson

from termserver import __version__
from termserver.model.errors import ReleaseError, UsageError
from termserver.model.releases import Edition, Pin
from termserver.model.values import replace, value
from termserver.releases import layout, signatures
from termserver.releases.digests import canonical_json, edition_of
from termserver.releases.signatures import PublicKey, Signature, SigningKey
from termserver.trust.metadata import instant, moment

FORMAT = "termserver-acknowledgement/1"
MOST = 65_536
"""Bytes of an acknowledgement; a longer one is none."""
_SYSTEM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_PATIENCE = 15.0


@value
class Acknowledgement:
    """That a system runs an edition at an instant."""

    system: str
    at: str
    edition: Edition
    engine: str = ""
    signature: Signature | None = None

    def as_json(self) -> dict[str, Any]:
        told = {"format": FORMAT, "system": self.system, "at": self.at, "engine": self.engine,
                "edition": self.edition.as_json()}  # fmt: skip
        return {**told, "signature": self.signature.as_json()} if self.signature else told

    @property
    def payload(self) -> bytes:
        """The bytes that are signed."""
        return canonical_json(replace(self, signature=None).as_json())

    def signer(self, keys: Sequence[PublicKey]) -> PublicKey | None:
        """The key, one of ``keys``, that signed it; None if none of them did."""
        return signatures.verify(self.signature, FORMAT, self.payload, keys) if self.signature else None


def acknowledge(system: str, edition: Edition, now: datetime.datetime, key: SigningKey | None) -> Acknowledgement:
    """What a system says of itself now; raise UsageError for a name that cannot be a system's."""
    if not _SYSTEM.fullmatch(system):
        raise UsageError(
            f"'{system}' cannot name a system. Use a-z, 0-9 and '-', as in hix.",
            f"«{system}» نمی‌تواند نام سامانه باشد. a-z، 0-9 و «-» به کار ببرید؛ مانند hix.",
        )
    made = Acknowledgement(system, instant(now), edition, __version__)
    return replace(made, signature=key.sign(FORMAT, made.payload)) if key else made


def read(data: bytes) -> Acknowledgement:
    """What ``as_json`` wrote; raise UsageError for anything else."""
    try:
        if len(data) > MOST:
            raise ValueError(f"{len(data):,} bytes")
        said = orjson.loads(data)
        if said["format"] != FORMAT or not _SYSTEM.fullmatch(said["system"]):
            raise ValueError("format or system")
        moment(said["at"])
        pins = tuple(Pin(one["name"], one["version"], one["digest"]) for one in said["edition"]["releases"])
        for pin in pins:
            layout.check_label(pin.name, pin.version)
        edition = edition_of(pins)
        if edition.digest != said["edition"]["digest"]:
            raise ValueError("the digest is not that of these releases")
        signature = Signature.from_json(said["signature"]) if "signature" in said else None
        return Acknowledgement(said["system"], said["at"], edition, str(said.get("engine", ""))[:40], signature)
    except (ValueError, KeyError, TypeError, AttributeError, ReleaseError) as error:
        raise UsageError(f"This is no acknowledgement: {error}.", f"این اعلام دریافت نیست: {error}.") from None


def send(made: Acknowledgement, address: str) -> None:
    """Tell a publisher; raise ReleaseError where nobody takes it."""
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            f"'{address}' is no address of a service. Write it as https://terms.example.",
            f"«{address}» نشانی سرویس نیست. مانند https://terms.example بنویسید.",
        )
    url = f"{address.rstrip('/')}/api/publication/acknowledgements"
    asked = urllib.request.Request(
        url, orjson.dumps(made.as_json()), {"Content-Type": "application/json", "User-Agent": "termserver"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=_PATIENCE):
            return
    except urllib.error.HTTPError as error:
        why = _said(error)
        raise ReleaseError(
            f"{address} does not take the acknowledgement: {why[1]}", f"{address} اعلام را نپذیرفت: {why[0]}"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ReleaseError(
            f"{address} cannot be told: {reason}. What is in force goes on.",
            f"به {address} گفته نشد: {reason}. آنچه برقرار است ادامه می‌یابد.",
        ) from None


def _said(error: urllib.error.HTTPError) -> tuple[str, str]:
    try:
        told = orjson.loads(error.read(MOST))["error"]["message"]
        return str(told["fa"]), str(told["en"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.code), str(error.code)
