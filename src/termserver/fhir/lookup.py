"""CodeSystem $lookup and $subsumes: what a code means, and how two codes stand to each other."""

from collections.abc import Iterator

from termserver.fhir.budget import Budget
from termserver.fhir.languages import NOBODY, Languages
from termserver.fhir.messages import say
from termserver.fhir.names import all_names, preferred
from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem, Issue, Json, refused
from termserver.fhir.parameters import answer, parts, said
from termserver.fhir.systems import Concept, System, value_of
from termserver.fhir.versions import split


def lookup(request: Request) -> Json:
    """All that is said of a code; raise ``FhirProblem`` with 404 where system or code is unknown."""
    asked = request.asked
    coding = asked.one("coding")
    coding = coding if isinstance(coding, dict) else {}
    url, pinned = split(asked.text("system", "url") or str(coding.get("system", "")))
    code = asked.text("code") or str(coding.get("code", ""))
    version = asked.text("version") or pinned or str(coding.get("version", ""))
    if not url or not code:
        raise refused(
            400, "required", "Say which code: system and code, or coding", "بگویید کدام کد: system و code، یا coding"
        )
    supplements = request.supplements()
    system = system_of(request, url, version)
    system = request.library.supplemented(system, supplements)
    ordinal = system.find(code)
    if ordinal is None:
        raise unknown_code(system, code)
    languages = request.languages()
    return answer(described(request.clock(), system, ordinal, asked.texts("property"), languages))


def system_of(request: Request, url: str, version: str) -> System:
    """The code system by url and version, with content; raise ``FhirProblem`` with 404."""
    wanted, _ = request.rules().determine(url, version)
    found = request.library.system(url, wanted)
    if found is None or found.head.content == "not-present":
        raise unknown_system(request, url, wanted, found)
    return found


def unknown_system(request: Request, url: str, version: str, found: System | None) -> FhirProblem:
    """404: the system, its version or its content is not here."""
    from termserver.fhir.contents import listed_versions

    known = request.library.versions(url)
    if found is not None:
        text = say("CODESYSTEM_CONTENT_MISSING", found.head.vurl)
        return FhirProblem(404, Issue("error", "not-found", "not-found", "CODESYSTEM_CONTENT_MISSING", text))
    if version and known:
        id, values = "UNKNOWN_CODESYSTEM_VERSION", (url, version, listed_versions(known))
    elif version:
        id, values = "UNKNOWN_CODESYSTEM_VERSION_NONE", (url, version, "")
    else:
        id, values = "UNKNOWN_CODESYSTEM", (url, "", "")
    return FhirProblem(404, Issue("error", "not-found", "not-found", id, say(id, *values)))


def unknown_code(system: System, code: str) -> FhirProblem:
    head = system.head
    if head.version:
        id, values = "Unknown_Code_in_Version", (code, head.url, head.version)
    else:
        id, values = "Unknown_Code_in", (code, head.url, "")
    return FhirProblem(404, Issue("error", "not-found", "invalid-code", id, say(id, *values)))


def described(budget: Budget, system: System, ordinal: int, wanted: list[str], languages: Languages) -> Iterator[Json]:
    """The parameters that say all of one concept; ``wanted`` are the properties asked for, none for every one."""
    head, concept = system.head, system.concept(ordinal)

    every = not wanted or "*" in wanted

    def wants(*names: str) -> bool:
        return every or any(name in wanted for name in names)

    yield said("name", "String", str(head.resource.get("name") or head.resource.get("title") or head.url))
    if head.version:
        yield said("version", "String", head.version)
    shown = preferred(concept, head.language, languages) or preferred(concept, head.language, NOBODY)
    # 1..1 in FHIR: a concept without any name is shown by its code
    yield said("display", "String", shown.value if shown is not None and shown.value else concept.code)
    yield said("code", "Code", concept.code)
    yield said("system", "Uri", head.url)
    if concept.definition and wants("definition"):
        yield said("definition", "String", concept.definition)
    yield said("abstract", "Boolean", concept.abstract)
    for canonical in system.supplements:
        yield said("used-supplement", "Canonical", canonical)
    if every or wants("designation") or any(name.startswith("lang.") for name in wanted):
        yield from _designations(concept, head.language, wanted)
    yield from _properties(budget, system, ordinal, concept, wants)


