"""ValueSet $expand: the codes of a value set, a page of them or all, flat or as a tree."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyroaring import BitMap

from termserver.fhir import urls
from termserver.fhir.budget import EXPANSION_LIMIT, PAGE_LIMIT
from termserver.fhir.contains import Renderer
from termserver.fhir.contents import Contents, Part
from termserver.fhir.options import Request
from termserver.fhir.outcomes import Json, problem, refused
from termserver.fhir.standing import warnings
from termserver.fhir.value_set import ValueSet
from termserver.fhir.versions import split

_META = ("language", "url", "version", "name", "title", "status", "experimental", "date")
_FLAGS = (
    "activeOnly",
    "excludeNested",
    "excludeNotForUI",
    "excludePostCoordinated",
    "includeDefinition",
    "includeDesignations",
)


@dataclass
class Page:
    """What is shown of an expansion, and how much there is."""

    total: int
    rows: list[tuple[Part, int]]
    nested: bool


def expand(request: Request) -> Json:
    """The expanded ValueSet; raise ``FhirProblem``."""
    asked = request.asked
    value_set = request.value_set()
    if value_set is None:
        raise refused(
            400,
            "required",
            "Name the value set: url or valueSet",
            "مجموعهٔ مقادیر را نام ببرید: url یا valueSet",
        )
    languages = request.languages(value_set)
    contents = Contents(request.library, request.rules(value_set), request.clock(), request.supplements(value_set))
    contents.without = frozenset(split(canonical)[0] for canonical in asked.texts("exclude-system"))
    parts = contents.of(value_set)
    flags = {name: flag for name in _FLAGS if (flag := asked.flag(name)) is not None}
    _drop(parts, bool(flags.get("activeOnly")), bool(flags.get("excludeNotForUI")))
    text, offset, count = asked.text("filter"), asked.number("offset"), asked.number("count")
    ranked = _matching(parts, text, _end(offset, count)) if text else None
    page = _page(value_set, parts, ranked, offset, count, not request.nested or bool(flags.get("excludeNested")))
    renderer = Renderer(
        languages,
        bool(flags.get("includeDesignations")),
        asked.texts("designation"),
        asked.texts("property") or _wished(value_set),
        _several_versions(value_set),
    )
    if text:  # words are looked for in a list; only where a filter has cut out a branch its shape is kept
        for part in parts:
            part.nested = part.nested and part.filtered
    contains = _tree(page.rows, renderer, request.clock().spend) if page.nested else _flat(page.rows, renderer)
    expansion: Json = {
        "identifier": f"urn:uuid:{uuid.uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "total": page.total,
    }
    unclosed = [part.system for part in parts if part.system.head.content == "fragment" or part.system.head.grammar]
    if unclosed:
        expansion["extension"] = [{"url": urls.VS_UNCLOSED, "valueBoolean": True}]
    if offset is not None:
        expansion["offset"] = offset
    expansion["parameter"] = _parameters(request, value_set, contents, languages.text, flags)
    if renderer.used:
        expansion["property"] = renderer.declared()
    if contains:
        expansion["contains"] = contains
    shown = {"resourceType": "ValueSet"}
    if flags.get("includeDefinition"):
        shown |= {key: value for key, value in value_set.resource.items() if key not in ("text", "expansion")}
    else:
        shown |= {key: value_set.resource[key] for key in _META if key in value_set.resource}
    shown["expansion"] = expansion  # type: ignore[assignment]
    return shown


def _drop(parts: Sequence[Part], inactive: bool, abstract: bool) -> None:
    for part in parts:
        if inactive:
            part.members = part.members - part.system.inactive
        if abstract:
            part.members = part.members - part.system.abstract


def _end(offset: int | None, count: int | None) -> int | None:
    """How many rows are passed over and shown at most; None: all of them."""
    if offset is None and count is None:
        return None
    return (offset or 0) + min(EXPANSION_LIMIT if count is None else count, PAGE_LIMIT)


def _matching(parts: Sequence[Part], text: str, enough: int | None) -> list[tuple[Part, BitMap]]:
    """The members that fit the user's words, the best kind of match first, ``enough`` of each part; the parts keep
    only what fits."""
    ranked: list[tuple[int, Part, BitMap]] = []
    for part in parts:
        kinds = part.system.matching(text)
        everything = getattr(kinds, "everything", None)
        kept = BitMap()
        for n, kind in enumerate(kinds):
            found = (part.members & kind) - kept
            if found:
                ranked.append((n, part, found))
                kept |= found
                if everything is not None and enough is not None and len(kept) >= enough:
                    kept = part.members & everything
                    break
        part.members = kept
    ranked.sort(key=lambda one: one[0])
    return [(part, found) for _, part, found in ranked]


def _page(
    value_set: ValueSet,
    parts: Sequence[Part],
    ranked: list[tuple[Part, BitMap]] | None,
    offset: int | None,
    count: int | None,
    flat: bool,
) -> Page:
    total = sum(len(part.members) for part in parts)
    if count is None and offset is None and total > EXPANSION_LIMIT:
        raise problem(422, "too-costly", "VALUESET_TOO_COSTLY", value_set.name, EXPANSION_LIMIT)
    runs = ranked if ranked is not None else [(part, part.members) for part in parts]
    if offset is None and count is None:
        rows = [(part, ordinal) for part, members in runs for ordinal in _in_order(part, members, 0, len(members))]
        return Page(total, rows, not flat)
    first = offset or 0
    left = min(EXPANSION_LIMIT if count is None else count, PAGE_LIMIT)
    rows = []
    for part, members in runs:
        size = len(members)
        if first >= size:
            first -= size
            continue
        some = list(_in_order(part, members, first, first + left))
        rows += [(part, ordinal) for ordinal in some]
        left -= len(some)
        first = 0
        if left <= 0:
            break
    return Page(total, rows, False)


def _in_order(part: Part, members: BitMap, first: int, end: int) -> Iterator[int]:
    if part.order is None:
        yield from members[first:end]
    else:
        yield from [ordinal for ordinal in part.order if ordinal in members][first:end]


def _flat(rows: Sequence[tuple[Part, int]], renderer: Renderer) -> list[Json]:
    return [renderer.contains(part.system, ordinal, part.listed.get(ordinal)) for part, ordinal in rows]


def _tree(rows: Sequence[tuple[Part, int]], renderer: Renderer, spend: Callable[[int], None]) -> list[Json]:
    """Every concept under the nearest one above it that is in the expansion too; listed ones stay where they are."""
    made: dict[tuple[int, int], Json] = {}
    for part, ordinal in rows:
        made[id(part), ordinal] = renderer.contains(part.system, ordinal, part.listed.get(ordinal))
    top: list[Json] = []
    for part, ordinal in rows:
        shown = made[id(part), ordinal]
        above = None
        if part.nested:
            spend(1)
            above = _nearest(part, ordinal)
        if above is None:
            top.append(shown)
        else:
            made[id(part), above].setdefault("contains", []).append(shown)
    return top


def _nearest(part: Part, ordinal: int) -> int | None:
    level, seen = part.system.parents(ordinal), {ordinal}
    while level:
        found = next((one for one in level if one in part.members), None)
        if found is not None:
            return found
        seen.update(level)
        level = tuple(above for one in level for above in part.system.parents(one) if above not in seen)
    return None


def _several_versions(value_set: ValueSet) -> frozenset[str]:
    """The systems of which the value set names more than one version: only there a code needs its version."""
    pinned: dict[str, set[str]] = {}
    for include in (*value_set.include, *value_set.exclude):
        if include.system:
            pinned.setdefault(include.system, set()).add(include.version)
    return frozenset(url for url, versions in pinned.items() if len(versions) > 1 or "*" in versions)


def _wished(value_set: ValueSet) -> list[str]:
    compose = value_set.resource.get("compose") or {}
    return [str(one) for one in compose.get("property", ())]


def _parameters(
    request: Request, value_set: ValueSet, contents: Contents, language: str, flags: dict[str, bool]
) -> list[Json]:
    asked, used = request.asked, contents.used
    said: list[Json] = [{"name": name, "valueBoolean": flag} for name, flag in flags.items()]
    if language:
        said.append({"name": "displayLanguage", "valueCode": language})
    for name in ("count", "offset"):
        if (number := asked.number(name)) is not None:
            said.append({"name": name, "valueInteger": number})
    if asked.text("filter"):
        said.append({"name": "filter", "valueString": asked.text("filter")})
    said += [{"name": "designation", "valueString": one} for one in asked.texts("designation")]
    said += [{"name": "exclude-system", "valueUri": one} for one in asked.texts("exclude-system")]
    said += [{"name": name, "valueUri": canonical} for name, canonical in used.rules]
    said += [{"name": "used-codesystem", "valueUri": vurl} for vurl in used.systems]
    said += [{"name": "used-valueset", "valueUri": vurl} for vurl in used.value_sets]
    said += [{"name": "used-supplement", "valueUri": vurl} for vurl in used.supplements]
    said += [
        {"name": "used-fragment", "valueUri": vurl}
        for vurl, system in used.systems.items()
        if system.head.content == "fragment"
    ]
    if used.versions_match:
        said.append({"name": "versionsMatch", "valueBoolean": True})
    said += [
        {"name": f"warning-{status}", "valueUri": vurl}
        for status, _, vurl in warnings(
            value_set, [value_set, *used.value_sets.values()], [system.head for system in used.systems.values()]
        )
    ]
    return said
