"""Who runs what: the acknowledgements of subscribers, kept with their signatures, beside what the publisher says.

    acknowledgements/<system>.json   the last one, and one of each edition before it

Each file is replaced in one step; anybody who has the subscribers' public keys can prove what is in it.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver.model.errors import ReleaseError, UsageError
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.repository import Repository
from termserver.releases import atomic, locks, signatures
from termserver.releases.signatures import PublicKey
from termserver.trust.acknowledgements import Acknowledgement, read
from termserver.trust.metadata import moment
from termserver.trust.statement import Statement

FOLDER = "acknowledgements"
SKEW = datetime.timedelta(minutes=10)
"""So far may a subscriber's clock be ahead."""
_KEPT = 200
CURRENT, COMING, BEHIND, RETRACTED, UNKNOWN = "current", "coming", "behind", "retracted", "unknown"
STANDINGS = {
    CURRENT: Text("برقرار", "current"),
    COMING: Text("زودتر از موعد", "ahead"),
    BEHIND: Text("عقب", "behind"),
    RETRACTED: Text("پس‌گرفته", "taken back"),
    UNKNOWN: Text("ناشناخته", "unknown"),
}


class Refused(UsageError):
    """An acknowledgement that is not believed: of nobody known, of another time, or older than what is known."""


@value
class Adopted:
    """How one system stands with one release of the publisher."""

    system: str
    name: str
    version: str
    digest: str
    standing: str
    since: str
    seen: str
    engine: str
    signed_by: str

    def as_json(self) -> dict[str, Any]:
        told = ("system", "name", "version", "digest", "standing", "since", "seen", "engine")
        return {**{name: getattr(self, name) for name in told}, "signed_by": self.signed_by or None}


class Adoption:
    """The acknowledgements in a publisher's folder."""

    def __init__(self, publication: Path) -> None:
        self.folder = publication / FOLDER

    def take(
        self, made: Acknowledgement, now: datetime.datetime, known_as: str = "", keys: Sequence[PublicKey] = ()
    ) -> None:
        """Keep an acknowledgement that ``known_as`` (whoever access control knows) sent, or that one of ``keys``
        signed, whose name is the system's. Raise Refused otherwise, ReleaseError where it cannot be written."""
        signer = made.signer(keys)
        if made.system not in (known_as, signer.name if signer else ""):
            raise Refused(
                f"Nobody who is known says this of '{made.system}'. Sign with its key (--key), or send an API key "
                "of that name.",
                f"کسی که شناخته باشد این را دربارهٔ «{made.system}» نگفته است. با کلید آن امضا کنید (--key) یا کلید API "
                "به همان نام بفرستید.",
            )
        at = moment(made.at)
        if at > now + SKEW:
            raise Refused(
                f"It is of {made.at}, which is to come. Set the clock.",
                f"زمان آن {made.at} است که نیامده. ساعت را درست کنید.",
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locks.held(self.folder / ".lock"):
                before = self.of(made.system)
                if before and at < moment(before[-1].at):
                    raise Refused(
                        f"It is of {made.at}, and {made.system} said something newer at {before[-1].at}.",
                        f"زمان آن {made.at} است و {made.system} در {before[-1].at} چیز تازه‌تری گفته است.",
                    )
                # of one edition the first and the last time are kept
                if len(before) > 1 and before[-1].edition == before[-2].edition == made.edition:
                    before = before[:-1]
                told = [one.as_json() for one in [*before, made][-_KEPT:]]
                data = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
                atomic.write(self.folder / f"{made.system}.json", data)
        except OSError as error:
            raise ReleaseError(
                f"{self.folder} cannot be written: {error.strerror}.", f"{self.folder} نوشته نمی‌شود: {error.strerror}."
            ) from None

    def systems(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def of(self, system: str) -> list[Acknowledgement]:
        """What a system said, oldest first; raise ReleaseError if its file cannot be read."""
        path = self.folder / f"{system}.json"
        if not path.is_file():
            return []
        try:
            return [read(orjson.dumps(one)) for one in orjson.loads(path.read_bytes())]
        except (OSError, ValueError) as error:
            raise ReleaseError(f"{path} cannot be read: {error}.", f"{path} خوانده نمی‌شود: {error}.") from None

    def standing(self, said: Statement, now: datetime.datetime, keys: Sequence[PublicKey] = ()) -> list[Adopted]:
        """Each system with each release of this publisher that it runs, beside what is in force now."""
        found = []
        for system in self.systems():
            told = self.of(system)
            last = told[-1]
            signer = last.signer(keys)
            for pin in last.edition.releases:
                known = said.find(pin.digest)
                if known is None and pin.name not in {one.pin.name for one in said.releases}:
                    continue  # of another publisher
                since = next(one.at for one in told if pin in one.edition.releases)
                standing = _standing(said, pin.digest, now)
                found.append(
                    Adopted(system, pin.name, pin.version, pin.digest, standing, since, last.at, last.engine,
                            signer.name if signer else "")
                )  # fmt: skip
        return found


def summed(found: Sequence[Adopted]) -> list[dict[str, Any]]:
    """How many systems run each release, the most used first."""
    counts = Counter((one.name, one.version, one.digest, one.standing) for one in found)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"name": name, "version": version, "digest": digest, "standing": standing, "systems": count}
        for (name, version, digest, standing), count in ordered
    ]


def told(publication: Path, keys: Path | None, now: datetime.datetime) -> dict[str, Any]:
    """Who runs what of a publication at that instant, as JSON; raise ReleaseError if it cannot be read."""
    found = Adoption(publication).standing(Repository(publication).statement(), now, read_keys(keys))
    return {
        "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "systems": [one.as_json() for one in found],
        "releases": summed(found),
    }


def read_keys(folder: Path | None) -> list[PublicKey]:
    """The public keys of the subscribers: every ``NAME.pub.pem`` of a folder; the file's name is the system's."""
    if folder is None or not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob(f"*{signatures.PUBLIC}")):
        key = signatures.read_public(path)
        found.append(PublicKey(key.raw, path.name.removesuffix(signatures.PUBLIC)))
    return found


def _standing(said: Statement, digest: str, now: datetime.datetime) -> str:
    known = said.find(digest)
    if known is None:
        return UNKNOWN
    if known.retracted is not None:
        return RETRACTED
    if moment(known.activate_at) > now:
        return COMING
    return CURRENT if digest in {one.pin.digest for one in said.in_force(now)} else BEHIND
