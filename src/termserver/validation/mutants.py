"""Single changes to valid documents: for every binding, identifier, date, bound and mandatory field one to be seen.

Each mutant says which finding is meant for it, and where. A field that no valid document has is
put into one together with what it stands in; then the findings on that part are expected beside it.
"""

import copy
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from termserver.model.codes import NamingSystem
from termserver.model.documents import DocumentType, Field, Use
from termserver.model.ports import Codes, CodeState
from termserver.validation.bindings import Binding
from termserver.validation.message import TYPE, Message
from termserver.validation.shape import CODED_TEXT, DATE, DATE_TIME, IDENTIFIER, YYYYMMDD, Shape

Step = str | int
_NOBODY = "urn:oid:2.999.1"
_NO_CODE = "~"
_WRONG_CODES = frozenset(
    ("code.unknown", "code.shape", "code.check-digit", "code.unlisted", "code.width", "code.not-in-value-set")
)
_OTHERS = (
    ("gender", "thritaEHR.gender", "1"),
    ("job", "thritaEHR.job", "1"),
    ("country-divisions", "countryDivisions", "019"),
)
_TYPES = frozenset(("structure.type", "structure.type-tolerated"))
_FILLERS: dict[str, Any] = {"string": "1", "int": 1, "double": 1, "bool": True}


class Mutant(NamedTuple):
    """A document with one thing wrong. ``rules``: any of these findings is the one meant for it, at or below ``where``.

    ``kind`` says what was changed, ``path`` the field without indexes, ``message`` the document as it
    is now, ``source`` the number of the valid document it was made from. ``built``: the path below
    which further findings are expected, because that part was made up; empty where nothing was.
    ``forms`` are those it can be written in. ``excuse`` says why nothing can be seen, where nothing can.
    """

    kind: str
    path: str
    rules: frozenset[str]
    where: str
    message: Message
    source: int
    built: str = ""
    forms: tuple[str, ...] = ("xml", "json")
    excuse: str = ""


