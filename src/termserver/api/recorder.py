"""The outermost layer: every request is counted and logged; what a registry showed, before it leaves.

What must be on the disk first: answers that hold entries of a registry, and every answer of the
routes in ``PRIVILEGED``. Where the log cannot be written those are 503; everything else goes on.
"""

import re
from bisect import bisect_left
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic, time_ns
from typing import Any

from termserver.access.audit_log import AuditLog, Said, Unlogged
from termserver.access.audit_repeats import Alike
from termserver.access.facts import SCOPE, Caller, Facts
from termserver.api.answers import Problem, error_answer, send_answer
from termserver.api.at_once import Step, Visitor
from termserver.api.metrics import BOUNDS, Metrics
from termserver.api.route_names import HOT, LOOKUP, UNTOLD, route_of
from termserver.model.errors import TermserverError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

NODE = "termserver.node"
"""Where in the scope the routes find what serves them."""
PRIVILEGED = ("/api/registries/", "/registries/", "/compat/", "/api/committee", "/desk", "/api/access", "/log")
_REQUEST = re.compile(r"[A-Za-z0-9._-]{16,64}", re.ASCII)
_PURPOSE = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_MOST_ALIKE = 2000


class Node:
    """What serves in this process: its log (None: none is kept), its counts, and how its edition stands."""

    def __init__(self, log: AuditLog | None = None, metrics: Metrics | None = None) -> None:
        self.log = log
        self.metrics = metrics or Metrics()
        self.alike: dict[tuple[Any, ...], tuple[Alike, Caller]] = {}
        """What lines say that are the same but for their moment, and of whom, so that nobody else is taken for them."""
        self.release = ""
        self.since = ""
        self.trouble = ""
        """Why a newer edition could not be opened; empty if none failed."""

    def tick(self) -> None:
        """Tell the counts how the log stands, and share them."""
        if self.log is not None:
            self.metrics.gauge("unlogged", self.log.unlogged)
            self.metrics.gauge("trouble", 1 if self.log.trouble else 0)
        self.metrics.share()


class Recorder:
    """Counts and logs what ``inner`` answers."""

    def __init__(self, inner: App, node: Node) -> None:
        self._inner = inner
        self._at_once: Callable[[Scope, float], Step | None] | None = getattr(inner, "at_once", None)
        self.node = node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node = self.node
        if scope["type"] != "http":
            try:
                await self._inner(scope, receive, send)
            finally:
                if scope["type"] == "lifespan" and node.log is not None:
                    node.log.close()
            return
        scope[NODE] = node
        if self._at_once is not None:
            began = monotonic()
            step = self._at_once(scope, began)
            if step is not None:
                at, (visitor, answer, share, request) = time_ns(), step
                exchange = self._exchange(scope, send, step) if answer.shows else None
                if exchange is not None:
                    send = exchange.send
                metrics = node.metrics
                metrics.in_flight += 1
                share.under_way += 1
                try:
                    headers = visitor.place.head(answer, visitor.tls)
                    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
                    await send({"type": "http.response.body", "body": answer.body})
                finally:
                    metrics.in_flight -= 1
                    share.under_way -= 1
                    if exchange is not None:
                        exchange.end(metrics)
                    else:
                        alike, times = visitor.said.get(answer.status) or self._say(scope, send, visitor, answer.status)
                        took = monotonic() - began
                        times[bisect_left(BOUNDS, took)] += 1
                        times[-1] += took
                        if alike is not None and node.log is not None:
                            node.log.again(at, alike, took, _request(request) if request else b"")
                return
        facts = scope[SCOPE] = Facts(dict(scope["headers"]))
        exchange = _Exchange(scope, send, facts, node)
        metrics = node.metrics
        metrics.in_flight += 1
        try:
            await self._inner(scope, receive, exchange.send)
        finally:
            metrics.in_flight -= 1
            exchange.end(metrics)

    def _exchange(self, scope: Scope, send: Send, step: Step) -> "_Exchange":
        """The way of an answer in which entries of registries stand: the log has them before they leave."""
        visitor, answer, _, _ = step
        facts = scope[SCOPE] = Facts(dict(scope["headers"]), visitor.caller)
        for registry, codes in answer.shows:
            facts.shown(HOT.get(visitor.place.route, "lookup"), registry, len(codes), codes)
        return _Exchange(scope, send, facts, self.node)

    def _say(self, scope: Scope, send: Send, visitor: Visitor, status: int) -> tuple[Alike | None, list[float]]:
        """What the log says of such steps, and where they are counted; kept with the visitor."""
        route, alike = visitor.place.route, None
        if self.node.log is not None:
            exchange = _Exchange(scope, send, Facts(dict(scope["headers"]), visitor.caller), self.node)
            alike = exchange.alike(self.node.log, route, status)
        said = visitor.said[status] = alike, self.node.metrics.of(route, status)
        return said


