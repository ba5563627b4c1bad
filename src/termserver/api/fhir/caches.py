"""Resources that a client sends once and uses in many requests: ``$cache-control`` and ``X-Cache-Id``."""

import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from termserver.fhir.library import Overlay, Parses
from termserver.fhir.messages import say
from termserver.fhir.outcomes import FhirProblem, Issue, Json, refused
from termserver.fhir.parameters import Asked, answer, said

_IDLE = 30 * 60
_MOST = 200
_MOST_ITEMS = 5000


@dataclass
class _Cache:
    overlay: Overlay = field(default_factory=Overlay)
    sealed: bool = True
    used: float = 0.0


class Caches:
    """The caches of this process; one that is not used for half an hour is forgotten."""

    def __init__(self, parses: Parses) -> None:
        self._parses = parses
        self._caches: OrderedDict[str, _Cache] = OrderedDict()
        self._lock = Lock()

    def control(self, asked: Asked) -> Json:
        """``mode``: start, check or end; raise ``FhirProblem``."""
        mode = asked.text("mode") or "start"
        if mode == "start":
            items = tuple(self._parses.parsed(one) for one in asked.all("tx-resource"))
            self._limit(len(items))
            name = str(uuid.uuid4())
            with self._lock:
                self._caches[name] = _Cache(Overlay(items), asked.flag("sealed") is not False, time.monotonic())
                self._forget()
            return answer([said("cache-id", "Id", name)])
        name = asked.text("cache-id")
        if mode == "check":
            self._find(name)
            return answer([said("cache-id", "Id", name), said("result", "Boolean", True)])
        if mode == "end":
            with self._lock:
                self._caches.pop(name, None)
            return answer([said("result", "Boolean", True)])
        raise refused(400, "invalid", "mode must be start, check or end", "mode باید start یا check یا end باشد")

    def overlay(self, name: str, more: Overlay, by_parameter: bool) -> Overlay:
        """What the cache holds; what comes along is kept in it unless it is sealed."""
        with self._lock:
            known = self._caches.get(name)
            if known is None and by_parameter:  # the older protocol names caches without starting them
                known = self._caches[name] = _Cache(sealed=False)
                self._forget()
            if known is None:
                raise _unknown(name)
            known.used = time.monotonic()
            self._caches.move_to_end(name)
            if more.items and not known.sealed:
                fresh = tuple(one for one in more.items if all(one is not other for other in known.overlay.items))
                self._limit(len(known.overlay.items) + len(fresh))
                known.overlay = Overlay((*known.overlay.items, *fresh))
            return known.overlay

    def _find(self, name: str) -> _Cache:
        with self._lock:
            known = self._caches.get(name)
        if known is None:
            raise _unknown(name)
        return known

    def _limit(self, items: int) -> None:
        if items > _MOST_ITEMS:
            raise refused(
                413,
                "too-costly",
                f"A cache holds at most {_MOST_ITEMS} resources",
                f"حافظه حداکثر {_MOST_ITEMS} منبع دارد",
            )

    def _forget(self) -> None:
        now = time.monotonic()
        for name in [name for name, cache in self._caches.items() if now - cache.used > _IDLE and cache.used]:
            del self._caches[name]
        while len(self._caches) > _MOST:
            self._caches.popitem(last=False)


def _unknown(name: str) -> FhirProblem:
    text = say("CACHE_ID_UNKNOWN", name)
    return FhirProblem(404, Issue("error", "not-found", "cache-id-unknown", "CACHE_ID_UNKNOWN", text))
