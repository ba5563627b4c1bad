"""One canonical spelling of a JSON message, whatever its sender's tools put in.

Names in any case of letters, null for absent, the type marks of serializers. (XML is read into the
canonical form by ``xml_message``.)
"""

from typing import Any

from termserver.parsing.json import refuse_duplicates
from termserver.validation.message import TYPE, Message, bare_class
from termserver.validation.shape import Shape

_JSON_TYPE = frozenset(("$type", "@type", "xsi:type"))


def canonical_json(message: Any, shape: Shape, data: bytes) -> Any:
    """The message with canonical names and without nulls.

    Raise Unreadable if two keys of one object fall together; ``data`` is the document, to tell where.
    """
    clashes: list[str] = []
    canonical = _canonical(message, shape, shape.type.root, clashes)
    if clashes:
        refuse_duplicates(data.decode("utf-8-sig"), any_case=True)
    return canonical


def _canonical(value: Any, shape: Shape, class_name: str, clashes: list[str]) -> Any:
    if not isinstance(value, dict):
        return value
    known = shape.of(class_name)
    canonical: Message = {}
    for key, member in value.items():
        if key in _JSON_TYPE:
            subclass = bare_class(member) if isinstance(member, str) else member
            if subclass != class_name and member is not None:
                canonical[TYPE] = subclass
                if isinstance(subclass, str) and shape.extends(subclass, class_name):
                    known = shape.of(subclass)
            continue
        field = known.fields.get(key)
        name = key
        if field is None:
            name = known.by_lower.get(key.lower(), key)
            field = known.fields.get(name) if name != key else None
        if name in canonical:
            clashes.append(name)
        if member is None:
            continue
        if field is not None and shape.is_class(field.type):
            if isinstance(member, list):
                member = [_canonical(item, shape, field.type, clashes) for item in member]
            else:
                member = _canonical(member, shape, field.type, clashes)
        canonical[name] = member
    return canonical
