"""Why bytes could not become a document: one fault, at one place."""

from termserver.model.errors import TermserverError
from termserver.model.text import Text


class Unreadable(TermserverError):
    """The bytes are no acceptable XML or JSON; ``rule`` names the fault, line and column count characters from 1.

    ``budget`` tells that a limit was hit and nothing else is known about the document.
    """

    def __init__(
        self, rule: str, message: Text, line: int = 1, column: int = 1, hint: Text | None = None, budget: bool = False
    ) -> None:
        super().__init__(message.en, message.fa)
        self.rule = rule
        self.line = line
        self.column = column
        self.hint = hint
        self.budget = budget


def place_of(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, both from 1 and in characters, of a byte offset."""
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    if start == 0 and data.startswith(b"\xef\xbb\xbf") and column > 1:
        column -= 1
    return data.count(b"\n", 0, offset) + 1, column
