"""The rules of one rule set, ready to judge: the function that ``rule_code`` writes, and what it calls."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from termserver.model.documents import DocumentType, Rule
from termserver.model.findings import Finding, Layer, Severity
from termserver.model.ports import Codes
from termserver.validation.bindings import Binding, CodedElements
from termserver.validation.dates import day_of
from termserver.validation.kept_code import KeptCode
from termserver.validation.message import Message
from termserver.validation.registries import Registries
from termserver.validation.run import Run

Compiled = Callable[[Message, Run], None]


class Rules:
    """Compiles the rules of one document type against one terminology."""

    def __init__(self, document_type: DocumentType, terminology: Codes, kept: KeptCode | None = None) -> None:
        self._type = document_type
        self._terminology = terminology
        self._kept = kept or KeptCode()
        self._coded = CodedElements(terminology, Registries(terminology))
        self._bindings: dict[tuple[str, ...], Binding] = {}
        self._related: dict[tuple[str, str], tuple[str, ...] | None] = {}

    def compile(self, rules: Sequence[Rule], name: str = "rules") -> Compiled:
        """One function that adds to a run what the rules find broken; ``name`` tells these rules from others."""

        def source() -> str:
            from termserver.validation.rule_code import RuleWriter  # rules that were compiled before need no writer

            return RuleWriter(self._type).source(rules)

        names: dict[str, Any] = {
            "said": {rule.id: rule for rule in rules},
            "mapped": self._mapped,
            "known": self._in_systems,
            **_CALLED,
        }
        exec(self._kept.code(name, source), names)
        asked: Compiled = names["rules"]
        severities = {rule.id: list(Severity).index(rule.severity) for rule in rules}
        # a warning may not stand in for an error: the verdict would change
        after = {
            rule.id: frozenset(id for id in rule.after if severities.get(id, 9) <= severities[rule.id])
            for rule in rules
            if rule.after
        }

        by_id = {rule.id: rule for rule in rules}
        looks_at: dict[str, frozenset[str]] = {}

        def judge(message: Message, run: Run) -> None:
            before = len(run.findings)
            asked(message, run)
            if len(run.findings) == before:
                return
            found = run.findings[before:]
            broken = {finding.rule for finding in found}
            found = [finding for finding in found if not broken & after.get(finding.rule, frozenset())]
            wrong = {_element(finding) for finding in (*run.structural, *run.findings[:before]) if _is_wrong(finding)}
            if wrong:
                for name in broken - looks_at.keys():
                    # a rule with words of its own for a fault is itself what is said of it
                    looks_at[name] = frozenset() if by_id[name].stands_for else self._looked_at(by_id[name])
                found = [finding for finding in found if wrong.isdisjoint(looks_at[finding.rule])]
            run.findings[before:] = found

        return judge

    def _looked_at(self, rule: Rule) -> frozenset[str]:
        """The logical paths that decide whether a rule holds, with all that they stand in."""
        from termserver.model.conditions import paths_in  # only a broken rule beside a wrong value pays for it
        from termserver.model.expressions import parse

        steps = [path.split(".") for path in paths_in(parse(rule.holds, self._type, rule.each))]
        return frozenset(".".join(path[:n]) for path in steps for n in range(1, len(path) + 1))

    def _in_systems(self, systems: tuple[str, ...], code: str, run: Run) -> bool | None:
        """Whether the code is in one of the systems on the day; None, and counted, where that cannot be told."""
        binding = self._bindings.get(systems)
        if binding is None:
            binding = self._bindings[systems] = Binding.of(systems, self._terminology)
        judged = self._coded.judge_plain(binding, code, run.day)
        run.codes += 1
        if judged.unchecked:
            run.count_unchecked(judged.unchecked)
            return None
        return not judged.problems

    def _mapped(self, concept_map: str, source: str, target: str) -> bool | None:
        """Whether the map says that source becomes target; None where it does not know the source."""
        known = self._related
        key = (concept_map, source)
        if key not in known:
            if len(known) > 10_000:
                known.clear()
            known[key] = self._terminology.related(concept_map, source)
        targets = known[key]
        return None if targets is None else target in targets


def nested(message: Message, name: str) -> Iterator[tuple[str, Message]]:
    """The items of a list and those of the same list in them, at every depth, each with its path from the message."""
    waiting = [("", message)]
    while waiting:
        path, holder = waiting.pop()
        for n, item in enumerate(holder.get(name) or ()):
            here = f"{path}{name}[{n}]"
            yield here, item
            waiting.append((f"{here}.", item))


def _is_wrong(finding: Finding) -> bool:
    """Whether a field cannot be read, or its code or identifier is none: a rule about it would only say so again."""
    return (
        finding.severity is Severity.ERROR
        and finding.layer in (Layer.STRUCTURE, Layer.CODE, Layer.IDENTIFIER)
        and finding.rule not in ("structure.order", "structure.length")
    )


def _element(finding: Finding) -> str:
    """The logical path of the field, that of the code, quantity, date or time one of whose members is at fault."""
    path = re.sub(r"\[[0-9]+\]", "", finding.where.path)
    parent, _, member = path.rpartition(".")
    return parent if member in _MEMBERS else path


_MEMBERS = frozenset(
    ("Value", "Terminology_id", "Coded_string", "Magnitude", "Year", "Month", "Day", "Hour", "Minute", "Second")
)


def exact(value: Any) -> Any:
    """The number exactly: an int where it is whole, else a Decimal of the digits written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float) and value == value and value not in (float("inf"), float("-inf")):
        return int(value) if value.is_integer() else Decimal(repr(value))
    return None


def moment_of(day: Any, time: Any) -> str | None:
    """The ISO day with the time of day, comparable as text; None where either is absent."""
    found = day_of(day)
    if found is None or not isinstance(time, dict):
        return None
    parts = [time.get(name) for name in ("Hour", "Minute", "Second")]
    if type(parts[0]) is not int:
        return None
    hour, minute, second = (part if type(part) is int else 0 for part in parts)
    return f"{found}T{hour:02d}:{minute:02d}:{second:02d}"


def _matcher(pattern: str) -> Callable[[str], Any]:
    return re.compile(pattern, re.ASCII).fullmatch


_CALLED: dict[str, Any] = {
    "nested": nested,
    "exact": exact,
    "day_of": day_of,
    "moment_of": moment_of,
    "matcher": _matcher,
    "Decimal": Decimal,
}
"""What the generated text calls beside the terminology."""
