"""Everything that a node has written, copied while it serves, proved by digests, and put back.

A backup is a folder: ``manifest.json`` with the SHA-256 of every file, then the parts: ``shelf``,
``database``, ``audit``, ``proposals``, ``publication``. Private keys are left out unless asked for, and named.
"""

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import file_digest
from pathlib import Path

import orjson

from termserver import __version__
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys
from termserver.database import copies
from termserver.database.copies import Copied
from termserver.model.errors import TermserverError, UsageError
from termserver.model.registries import STORE_FILE
from termserver.model.values import value
from termserver.releases import atomic
from termserver.releases.signatures import PRIVATE
from termserver.service import TermServer

MANIFEST = "manifest.json"
FORMAT = 1
DATABASE = "database"
FOLDERS = {
    "audit": "TERMSERVER_AUDIT",
    "proposals": "TERMSERVER_PROPOSALS",
    "publication": "TERMSERVER_PUBLICATION",
}
"""The other folders that a node writes, by the names of their settings."""
_SECRET = ("registries.key",)
_PASSING = (".lock", ".stamp", f"{STORE_FILE}-wal", f"{STORE_FILE}-shm")


class BackupError(TermserverError):
    """A backup cannot be made, read or put back."""


@value
class Places:
    """Where a node's parts are: folders by part, and the store (None: where the settings say)."""

    folders: dict[str, Path]
    database: str | None = None

    @classmethod
    def of_node(cls, shelf: Path, database: str | None, environment: Mapping[str, str] = os.environ) -> "Places":
        """Those that the settings name."""
        named = {part: Path(environment[name]) for part, name in FOLDERS.items() if environment.get(name)}
        return cls({"shelf": shelf, **named}, database)


@value
class Backup:
    """A finished backup: its folder, what it holds, what was left out, and the digest of its manifest."""

    folder: Path
    files: dict[str, tuple[int, str]]
    store: Copied | None
    left_out: tuple[str, ...]
    digest: str

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())


def make(folder: Path, places: Places, with_keys: bool = False) -> Backup:
    """Copy everything into ``folder``, which must not be there; it gets its name when it is whole.

    Raise BackupError or RegistryError, nothing left behind.
    """
    if folder.exists():
        raise BackupError(
            f"{folder} is there already. Name a new folder.", f"{folder} از پیش هست. پوشهٔ تازه‌ای نام ببرید."
        )
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
        left_out: list[str] = []
        for part, source in places.folders.items():
            _take(source, unfinished / part, part, with_keys, left_out)
        store = copies.copy(places.database, places.folders["shelf"], unfinished / DATABASE)
        files = {path: _entry(unfinished / path) for path in _files(unfinished)}
        said = {
            "format": FORMAT,
            "termserver": __version__,
            "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "with_keys": with_keys,
            "left_out": left_out,
            "store": store.as_json() if store else None,
            "files": {path: {"size": size, "sha256": digest} for path, (size, digest) in files.items()},
        }
        atomic.write(unfinished / MANIFEST, orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        os.replace(unfinished, folder)
        atomic.sync_folder(folder.parent)
    except OSError as error:
        raise _failed(folder, error) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return read(folder)


def read(folder: Path, verify: bool = False) -> Backup:
    """The backup in a folder; ``verify`` hashes it all again. Raise BackupError, naming the first file that differs."""
    try:
        data = (folder / MANIFEST).read_bytes()
        said = orjson.loads(data)
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']}")
        files = {str(path): (int(one["size"]), str(one["sha256"])) for path, one in said["files"].items()}
        if any(".." in Path(path).parts or Path(path).is_absolute() for path in files):
            raise ValueError("a file outside of it")
        store = Copied.from_json(said["store"]) if said["store"] else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} is no backup: {error}.", f"{folder} پشتیبان نیست: {error}.") from None
    for path, known in files.items() if verify else ():
        try:
            right = _entry(folder / path) == known
        except OSError:
            right = False
        if not right:
            raise BackupError(
                f"{folder / path} is not what was backed up. Take another backup.",
                f"{folder / path} آنی نیست که پشتیبان گرفته شد. پشتیبان دیگری بردارید.",
            )
    with (folder / MANIFEST).open("rb") as file:
        return Backup(folder, files, store, tuple(said["left_out"]), file_digest(file, "sha256").hexdigest())


