"""The filters of a value set: each gives the set of concepts that pass it."""

from collections.abc import Callable, Iterator

from pyroaring import BitMap

from termserver.fhir.budget import Budget
from termserver.fhir.outcomes import FhirProblem, problem
from termserver.fhir.regexes import compiled
from termserver.fhir.systems import UNLISTED, Concept, System, plain, value_of
from termserver.fhir.value_set import Filter

_CODE = ("code", "concept")
_ALWAYS = frozenset({"notSelectable", "abstract", "inactive", "status", "parent", "child", "display", "definition"})

SetOf = Callable[[str], BitMap | None]
"""The concepts of the system that are in a value set, by its canonical."""


def passing(system: System, filter: Filter, budget: Budget, set_of: SetOf | None = None) -> BitMap:
    """The ordinals that pass; raise ``FhirProblem`` for a filter that the system does not know."""
    if filter.value is None:
        raise problem(
            400,
            "invalid",
            "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
            system.head.url,
            filter.property,
            filter.op,
            type="vs-invalid",
            expression=filter.place,
        )
    if filter.op in ("in", "not-in") and "://" in filter.value:  # a value set, which may be another one next time
        return _passing(system, filter, filter.value, budget, set_of)
    key = ("filter", filter)
    known = system.remembered(key)
    if known is not None:
        return known
    found = _passing(system, filter, filter.value, budget, set_of)
    return system.remember(key, found)


def _passing(system: System, filter: Filter, value: str, budget: Budget, set_of: SetOf | None) -> BitMap:
    op, name = filter.op, filter.property
    if name in _CODE and op in _HIERARCHY:
        at = system.find(value)
        if at is None:
            return BitMap() if op != "is-not-a" else BitMap(system.everything)
        return _HIERARCHY[op](system, at)
    if name in _CODE and op in ("in", "not-in"):
        listed = set_of(value) if set_of and "://" in value else _codes(system, value)
        return _among(system, listed if listed is not None else BitMap(), op)
    kind = system.head.kind(name)
    if kind in ("parent", "child") and op in ("=", "in", "is-a", "descendent-of", "descendant-of"):
        return _by_family(system, kind, op, value)
    if (
        name not in _CODE
        and name not in _ALWAYS
        and name not in system.head.properties
        and not _used(system, name, budget)
    ):
        raise _unknown(system, filter, f"no property '{name}' is known")
    if op == "regex":
        pattern = compiled(value)
        return _where(system, name, budget, lambda known: pattern.fullmatch(known) is not None)
    if op == "=":
        return _where(system, name, budget, lambda known: known == value)
    if op in ("in", "not-in"):
        wanted = {one.strip() for one in value.split(",")}
        return _among(system, _where(system, name, budget, wanted.__contains__), op)
    if op == "exists":
        has = _where(system, name, budget, lambda known: True)
        return has if value.lower() == "true" else system.everything - has
    raise _unknown(system, filter, f"the operator '{op}' cannot be used with it")


def _unknown(system: System, filter: Filter, why: str) -> FhirProblem:
    return problem(
        400,
        "invalid",
        "FILTER_NOT_UNDERSTOOD",
        system.head.url,
        filter.property,
        filter.op,
        filter.value,
        why,
        type="vs-invalid",
    )


def _is_a(system: System, at: int) -> BitMap:
    return system.below(at) | BitMap([at])


def _leaves(system: System, at: int) -> BitMap:
    return BitMap(one for one in system.below(at) if not system.children(one))


_HIERARCHY: dict[str, Callable[[System, int], BitMap]] = {
    "is-a": _is_a,
    "descendent-of": lambda system, at: BitMap(system.below(at)),
    "descendant-of": lambda system, at: BitMap(system.below(at)),
    "is-not-a": lambda system, at: system.everything - _is_a(system, at),
    "generalizes": lambda system, at: system.above(at) | BitMap([at]),
    "child-of": lambda system, at: BitMap(system.children(at)),
    "descendent-leaf": _leaves,
    "=": lambda system, at: BitMap([at]),
}


def _codes(system: System, listed: str) -> BitMap:
    found = (system.find(code.strip()) for code in listed.split(","))
    return BitMap(one for one in found if one is not None)


def _among(system: System, found: BitMap, op: str) -> BitMap:
    return found if op == "in" else system.everything - found


def _by_family(system: System, kind: str, op: str, value: str) -> BitMap:
    """``parent = X``: whose parent is X; ``child = X``: whose child is X; through property or nesting alike."""
    found = BitMap()
    for one in value.split(",") if op == "in" else [value]:
        at = system.find(one.strip())
        if at is None:
            continue
        if op in ("=", "in"):
            found |= BitMap(system.children(at) if kind == "parent" else system.parents(at))
        else:
            found |= BitMap(system.below(at) if kind == "parent" else system.above(at))
            if op == "is-a":
                found.add(at)
    return found


def _used(system: System, name: str, budget: Budget) -> bool:
    for _, concept in system.each():
        budget.spend()
        if any(said.get("code") == name for said in concept.properties):
            return True
    return False


def _where(system: System, name: str, budget: Budget, holds: Callable[[str], bool]) -> BitMap:
    found = BitMap()
    for ordinal, concept in system.each():
        budget.spend()
        if ordinal >= UNLISTED and name not in _CODE:  # another code of what is listed
            continue
        if any(holds(value) for value in _values(system, concept, name)):
            found.add(ordinal)
    return found


def _values(system: System, concept: Concept, name: str) -> Iterator[str]:
    if name in _CODE:
        yield concept.code
        return
    if name == "display":
        yield concept.display
        return
    if name == "definition" and concept.definition:
        yield concept.definition
        return
    kind, said_any = system.head.kind(name), False
    for said in concept.properties:
        code = said.get("code", "")
        if code == name or (kind != name and system.head.kind(code) == kind):
            said_any = True
            yield plain(value_of(said)[1])
    if said_any:
        return
    if kind == "status" and concept.status:
        yield concept.status
    elif kind == "inactive":
        yield "true" if concept.inactive else "false"
