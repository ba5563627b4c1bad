"""What an advanced query asks, as a tree of plain values; written by the parser, run over the lists."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.search.query import Chunk


@dataclass(frozen=True, slots=True)
class Words:
    """All these chunks, the last one perhaps only the beginning of a word."""

    chunks: tuple[Chunk, ...]
    begins: bool = False
    titles_only: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """These words side by side in one text."""

    words: tuple[str, ...]
    titles_only: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word or code with ``*`` (any letters) and ``?`` (one letter); ``head`` is what stands before them."""

    text: str
    head: str
    position: int
    code: bool = False
    titles_only: bool = False


@dataclass(frozen=True, slots=True)
class CodeIs:
    """A code without separators, or (``begins``) the beginning of one."""

    code: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class CodeBetween:
    """From the code ``low`` to ``high`` and all that begins with it; an open side is empty."""

    low: str
    high: str
    without_low: bool
    without_high: bool
    position: int


@dataclass(frozen=True, slots=True)
class SystemIs:
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusIs:
    retired: bool


@dataclass(frozen=True, slots=True)
class Near:
    """A word with at most so many typing errors."""

    word: str
    most: int
    titles_only: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What lies in a part of the edition: below a code, in a chapter."""

    scope: Mapping[ReleaseReader, FrozenBitMap]


@dataclass(frozen=True, slots=True)
class HasValue:
    """An indexed property with that value, or one from ``low`` to ``high``."""

    property: str
    value: str
    low: str = ""
    high: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Everything:
    pass


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    part: "Node"


Node = (
    Words | Phrase | Pattern | CodeIs | CodeBetween | SystemIs | StatusIs | Near | Part | HasValue | Everything | AllOf
    | AnyOf | NoneOf
)  # fmt: skip

Resolve = Callable[[str], Sequence[str]]
Names = Callable[[], Collection[str]]
PartOf = Callable[[str, str], Mapping[ReleaseReader, FrozenBitMap]]
"""From "under" or "chapter" and a code to the part of the edition; empty if there is no such code."""


def _nothing(kind: str, code: str) -> Mapping[ReleaseReader, FrozenBitMap]:
    return {}


@dataclass(frozen=True, slots=True)
class Known:
    """What a query may speak of: systems by name, their names, indexed properties, parts of the edition."""

    resolve: Resolve
    names: Names = tuple
    properties: Names = tuple
    part: PartOf = _nothing
