"""Who names this entry: registries read backwards, by one of their properties.

An index is made when it is first asked for, from one walk over the registry, and kept as long as
the edition is open.
"""

import threading
from collections.abc import Mapping

from termserver.model.registries import record_of
from termserver.terminology.details import decode_concept
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.tables import CONCEPT, DETAIL

_BATCH = 512


class Links:
    """The properties of registries, backwards; safe to share between threads."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        self._known: dict[tuple[str, str, str], Mapping[str, tuple[str, ...]]] = {}
        self._lock = threading.Lock()

    def naming(self, system: str, property: str, value: str, field: str = "") -> tuple[str, ...]:
        """The codes whose ``property`` (of a record: its ``field``) says ``value``, on whatever day, in their order.

        ``system`` is the id of a code system; one that is not here names nothing.
        """
        found = self._systems.find(system)
        if found is None:
            return ()
        with self._lock:
            known = self._known.get((found.key, property, field))
            if known is None:
                known = self._known[found.key, property, field] = _backwards(found, property, field)
        return known.get(value.casefold(), ())


def _backwards(system: OpenSystem, property: str, field: str) -> dict[str, tuple[str, ...]]:
    listed = [row[1] for row in system.reader.span(CONCEPT, f"{system.number}:", f"{system.number};")]
    mark = f'"{property}"'.encode()
    found: dict[str, dict[str, None]] = {}
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        rows = system.reader.many(DETAIL, some)
        for ordinal in some:
            body = rows[ordinal][1]
            if mark in body:
                concept = decode_concept(body)
                for fact in concept.properties:
                    if fact.code == property:
                        said = str(record_of(fact.value).get(field, "")) if field else fact.value
                        found.setdefault(said.casefold(), {})[concept.code] = None
    return {value: tuple(codes) for value, codes in found.items()}
