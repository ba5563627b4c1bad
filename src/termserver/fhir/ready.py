"""Questions that differ in the code alone: what they have in common is worked out once, the code is answered then.

``ready`` gives a function from a code to the answer. It says None wherever the answer could be another than the plain
one, and whoever asks works it out in full. The first full answer proves it: see ``api.fhir.quick``.
"""

from collections.abc import Callable

from pyroaring import BitMap

from termserver.fhir.budget import Budget
from termserver.fhir.contents import Contents
from termserver.fhir.findings import Asked, Finding, Found
from termserver.fhir.lookup import described, system_of
from termserver.fhir.options import Request
from termserver.fhir.outcomes import Json
from termserver.fhir.parameters import answer
from termserver.fhir.systems import SHOWN, System
from termserver.fhir.validity import validity
from termserver.fhir.value_set import Listed, ValueSet
from termserver.fhir.versions import split

Ready = Callable[[str], Json | None]
SECONDS = 0.004
_COMMON = frozenset({"system", "code", "version", "displayLanguage", "_format"})
_KNOWN = {
    "CodeSystem/$lookup": _COMMON | {"property"},
    "CodeSystem/$validate-code": _COMMON | {"url"},
    "ValueSet/$validate-code": (_COMMON - {"version"}) | {"url", "valueSetVersion"},
}


def ready(path: str, request: Request) -> Ready | None:
    """What answers any code asked as ``request`` asks for its own; None if that must be worked out each time."""
    asked = request.asked
    if not _KNOWN[path].issuperset(asked.names()):
        return None
    if path == "CodeSystem/$lookup":
        return _lookup(request)
    named = asked.text("url", "system") if path == "CodeSystem/$validate-code" else asked.text("system")
    url, pinned = split(named)
    if path == "CodeSystem/$validate-code":
        system = request.library.system(url, asked.text("version") or pinned)
        return _validate(request, system, None, None, {}) if system is not None else None
    value_set = request.value_set()
    return _validate_in(request, value_set, url) if value_set is not None and not pinned else None


def _lookup(request: Request) -> Ready:
    asked = request.asked
    url, pinned = split(asked.text("system"))
    system = system_of(request, url, asked.text("version") or pinned)
    wanted, languages = asked.texts("property"), request.languages()

    def answered(code: str) -> Json | None:
        ordinal = system.find(code)
        return None if ordinal is None else answer(described(Budget(SECONDS), system, ordinal, wanted, languages))

    return answered


def _validate_in(request: Request, value_set: ValueSet, url: str) -> Ready | None:
    """Of value sets that name one version of each system and import nothing."""
    if value_set.exclude or value_set.parameters or value_set.supplements:
        return None
    if any(include.value_sets or not include.system for include in value_set.include):
        return None
    contents = Contents(request.library, request.rules(value_set), request.clock())
    parts = [part for part in contents.of(value_set) if part.system.head.url == url]
    if len(parts) != 1:
        return None
    return _validate(request, parts[0].system, value_set, parts[0].members, parts[0].listed)


def _validate(
    request: Request,
    system: System,
    value_set: ValueSet | None,
    members: BitMap | None,
    listed: dict[int, Listed],
) -> Ready | None:
    if system.head.content != "complete":
        return None
    languages, url = request.languages(value_set), system.head.url

    def answered(code: str) -> Json | None:
        ordinal = system.find(code)
        if ordinal is None or (members is not None and ordinal not in members):
            return None
        concept, own = system.concept(ordinal), listed.get(ordinal)
        if concept.code != code or concept.inactive or concept.abstract or concept.status in SHOWN:
            return None
        if own is not None and (own.display or own.designations or own.deprecated or own.extension):
            return None
        found = Found(system, ordinal)
        finding = Finding(Asked(url, "", code, ""), True, system, found, found)
        return validity([finding], None, value_set, languages)

    return answered
