"""ConceptMap $translate: where a code leads by the maps, forwards and backwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from termserver.fhir.concept_map import EQUIVALENCES, ConceptMap, Group, Target, read_concept_map
from termserver.fhir.options import Request
from termserver.fhir.outcomes import Json, refused
from termserver.fhir.parameters import answer, parts, said
from termserver.fhir.systems import value_of
from termserver.fhir.versions import joined, matches, split

_NOT = ("not-related-to",)


@dataclass(frozen=True)
class Wanted:
    """What is to be translated, and into what."""

    codings: tuple[tuple[str, str, str], ...]
    reverse: bool
    source_system: str
    target_system: str
    source_scope: str
    target_scope: str
    r5_names: bool


def translate(request: Request) -> Json:
    """The matches of all maps that apply; raise ``FhirProblem`` for a map that is not here."""
    wanted = _wanted(request)
    matches_found: list[Json] = []
    good = False
    depth: frozenset[str] = frozenset()
    for concept_map in _maps(request, wanted):
        for coding in wanted.codings:
            request.clock().spend(16)
            for one, relationship in _matches(request, concept_map, wanted, coding, depth):
                if one not in matches_found:
                    matches_found.append(one)
                    good = good or relationship not in _NOT
    found = [said("result", "Boolean", good)]
    if not good:
        shown = ", ".join(f"{system}#{code}" for system, _, code in wanted.codings)
        found.append(said("message", "String", f"No translation was found for {shown}"))
    return answer([*found, *matches_found])


def _wanted(request: Request) -> Wanted:
    asked = request.asked
    reverse = asked.flag("reverse") or any(
        name in asked for name in ("targetCode", "targetCoding", "targetCodeableConcept")
    )
    backward = reverse and not any(name in asked for name in ("sourceCode", "sourceCoding", "code", "coding"))
    names = ("targetCode", "targetCoding", "targetCodeableConcept") if backward else (
        "sourceCode", "sourceCoding", "sourceCodeableConcept",
    )  # fmt: skip
    source_system = asked.text("sourceSystem", "system")
    target_system = asked.text("targetSystem", "targetsystem")
    codings: list[tuple[str, str, str]] = []
    code = asked.text(names[0]) or asked.text("code")
    # R4's reverse gives the code of the target under the plain names
    system = target_system if backward else source_system
    if code:
        codings.append((*split(system)[:1], asked.text("version", "sourceVersion") or split(system)[1], code))
    for name in (names[1], "coding"):
        coding = asked.one(name)
        if isinstance(coding, dict):
            codings.append((str(coding.get("system", "")), str(coding.get("version", "")), str(coding.get("code", ""))))
    for name in (names[2], "codeableConcept"):
        concept = asked.one(name)
        if isinstance(concept, dict):
            codings += [
                (str(c.get("system", "")), str(c.get("version", "")), str(c.get("code", "")))
                for c in concept.get("coding", ())
            ]
    if not codings:
        raise refused(
            400,
            "required",
            "Say what to translate: sourceCode with sourceSystem, sourceCoding or sourceCodeableConcept",
            "بگویید چه برگردد: sourceCode با sourceSystem، یا sourceCoding، یا sourceCodeableConcept",
        )
    return Wanted(
        tuple(codings),
        bool(reverse),
        split(source_system)[0] if not (reverse and not backward) else "",
        split(target_system)[0],
        asked.text("sourceScope", "source"),
        asked.text("targetScope", "target"),
        backward,
    )


def _maps(request: Request, wanted: Wanted) -> Sequence[ConceptMap]:
    inline = request.asked.resource("conceptMap", "ConceptMap")
    if inline is not None:
        return [read_concept_map(inline)]
    url, version = split(request.asked.text("url"))
    version = request.asked.text("conceptMapVersion") or version
    known = list(request.library.concept_maps())
    if url:
        found = [one for one in known if one.url == url and (not version or matches(version, one.version))]
        if not found:
            canonical = joined(url, version)
            raise refused(
                404, "not-found", f"The ConceptMap '{canonical}' could not be found", f"نگاشت «{canonical}» پیدا نشد"
            )
        return found
    return [
        one
        for one in known
        if (not wanted.source_scope or one.source_scope in ("", wanted.source_scope))
        and (not wanted.target_scope or one.target_scope in ("", wanted.target_scope))
    ]


def _matches(
    request: Request, concept_map: ConceptMap, wanted: Wanted, coding: tuple[str, str, str], seen: frozenset[str]
) -> Iterator[tuple[Json, str]]:
    canonical = joined(concept_map.url, concept_map.version)
    if canonical in seen or len(seen) > 8:
        return
    system, _, code = coding
    for group in concept_map.groups:
        if wanted.reverse:
            if not _fits(group.target, system) or not _fits(group.source, wanted.source_system):
                continue
            for source, display, target in group.reversed(code):
                back = _coding(group.source, group.source_version, source, display)
                if wanted.r5_names:
                    yield _match(request, group, target, canonical, back), target.relationship
                else:
                    yield _match_of(back, target, canonical, None), target.relationship
            continue
        if not _fits(group.source, system) or not _fits(group.target, wanted.target_system):
            continue
        targets, _display = group.elements.get(code, ((), ""))
        for target in targets:
            yield _match(request, group, target, canonical, None), target.relationship
        if code not in group.elements:
            yield from _unmapped(request, concept_map, group, wanted, coding, seen | {canonical})


def _fits(known: str, asked: str) -> bool:
    return not asked or not known or known == asked


def _unmapped(
    request: Request,
    concept_map: ConceptMap,
    group: Group,
    wanted: Wanted,
    coding: tuple[str, str, str],
    seen: frozenset[str],
) -> Iterator[tuple[Json, str]]:
    """What a group says of codes that it does not list."""
    said_of = group.unmapped
    mode = said_of.get("mode")
    canonical = joined(concept_map.url, concept_map.version)
    relationship = str(said_of.get("relationship", "related-to"))
    if mode == "fixed" and said_of.get("code") and coding[0]:
        target = Target(str(said_of["code"]), str(said_of.get("display", "")), relationship, {})
        yield _match(request, group, target, canonical, None), relationship
    elif mode in ("use-source-code", "provided"):
        target = Target(coding[2], "", str(said_of.get("relationship", "equivalent")), {})
        yield _match(request, group, target, canonical, None), target.relationship
    elif mode == "other-map":
        url, version = split(str(said_of.get("otherMap") or said_of.get("url") or ""))
        for other in request.library.concept_maps():
            if other.url == url and (not version or matches(version, other.version)):
                yield from _matches(request, other, wanted, coding, seen)


def _coding(system: str, version: str, code: str, display: str = "") -> Json:
    coding = {"system": system, "version": version, "code": code, "display": display}
    return {key: value for key, value in coding.items() if value}


def _match(request: Request, group: Group, target: Target, canonical: str, source: Json | None) -> Json:
    display = target.display
    if not display:
        system = request.library.system(group.target, group.target_version)
        named = system is not None and system.head.content != "not-present" and request.asked.text("displayLanguage")
        ordinal = system.find(target.code) if system is not None and named else None
        if system is not None and ordinal is not None:
            display = system.concept(ordinal).display
    return _match_of(_coding(group.target, group.target_version, target.code, display), target, canonical, source)


def _match_of(concept: Json, target: Target, canonical: str, source: Json | None) -> Json:
    part = [
        said("relationship", "Code", target.relationship),
        said("equivalence", "Code", EQUIVALENCES.get(target.relationship, "relatedto")),
        said("concept", "Coding", concept),
    ]
    for product in target.said.get("product", ()):
        part.append(parts("product", list(_dependency(product))))
    for depends in target.said.get("dependsOn", ()):
        part.append(parts("dependsOn", list(_dependency(depends))))
    for one in target.said.get("property", ()):
        name, value = value_of(one)
        part.append(parts("property", [said("uri", "Uri", one.get("code", "")), {"name": "value", name: value}]))
    if canonical:
        part.append(said("originMap", "Canonical", canonical))
    if source is not None:
        part.append(said("source", "Coding", source))
    return parts("match", part)


def _dependency(one: Json) -> Iterator[Json]:
    if "property" in one:  # R4
        yield said("element", "Uri", one["property"])
        yield said(
            "concept", "Coding", {k: v for k, v in (("system", one.get("system")), ("code", one.get("value"))) if v}
        )
        return
    yield said("attribute", "Uri", one.get("attribute", ""))
    name, value = value_of(one)
    if name:
        yield {"name": "value", name: value}
