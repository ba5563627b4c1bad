"""Every structural fault of a logical message, explained; and what is left of it when they are taken out.

The schema engines only say whether a document is right. Where they say no, this walk tells each
fault in the reader's words, the same for XML and JSON. What cannot be judged further (a text
where a number is due) is left out of the returned message, so that codes and rules are judged on
what stands.
"""

import re
from typing import Any

from termserver.model.documents import Field, Use
from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.model.text import Text
from termserver.validation import dates, wording
from termserver.validation.message import TYPE, Foreign, Message, Repeated, bare_class, says_nothing
from termserver.validation.shape import YYYYMMDD, ClassShape, Shape

_MANDATORY, _STRUCTURE, _WRONG, _FORMAT = 6, 4, 7, 16
"""SEPAS error categories (exchange.md 5.4)."""

_ARTEFACT = "Specified"

_NAME_SHOWN = 100
"""Characters of an unknown name that are shown; what goes on stands where its parent does."""


class Walk:
    """What one walk found. ``message`` is what can be judged further.

    ``stopped``: the walk ended at the limit of findings; then nothing is left to judge.
    """

    __slots__ = ("findings", "message", "stopped")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.findings: list[Finding] = []
        self.stopped = False


class _Enough(Exception):
    """The limit of findings is reached."""


