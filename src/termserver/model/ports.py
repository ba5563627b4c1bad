"""What one wing asks of another, as small protocols; ``service.py`` hands the real thing over."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from termserver.model.codes import CodeSystem, Concept, NamingSystem
from termserver.model.days import Day
from termserver.model.releases import Manifest, Table


class ReleaseReader(Protocol):
    """An opened release file: keyed tables and artefacts, read lazily, safe to share between threads."""

    manifest: Manifest

    def get(self, table: Table, *key: Any) -> tuple[Any, ...] | None:
        """The row with that whole key, or None."""

    def rows(self, table: Table, *key: Any) -> Iterator[tuple[Any, ...]]:
        """The rows whose key begins with ``key``, in key order; all rows without one."""

    def span(self, table: Table, low: Any, high: Any, limit: int = -1) -> Iterator[tuple[Any, ...]]:
        """The rows with ``low <= first key column < high``, in key order."""

    def many(self, table: Table, keys: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
        """The rows of these single-column keys, by key; absent keys are left out."""

    def pieces(self, table: Table, places: Iterable[tuple[int, int, int]]) -> list[bytes]:
        """Pieces of long values, in their order: the whole number that is the row's key, where in its second column
        the piece begins and where it ends. The rows must be there."""

    def artefact(self, path: str) -> bytes | None:
        """The canonical bytes of one artefact, or None."""

    def has(self, table: Table) -> bool:
        """Whether the release carries that table."""


class CodeState:
    """How a code stands in a system on a day: plain constants, cheap to compare on the hot path."""

    OK = "ok"
    UNKNOWN = "unknown"  # the list is whole (complete, or known to be closed) and the code is not in it
    UNLISTED = "unlisted"  # the list is only a fragment and the code is not in it
    NOT_PRESENT = "not-present"  # the content of the system is not here
    RETIRED = "retired"
    NOT_IN_FORCE = "not-in-force"
    BAD_SHAPE = "bad-shape"
    BAD_CHECK = "bad-check-digit"


class Codes(Protocol):
    """What judging a document asks of the terminology."""

    def system(self, name: str) -> CodeSystem | None:
        """The system by any of its names, in any case of letters; None if nobody knows it."""

    def state(self, system_id: str, code: str, day: Day) -> str:
        """One of ``CodeState``; shape and check digit are asked only where the code was not found."""

    def displays(self, system_id: str, code: str) -> tuple[str, ...]:
        """Every name of the code, the preferred Persian and English ones first; empty if unknown."""

    def entry(self, system_id: str, code: str) -> Concept | None:
        """The whole concept, or entry of a registry, with its dated properties; None if it is not here."""

    def replaced_by(self, system_id: str, code: str) -> tuple[str, ...]:
        """The codes that take the place of a retired one."""

    def nearest(self, system_id: str, code: str, display: str) -> tuple[str, str] | None:
        """The code (and its name) the sender may have meant, or None."""

    def in_value_set(self, value_set_id: str, system_id: str, code: str) -> bool | None:
        """Whether the code belongs to the value set; None if that cannot be told."""

    def value_set_systems(self, value_set_id: str) -> tuple[str, ...] | None:
        """The ids of the systems a value set draws from; None if there is no such value set."""

    def related(self, concept_map_id: str, source_code: str) -> tuple[str, ...] | None:
        """The target codes of a concept map; None if the map does not know the source code."""

    def naming_system(self, issuer: str, assigner: str, type: str) -> NamingSystem | None:
        """The kind of identifier that a triplet says, in any case of letters; None if nobody knows it."""

    def naming_system_by_id(self, id: str) -> NamingSystem | None:
        """The naming system with that folder id."""
