"""A release file is written: artefacts and keyed tables in, one sealed file out."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from termserver.model.errors import ReleaseError
from termserver.model.releases import Artefact, Manifest, Table
from termserver.releases import atomic, digests, layout, parts, stamps


class ReleaseWriter:
    """Writes the release ``name`` ``version``; nothing stands at ``path`` before ``finish``.

    Used as a context manager it leaves nothing behind when the work fails. A process that is
    killed leaves the former file as it was.
    """

    def __init__(self, path: Path | str, name: str, version: str) -> None:
        layout.check_label(name, version)
        self._path = Path(path).absolute()
        self._name, self._version = name, version
        self._artefacts: list[Artefact] = []
        self._tables: list[Table] = []
        self._known: dict[str, str] = {}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            atomic.sweep(self._path.parent)
            self._temporary = atomic.neighbour(self._path)
            self._database = sqlite3.connect(self._temporary, isolation_level=None)
            for setting in ("page_size=8192", "journal_mode=OFF", "synchronous=OFF", "encoding='UTF-8'"):
                self._database.execute(f"PRAGMA {setting}")
            self._database.execute(f"PRAGMA application_id={layout.APPLICATION_ID}")
            self._database.execute(f"PRAGMA user_version={layout.FORMAT}")
            self._database.execute(layout.create_sql(layout.ARTEFACT))
            self._database.execute(layout.create_sql(layout.MANIFEST))
            self._database.execute("BEGIN")
        except (OSError, sqlite3.Error) as error:
            raise _cannot_write(self._path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.abandon()

    def abandon(self) -> None:
        """Leave the work; what was written so far is removed. After ``finish`` there is nothing left to do."""
        self._database.close()
        for left in (self._temporary, self._temporary.with_name(self._temporary.name + "-journal")):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)

    def artefact(self, path: str, kind: str, data: bytes) -> None:
        """Add one artefact; raise ReleaseError if its path is taken."""
        self._insert(layout.ARTEFACT, [(path, kind, data)])
        self._artefacts.append(Artefact(path, kind, digests.sha256(data)))

    def table(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add a table with its rows, in any order; raise ReleaseError if two have the same key."""
        layout.check_table(table)
        try:
            self._database.execute(layout.create_sql(table))
        except sqlite3.OperationalError as error:
            raise ReleaseError(f"The table {table.name} cannot be made in the release: {error}.") from None
        self._tables.append(table)
        self._insert(table, rows)

    def part(self, make: Callable[[], parts.Tables]) -> parts.Part:
        """Let another process make these tables, of all that is in memory now; ``take`` them when it has."""
        return parts.Part(atomic.neighbour(self._path), make)

    def take(self, part: parts.Part) -> bool:
        """Add the tables of a part; False, and nothing is added, if they could not be made."""
        if not part.wait():
            return False
        try:
            taken = parts.take(self._database, part.path)
        except sqlite3.Error as error:
            raise _cannot_write(self._path, error) from None
        self._tables += [table for table, _ in taken]
        self._known.update((table.name, sha256) for table, sha256 in taken)
        return True

    def _insert(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(table.columns))
        try:
            self._database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows)
        except sqlite3.IntegrityError as error:
            raise ReleaseError(
                f"Two rows of {table.name} have the same key in release {self._name} {self._version}: {error}.",
                f"دو سطر {table.name} در انتشار {self._name} {self._version} یک کلید دارند: {error}.",
            ) from None
        except sqlite3.OperationalError as error:
            raise _cannot_write(self._path, error) from None

    def finish(self) -> Manifest:
        """Seal the file, put it at its path and return its manifest."""
        try:
            indexes = [
                Artefact(
                    f"tables/{table.name}",
                    "table",
                    self._known.get(table.name) or digests.table_sha256(table, self._in_order(table)),
                )
                for table in self._tables
            ]
            written = digests.manifest_json(self._name, self._version, [*self._artefacts, *indexes], layout.ENGINE)
            self._database.execute("INSERT INTO manifest VALUES (?)", (written,))
            self._database.execute("COMMIT")
            if not self._known:  # of a large one made by two processes it would write a gigabyte twice, to save a tenth
                self._database.execute("VACUUM")
            self._database.close()
            _, body = digests.file_sha256(self._temporary)
            with self._temporary.open("ab") as file:
                file.write(layout.seal(body))
            whole, _ = digests.file_sha256(self._temporary)
            stamps.remove(self._path)
            atomic.put(self._temporary, self._path)
            stamps.write(self._path, stamps.look(self._path), whole)
        except (OSError, sqlite3.Error) as error:
            raise _cannot_write(self._path, error) from None
        finally:
            self.abandon()
        return digests.manifest_from_json(written)

    def _in_order(self, table: Table) -> Iterable[tuple[Any, ...]]:
        return self._database.execute(f'SELECT * FROM "{table.name}" ORDER BY {", ".join(layout.key_names(table))}')


def _cannot_write(path: Path, error: Exception) -> ReleaseError:
    why = getattr(error, "strerror", None) or str(error)
    return ReleaseError(
        f"The release cannot be written to {path}: {why}. Make room or name another place.",
        f"انتشار در {path} نوشته نمی‌شود: {why}. جا باز کنید یا جای دیگری بدهید.",
    )
