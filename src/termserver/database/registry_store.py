"""The store of record of the registries, read: entries then and now, their history, the change feed, the loads.

Nobody who serves or judges needs it; releases are made of it.
"""

import datetime
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import orjson
from sqlalchemy import Connection, Select, and_, desc, func, select
from sqlalchemy.exc import SQLAlchemyError

from termserver.database import connections
from termserver.database.opened import Opened
from termserver.database.registry_writing import RegistryWriting, writing
from termserver.database.tables import ENTRY, LOAD, REGISTRY, SNAPSHOT, VERSION
from termserver.model.days import parse_day
from termserver.model.errors import UsageError
from termserver.model.registries import (
    Change,
    ChangeKind,
    Changes,
    Instant,
    Load,
    LoadKind,
    LoadStatus,
    RecordedEntry,
    RegistryState,
    RowNote,
    Snapshot,
    UnknownRegistry,
    entry_of,
    note_of,
)

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})")
_TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))
_LAST = 1 << 62


def instant_of(said: str) -> Instant:
    """A moment as the store compares it; a day means until its last second in Tehran. Raise UsageError otherwise."""
    if _INSTANT.fullmatch(said):
        try:
            moment = datetime.datetime.fromisoformat(said.replace("Z", "+00:00"))
        except ValueError:
            raise UsageError(
                f"'{said}' is not a moment. Write it as 2026-11-21T08:30:00Z, or a day.",
                f"«{said}» زمان نیست. آن را به شکل 2026-11-21T08:30:00Z یا یک روز بنویسید.",
            ) from None
    else:
        day = datetime.date.fromisoformat(parse_day(said))
        moment = datetime.datetime.combine(day, datetime.time(23, 59, 59), _TEHRAN)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class RegistryStore(Opened):
    """The registries in one database; safe to share between threads."""

    @classmethod
    def open(
        cls,
        place: str | Path | None = None,
        shelf: Path | None = None,
        patience: float = connections.PATIENCE,
    ) -> Self:
        """The store at ``place`` (a database URL or a file), else at TERMSERVER_DATABASE_URL, else on the shelf.

        It is made, or brought up to date, where need be. ``patience``: how long a writer waits for
        another. Raise RegistryError if it cannot be opened.
        """
        from termserver.releases.editions import default_folder

        return cls(connections.place(place, shelf or default_folder()), patience)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One consistent view of the store, whoever writes meanwhile."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise connections.failed(error, self.url) from None

    # what is there

    def registries(self) -> list[RegistryState]:
        """Every registry that was ever loaded, by id."""
        with self._reading() as connection:
            return [_state(row) for row in connection.execute(select(REGISTRY).order_by(REGISTRY.c.id))]

    def state(self, registry: str) -> RegistryState:
        """How the registry stands now; all zeros if nothing was ever loaded into it."""
        with self._reading() as connection:
            row = connection.execute(select(REGISTRY).where(REGISTRY.c.id == registry)).first()
            return _state(row) if row else RegistryState(registry)

    def entry(self, registry: str, code: str, known_on: str = "") -> RecordedEntry | None:
        """What is known of an entry, or what was known of it on that day or at that moment; None if nothing."""
        with self._reading() as connection:
            key, until = self._key(connection, registry, code), _LAST
            if known_on:
                until = self._cursor_on(connection, registry, known_on)
            found = connection.execute(self._versions(registry, key).where(VERSION.c.cursor <= until).limit(1)).first()
            if found is None:
                return None
            later = connection.execute(
                select(LOAD.c.recorded)
                .join(VERSION, VERSION.c.load == LOAD.c.number)
                .where(VERSION.c.registry == registry, VERSION.c.key == key, VERSION.c.cursor > found.cursor)
                .order_by(VERSION.c.cursor)
                .limit(1)
            ).scalar()
            return _recorded(registry, found, later or "")

    def history(self, registry: str, code: str) -> list[RecordedEntry]:
        """Every version of an entry, the oldest first; empty if nothing is known of it."""
        with self._reading() as connection:
            rows = connection.execute(self._versions(registry, self._key(connection, registry, code))).all()
        history = []
        later = ""
        for row in rows:
            history.append(_recorded(registry, row, later))
            later = row.recorded
        return history[::-1]

    @staticmethod
    def _versions(registry: str, key: str) -> Select[Any]:
        return (
            select(VERSION.c.cursor, VERSION.c.change, VERSION.c.load, VERSION.c.body, LOAD.c.recorded)
            .join(LOAD, VERSION.c.load == LOAD.c.number)
            .where(VERSION.c.registry == registry, VERSION.c.key == key)
            .order_by(desc(VERSION.c.cursor))
        )

    def changes(self, registry: str, after: int = 0, limit: int = 1000) -> Changes:
        """The entries that changed after the cursor ``after``, each once in its last form, in the order of cursors.

        Who begins at 0 and asks on from ``next_cursor`` until ``complete`` holds exactly the
        registry, closed entries included; whoever writes meanwhile, nothing is missed. Raise
        UsageError for a cursor that the registry has never reached, UnknownRegistry.
        """
        with self._reading() as connection:
            state = self._known_state(connection, registry)
            if after < 0 or after > state.cursor:
                raise UsageError(
                    f"The registry {registry} has not reached the cursor {after}; it stands at {state.cursor}. "
                    "Begin again from 0.",
                    f"ثبت {registry} به نشانگر {after} نرسیده است و در {state.cursor} ایستاده است. از 0 آغاز کنید.",
                )
            rows = connection.execute(
                select(VERSION.c.cursor, VERSION.c.code, VERSION.c.change, VERSION.c.body, LOAD.c.recorded)
                .select_from(
                    ENTRY.join(
                        VERSION, and_(VERSION.c.registry == ENTRY.c.registry, VERSION.c.cursor == ENTRY.c.cursor)
                    ).join(LOAD, LOAD.c.number == VERSION.c.load)
                )
                .where(ENTRY.c.registry == registry, ENTRY.c.cursor > after)
                .order_by(ENTRY.c.cursor)
                .limit(max(1, limit) + 1)
            ).all()
        complete = len(rows) <= max(1, limit)
        page = rows if complete else rows[:-1]
        return Changes(
            registry,
            tuple(Change(r.cursor, r.code, ChangeKind(r.change), r.recorded, bytes(r.body)) for r in page),
            state.cursor if complete else page[-1].cursor,
            complete,
            state.checksum,
            state.entries,
        )

    def bodies(self, registry: str, cursor: int | None = None) -> Iterator[tuple[str, bytes]]:
        """The code and the canonical JSON of every entry as it was known at ``cursor`` (now, without one), streamed."""
        with self._reading() as connection:
            if cursor is None:
                last = select(ENTRY.c.cursor).where(ENTRY.c.registry == registry).subquery()
            else:
                last = (
                    select(func.max(VERSION.c.cursor).label("cursor"))
                    .where(VERSION.c.registry == registry, VERSION.c.cursor <= cursor)
                    .group_by(VERSION.c.key)
                    .subquery()
                )
            asked = (
                select(VERSION.c.code, VERSION.c.body)
                .join(last, last.c.cursor == VERSION.c.cursor)
                .where(VERSION.c.registry == registry)
            )
            for code, body in connection.execute(asked.execution_options(yield_per=2000)):
                yield code, bytes(body)

    def between(self, registry: str, after: int, until: int) -> Iterator[Change]:
        """The entries that changed after one cursor and until another, each as it was known at the later one."""
        with self._reading() as connection:
            last = (
                select(func.max(VERSION.c.cursor).label("cursor"))
                .where(VERSION.c.registry == registry, VERSION.c.cursor > after, VERSION.c.cursor <= until)
                .group_by(VERSION.c.key)
                .subquery()
            )
            asked = (
                select(VERSION.c.cursor, VERSION.c.code, VERSION.c.change, VERSION.c.body, LOAD.c.recorded)
                .join(last, last.c.cursor == VERSION.c.cursor)
                .join(LOAD, LOAD.c.number == VERSION.c.load)
                .where(VERSION.c.registry == registry)
                .order_by(VERSION.c.cursor)
            )
            for row in connection.execute(asked.execution_options(yield_per=2000)):
                yield Change(row.cursor, row.code, ChangeKind(row.change), row.recorded, bytes(row.body))

    def cursor_on(self, registry: str, known_on: str) -> int:
        """Where the cursor stood on that day or at that moment; 0 before the first load."""
        with self._reading() as connection:
            return self._cursor_on(connection, registry, known_on)

    @staticmethod
    def _cursor_on(connection: Connection, registry: str, known_on: str) -> int:
        found = connection.execute(
            select(func.max(LOAD.c.last_cursor)).where(
                LOAD.c.registry == registry,
                LOAD.c.status == LoadStatus.APPLIED.value,
                LOAD.c.recorded <= instant_of(known_on),
            )
        ).scalar()
        return int(found or 0)

    # loads and snapshots

    def loads(self, registry: str, limit: int = -1) -> list[Load]:
        """The loads of a registry, the stopped ones too, the newest first."""
        with self._reading() as connection:
            columns = [column for column in LOAD.c if column.name != "notes"]
            asked = select(*columns).where(LOAD.c.registry == registry).order_by(desc(LOAD.c.number))
            return [_load(row) for row in connection.execute(asked.limit(limit) if limit >= 0 else asked)]

    def notes(self, load: int) -> Iterator[RowNote]:
        """What was noticed in the rows of a load, in the order of the file."""
        with self._reading() as connection:
            packed = connection.execute(select(LOAD.c.notes).where(LOAD.c.number == load)).scalar()
        for line in gzip.decompress(bytes(packed)).splitlines() if packed else ():
            yield note_of(orjson.loads(line))

    def snapshots(self, registry: str) -> list[Snapshot]:
        """The releases that were made of a registry, the newest first."""
        with self._reading() as connection:
            rows = connection.execute(
                select(SNAPSHOT)
                .where(SNAPSHOT.c.registry == registry)
                .order_by(desc(SNAPSHOT.c.cursor), desc(SNAPSHOT.c.recorded), desc(SNAPSHOT.c.version))
            )
            return [Snapshot(r.registry, r.version, r.digest, r.cursor, r.recorded) for r in rows]

    def remember(self, snapshot: Snapshot) -> None:
        """Note that a release was made; the same version noted again takes the place of the first."""
        with self._writing() as connection:
            connection.execute(
                SNAPSHOT.delete().where(
                    SNAPSHOT.c.registry == snapshot.registry, SNAPSHOT.c.version == snapshot.version
                )
            )
            connection.execute(
                SNAPSHOT.insert().values(
                    registry=snapshot.registry,
                    version=snapshot.version,
                    digest=snapshot.digest,
                    cursor=snapshot.cursor,
                    recorded=snapshot.recorded,
                )
            )

    # writing

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(termserver_writes=True) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise connections.failed(error, self.url) from None

    def writing(self, registry: str, folds_case: bool = False) -> Any:
        """A context manager that gives a ``RegistryWriting``: one transaction, which nobody else of the registry has.

        Left with an error, or unless it was told to ``keep``, nothing of it remains. Raise
        RegistryBusy if another load keeps the registry for too long.
        """
        return writing(self.engine, self.url, registry, folds_case, self.patience)

    # help

    @staticmethod
    def _key(connection: Connection, registry: str, code: str) -> str:
        folds = connection.execute(select(REGISTRY.c.folds_case).where(REGISTRY.c.id == registry)).scalar()
        return code.casefold() if folds else code

    @staticmethod
    def _known_state(connection: Connection, registry: str) -> RegistryState:
        row = connection.execute(select(REGISTRY).where(REGISTRY.c.id == registry)).first()
        if row is None:
            known = ", ".join(connection.execute(select(REGISTRY.c.id).order_by(REGISTRY.c.id)).scalars()) or "-"
            raise UnknownRegistry(
                f"Nothing was ever loaded into a registry '{registry}'. Loaded: {known}.",
                f"در ثبتی به نام «{registry}» چیزی بارگذاری نشده است. بارگذاری‌شده‌ها: {known}.",
            )
        return _state(row)


def _state(row: Any) -> RegistryState:
    return RegistryState(row.id, row.cursor, row.entries, row.active, row.checksum, row.recorded)


def _recorded(registry: str, row: Any, until: Instant) -> RecordedEntry:
    return RecordedEntry(
        registry,
        entry_of(orjson.loads(bytes(row.body))),
        row.cursor,
        ChangeKind(row.change),
        row.recorded,
        until,
        row.load,
    )


def _load(row: Any) -> Load:
    return Load(
        row.number,
        row.registry,
        LoadKind(row.kind),
        LoadStatus(row.status),
        row.recorded,
        row.day,
        row.source,
        row.file,
        row.sha256,
        row.first_cursor,
        row.last_cursor,
        orjson.loads(bytes(row.summary)),
    )


__all__ = ["RegistryStore", "RegistryWriting", "instant_of"]
