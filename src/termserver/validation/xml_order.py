"""The one structural fault that only XML has: an element that stands in the wrong order."""

from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.parsing.xml import Element, local_name
from termserver.validation import wording
from termserver.validation.shape import Shape
from termserver.validation.xml_message import XSI

_STRUCTURE_ERROR = 4


def order_faults(root: Element, shape: Shape) -> list[Finding]:
    """Every element that stands after one it must precede."""
    faults: list[Finding] = []
    _class(root, shape, shape.type.root, "", faults)
    return faults


def _class(node: Element, shape: Shape, class_name: str, path: str, faults: list[Finding]) -> None:
    marked = (node.get(f"{XSI}type") or "").rpartition(":")[2]
    if marked and shape.extends(marked, class_name):
        class_name = marked
    known = shape.of(class_name)
    last, last_name = -1, ""
    for child in node:
        name = known.by_lower.get(local_name(child).lower())
        if name is None:
            continue
        field, order = known.fields[name], known.order[name]
        here = f"{path}.{name}" if path else name
        if not field.attribute:
            if order < last:
                said, hint = wording.out_of_order(name, last_name)
                faults.append(
                    Finding(
                        "structure.order", Layer.STRUCTURE, Severity.ERROR, said, Location(here), hint, _STRUCTURE_ERROR
                    )
                )
            else:
                last, last_name = order, name
        if not len(child) or not shape.is_class(field.type):
            continue
        if field.repeats:
            for n, item in enumerate(child):
                _class(item, shape, field.type, f"{here}[{n}]", faults)
        else:
            _class(child, shape, field.type, here, faults)
