"""Two versions of document types and rule sets: which documents that were right become wrong, and the reverse."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from termserver.comparison.changes import Area, Change, Effect
from termserver.model.documents import DocumentType, Field, Rule, RuleSet, Use
from termserver.model.findings import Severity

_WEIGHT = {None: 0, Severity.INFORMATION: 1, Severity.WARNING: 2, Severity.ERROR: 3}
_USES = {Use.OPTIONAL: 0, Use.EXPECTED: 1, Use.REQUIRED: 2}
_ONLY_AND = re.compile(r"[\"'()]|\bor\b|\bnot\b")


def of_types(before: Mapping[str, DocumentType], after: Mapping[str, DocumentType]) -> Iterator[Change]:
    """What differs in the structure of each document type, element by element; the key is id and version."""
    for label in sorted({*before, *after}):
        was, now = before.get(label), after.get(label)
        if was is None or now is None:
            kind, effect = ("added", Effect.COMPATIBLE) if was is None else ("removed", Effect.BREAKING)
            yield Change(Area.SCHEMAS, label, label, kind, effect)
        elif was != now:
            yield from _structure(label, was, now)


def _structure(label: str, was: DocumentType, now: DocumentType) -> Iterator[Change]:
    had, has = _fields(was), _fields(now)
    for path in [*has, *(path for path in had if path not in has)]:
        one, other = had.get(path), has.get(path)
        if one is None and other is not None:
            effect = Effect.BREAKING if other.use is Use.REQUIRED else Effect.COMPATIBLE
            yield Change(Area.SCHEMAS, label, path, "added", effect, "", "", "", _short(other))
        elif other is None and one is not None:
            effect = Effect.COMPATIBLE if now.open else Effect.BREAKING
            yield Change(Area.SCHEMAS, label, path, "removed", effect, "", "", _short(one), "")
        elif one is not None and other is not None and one != other:
            yield from _field(label, path, one, other)
    if was.forms != now.forms:
        effect = Effect.COMPATIBLE if set(was.forms) <= set(now.forms) else Effect.BREAKING
        yield Change(
            Area.SCHEMAS, label, label, "changed", effect, "forms", "", ", ".join(was.forms), ", ".join(now.forms)
        )


def _fields(known: DocumentType) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for path, field in known.walk():
        found.setdefault(path, field)
    return found


def _field(label: str, path: str, was: Field, now: Field) -> Iterator[Change]:
    for name in ("type", "repeats", "attribute", "nillable", "use", "binding", "identifiers", "minimum", "maximum",
                 "pattern", "max_length"):  # fmt: skip
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            effect = _effect(name, one, other)
            yield Change(Area.SCHEMAS, label, path, "changed", effect, name, "", _said(one), _said(other))
    if was.title != now.title:
        yield Change(Area.SCHEMAS, label, path, "changed", Effect.WORDING, "title", "", str(was.title), str(now.title))


def _effect(name: str, was: Any, now: Any) -> Effect:
    """What a change of a field does to a document that was right before."""
    if name in ("repeats", "nillable"):
        looser = bool(now)
    elif name == "use":
        looser = _USES[now] < _USES[was]
        if not looser and now is Use.EXPECTED:
            return Effect.STRICTER  # a warning, no rejection
    elif name in ("maximum", "max_length"):
        looser = now is None or (was is not None and now > was)
    elif name == "minimum":
        looser = now is None or (was is not None and now < was)
    elif name in ("binding", "identifiers"):
        if set(was) & set(now) not in (set(was), set(now)):
            return Effect.UNKNOWN
        looser = not now or (bool(was) and set(was) <= set(now))
    elif name == "pattern":
        return Effect.COMPATIBLE if not now else Effect.BREAKING if not was else Effect.UNKNOWN
    else:
        looser = False
    return Effect.COMPATIBLE if looser else Effect.BREAKING


def of_rule_sets(before: Mapping[str, RuleSet], after: Mapping[str, RuleSet]) -> Iterator[Change]:
    """Which rules ask more than before, and which less; the key is document type and version."""
    for label in sorted({*before, *after}):
        was, now = before.get(label), after.get(label)
        if was is None or now is None:
            kind, effect = ("added", Effect.STRICTER) if was is None else ("removed", Effect.LOOSER)
            known = now or was
            assert known is not None
            yield Change(
                Area.RULES, label, label, kind, effect, "", "", "", f"{len(known.rules)}" if was is None else ""
            )
        elif was != now:
            yield from _rules(label, was, now)


def _rules(label: str, was: RuleSet, now: RuleSet) -> Iterator[Change]:
    had, has = {rule.id: rule for rule in was.rules}, {rule.id: rule for rule in now.rules}
    for id in [*has, *(id for id in had if id not in has)]:
        one, other = had.get(id), has.get(id)
        if one is None and other is not None:
            effect = Effect.STRICTER if other.severity is not Severity.INFORMATION else Effect.WORDING
            yield Change(Area.RULES, label, id, "added", effect, str(other.severity), "", "", str(other.says))
        elif other is None and one is not None:
            yield Change(Area.RULES, label, id, "removed", Effect.LOOSER, str(one.severity), "", str(one.says), "")
        elif one is not None and other is not None and one != other:
            yield from _rule(label, one, other)
    if was.period != now.period:
        told = f"{was.period.start}–{was.period.end}", f"{now.period.start}–{now.period.end}"
        yield Change(Area.RULES, label, label, "changed", Effect.UNKNOWN, "period", "", *told)
    if was.day != now.day:
        yield Change(
            Area.RULES, label, label, "changed", Effect.UNKNOWN, "day", "", ", ".join(was.day), ", ".join(now.day)
        )


def _rule(label: str, was: Rule, now: Rule) -> Iterator[Change]:
    if was.severity != now.severity:
        effect = Effect.STRICTER if _WEIGHT[now.severity] > _WEIGHT[was.severity] else Effect.LOOSER
        yield Change(Area.RULES, label, now.id, "changed", effect, "severity", "", str(was.severity), str(now.severity))
    for name in ("holds", "when", "each"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            effect = Effect.UNKNOWN if name == "each" else asks_more(one, other, reverse=name == "when")
            yield Change(Area.RULES, label, now.id, "changed", effect, name, "", one, other)
    if was.stages != now.stages:
        told = [", ".join(f"{stage.start}: {stage.severity or '-'}" for stage in one.stages) for one in (was, now)]
        yield Change(Area.RULES, label, now.id, "changed", _staged(was, now), "stages", "", told[0], told[1])
    for language in ("fa", "en"):
        one, other = getattr(was.says, language), getattr(now.says, language)
        if one != other:
            yield Change(Area.RULES, label, now.id, "changed", Effect.WORDING, "says", language, one, other)


def asks_more(was: str, now: str, reverse: bool = False) -> Effect:
    """Whether a condition asks more or less than before, where that can be seen from its parts joined by ``and``.

    ``reverse`` for the condition under which a rule is asked at all: the more that asks, the less the rule does.
    """
    if not was or not now:
        more = bool(now)
    elif _ONLY_AND.search(was) or _ONLY_AND.search(now):
        return Effect.UNKNOWN
    else:
        had, has = ({part.strip() for part in one.split(" and ")} for one in (was, now))
        if not (had < has or has < had):
            return Effect.UNKNOWN
        more = had < has
    return Effect.STRICTER if more is not reverse else Effect.LOOSER


def _staged(was: Rule, now: Rule) -> Effect:
    days = sorted({stage.start for stage in (*was.stages, *now.stages)} | {"9999-12-31"})
    steps = {_WEIGHT[now.severity_on(day)] - _WEIGHT[was.severity_on(day)] for day in days} - {0}
    if not steps:
        return Effect.WORDING
    return Effect.STRICTER if min(steps) > 0 else Effect.LOOSER if max(steps) < 0 else Effect.UNKNOWN


def _short(field: Field) -> str:
    many = "[]" if field.repeats else ""
    return f"{field.type}{many}, {field.use}" + (f", {', '.join(field.binding)}" if field.binding else "")


def _said(known: Any) -> str:
    if isinstance(known, tuple):
        return ", ".join(known)
    return "" if known is None else str(known)
