"""Which documents of a type are put before a vendor: examples, harmless variations, broken rules, single faults.

All are drawn by digests, so that the same edition draws the same, and each is judged before it is taken:
only what the edition accepts or rejects without doubt, and for the reason meant, is asked.
"""

import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from termserver.model.documents import DocumentType, Use
from termserver.model.findings import Report, Severity, Verdict
from termserver.model.merge_patch import applied
from termserver.model.ports import Codes
from termserver.validation.message import TYPE, Message
from termserver.validation.mutants import Mutant, Mutants
from termserver.validation.mutation import written
from termserver.validation.shape import Shape

VARIATIONS = 6
"""Valid examples without one of the members that may be left out, of each type."""
FAULTS = 16
"""Valid examples with a single fault, of each type; the kinds of faults take turns."""
_TRIED = 4

Judge = Callable[[bytes], Report]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document and what the edition says of it; ``rules`` and ``places`` are those of its errors."""

    form: str
    data: bytes
    accepted: bool
    rules: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Examples:
    """What a release carries: the valid messages by file name, and what each invalid one changes in one of them."""

    valid: dict[str, Message]
    mistakes: list[dict[str, Any]] = field(default_factory=list)


def draw(
    kind: DocumentType, shape: Shape, codes: Codes, examples: Examples, judge: Judge, seed: str
) -> tuple[Drawn, ...]:
    """The documents of one type, in no telling order; the same for the same ``seed``. None is there twice."""
    drawing = _Drawing(kind, shape, judge, seed)
    messages = list(examples.valid.values())
    for message in messages:
        for form in kind.forms:
            drawing.take_right(message, form)
    drawing.vary(messages)
    for mistake in examples.mistakes:
        if mistake["of"] in examples.valid:
            message = applied(examples.valid[mistake["of"]], mistake["patch"])
            drawing.take_wrong(message, drawing.form_of(mistake["rule"]), frozenset((mistake["rule"],)))
    if messages:
        drawing.break_one_thing(Mutants(kind, shape, codes, messages))
    return tuple(drawing.taken.values())


class _Drawing:
    def __init__(self, kind: DocumentType, shape: Shape, judge: Judge, seed: str) -> None:
        self._kind = kind
        self._shape = shape
        self._judge = judge
        self._seed = seed
        self.taken: dict[bytes, Drawn] = {}

    def chance(self, *said: str) -> str:
        """A number that nobody chose, as hex."""
        return hashlib.sha256("\n".join((self._seed, self._kind.id, *said)).encode()).hexdigest()

    def form_of(self, *said: str) -> str:
        forms = self._kind.forms
        return forms[int(self.chance("form", *said), 16) % len(forms)]

    def take_right(self, message: Message, form: str) -> bool:
        """Take the message if it is accepted and nothing is remarked; the report on it is the edition's."""
        data = written(message, self._shape, form)
        report = self._judge(data)
        right = report.verdict is Verdict.ACCEPTED and report.complete and report.document_type == self._kind.id
        if right:
            self.taken.setdefault(data, Drawn(form, data, True))
        return right

    def take_wrong(self, message: Message, form: str, rules: frozenset[str]) -> bool:
        """Take the message if it is rejected, and by one of these rules."""
        data = written(message, self._shape, form)
        report = self._judge(data)
        errors = [one for one in report.findings if one.severity is Severity.ERROR]
        found = frozenset(one.rule for one in errors)
        if report.verdict is not Verdict.REJECTED or not report.complete or not found & rules:
            return False
        if report.document_type != self._kind.id or data in self.taken:
            return False
        self.taken[data] = Drawn(form, data, False, found, frozenset(one.where.path for one in errors))
        return True

    def vary(self, messages: list[Message]) -> None:
        """Take valid messages from which one thing is gone that nobody misses."""
        found = []
        for n, message in enumerate(messages):
            for steps in _optional(message, self._kind.root, "", (), self._shape):
                found.append((self.chance("variation", str(n), *map(str, steps)), n, steps))
        left = VARIATIONS
        for chance, n, steps in sorted(found)[: VARIATIONS * _TRIED]:
            if not left:
                break
            message = copy.deepcopy(messages[n])
            form = self._kind.forms[int(chance, 16) % len(self._kind.forms)]
            before = self._findings(messages[n], form)
            holder: Any = message
            for step in steps[:-1]:
                holder = holder[step]
            del holder[steps[-1]]
            if self._findings(message, form) <= before and self.take_right(message, form):
                left -= 1

    def _findings(self, message: Message, form: str) -> frozenset[str]:
        return frozenset(one.rule for one in self._judge(written(message, self._shape, form)).findings)

    def break_one_thing(self, mutants: Mutants) -> None:
        """Take mutants that are rejected by the finding meant for them; each kind of fault in its turn."""
        best: dict[str, list[tuple[str, Mutant]]] = {}
        for mutant in mutants:
            if mutant.built or mutant.excuse:
                continue
            known = best.setdefault(mutant.kind, [])
            known.append((self.chance("fault", mutant.kind, mutant.path, mutant.where), mutant))
            if len(known) > FAULTS * _TRIED:
                known.sort(key=_chance)
                del known[FAULTS * 2 :]
        for known in best.values():
            known.sort(key=_chance)
        left = FAULTS
        for turn in range(FAULTS * 2):
            for kind in sorted(best):
                if not left:
                    return
                if turn < len(best[kind]):
                    chance, mutant = best[kind][turn]
                    form = mutant.forms[int(chance, 16) % len(mutant.forms)]
                    left -= self.take_wrong(mutant.message, form, mutant.rules)


def _chance(one: tuple[str, Mutant]) -> str:
    return one[0]


def _optional(
    value: Any, class_name: str, plain: str, steps: tuple[str | int, ...], shape: Shape
) -> Iterator[tuple[str | int, ...]]:
    """The steps to each member that is there and may be left out."""
    if not isinstance(value, dict):
        return
    class_name = value.get(TYPE, class_name)
    if not shape.is_class(class_name) or shape.is_opaque(class_name):
        return
    for known in shape.fields_at(plain, class_name):
        member = value.get(known.name)
        if member is None:
            continue
        here, below = (*steps, known.name), f"{plain}.{known.name}" if plain else known.name
        if known.use is Use.OPTIONAL:
            yield here
        for n, item in enumerate(member) if isinstance(member, list) else ((None, member),):
            yield from _optional(item, known.type, below, here if n is None else (*here, n), shape)
