"""Where a resource that could not be used is not as FHIR has it: the first place, what should stand there, what does.

Asked only after something failed. It knows the elements that the operations read (FHIR R4 and R5: CodeSystem, ValueSet,
ConceptMap, Parameters, Bundle); whatever else a resource holds is passed over.
"""

from collections.abc import Iterator
from typing import Any

from termserver.fhir.outcomes import FhirProblem, Issue
from termserver.model.text import Text

_TEXT, _FLAG, _NUMBER, _SIMPLE, _RESOURCE = "text", "flag", "number", "simple", "resource"
_WORDS = {
    _TEXT: Text("متن", "a text"),
    _FLAG: Text("true یا false", "true or false"),
    _NUMBER: Text("عدد", "a number"),
    _SIMPLE: Text("مقداری ساده", "a simple value"),
    "list": Text("فهرست", "a list"),
    "object": Text("شیء", "an object"),
    "null": Text("null", "null"),
}
_TEXTS = ("url", "version", "name", "title", "status", "language", "code", "display", "definition", "system", "content")
_COMMON: dict[str, Any] = dict.fromkeys(_TEXTS, _TEXT) | {"extension": ["Extension"]}

_TYPES: dict[str, dict[str, Any]] = {
    "Coding": {},
    "CodeableConcept": {"coding": ["Coding"], "text": _TEXT},
    "Extension": {},
    "Designation": {"use": "Coding", "additionalUse": ["Coding"], "value": _TEXT},
    "Property": {},
    "Declared": {"uri": _TEXT, "description": _TEXT, "type": _TEXT},
    "Concept": {"designation": ["Designation"], "property": ["Property"], "concept": ["Concept"]},
    "CodeSystem": {
        "caseSensitive": _FLAG,
        "supplements": _TEXT,
        "valueSet": _TEXT,
        "property": ["Declared"],
        "concept": ["Concept"],
    },
    "Filter": {"property": _TEXT, "op": _TEXT, "value": _TEXT},
    "Include": {"concept": ["Concept"], "filter": ["Filter"], "valueSet": [_TEXT]},
    "Compose": {"include": ["Include"], "exclude": ["Include"], "inactive": _FLAG, "lockedDate": _TEXT},
    "Contains": {"contains": ["Contains"], "abstract": _FLAG, "inactive": _FLAG, "designation": ["Designation"]},
    "Expansion": {"contains": ["Contains"], "parameter": ["Parameter"], "total": _NUMBER, "offset": _NUMBER},
    "ValueSet": {"compose": "Compose", "expansion": "Expansion", "immutable": _FLAG},
    "Target": {"equivalence": _TEXT, "relationship": _TEXT, "valueSet": _TEXT, "comment": _TEXT},
    "Element": {"target": ["Target"], "noMap": _FLAG, "valueSet": _TEXT},
    "Unmapped": {"mode": _TEXT},
    "Group": {"source": _TEXT, "target": _TEXT, "element": ["Element"], "unmapped": "Unmapped"},
    "ConceptMap": {"group": ["Group"]},
    "Parameter": {"resource": _RESOURCE, "part": ["Parameter"]},
    "Parameters": {"parameter": ["Parameter"]},
    "Asked": {"method": _TEXT},
    "Entry": {"fullUrl": _TEXT, "resource": _RESOURCE, "request": "Asked"},
    "Bundle": {"type": _TEXT, "entry": ["Entry"]},
}
_NEEDED = {"Concept": ("code",), "Filter": ("property", "op", "value"), "Parameter": ("name",), "Extension": ("url",)}
_OBJECTS = ("Coding", "CodeableConcept")
_PRIMITIVES = {"Boolean", "Integer", "Decimal", "String", "Uri", "Code", "Canonical", "Url", "Id", "Date", "DateTime"}
"""Of ``value[x]``, what is an object and what is a simple value; clients write booleans and numbers as texts too."""


def malformed(resource: Any) -> FhirProblem:
    """What to tell whoever sent it: the first place that is wrong, or that something is."""
    found = next(_faults(resource), None)
    if found is None:
        said = Text(
            "منبع یا مقداری که فرستاده شد به شکل FHIR نیست؛ آن را با یک اعتبارسنج FHIR بیازمایید.",
            "A resource or value that was sent is not as FHIR has it; try it with a FHIR validator.",
        )
        return FhirProblem(400, Issue("error", "structure", "", "", said))
    path, wanted, there = found
    said = Text(
        f"{path} باید {wanted.fa} باشد؛ اینجا {there.fa} است." if there else f"{path} نیست و لازم است ({wanted.fa}).",
        f"{path} must be {wanted.en}; here it is {there.en}."
        if there
        else f"{path} is missing; it must be {wanted.en}.",
    )
    return FhirProblem(400, Issue("error", "structure", "", "", said, path))


def _faults(resource: Any) -> Iterator[tuple[str, Text, Text | None]]:
    """Each place that is not as it should be, in the order of the document: what should stand there, and what does."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    waiting: list[tuple[str, Any, Any]] = [(kind if isinstance(kind, str) else "The body", resource, _RESOURCE)]
    while waiting:
        path, value, wanted = waiting.pop()
        if isinstance(wanted, list):
            if not isinstance(value, list):
                yield path, _WORDS["list"], _named(value)
                continue
            waiting += [(f"{path}[{n}]", one, wanted[0]) for n, one in reversed(list(enumerate(value)))]
            continue
        if wanted in _WORDS:
            kind = _kind(value)
            if kind != wanted and (wanted != _SIMPLE or kind in ("list", "object", "null")):
                yield path, _WORDS[wanted], _named(value)
            continue
        if not isinstance(value, dict):
            yield path, _WORDS["object"], _named(value)
            continue
        name = wanted
        if wanted == _RESOURCE:
            name = value.get("resourceType")
            if not isinstance(name, str):
                yield f"{path}.resourceType", _WORDS[_TEXT], None if name is None else _named(name)
                continue
        for needed in _NEEDED.get(name, ()):
            if needed not in value:
                yield f"{path}.{needed}", _WORDS[_TEXT], None
        elements = _COMMON | _TYPES.get(name, {}) if name in _TYPES else {}
        inside = [(f"{path}.{key}", one, elements.get(key) or _value(key)) for key, one in value.items()]
        waiting += [one for one in reversed(inside) if one[2] is not None]


def _value(key: str) -> Any:
    kind = key[5:] if key.startswith("value") else ""
    return kind if kind in _OBJECTS else _SIMPLE if kind in _PRIMITIVES else None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return _FLAG
    for kind, types in ((_TEXT, str), (_NUMBER, int | float), ("list", list), ("object", dict)):
        if isinstance(value, types):
            return kind
    return "null"


def _named(value: Any) -> Text:
    return Text("بولی", "a boolean") if isinstance(value, bool) else _WORDS[_kind(value)]
