"""Tables of a release that another process makes meanwhile: written to a file of their own, with their digests."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from termserver.model.releases import Table
from termserver.releases import digests, layout

Tables = Iterable[tuple[Table, Iterable[tuple[Any, ...]]]]
_LIST = "part"


def can_fork() -> bool:
    """Whether another process can take over the entries as they lie in memory."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1


class Part:
    """Tables in the making at ``path``, by a process that was begun with all that is known here."""

    def __init__(self, path: Path, make: Callable[[], Tables]) -> None:
        self.path = path
        self._child = os.fork()
        if self._child == 0:
            status = 1
            try:
                _write(path, make())
                status = 0
            finally:
                os._exit(status)  # nothing of the parent's is closed or written out here

    def wait(self) -> bool:
        """Whether the tables were made; what was wrong is found out by making them again here."""
        child, self._child = self._child, 0
        return child != 0 and os.waitpid(child, 0)[1] == 0

    def leave(self) -> None:
        """Wait for the process if it still runs, and remove its file."""
        with contextlib.suppress(OSError):
            self.wait()
        for left in (self.path, self.path.with_name(self.path.name + "-journal")):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)


def _write(path: Path, tables: Tables) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    for setting in ("page_size=8192", "journal_mode=OFF", "synchronous=OFF", "encoding='UTF-8'"):
        database.execute(f"PRAGMA {setting}")
    database.execute(f"CREATE TABLE {_LIST} (name TEXT, columns TEXT, keys INTEGER, sha256 TEXT)")
    database.execute("BEGIN")
    for table, rows in tables:
        layout.check_table(table)
        database.execute(layout.create_sql(table))
        database.executemany(f'INSERT INTO "{table.name}" VALUES ({", ".join("?" * len(table.columns))})', rows)
        ordered = database.execute(f'SELECT * FROM "{table.name}" ORDER BY {", ".join(layout.key_names(table))}')
        sha256 = digests.table_sha256(table, ordered)
        columns = orjson.dumps(table.columns).decode()
        database.execute(f"INSERT INTO {_LIST} VALUES (?, ?, ?, ?)", (table.name, columns, table.key, sha256))
    database.execute("COMMIT")
    database.close()


def take(database: sqlite3.Connection, path: Path) -> list[tuple[Table, str]]:
    """Copy the finished tables of ``path`` into a release in the making; each comes back with its digest."""
    database.execute("COMMIT")
    database.execute("ATTACH ? AS made", (str(path),))
    database.execute("BEGIN")
    taken = []
    for name, columns, keys, sha256 in database.execute(f"SELECT * FROM made.{_LIST}").fetchall():
        table = Table(name, tuple(orjson.loads(columns)), keys)
        database.execute(layout.create_sql(table))
        order = ", ".join(layout.key_names(table))
        database.execute(f'INSERT INTO main."{name}" SELECT * FROM made."{name}" ORDER BY {order}')
        taken.append((table, sha256))
    database.execute("COMMIT")
    database.execute("DETACH made")
    database.execute("BEGIN")
    return taken
