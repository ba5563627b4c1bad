"""What a written run is told: what it was judged by, each report as it comes, and how it ended.

A writer is asked in this order: ``begin`` once, ``report`` for every document, ``end`` once. Each
gives the next bytes of the output (UTF-8), so that a run over any number of documents is written
in constant memory, in several forms at once. The same reports in the same order give the same
bytes: nothing here asks the clock, the machine or the locale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from termserver.model.findings import Report, Verdict
from termserver.model.releases import Edition
from termserver.model.text import Text


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What the documents of a run are judged by."""

    edition: Edition
    engine_version: str
    options: Mapping[str, str] = field(default_factory=dict)
    """The options that were given, by name; no path of a machine belongs here."""
    titles: Mapping[str, Text] = field(default_factory=dict)
    """What the rules are called, by rule id; a rule that is not here is described by its layer."""

    @property
    def releases(self) -> str:
        """The releases by name and version: ``standards 1405.2, icd10 2019``."""
        return ", ".join(f"{pin.name} {pin.version}" for pin in self.edition.releases)

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": {"name": "termserver", "version": self.engine_version},
            "edition": self.edition.as_json(),
            "options": dict(sorted(self.options.items())),
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read or judged at all, and why."""

    document: str
    message: Text

    def as_json(self) -> dict[str, Any]:
        return {"document": self.document, "message": self.message.as_json()}


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended: documents by verdict, coded elements, the exit status."""

    verdicts: Mapping[Verdict, int]
    exit_status: int
    codes: int = 0
    checked: int = 0
    unread: tuple[Unread, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "documents": {str(verdict): self.verdicts.get(verdict, 0) for verdict in Verdict},
            "unread": len(self.unread),
            "codes": self.codes,
            "checked": self.checked,
            "exit_status": self.exit_status,
        }


class Totals:
    """Counts the reports of a run for its summary."""

    def __init__(self) -> None:
        self._verdicts = dict.fromkeys(Verdict, 0)
        self._codes = 0
        self._checked = 0
        self._unread: list[Unread] = []

    def add(self, report: Report) -> None:
        self._verdicts[report.verdict] += 1
        self._codes += report.share.codes
        self._checked += report.share.checked

    def unread(self, document: str, message: Text) -> None:
        self._unread.append(Unread(document, message))

    def summary(self, exit_status: int) -> Summary:
        return Summary(dict(self._verdicts), exit_status, self._codes, self._checked, tuple(self._unread))


class Writer(Protocol):
    """One form of output. A writer serves one run."""

    def begin(self, about: RunInfo) -> bytes: ...

    def report(self, report: Report) -> bytes: ...

    def end(self, summary: Summary) -> bytes: ...