def restore(folder: Path, places: Places) -> Backup:
    """Put a verified backup back into empty places. Raise BackupError or RegistryError; nothing is written over."""
    backup = read(folder, verify=True)
    parts = {path.partition("/")[0] for path in backup.files} - {DATABASE}
    for part in sorted(parts):
        target = places.folders.get(part)
        if target is None:
            raise BackupError(
                f"The backup holds '{part}'; say where it goes ({FOLDERS.get(part, 'TERMSERVER_SHELF')}).",
                f"پشتیبان «{part}» دارد؛ بگویید کجا برود ({FOLDERS.get(part, 'TERMSERVER_SHELF')}).",
            )
        if target.exists() and any(target.iterdir()):
            raise BackupError(
                f"{target} is not empty, and nothing is written over it. Name an empty folder.",
                f"{target} خالی نیست و روی آن نوشته نمی‌شود. پوشهٔ خالی نام ببرید.",
            )
    try:
        for path in backup.files:
            part, _, rest = path.partition("/")
            if part != DATABASE:
                target = places.folders[part] / rest
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / path, target)
                if target.name.endswith(PRIVATE) or target.name in _SECRET:
                    target.chmod(0o600)
                atomic.sync_file(target)
    except OSError as error:
        raise _failed(folder, error) from None
    if backup.store is not None:
        told = copies.restore(folder / DATABASE, backup.store, places.database, places.folders["shelf"])
        if told != backup.store:
            differing = sorted(name for name in told.tables if told.tables[name] != backup.store.tables.get(name))
            raise BackupError(
                f"The restored store differs in: {', '.join(differing) or 'its tables'}.",
                f"انبار بازگردانده در این‌ها فرق دارد: {', '.join(differing) or 'جدول‌ها'}.",
            )
    return backup


def drill(folder: Path, database: str | None = None) -> Iterator[tuple[str, str]]:
    """Restore into a place of its own and ask what was restored: what was done, and what came of it, step by step.

    ``database`` names an empty PostgreSQL database where the backup is of one; it keeps what was restored. Raise
    BackupError at the first step that fails.
    """
    backup = read(folder, verify=True)
    yield "digests", f"{len(backup.files)} files, {backup.bytes / 1e6:.1f} MB"
    with tempfile.TemporaryDirectory(prefix="termserver-drill-") as room:
        parts = {path.partition("/")[0] for path in backup.files} | {"shelf"}
        places = Places({part: Path(room, part) for part in parts}, database)
        restore(folder, places)
        if backup.store is not None:
            rows = sum(count for count, _ in backup.store.tables.values())
            yield "store", f"{backup.store.kind}, {len(backup.store.tables)} tables, {rows} rows: the same digests"
        shelf = places.folders["shelf"]
        if (shelf / "edition.json").is_file():
            with TermServer.open(shelf / "edition.json") as server:
                found = server.search("a", limit=1)
                yield "edition", f"{server.edition.digest[:12]} answers ({found.total} found)"
        if "audit" in parts:
            audit = places.folders["audit"]
            checked = check(audit, node_keys(audit))
            if checked.faults:
                first = checked.faults[0]
                raise BackupError(f"{first.file}:{first.line}: {first.says.en}", f"{first.file}: {first.says.fa}")
            yield "access log", f"{checked.lines} lines hold"


def _take(source: Path, target: Path, part: str, with_keys: bool, left_out: list[str]) -> None:
    for path in _files(source):
        name = Path(path).name
        if name.endswith(_PASSING) or ".unfinished" in name or (part == "shelf" and path == STORE_FILE):
            continue
        if not with_keys and (name.endswith(PRIVATE) or name in _SECRET):
            left_out.append(f"{part}/{path}")
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
        atomic.sync_file(target / path)


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _entry(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, file_digest(file, "sha256").hexdigest()


def _failed(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{error.filename or folder}: {error.strerror}. Make room or name another folder.",
        f"{error.filename or folder}: {error.strerror}. جا باز کنید یا پوشهٔ دیگری نام ببرید.",
    )