def _designations(concept: Concept, language: str, wanted: list[str]) -> Iterator[Json]:
    only = [name[5:].lower() for name in wanted if name.startswith("lang.")]
    every = not only or "designation" in wanted or "*" in wanted
    for name in all_names(concept, language):
        if not name.value or not (every or name.language.lower() in only):
            continue
        part = []
        if name.language:
            part.append(said("language", "Code", name.language))
        if name.use is not None:
            part.append(said("use", "Coding", name.use))
        part += [said("additionalUse", "Coding", use) for use in name.additional_use]
        part.append(said("value", "String", name.value))
        if name.source:
            part.append(said("source", "Canonical", name.source))
        yield parts("designation", part)


def _properties(budget: Budget, system: System, ordinal: int, concept: Concept, wants) -> Iterator[Json]:  # type: ignore[no-untyped-def]
    head = system.head
    if wants("inactive"):
        yield parts("property", [said("code", "Code", "inactive"), said("value", "Boolean", concept.inactive)])
    for kind, family in (("parent", system.parents(ordinal)), ("child", system.children(ordinal))):
        if wants(kind):
            for one in family:
                budget.spend(16)
                other, display = system.named(one)
                part = [said("code", "Code", kind), said("value", "Code", other)]
                if display:
                    part.append(said("description", "String", display))
                yield parts("property", part)
    for known in concept.properties:
        code = str(known.get("code", ""))
        uri = str(head.properties.get(code, {}).get("uri", ""))
        if head.kind(code) in ("inactive", "parent", "child") or not wants(code, uri):
            continue
        name, value = value_of(known)
        if not name:
            continue
        part = [said("code", "Code", code), {"name": "value", name: value}]
        description = _name_of(system, value) if name == "valueCode" else ""
        if isinstance(value, dict) and value.get("display"):
            description = str(value["display"])
        if description:
            part.append(said("description", "String", description))
        yield parts("property", part)


def _name_of(system: System, code: object) -> str:
    """The display of a code that a property names, where it is one of the same system."""
    ordinal = system.find(code) if isinstance(code, str) else None
    return system.named(ordinal)[1] if ordinal is not None else ""


def subsumes(request: Request) -> Json:
    """``equivalent``, ``subsumes``, ``subsumed-by`` or ``not-subsumed``."""
    asked = request.asked
    a, b = asked.one("codingA"), asked.one("codingB")
    codings = [one if isinstance(one, dict) else {} for one in (a, b)]
    codes = [
        asked.text(name) or str(coding.get("code", ""))
        for name, coding in zip(("codeA", "codeB"), codings, strict=True)
    ]
    url, pinned = split(asked.text("system", "url"))
    urls_said = {str(coding["system"]) for coding in codings if coding.get("system")} | ({url} if url else set())
    versions = {str(coding["version"]) for coding in codings if coding.get("version")}
    if len(urls_said) > 1:
        raise refused(
            400,
            "business-rule",
            f"The codes are of different systems: {', '.join(sorted(urls_said))}",
            f"کدها از سامانه‌های گوناگون‌اند: {'، '.join(sorted(urls_said))}",
        )
    if not urls_said or not all(codes):
        raise refused(
            400,
            "required",
            "Say which codes: system with codeA and codeB, or codingA and codingB",
            "بگویید کدام کدها: system با codeA و codeB، یا codingA و codingB",
        )
    version = asked.text("version") or pinned or (versions.pop() if len(versions) == 1 else "")
    system = system_of(request, urls_said.pop(), version)
    ordinals = []
    for code in codes:
        ordinal = system.find(code)
        if ordinal is None:
            raise unknown_code(system, code)
        ordinals.append(ordinal)
    return answer([said("outcome", "Code", relation(system, *ordinals))])


def relation(system: System, a: int, b: int) -> str:
    if a == b:
        return "equivalent"
    if b in system.below(a):
        return "subsumes"
    return "subsumed-by" if a in system.below(b) else "not-subsumed"
