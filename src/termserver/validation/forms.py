"""One canonical spelling of a JSON message, whatever its sender's tools put in.

Names in any case of letters, null for absent, the type marks of serializers, and the known
misspellings of a document type. (XML is read into the canonical form by ``xml_message``.)
"""

from dataclasses import dataclass, field
from typing import Any

from termserver.model.documents import Field, Variant
from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.parsing.json import refuse_duplicates
from termserver.validation import wording
from termserver.validation.message import TYPE, Message, bare_class
from termserver.validation.shape import Shape

_JSON_TYPE = frozenset(("$type", "@type", "xsi:type"))
_WRONG_DATA = 7


@dataclass(slots=True)
class Spelling:
    """What was mended and is to be said."""

    findings: list[Finding] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    """The right names of misspelt members by what is written, in small letters."""

    def add(self, rule: str, path: str, said: wording.Said) -> None:
        self.findings.append(
            Finding(rule, Layer.STRUCTURE, Severity.WARNING, said[0], Location(path), said[1], _WRONG_DATA)
        )


def canonical_json(message: Any, shape: Shape, data: bytes) -> tuple[Any, Spelling]:
    """The message with canonical names and without nulls, and what was mended in it.

    Raise Unreadable if two keys of one object fall together; ``data`` is the document, to tell where.
    """
    reading = _Reading(shape)
    canonical = reading.canonical(message, shape.type.root, "", "")
    if reading.clashes:
        refuse_duplicates(data.decode("utf-8-sig"), any_case=True)
    return canonical, reading.spelling


class _Reading:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.clashes: list[str] = []
        self.spelling = Spelling()
        self.says = shape.type.open or bool(shape.type.variants)
        """Whether a spelling is worth a word; else nobody asks where a member stands."""
        self.names: dict[str, dict[str, tuple[str, Variant]]] = {}
        """Other names of the members below a path, by what is written."""
        self.types: dict[str, Variant] = {}
        for variant in shape.type.variants:
            above, _, right = variant.path.rpartition(".")
            known = self.names.setdefault(above, {})
            known |= dict.fromkeys(variant.names, (right, variant))
            if variant.types:
                self.types[variant.path] = variant

    def canonical(self, value: Any, class_name: str, path: str, plain: str) -> Any:
        if not isinstance(value, dict):
            return value
        shape, known = self.shape, self.shape.of(class_name)
        others = self.names.get(plain)
        canonical: Message = {}
        for key, member in value.items():
            if key in _JSON_TYPE:
                subclass = bare_class(member) if isinstance(member, str) else member
                if subclass != class_name and member is not None:
                    canonical[TYPE] = subclass
                    if isinstance(subclass, str) and shape.extends(subclass, class_name):
                        known = shape.of(subclass)
                continue
            name, source = key, ""
            member_field = known.fields.get(key)
            if member_field is None:
                other = others.get(key) if others else None
                if other is not None and other[0] not in value:
                    name, source = other[0], other[1].source
                else:
                    name = known.by_lower.get(key.lower(), key)
                member_field = known.fields.get(name) if name != key else None
            if name in canonical:
                self.clashes.append(name)
            if member is None:
                continue
            if member_field is not None:
                here = below = ""
                if self.says:
                    here, below = (f"{path}.{name}", f"{plain}.{name}") if path else (name, name)
                if name != key and (source or shape.type.open):
                    self.spelling.add("structure.spelling", here, wording.misspelt(key, name, source))
                    self.spelling.written[key.lower()] = name.lower()
                member = self.member(member, member_field, here, below)
            canonical[name] = member
        return canonical

    def member(self, value: Any, known: Field, path: str, plain: str) -> Any:
        if self.shape.is_class(known.type):
            if isinstance(value, list):
                return [
                    self.canonical(item, known.type, f"{path}[{n}]", plain) if isinstance(item, dict) else item
                    for n, item in enumerate(value)
                ]
            return self.canonical(value, known.type, path, plain)
        variant = self.types.get(plain)
        mended = None if variant is None else _mended(value, known, variant)
        if variant is None or mended is None:
            return value
        self.spelling.add("structure.type-tolerated", path, wording.tolerated(known, value, variant.source))
        return mended


def _mended(value: Any, known: Field, variant: Variant) -> Any:
    """The value as the field wants it; None where it is not one of the other types that are known."""
    if known.type == "string" and "int" in variant.types and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if known.type in ("int", "long") and "string" in variant.types and isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    return None
