"""A FHIR CodeSystem as a code system of the house: searched, browsed and judged by like any other."""

import re
from collections.abc import Iterator
from typing import Any

from termserver.importers.taken import Gathering, Notes
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
    Status,
)
from termserver.model.text import Text
from termserver.model.values import replace

Json = dict[str, Any]

WEIGHT = 40
"""Of imported systems in a search over all: after the national ones."""
_URI = "http://hl7.org/fhir/concept-properties#"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
_INACTIVE = frozenset({"inactive", "retired", "withdrawn"})
_TYPES = ("dateTime", "decimal", "integer", "boolean", "code", "Coding")
_MEANT = {"parent": "parent", "subsumedBy": "parent", "child": "child", "inactive": "inactive", "status": "status"}
_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """An id as the content folders know them."""
    return _SLUG.sub("-", text.lower()).strip("-")[:80] or "unnamed"


def text_of(resource: Json, name: str) -> Text:
    """A text with its Persian or English translations."""
    said = resource.get(name)
    found = {"fa" if str(resource.get("language", "")).startswith("fa") else "en": str(said)} if said else {}
    more = resource.get(f"_{name}")
    for extension in (more.get("extension") or ()) if isinstance(more, dict) else ():
        if extension.get("url") == _TRANSLATION:
            parts = {one.get("url"): one for one in extension.get("extension", ())}
            language = str(parts.get("lang", {}).get("valueCode", ""))[:2]
            content = parts.get("content", {})
            if language in ("fa", "en"):
                found.setdefault(language, str(content.get("valueString") or content.get("valueMarkdown") or ""))
    return Text(found.get("fa", ""), found.get("en", ""))


def content_of(resource: Json, id: str, base: CodeSystem | None, notes: Notes) -> CodeSystemContent:
    """The code system with its concepts; ``base`` is the one that is registered under the same url."""
    folds = resource.get("caseSensitive") is False
    kinds = _kinds(resource)
    own = Notes(notes.file)
    gathered = Gathering(own, folds)
    children: list[tuple[str, str]] = []
    persian = str(resource.get("language", "")).startswith("fa")
    for n, (said, above) in enumerate(_walk(resource.get("concept")), start=1):
        concept, below = _concept(said, above, kinds, persian)
        gathered.put(concept, n)
        children += [(code, concept.code) for code in below]
    for code, parent in children:
        known = gathered.get(code)
        if known is not None and parent not in known.parents:
            gathered.change(code, parents=(*known.parents, parent))
    concepts = gathered.concepts()
    place = f"{resource.get('url')}"
    for row in own.rows:
        notes.note(0, place, row.outcome, row.rule, row.message, row.before)
    notes.facts["concepts"] += len(concepts)
    return CodeSystemContent(_system(resource, id, base, folds, concepts), concepts)


def _system(resource: Json, id: str, base: CodeSystem | None, folds: bool, concepts: tuple[Concept, ...]) -> CodeSystem:
    content = str(resource.get("content", "complete"))
    oid = next(
        (
            str(one["value"]).removeprefix("urn:oid:")
            for one in resource.get("identifier", ())
            if isinstance(one, dict) and str(one.get("value", "")).startswith("urn:oid:")
        ),
        "",
    )
    title = text_of(resource, "title")
    declared = [
        PropertyDefinition(
            str(one.get("code", "")),
            Text(en=str(one.get("description") or one.get("code", ""))[:200]),
            str(one["type"]) if one.get("type") in _TYPES else "string",
        )
        for one in resource.get("property", ())
        if one.get("code") and _kinds(resource).get(str(one["code"])) not in ("parent", "child")
    ]
    known = {one.code for one in declared}
    used = dict.fromkeys(said.code for concept in concepts for said in concept.properties)
    declared += [PropertyDefinition(code, Text(en=code)) for code in used if code not in known]
    unique = {one.code: one for one in reversed(declared)}
    made = CodeSystem(
        id=id,
        url=str(resource["url"]),
        title=title if str(title) else Text(en=str(resource.get("name") or id)),
        version=str(resource.get("version") or "not-stated"),
        content=Content(content) if content in list(Content) else Content.COMPLETE,
        oid=oid,
        publisher=str(resource.get("publisher", "")),
        source=str(resource["url"]),
        licence=str(resource.get("copyright", ""))[:2000],
        description=text_of(resource, "description"),
        provisional=resource.get("experimental") is True,
        case_sensitive=not folds,
        hierarchy=str(resource.get("hierarchyMeaning", "")),
        weight=WEIGHT,
        properties=tuple(reversed(unique.values())),
    )
    if base is None:
        return made
    kept = {one.code for one in made.properties}
    return replace(
        made,
        id=base.id,
        native_id=base.native_id,
        aliases=base.aliases,
        oid=base.oid or oid,
        title=base.title,
        weight=base.weight,
        shape=base.shape if made.content is not Content.COMPLETE else "",
        properties=(*made.properties, *(one for one in base.properties if one.code not in kept)),
    )


