"""Whether two documents say the same logical message, whatever their form and spelling.

Absent, null and empty are the same; so are ``1`` and ``1.0``, XML and JSON, any case of member names. A
text is the same sign by sign. Whoever writes a document names itself in it: the number of its software
system may stand where another one stood.
"""

from typing import Any

from termserver.parsing import gate, json, xml
from termserver.validation.forms import canonical_json
from termserver.validation.message import TYPE
from termserver.validation.shape import IDENTIFIER, Shape
from termserver.validation.xml_message import XmlMessages

_OWN = "system-id"
_OWN_TYPE = "system_id"


def read(data: bytes, shape: Shape) -> Any:
    """The logical message of a document, XML or JSON; raise Unreadable if it is neither."""
    if gate.kind_of(data) == "xml":
        return XmlMessages(shape).read(xml.parse(data))
    return canonical_json(json.parse(data), shape, data)[0]


def first_difference(first: Any, second: Any, shape: Shape, own_id: str = "") -> str | None:
    """The path of the first place, in the order of the description, where ``second`` says something else; None if
    nowhere (empty: as a whole).

    ``own_id``: the software system that wrote ``second``; it may name itself where ``first`` names another.
    """
    return _Comparison(shape, own_id.casefold()).of(first, second, shape.type.root, "", "")


class _Comparison:
    def __init__(self, shape: Shape, own_id: str) -> None:
        self._shape = shape
        self._own_id = own_id

    def of(self, first: Any, second: Any, class_name: str, path: str, plain: str) -> str | None:
        """The path of the first difference of two objects of a class."""
        if not isinstance(first, dict) or not isinstance(second, dict):
            return None if _same(first, second) else path
        if first.get(TYPE, class_name) != second.get(TYPE, class_name):
            return path
        class_name = first.get(TYPE, class_name)
        fields = {one.name: one for one in self._shape.fields_at(plain, class_name)} if self._is(class_name) else {}
        names = dict.fromkeys((*fields, *sorted({*first, *second} - {TYPE})))
        for name in names:
            one, other = first.get(name), second.get(name)
            if _says_nothing(one) and _says_nothing(other):
                continue
            field = fields.get(name)
            here = f"{path}.{name}" if path else name
            below = f"{plain}.{name}" if plain else name
            ours = field is not None and _OWN in field.identifiers and field.type != IDENTIFIER
            if class_name == IDENTIFIER and name == "ID":
                ours = str(first.get("Type")).casefold() == _OWN_TYPE
            if ours and self._names_itself(one, other):
                continue
            found = self._member(one, other, field.type if field else "", here, below)
            if found is not None:
                return found
        return None

    def _member(self, one: Any, other: Any, class_name: str, path: str, plain: str) -> str | None:
        if isinstance(one, list) or isinstance(other, list):
            items, others = _listed(one), _listed(other)
            if len(items) != len(others):
                return path
            for n, (item, its) in enumerate(zip(items, others, strict=True)):
                found = self.of(item, its, class_name, f"{path}[{n}]", plain)
                if found is not None:
                    return found
            return None
        return self.of(one, other, class_name, path, plain)

    def _is(self, class_name: str) -> bool:
        return bool(class_name) and self._shape.is_class(class_name) and not self._shape.is_opaque(class_name)

    def _names_itself(self, one: Any, other: Any) -> bool:
        return bool(self._own_id) and isinstance(one, str) and str(other).casefold() == self._own_id


def _listed(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if not _says_nothing(item)]


def _says_nothing(value: Any) -> bool:
    """Whether there is nothing in it: null, an empty text, or an object or list of such."""
    if value is None or value == "":
        return True
    if isinstance(value, dict):
        return all(_says_nothing(member) for name, member in value.items() if name != TYPE)
    return isinstance(value, list) and all(_says_nothing(item) for item in value)


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, bool) is not isinstance(second, bool):
        return False
    return bool(first == second)
