"""One logical message out of an XML tree, whatever the spelling; and back, in the canonical one.

Attributes and child elements become members, wrapped lists become lists, nil and absent are the
same, numbers are numbers where their text is one. Coded text as attributes or child elements and
any of the namespaces met on the wire read alike. What does not fit stays in the message under its
own name, for the walker to explain.
"""

from collections.abc import Callable
from typing import Any

from termserver.model.documents import Field
from termserver.parsing.xml import Element, add_child, attributes, local_name, new_element
from termserver.validation.message import TYPE, Foreign, Message, Repeated
from termserver.validation.shape import Shape

VM = "http://thrita.behdasht.gov.ir/VM/"
NAMESPACES = (
    VM,
    "",
    "http://thrita.behdasht.gov.ir/ClinicalClass/",
    "http://thrita.behdasht.gov.ir/",
    "http://sepas.behdasht.gov.ir/",
    "http://it.behdasht.gov.ir/",
    "CSRA.MOHME.IR/",
)
"""The namespaces met on the wire (exchange.md 1), the canonical one first."""

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NIL = XSI + "nil"
_XSI_TYPE = XSI + "type"

_Reader = Callable[[Element], Any]


class XmlMessages:
    """Reads the XML documents of one type; one object per type and thread-safe."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._readers: dict[str, _Reader] = {}
        self._tables: dict[str, dict[str, tuple[str, _Reader]]] = {}

    def read(self, root: Element) -> Message:
        """The logical message below the root element."""
        return self._class(self._shape.type.root)(root)  # type: ignore[no-any-return]

    def _class(self, name: str) -> _Reader:
        known = self._readers.get(name)
        if known is None:
            if self._shape.is_opaque(name):
                known = _opaque
            else:
                known = self._leaf_reader(name) if self._is_leaf(name) else self._class_reader(name)
            self._readers[name] = known
        return known

    def _is_leaf(self, name: str) -> bool:
        """Whether the class is said in attributes alone (coded text, identifiers)."""
        fields = self._shape.of(name).fields.values()
        return bool(fields) and all(field.attribute for field in fields)

    def _leaf_reader(self, name: str) -> _Reader:
        known = frozenset(self._shape.of(name).fields)
        tolerant = self._class_reader(name)

        def read(node: Element) -> Any:
            members = dict(node.items())
            if members and members.keys() <= known and not len(node):
                return members
            return tolerant(node)

        return read

    def _class_reader(self, name: str) -> _Reader:
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = {}
        shape = self._shape.of(name)
        strings = frozenset(
            field.name for field in shape.fields.values() if field.type == "string" and not field.repeats
        )

        numbers = {
            field.name: _scalar_of(field.type)
            for field in shape.fields.values()
            if field.name not in strings and not field.repeats
        }

        def read(node: Element) -> Any:
            message: Message = {}
            given = attributes(node)
            for key, value in given:
                if key in strings:
                    message[key] = value
                elif key in numbers:
                    message[key] = numbers[key](value)
                else:
                    self._attribute(name, message, key, value)
            if TYPE in message:
                subclass = message[TYPE]
                if subclass != name and self._shape.is_class(subclass) and self._shape.extends(subclass, name):
                    return self._class(subclass)(node)
            for child in node:
                tag = child.tag
                known = table.get(tag) or self._entry(name, table, tag)
                field, reader = known
                value = reader(child)
                if value is None:
                    continue
                if field in message:
                    _repeat(message, field, value)
                else:
                    message[field] = value
            if not message:
                text = node.text
                if text and (text := text.strip()):
                    return text
                if given and node.get(_NIL) in ("true", "1"):
                    return None
            return message

        return read

    def _attribute(self, name: str, message: Message, key: str, value: str) -> None:
        if key == _XSI_TYPE:
            message[TYPE] = value.rpartition(":")[2]
            return
        if key.startswith(XSI):
            return
        local = key.rpartition("}")[2]
        shape = self._shape.of(name)
        field_name = shape.by_lower.get(local.lower(), local)
        field = shape.fields.get(field_name)
        message[field_name] = value if field is None or field.repeats else _scalar_of(field.type)(value)

    def _entry(self, name: str, table: dict[str, tuple[str, _Reader]], tag: str) -> tuple[str, _Reader]:
        """How to read a child element, remembered for names the type knows."""
        namespace, _, local = tag.rpartition("}")
        shape = self._shape.of(name)
        field_name = shape.by_lower.get(local.lower())
        if field_name is None:
            return local, _raw
        written = namespace.removeprefix("{")
        if written not in NAMESPACES:
            return field_name, lambda node: Foreign(written)
        known = table[tag] = field_name, self._field(shape.fields[field_name])
        return known

    def _field(self, field: Field) -> _Reader:
        item = self._class(field.type) if self._shape.is_class(field.type) else _scalar(field.type)
        return self._list(field, item) if field.repeats else item

    def _list(self, field: Field, item: _Reader) -> _Reader:
        exact = f"{{{VM}}}{field.item}"
        names = {f"{{{namespace}}}{field.item}" if namespace else field.item for namespace in NAMESPACES}

        def read(node: Element) -> Any:
            items: list[Any] = []
            for child in node:
                if child.tag == exact or child.tag in names:
                    items.append(item(child))
                else:
                    items.append({local_name(child): _raw(child)})
            if not items and node.get(_NIL) in ("true", "1"):
                return None
            return items

        return read


def _repeat(message: Message, name: str, value: Any) -> None:
    """A field given twice: its values side by side, for the walker to refuse."""
    before = message[name]
    if isinstance(before, Repeated):
        before.append(value)
    else:
        message[name] = Repeated([before, value])


def _raw(node: Element) -> Any:
    """What stands below an element that the type does not know: its text, or just that it is there."""
    if len(node) or node.items():
        return {}
    return (node.text or "").strip()


def _opaque(node: Element) -> Any:
    """Something whose inside is not described: that it is there is all that is known."""
    return None if node.get(_NIL) in ("true", "1") else {}


def _scalar(type_name: str) -> _Reader:
    if type_name == "object":
        return _opaque
    convert = _scalar_of(type_name)

    def read(node: Element) -> Any:
        if len(node):
            return {local_name(node[0]): _raw(node[0])}
        text = node.text
        if text is None:
            return None if node.get(_NIL) in ("true", "1") else "" if convert is str else None
        return convert(text)

    return read


def _scalar_of(type_name: str) -> Callable[[str], Any]:
    return _SCALARS.get(type_name, str)


def whole_number(text: str) -> Any:
    """The int that the text says, else the text."""
    if text.isdigit() and text.isascii() and len(text) < 20:
        return int(text)
    bare = text.strip(" \t\r\n")
    digits = bare[1:] if bare[:1] in ("-", "+") else bare
    return int(bare) if digits.isdigit() and digits.isascii() and len(digits) < 20 else text


def number(text: str) -> Any:
    """The int or float that the text says, else the text."""
    if text.isdigit() and text.isascii() and len(text) < 20:
        return int(text)
    bare = text.strip(" \t\r\n")
    if not bare.isascii() or "_" in bare or len(bare) > 64 or not any(sign.isdigit() for sign in bare):
        return text
    try:
        return int(bare) if bare.lstrip("+-").isdigit() else float(bare)
    except ValueError:
        return text


def truth(text: str) -> Any:
    """The bool that the text says, else the text."""
    return _TRUTH.get(text.strip(" \t\r\n"), text)


_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_SCALARS: dict[str, Callable[[str], Any]] = {
    "int": whole_number,
    "long": whole_number,
    "double": number,
    "bool": truth,
}


def write_xml(message: Message, shape: Shape) -> Element:
    """The message in the canonical XML spelling: root without namespace, all below it in that of its class."""
    root = new_element(shape.type.root, nsmap={"VM": VM, "xsi": XSI[1:-1]})
    _write(root, message, shape, shape.type.root)
    return root


def _write(element: Element, message: Message, shape: Shape, class_name: str) -> None:
    subclass = message.get(TYPE)
    if isinstance(subclass, str) and subclass != class_name and shape.extends(subclass, class_name):
        class_name = subclass
        element.set(_XSI_TYPE, subclass)
    namespace = f"{{{shape.namespace(class_name)}}}"
    for field in shape.of(class_name).fields.values():
        value = message.get(field.name)
        if value is None:
            continue
        if field.attribute:
            element.set(field.name, _text(value))
        elif field.repeats:
            wrapper = add_child(element, namespace + field.name)
            for item in value if isinstance(value, list) else [value]:
                _write_value(add_child(wrapper, namespace + field.item), item, shape, field)
        else:
            for single in value if isinstance(value, Repeated) else [value]:
                _write_value(add_child(element, namespace + field.name), single, shape, field)


def _write_value(element: Element, value: Any, shape: Shape, field: Field) -> None:
    if isinstance(value, dict) and shape.is_class(field.type):
        _write(element, value, shape, field.type)
    else:
        element.text = _text(value)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
