"""The text of the built-in checks: for every place of a message a small function over the fields that have something
to check.

The text stands for itself: what a function needs is asked for by name in the lines before it, so
that it can be kept compiled. What it calls is in ``checks``.
"""

from collections.abc import Callable, Sequence

from termserver.model.documents import SCALARS, Field, Use
from termserver.validation import values
from termserver.validation.message import TYPE
from termserver.validation.place_names import place_name
from termserver.validation.shape import CODED_TEXT, DATE, DATE_TIME, IDENTIFIER, QUANTITY, YYYYMMDD, Shape

_CODEABLE = "DO_CODEABLE_CONCEPT"

_JUDGED = (CODED_TEXT, IDENTIFIER, DATE, DATE_TIME, QUANTITY)


class CheckWriter:
    """Writes the functions of one document type; ``members`` tells which fields of a row name one drug."""

    def __init__(self, shape: Shape, members: Callable[[Sequence[Field]], tuple[str, ...]]) -> None:
        self._shape = shape
        self._members = members

    def source(self, name: str, plain: str, class_name: str, path: str, depth: int) -> str:
        """The function ``name`` for the place ``plain`` (a path without indexes) below ``depth`` lists."""
        place = _Place(self._shape, name, plain, class_name, depth)
        return place.text(path, self._members(self._shape.fields_at(plain, class_name)))


class _Place:
    """One function, and the lines before it that fetch what it needs."""

    def __init__(self, shape: Shape, name: str, plain: str, class_name: str, depth: int) -> None:
        self._shape = shape
        self._name = name
        self._plain = plain
        self._class = class_name
        self._depth = depth
        self._fetched: dict[str, str] = {}

    def text(self, path: str, drugs: Sequence[str]) -> str:
        lines = [" n = 0", " get = x.get"]
        for field in self._shape.fields_at(self._plain, self._class):
            here = f"{path}.{field.name}" if path else field.name
            below = f"{self._plain}.{field.name}" if self._plain else field.name
            lines += self._lines(field, here, below)
        if drugs:
            lines.append(f' judge_drugs({drugs!r}, x, f"{path}", run)')
        lines.append(" return n")
        indexes = "".join(f", i{n}" for n in range(self._depth))
        fetched = [f"{name} = {asked}" for asked, name in self._fetched.items()]
        return "\n".join([*fetched, f"def {self._name}(x, run{indexes}):", *lines])

    def _fetch(self, asked: str) -> str:
        """The name of what is asked for before the function, once."""
        return self._fetched.setdefault(asked, f"{self._name}_{len(self._fetched)}")

    def _lines(self, field: Field, here: str, below: str) -> list[str]:
        """The lines that look at one field of ``x``; none where there is nothing to check."""
        depth = self._depth
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
            lines += [
                " else:" if inner else " if not v:" if field.repeats else " if v is None:",
                f"  {self._expected_line(self._plain, self._class, field, here)}",
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
            allowed, memory = self._identifier_names(field.identifiers)
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
            judged = field.type in values.JUDGES
            return [*nested, f'run.add(f"{path}", judges[{field.type!r}](v))'] if judged else nested
        if field.type == YYYYMMDD:
            return ["if v not in dates:", f' judge_day(v, f"{path}", run)']
        lines = []
        if field.identifiers and field.type == "string":
            allowed, memory = self._identifier_names(field.identifiers, plain=True)
            lines += [f"if v not in {memory}:", f' judge_plain({allowed}, {memory}, v, f"{path}", run)']
        if field.binding:
            slot, memory = self._binding_names(field.binding)
            lines += ["n += 1", f"if {memory}(v) is not True:", f' judge_code_value({slot}, v, f"{path}", run)']
        return lines

    def _empty_line(self, field: Field, path: str) -> str:
        """What is said where the object of a field has no content; a schema that asks for none of it lets it pass."""
        return f'empty({self._plain!r}, {self._class!r}, {field.name!r}, f"{path}", run)'

    @staticmethod
    def _expected_line(plain: str, class_name: str, field: Field, path: str) -> str:
        return f'expected({plain!r}, {class_name!r}, {field.name!r}, f"{path}", run)'

    def _code_lines(self, ids: tuple[str, ...], name: str, path: str) -> list[str]:
        slot, memory = self._binding_names(ids)
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
                missed = self._expected_line(below, class_name, part, f"{path}.{part.name}")
                lines.append(f"if v.get({part.name!r}) is None: {missed}")
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
        by_form = self._fetch(f"{{{', '.join(f'{form!r}: caller({name!r})' for form, name in names.items())}}}")
        return [*before, f"{head}n += {by_form}.get(v.get({TYPE!r}), {function})(v, run{indexes})"]

    def _function(self, plain: str, class_name: str, path: str, depth: int) -> str:
        """The name of the function of another place, which is to stand ready."""
        name = place_name(plain, class_name, depth)
        self._fetch(f"place({name!r}, {plain!r}, {class_name!r}, {path!r}, {depth})")
        return name

    def _binding_names(self, ids: tuple[str, ...]) -> tuple[str, str]:
        slot = self._fetch(f"code_slot({ids!r})")
        return slot, self._fetch(f"{slot}[1].get")

    def _identifier_names(self, ids: tuple[str, ...], plain: bool = False) -> tuple[str, str]:
        return repr(ids), self._fetch(f"identifier_slot({ids!r}, {plain})")

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
