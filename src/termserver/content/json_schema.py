"""The JSON Schema (2020-12) of a document type, made from its field description.

It describes the JSON twin of the canonical XML form: the same names, lists plain, numbers as JSON
numbers. Senders write every property even where they have nothing to say, so ``null`` stands for
absent wherever a value is not required. ``$type`` names the form of a member that has several.
"""

import json
from collections.abc import Mapping
from typing import Any

from termserver.content.shapes import Member, Shape, shapes
from termserver.model.documents import DocumentType, Use

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPE_MARKER = "$type"
_INT = {"minimum": -(2**31), "maximum": 2**31 - 1}
_SCALARS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "int": {"type": "integer", **_INT},
    "long": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "double": {"type": "number"},
    "bool": {"type": "boolean"},
    "byte": {"type": "string", "pattern": "^[A-Za-z0-9+/=]*$"},
    "DateTime": {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})?$",
    },
    "yyyymmdd": {
        "type": "string",
        "pattern": "^1[0-9]{3}(0[1-6](0[1-9]|[12][0-9]|3[01])|(0[7-9]|1[0-2])(0[1-9]|[12][0-9]|30))$",
    },
    "object": {},
}


def json_schema(document_type: DocumentType) -> dict[str, Any]:
    """The schema of a whole document, its classes in ``$defs``."""
    known = shapes(document_type)
    definitions = {}
    for name, shape in known.items():
        definitions[name] = _definition(shape, known, document_type.open)
        if shape.forms:
            definitions[_any_form(name)] = _forms(shape)
    title = document_type.title
    return {
        "$schema": DIALECT,
        "$id": f"urn:termserver:schema:{document_type.id}:{document_type.version}",
        "$comment": (
            f"Generated from schemas/classes.csv and schemas/{document_type.id}/{document_type.version}/"
            " by: termserver content schemas"
        ),
        "title": title.en,
        "x-title-fa": title.fa,
        "$ref": f"#/$defs/{document_type.root}",
        "type": "object",
        "$defs": definitions,
    }


def json_schema_bytes(document_type: DocumentType) -> bytes:
    """The schema as it is committed: two blanks a level, Persian as it is written, one line feed at the end."""
    return (json.dumps(json_schema(document_type), ensure_ascii=False, indent=2) + "\n").encode()


def _definition(shape: Shape, known: Mapping[str, Shape], is_open: bool) -> dict[str, Any]:
    if shape.opaque:
        return {"type": ["object", "null"]}
    properties = {TYPE_MARKER: {"const": shape.class_name}} if shape.forms or shape.base else {}
    properties |= {member.field.name: _member(member, known, is_open) for member in shape.members}
    said: dict[str, Any] = {"type": ["object", "null"], "properties": properties}
    required = [member.field.name for member in shape.members if member.required]
    if required:
        said["required"] = required
    return said | {"additionalProperties": False}


def _any_form(name: str) -> str:
    return f"{name}.any"


def _forms(shape: Shape) -> dict[str, Any]:
    """The class itself, or a class derived from it when ``$type`` says so."""
    derived = [{"type": "object", "required": [TYPE_MARKER], "$ref": f"#/$defs/{form}"} for form in shape.forms]
    return {"anyOf": [{"$ref": f"#/$defs/{shape.name}"}, *derived]}


def _member(member: Member, known: Mapping[str, Shape], is_open: bool) -> dict[str, Any]:
    field = member.field
    said: dict[str, Any] = {"title": field.title.en, "x-title-fa": field.title.fa}
    if field.use == Use.EXPECTED:
        said["x-use"] = str(field.use)
    if field.binding:
        said["x-binding"] = list(field.binding)
    if field.identifiers:
        said["x-identifiers"] = list(field.identifiers)
    if field.repeats:
        least = {"minItems": 1} if member.required else {}
        return said | {"type": _or_null("array", member)} | least | {"items": _value(member, known, required=True)}
    said |= _value(member, known, member.required)
    if is_open and (field.binding or field.identifiers) and field.type == "string":
        said["minLength"] = 1  # an empty code or number is none; the validator takes it for absent
    return said


def _value(member: Member, known: Mapping[str, Shape], required: bool) -> dict[str, Any]:
    field = member.field
    if member.shape:
        name = _any_form(member.shape) if known[member.shape].forms else member.shape
        return {"$ref": f"#/$defs/{name}"} | ({"type": "object"} if required else {})
    said = dict(_SCALARS[field.type])
    if not required and "type" in said:
        said["type"] = [said["type"], "null"]
    if required and field.type == "string":
        said["minLength"] = 1
    if field.max_length is not None:
        said["maxLength"] = field.max_length
    if field.pattern:
        said["pattern"] = f"^(?:{field.pattern})$"
    if field.minimum is not None:
        said["minimum"] = field.minimum
    if field.maximum is not None:
        said["maximum"] = field.maximum
    return said


def _or_null(name: str, member: Member) -> str | list[str]:
    return name if member.required else [name, "null"]