class Walker:
    """Explains the messages of one document type; no more than ``limit`` findings."""

    def __init__(self, shape: Shape, limit: int = 1000) -> None:
        self._shape = shape
        self._limit = limit

    def walk(self, message: Any) -> Walk:
        walk = Walk({})
        try:
            kept = self._class(message, "", "", self._shape.type.root, walk)
            walk.message = kept if isinstance(kept, dict) else {}
        except _Enough:
            walk.stopped = True
        return walk

    def _add(
        self,
        walk: Walk,
        rule: str,
        path: str,
        said: tuple[Text, Text | None],
        category: int | None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        walk.findings.append(Finding(rule, Layer.STRUCTURE, severity, said[0], Location(path), said[1], category))
        if len(walk.findings) > self._limit:
            raise _Enough

    def _class(self, value: Any, path: str, plain: str, class_name: str, walk: Walk) -> Any:
        """What is left of an object: its well-formed members; None if it is no object at all."""
        if not isinstance(value, dict):
            self._add(walk, "structure.type", path, wording.not_an_object(path, value), _FORMAT)
            return None
        subclass, declared, of_no_form = value.get(TYPE), class_name, False
        if isinstance(subclass, str) and subclass != class_name:
            subclass = bare_class(subclass)
            if self._shape.extends(subclass, class_name):
                class_name = subclass
            elif self._shape.is_class(class_name):
                of_no_form = True
                self._add(walk, "structure.subtype", path, wording.not_a_subtype(subclass, class_name), _STRUCTURE)
        if self._shape.is_opaque(class_name):
            return value
        kept: Message = {TYPE: class_name} if class_name != declared else {}
        shape = self._shape.of(class_name)
        for known in self._shape.fields_at(plain, class_name):
            here = f"{path}.{known.name}" if path else known.name
            member = value.get(known.name)
            if member is None:
                if known.use is Use.REQUIRED:
                    said = wording.mandatory(known)
                    self._add(walk, "structure.mandatory", here, said, known.sepas_category or _MANDATORY)
                continue
            member = self._member(member, here, f"{plain}.{known.name}" if plain else known.name, known, walk)
            if member is not None:
                kept[known.name] = member
        strange = [name for name in value if name not in shape.fields and name != TYPE and not of_no_form]
        if strange and subclass is None and (forms := self._forms_with(strange, class_name)):
            said = wording.form_not_named(class_name, forms)
            self._add(walk, "structure.subtype", path, said, _STRUCTURE)
            return kept
        for name in strange:
            self._unknown(name, path, shape, walk)
        return kept

    def _forms_with(self, names: list[str], class_name: str) -> list[str]:
        """The forms of the class that have all these fields, which the class itself has not."""
        forms = self._shape.forms_of(class_name)[1:]
        return [form for form in forms if self._shape.of(form).fields.keys() >= set(names)]

    def _unknown(self, name: str, path: str, shape: ClassShape, walk: Walk) -> None:
        if len(name) > _NAME_SHOWN:
            name = f"{name[:_NAME_SHOWN]}…"
        here = f"{path}.{name}" if path else name
        if name.lower() in shape.newer:
            self._add(walk, "structure.newer-field", here, wording.newer_field(name), None, Severity.WARNING)
        elif name.endswith(_ARTEFACT):
            said = wording.serializer_artefact(name)
            self._add(walk, "structure.serializer-artefact", here, said, None, Severity.INFORMATION)
        else:
            severity = Severity.WARNING if self._shape.type.open else Severity.ERROR
            said = wording.unknown_field(name, shape.fields)
            self._add(walk, "structure.unknown-field", here, said, _STRUCTURE, severity)

    def _member(self, value: Any, path: str, plain: str, known: Field, walk: Walk) -> Any:
        if isinstance(value, Foreign):
            said = wording.foreign(known, value.namespace, self._shape.namespace(self._shape.type.root))
            self._add(walk, "structure.unknown-field", path, said, _STRUCTURE)
            return None
        if isinstance(value, Repeated) or (isinstance(value, list) and not known.repeats):
            self._add(walk, "structure.repeated", path, wording.repeated(known, len(value)), _STRUCTURE)
            return None
        if not known.repeats:
            if self._is_empty(value, known):
                said, severity, category = wording.empty_object(known)
                self._add(walk, "structure.empty", path, said, category, severity)
                return None
            kept = self._single(value, path, plain, known, walk)
            # where nothing of an object can be judged it is not called empty beside its faults
            return None if kept == {} and value != {} else kept
        if not isinstance(value, list):
            self._add(walk, "structure.not-a-list", path, wording.not_a_list(known), _FORMAT)
            return None
        if not value and known.use is Use.REQUIRED:
            said = wording.mandatory(known)
            self._add(walk, "structure.mandatory", path, said, known.sepas_category or _MANDATORY)
        items = (self._single(item, f"{path}[{n}]", plain, known, walk) for n, item in enumerate(value))
        # an item that cannot be judged keeps its place, so that the paths of the others stay right
        return [item if item is not None or not self._shape.is_class(known.type) else {} for item in items]

    def _is_empty(self, value: Any, known: Field) -> bool:
        """Whether an object is there and says nothing: it counts as absent."""
        if not (isinstance(value, dict) and self._shape.is_class(known.type)) or self._shape.is_opaque(known.type):
            return False
        return says_nothing(value) and value.keys() <= self._shape.of(known.type).fields.keys()

    def _single(self, value: Any, path: str, plain: str, known: Field, walk: Walk) -> Any:
        if self._shape.is_class(known.type):
            return self._class(value, path, plain, known.type, walk)
        if not _fits(known.type, value):
            said = wording.wrong_type(known, value)
            self._add(walk, "structure.type", path, said, known.sepas_category or _FORMAT)
            return None
        return value if self._bounds(value, path, known, walk) else None

    def _bounds(self, value: Any, path: str, known: Field, walk: Walk) -> bool:
        if isinstance(value, str):
            if not value and known.use is Use.REQUIRED:
                self._add(walk, "structure.empty", path, wording.empty(known), known.sepas_category or _MANDATORY)
                return False
            if not value and self._shape.type.open and (known.binding or known.identifiers or known.type == YYYYMMDD):
                return False  # an empty code, number or day is none
            if known.type == YYYYMMDD:
                return self._day(value, path, walk)
            if known.max_length is not None and len(value) > known.max_length:
                said = wording.too_long(known, len(value))
                self._add(walk, "structure.length", path, said, known.sepas_category or _FORMAT)
            elif known.pattern and not re.fullmatch(known.pattern, value, re.ASCII):
                said = wording.pattern(known)
                self._add(walk, "structure.pattern", path, said, known.sepas_category or _FORMAT)
                return False
        elif not isinstance(value, bool):
            low, high = known.minimum, known.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                self._add(walk, "structure.range", path, wording.out_of_range(known), known.sepas_category or _WRONG)
                return False
        return True

    def _day(self, value: str, path: str, walk: Walk) -> bool:
        problems = dates.judge_text(value)
        for problem in problems:
            self._add(walk, problem.rule, path, (problem.message, problem.hint), problem.category)
        return not problems


def _fits(type_name: str, value: Any) -> bool:
    """Whether the value is of the scalar type; 2.0 is a whole number in JSON Schema."""
    if type_name in _BITS:
        whole = isinstance(value, int) and not isinstance(value, bool)
        whole = whole or (isinstance(value, float) and value.is_integer())
        return whole and -(2 ** _BITS[type_name]) <= value < 2 ** _BITS[type_name]
    if type_name == "double":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_name == "bool":
        return isinstance(value, bool)
    if type_name == "object":
        return True
    return isinstance(value, str) and (type_name not in _TEXT_FORMS or bool(_TEXT_FORMS[type_name].fullmatch(value)))


_BITS = {"int": 31, "long": 63}

_TEXT_FORMS = {
    "byte": re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII),
    "DateTime": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
    ),
}
