"""CodeSystem $find-matches: the codes that have all of the given properties."""

from pyroaring import BitMap

from termserver.fhir.filters import passing
from termserver.fhir.languages import NOBODY
from termserver.fhir.lookup import system_of
from termserver.fhir.names import preferred
from termserver.fhir.options import Request
from termserver.fhir.outcomes import Json, problem, refused
from termserver.fhir.parameters import answer, parts, said
from termserver.fhir.systems import plain
from termserver.fhir.value_set import Filter
from termserver.fhir.versions import split

_MOST = 1000


def find_matches(request: Request) -> Json:
    """The complete matches; what is post-coordinated is never proposed. Raise ``FhirProblem``."""
    asked = request.asked
    url, pinned = split(asked.text("system", "url"))
    if not url:
        raise refused(400, "required", "Name the system", "سامانه را نام ببرید")
    if asked.flag("compositional"):
        raise refused(
            422,
            "not-supported",
            "Compositional matches are not worked out here; leave compositional out",
            "ترکیب کدها این‌جا ساخته نمی‌شود؛ compositional را نفرستید",
        )
    if asked.flag("exact") is None:
        raise refused(400, "required", "Say exact: true or false", "exact را بفرستید: true یا false")
    system = request.library.supplemented(
        system_of(request, url, asked.text("version") or pinned), request.supplements()
    )
    if not system.head.listed:
        raise problem(403, "too-costly", "REGISTRY_NOT_LISTED", url)
    members: BitMap | None = None
    for one in asked.parts("property"):
        code, value = one.get("code", [""])[0], one.get("value", [None])[0]
        if not code or value is None:
            raise refused(400, "invalid", "A property needs code and value", "هر property باید code و value داشته باشد")
        found = passing(system, Filter(str(code), "=", plain(value)), request.clock())
        members = BitMap(found) if members is None else members & found
    if members is None:
        raise refused(400, "required", "Name at least one property", "دست‌کم یک property بفرستید")
    matches = []
    for ordinal in members[:_MOST]:
        concept = system.concept(ordinal)
        name = preferred(concept, system.head.language, request.languages()) or preferred(
            concept, system.head.language, NOBODY
        )
        coding = {
            "system": url,
            "version": system.head.version,
            "code": concept.code,
            "display": name.value if name else "",
        }
        matches.append(parts("match", [said("code", "Coding", {k: v for k, v in coding.items() if v})]))
    return answer(matches)
