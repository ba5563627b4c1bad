"""What a code is called elsewhere: the concept maps of an edition, asked from either side."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock

from termserver.model.ports import ReleaseReader
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases.records import decode_concept_map
from termserver.terminology.maps import NOT_RELATED

_OTHER_WAY = {
    "source-is-narrower-than-target": "source-is-broader-than-target",
    "source-is-broader-than-target": "source-is-narrower-than-target",
}


@value
class Crossing:
    """One row of a map as it reads from the code that was asked about.

    ``code`` is empty where the map says that ``system`` has none for it.
    """

    system: str
    code: str
    relationship: str
    comment: str
    map: str
    title: Text
    provisional: bool


class Crossings:
    """Every row of every map, by system and code; read when it is first asked for, safe to share."""

    def __init__(self, readers: Sequence[ReleaseReader]) -> None:
        self._readers = readers
        self._lock = Lock()

    def of(self, system: str, code: str) -> tuple[Crossing, ...]:
        """What the maps say of the code, those that begin at its system first."""
        with self._lock:
            known = self._by_code
        return tuple(known.get((system, code.casefold()), ()))

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], list[Crossing]]:
        there: defaultdict[tuple[str, str], list[Crossing]] = defaultdict(list)
        back: defaultdict[tuple[str, str], list[Crossing]] = defaultdict(list)
        seen: set[str] = set()
        for reader in self._readers:
            for artefact in reader.manifest.artefacts:
                if artefact.kind != "conceptmap" or artefact.path in seen:
                    continue
                seen.add(artefact.path)
                known = decode_concept_map(reader.artefact(artefact.path) or b"{}")
                for row in known.mappings:
                    said = (row.comment, known.id, known.title, known.provisional)
                    target = "" if row.relationship == NOT_RELATED else row.target_code
                    there[known.source_system, row.source_code.casefold()].append(
                        Crossing(known.target_system, target, row.relationship, *said)
                    )
                    if target:
                        around = _OTHER_WAY.get(row.relationship, row.relationship)
                        back[known.target_system, target.casefold()].append(
                            Crossing(known.source_system, row.source_code, around, *said)
                        )
        for key, rows in back.items():
            there[key] += rows
        return dict(there)
