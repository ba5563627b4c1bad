"""The report of a load: totals, rules with samples, what changed, and why it was stopped where it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from termserver.model.days import Day
from termserver.model.registries import LoadKind, LoadStatus, RegistryState
from termserver.model.text import Text
from termserver.registries.tally import Tally


@dataclass(slots=True)
class LoadReport:
    """What became of a file. ``summary`` is all of it but the single rows; ``notes`` those, compressed NDJSON."""

    registry: str
    title: Text
    kind: LoadKind
    status: LoadStatus
    day: Day
    recorded: str
    load: int
    file: str
    sha256: str
    source: str
    messages: list[Text]
    before: RegistryState
    after: RegistryState
    tally: Mapping[str, Any]
    notes: bytes = b""
    mapping: str = ""
    seconds: float = 0.0
    trend: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return self.status is not LoadStatus.STOPPED

    @property
    def summary(self) -> dict[str, Any]:
        return {
            "registry": self.registry,
            "title": self.title.as_json(),
            "kind": str(self.kind),
            "status": str(self.status),
            "day": self.day,
            "recorded": self.recorded,
            "load": self.load,
            "file": self.file,
            "sha256": self.sha256,
            "source": self.source,
            "mapping": self.mapping,
            "messages": [message.as_json() for message in self.messages],
            "before": {
                "cursor": self.before.cursor,
                "entries": self.before.entries,
                "active": self.before.active,
            },
            "after": {"cursor": self.after.cursor, "entries": self.after.entries, "active": self.after.active},
            **self.tally,
        }


def tally_json(tally: Tally) -> dict[str, Any]:
    """The counts of a load as its summary has them."""
    return {
        "rows": {
            "read": tally.read,
            **{str(verdict): count for verdict, count in tally.verdicts.items()},
        },
        "changes": {
            **{str(kind): count for kind, count in tally.changes.items()},
            "unchanged": tally.unchanged,
        },
        "changed_facts": dict(tally.by_property.most_common()),
        "rules": tally.rules(),
        "samples": {str(kind): samples for kind, samples in tally.change_samples.items() if samples},
    }


def trend_of(summaries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How the quality of a source went over its loads, the oldest first: rows, rejected and warned ones, by rule."""
    return [
        {
            "load": said.get("load", 0),
            "recorded": said.get("recorded", ""),
            "status": said.get("status", ""),
            "source": said.get("source", ""),
            "read": said["rows"]["read"],
            "warning": said["rows"]["warning"],
            "rejected": said["rows"]["rejected"],
            "rules": {rule["rule"]: rule["rows"] for rule in said.get("rules", ())},
        }
        for said in summaries
        if "rows" in said
    ]
