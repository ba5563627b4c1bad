"""A mirror: a verified copy of a publication, in a folder, on a disk that is carried, or on a provincial server.

Whoever follows a mirror verifies again; the mirror verifies so that it never hands on what it could know to be
wrong. Files come first and the timestamp last: an interrupted copy shows the publication of before.
"""

import datetime
from pathlib import Path

from termserver.model.errors import ReleaseError
from termserver.model.values import value
from termserver.releases import atomic, digests, locks
from termserver.trust import trusted
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Document
from termserver.trust.source import ACCESS, ACCESS_MOST, METADATA, Source, stored_name
from termserver.trust.source import TARGETS as FILES
from termserver.trust.trusted import Held


@value
class Mirrored:
    """What the copy holds now: which publication, how many files came, and how many bytes."""

    version: int
    files: int
    bytes: int
    held: Held


def mirror(held: Held, source: Source, folder: Path, now: datetime.datetime, everything: bool = True) -> Mirrored:
    """Copy a publication; ``everything`` takes every release ever published, else what is in force or coming.

    Raise Refused, Unreachable or ReleaseError, with the copy as it was.
    """
    metadata, files = folder / METADATA, folder / FILES
    try:
        for place in (metadata, files):
            place.mkdir(parents=True, exist_ok=True)
        with locks.held(folder / ".lock"):
            atomic.sweep(files)
            held = trusted.newest_root(held, source)
            held = trusted.update(held, source, trusted.now_of(held, now))
            said = trusted.statement_of(held)
            assert said is not None
            kept = {one.pin.digest for one in (*said.in_force(now), *said.coming(now))}
            releases = [one.file for one in said.releases if everything or one.pin.digest in kept]
            deltas = [one.file for one in said.deltas if everything or one.after in kept]
            packages = [one.file for one in said.packages if everything or one.release in kept]
            count = size = 0
            for file in (*releases, *deltas, *packages):
                place = files / stored_name(file)
                if place.is_file() and digests.file_sha256(place)[0] == file.sha256:
                    continue
                temporary = atomic.neighbour(place)
                try:
                    source.fetch(file, temporary)
                    atomic.put(temporary, place)
                finally:
                    temporary.unlink(missing_ok=True)
                count, size = count + 1, size + file.length
            _write_metadata(held, source, metadata)
    except OSError as error:
        raise ReleaseError(
            f"The mirror {folder} cannot be written: {error.strerror}. Make room and run it again.",
            f"در آینهٔ {folder} نوشته نمی‌شود: {error.strerror}. جا باز کنید و دوباره اجرا کنید.",
        ) from None
    return Mirrored(said.version, count, size, held)


def _write_metadata(held: Held, source: Source, metadata: Path) -> None:
    """All roots, for those who know an old one only, then the documents that belong together and the snapshot
    of access, which whoever follows can open and judges; timestamp last."""
    newest = Document.parse(ROOT, held.root)
    for version in range(1, newest.version):
        name = f"{version}.{ROOT}.json"
        data = None if (metadata / name).is_file() else source.metadata(name, trusted.LIMITS[ROOT])
        if data is not None:
            Document.parse(ROOT, data)
            atomic.write(metadata / name, data)
    atomic.write(metadata / newest.label, held.root)
    for role, data in ((TARGETS, held.targets), (SNAPSHOT, held.snapshot)):
        atomic.write(metadata / Document.parse(role, data).label, data)
    access = source.metadata(ACCESS, ACCESS_MOST)
    if access is not None:
        atomic.write(metadata / ACCESS, access)
    atomic.write(metadata / f"{TIMESTAMP}.json", held.timestamp)
