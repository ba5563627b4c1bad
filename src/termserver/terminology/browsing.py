"""A code system from its top: the concepts under nothing, in the order of their codes."""

from collections import OrderedDict
from threading import Lock

from termserver.releases.digests import natural
from termserver.terminology.details import Named, decode_name
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import ANCESTORS, CHILDREN, CONCEPT, DETAIL

_SYSTEMS = 64
_BATCH = 512


class Tops:
    """The tops of the code systems that were asked for lately; safe to share between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[tuple[str, int], ...]] = OrderedDict()
        self._lock = Lock()

    def page(self, system: OpenSystem, offset: int, limit: int) -> tuple[list[tuple[Named, bool]], int]:
        """Some of the concepts without a parent, each with whether it has children, and how many there are."""
        tops = self._tops(system)
        some = tops[offset : offset + limit]
        rows = system.reader.many(DETAIL, [ordinal for _, ordinal in some])
        return [(decode_name(rows[n][1]), system.reader.get(CHILDREN, n) is not None) for _, n in some], len(tops)

    def _tops(self, system: OpenSystem) -> tuple[tuple[str, int], ...]:
        key = (system.reader.manifest.digest, system.key)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            start = f"{system.number}:"
            listed = [(row[0][len(start) :], row[1]) for row in system.reader.span(CONCEPT, start, f"{system.number};")]
            below = {
                ordinal
                for first in range(0, len(listed), _BATCH)
                for ordinal in system.reader.many(ANCESTORS, [row[1] for row in listed[first : first + _BATCH]])
            }
            tops = ((code, ordinal) for code, ordinal in listed if ordinal not in below)
            known = tuple(sorted(tops, key=lambda top: natural(top[0])))
            with self._lock:
                self._known[key] = known
                while len(self._known) > _SYSTEMS:
                    self._known.popitem(last=False)
        return known
