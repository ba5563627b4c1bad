"""The one structural fault that only XML has: an element that stands in the wrong order."""

from termserver.model.documents import Field
from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.parsing.xml import Element, local_name
from termserver.validation import wording
from termserver.validation.shape import Shape
from termserver.validation.xml_message import XSI

_STRUCTURE_ERROR = 4


_Known = tuple[str, Field, int] | None
"""A field by its name and its place in the order; None for a child element that is no field."""


def order_faults(root: Element, shape: Shape) -> list[Finding]:
    """Every field that stands after one it must precede, each once."""
    orders = _Orders(shape)
    orders.look_at(root, shape.type.root, "")
    return list(orders.faults.values())


class _Orders:
    def __init__(self, shape: Shape) -> None:
        self.faults: dict[str, Finding] = {}
        self._shape = shape
        self._known: dict[str, dict[str, _Known]] = {}
        """By class, what its child elements are by their tags."""

    def look_at(self, node: Element, class_name: str, path: str) -> None:
        marked = (node.get(f"{XSI}type") or "").rpartition(":")[2]
        if marked and self._shape.extends(marked, class_name):
            class_name = marked
        by_tag = self._known.setdefault(class_name, {})
        last, last_name = -1, ""
        for child in node:
            tag: str = child.tag
            if tag in by_tag:
                known = by_tag[tag]
            else:
                known = by_tag[tag] = self._field(child, class_name)
            if known is None:
                continue
            name, field, order = known
            if not field.attribute:
                if order < last:
                    self._misplaced(f"{path}.{name}" if path else name, name, last_name)
                else:
                    last, last_name = order, name
            if not len(child) or not self._shape.is_class(field.type):
                continue
            here = f"{path}.{name}" if path else name
            if field.repeats:
                for n, item in enumerate(child):
                    self.look_at(item, field.type, f"{here}[{n}]")
            else:
                self.look_at(child, field.type, here)

    def _field(self, child: Element, class_name: str) -> _Known:
        known = self._shape.of(class_name)
        name = known.by_lower.get(local_name(child).lower())
        return None if name is None else (name, known.fields[name], known.order[name])

    def _misplaced(self, path: str, name: str, after: str) -> None:
        if path not in self.faults:
            said, hint = wording.out_of_order(name, after)
            where = Location(path)
            self.faults[path] = Finding(
                "structure.order", Layer.STRUCTURE, Severity.ERROR, said, where, hint, _STRUCTURE_ERROR
            )
