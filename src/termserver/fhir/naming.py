"""NamingSystem $preferred-id: one name of a system into another kind of name."""

from collections.abc import Iterable, Iterator

from termserver.fhir.outcomes import Json, refused
from termserver.fhir.parameters import Asked, answer, said

_KINDS = ("oid", "uuid", "uri", "other")


def preferred_id(asked: Asked, resources: Iterable[Json]) -> Json:
    """The name of the wanted kind; raise ``FhirProblem`` with 404 where there is none."""
    id, kind = asked.text("id"), asked.text("type")
    if not id or kind not in _KINDS:
        raise refused(
            400,
            "required",
            f"Say id, and type as one of {', '.join(_KINDS)}",
            f"id و type ({'، '.join(_KINDS)}) را بفرستید",
        )
    bare = id.removeprefix("urn:oid:").removeprefix("urn:uuid:").casefold()
    for resource in resources:
        names = list(_names(resource))
        if any(value.casefold() in (id.casefold(), bare) for _, value in names):
            found = next((value for known, value in names if known == kind), "")
            if found:
                return answer([said("result", "String", found)])
    raise refused(
        404, "not-found", f"No {kind} of '{id[:200]}' is known", f"از «{id[:200]}» نامی از نوع {kind} شناخته نیست"
    )


def _names(resource: Json) -> Iterator[tuple[str, str]]:
    if resource.get("resourceType") == "CodeSystem":
        yield "uri", str(resource.get("url", ""))
        for identifier in resource.get("identifier", ()):
            value = str(identifier.get("value", ""))
            if value.startswith("urn:oid:"):
                yield "oid", value.removeprefix("urn:oid:")
        return
    for one in sorted(resource.get("uniqueId", ()), key=lambda one: one.get("preferred") is not True):
        yield str(one.get("type", "")), str(one.get("value", ""))
