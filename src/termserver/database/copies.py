"""A copy of the store in a folder, taken while it is in use, and a store made of such a copy.

SQLite is copied by its own online backup; PostgreSQL table by table (COPY) in one snapshot, so that no
program of another version is needed. What was copied is told by a digest of every table's rows.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, NullPool, Table, create_engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from termserver.database import connections
from termserver.model.registries import RegistryError
from termserver.model.values import value

STORE = "store.db"
_STEP = "alembic_version"
_MANY = 5000


@value
class Copied:
    """What a copy holds: the kind of database, the step of its tables, rows and digest of each."""

    kind: str
    step: str
    tables: dict[str, tuple[int, str]]

    def as_json(self) -> dict[str, Any]:
        tables = {name: {"rows": rows, "sha256": digest} for name, (rows, digest) in self.tables.items()}
        return {"kind": self.kind, "step": self.step, "tables": tables}

    @classmethod
    def from_json(cls, said: Any) -> "Copied":
        tables = {name: (int(one["rows"]), str(one["sha256"])) for name, one in said["tables"].items()}
        return cls(str(said["kind"]), str(said["step"]), tables)


def copy(place: str | Path | None, shelf_folder: Path | None, folder: Path) -> Copied | None:
    """Copy the store at that place into ``folder``; None where there is none. Raise RegistryError if it cannot be."""
    url = connections.place(place, shelf_folder)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return None
    engine = create_engine(url, poolclass=NullPool)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if engine.dialect.name == "sqlite":
            return _copy_sqlite(engine, folder / STORE)
        return _copy_tables(engine, folder)
    except (SQLAlchemyError, OSError) as error:
        raise connections.failed(error, url) from None
    finally:
        engine.dispose()


def restore(folder: Path, said: Copied, place: str | Path | None, shelf_folder: Path | None) -> Copied:
    """Make a store of the copy, in a place where there is none yet; what it holds comes back, told anew.

    Raise RegistryError if something is there already, or if it is another kind of database.
    """
    url = connections.place(place, shelf_folder)
    if url.get_backend_name() != said.kind:
        raise RegistryError(
            f"The copy is of {said.kind}, the place is {url.get_backend_name()}. Name a place of the same kind.",
            f"نسخه از {said.kind} است و مقصد {url.get_backend_name()}. مقصدی از همان گونه نام ببرید.",
        )
    try:
        if said.kind == "sqlite":
            return _restore_sqlite(folder / STORE, Path(url.database or ""))
        return _restore_tables(folder, said, create_engine(url, poolclass=NullPool))
    except (SQLAlchemyError, OSError) as error:
        raise connections.failed(error, url) from None


def _copy_sqlite(engine: Engine, path: Path) -> Copied:
    target = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    source_raw, target_raw = engine.raw_connection(), target.raw_connection()
    try:
        source_raw.driver_connection.backup(target_raw.driver_connection)  # type: ignore[union-attr]
    finally:
        source_raw.close()
        target_raw.close()
    with target.connect() as connection:
        told = _told(connection)
    target.dispose()
    return told


def _restore_sqlite(source: Path, path: Path) -> Copied:
    if path.exists():
        raise _occupied(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source.read_bytes())
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        told = _told(connection)
    engine.dispose()
    return told


def _copy_tables(engine: Engine, folder: Path) -> Copied:
    snapshot = engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with snapshot as connection, connection.begin():
        told = _told(connection)
        cursor = connection.connection.cursor()
        for table in _tables(connection):
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns) or columns
            with (
                (folder / f"{table.name}.copy").open("wb") as file,
                cursor.copy(f'COPY (SELECT {columns} FROM "{table.name}" ORDER BY {order}) TO STDOUT') as rows,
            ):
                for piece in rows:
                    file.write(piece)
        return told


def _restore_tables(folder: Path, said: Copied, engine: Engine) -> Copied:
    from alembic import command

    with engine.connect() as connection, connection.begin():
        if _tables(connection):
            raise _occupied(connections.shown(engine.url))
        config = connections.migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, said.step)
        tables = [table for table in _tables(connection) if table.name in said.tables]
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        for table in reversed(tables):  # the steps have put first rows into some
            connection.execute(table.delete())
        cursor = connection.connection.cursor()
        for table in tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            with (
                (folder / f"{table.name}.copy").open("rb") as file,
                cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as rows,
            ):
                while piece := file.read(1 << 20):
                    rows.write(piece)
            for column in table.columns:
                _count_on(connection, table, column.name)
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
        told = _told(connection)
    engine.dispose()
    return told


def _count_on(connection: Connection, table: Table, column: str) -> None:
    """Let the sequence behind a column, if there is one, go on after its greatest number."""
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{table.name}"', "column": column}
    ).scalar()
    if sequence:
        greatest = f'SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table.name}"'
        connection.execute(text(f"SELECT setval(:sequence, ({greatest}), false)"), {"sequence": sequence})


def _tables(connection: Connection) -> list[Table]:
    """All tables but the one of the steps, those that others point at first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _STEP]


def _told(connection: Connection) -> Copied:
    step = str(connection.execute(text(f"SELECT version_num FROM {_STEP}")).scalar() or "")
    tables = {str(table.name): _digest(connection, table) for table in _tables(connection)}
    return Copied(connection.dialect.name, step, tables)


def _digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows, and the SHA-256 of all of them in the order of their keys."""
    columns = sorted(table.columns, key=lambda column: column.name)
    order = tuple(table.primary_key.columns) or tuple(columns)
    total, rows = sha256(), 0
    for row in _rows(connection, select(*columns).order_by(*order)):
        plain = tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)
        total.update(repr(plain).encode())
        rows += 1
    return rows, total.hexdigest()


def _rows(connection: Connection, asked: Any) -> Iterator[Any]:
    yield from connection.execution_options(yield_per=_MANY).execute(asked)


def _occupied(place: str) -> RegistryError:
    return RegistryError(
        f"There is a store at {place} already, and nothing is written over it. Name an empty place.",
        f"در {place} از پیش انباری هست و روی آن نوشته نمی‌شود. جای خالی نام ببرید.",
    )
