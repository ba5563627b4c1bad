"""Generated Python as blocks of lines, and what the generated lines call."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from termserver.validation.dates import day_of
from termserver.validation.message import TYPE


class Names:
    """The variables of one generated text, and the values it knows by name."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {"exact": exact, "day_of": day_of, "moment_of": moment_of}
        self._counter = 0

    def variable(self) -> str:
        """A new variable."""
        self._counter += 1
        return f"v{self._counter}"

    def keep(self, value: Any) -> str:
        """A name in the generated text for a value that is not written there."""
        name = f"c{len(self.known)}"
        self.known[name] = value
        return name

    def of_form(self, name: str, forms: tuple[str, ...]) -> str:
        """The text that is true where the object is of one of the forms (``xsi:type``)."""
        return f"{name}.get({TYPE!r}) in {self.keep(frozenset(forms))}"


class Block:
    """Lines at one indentation around one object, and the values already read there."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.lines: list[str | Entry | Block] = []
        self.read: dict[Any, str] = {}
        self.entries: dict[Any, Entry] = {}
        self._first: Block | None = None

    def first(self) -> "Block":
        """A block at the same place, in front of all that is written here from now on, and the same one every time."""
        if self._first is None:
            self._first = Block(self.context)
            self.lines.append(self._first)
        return self._first

    def text(self, indent: int) -> list[str]:
        written: list[str] = []
        for line in self.lines:
            written += [" " * indent + line] if isinstance(line, str) else line.text(indent)
        return written or [" " * indent + "pass"]


class Entry:
    """A loop or a condition with its block; ``before`` are lines that must stand in front of it.

    Whoever needs the same items again writes into the same block, so that a list is gone through once.
    """

    def __init__(self, head: Sequence[str], block: Block) -> None:
        self.before: list[str] = []
        self.head = head
        self.block = block

    def text(self, indent: int) -> list[str]:
        return [*(" " * indent + line for line in (*self.before, *self.head)), *self.block.text(indent + 1)]


def exact(value: Any) -> Any:
    """The number exactly: an int where it is whole, else a Decimal of the digits written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float) and value == value and value not in (float("inf"), float("-inf")):
        return int(value) if value.is_integer() else Decimal(repr(value))
    return None


def moment_of(day: Any, time: Any) -> str | None:
    """The ISO day with the time of day, comparable as text; None where either is absent."""
    found = day_of(day)
    if found is None or not isinstance(time, dict):
        return None
    parts = [time.get(name) for name in ("Hour", "Minute", "Second")]
    if type(parts[0]) is not int:
        return None
    hour, minute, second = (part if type(part) is int else 0 for part in parts)
    return f"{found}T{hour:02d}:{minute:02d}:{second:02d}"
