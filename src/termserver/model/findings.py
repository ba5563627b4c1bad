"""What a check finds, and what the findings together mean."""

from enum import StrEnum
from typing import Any

from termserver.model.text import Text
from termserver.model.values import value


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class Layer(StrEnum):
    """Which kind of question was asked; the later ones are asked as far as the earlier ones allow."""

    SYNTAX = "syntax"
    STRUCTURE = "structure"
    CODE = "code"
    IDENTIFIER = "identifier"
    REGISTRY = "registry"
    RULE = "rule"


class Verdict(StrEnum):
    """Undecided only for: unknown or ambiguous type, no rule set in force, a budget hit, a dead
    worker, ``--require-checked``."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


@value
class Location:
    """A place in a document: 1-based line and column in characters, and the logical path."""

    path: str = ""
    line: int = 1
    column: int = 1


@value
class Waived:
    """Why a vendor lets a finding pass, and until which day."""

    reason: str
    expires: str


@value
class Finding:
    """One thing that one check found in one place.

    ``excerpt`` is a window of the line around the place, values masked; ``caret`` the 0-based
    offset of the place in it.
    """

    rule: str
    layer: Layer
    severity: Severity
    message: Text
    where: Location
    hint: Text | None = None
    sepas_category: int | None = None
    excerpt: str = ""
    caret: int = 0
    waived: Waived | None = None
    masked: str = ""
    """The excerpt as it may be kept and handed on: its values masked, whatever ``excerpt`` shows."""

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "rule": self.rule,
            "layer": str(self.layer),
            "severity": str(self.severity),
            "line": self.where.line,
            "column": self.where.column,
            "path": self.where.path,
            "message": self.message.as_json(),
            "hint": self.hint.as_json() if self.hint else None,
            "sepas_category": self.sepas_category,
            "excerpt": self.masked or None,
            "page": f"/rules/{self.rule}",
        }
        if self.waived:
            said["waived"] = {"reason": self.waived.reason, "expires": self.waived.expires}
        return said


@value
class RegistryShare:
    """How many identifiers name an entry of a registry that is here, and how those entries stand on the day."""

    entries: int = 0
    checked: int = 0
    not_checked: tuple[tuple[str, int], ...] = ()
    """Registry and how many of its entries were not checked, because only part of it is here."""
    states: tuple[tuple[str, int], ...] = ()
    """How many were ``ok``, ``unknown``, ``retired`` or ``not-in-force`` on the day."""

    def as_json(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "checked": self.checked,
            "unchecked_by_registry": dict(self.not_checked),
            "states": dict(self.states),
        }


@value
class CheckedShare:
    """How many coded elements a document carries, and how many of them could be checked."""

    codes: int = 0
    checked: int = 0
    not_present: tuple[tuple[str, int], ...] = ()
    """System name and how many of its codes were not checked, because its content is not here or only in part."""
    not_ok: tuple[tuple[str, int], ...] = ()
    """How many of the checked ones were ``unknown``, ``retired`` or ``not-in-force`` on the day; the others are ok."""
    registries: RegistryShare = RegistryShare()

    def as_json(self) -> dict[str, Any]:
        ok = self.checked - sum(count for _, count in self.not_ok)
        return {
            "codes": self.codes,
            "checked": self.checked,
            "unchecked_by_system": dict(self.not_present),
            "states": {"ok": ok, **dict(self.not_ok)},
            "registries": self.registries.as_json(),
        }


@value
class Report:
    """The findings on one document and the verdict they make."""

    document: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    complete: bool = True
    document_type: str = ""
    type_version: str = ""
    day: str = ""
    """The document's own day, ISO, by which it was judged; empty if it could not be read."""
    share: CheckedShare = CheckedShare()
    sha256: str = ""
    to: tuple[str, ...] = ()
    """The destinations for which it was judged, by id; empty where none was named."""

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "document": self.document,
            "verdict": str(self.verdict),
            "complete": self.complete,
            "type": self.document_type,
            "type_version": self.type_version,
            "day": self.day or None,
            "share": self.share.as_json(),
            "sha256": self.sha256,
            "findings": [finding.as_json() for finding in self.findings],
        }
        if self.to:
            said["to"] = list(self.to)
        return said


EXIT_STATUS = {Verdict.ACCEPTED: 0, Verdict.REJECTED: 1, Verdict.UNDECIDED: 3}
USAGE_STATUS = 2
INTERNAL_STATUS = 4
_WORST_FIRST = (4, 2, 1, 3, 0)


def exit_status(statuses: list[int]) -> int:
    """One exit status for many documents: 4 beats 2 beats 1 beats 3 beats 0; never a count."""
    return next((status for status in _WORST_FIRST if status in statuses), 0)
