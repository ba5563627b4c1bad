"""Two releases, or two editions, compared in everything they hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from termserver.comparison import codes, documents, lists
from termserver.comparison.changes import Area, Change, Effect, tally
from termserver.model.releases import Edition
from termserver.model.values import value
from termserver.releases import editions
from termserver.releases.document_records import decode_document_type, decode_rule_set
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_concept_map, decode_value_set
from termserver.terminology.comparison import compare as compare_systems
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import CONCEPT
from termserver.terminology.terminology import Terminology


@value
class Comparison:
    """What differs between two editions, in the order of areas and subjects; ``urls`` of their code systems by id."""

    before: Edition
    after: Edition
    changes: tuple[Change, ...]
    urls: Mapping[str, str] = field(default_factory=dict)

    def of(self, *effects: Effect) -> list[Change]:
        return [one for one in self.changes if one.effect in effects]

    def as_json(self) -> dict[str, Any]:
        return {
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "tally": [
                {"area": str(area), "subject": subject, "kind": kind, "count": count}
                for (area, subject, kind), count in tally(self.changes).items()
            ],
            "changes": [one.as_json() for one in self.changes],
        }


def compare(before: Path, after: Path, system: str = "", shelf: Path | None = None) -> Comparison:
    """What differs between two releases, editions or locks; ``system`` alone, if it is named.

    Raise ReleaseError or DigestMismatch where one cannot be opened, UnknownSystem where neither knows the system.
    """
    shelf = shelf or editions.default_folder()
    old_edition, old = editions.open_edition(before, shelf)
    try:
        new_edition, new = editions.open_edition(after, shelf)
        try:
            return Comparison(old_edition, new_edition, tuple(changes(old, new, system)), _urls(old) | _urls(new))
        finally:
            for release in new:
                release.close()
    finally:
        for release in old:
            release.close()


def _urls(releases: Sequence[ReleaseFile]) -> dict[str, str]:
    systems = Terminology(releases).systems
    return {one.key: systems.metadata(one).url for one in systems.all()}


def changes(old: Sequence[ReleaseFile], new: Sequence[ReleaseFile], system: str = "") -> Iterator[Change]:
    """Every change from the one to the other."""
    had, has = Terminology(old), Terminology(new)
    if system:
        if has.systems.find(system) is None and had.systems.find(system) is None:
            has.systems.resolve(system)  # raises, naming the nearest
        key = (has.systems.find(system) or had.systems.resolve(system)).key
        yield from _of_systems(had, has, [key], {})
        return
    touched: dict[str, set[str]] = {}
    keys = sorted({one.key for one in (*had.systems.all(), *has.systems.all())})
    yield from _of_systems(had, has, keys, touched)
    value_sets = [_all(releases, "valueset", decode_value_set) for releases in (old, new)]
    every = _Codes(had, has)
    yield from lists.of_value_sets(value_sets[0], value_sets[1], had, has, touched, every)
    yield from lists.of_maps(*(_all(releases, "conceptmap", decode_concept_map) for releases in (old, new)))
    yield from documents.of_types(
        *(_all(releases, "documenttype", decode_document_type, _type) for releases in (old, new))
    )
    yield from documents.of_rule_sets(*(_all(releases, "ruleset", decode_rule_set, _rules) for releases in (old, new)))
    yield from _others(old, new)


def _of_systems(
    had: Terminology, has: Terminology, keys: Sequence[str], touched: dict[str, set[str]]
) -> Iterator[Change]:
    for key in keys:
        before, after = had.systems.find(key), has.systems.find(key)
        if before is None or after is None:
            known = after or before
            assert known is not None
            kind, effect = ("added", Effect.COMPATIBLE) if before is None else ("removed", Effect.BREAKING)
            counted = f"{known.concepts:,}"
            yield Change(Area.CODES, key, key, kind, effect, "system", "", *(("", counted) if after else (counted, "")))
            continue
        if before.content is not after.content:
            yield Change(
                Area.CODES, key, key, "changed", Effect.UNKNOWN, "content", "", str(before.content), str(after.content)
            )
        for difference in compare_systems(before, after):
            touched.setdefault(after.id, set()).add(difference.code)
            yield from codes.changes_of(key, difference)


class _Codes(dict[str, set[str]]):
    """All codes of a system in both versions, read when they are asked for."""

    def __init__(self, *terminologies: Terminology) -> None:
        super().__init__()
        self._terminologies = terminologies

    def get(self, system: str, default: Any = None) -> Any:
        if system not in self:
            found = [one.systems.find(system) for one in self._terminologies]
            self[system] = {code for one in found if one is not None for code in _codes_of(one)}
        return self[system]


def _codes_of(system: OpenSystem) -> Iterator[str]:
    start = f"{system.number}:"
    return (row[0][len(start) :] for row in system.reader.span(CONCEPT, start, f"{system.number};"))


def _all(
    releases: Sequence[ReleaseFile],
    kind: str,
    decode: Callable[[bytes], Any],
    called: Callable[[Any], str] | None = None,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for release in releases:
        for path in release.artefact_paths(kind):
            known = decode(release.artefact(path) or b"{}")
            found[called(known) if called else known.id] = known
    return found


def _type(known: Any) -> str:
    return f"{known.id} {known.version}"


def _rules(known: Any) -> str:
    return f"{known.document_type} {known.version}"


_TOLD = {"codesystem", "valueset", "conceptmap", "documenttype", "documenttypes", "ruleset", "table", "excerpt"}


def _others(old: Sequence[ReleaseFile], new: Sequence[ReleaseFile]) -> Iterator[Change]:
    """Whatever else differs, told by its name: naming systems, schema files, examples, destinations, the glossary."""
    had, has = (
        {one.path: one for release in releases for one in release.manifest.artefacts} for releases in (old, new)
    )
    for path in sorted({*had, *has}):
        was, now = had.get(path), has.get(path)
        known = now or was
        assert known is not None
        if known.kind in _TOLD or was == now:
            continue
        kind = "added" if was is None else "removed" if now is None else "changed"
        effect = Effect.UNKNOWN if known.kind in ("namingsystem", "destination") else Effect.WORDING
        yield Change(Area.OTHER, known.kind, path, kind, effect)