class Mutants:
    """Makes the mutants of one document type from its valid documents, as logical messages; of each ``every``-th field.

    They come in the order of the wire.
    """

    def __init__(
        self,
        document_type: DocumentType,
        shape: Shape,
        codes: Codes,
        messages: Sequence[Message],
        every: int = 1,
    ) -> None:
        self._every = every
        self._type = document_type
        self._shape = shape
        self._codes = codes
        self._messages = messages
        self._there: dict[tuple[str, str], tuple[int, tuple[Step, ...]]] = {}
        for n, message in enumerate(messages):
            self._find(message, document_type.root, "", (), n)
        self._universe = list(dict.fromkeys(document_type.walk()))

    def __iter__(self) -> Iterator[Mutant]:
        for plain, field in self._universe[:: self._every]:
            spot = self._spot(plain, field)
            if spot is not None:
                yield from spot.mutants()

    def is_tolerated(self, plain: str) -> bool:
        """Whether the field is known to be sent as another type."""
        return any(variant.path == plain and variant.types for variant in self._type.variants)

    def _find(self, value: Any, class_name: str, plain: str, steps: tuple[Step, ...], n: int) -> None:
        """Remember where each field first stands."""
        if not isinstance(value, dict):
            return
        class_name = value.get(TYPE, class_name)
        if not self._shape.is_class(class_name) or self._shape.is_opaque(class_name):
            return
        for field in self._shape.fields_at(plain, class_name):
            member = value.get(field.name)
            if member is None:
                continue
            below = f"{plain}.{field.name}" if plain else field.name
            here = (*steps, field.name)
            self._there.setdefault((below, field.type), (n, here))
            for index, item in enumerate(member) if isinstance(member, list) else ((None, member),):
                self._find(item, field.type, below, here if index is None else (*here, index), n)

    def _spot(self, plain: str, field: Field) -> "_Spot | None":
        known = self._there.get((plain, field.type))
        if known is not None:
            n, steps = known
            return _Spot(self, plain, field, n, self._messages[n], steps, "")
        made = self._made(plain, field)
        if made is None:
            return None
        message, steps, built = made
        return _Spot(self, plain, field, 0, message, steps, built)

    def _made(self, plain: str, field: Field) -> tuple[Message, tuple[Step, ...], str] | None:
        """The first message with the part that would hold the field, the field's steps, the path of what was made."""
        message = copy.deepcopy(self._messages[0])
        names = plain.split(".")
        here: Any = message
        class_name, walked, built = self._type.root, "", ""
        steps: tuple[Step, ...] = ()
        for depth, name in enumerate(names):
            rest = names[depth:]
            form = self._form(here, class_name, walked, rest, field)
            if form is None:
                return None
            if form != class_name and here.get(TYPE) != form:
                if not built and steps:
                    built = path_of(steps)
                here.clear()
                here[TYPE] = form
            known = self._shape.fields_at(walked, form)
            said = next(one for one in known if one.name == name and (len(rest) > 1 or one.type == field.type))
            if len(rest) == 1:
                self._fill(here, known, name)
                return message, (*steps, name), built or path_of((*steps, name))
            steps = (*steps, name)
            if here.get(name) is None or here.get(name) == []:
                here[name] = [{}] if said.repeats else {}
                built = built or path_of(steps)
            here = here[name]
            if said.repeats:
                here, steps = here[0], (*steps, 0)
            if not isinstance(here, dict):
                return None
            class_name, walked = said.type, f"{walked}.{name}" if walked else name
        return None

    def _form(self, here: Message, class_name: str, walked: str, rest: Sequence[str], field: Field) -> str | None:
        """The form of the class, that of the object first, whose fields lead on."""
        if not self._shape.is_class(class_name):
            return None
        now = here.get(TYPE, class_name)
        for form in dict.fromkeys((now, *self._shape.forms_of(class_name))):
            for said in self._shape.fields_at(walked, form):
                if said.name == rest[0] and (said.type == field.type if len(rest) == 1 else said.type != "string"):
                    return str(form)
        return None

    @staticmethod
    def _fill(holder: Message, known: Sequence[Field], name: str) -> None:
        """Something else in a part that was made up, so that it is not empty."""
        if any(key not in (TYPE, name) for key in holder):
            return
        for said in known:
            if said.name != name and not said.repeats and said.type in _FILLERS:
                holder[said.name] = _FILLERS[said.type]
                return


