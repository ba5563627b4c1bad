"""Two versions of value sets and maps: value sets by who belongs to them, maps by what they lead to."""

from collections.abc import Iterator, Mapping

from termserver.comparison.changes import Area, Change, Effect
from termserver.model.codes import ConceptMap, ValueSet
from termserver.terminology.terminology import Terminology

Codes = Mapping[str, set[str]]
"""Codes to be asked for, by system."""


def of_value_sets(
    before: Mapping[str, ValueSet],
    after: Mapping[str, ValueSet],
    old: Terminology,
    new: Terminology,
    touched: Codes,
    all_codes: Codes,
) -> Iterator[Change]:
    """Which codes belong to a value set now, and which no more. ``touched`` are the codes that changed; where the
    definition changed too, all codes of its systems are asked."""
    for id in sorted({*before, *after}):
        was, now = before.get(id), after.get(id)
        if was is None or now is None:
            known = now or was
            assert known is not None
            kind, effect = ("added", Effect.COMPATIBLE) if was is None else ("removed", Effect.BREAKING)
            yield Change(Area.VALUE_SETS, id, id, kind, effect, after=str(known.title) if was is None else "")
            continue
        systems = {include.system for one in (was, now) for include in (*one.include, *one.exclude)}
        same = (was.include, was.exclude) == (now.include, now.exclude)
        for system in sorted(systems):
            listed = _named(was, system) | _named(now, system)
            asked = touched.get(system, set()) if same else all_codes.get(system, set()) | listed
            for code in sorted(asked):
                yield from _membership(id, system, code, old, new)
        if same and was.title != now.title:
            yield Change(
                Area.VALUE_SETS, id, id, "changed", Effect.WORDING, "title", "", str(was.title), str(now.title)
            )


def _membership(id: str, system: str, code: str, old: Terminology, new: Terminology) -> Iterator[Change]:
    was, now = old.in_value_set(id, system, code), new.in_value_set(id, system, code)
    if was and now is False:
        yield Change(
            Area.VALUE_SETS, id, f"{system} {code}", "removed", Effect.STRICTER, before=str(old.display(system, code))
        )
    elif now and was is False:
        yield Change(
            Area.VALUE_SETS, id, f"{system} {code}", "added", Effect.LOOSER, after=str(new.display(system, code))
        )


def _named(value_set: ValueSet, system: str) -> set[str]:
    return {
        code
        for include in (*value_set.include, *value_set.exclude)
        if include.system == system
        for code in include.codes
    }


def of_maps(before: Mapping[str, ConceptMap], after: Mapping[str, ConceptMap]) -> Iterator[Change]:
    """Which rows came, went, or lead elsewhere. A row that is gone leaves its code without a target."""
    for id in sorted({*before, *after}):
        was, now = before.get(id), after.get(id)
        if was is None or now is None:
            kind, effect = ("added", Effect.COMPATIBLE) if was is None else ("removed", Effect.BREAKING)
            yield Change(Area.MAPS, id, id, kind, effect)
            continue
        had, has = _rows(was), _rows(now)
        for code in sorted({*had, *has}):
            one, other = had.get(code, ""), has.get(code, "")
            if one == other:
                continue
            kind = "added" if not one else "removed" if not other else "changed"
            effect = {"added": Effect.COMPATIBLE, "removed": Effect.BREAKING, "changed": Effect.MEANING}[kind]
            yield Change(Area.MAPS, id, code, kind, effect, "target", "", one, other)


def _rows(known: ConceptMap) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in known.mappings:
        found.setdefault(row.source_code, []).append(f"{row.target_code or '-'} ({row.relationship})")
    return {code: "; ".join(sorted(rows)) for code, rows in found.items()}
