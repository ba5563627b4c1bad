"""The built-in checks of one document type as generated Python: codes, identifiers, dates, expected fields.

For every place of the message a small function is written that looks at nothing but the fields
that have something to check; it is compiled when a document first has that place. What was
judged once is remembered, so that a valid document costs little more than looking its values up.
"""

from collections.abc import Callable
from typing import Any

from termserver.model.codes import CodeSystem, NamingSystem
from termserver.model.documents import SCALARS, Field, Use
from termserver.model.findings import Layer, Severity
from termserver.model.ports import Codes, CodeState
from termserver.validation import dates, values, wording
from termserver.validation.bindings import FINE, Binding, CodedElements, Judged, Problem
from termserver.validation.drugs import DrugRows
from termserver.validation.identifiers import Identifiers
from termserver.validation.message import TYPE, says_nothing
from termserver.validation.registries import Registries
from termserver.validation.run import Run
from termserver.validation.shape import CODED_TEXT, DATE, DATE_TIME, IDENTIFIER, QUANTITY, YYYYMMDD, Shape

_REMEMBERED = 50_000
"""Entries per memory before it is emptied: documents of one centre repeat their codes, not their patients."""

_CODEABLE = "DO_CODEABLE_CONCEPT"

_JUDGED = (CODED_TEXT, IDENTIFIER, DATE, DATE_TIME, QUANTITY)

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

    def __init__(self, shape: Shape, codes: Codes) -> None:
        self._shape = shape
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
        }
        self._functions: dict[tuple[str, str, int], str] = {}
        root = self._function("", self._shape.type.root, "", 0)
        self._root = root

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

    @staticmethod
    def _empty(field: Field, path: str, run: Run) -> None:
        (message, hint), severity, category = wording.empty_object(field)
        run.add(path, [Problem("structure.empty", severity, message, hint, "", category, Layer.STRUCTURE)])

    @staticmethod
    def _expected(field: Field, path: str, run: Run) -> None:
        message, hint = wording.expected(field)
        category, layer = field.sepas_category, Layer.STRUCTURE
        problem = Problem("structure.expected", Severity.WARNING, message, hint, "", category, layer)
        run.add(path, [problem])

    # writing the functions

    def _function(self, plain: str, class_name: str, path: str, depth: int) -> str:
        """The name of the function for a place; its body is written when it is first called."""
        key = (plain, class_name, depth)
        name = self._functions.get(key)
        if name is None:
            name = self._functions[key] = f"at_{len(self._functions)}"

            def define(*arguments: Any) -> int:
                source = "\n".join(self._body(name, plain, class_name, path, depth))
                exec(compile(source, f"<checks of {self._shape.type.id}: {plain or 'message'}>", "exec"), self._names)
                return self._names[name](*arguments)  # type: ignore[no-any-return]

            self._names[name] = define
        return name

    def _body(self, name: str, plain: str, class_name: str, path: str, depth: int) -> list[str]:
        indexes = "".join(f", i{n}" for n in range(depth))
        lines = [f"def {name}(x, run{indexes}):", " n = 0", " get = x.get"]
        for field in self._shape.fields_at(plain, class_name):
            here = f"{path}.{field.name}" if path else field.name
            below = f"{plain}.{field.name}" if plain else field.name
            lines += self._lines(field, here, below, depth)
        drugs = self._drugs.members(self._shape.fields_at(plain, class_name))
        if drugs:
            lines.append(f' judge_drugs({drugs!r}, x, f"{path}", run)')
        lines.append(" return n")
        return lines

    def _lines(self, field: Field, here: str, below: str, depth: int) -> list[str]:
        """The lines that look at one field of ``x``; none where there is nothing to check."""
        item = here + (f"[{{i{depth}}}]" if field.repeats else "")
        inner = self._check(field, item, below, depth + field.repeats)
        expected = field.use is Use.EXPECTED
        if not inner and not expected:
            return []
        lines = [f" v = get({field.name!r})"]
        if inner:
            lines.append(" if v:" if field.repeats else " if v is not None:")
            if field.repeats:
                lines += [f"  for i{depth}, v in enumerate(v):", *(f"   {line}" for line in inner)]
            else:
                lines += [f"  {line}" for line in inner]
        if expected:
            slot = self._keep("field", field)
            lines += [
                " else:" if inner else " if not v:" if field.repeats else " if v is None:",
                f'  expected({slot}, f"{here}", run)',
            ]
        return lines

    def _check(self, field: Field, path: str, below: str, depth: int) -> list[str]:
        """The lines that judge the value ``v`` of one field."""
        if field.type == CODED_TEXT:
            return ["n += 1", *self._code_lines(field.binding, "v", path)]
        if field.type == _CODEABLE and field.binding:
            lines = self._code_lines(field.binding, "c", f"{path}.Coding")
            return ['c = v.get("Coding")', "if c is not None:", " n += 1", *(f" {line}" for line in lines)]
        if field.type == IDENTIFIER:
            allowed, memory = self._identifier_slot(field.identifiers)
            return [
                "k = v.get",
                f'if (k("Issuer"), k("Assigner"), k("Type"), k("ID")) not in {memory}:',
                f" if says_nothing(v): {self._empty_line(field, path)}",
                " else:",
                f'  judge_identifier({allowed}, {memory}, v, f"{path}", run)',
                *(f"  {line}" for line in self._expected_parts(field.type, path, below)),
            ]
        if field.type == QUANTITY:
            empty = f'if v.get("Magnitude") is None and says_nothing(v): {self._empty_line(field, path)}'
            parts = self._expected_parts(field.type, path, below)
            return [empty, "else:", *(f" {line}" for line in parts)] if parts else [empty]
        if field.type in (DATE, DATE_TIME):
            return [
                "k = v.get",
                'if (k("Year"), k("Month"), k("Day")) not in dates or "ISOString" in v:',
                f" if says_nothing(v): {self._empty_line(field, path)}",
                f' else: judge_date(v, f"{path}", run)',
            ]
        if self._shape.is_class(field.type):
            nested = self._nested(field, path, below, depth)
            judge = values.JUDGES.get(field.type)
            return [*nested, f'run.add(f"{path}", {self._keep("judge", judge)}(v))'] if judge else nested
        if field.type == YYYYMMDD:
            return ["if v not in dates:", f' judge_day(v, f"{path}", run)']
        lines = []
        if field.identifiers and field.type == "string":
            allowed, memory = self._identifier_slot(field.identifiers, plain=True)
            lines += [f"if v not in {memory}:", f' judge_plain({allowed}, {memory}, v, f"{path}", run)']
        if field.binding:
            slot, memory = self._binding_slot(field.binding)
            lines += ["n += 1", f"if {memory}(v) is not True:", f' judge_code_value({slot}, v, f"{path}", run)']
        return lines

    def _empty_line(self, field: Field, path: str) -> str:
        """What is said where the object of a field has no content; a schema that asks for none of it lets it pass."""
        return f'empty({self._keep("field", field)}, f"{path}", run)'

    def _code_lines(self, ids: tuple[str, ...], name: str, path: str) -> list[str]:
        slot, memory = self._binding_slot(ids)
        return [
            f"k = {name}.get",
            f'if {memory}((k("Terminology_id"), k("Coded_string"), k("Value"))) is not True:',
            f' judge_code({slot}, {name}, f"{path}", run)',
        ]

    def _expected_parts(self, class_name: str, path: str, below: str) -> list[str]:
        """The lines that miss the expected fields of a small class, written in place."""
        lines = []
        for part in self._shape.fields_at(below, class_name):
            if part.use is Use.EXPECTED:
                slot = self._keep("field", part)
                lines.append(f'if v.get({part.name!r}) is None: expected({slot}, f"{path}.{part.name}", run)')
        return lines

    def _nested(self, field: Field, path: str, below: str, depth: int) -> list[str]:
        if not self._has_checks(field.type, below, frozenset()):
            return []
        function = self._function(below, field.type, path, depth)
        indexes = "".join(f", i{n}" for n in range(depth))
        forms = self._shape.forms_of(field.type)[1:]
        head = ""
        before: list[str] = []
        if not field.repeats:
            head = "else: "
            before = [f"if not v or (None in v.values() and says_nothing(v)): {self._empty_line(field, path)}"]
        if not forms:
            return [*before, f"{head}n += {function}(v, run{indexes})"]
        names = {form: self._function(below, form, path, depth) for form in forms}
        by_form = self._keep("forms", {form: self._caller(name) for form, name in names.items()})
        return [*before, f"{head}n += {by_form}.get(v.get({TYPE!r}), {function})(v, run{indexes})"]

    def _caller(self, name: str) -> Function:
        """Calls what the name stands for when it is called: a function is written when it is first called."""
        return lambda *arguments: self._names[name](*arguments)

    def _has_checks(self, class_name: str, plain: str, seen: frozenset[str]) -> bool:
        """Whether anything below a place is checked, itself included."""
        if class_name in seen:
            return False
        forms = self._shape.forms_of(class_name)
        for field in (known for form in forms for known in self._shape.fields_at(plain, form)):
            if field.use is Use.EXPECTED or field.type in (*_JUDGED, *values.JUDGES):
                return True
            if field.type == YYYYMMDD or (field.type in SCALARS and (field.identifiers or field.binding)):
                return True
            if self._shape.is_class(field.type) and self._has_checks(
                field.type, f"{plain}.{field.name}", seen | {class_name}
            ):
                return True
        return False

    def _keep(self, stem: str, value: Any) -> str:
        name = f"{stem}_{len(self._names)}"
        self._names[name] = value
        return name

    def _binding_slot(self, ids: tuple[str, ...]) -> tuple[str, str]:
        known = self._bindings.get(ids)
        if known is None:
            known = self._bindings[ids] = (Binding.of(ids, self._codes), _Memory())
            self._names[f"binding_{len(self._bindings)}"] = known
            self._names[f"codes_{len(self._bindings)}"] = known[1].get
        number = list(self._bindings).index(ids) + 1
        return f"binding_{number}", f"codes_{number}"

    def _identifier_slot(self, ids: tuple[str, ...], plain: bool = False) -> tuple[str, str]:
        key = ("plain", *ids) if plain else ids
        known = self._known_identifiers.get(key)
        if known is None:
            known = self._known_identifiers[key] = _Memory()
            self._names[f"kinds_{len(self._known_identifiers)}"] = ids
            self._names[f"numbers_{len(self._known_identifiers)}"] = known
        number = list(self._known_identifiers).index(key) + 1
        return f"kinds_{number}", f"numbers_{number}"
