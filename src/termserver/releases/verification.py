"""Whether a release file is what it says it is: at opening by its bytes, at installing by every row.

Promise: a file in which any byte was changed since it was sealed or stamped is not opened.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from termserver import __version__
from termserver.model.errors import DigestMismatch, ReleaseError
from termserver.model.releases import Artefact, Manifest, Table
from termserver.model.text import Text
from termserver.releases import digests, layout, stamps

_REMEDY = "termserver release install FILE | termserver release build"


def uri(path: Path) -> str:
    """The address by which SQLite opens a file that nobody writes, whatever letters its name has."""
    address = path.as_uri()
    if address.startswith("file://") and not address.startswith("file:///"):
        address = "file:////" + address.removeprefix("file://")  # a Windows share; SQLite wants no host
    return f"{address}?mode=ro&immutable=1"


def verify_to_open(path: Path, digest: str = "") -> Manifest:
    """Make sure that the file is the one that was verified here; in full if it never was. See ``ReleaseFile.open``."""
    head = layout.read_head(path)
    stamp = stamps.read(path)
    if stamp is None:
        seen = stamps.look(path)
        manifest = verify_in_full(path)
        stamps.write(path, seen, digests.file_sha256(path)[0])
    else:
        if not stamps.fits(path, stamp):
            seen = stamps.look(path)
            found, _ = digests.file_sha256(path)
            if found != stamp.sha256:
                raise _altered(path, stamp.sha256, found, _INSTALLED)
            stamps.write(path, seen, found)
        layout.refuse_strangers(path, head)
        manifest = read_manifest(path)
    if digest and manifest.digest != digest:
        raise not_the_pinned(path, manifest, digest)
    return manifest


def verify_in_full(path: Path) -> Manifest:
    """Hash the bytes, every artefact and every row; return the manifest.

    Raise ``DigestMismatch`` at the first digest that is not the one the file states,
    ``ReleaseError`` if the file is not a release.
    """
    layout.refuse_strangers(path, head := layout.read_head(path))
    _, body = digests.file_sha256(path, layout.SEAL_SIZE)
    if body != head.sealed:
        raise _altered(path, head.sealed, body, _SEALED)
    manifest = read_manifest(path)
    try:
        with closing(sqlite3.connect(uri(path), uri=True)) as database:
            found = _artefacts(database)
    except (sqlite3.Error, UnicodeError, ValueError) as error:
        raise _unreadable(path, error) from None
    stated = {artefact.path: artefact for artefact in manifest.artefacts}
    for name in sorted(stated.keys() | found.keys()):
        if name not in stated or name not in found:
            raise DigestMismatch(
                f"{path} and its manifest differ: {name} is only in the {'file' if name in found else 'manifest'}. "
                f"Install or build it again: {_REMEDY}",
                f"{path} با فهرست خودش نمی‌خواند: {name} تنها در {'فایل' if name in found else 'فهرست'} است. "
                f"دوباره نصب کنید یا بسازید: {_REMEDY}",
            )
        if stated[name] != found[name]:
            raise _altered(path, stated[name].sha256, found[name].sha256, _STATED, name)
    return manifest


def refuse_stranger(path: Path) -> None:
    """Raise ReleaseError unless the file is a release that this termserver reads, as its two ends tell."""
    layout.refuse_strangers(path, layout.read_head(path))


def compare_bytes(path: Path, sha256: str) -> None:
    """Raise DigestMismatch unless the bytes have that digest."""
    found, _ = digests.file_sha256(path)
    if found != sha256:
        raise _altered(path, sha256, found, _INSTALLED)


def _artefacts(database: sqlite3.Connection) -> dict[str, Artefact]:
    found = {
        path: Artefact(path, kind, digests.sha256(body))
        for path, kind, body in database.execute("SELECT path, kind, body FROM artefact")
    }
    listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (name,) in listed:
        if name in layout.OWN_TABLES:
            continue
        table = _declaration(database, name)
        rows = database.execute(f'SELECT * FROM "{name}" ORDER BY {", ".join(layout.key_names(table))}')
        path = f"tables/{name}"
        found[path] = Artefact(path, "table", digests.table_sha256(table, rows))
    return found


def _declaration(database: sqlite3.Connection, name: str) -> Table:
    columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
    return Table(
        name,
        tuple(f"{column} {kind}".strip() for _, column, kind, *_ in columns),
        sum(1 for *_, key in columns if key),
    )


def read_manifest(path: Path) -> Manifest:
    """The manifest as the file states it, nothing verified; raise ReleaseError if it has none."""
    try:
        with closing(sqlite3.connect(uri(path), uri=True)) as database:
            row = database.execute("SELECT body FROM manifest").fetchone()
        manifest = digests.manifest_from_json(row[0])
    except (sqlite3.Error, TypeError, ValueError, KeyError) as error:
        raise _unreadable(path, error) from None
    if _numbers(manifest.engine) > _numbers(__version__):
        raise ReleaseError(
            f"Release {manifest.label} needs termserver {manifest.engine} or later; this is {__version__}. "
            "Run: pip install --upgrade termserver",
            f"انتشار {manifest.label} به termserver {manifest.engine} یا تازه‌تر نیاز دارد؛ این نسخه {__version__} است. "
            "اجرا کنید: pip install --upgrade termserver",
        )
    return manifest


def _numbers(version: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def not_the_pinned(path: Path, manifest: Manifest, digest: str) -> DigestMismatch:
    return DigestMismatch(
        f"{path} is not the release that the edition pins: its digest is {manifest.digest}, the edition says "
        f"{digest}. Install the pinned one: termserver release install FILE",
        f"{path} انتشاری نیست که ویراست نام برده است: چکیدهٔ آن {manifest.digest} است، ویراست {digest} می‌گوید. "
        "انتشار درست را نصب کنید: termserver release install FILE",
    )


_INSTALLED = Text(fa="SHA-256 فایل هنگام نصب", en="the SHA-256 of the file when it was installed")
_SEALED = Text(fa="SHA-256 بایت‌ها در مُهر ساخت آن", en="the SHA-256 of its bytes in the seal of its build")
_STATED = Text(fa="SHA-256 همین بخش در فهرست انتشار", en="the SHA-256 of that part in the release's manifest")
"""Where the digest comes from that a file or a part of it no longer has."""


def _altered(path: Path, expected: str, found: str, known: Text, part: str = "") -> DigestMismatch:
    what = f"{part} in {path}" if part else str(path)
    return DigestMismatch(
        f"{what} was altered. It should be {expected} ({known.en}); it is {found} now. "
        f"Install or build it again: {_REMEDY}",
        f"{what} تغییر کرده است. باید {expected} باشد ({known.fa})؛ اکنون {found} است. "
        f"دوباره نصب کنید یا بسازید: {_REMEDY}",
    )


def _unreadable(path: Path, error: Exception) -> ReleaseError:
    return ReleaseError(
        f"{path} cannot be read as a release: {error}. Install or build it again: {_REMEDY}",
        f"{path} به عنوان انتشار خوانده نمی‌شود: {error}. دوباره نصب کنید یا بسازید: {_REMEDY}",
    )
