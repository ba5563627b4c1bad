"""The outermost ASGI layer: one error shape, hot routes first, body limits, no traceback to a client."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

from termserver.access.facts import facts_of
from termserver.api.answers import (
    Answer,
    Problem,
    Stream,
    error_answer,
    internal_failure,
    problem_of,
    send_answer,
    send_stream,
)
from termserver.api.hot import HotRoutes
from termserver.model.errors import TermserverError
from termserver.model.text import Text

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("termserver.api")


def action_of(scope: Scope) -> str:
    """What a hot route does, as the access log says it."""
    return "lookup" if "/concepts/" in scope["path"] else "search"


MAX_BODY = 16 * 1024 * 1024
MAX_TARGET = 16 * 1024


class Front:
    """Answers the hot routes itself and hands everything else to ``inner``."""

    def __init__(self, inner: App, hot: HotRoutes) -> None:
        self._inner = inner
        self._hot = hot
        self._clients: dict[str, Any] = {}
        """What clients of the FHIR door left here, by release of FHIR; it outlives an edition."""

    def follow(self, before: "Front") -> None:
        """Go on with what clients left with the edition before."""
        self._clients = before._clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        if scope["path"].startswith(("/fhir/", "/svs/")):
            await self._fhir(scope, receive, send)
            return
        if self._hot.route(scope["path"]) is None:
            if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
                await send_answer(send, error_answer(_too_long(), self._hot.release), head=scope["method"] == "HEAD")
                return
            try:
                await self._pass_on(scope, receive, send)
            except Problem as problem:
                await send_answer(send, error_answer(problem, self._hot.release), head=scope["method"] == "HEAD")
            return
        answer = self.answered(scope)
        if isinstance(answer, Stream):
            pieces = self._hot.entries.in_lines(action_of(scope), answer.pieces, facts_of(scope))
            async with asyncio.timeout(facts_of(scope).seconds or None):
                await send_stream(send, answer._replace(pieces=pieces), head=scope["method"] == "HEAD")
            return
        for registry, codes in answer.shows:
            facts_of(scope).shown(action_of(scope), registry, len(codes), codes)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    def answered(self, scope: Scope) -> Answer | Stream:
        """The answer of a hot route, a failure in the one error shape."""
        try:
            raw_path, query_string = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
            if len(raw_path) + len(query_string) > MAX_TARGET:
                raise _too_long()
            method = scope["method"]
            if method not in ("GET", "HEAD"):
                raise _method_not_allowed(method)
            for name, value in scope["headers"]:
                if name == b"if-none-match" and (same := self._hot.not_modified(value)) is not None:
                    return same
            return self._hot.answer(raw_path, query_string)
        except Problem as problem:
            return error_answer(problem, self._hot.release)
        except TermserverError as error:
            return error_answer(problem_of(error), self._hot.release)
        except Exception:
            log.exception("a request failed")
            return error_answer(internal_failure(), self._hot.release)

    def at_once(self, path: str) -> tuple[Callable[[Scope], Answer | Stream | None], bool] | None:
        """What answers GET requests of this path without waiting, and whether it gives kept answers alone."""
        if path.startswith("/fhir/"):
            door = self.__dict__.get("_fhir")  # loaded already
            return (door.kept, True) if door is not None and door.is_quick(path) else None
        return (self.answered, False) if self._hot.route(path) is not None else None

    @cached_property
    def _fhir(self) -> App:
        """The FHIR door, loaded by the first who knocks."""
        from termserver.api.fhir.door import FhirDoor

        # caches and closures of clients live in one process; several workers would each know other ones
        stateful = os.environ.get("TERMSERVER_SERVED_WORKERS", "1") == "1"
        # the desk of the routes over registries, so that an entry counts wherever it is read
        desk = getattr(getattr(self._inner, "state", None), "desk", None)
        nested = not os.environ.get("TERMSERVER_FHIR_FLAT")
        return FhirDoor(self._hot.server, stateful, desk, nested, self._clients)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the application behind, with a limit on its body and no traceback out."""
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > MAX_BODY:
            raise _too_large()
        received = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise _too_large()
            return message

        try:
            await self._inner(scope, counted, send)
        except Exception:  # answered already by the application behind, in the one shape
            log.exception("a request failed")


def _too_large() -> Problem:
    size = MAX_BODY // (1024 * 1024)
    return Problem(
        413,
        "body-too-large",
        Text(f"بدنهٔ درخواست بزرگ‌تر از {size} مگابایت است.", f"The request body is larger than {size} MiB."),
    )


def _too_long() -> Problem:
    return Problem(414, "target-too-long", Text("نشانی درخواست بسیار بلند است.", "The request address is too long."))


def _method_not_allowed(method: str) -> Problem:
    return Problem(
        405,
        "method-not-allowed",
        Text(f"این نشانی {method} نمی‌پذیرد؛ از GET استفاده کنید.", f"This address does not take {method}; use GET."),
    )
