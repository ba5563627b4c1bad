"""ValueSet $compare: how the codes of two value sets stand to each other, whatever their definitions look like."""

from termserver.fhir.contents import Contents
from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem, Json, problem, refused
from termserver.fhir.parameters import answer, said
from termserver.fhir.value_set import ValueSet, read_value_set
from termserver.fhir.versions import joined, split


def compare(request: Request) -> Json:
    """``same``, ``subset`` (this is one), ``superset``, ``overlapping``, ``disjoint`` or ``indeterminate``."""
    this, other = _named(request, "this"), _named(request, "other")
    try:
        mine, mine_open = _codes(request, this)
        theirs, theirs_open = _codes(request, other)
    except FhirProblem as error:
        why = error.issues[0].text.en
        return answer([said("result", "Code", "indeterminate"), said("message", "String", why)])
    if mine_open or theirs_open:
        why = "A code system is here only in part, so what else belongs to the value sets is not known"
        return answer([said("result", "Code", "indeterminate"), said("message", "String", why)])
    found = [said("result", "Code", _relation(mine, theirs))]
    if request.asked.flag("diagnostics"):
        text = f"{len(mine)} codes here, {len(theirs)} there, {len(mine & theirs)} in both"
        found.append(said("message", "String", text))
    return answer(found)


def _relation(mine: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> str:
    if mine == theirs:
        return "same"
    if mine < theirs:
        return "subset"
    if mine > theirs:
        return "superset"
    return "overlapping" if mine & theirs else "disjoint"


def _named(request: Request, side: str) -> ValueSet:
    asked = request.asked
    inline = asked.resource(f"{side}ValueSet", "ValueSet")
    if inline is not None:
        return read_value_set(inline)
    canonical = asked.text(f"{side}Url") or (asked.text("url") if side == "this" else "")
    if not canonical:
        raise refused(
            400, "required", f"Name {side}: {side}Url or {side}ValueSet", f"{side}Url یا {side}ValueSet را بفرستید"
        )
    url, version = split(canonical)
    version = asked.text(f"{side}ValueSetVersion") or version
    found = request.library.value_set(url, version)
    if found is None:
        raise problem(404, "not-found", "Unable_to_resolve_value_Set_", joined(url, version), type="not-found")
    return found


def _codes(request: Request, value_set: ValueSet) -> tuple[set[tuple[str, str]], bool]:
    """The codes, and whether there may be more of them than are known."""
    contents = Contents(request.library, request.rules(value_set), request.clock(), request.supplements(value_set))
    found: set[tuple[str, str]] = set()
    for part in contents.of(value_set):
        for ordinal in part.members:
            request.clock().spend(1)
            found.add((part.system.head.url, part.system.concept(ordinal).code))
    return found, any(system.head.content == "fragment" for system in contents.used.systems.values())
