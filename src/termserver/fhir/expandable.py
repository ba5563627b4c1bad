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
    """How many codes a value set has, or the reason why that cannot be told."""

    canonical: str
    total: int | None
    reason: str = ""
    persian: str = ""

    def as_json(self) -> Json:
        said: Json = {"valueSet": self.canonical, "total": self.total}
        return said if not self.reason else {**said, "reason": {"en": self.reason, "fa": self.persian}}


def examine(library: Library, value_sets: Iterable[ValueSet]) -> Iterator[Outcome]:
    """Work out each value set by itself; yield what came of it."""
    for value_set in value_sets:
        if not value_set.include:
            known = (value_set.resource.get("expansion") or {}).get("contains")
            if known:
                yield Outcome(value_set.name, len(known))
            else:
                yield Outcome(value_set.name, None, "The value set defines nothing", "مجموعهٔ مقادیر چیزی تعریف نمی‌کند")
            continue
        try:
            parts = Contents(library, VersionRules(), Budget()).of(value_set)
            yield Outcome(value_set.name, sum(len(part.members) for part in parts))
        except FhirProblem as error:
            yield Outcome(
                value_set.name,
                None,
                "; ".join(one.text.en for one in error.issues),
                "; ".join(one.text.fa or one.text.en for one in error.issues),
            )
