"""A release file is opened: verified, then read by key, from any number of threads at once."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from termserver.model.errors import ReleaseError
from termserver.model.releases import Manifest, Pin, Table
from termserver.releases import layout, verification

_STEPS = (1, 4, 8, 20, 64, 512)


def _connection(uri: str) -> sqlite3.Connection:
    raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
    raw.execute("PRAGMA mmap_size=2147418112")
    raw.execute("PRAGMA query_only=1")
    return raw


class _Statements:
    """The SQL that reads one table."""

    __slots__ = ("all", "get", "many", "prefix", "span")

    def __init__(self, table: Table) -> None:
        keys = layout.key_names(table)
        order = ", ".join(keys)
        chosen = f'SELECT * FROM "{table.name}"'
        self.all = f"{chosen} ORDER BY {order}"
        self.get = f"{chosen} WHERE {' AND '.join(f'{key} = ?' for key in keys)}"
        self.prefix = [
            f"{chosen} WHERE {' AND '.join(f'{key} = ?' for key in keys[:n])} ORDER BY {order}"
            for n in range(1, len(keys) + 1)
        ]
        self.span = f"{chosen} WHERE {keys[0]} >= ? AND {keys[0]} < ? ORDER BY {order} LIMIT ?"
        self.many = [f"{chosen} WHERE {keys[0]} IN ({', '.join('?' * n)})" for n in _STEPS]


class ReleaseFile:
    """An open release: ``model.ports.ReleaseReader``. Immutable, and safe to share between threads.

    A table that the release does not carry is empty.
    """

    def __init__(self, path: Path, manifest: Manifest, uri: str) -> None:
        self.path = path
        self.manifest = manifest
        self._uri = uri
        self._here = threading.local()
        self._lock = threading.Lock()
        self._closed = False
        self._tables = frozenset(a.path.removeprefix("tables/") for a in manifest.artefacts if a.kind == "table")
        self._statements: dict[str, _Statements] = {}

    @classmethod
    def open(cls, path: Path | str, digest: str = "") -> Self:
        """Open the release at ``path``, offline.

        A file that was verified here before and fits its stamp is not read; one whose stamp
        does not fit has its bytes hashed; one without a stamp is verified in full. ``digest``
        is the logical digest that an edition pins.

        Raise ``DigestMismatch`` if the file was altered or is not the pinned one, ``ReleaseError``
        if it is not a release, or one for a newer termserver.
        """
        file = Path(path).absolute()
        return cls(file, verification.verify_to_open(file, digest), verification.uri(file))

    @property
    def pin(self) -> Pin:
        return Pin(self.manifest.name, self.manifest.version, self.manifest.digest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections of all threads back; whoever reads afterwards is told so by a ReleaseError.

        A connection with which a thread is reading this moment ends with that reading: closing it under its reader
        would end the process.
        """
        with self._lock:
            self._closed = True
            self._here = threading.local()

    def _connect(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise ReleaseError(
                    f"The release {self.manifest.label} is closed. Open it again: TermServer.open(...)",
                    f"انتشار {self.manifest.label} بسته شده است. دوباره باز کنید: TermServer.open(...)",
                )
            self._here.blobs = {}
            raw = self._here.connection = _connection(self._uri)
        return raw

    def _read(self, sql: str, values: Iterable[Any]) -> sqlite3.Cursor:
        try:
            raw = self._here.connection
        except AttributeError:
            raw = self._connect()
        try:
            cursor: sqlite3.Cursor = raw.execute(sql, values)
        except sqlite3.Error as error:
            if self._closed:
                self._connect()  # raises, in the reader's words
            raise self._damaged(error) from None
        return cursor

    def _each(self, sql: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        cursor = self._read(sql, values)
        try:
            for row in cursor:
                if self._closed:
                    self._connect()  # raises, in the reader's words
                yield row
        except sqlite3.Error as error:
            if self._closed:
                self._connect()  # raises, in the reader's words
            raise self._damaged(error) from None

    def _some(self, sql: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement that gives few of them, at one go."""
        try:
            return self._read(sql, values).fetchall()
        except sqlite3.Error as error:
            if self._closed:
                self._connect()  # raises, in the reader's words
            raise self._damaged(error) from None

    def _damaged(self, error: sqlite3.Error) -> ReleaseError:
        return ReleaseError(
            f"The release {self.path} cannot be read: {error}. Run: termserver release verify",
            f"انتشار {self.path} خوانده نمی‌شود: {error}. اجرا کنید: termserver release verify",
        )

    def _of(self, table: Table) -> _Statements | None:
        known = self._statements.get(table.name)
        if known is None and table.name in self._tables:
            known = self._statements[table.name] = _Statements(table)
        return known

    def has(self, table: Table) -> bool:
        return table.name in self._tables

    def get(self, table: Table, *key: Any) -> tuple[Any, ...] | None:
        known = self._of(table)
        if known is None:
            return None
        row: tuple[Any, ...] | None = self._read(known.get, key).fetchone()
        return row

    def rows(self, table: Table, *key: Any) -> Iterator[tuple[Any, ...]]:
        known = self._of(table)
        if known is None:
            return iter(())
        return self._each(known.prefix[len(key) - 1] if key else known.all, key)

    def span(self, table: Table, low: Any, high: Any, limit: int = -1) -> Iterator[tuple[Any, ...]]:
        known = self._of(table)
        if known is None:
            return iter(())
        if limit < 0:
            return self._each(known.span, (low, high, limit))
        return iter(self._some(known.span, (low, high, limit)))

    def many(self, table: Table, keys: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
        known = self._of(table)
        asked = list(keys)
        found: dict[Any, tuple[Any, ...]] = {}
        if known is None or not asked:
            return found
        for start in range(0, len(asked), _STEPS[-1]):
            some = asked[start : start + _STEPS[-1]]
            # a few lengths of list only, so that SQLite keeps the prepared statements
            step = next(n for n, size in enumerate(_STEPS) if size >= len(some))
            some += some[:1] * (_STEPS[step] - len(some))
            for row in self._read(known.many[step], some):
                found[row[0]] = row
        return found

    def pieces(self, table: Table, places: Iterable[tuple[int, int, int]]) -> list[bytes]:
        try:
            raw: sqlite3.Connection = self._here.connection
            blobs: dict[str, dict[int, sqlite3.Blob]] = self._here.blobs
        except AttributeError:
            raw, blobs = self._connect(), {}
            self._here.blobs = blobs
        found = []
        try:
            opened = blobs.setdefault(table.name, {})
            for key, start, end in places:
                blob = opened.get(key)
                if blob is None:
                    column = table.columns[1].split()[0]
                    blob = opened[key] = raw.blobopen(table.name, column, key, readonly=True)
                blob.seek(start)
                found.append(blob.read(end - start))
        except sqlite3.Error as error:
            if self._closed:
                self._connect()  # raises, in the reader's words
            raise self._damaged(error) from None
        return found

    def artefact(self, path: str) -> bytes | None:
        row = self._read("SELECT body FROM artefact WHERE path = ?", (path,)).fetchone()
        return row[0] if row else None

    def artefact_paths(self, kind: str) -> list[str]:
        """The paths of all artefacts of a kind, in order."""
        return [artefact.path for artefact in self.manifest.artefacts if artefact.kind == kind]
