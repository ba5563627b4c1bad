"""FHIR's XML and JSON forms of the same resources: written for any, read for those that a request may carry."""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from termserver.fhir.outcomes import Json, refused
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import Element, attributes, local_name, parse

NAMESPACE = "http://hl7.org/fhir"
_XHTML = "{http://www.w3.org/1999/xhtml}div"
_FIRST = [
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "url",
    "identifier",
    "version",
    "name",
    "title",
    "status",
    "experimental",
    "date",
    "publisher",
    "contact",
    "description",
    "useContext",
    "jurisdiction",
    "purpose",
    "copyright",
]
_AS_GIVEN = frozenset(
    ("Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "OrganizationAffiliation")
)
"""Resources that have an order of their own, and come in it."""
_PLACE = {name: n for n, name in enumerate(_FIRST)}

_LISTS = frozenset(
    [
        "parameter",
        "part",
        "extension",
        "modifierExtension",
        "contained",
        "concept",
        "designation",
        "include",
        "exclude",
        "coding",
        "identifier",
        "contact",
        "telecom",
        "useContext",
        "jurisdiction",
        "group",
        "element",
        "product",
        "entry",
        "issue",
        "additionalUse",
        "operator",
        "uniqueId",
        "location",
        "expression",
        "additionalAttribute",
    ]
)
"""Elements that are lists wherever they stand."""
_LISTS_IN = {
    "property": ("CodeSystem", "concept", "ConceptMap", "target", "compose", "expansion", "contains"),
    "filter": ("CodeSystem", "include", "exclude"),
    "valueSet": ("include", "exclude"),
    "target": ("element",),
    "dependsOn": ("target",),
    "contains": ("expansion", "contains"),
    "link": ("Bundle",),
    "subproperty": ("property",),
}
"""Elements that are lists under these ones."""
_FLAGS = frozenset(
    [
        "experimental",
        "caseSensitive",
        "compositional",
        "versionNeeded",
        "abstract",
        "inactive",
        "immutable",
        "userSelected",
        "noMap",
        "preferred",
        "valueBoolean",
    ]
)
_COUNTS = frozenset(["count", "total", "offset", "valueInteger", "valuePositiveInt", "valueUnsignedInt"])


def write(resource: Json) -> bytes:
    """The resource as XML."""
    kind = str(resource.get("resourceType", "Parameters"))
    inner = "".join(_resource(resource))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{NAMESPACE}">{inner}</{kind}>\n'.encode()


def _resource(resource: Json) -> Iterator[str]:
    shown = [key for key in resource if key != "resourceType" and not (key.startswith("_") and key[1:] in resource)]
    if resource.get("resourceType") not in _AS_GIVEN:
        shown.sort(key=lambda key: _PLACE.get(key.removeprefix("_"), len(_PLACE)))
    for key in shown:
        yield from _member(key, resource, True)


def _member(key: str, holder: Json, in_resource: bool) -> Iterator[str]:
    name = key.removeprefix("_")
    values, more = holder.get(name), holder.get(f"_{name}")
    if not isinstance(values, list) and not isinstance(more, list):
        yield from _element(name, values, more, in_resource)
        return
    many = max(len(values or ()), len(more or ()))
    values, more = values or [None] * many, more or [None] * many
    for value, extra in zip(values, more, strict=False):
        yield from _element(name, value, extra, in_resource)


def _element(name: str, value: Any, more: Json | None, in_resource: bool) -> Iterator[str]:
    if name == "div" and isinstance(value, str):
        yield value
    elif isinstance(value, dict) and "resourceType" in value:
        kind = str(value["resourceType"])
        yield f"<{name}><{kind}>{''.join(_resource(value))}</{kind}></{name}>"
    elif isinstance(value, dict):
        marks = "".join(
            f" {mark}={_quoted(str(value[mark]))}"
            for mark in ("id", "url")
            if mark in value and (mark == "id" or name in ("extension", "modifierExtension"))
        )
        inner = [
            key
            for key in value
            if key != "id"
            and not (key == "url" and name in ("extension", "modifierExtension"))
            and not (key.startswith("_") and key[1:] in value)
        ]
        yield f"<{name}{marks}>{''.join(piece for key in inner for piece in _member(key, value, False))}</{name}>"
    elif value is not None or more:
        said = "" if value is None else f" value={_quoted(_text(value))}"
        extensions = "".join(_member("extension", more, False)) if more and "extension" in more else ""
        yield f"<{name}{said}>{extensions}</{name}>" if extensions else f"<{name}{said}/>"


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    # control characters have no place in XML 1.0, not even escaped
    clean = "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
    return quoteattr(clean, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def read(data: bytes) -> Json:
    """The resource as JSON; raise ``FhirProblem`` if it is not FHIR's XML."""
    try:
        root = parse(data)
    except Unreadable as error:
        text = error.message if hasattr(error, "message") else None
        raise refused(400, "structure", f"The body is not XML: {text or error}", "بدنه XML درستی نیست") from error
    if not str(root.tag).startswith(f"{{{NAMESPACE}}}"):
        raise refused(400, "structure", f"The root is not in {NAMESPACE}", f"ریشه در {NAMESPACE} نیست")
    return {"resourceType": local_name(root), **_read(root, local_name(root))}


def _read(element: Element, kind: str) -> Json:
    said: Json = {name: value for name, value in attributes(element) if name in ("id", "url")}
    for child in element:
        name = local_name(child)
        value, more = _value(child, name)
        listed = name in _LISTS or kind in _LISTS_IN.get(name, ())
        if listed:
            if value is not None:
                said.setdefault(name, []).append(value)
            continue
        if value is not None:
            said[name] = value
        if more:
            said[f"_{name}"] = more
    return said


def _value(element: Element, name: str) -> tuple[Any, Json | None]:
    if element.tag == _XHTML:
        return '<div xmlns="http://www.w3.org/1999/xhtml">…</div>', None
    children = list(element)
    if name in ("resource", "contained") and len(children) == 1:
        kind = local_name(children[0])
        return {"resourceType": kind, **_read(children[0], kind)}, None
    text = element.get("value")
    if text is None:
        found = _read(element, name)
        if set(found) == {"extension"} and name != "extension" and not _complex(children):
            return None, found
        return found or None, None
    extensions = {"extension": [_read(child, "extension") for child in children]} if children else None
    if name in _FLAGS:
        return text == "true", extensions
    if name in _COUNTS and text.lstrip("-").isdigit() and len(text) < 12:
        return int(text), extensions
    if name == "valueDecimal":
        try:
            number = float(text)
        except ValueError:
            return text, extensions
        return (int(number) if number.is_integer() else number), extensions
    return text, extensions


def _complex(children: Iterable[Element]) -> bool:
    return any(local_name(child) != "extension" for child in children)


__all__ = ["read", "write"]
