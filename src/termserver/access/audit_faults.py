"""What can be wrong with an access log, and what a check of one has found."""

from enum import StrEnum
from pathlib import Path
from typing import Any

from termserver.model.text import Text
from termserver.model.values import value


class Wrong(StrEnum):
    """What can be wrong with a log."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TORN = "torn"
    UNSEALED = "unsealed"
    SEAL = "seal"
    FOREIGN_KEY = "foreign-key"
    MISPLACED = "misplaced"
    MISSING = "missing"
    BREAK = "break"
    ROLLED_BACK = "rolled-back"
    FOREIGN_HEAD = "foreign-head"


@value
class Fault:
    """What is wrong, in which file, at which line (from 1; 0 is the whole file)."""

    file: str
    line: int
    kind: Wrong
    says: Text

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "kind": str(self.kind), "says": self.says.as_json()}


class Checked:
    """What was found; complete once ``check`` is through."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.streams = self.segments = self.lines = self.seals = 0
        self.open_lines = 0
        """Lines that no seal covers yet."""

    def fault(self, path: Path, line: int, kind: Wrong, en: str, fa: str) -> None:
        self.faults.append(Fault(str(path), line, kind, Text(fa, en)))
