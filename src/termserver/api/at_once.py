"""One step for most requests: a caller who is known already, a route that need not wait, an answer kept or made.

The layers say what is right (``guard``, ``front``, ``recorder``); here the same is done without a layer each, from
what they decided a moment ago. Whatever is unusual, or refused, is ``None``: then the layers answer.
"""

from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from termserver.access.limits import Rates, Share
from termserver.access.node import NodeAccess
from termserver.access.policy import Standing
from termserver.api.answers import SECURITY, Answer, Stream
from termserver.api.route_names import route_of
from termserver.api.security_headers import HSTS, Header, missing

Scope = MutableMapping[str, Any]
Ready = Callable[[Scope], Answer | Stream | None]
Offer = Callable[[str], tuple[Ready, bool] | None]
"""What answers a path without waiting, and whether it gives kept answers alone."""

_SECRET = frozenset((b"authorization", b"x-api-key", b"cookie"))
_COUNTS = _SECRET | {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-purpose"}
_HOME = frozenset((b"host", b"forwarded", b"x-real-ip"))
_REQUEST = b"x-request-id"
_name = itemgetter(0)
_MOST_VISITORS, _MOST_PATHS, _LONG, _MOST_HEADS = 10_000, 4096, 200, 64
_NO_BOUND = 10**12
_NDJSON = b"format="
"""What such a query asks for may be a stream, which takes its time."""


class Place:
    """Paths that are answered at once: their group and route, what answers, and the headers of its answers."""

    __slots__ = ("answer", "group", "heads", "kept", "known", "route", "streams")

    def __init__(self, answer: Ready, kept: bool, group: Any, route: str) -> None:
        self.answer, self.kept, self.group, self.route = answer, kept, group, route
        self.streams = route == "/api/search"
        self.known: dict[Any, Visitor] = {}
        """Who asks here, by what they show."""
        self.heads: dict[int, tuple[tuple[Header, ...], bytes, list[Header]]] = {}

    def head(self, answer: Answer, tls: bool) -> list[Header]:
        """All headers of an answer; those that come with every answer of an edition are put together once."""
        known = self.heads.get(id(answer.headers))
        if known is None or known[0] is not answer.headers or known[1] != answer.content_type:
            said = [(b"content-type", answer.content_type), *answer.headers]
            said += [one for one in SECURITY if one[0] not in map(_name, said)]
            said += missing(self.group, tuple(map(_name, said)))[0]
            if len(self.heads) >= _MOST_HEADS:
                self.heads.clear()
            known = self.heads[id(answer.headers)] = answer.headers, answer.content_type, said
        length = (b"content-length", b"%d" % len(answer.body))
        return [length, *known[2], HSTS] if tls else [length, *known[2]]


class Visitor:
    """Somebody who asked here a moment ago and may: until when that counts, and their share."""

    __slots__ = ("at_once", "caller", "payer", "per_minute", "place", "said", "share", "tls", "together", "until")

    def __init__(self, standing: Standing, place: Place, until: float, tls: bool, rates: Rates) -> None:
        self.caller, self.payer, self.place, self.until, self.tls = standing.caller, standing.payer, place, until, tls
        limits = standing.limits
        self.per_minute = limits.per_minute or _NO_BOUND
        self.at_once = limits.at_once or self.per_minute
        self.together = limits.together or _NO_BOUND
        self.share = rates.of(self.payer, self.at_once)
        self.said: dict[int, Any] = {}
        """What the log says of their requests, by status."""


Step = tuple[Visitor, Answer, Share, bytes]
"""One request answered: to whom, whose share counts it while it is sent, and ``X-Request-Id``."""


class AtOnce:
    """Answers what can be answered in one step; of one guard, so of one edition."""

    def __init__(self, access: NodeAccess, rates: Rates, offer: Offer) -> None:
        self._access, self.rates, self._offer = access, rates, offer
        self._recogniser = access.recogniser
        at_home = access.local({b"host": b"localhost"}, "127.0.0.1") is not None
        self._counts = _COUNTS | {_REQUEST} | (_HOME if at_home else frozenset())
        subject = access.recogniser.proxies.subject_header
        if subject:
            self._counts |= {subject}
        self._looks = access.path is not None
        self._tells_nothing = self._counts.isdisjoint
        self._paths: dict[str, Place | None] = {}
        self._places: dict[tuple[str, str], Place] = {}

    def __call__(self, scope: Scope, now: float) -> Step | None:
        """The answer, counted against the caller's share; None if the layers must answer. ``now`` is monotonic."""
        access = self._access
        if self._looks:
            access.look()
        if access.recogniser is not self._recogniser:
            self._recogniser = access.recogniser
            self._paths.clear()
            self._places.clear()
        path = scope["path"]
        place = self._paths[path] if path in self._paths else self._place(path)
        if place is None or scope["method"] != "GET" or (place.streams and _NDJSON in scope["query_string"]):
            return None
        client = scope.get("client")
        key: Any = client[0] if client else ""
        request = b""
        if not self._tells_nothing(map(_name, scope["headers"])):
            key, request = self._shown(key, scope["headers"])
        visitor = place.known.get(key)
        if visitor is None or visitor.until <= now:
            visitor = self._visitor(key, place, scope, now)
            if visitor is None:
                return None
        answer = None
        if place.kept:
            answer = place.answer(scope)
            if answer is None:
                return None
        share = visitor.share
        if share.gone:
            share = visitor.share = self.rates.of(visitor.payer, visitor.at_once)
        if share.under_way >= visitor.together or share.take(1, visitor.per_minute, visitor.at_once, now):
            return None
        if answer is None:
            answer = place.answer(scope)
        return (visitor, answer, share, request) if isinstance(answer, Answer) else None

    def _place(self, path: str) -> Place | None:
        """What is known of a path, worked out once; None for what the layers answer."""
        found = self._access.rules.find("GET", path)
        offered = self._offer(path)
        place = None
        if offered is not None and found is not None and found.group is not None and "*" in found.group.origins:
            route = route_of({"path": path})
            key = found.group.id, route
            place = self._places.get(key) or self._places.setdefault(key, Place(*offered, found.group, route))
        elif path.startswith("/fhir/"):
            return None  # its door may be loaded by then
        if len(path) < _LONG:
            if len(self._paths) >= _MOST_PATHS:
                self._paths.clear()
            self._paths[path] = place
        return place

    def _shown(self, peer: str, headers: list[Header]) -> tuple[Any, bytes]:
        """Whom the caller is known by, no secret in it as it came; and the name of the request."""
        key: list[Any] = [peer]
        request = b""
        for name, value in headers:
            if name == _REQUEST:
                request = value
            elif name in self._counts:
                secret = name in _SECRET
                key.append((name, blake2b(value, digest_size=16).digest() if secret else value))
        return (tuple(key) if len(key) > 1 else peer), request

    def _visitor(self, key: Any, place: Place, scope: Scope, now: float) -> Visitor | None:
        """Somebody whom the guard recognised a moment ago and who may ask here; None for anybody else."""
        access, headers = self._access, dict(scope["headers"])
        client = scope.get("client")
        peer = client[0] if client else ""
        proxies = access.recogniser.proxies
        standing, until = access.local(headers, peer), float("inf")
        if standing is None:
            by, credential = access.recogniser.shown(headers, peer)
            found = access.recogniser.kept_until(by, credential, proxies.address(headers, peer))
            if found is None or found[1] <= now:
                return None
            standing, until = found
        if not standing.may(place.group):
            return None
        tls = scope.get("scheme") == "https"
        if (b"x-forwarded-proto" in headers or b"x-forwarded-host" in headers) and proxies.trusts(peer):
            tls = headers.get(b"x-forwarded-proto") == b"https"
        known = place.known.pop(key, None)
        visitor = Visitor(standing, place, until, tls, self.rates)
        if known is not None and known.caller == visitor.caller:
            visitor.said = known.said
        if len(place.known) >= _MOST_VISITORS:
            del place.known[next(iter(place.known))]
        place.known[key] = visitor
        return visitor
