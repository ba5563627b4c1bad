"""Was it in force on that day? Thousands of numbers at once, each answered from the registry's own facts."""

import orjson

from termserver.model.days import Day
from termserver.terminology.lookup import find
from termserver.terminology.registry_standing import NO_NUMBER, UNKNOWN_ENTRY, Standings, Verdict
from termserver.terminology.registry_views import canonical_code
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.tables import DETAIL

_REMEMBERED = 200_000


class Verifier:
    """Verifies entries of the registries of one edition; bounded memory, safe to share between threads."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        self._known: dict[tuple[str, str], Standings | None] = {}

    def verify(self, system: OpenSystem, number: str, kind: str, day: Day, group: str = "") -> Verdict:
        """How the entry with that number stands on the day, by its licences of ``kind`` (any, where empty).

        ``number`` is read in every spelling the registry knows; ``group`` (physicians) decides the mark.
        """
        key = (system.key, number if not group else f"{number}|{group}")
        try:
            standings = self._known[key]
        except KeyError:
            code = canonical_code(system.id, number, group)
            if not code:
                return NO_NUMBER
            standings = self._read(system, code)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if len(number) <= 64:
                self._known[key] = standings
        return UNKNOWN_ENTRY if standings is None else standings.on(day, kind)

    def _read(self, system: OpenSystem, code: str) -> Standings | None:
        row = find(system, code, self._systems.metadata(system).widths)
        if row is None:
            return None
        kept = system.reader.get(DETAIL, row[1])
        if kept is None:
            return None
        said = orjson.loads(kept[1])
        first, last = said.get("w", ("", ""))
        return Standings.of("s" in said, first, last, said.get("p", ()))
