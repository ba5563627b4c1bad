"""The built-in checks of one document type: codes, identifiers, dates, expected fields.

For every place of the message ``check_code`` writes a small function that looks at nothing but the
fields that have something to check; it is compiled when a document first has that place. What was
judged once is remembered, so that a valid document costs little more than looking its values up.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from termserver.model.codes import CodeSystem, NamingSystem
from termserver.model.documents import Field
from termserver.model.findings import Layer, Severity
from termserver.model.ports import Codes, CodeState
from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.validation import dates, values, wording
from termserver.validation.bindings import FINE, Binding, CodedElements, Judged, Problem
from termserver.validation.drugs import DrugRows
from termserver.validation.identifiers import Identifiers
from termserver.validation.kept_code import KeptCode
from termserver.validation.message import says_nothing
from termserver.validation.place_names import place_name
from termserver.validation.registries import Registries
from termserver.validation.run import Run
from termserver.validation.shape import Shape

if TYPE_CHECKING:
    from termserver.validation.check_code import CheckWriter

_REMEMBERED = 50_000
"""Entries per memory before it is emptied: documents of one centre repeat their codes, not their patients."""

_TURNS_LIMIT = 4
"""How often the path of a place may come back to a name: a function is written for each such place, and a tree of
compounds of compounds in a megabyte has a hundred thousand of them."""

Function = Callable[..., int]


class _Memory(dict[Any, Any]):
    """A bounded memory; emptied when full, which costs one judgement per value again."""

    def keep(self, key: Any, value: Any) -> None:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = value


_DATED = object()
"""Remembered for a code whose standing depends on the day."""


class Checks:
    """The built-in checks of one document type against one terminology. Safe to share between threads."""

    def __init__(self, shape: Shape, codes: Codes, kept: KeptCode | None = None) -> None:
        self._shape = shape
        self._kept = kept or KeptCode()
        self._codes = codes
        self._registries = Registries(codes)
        self._coded = CodedElements(codes, self._registries)
        self._identifiers = Identifiers(codes)
        self._entries: _Memory = _Memory()
        self._in_force: _Memory = _Memory()
        self._drugs = DrugRows(codes)
        self._bindings: dict[tuple[str, ...], tuple[Binding, _Memory]] = {}
        self._known_identifiers: dict[tuple[str, ...], _Memory] = {}
        self._known_dates = _Memory()
        self._names: dict[str, Any] = {
            "expected": self._expected,
            "judge_code": self._judge_code,
            "judge_code_value": self._judge_code_value,
            "judge_identifier": self._judge_identifier,
            "judge_plain": self._judge_plain,
            "judge_date": self._judge_date,
            "judge_day": self._judge_day,
            "judge_drugs": self._judge_drugs,
            "empty": self._empty,
            "says_nothing": says_nothing,
            "dates": self._known_dates,
            "judges": values.JUDGES,
            "place": self._place,
            "caller": self._caller,
            "code_slot": self._code_slot,
            "identifier_slot": self._identifier_slot,
        }
        self._writer: CheckWriter | None = None
        self._root = place_name("", shape.type.root, 0)
        self._place(self._root, "", shape.type.root, "", 0)

    def run(self, message: Any, run: Run) -> int:
        """Judge the message into ``run``; the number of coded elements comes back."""
        return self._names[self._root](message, run)  # type: ignore[no-any-return]

    # what the generated functions call where something was not remembered as fine

    def _judge_code(self, slot: tuple[Binding, _Memory], value: Any, path: str, run: Run) -> None:
        binding, memory = slot
        terminology_id, code = value.get("Terminology_id"), value.get("Coded_string")
        label = value.get("Value")
        key = (terminology_id, code, label)
        judged = memory.get(key)
        if judged is None or judged is _DATED:
            if not terminology_id or not code:
                judged = Judged(unchecked=terminology_id or "?")  # structure has said that it is mandatory
            else:
                timeless = judged is None and self._coded.is_timeless(terminology_id, code)
                day = run.day if timeless else run.day_at(path)
                judged = self._coded.judge(binding, terminology_id, code, label or "", day)
                if timeless:
                    memory.keep(key, True if judged is FINE or judged == FINE else judged)
                else:
                    memory.keep(key, _DATED)
        if judged is True:
            return
        if judged.unchecked:
            run.count_unchecked(judged.unchecked)
        if judged.problems:
            run.count_state(judged.problems)
            run.add(path, judged.problems)

    def _judge_code_value(self, slot: tuple[Binding, _Memory], value: Any, path: str, run: Run) -> None:
        """A plain value that is a code itself."""
        binding, memory = slot
        code = str(value)
        judged = memory.get(value)
        if judged is None or judged is _DATED:
            timeless = judged is None and all(self._coded.is_timeless(id, code) for id in binding.allowed())
            judged = self._coded.judge_plain(binding, code, run.day if timeless else run.day_at(path))
            memory.keep(value, (True if judged == FINE else judged) if timeless else _DATED)
        if judged is True:
            return
        if judged.unchecked:
            run.count_unchecked(judged.unchecked)
        if judged.problems:
            run.count_state(judged.problems)
            run.add(path, judged.problems)

    def _judge_identifier(self, allowed: tuple[str, ...], memory: _Memory, value: Any, path: str, run: Run) -> None:
        key = (value.get("Issuer"), value.get("Assigner"), value.get("Type"), value.get("ID"))
        entry = self._entries.get((allowed, key))
        if entry is not None:  # right in itself: how it stands in its registry is asked for each day anew
            self._judge_entry(entry[0], entry[1], key[3], "ID", path, run)
            return
        triplet = tuple(part or "" for part in key)
        problems = self._identifiers.judge(allowed, *triplet)
        if any(value.get(name) is None for name in ("Issuer", "Assigner", "Type")):
            # the absent part is missed by itself
            problems = [problem for problem in problems if problem.rule != "identifier.unknown-kind"]
        if problems:
            run.add(path, problems)
        elif all(triplet):
            kind = self._codes.naming_system(*triplet[:3])
            registry = self._registries.of(kind) if kind is not None else None
            if kind is None or registry is None:
                memory.keep(key, True)
            else:
                self._entries.keep((allowed, key), (kind, registry))
                self._judge_entry(kind, registry, triplet[3], "ID", path, run)

    def _judge_entry(
        self, kind: NamingSystem, registry: CodeSystem, code: str, member: str, path: str, run: Run
    ) -> None:
        day = run.day_at(path)
        asked = (registry.id, code, day)
        if asked in self._in_force:  # documents of one week share their days
            run.entries += 1
            return
        entry = self._registries.judge_identifier(kind, registry, code, day, member)
        run.count_entry(registry.id, entry.state)
        if entry.problems:
            run.add(path, entry.problems)
        elif entry.state == CodeState.OK:
            self._in_force.keep(asked, True)

    def _judge_day(self, value: Any, path: str, run: Run) -> None:
        """A day written as a text of eight digits."""
        problems = dates.judge_text(value)
        if problems:
            run.add(path, problems)
        else:
            self._known_dates.keep(value, True)

    def _judge_plain(self, allowed: tuple[str, ...], memory: _Memory, text: str, path: str, run: Run) -> None:
        problems = self._identifiers.judge_plain(allowed, text)
        if problems:
            run.add(path, problems)
            return
        kind = self._codes.naming_system_by_id(allowed[0]) if len(allowed) == 1 else None
        registry = self._registries.of(kind) if kind is not None else None
        if kind is None or registry is None:
            memory.keep(text, True)
        else:
            self._judge_entry(kind, registry, text, "", path, run)

    def _judge_drugs(self, members: tuple[str, ...], row: Any, path: str, run: Run) -> None:
        said = [(name, row[name]) for name in members if row.get(name) is not None]
        if len(said) > 1:
            coded = tuple((name, v.get("Terminology_id") or "", v.get("Coded_string") or "") for name, v in said)
            run.add(path, self._drugs.judge(coded))

    def _judge_date(self, value: Any, path: str, run: Run) -> None:
        problems = dates.judge(value)
        if problems:
            run.add(path, problems)
        elif "ISOString" not in value and value.get("Year") is not None:
            self._known_dates.keep((value.get("Year"), value.get("Month"), value.get("Day")), True)

    def _empty(self, plain: str, class_name: str, name: str, path: str, run: Run) -> None:
        (message, hint), severity, category = wording.empty_object(self._field_at(plain, class_name, name))
        run.add(path, [Problem("structure.empty", severity, message, hint, "", category, Layer.STRUCTURE)])

    def _expected(self, plain: str, class_name: str, name: str, path: str, run: Run) -> None:
        field = self._field_at(plain, class_name, name)
        message, hint = wording.expected(field)
        category, layer = field.sepas_category, Layer.STRUCTURE
        problem = Problem("structure.expected", Severity.WARNING, message, hint, "", category, layer)
        run.add(path, [problem])

    # what the generated functions are made with

    def _place(self, name: str, plain: str, class_name: str, path: str, depth: int) -> None:
        """Let the name stand for the function of a place; its body is written when it is first called."""
        if name in self._names:
            return

        def define(*arguments: Any) -> int:
            if _turns_on_itself(plain) > _TURNS_LIMIT:
                raise _too_nested()
            code = self._kept.code(name, lambda: self._source(name, plain, class_name, path, depth))
            exec(code, self._names)
            return self._names[name](*arguments)  # type: ignore[no-any-return]

        self._names[name] = define

    def _source(self, name: str, plain: str, class_name: str, path: str, depth: int) -> str:
        from termserver.validation.check_code import CheckWriter  # a place that was compiled before needs no writer

        if self._writer is None:
            self._writer = CheckWriter(self._shape, self._drugs.members)
        return self._writer.source(name, plain, class_name, path, depth)

    def _caller(self, name: str) -> Function:
        """Calls what the name stands for when it is called: a function is written when it is first called."""
        return lambda *arguments: self._names[name](*arguments)

    def _field_at(self, plain: str, class_name: str, name: str) -> Field:
        return next(field for field in self._shape.fields_at(plain, class_name) if field.name == name)

    def _code_slot(self, ids: tuple[str, ...]) -> tuple[Binding, _Memory]:
        """The binding to these systems with what it remembers."""
        known = self._bindings.get(ids)
        if known is None:
            known = self._bindings[ids] = (Binding.of(ids, self._codes), _Memory())
        return known

    def _identifier_slot(self, ids: tuple[str, ...], plain: bool) -> _Memory:
        """What is remembered of identifiers of these kinds, written as an object or as a plain text."""
        return self._known_identifiers.setdefault(("plain", *ids) if plain else ids, _Memory())


def _turns_on_itself(plain: str) -> int:
    names = plain.split(".")
    return len(names) - len(set(names))


def _too_nested() -> Unreadable:
    return Unreadable(
        "budget.depth",
        Text(
            fa=f"بخشی از سند بیش از {_TURNS_LIMIT} بار درون خود آمده است.",
            en=f"A part of the document stands in itself more than {_TURNS_LIMIT} times over.",
        ),
        budget=True,
    )
