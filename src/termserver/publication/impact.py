"""What a candidate does to documents, before anybody approves it: each judged by what is in force and by it."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from termserver.comparison.changes import Area, Change
from termserver.model.codes import ConceptMap, ValueSet
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.findings import Report
from termserver.model.values import value
from termserver.publication import reach
from termserver.service import TermServer


@value
class Turned:
    """A document whose verdict is another one with the candidate, and the rules that are to blame."""

    name: str
    before: str
    after: str
    because: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "before": self.before, "after": self.after, "because": list(self.because)}


@value
class Reference:
    """What still names a code that is retired or gone: a value set, a map, a rule, a field of a document."""

    code: str
    kind: str
    where: str

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "kind": self.kind, "where": self.where}


@value
class Impact:
    """How many documents were judged, those that turn, and what still names a code that is no more in force.

    ``coverage`` are the maps that lose a row, ``uses`` the entries of registries that hold such a code.
    """

    judged: int
    turned: tuple[Turned, ...]
    references: tuple[Reference, ...] = ()
    coverage: tuple[reach.Coverage, ...] = ()
    uses: tuple[reach.Use, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "judged": self.judged,
            "turned": [one.as_json() for one in self.turned],
            "references": [one.as_json() for one in self.references],
            "coverage": [one.as_json() for one in self.coverage],
            "uses": [one.as_json() for one in self.uses],
        }


def references(
    changes: Sequence[Change],
    value_sets: Iterable[ValueSet],
    maps: Iterable[ConceptMap],
    rule_sets: Iterable[RuleSet],
    types: Iterable[DocumentType] = (),
) -> tuple[Reference, ...]:
    """Who names a code that is retired or removed. A rule that quotes the code is told whatever system it means; a
    field of a document is bound to the whole list."""
    gone = codes_that_go(changes)
    value_sets = list(value_sets)
    found = [Reference(system, "schema", where) for system, where in reach.bound_fields(gone, types, value_sets)]
    for known in value_sets:
        for part in (*known.include, *known.exclude):
            for code in (*part.codes, *part.under):
                if (part.system, code) in gone:
                    found.append(Reference(f"{part.system} {code}", "value-set", known.id))
    for each in maps:
        for row in each.mappings:
            for system, code in ((each.source_system, row.source_code), (each.target_system, row.target_code)):
                if (system, code) in gone:
                    found.append(Reference(f"{system} {code}", "map", f"{each.id} {row.source_code}"))
    by_code = {code: system for system, code in gone}
    for rules in rule_sets:
        for rule in rules.rules:
            for code in _QUOTED.findall(f"{rule.holds} {rule.when}"):
                if code in by_code:
                    where = f"{rules.document_type} {rules.version} {rule.id}"
                    found.append(Reference(f"{by_code[code]} {code}", "rule", where))
    return tuple(dict.fromkeys(found))


def codes_that_go(changes: Iterable[Change]) -> reach.Gone:
    """System and code of all that is retired or removed."""
    return frozenset(
        (one.subject.partition("|")[0], one.item)
        for one in changes
        if one.area is Area.CODES and one.kind in ("retired", "removed") and one.field != "system"
    )


_QUOTED = re.compile(r'"([^"]+)"')


Question = tuple[bytes, dict[str, Any]]
Judge = Callable[[Sequence[Question]], list[Report]]
Judging = Callable[[TermServer], AbstractContextManager[Judge]]
"""Gives a judge of documents by an edition, in a process of its own."""
_PARCEL, _PARCEL_BYTES, _AHEAD = 64, 1_000_000, 4


def run(
    now: TermServer,
    candidate: TermServer,
    documents: Iterable[tuple[str, bytes]],
    judging: Judging | None = None,
) -> Impact:
    """Judge every document by both; with ``judging`` in two processes beside each other, else in this one."""
    count = 0
    turned = []
    pairs = _beside(now, candidate, documents, judging) if judging else _here(now, candidate, documents)
    for name, before, after in pairs:
        count += 1
        if before.verdict is not after.verdict:
            known = {(one.rule, one.severity) for one in before.findings}
            new = [one.rule for one in after.findings if (one.rule, one.severity) not in known]
            gone = {(one.rule, one.severity) for one in after.findings}
            old = [one.rule for one in before.findings if (one.rule, one.severity) not in gone]
            because = tuple(dict.fromkeys(new or old))
            turned.append(Turned(name, str(before.verdict), str(after.verdict), because))
    return Impact(count, tuple(turned))


Judged = Iterator[tuple[str, Report, Report]]


def _here(now: TermServer, candidate: TermServer, documents: Iterable[tuple[str, bytes]]) -> Judged:
    for name, data in documents:
        yield name, now.check_document(data, name=name), candidate.check_document(data, name=name)


def _beside(now: TermServer, candidate: TermServer, documents: Iterable[tuple[str, bytes]], judging: Judging) -> Judged:
    """Each edition in its own process, a few parcels of documents ahead; the order stays."""
    with (
        judging(now) as before,
        judging(candidate) as after,
        ThreadPoolExecutor(1) as one,
        ThreadPoolExecutor(1) as other,
    ):
        waiting: deque[tuple[list[str], Future[list[Report]], Future[list[Report]]]] = deque()

        def told() -> Judged:
            names, *answers = waiting.popleft()
            yield from zip(names, *(answer.result() for answer in answers), strict=True)

        for parcel in _parcels(documents):
            asked = [(data, {"name": name}) for name, data in parcel]
            waiting.append(([name for name, _ in parcel], one.submit(before, asked), other.submit(after, asked)))
            if len(waiting) > _AHEAD:
                yield from told()
        while waiting:
            yield from told()


def _parcels(documents: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    parcel: list[tuple[str, bytes]] = []
    size = 0
    for name, data in documents:
        parcel.append((name, data))
        size += len(data)
        if len(parcel) >= _PARCEL or size >= _PARCEL_BYTES:
            yield parcel
            parcel, size = [], 0
    if parcel:
        yield parcel


def examples(server: TermServer) -> Iterator[tuple[str, bytes]]:
    """Every example that an edition carries."""
    for release in server.releases:
        for path in release.artefact_paths("example"):
            yield path, release.artefact(path) or b""
