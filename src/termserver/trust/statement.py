"""What a publisher says now: every release with its digest, when it is in force, and which were taken back.

All of it comes from signed targets; nothing here is believed before ``trusted`` has verified it.
"""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases import layout
from termserver.trust import refusals
from termserver.trust.metadata import Document, File, moment

RELEASE, DELTA, PACKAGE = "release", "delta", "package"
_FILE = re.compile(r"[a-z0-9][A-Za-z0-9.+_-]{0,200}\.(release|delta|tgz)", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@value
class Published:
    """One release as its publisher tells it.

    ``sequence`` counts the publisher's releases; ``activate_at`` is the signed instant from which it is in
    force. A release that was taken back says why (``retracted``), since when, and what to use instead.
    """

    pin: Pin
    file: File
    sequence: int
    published_at: str
    activate_at: str
    notes: Text
    retracted: Text | None
    replaced_by: str
    retracted_at: str = ""

    def is_active(self, now: datetime.datetime) -> bool:
        return self.retracted is None and moment(self.activate_at) <= now

    @property
    def label(self) -> str:
        return f"{self.pin.name} {self.pin.version}"


@value
class Delta:
    """What makes one release out of another: both by their digests."""

    before: str
    after: str
    file: File


@value
class Packed:
    """A release as a FHIR package: ``release`` is the digest of the release that it was made from."""

    release: str
    name: str
    version: str
    file: File


@value
class Statement:
    """All that a publisher says in one version of its targets, in the order in which it was published."""

    version: int
    releases: tuple[Published, ...]
    deltas: tuple[Delta, ...]
    packages: tuple[Packed, ...] = ()

    def in_force(self, now: datetime.datetime) -> tuple[Published, ...]:
        """The release of each name that is in force at that instant: the one last activated, not taken back."""
        chosen: dict[str, Published] = {}
        for one in sorted(self.releases, key=lambda one: (moment(one.activate_at), one.sequence)):
            if one.is_active(now):
                chosen[one.pin.name] = one
        return tuple(chosen[name] for name in sorted(chosen))

    def coming(self, now: datetime.datetime) -> tuple[Published, ...]:
        """What is published and not in force yet, the nearest first."""
        later = [one for one in self.releases if one.retracted is None and moment(one.activate_at) > now]
        return tuple(sorted(later, key=lambda one: (moment(one.activate_at), one.sequence)))

    def find(self, digest: str) -> Published | None:
        """The release of that logical digest."""
        return next((one for one in self.releases if one.pin.digest == digest), None)

    def delta(self, before: str, after: str) -> Delta | None:
        return next((one for one in self.deltas if (one.before, one.after) == (before, after)), None)


def read(targets: Document) -> Statement:
    """What the targets say; raise Refused if they name a file that cannot be one of ours."""
    releases, deltas, packages = [], [], []
    for file in targets.files():
        try:
            if not _FILE.fullmatch(file.path) or not _DIGEST.fullmatch(file.sha256):
                raise ValueError(f"'{file.path}' cannot name a file")
            if file.says["kind"] == RELEASE:
                releases.append(_published(file))
            elif file.says["kind"] == DELTA:
                deltas.append(Delta(_digest(file.says["from"]), _digest(file.says["to"]), file))
            elif file.says["kind"] == PACKAGE:
                said = file.says
                packages.append(Packed(_digest(said["of"]), str(said["name"]), str(said["version"]), file))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise refusals.unreadable(f"{targets.label}: {file.path}", str(error)) from None
    releases.sort(key=lambda one: one.sequence)
    if len({one.sequence for one in releases}) != len(releases):
        raise refusals.unreadable(targets.label, "two releases have one sequence")
    return Statement(targets.version, tuple(releases), tuple(deltas), tuple(packages))


def says(one: Published) -> dict[str, Any]:
    """What ``read`` reads, as the targets hold it."""
    return {
        "kind": RELEASE,
        **one.pin.as_json(),
        "sequence": one.sequence,
        "published_at": one.published_at,
        "activate_at": one.activate_at,
        "notes": one.notes.as_json(),
        **(
            {
                "retracted": one.retracted.as_json(),
                "retracted_at": one.retracted_at or one.published_at,
                "replaced_by": one.replaced_by,
            }
            if one.retracted
            else {}
        ),
    }


def _published(file: File) -> Published:
    said = file.says
    layout.check_label(said["name"], said["version"])
    retracted = _text(said["retracted"]) if "retracted" in said else None
    moment(said["activate_at"]), moment(said["published_at"])
    retracted_at = str(said.get("retracted_at", "")) if retracted else ""
    if retracted_at:
        moment(retracted_at)
    return Published(
        Pin(said["name"], said["version"], _digest(said["digest"])),
        file,
        int(said["sequence"]),
        said["published_at"],
        said["activate_at"],
        _text(said.get("notes", {})),
        retracted,
        str(said.get("replaced_by", "")),
        retracted_at,
    )


def _digest(said: Any) -> str:
    if not isinstance(said, str) or not _DIGEST.fullmatch(said):
        raise ValueError(f"'{said}' is no digest")
    return said


def _text(said: Mapping[str, str]) -> Text:
    return Text(str(said.get("fa", "")), str(said.get("en", "")))