def _kinds(resource: Json) -> dict[str, str]:
    """The code of a property → what it means, by its URI first."""
    found = dict(_MEANT)
    for one in resource.get("property", ()):
        uri = str(one.get("uri", ""))
        name = uri[len(_URI) :] if uri.startswith(_URI) else str(one.get("code", ""))
        found[str(one.get("code", ""))] = _MEANT.get(name, "")
    return found


def _walk(concepts: Any) -> Iterator[tuple[Json, str]]:
    """Every concept of a nested list with the code it stands under, in their order."""
    waiting = [(one, "") for one in reversed(concepts if isinstance(concepts, list) else [])]
    while waiting:
        said, above = waiting.pop()
        yield said, above
        inner = said.get("concept")
        if isinstance(inner, list):
            waiting += [(one, str(said.get("code", ""))) for one in reversed(inner)]


def _concept(said: Json, above: str, kinds: dict[str, str], persian: bool) -> tuple[Concept, list[str]]:
    parents = [above] if above else []
    children: list[str] = []
    properties: list[Property] = []
    replaced: list[str] = []
    status, inactive = "", False
    if said.get("definition"):
        properties.append(Property("definition", str(said["definition"])))
    for one in said.get("property", ()):
        code, value = str(one.get("code", "")), plain(one)
        meant = kinds.get(code, "")
        if meant == "parent":
            if value not in parents:
                parents.append(value)
            continue
        if meant == "child":
            children.append(value)
            continue
        if meant == "inactive":
            inactive = value == "true"
        elif meant == "status":
            status = value
        if code == "replacedBy":
            replaced.append(value)
        elif value:
            properties.append(Property(code, value))
    for extension in said.get("extension", ()):
        if extension.get("url") == _STANDARDS_STATUS and not status:
            status = str(extension.get("valueCode", ""))
    display = str(said.get("display") or "")
    fa, en = (display, "") if persian else ("", display)
    names: list[Designation] = []
    for one in said.get("designation", ()):
        language, value = str(one.get("language") or "en"), str(one.get("value") or "")
        use = str((one.get("use") or {}).get("code") or "")
        if not value:
            continue
        if use in ("", "display", "preferredForLanguage") and language.startswith("fa") and not fa:
            fa = value
        elif use in ("", "display", "preferredForLanguage") and language.startswith("en") and not en:
            en = value
        elif value != display:
            names.append(Designation(language, value, use or "synonym"))
    code = str(said.get("code", ""))
    concept = Concept(
        code,
        Text(fa, en) if fa or en else Text(en=code),
        tuple(parents),
        Status.RETIRED if inactive or status in _INACTIVE else Status.ACTIVE,
        replaced_by=tuple(replaced),
        designations=tuple(dict.fromkeys(names)),
        properties=tuple(properties),
    )
    return concept, children


def plain(said: Json) -> str:
    """The value of ``value[x]`` as text."""
    for name, value in said.items():
        if name.startswith("value"):
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, dict):
                return str(value.get("code", value.get("value", "")))
            return str(value)
    return ""
