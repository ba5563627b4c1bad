"""Generated Python as blocks of lines."""

from collections.abc import Sequence
from typing import Any

from termserver.validation.message import TYPE


class Names:
    """The variables of one generated text, and what it asks for before it begins."""

    def __init__(self) -> None:
        self._fetched: dict[str, str] = {}
        self._counter = 0

    def variable(self) -> str:
        """A new variable."""
        self._counter += 1
        return f"v{self._counter}"

    def fetch(self, asked: str) -> str:
        """The name of a value that does not change, which the text asks for once."""
        return self._fetched.setdefault(asked, f"c{len(self._fetched)}")

    def fetched(self) -> list[str]:
        """The lines that ask."""
        return [f"{name} = {asked}" for asked, name in self._fetched.items()]

    def of_form(self, name: str, forms: tuple[str, ...]) -> str:
        """The text that is true where the object is of one of the forms (``xsi:type``)."""
        return f"{name}.get({TYPE!r}) in {self.fetch(f'frozenset({forms!r})')}"


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
