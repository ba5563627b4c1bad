"""A file is loaded into a registry: every row gets its verdict, then all of it is applied in one transaction, or none.

A dry run is the same run, undone at its end. What stops a load: a file with nothing in it, a file
of another registry, too many rejected rows, and more entries closed than was allowed.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from termserver.content.registry_mappings import RegistryMapping
from termserver.database.registry_store import RegistryStore
from termserver.database.registry_writing import Known, NewVersion, RegistryWriting
from termserver.importers.entry_lines import digest_of
from termserver.model import garbage
from termserver.model.days import Day, parse_day, today
from termserver.model.registries import ChangeKind, LoadKind, LoadStatus
from termserver.model.text import Text
from termserver.registries.cross_checks import CrossChecks, State
from termserver.registries.definition import Definition
from termserver.registries.fact_checks import FactChecks
from termserver.registries.load_file import LoadFile, stop_reasons
from termserver.registries.load_report import LoadReport, tally_json, trend_of
from termserver.registries.rows import SORTED, Json, Row
from termserver.registries.tally import Tally

Progress = Callable[[int, int], None]
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a file is to be loaded. The shares are of 1: ``allow_closing`` of the open entries before the load,
    ``allow_rejected`` of the rows. ``again`` loads a file that was loaded before."""

    kind: LoadKind = LoadKind.FULL
    day: Day = ""
    source: str = ""
    sheet: str = ""
    mapping: RegistryMapping | None = None
    allow_closing: float = 0.05
    allow_rejected: float = 0.2
    dry_run: bool = False
    again: bool = False


class Loading:
    """Loads files into one registry of a store.

    ``state`` tells how a code stands in a list (``model.ports.CodeState``), ``registries`` which
    systems are registries that the store may hold, ``mappings`` the mapping files that are known.
    """

    def __init__(
        self,
        store: RegistryStore,
        definition: Definition,
        state: State,
        registries: Mapping[str, Definition],
        mappings: Sequence[RegistryMapping] = (),
    ) -> None:
        self._store = store
        self._definition = definition
        self._state = state
        self._registries = registries
        self._mappings = mappings

    def load(self, path: Path, options: LoadOptions | None = None, progress: Progress | None = None) -> LoadReport:
        """Load the file; its report comes back, with the status ``stopped`` where nothing was applied.

        Raise ImportFailed or RegistryError for a file that cannot be read at all, is empty or is of
        another registry, RegistryBusy if another load does not end.
        """
        run = _Run(self._store, self._definition, options or LoadOptions(), self._registries)
        return run.load(path, self._state, self._mappings, progress)


