"""What a request wants beside its subject: languages, versions, supplements, limits."""

from collections.abc import Iterable
from dataclasses import dataclass

from termserver.fhir.budget import Budget
from termserver.fhir.languages import NOBODY, Languages, parse
from termserver.fhir.library import Library
from termserver.fhir.outcomes import FhirProblem, problem, refused
from termserver.fhir.parameters import Asked
from termserver.fhir.value_set import ValueSet, read_value_set
from termserver.fhir.versions import VersionRules, joined, split

_NOT_DONE = ("date", "context")
_NO_RULES = VersionRules()
_RULES = (
    "force-system-version",
    "system-version",
    "default-system-version",
    "check-system-version",
    "default-valueset-version",
)


def refuse_undone(asked: Asked) -> None:
    """Raise ``FhirProblem`` for parameters of FHIR that would change the answer, and do not here."""
    for name in _NOT_DONE:
        if name in asked:
            raise refused(
                400,
                "not-supported",
                f"The parameter {name} is not worked out here; leave it out",
                f"پارامتر {name} این‌جا به کار نمی‌آید؛ آن را نفرستید",
            )


@dataclass
class Request:
    """One operation as it was asked: the parameters, what it can see, and how much it may compute."""

    asked: Asked
    library: Library
    accept_language: str = ""
    budget: Budget | None = None
    nested: bool = True
    """Whether an expansion may be a tree at all."""

    def clock(self) -> Budget:
        if self.budget is None:
            self.budget = Budget()
        return self.budget

    def rules(self, value_set: ValueSet | None = None) -> VersionRules:
        if not (value_set is not None and value_set.parameters) and not any(name in self.asked for name in _RULES):
            return _NO_RULES

        def values(name: str, *other: str) -> Iterable[str]:
            given = self.asked.texts(name, *other)
            if not given and value_set is not None and value_set.parameter(name):
                given = [value_set.parameter(name)]
            return given

        return VersionRules(
            values("force-system-version"),
            values("system-version", "default-system-version"),
            values("check-system-version"),
            values("default-valueset-version"),
        )

    def languages(self, value_set: ValueSet | None = None) -> Languages:
        """By the request, else the value set's own parameter, else the header, else the value set's language."""
        text = self.asked.text("displayLanguage")
        if text:
            return parse(text)
        if value_set is not None and (text := value_set.parameter("displayLanguage")):
            return parse(text)
        if self.accept_language:
            try:
                header = parse(self.accept_language)
            except FhirProblem:  # a header is a wish; browsers send what they like
                return NOBODY
            if header.wanted:
                return header
        return parse(value_set.language) if value_set is not None and value_set.language else NOBODY

    def supplements(self, value_set: ValueSet | None = None) -> list[str]:
        """Those that must be used; raise ``FhirProblem`` if one is not here."""
        wanted = self.asked.texts("useSupplement")
        if value_set is not None:
            wanted += value_set.supplements
        missing = []
        for canonical in wanted:
            try:
                self.library.supplement(canonical)
            except FhirProblem:
                missing.append(canonical)
        if missing:
            raise problem(404, "not-found", "VALUESET_SUPPLEMENT_MISSING", ", ".join(missing), type="not-found")
        return wanted

    def value_set(self) -> ValueSet | None:
        """The value set in question; None if none is named. Raise ``FhirProblem`` if it is not here."""
        inline = self.asked.resource("valueSet", "ValueSet")
        if inline is not None:
            return read_value_set(inline)
        canonical = self.asked.text("url")
        if not canonical:
            return None
        url, version = split(canonical)
        version = self.asked.text("valueSetVersion") or version
        found = self.library.value_set(url, version)
        if found is None:
            raise problem(404, "not-found", "Unable_to_resolve_value_Set_", joined(url, version), type="not-found")
        return found
