"""Which of the resources behind an answer are drafts, experimental, deprecated, withdrawn or retired."""

from collections.abc import Iterable, Iterator
from typing import Any

from termserver.fhir import urls
from termserver.fhir.systems import Head, extension_value
from termserver.fhir.value_set import ValueSet

Json = dict[str, Any]


def warnings(
    asked: ValueSet | None, value_sets: Iterable[ValueSet], heads: Iterable[Head]
) -> Iterator[tuple[str, str, str]]:
    """Yield status, kind of resource and canonical. A draft that draws on drafts is no news."""
    source = asked.resource if asked is not None else {}
    for head in heads:
        status = _status(head.resource, source)
        if status:
            yield status, "CodeSystem", head.vurl
    for value_set in value_sets:
        status = _status(value_set.resource, source)
        if status:
            yield status, "ValueSet", value_set.vurl


def _status(resource: Json, source: Json) -> str:
    standards = extension_value(resource.get("extension", ()), urls.STANDARDS_STATUS)
    if standards in ("deprecated", "withdrawn"):
        return str(standards)
    if resource.get("status") == "retired":
        return "retired"
    if resource.get("experimental") is True and source.get("experimental") is not True:
        return "experimental" if source else ""
    if _draft(resource) and source and not _draft(source):
        return "draft"
    return ""


def _draft(resource: Json) -> bool:
    return (
        resource.get("status") == "draft"
        or extension_value(resource.get("extension", ()), urls.STANDARDS_STATUS) == "draft"
    )