class _Run:
    def __init__(
        self,
        store: RegistryStore,
        definition: Definition,
        options: LoadOptions,
        registries: Mapping[str, Definition],
    ) -> None:
        self.store, self.definition, self.options, self.registries = store, definition, options, registries
        self.day = parse_day(options.day) if options.day else today()
        self.tally = Tally()
        self.messages: list[Text] = []
        self.seen: dict[str, int] = {}
        self.warned: set[int] = set()
        self.mapping = ""

    def load(
        self, path: Path, state: State, mappings: Sequence[RegistryMapping], progress: Progress | None
    ) -> LoadReport:
        began = time.monotonic()
        digest, size = digest_of(path)
        options, definition = self.options, self.definition
        file = LoadFile(path, size, definition, self.registries)
        file.open(mappings, options.mapping, options.sheet)
        self.mapping = file.mapping
        rows = file.rows(options.kind is LoadKind.DELTA)
        with self.store.writing(definition.id, definition.folds_case) as work:
            repeated = work.loaded_before(digest)
            if (
                repeated
                and not options.again
                and (options.kind is LoadKind.DELTA or repeated[0][0] == work.last_load())
            ):
                return self._same_file(path, digest, work, repeated[0], began)
            recorded = work.begin_load(options.kind, self.day, options.source, path.name, digest)
            checks = CrossChecks(definition, state, work, self.registries, options.kind is LoadKind.DELTA)
            with garbage.none_sought():
                self._apply(rows, work, checks, progress)
            for row in checks.orphans(lambda keys: work.known(list(keys))):
                self.tally.warned_later(row, row.number not in self.warned)
            closing = self._absent(work) if options.kind is LoadKind.FULL else []
            stopped = self._stopped(work, len(closing))
            if not stopped:
                self._close(work, closing)
            for note in file.notes:
                self.tally.table_note(note.row, note.rule, note.column, note.value, note.message)
            status = (
                LoadStatus.STOPPED
                if stopped
                else LoadStatus.DRY_RUN
                if options.dry_run
                else LoadStatus.APPLIED
                if work.changed or not work.last_load()
                else LoadStatus.UNCHANGED
            )
            report = self._report(path, digest, status, recorded, work, began)
            if status in (LoadStatus.APPLIED, LoadStatus.UNCHANGED):
                if not work.changed:
                    self.messages.append(Text(en="Nothing changes.", fa="چیزی تغییر نمی‌کند."))
                report.after = work.keep(report.summary, report.notes)
        if status is LoadStatus.STOPPED and not options.dry_run:
            with self.store.writing(definition.id, definition.folds_case) as work:
                work.note_stopped(
                    options.kind, self.day, options.source, path.name, digest, report.summary, report.notes
                )
        report.trend = self._trend(report)
        return report

    # applying

    def _apply(
        self, rows: Iterator[Row], work: RegistryWriting, checks: CrossChecks, progress: Progress | None
    ) -> None:
        facts = FactChecks(self.definition, self.day)
        done = 0
        while batch := list(islice(rows, _BATCH)):
            good = []
            for row in batch:
                if row.code:
                    key = self.definition.key(row.code)
                    before = self.seen.setdefault(key, row.number)
                    if before != row.number and not row.rejected:
                        row.reject(
                            "code.repeated",
                            "code",
                            row.code,
                            f"The code is in row {before} already.",
                            f"این کد در سطر {before} هم آمده است.",
                        )
                if not row.rejected:
                    facts.check(row)
                    good.append(row)
            claims = checks.check(good)
            self._record(good, claims, work)
            for row in batch:
                if row.warned:
                    self.warned.add(row.number)
                self.tally.row(row)
                row.body, row.data = {}, b""
            done += len(batch)
            if progress is not None:
                progress(done, 0)

    def _record(self, rows: Sequence[Row], claims: Sequence[frozenset[int]], work: RegistryWriting) -> None:
        keys = [self.definition.key(row.code) for row in rows]
        known = work.known(keys) if work.before.entries else {}
        for row, key in zip(rows, keys, strict=True):
            if row.closed:
                self._closed_by_name(row, known.get(key), work)
        versions: list[tuple[Row, NewVersion]] = []
        for row, key, claimed in zip(rows, keys, claims, strict=True):
            before = known.get(key)
            if row.rejected:
                continue
            if before is not None and before.digest == row.digest:
                self.tally.unchanged += 1
                continue
            closed = row.body.get("status") == "retired"
            change = (
                ChangeKind.ADDED
                if before is None
                else ChangeKind.CHANGED
                if before.closed == closed
                else ChangeKind.CLOSED
                if closed
                else ChangeKind.REOPENED
            )
            version = NewVersion(
                key, row.code, change, row.data, row.digest, closed, before, frozenset() if closed else claimed
            )
            versions.append((row, version))
        old = work.bodies([version.before.cursor for _, version in versions if version.before is not None])
        for row, version in versions:
            body = old.get(version.before.cursor) if version.before else None
            self.tally.change(version.change, row.code, orjson.loads(body) if body else None, row.body)
        work.record([version for _, version in versions])

    def _closed_by_name(self, row: Row, before: Known | None, work: RegistryWriting) -> None:
        """The body of an entry that a delta closes: all that was known of it, and what the delta says besides."""
        if before is None:
            row.reject(
                "closed.unknown",
                "code",
                row.code,
                "The entry to be closed is not in the registry.",
                "ورودی‌ای که باید بسته شود در ثبت نیست.",
            )
            return
        body = orjson.loads(work.bodies([before.cursor])[before.cursor])
        body.update(row.body)
        row.body = _retired(body, row.closed)
        row.data = orjson.dumps(row.body, option=SORTED)
        row.digest = sha256(row.data).digest()

    def _absent(self, work: RegistryWriting) -> list[str]:
        """The open entries that a full file does not have."""
        if not work.before.active:
            return []
        seen = self.seen
        return [key for key in work.open_entries() if key not in seen]

    def _close(self, work: RegistryWriting, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _BATCH):
            some = keys[start : start + _BATCH]
            known = work.known(some)
            bodies = work.bodies([one.cursor for one in known.values()])
            versions = []
            for key in some:
                before = known[key]
                old = orjson.loads(bodies[before.cursor])
                body = _retired(dict(old), self.day)
                data = orjson.dumps(body, option=SORTED)
                versions.append(
                    NewVersion(key, body["code"], ChangeKind.CLOSED, data, sha256(data).digest(), True, before)
                )
                self.tally.change(ChangeKind.CLOSED, body["code"], old, body)
            work.record(versions)

    # what stops it

    def _stopped(self, work: RegistryWriting, closing: int) -> bool:
        closed = closing + self.tally.changes[ChangeKind.CLOSED]
        self.messages += stop_reasons(
            self.tally, closed, work.before.active, self.options.allow_rejected, self.options.allow_closing
        )
        return bool(self.messages)

    def _same_file(
        self, path: Path, digest: str, work: RegistryWriting, before: tuple[int, str, str], began: float
    ) -> LoadReport:
        number, _, recorded = before
        self.messages.append(
            Text(
                en=f"This file was loaded before, as load {number} of {recorded}. Nothing changes. (--again loads it.)",
                fa=f"این فایل پیش‌تر بار شده است: بارگذاری {number} در {recorded}. چیزی تغییر نمی‌کند. "
                "(با ‎--again‎ دوباره بار می‌شود.)",
            )
        )
        return self._report(path, digest, LoadStatus.UNCHANGED, work.before.recorded, work, began)

    # the report

    def _report(
        self, path: Path, digest: str, status: LoadStatus, recorded: str, work: RegistryWriting, began: float
    ) -> LoadReport:
        return LoadReport(
            self.definition.id,
            self.definition.system.title,
            self.options.kind,
            status,
            self.day,
            recorded,
            work.load,
            path.name,
            digest,
            self.options.source,
            self.messages,
            work.before,
            work.before if status is LoadStatus.STOPPED else work.state(),
            tally_json(self.tally),
            self.tally.notes(),
            self.mapping,
            time.monotonic() - began,
        )

    def _trend(self, report: LoadReport) -> list[dict[str, Any]]:
        loads = [one.summary for one in self.store.loads(self.definition.id, 30) if one.source == report.source]
        if report.status is LoadStatus.DRY_RUN or (report.status is LoadStatus.UNCHANGED and not report.load):
            loads.insert(0, report.summary)
        return trend_of(loads[::-1])


def _retired(body: Json, day: Day) -> Json:
    period = dict(body.get("period", {}))
    if not period.get("end") or period["end"] > day:
        period["end"] = max(day, period.get("start", ""))
    return {**body, "status": "retired", "period": period}
