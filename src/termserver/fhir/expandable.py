"""Which value sets can be worked out, and why the others cannot: for who has imported many at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from termserver.fhir.budget import Budget
from termserver.fhir.contents import Contents
from termserver.fhir.library import Library
from termserver.fhir.outcomes import FhirProblem, Json
from termserver.fhir.value_set import ValueSet
from termserver.fhir.versions import VersionRules


@dataclass(frozen=True)
class Outcome:
    """How many codes a value set has, or the reason why that cannot be told.

    ``missing`` and ``extra``: the codes by which it differs from the expansion that it brings itself, abstract ones
    apart; ``other_versions``: the code systems of which that was made with another version than the one here.
    """

    canonical: str
    total: int | None
    reason: str = ""
    persian: str = ""
    compared: bool = False
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    other_versions: tuple[str, ...] = ()


def examine(library: Library, value_sets: Iterable[ValueSet]) -> Iterator[Outcome]:
    """Work out each value set by itself; yield what came of it."""
    for value_set in value_sets:
        brought = _brought(value_set.resource.get("expansion"))
        if not value_set.include:
            if brought is not None:
                yield Outcome(value_set.name, len(brought))
            else:
                en, fa = "The value set defines nothing", "مجموعهٔ مقادیر چیزی تعریف نمی‌کند"
                yield Outcome(value_set.name, None, en, fa)
            continue
        try:
            parts = Contents(library, VersionRules(), Budget()).of(value_set)
            total = sum(len(part.members) for part in parts)
            if brought is None:
                yield Outcome(value_set.name, total)
                continue
            ours = {
                (part.system.head.url, part.system.concept(one).code)
                for part in parts
                for one in part.members - part.system.abstract
            }
            made_with = _versions(value_set.resource["expansion"])
            here = {part.system.head.url: part.system.head.version for part in parts}
            yield Outcome(
                value_set.name,
                total,
                compared=True,
                missing=tuple(sorted(code for _, code in brought - ours)),
                extra=tuple(sorted(code for _, code in ours - brought)),
                other_versions=tuple(
                    f"{url}|{version} ({here[url]})"
                    for url, version in made_with.items()
                    if url in here and here[url] != version
                ),
            )
        except FhirProblem as error:
            yield Outcome(
                value_set.name,
                None,
                "; ".join(one.text.en for one in error.issues),
                "; ".join(one.text.fa or one.text.en for one in error.issues),
            )


def _brought(expansion: Json | None) -> set[tuple[str, str]] | None:
    """The codes of an expansion that came along, by system; None where there is none, or only a part of it."""
    if not isinstance(expansion, dict) or not expansion.get("contains"):
        return None
    found: set[tuple[str, str]] = set()
    waiting = list(expansion["contains"])
    while waiting:
        one = waiting.pop()
        if one.get("code") and not one.get("abstract"):
            found.add((str(one.get("system", "")), str(one["code"])))
        waiting += one.get("contains", ())
    total = expansion.get("total")
    return found if not isinstance(total, int) or total <= len(found) else None


def _versions(expansion: Json) -> dict[str, str]:
    """The versions of the code systems with which an expansion was made, as it tells them."""
    found = {}
    for said in expansion.get("parameter", ()):
        if said.get("name") in ("version", "used-codesystem"):
            told = str(said.get("valueUri") or said.get("valueString") or "")
            url, _, version = told.replace("?version=", "|").partition("|")
            found[url] = version
    return found
