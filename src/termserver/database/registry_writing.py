"""One load writes to a registry: everything in one transaction, or nothing at all.

Whoever is killed in the middle leaves the registry as it was. Rows go in by the thousand, as
plain tuples.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from termserver.database import connections
from termserver.database.tables import CLAIM, ENTRY, LOAD, REGISTRY, VERSION
from termserver.model.days import Day
from termserver.model.registries import (
    ChangeKind,
    Instant,
    LoadKind,
    LoadStatus,
    RegistryBusy,
    RegistryState,
)
from termserver.model.values import value

_STEP = 900
"""So many keys are asked for at once; older SQLite takes no more than 999 parameters."""


@value
class Known:
    """The last version of an entry as far as a comparison needs it."""

    cursor: int
    closed: bool
    digest: bytes


@value
class NewVersion:
    """A version to be recorded. ``before`` is what was known, None for a new entry; ``claims`` as in the store."""

    key: str
    code: str
    change: ChangeKind
    body: bytes
    digest: bytes
    closed: bool
    before: Known | None
    claims: frozenset[int] = frozenset()


class RegistryWriting:
    """The open transaction of one load."""

    def __init__(self, connection: Connection, state: RegistryState) -> None:
        self._connection = connection
        self.registry = state.registry
        self.before = state
        self.cursor, self.entries, self.active = state.cursor, state.entries, state.active
        self._sum = int(state.checksum, 16)
        self.load = 0
        self.recorded: Instant = ""
        self.kept = False

    # what is known

    def known(self, keys: Sequence[str]) -> dict[str, Known]:
        """The last versions of those entries that are there."""
        found: dict[str, Known] = {}
        for some in _steps(keys):
            rows = self._connection.execute(
                select(ENTRY.c.key, ENTRY.c.cursor, ENTRY.c.closed, ENTRY.c.digest).where(
                    ENTRY.c.registry == self.registry, ENTRY.c.key.in_(some)
                )
            )
            for key, cursor, closed, digest in rows.all():
                found[key] = Known(cursor, bool(closed), bytes(digest))
        return found

    def bodies(self, cursors: Sequence[int]) -> dict[int, bytes]:
        """The canonical JSON of those versions."""
        found: dict[int, bytes] = {}
        for some in _steps(cursors):
            rows = self._connection.execute(
                select(VERSION.c.cursor, VERSION.c.body).where(
                    VERSION.c.registry == self.registry, VERSION.c.cursor.in_(some)
                )
            )
            found.update((cursor, bytes(body)) for cursor, body in rows.all())
        return found

    def documents(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The canonical JSON of entries as they are now, by key."""
        cursors = {known.cursor: key for key, known in self.known(keys).items()}
        return {cursors[cursor]: body for cursor, body in self.bodies(list(cursors)).items()}

    def claimed(self, hashes: Collection[int]) -> dict[int, list[str]]:
        """Which open entries claim these."""
        found: dict[int, list[str]] = {}
        for some in _steps(list(hashes)):
            rows = self._connection.execute(
                select(CLAIM.c.hash, CLAIM.c.key)
                .join(ENTRY, and_(ENTRY.c.registry == CLAIM.c.registry, ENTRY.c.key == CLAIM.c.key))
                .where(CLAIM.c.registry == self.registry, CLAIM.c.hash.in_(some), ENTRY.c.closed == 0)
                .order_by(CLAIM.c.key)
            )
            for hashed, key in rows.all():
                found.setdefault(hashed, []).append(key)
        return found

    def open_entries(self) -> Iterator[str]:
        """The keys of all entries that are not closed, streamed."""
        asked = select(ENTRY.c.key).where(ENTRY.c.registry == self.registry, ENTRY.c.closed == 0)
        yield from self._connection.execute(asked.execution_options(yield_per=5000)).scalars()

    def holds(self, registry: str, codes: Collection[str]) -> tuple[bool, frozenset[str]]:
        """Whether the store has that registry, and which of the codes are keys of its entries."""
        folds = self._connection.execute(select(REGISTRY.c.folds_case).where(REGISTRY.c.id == registry)).scalar()
        if folds is None:
            return False, frozenset()
        by_key = {code.casefold() if folds else code: code for code in codes}
        found: set[str] = set()
        for some in _steps(list(by_key)):
            rows = self._connection.execute(
                select(ENTRY.c.key).where(ENTRY.c.registry == registry, ENTRY.c.key.in_(some))
            )
            found.update(by_key[key] for key in rows.scalars())
        return True, frozenset(found)

    def loaded_before(self, sha256: str) -> list[tuple[int, str, str]]:
        """The applied loads of the same file: number, kind and moment, the newest first; ``last_load`` is among them
        if it was the last one."""
        rows = self._connection.execute(
            select(LOAD.c.number, LOAD.c.kind, LOAD.c.recorded)
            .where(
                LOAD.c.registry == self.registry,
                LOAD.c.sha256 == sha256,
                LOAD.c.status == LoadStatus.APPLIED.value,
                LOAD.c.number != self.load,
            )
            .order_by(LOAD.c.number.desc())
        )
        return [(number, kind, recorded) for number, kind, recorded in rows]

    def last_load(self) -> int:
        """The number of the last load that was applied; 0 if there is none."""
        found = self._connection.execute(
            select(LOAD.c.number)
            .where(
                LOAD.c.registry == self.registry,
                LOAD.c.status == LoadStatus.APPLIED.value,
                LOAD.c.number != self.load,
            )
            .order_by(LOAD.c.number.desc())
            .limit(1)
        ).scalar()
        return int(found or 0)

    # what is written

    def begin_load(self, kind: LoadKind, day: Day, source: str, file: str, sha256: str) -> Instant:
        """Number the load; the moment at which it is recorded comes back, never before that of the last one."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.recorded = max(now, self.before.recorded)
        made = self._connection.execute(
            insert(LOAD).values(
                registry=self.registry,
                kind=str(kind),
                status=str(LoadStatus.APPLIED),
                recorded=self.recorded,
                day=day,
                source=source,
                file=file,
                sha256=sha256,
                first_cursor=0,
                last_cursor=0,
            )
        )
        key = made.inserted_primary_key
        assert key is not None
        self.load = int(key[0])
        return self.recorded

    def record(self, versions: Sequence[NewVersion]) -> None:
        """Add versions, each under the next cursor; they become the last ones of their entries."""
        if not versions:
            return
        registry, load, cursor = self.registry, self.load, self.cursor
        bodies, new, old, claims, unclaimed = [], [], [], [], []
        for one in versions:
            cursor += 1
            key, closed = one.key, int(one.closed)
            bodies.append((registry, cursor, key, one.code, one.change.value, load, one.body))
            self._sum += int.from_bytes(one.digest, "big")
            self.active += not closed
            if one.before is None:
                self.entries += 1
                new.append((registry, key, cursor, closed, one.digest))
            else:
                self._sum -= int.from_bytes(one.before.digest, "big")
                self.active -= not one.before.closed
                old.append({"a_key": key, "cursor": cursor, "closed": closed, "digest": one.digest})
                unclaimed.append({"a_key": key})
            claims += [(registry, hashed, key) for hashed in one.claims]
        self._insert(VERSION, bodies)
        self._insert(ENTRY, new)
        run = self._connection.execute
        if old:
            run(update(ENTRY).where(ENTRY.c.registry == registry, ENTRY.c.key == bindparam("a_key")), old)
            run(delete(CLAIM).where(CLAIM.c.registry == registry, CLAIM.c.key == bindparam("a_key")), unclaimed)
        self._insert(CLAIM, claims)
        self.cursor = cursor

    def _insert(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Insert plain tuples in the order of the columns, without a word of SQLAlchemy for each."""
        if not rows:
            return
        made = insert(table).compile(dialect=self._connection.dialect, column_keys=[c.name for c in table.columns])
        if made.positional:
            self._connection.exec_driver_sql(str(made), rows)
        else:
            names = [column.name for column in table.columns]
            self._connection.exec_driver_sql(str(made), [dict(zip(names, row, strict=True)) for row in rows])

    @property
    def changed(self) -> int:
        """How many versions were recorded so far."""
        return self.cursor - self.before.cursor

    def state(self) -> RegistryState:
        """How the registry stands with all that was recorded so far."""
        return RegistryState(
            self.registry,
            self.cursor,
            self.entries,
            self.active,
            f"{self._sum % (1 << 256):064x}",
            self.recorded or self.before.recorded,
        )

    def keep(self, summary: Mapping[str, Any], notes: bytes) -> RegistryState:
        """Finish the load: what was recorded stays when the block is left. ``notes`` is compressed NDJSON."""
        run = self._connection.execute
        run(
            update(LOAD)
            .where(LOAD.c.number == self.load)
            .values(
                first_cursor=self.before.cursor + 1,
                last_cursor=self.cursor,
                summary=orjson.dumps(summary),
                notes=notes,
            )
        )
        state = self.state()
        run(
            update(REGISTRY)
            .where(REGISTRY.c.id == self.registry)
            .values(
                cursor=state.cursor,
                entries=state.entries,
                active=state.active,
                checksum=state.checksum,
                recorded=state.recorded,
            )
        )
        self.kept = True
        return state

    def note_stopped(
        self, kind: LoadKind, day: Day, source: str, file: str, sha256: str, summary: Mapping[str, Any], notes: bytes
    ) -> None:
        """Remember a load that was stopped, with its report; the registry stays as it is."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._connection.execute(
            insert(LOAD).values(
                registry=self.registry,
                kind=str(kind),
                status=str(LoadStatus.STOPPED),
                recorded=max(now, self.before.recorded),
                day=day,
                source=source,
                file=file,
                sha256=sha256,
                first_cursor=0,
                last_cursor=0,
                summary=orjson.dumps(summary),
                notes=notes,
            )
        )
        self.kept = True


@contextmanager
def writing(engine: Engine, url: Any, registry: str, folds_case: bool, patience: float) -> Iterator[RegistryWriting]:
    """The transaction of one load; see ``RegistryStore.writing``."""
    try:
        with engine.connect() as opened:
            options: dict[str, Any] = {"termserver_writes": True}
            if engine.dialect.name == "postgresql":
                # the view of the data is to be that of after the lock, not of before it
                options["isolation_level"] = "READ COMMITTED"
            connection = opened.execution_options(**options)
            transaction = _begun(connection, registry, patience)
            try:
                work = RegistryWriting(connection, _held(connection, registry, folds_case))
                yield work
                if work.kept:
                    transaction.commit()
            finally:
                if transaction.is_active:
                    transaction.rollback()
    except SQLAlchemyError as error:
        raise connections.failed(error, url) from None


def _begun(connection: Connection, registry: str, patience: float) -> Any:
    try:
        transaction = connection.begin()
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(patience * 1000))}"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7310072, hashtext(:name))"), {"name": registry})
            connection.execute(text("SET LOCAL lock_timeout = 0"))
        return transaction
    except DBAPIError as error:
        said = str(error.orig).lower()
        if "locked" in said or "lock timeout" in said:
            raise RegistryBusy(
                f"Another load has been writing to the registries for {patience:.0f} seconds. Nothing was changed; "
                "try again when it has ended.",
                f"بارگذاری دیگری {patience:.0f} ثانیه است که در ثبت‌ها می‌نویسد. چیزی تغییر نکرد؛ "
                "پس از پایان آن دوباره بیازمایید.",
            ) from None
        raise


def _held(connection: Connection, registry: str, folds_case: bool) -> RegistryState:
    row = connection.execute(select(REGISTRY).where(REGISTRY.c.id == registry)).first()
    if row is None:
        connection.execute(
            insert(REGISTRY).values(
                id=registry, folds_case=int(folds_case), cursor=0, entries=0, active=0, checksum="0" * 64, recorded=""
            )
        )
        return RegistryState(registry)
    return RegistryState(row.id, row.cursor, row.entries, row.active, row.checksum, row.recorded)


def _steps(things: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(things), _STEP):
        yield things[start : start + _STEP]
