"""What a retriever is asked, and the words they all are given: folded once, by the same rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from termserver.model.codes import Entry
from termserver.model.fold import code_key, words

LIMIT = 20
"""The page that everybody fills."""


class Retriever(Protocol):
    """One way to search; ``name`` is its row in the table."""

    name: str

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        """Index the entries (in static rank order) below ``folder``, and open the index."""

    def find(self, text: str) -> list[str]:
        """The codes of the first page, best first."""

    def close(self) -> None:
        """Let go of the files."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the peers get it: whole words, the last one begun, and all of it as a code."""

    whole: tuple[str, ...]
    begun: str
    code: str


def asked(text: str) -> Asked:
    """The folded words of a query."""
    found = words(text)
    return Asked(tuple(found[:-1]), found[-1] if found else "", code_key(text))


def titles_of(entry: Entry) -> list[str]:
    """The folded words of the displays."""
    display = entry.concept.display
    return list(dict.fromkeys(word for text in (display.fa, display.en) for word in words(text)))


def others_of(entry: Entry) -> list[str]:
    """The folded words of the designations."""
    return list(dict.fromkeys(word for other in entry.concept.designations for word in words(other.value)))
