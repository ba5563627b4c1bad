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
_MOST_VISITORS, _MOST_PLACES, _LONG, _MOST_HEADS = 10_000, 4096, 200, 64
_NDJSON = b"format="
"""What such a query asks for may be a stream, which takes its time."""


class Visitor:
    """Somebody who asked a moment ago, by what they showed: what they may, until when that counts."""

    __slots__ = ("said", "share", "standing", "tls", "until")

    def __init__(self, standing: Standing, until: float, tls: bool) -> None:
        self.standing, self.until, self.tls = standing, until, tls
        self.share: Share | None = None
        self.said: dict[tuple[str, int], Any] = {}
        """What the log says of their requests, by route and status."""


class Place:
    """A path that is answered at once: its group and route, what answers, and the headers of its answers."""

    __slots__ = ("answer", "group", "heads", "kept", "route")

    def __init__(self, answer: Ready, kept: bool, group: Any, route: str) -> None:
        self.answer, self.kept, self.group, self.route = answer, kept, group, route
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


Step = tuple[Visitor, Place, Answer, Share | None, bytes]
"""One request answered: by whom it was asked, where, whose share counts it while it is sent, and ``X-Request-Id``."""


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
        self._visitors: dict[Any, Visitor] = {}
        self._places: dict[str, Place | None] = {}

    def __call__(self, scope: Scope, now: float) -> Step | None:
        """The answer, counted against the caller's share; None if the layers must answer. ``now`` is monotonic."""
        path = scope["path"]
        try:
            place = self._places[path]
        except KeyError:
            place = self._place(path)
        if place is None or scope["method"] != "GET" or _NDJSON in scope["query_string"]:
            return None
        access = self._access
        access.look()
        if access.recogniser is not self._recogniser:
            self._recogniser = access.recogniser
            self._visitors.clear()
            self._places.clear()
            return None
        client = scope.get("client")
        key: Any = client[0] if client else ""
        request = b""
        if not self._counts.isdisjoint(map(_name, scope["headers"])):
            key, request = self._shown(key, scope["headers"])
        visitor = self._visitors.get(key)
        if visitor is None or visitor.until <= now:
            visitor = self._visitor(key, scope, now)
            if visitor is None:
                return None
        standing = visitor.standing
        answer = None
        if place.kept:
            answer = place.answer(scope)
            if answer is None:
                return None
        share = None
        if not standing.everything:
            if place.group.id not in standing.groups:
                return None
            limits = standing.limits
            if limits.per_minute or limits.together:
                at_once = limits.at_once or limits.per_minute
                share = visitor.share
                if share is None or share.gone:
                    share = visitor.share = self.rates.of(standing.payer, at_once)
                if limits.together and share.under_way >= limits.together:
                    return None
                if limits.per_minute and share.take(1, limits.per_minute, at_once, now):
                    return None
        if answer is None:
            answer = place.answer(scope)
        if not isinstance(answer, Answer):
            return None
        return visitor, place, answer, share, request

    def _place(self, path: str) -> Place | None:
        """What is known of a path, worked out once; None for what the layers answer."""
        found = self._access.rules.find("GET", path)
        offered = self._offer(path)
        place = None
        if offered is not None and found is not None and found.group is not None and "*" in found.group.origins:
            place = Place(*offered, found.group, route_of({"path": path}))
        elif path.startswith("/fhir/"):
            return None  # its door may be loaded by then
        if len(path) < _LONG:
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            self._places[path] = place
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

    def _visitor(self, key: Any, scope: Scope, now: float) -> Visitor | None:
        """Somebody whom the guard recognised a moment ago; None if it did not."""
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
        tls = scope.get("scheme") == "https"
        if (b"x-forwarded-proto" in headers or b"x-forwarded-host" in headers) and proxies.trusts(peer):
            tls = headers.get(b"x-forwarded-proto") == b"https"
        known = self._visitors.pop(key, None)
        visitor = Visitor(standing, until, tls)
        if known is not None and known.standing.caller == standing.caller:
            visitor.said = known.said
        if len(self._visitors) >= _MOST_VISITORS:
            del self._visitors[next(iter(self._visitors))]
        self._visitors[key] = visitor
        return visitor
