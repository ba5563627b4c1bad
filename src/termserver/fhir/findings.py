"""What a validation finds out about one coding, and the issues it raises on the way."""

from dataclasses import dataclass, field
from typing import Any

from termserver.fhir.messages import say
from termserver.fhir.outcomes import Issue
from termserver.fhir.systems import Concept, System
from termserver.fhir.value_set import Listed

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One coding to be checked; ``path`` is where it stands in the request."""

    system: str
    version: str
    code: str
    display: str
    path: str = ""

    def at(self, element: str) -> str:
        return f"{self.path}.{element}" if self.path else element

    @property
    def root(self) -> str:
        return self.path or "code"

    @property
    def shown(self) -> str:
        """As messages name it: ``system|version#code ('display')``."""
        version = f"|{self.version}" if self.version else ""
        display = f" ('{self.display}')" if self.display else ""
        return f"{self.system}{version}#{self.code}{display}"


@dataclass(frozen=True, slots=True)
class Found:
    """A concept that a value set holds."""

    system: System
    ordinal: int
    listed: Listed | None = None

    @property
    def concept(self) -> Concept:
        return self.system.concept(self.ordinal)


@dataclass
class Finding:
    """``inside``: whether the coding is in the value set; None where that cannot be told."""

    asked: Asked
    inside: bool | None = None
    system: System | None = None
    found: Found | None = None
    known: Found | None = None
    issues: list[Issue] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    display: str = ""
    normalized: str = ""
    inferred: str = ""

    def say(
        self, severity: str, code: str, type: str, id: str, *values: object, element: str = "", at: str | None = None
    ) -> None:
        place = at if at is not None else (self.asked.at(element) if element else "")
        issue = Issue(severity, code, type, id, say(id, *values), place)
        if issue not in self.issues:
            self.issues.append(issue)

    @property
    def failed(self) -> bool:
        return any(issue.severity == "error" for issue in self.issues)


def unknown_version(finding: Finding, url: str, version: str, known: list[str]) -> None:
    """A version of a system (or the system itself) is not here."""
    from termserver.fhir.contents import listed_versions

    if not version:
        finding.say("error", "not-found", "not-found", "UNKNOWN_CODESYSTEM", url, element="system")
    elif not known:
        finding.say(
            "error", "not-found", "not-found", "UNKNOWN_CODESYSTEM_VERSION_NONE", url, version, element="system"
        )
    else:
        finding.say(
            "error",
            "not-found",
            "not-found",
            "UNKNOWN_CODESYSTEM_VERSION",
            url,
            version,
            listed_versions(known),
            element="system",
        )


def version_refused(finding: Finding, url: str, version: str, breach: str) -> None:
    """The version that is here is not the one the request insists on (``check-system-version``)."""
    finding.say(
        "error", "exception", "version-error", "VALUESET_VERSION_CHECK", version, url, breach, element="version"
    )