class _Exchange:
    """One request and what has been told of it."""

    __slots__ = (
        "_at",
        "_began",
        "_dropped",
        "_facts",
        "_log",
        "_node",
        "_scope",
        "_send",
        "_status",
        "_told",
        "_waits",
    )

    def __init__(self, scope: Scope, send: Send, facts: Facts, node: Node) -> None:
        self._scope, self._send, self._facts, self._node = scope, send, facts, node
        self._log = node.log
        self._at, self._began = time_ns(), monotonic()
        self._status = 0
        self._told = -1
        """How many shown entries the log has heard of; -1 before its first line."""
        self._dropped = False

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._log is not None and (self._facts.registry or self._scope["path"].startswith(PRIVILEGED)):
                return self._begin(self._log, message)
        elif self._dropped:
            return _nothing()
        elif self._log is not None and self._facts.registry and self._facts.count > self._told:
            return self._go_on(self._log, message)
        return self._send(message)

    async def _begin(self, log: AuditLog, message: Message) -> None:
        try:
            await self._kept(log)
        except Unlogged as error:
            await self._refuse(error)
        else:
            await self._send(message)

    async def _go_on(self, log: AuditLog, message: Message) -> None:
        await self._kept(log)  # what the next piece of a stream shows is logged before it leaves
        await self._send(message)

    async def _kept(self, log: AuditLog) -> None:
        said = self._said(route_of(self._scope), self._named())
        already = max(0, self._told)
        if already:
            said["count"] = self._facts.count - already
            said["codes"] = self._facts.codes[already:]
        self._told = self._facts.count
        await log.kept(said)

    async def _refuse(self, error: TermserverError) -> None:
        self._dropped = True
        self._status = 503
        problem = Problem(503, "access-log", error.text, {"retry_after": 5})
        await send_answer(self._send, error_answer(problem, self._node.release), head=self._scope["method"] == "HEAD")

    def end(self, metrics: Metrics) -> None:
        """Count the answer, and tell the log of it if that has not heard yet."""
        path = self._scope["path"]
        if path.startswith(UNTOLD):
            return
        route = route_of(self._scope)
        took = monotonic() - self._began
        metrics.answered(route, self._status or 499, took)
        if self._log is not None and self._told < 0 and not self._dropped:
            request = _request(self._facts.headers.get(b"x-request-id", b""))
            self._log.again(self._at, self.alike(self._log, route, self._status), took, request)

    def alike(self, log: AuditLog, route: str, status: int) -> Alike:
        """What the line says beside its moment, kept from the last time it was said."""
        self._status = status
        _, purpose = self._named()
        facts, scope = self._facts, self._scope
        caller, client = facts.caller, scope.get("client")
        release = self._node.release
        key = (
            id(caller), route, self._status, scope["method"], facts.action, facts.count, purpose, release,
            client and client[0],
        )  # fmt: skip
        known = self._node.alike
        kept = known.get(key)
        if kept is None:
            if len(known) >= _MOST_ALIKE:
                known.clear()
            said = self._said(route, ("", purpose))
            del said["t"], said["ms"]
            kept = known[key] = log.alike(said), caller
        return kept[0]

    def _named(self) -> tuple[str, str]:
        """The request's own name and its purpose, where they are such."""
        headers = self._facts.headers
        request, purpose = headers.get(b"x-request-id"), headers.get(b"x-purpose")
        return _fitting(_REQUEST, request) if request else "", _fitting(_PURPOSE, purpose) if purpose else ""

    def _said(self, route: str, names: tuple[str, str]) -> Said:
        scope, facts = self._scope, self._facts
        caller = facts.caller
        client = scope.get("client")
        request, purpose = names
        return {
            "t": self._at,
            "who": caller.name,
            "roles": caller.roles,
            "by": caller.by,
            "organisation": caller.organisation,
            "address": caller.address or (client[0] if client else ""),
            "do": facts.action or HOT.get(route) or ("lookup" if route is LOOKUP else scope["method"].lower()),
            "route": route,
            "status": self._status or 499,  # whoever asked went away
            "registry": facts.registry,
            "count": facts.count,
            "codes": facts.codes,
            "purpose": facts.purpose or purpose,
            "release": (facts.release or self._node.release).rpartition(":")[2][:16],
            "ms": round((monotonic() - self._began) * 1000, 2),
            "request": request,
        }


def _request(told: bytes) -> bytes:
    """The request's own name as a member of its line, where it looks like one."""
    named = _fitting(_REQUEST, told) if told else ""
    return b',"request":"%b"' % named.encode() if named else b""


async def _nothing() -> None:
    """What is sent of an answer that was refused."""


def _fitting(pattern: re.Pattern[str], told: bytes) -> str:
    """A header where it looks like what it should be: free text may hold anything of a patient."""
    said = told.decode("latin-1")
    return said if pattern.fullmatch(said) else ""
