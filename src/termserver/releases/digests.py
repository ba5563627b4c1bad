"""The two digests of a release: of what it says (logical), and of the bytes it is kept in.

The logical digest is the SHA-256 of the canonical manifest, which holds the SHA-256 of every
artefact and of every index table. No clock, machine or SQLite version enters it, so that two
builds from the same folders have the same one. It is what editions pin.

A table is hashed as its declaration and its rows in the order of the key; each value is written
with its type and length, so that no two different tables give the same bytes.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from termserver.model.errors import ReleaseError
from termserver.model.releases import Artefact, Edition, Manifest, Pin, Table

_CHUNK = 1 << 20
_BATCH = 2048


def canonical_json(value: Any) -> bytes:
    """The one way to write ``value`` as JSON: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _encoded(row: Iterable[Any]) -> bytes:
    parts = [b"r"]
    for value in row:
        if value.__class__ is str:
            data = value.encode()
            parts.append(b"t%d:%b" % (len(data), data))
        elif value.__class__ is int:
            parts.append(b"i%d;" % value)
        elif value.__class__ is bytes:
            parts.append(b"b%d:%b" % (len(value), value))
        elif value is None:
            parts.append(b"n")
        else:
            raise ReleaseError(
                f"A release keeps texts, whole numbers and bytes, not a {type(value).__name__} ({value!r}).",
                f"فایل انتشار فقط متن، عدد صحیح و بایت نگه می‌دارد، نه {type(value).__name__} ({value!r}).",
            )
    return b"".join(parts)


def table_sha256(table: Table, rows: Iterable[tuple[Any, ...]]) -> str:
    """The SHA-256 of a table, its ``rows`` given in the order of the key."""
    digest = hashlib.sha256(_encoded((table.name, *table.columns, table.key)))
    batch: list[bytes] = []
    for row in rows:
        batch.append(_encoded(row))
        if len(batch) == _BATCH:
            digest.update(b"".join(batch))
            batch.clear()
    digest.update(b"".join(batch))
    return digest.hexdigest()


def manifest_json(name: str, version: str, artefacts: Iterable[Artefact], engine: str) -> bytes:
    """The canonical manifest, whose SHA-256 is the digest of the release."""
    listed = sorted(artefacts, key=lambda artefact: artefact.path)
    return canonical_json(
        {
            "name": name,
            "version": version,
            "engine": engine,
            "artefacts": [{"path": a.path, "kind": a.kind, "sha256": a.sha256} for a in listed],
        }
    )


def manifest_from_json(data: bytes) -> Manifest:
    said = orjson.loads(data)
    artefacts = tuple(Artefact(a["path"], a["kind"], a["sha256"]) for a in said["artefacts"])
    return Manifest(said["name"], said["version"], artefacts, sha256(data), said["engine"])


def edition_of(pins: Iterable[Pin]) -> Edition:
    """The edition that these releases make; its digest does not depend on their order."""
    known = tuple(pins)
    return Edition(known, sha256(canonical_json(sorted((p.name, p.version, p.digest) for p in known))))


def natural(version: str) -> list[tuple[int, int, str]]:
    """A version as a thing to compare: ``2026.9`` comes before ``2026.11``."""
    parts = (part for part in re.split(r"([0-9]+)", version) if part)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def file_sha256(path: Path, seal_size: int = 0) -> tuple[str, str]:
    """The SHA-256 of all bytes of a file, and of all but its last ``seal_size`` ones."""
    body_left = path.stat().st_size - seal_size
    digest = hashlib.sha256()
    body = ""
    with path.open("rb", buffering=0) as file:
        while body_left > 0 and (chunk := file.read(min(_CHUNK, body_left))):
            digest.update(chunk)
            body_left -= len(chunk)
        body = digest.hexdigest()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest(), body