class _Spot:
    """One field at one place of one message."""

    def __init__(
        self, of: Mutants, plain: str, field: Field, n: int, message: Message, steps: tuple[Step, ...], built: str
    ) -> None:
        self._of = of
        self._codes = of._codes
        self._plain = plain
        self._field = field
        self._n = n
        self._message = message
        self._steps = steps
        self._built = built

    @property
    def _value(self) -> Any:
        value = _at(self._message, self._steps)
        return (value[0] if value else None) if self._field.repeats and isinstance(value, list) else value

    def _mutant(
        self, kind: str, rules: str | frozenset[str], member: str, value: Any, excuse: str = "", json_only: bool = False
    ) -> Mutant:
        """The message with another value here (None: without any); ``member``: where in it the finding points."""
        message = copy.deepcopy(self._message)
        holder, name, steps = _at(message, self._steps[:-1]), self._steps[-1], self._steps
        if value is None:
            holder.pop(name, None)
        elif self._field.repeats and kind != "dropped":
            items = holder.get(name) or [None]
            holder[name] = [value, *items[1:]]
            steps = (*steps, 0)
        else:
            holder[name] = value
        where = path_of(steps) + (f".{member}" if member else "")
        meant = frozenset((rules,)) if isinstance(rules, str) else rules
        if kind == "dropped":
            meant |= {"structure.empty"}  # of the part that held it, where nothing else is left in it
        forms = tuple(form for form in self._of._type.forms if form == "json" or not json_only)
        return Mutant(kind, self._plain, meant, where, message, self._n, self._built, forms, excuse)

    def mutants(self) -> Iterator[Mutant]:
        field = self._field
        if field.use is Use.REQUIRED:
            yield self._mutant("dropped", "structure.mandatory", "", None)
        elif field.use is Use.EXPECTED:
            yield self._mutant("dropped", "structure.expected", "", None)
        if field.type == CODED_TEXT and field.binding:
            yield from self._codes_of(field.binding)
        elif field.type == IDENTIFIER and field.identifiers:
            yield from self._identifiers()
        elif field.type == "string" and field.identifiers:
            yield from self._plain_identifiers()
        elif field.type in (DATE, DATE_TIME):
            yield from self._dates()
        elif field.type in ("int", "long", "double", "bool"):
            yield self._mutant("type", _TYPES, "", "x")
            yield from self._bounds()
        elif field.type == YYYYMMDD:
            yield self._mutant("no such day", "date.impossible", "", "14041230")
            yield self._mutant("wrong form", "date.form", "", "140583")
        elif field.type == "string" and not field.repeats:
            if field.binding:
                yield from self._plain_code(field.binding)
            if not self._built and not self._of.is_tolerated(self._plain):
                yield self._mutant("type", _TYPES, "", 1, json_only=True)
            yield from self._texts()

    def _codes_of(self, ids: tuple[str, ...]) -> Iterator[Mutant]:
        binding = Binding.of(ids, self._codes)
        allowed = binding.allowed()
        bound = self._codes.system(allowed[0]) if allowed else None
        value = self._value
        if not isinstance(value, dict):
            name = (bound.native_id or bound.id) if bound else _NOBODY
            value = {"Value": "label", "Terminology_id": name, "Coded_string": "1"}
        other = next(((name, code) for id, name, code in _OTHERS if id not in allowed), None)
        if other:
            changed = {"Value": value.get("Value", ""), "Terminology_id": other[0], "Coded_string": other[1]}
            yield self._mutant("other system", "code.system-not-allowed", "Terminology_id", changed)
        yield self._mutant(
            "nobody's system", "code.system-unknown", "Terminology_id", {**value, "Terminology_id": _NOBODY}
        )
        system = self._codes.system(value.get("Terminology_id") or "")
        if system is None:
            return
        excuse = ""
        if self._codes.state(system.id, _NO_CODE, "9999-12-31") == CodeState.NOT_PRESENT:
            excuse = f"the list of {system.native_id or system.id} is not here, and its codes have no known form"
        yield self._mutant("wrong code", _WRONG_CODES, "", {**value, "Coded_string": _NO_CODE}, excuse)
        code, label = value.get("Coded_string"), value.get("Value")
        if not self._built and label and label != code:
            fine = self._codes.state(system.id, str(code), "9999-12-31") == CodeState.OK
            if fine and self._codes.state(system.id, str(label), "9999-12-31") != CodeState.OK:
                yield self._mutant("swapped", "code.swapped", "", {**value, "Value": code, "Coded_string": label})

    def _plain_code(self, ids: tuple[str, ...]) -> Iterator[Mutant]:
        systems = [self._codes.system(id) for id in Binding.of(ids, self._codes).allowed()]
        states = {self._codes.state(one.id, _NO_CODE, "9999-12-31") for one in systems if one is not None}
        excuse = ""
        if CodeState.NOT_PRESENT in states or None in systems:
            excuse = f"the list of {', '.join(ids)} is not here, and its codes have no known form"
        yield self._mutant("wrong code", _WRONG_CODES, "", _NO_CODE, excuse)

    def _identifiers(self) -> Iterator[Mutant]:
        kinds = self._kinds()
        value = self._value
        if not isinstance(value, dict) or self._built:
            kind = next((one for one in kinds if one.triplets), None)
            if kind is None:
                return
            value = _identifier(kind, kind.example)
        else:
            kind = self._codes.naming_system(*(str(value.get(name) or "") for name in ("Issuer", "Assigner", "Type")))
            if kind is None:
                return
        yield self._mutant("wrong form", "identifier.shape", "ID", {**value, "ID": "~"}, _shapeless(kind))
        if kind.check and (digits := _other_digit(str(value.get("ID") or kind.example))):
            yield self._mutant("check digit", "identifier.check-digit", "ID", {**value, "ID": digits})
        nobody = {**value, "Type": "Nobody", "ID": value.get("ID") or "1"}
        yield self._mutant("nobody's kind", "identifier.unknown-kind", "", nobody)
        for id in ("national-code", "org-id", "system-id"):
            other = self._codes.naming_system_by_id(id)
            if other is not None and other.triplets and id not in self._field.identifiers:
                yield self._mutant("other kind", "identifier.triplet", "", _identifier(other, other.example))
                break

    def _plain_identifiers(self) -> Iterator[Mutant]:
        kinds = self._kinds()
        excuse = next((said for kind in kinds if (said := _shapeless(kind))), "")
        yield self._mutant("wrong form", frozenset(("identifier.shape", "structure.pattern")), "", "~", excuse)
        value = self._value if isinstance(self._value, str) else ""
        if len(kinds) == 1 and kinds[0].check and (digits := _other_digit(value or kinds[0].example)):
            yield self._mutant("check digit", "identifier.check-digit", "", digits)

    def _kinds(self) -> list[NamingSystem]:
        found = (self._codes.naming_system_by_id(id) for id in self._field.identifiers)
        return [kind for kind in found if kind is not None]

    def _dates(self) -> Iterator[Mutant]:
        value = self._value if isinstance(self._value, dict) else {"Hour": 1, "Minute": 1, "Second": 1}
        value = {name: member for name, member in value.items() if name != "ISOString"}
        yield self._mutant("no such day", "date.impossible", "", {**value, "Year": 1404, "Month": 12, "Day": 30})
        yield self._mutant("no such month", "structure.range", "Month", {**value, "Year": 1404, "Month": 13, "Day": 1})

    def _bounds(self) -> Iterator[Mutant]:
        if self._field.minimum is not None:
            yield self._mutant("below", "structure.range", "", self._field.minimum - 1)
        if self._field.maximum is not None:
            yield self._mutant("above", "structure.range", "", self._field.maximum + 1)

    def _texts(self) -> Iterator[Mutant]:
        if self._field.max_length is not None:
            yield self._mutant("too long", "structure.length", "", "1" * (self._field.max_length + 1))
        if self._field.pattern:
            yield self._mutant("wrong form", "structure.pattern", "", "~")
        if self._field.use is Use.REQUIRED:
            yield self._mutant("empty", "structure.empty", "", "")


def path_of(steps: Sequence[Step]) -> str:
    """The steps as findings write them: ``Composition.Insurance[0].Insurer``."""
    said = ""
    for step in steps:
        said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else step
    return said


def _at(message: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        if isinstance(message, dict):
            message = message.get(step)
        elif isinstance(message, list) and isinstance(step, int) and step < len(message):
            message = message[step]
        else:
            return None
    return message


def _identifier(kind: NamingSystem, id: str) -> Message:
    triplet = kind.triplets[0]
    return {"Issuer": triplet.issuer, "Assigner": triplet.assigner, "ID": id, "Type": triplet.type}


def _shapeless(kind: NamingSystem) -> str:
    return "" if kind.shape or kind.check else f"the form of {kind.id} is not known"


def _other_digit(text: str) -> str:
    """The text with its last digit changed; empty if it does not end in one."""
    if not text or not text[-1].isascii() or not text[-1].isdigit():
        return ""
    return text[:-1] + str((int(text[-1]) + 1) % 10)
