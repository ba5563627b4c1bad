"""The guard: who asks, whether they may, and not more than their share; before every route, the hot ones included.

It fills ``Facts.caller`` and ``Facts.standing``. What the policy does not describe is not there; who may not is told
which roles may. Every answer leaves with the headers that keep browsers honest (``security_headers``).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from termserver.access.facts import Facts, facts_of
from termserver.access.limits import Rates, Share
from termserver.access.node import NodeAccess
from termserver.access.policy import Found, Standing
from termserver.access.recognition import Headers, NotRecognised
from termserver.access.shared_counts import SharedCounts
from termserver.api import refusals
from termserver.api.answers import Answer, Problem, send_answer
from termserver.api.at_once import AtOnce
from termserver.api.front import Front
from termserver.api.security_headers import HSTS, allowed_origin, missing, preflight
from termserver.model.access import EVERYBODY, RouteGroup
from termserver.model.text import Text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("termserver.api")

WRONG_KEY = 20
"""So many requests a wrong key counts as: guessing is slow."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_FROM_PROXIES = (b"x-forwarded-proto", b"x-forwarded-host")
_UNPLACED = RouteGroup("", Text(), (), ())


class Guard:
    """Stands in front of ``inner`` and lets through what the policy allows."""

    def __init__(
        self,
        inner: App,
        access: NodeAccess,
        release: str = "",
        hot: Callable[[str], object] = lambda path: None,
        page: refusals.Page | None = None,
    ) -> None:
        """``hot`` says of a path whether it is answered without waiting: then no clock is set for it here.

        ``page`` makes the refusals that browsers show.
        """
        self._page = page
        self._inner = inner
        self._hot = hot
        self._access = access
        self._release = release
        self._rates = Rates(counts=SharedCounts.of_server("requests"))
        self.at_once = AtOnce(access, self._rates, inner.at_once) if isinstance(inner, Front) else None
        """Answers most requests in one step, by the same rules."""

    def follow(self, before: "Guard") -> None:
        """Go on with what is left of callers' shares, and what they left: a new edition gives nobody a full bucket."""
        self._rates = before._rates
        if self.at_once is not None:
            self.at_once.rates = self._rates
        if isinstance(self._inner, Front) and isinstance(before._inner, Front):
            self._inner.follow(before._inner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        facts = facts_of(scope)
        headers: Headers = facts.headers
        client = scope.get("client")
        peer = client[0] if client else ""
        access = self._access
        access.look()
        path, method = scope["path"], scope["method"]
        found = access.rules.find(_meant(headers) if method == "OPTIONS" else method, path)
        group = found.group if found is not None and found.group is not None else _UNPLACED
        origin = headers.get(b"origin", b"")
        tls = scope.get("scheme") == "https"
        proxies = access.recogniser.proxies
        if b"x-forwarded-proto" in headers or b"x-forwarded-host" in headers:
            if proxies.trusts(peer):
                tls = headers.get(b"x-forwarded-proto") == b"https"
            elif not access.local(headers, peer):  # only our own proxies say what we are called
                scope["headers"] = [one for one in scope["headers"] if one[0] not in _FROM_PROXIES]
        sending = _Sending(send, group, origin, tls)
        share: Share | None = None
        try:
            standing = access.local(headers, peer)
            if standing is None:
                by, credential = access.recogniser.shown(headers, peer)
                address = proxies.address(headers, peer)
                standing = access.recogniser.kept(by, credential, address)
                if standing is None:
                    standing = await self._recognised(by, credential, address, facts)
            facts.caller = standing.caller
            facts.standing = standing
            if method == "OPTIONS" and found is not None:
                await _options(sending, found)
                return
            self._admit(scope, headers, found, group, standing)
            limits = standing.limits
            if limits.per_minute or limits.together:
                share = self._counted(standing)
            if not standing.everything:
                facts.seconds = group.seconds
            if facts.seconds and not self._hot(path):
                async with asyncio.timeout(group.seconds):
                    await self._inner(scope, receive, sending)
            else:
                await self._inner(scope, receive, sending)
        except Problem as problem:
            await self._refuse(sending, scope, headers, group, problem)
        except TimeoutError:
            if sending.started:
                raise
            await self._refuse(sending, scope, headers, group, refusals.too_slow(group.seconds))
        finally:
            if share is not None:
                share.under_way -= 1

    async def _recognised(self, by: str, credential: bytes, address: str, facts: Facts) -> Standing:
        """Who asks; raise Problem (401) if what they show is not believed."""
        recogniser = self._access.recogniser
        try:
            if by == "token":  # may fetch the keys of its issuer
                return await asyncio.to_thread(recogniser.recognise, by, credential, address)
            return recogniser.recognise(by, credential, address)
        except NotRecognised as error:
            nobody = recogniser.recognise("none", b"", address)
            facts.caller = nobody.caller
            self._pay(nobody, WRONG_KEY)
            raise refusals.not_recognised(error.text) from None

    def _admit(
        self, scope: Scope, headers: Headers, found: Found | None, group: RouteGroup, standing: Standing
    ) -> None:
        """Raise Problem if this caller may not ask this."""
        if not standing.everything:
            if found is None:
                self._pay(standing, 1)
                raise refusals.nothing_here()
            if found.group is None:
                raise refusals.other_method(scope["method"], found.methods)
            if group.id not in standing.groups:
                raise refusals.not_allowed(group, standing.caller, self._access.rules.policy)
            self._pay(standing, 1)
        if (
            scope["method"] not in _SAFE
            and standing.caller.by in ("session", "local", "certificate")
            and (group.page or EVERYBODY not in group.roles)
            and from_elsewhere(headers)
        ):
            raise refusals.another_site()

    def _pay(self, standing: Standing, count: float) -> None:
        limits = standing.limits
        if not limits.per_minute:
            return
        wait = self._rates.take(standing.payer, count, limits.per_minute, limits.at_once or limits.per_minute)
        if wait:
            raise refusals.too_many(wait)

    def _counted(self, standing: Standing) -> Share:
        """Count the request among those of its caller; raise Problem if there are too many at the same time."""
        limits = standing.limits
        share = self._rates.of(standing.payer, limits.at_once or limits.per_minute)
        if limits.together and share.under_way >= limits.together:
            raise refusals.too_many_at_once(limits.together)
        share.under_way += 1
        return share

    async def _refuse(
        self, sending: "_Sending", scope: Scope, headers: Headers, group: RouteGroup, problem: Problem
    ) -> None:
        if sending.started:
            return
        answer: Answer = refusals.answer(problem, scope, headers, group, self._release, self._page)
        await send_answer(sending, answer, head=scope["method"] == "HEAD")


class _Sending:
    """``send`` with the headers that every answer carries; knows whether the answer has begun."""

    __slots__ = ("_group", "_origin", "_send", "_tls", "started")

    def __init__(self, send: Send, group: RouteGroup, origin: bytes, tls: bool) -> None:
        self._send = send
        self._group = group
        self._origin = origin
        self._tls = tls
        self.started = False

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.started = True
            said = list(message.get("headers", ()))
            names = tuple([name for name, _ in said])
            more, strange = missing(self._group, names)
            said += more
            if self._tls:
                said.append(HSTS)
            if self._origin or strange:
                said = allowed_origin(said, self._group, self._origin)
            message["headers"] = said
        return self._send(message)


async def _options(send: Send, found: Found) -> None:
    """What may be asked here, and by pages of which sites."""
    await send({"type": "http.response.start", "status": 204, "headers": preflight(found)})
    await send({"type": "http.response.body", "body": b""})


def _meant(headers: Headers) -> str:
    """The method that counts when a browser asks beforehand: the one that it is going to use."""
    return headers.get(b"access-control-request-method", b"OPTIONS").decode("latin-1")


def from_elsewhere(headers: Headers) -> bool:
    """Whether a browser sends this for a page of another site."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is not None and origin.partition(b"://")[2] != headers.get(b"host", b"")
