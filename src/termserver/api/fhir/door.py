"""The FHIR door: /fhir/r4 and /fhir/r5 as a plain ASGI application, beside FastAPI and not behind it.

Computing runs in a bounded pool of threads, so that one heavy request does not keep the others
waiting at the door; answers to plain GET requests are kept, because an edition never changes.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any

import orjson

from termserver import __version__
from termserver.access.facts import facts_of
from termserver.api.answers import Answer
from termserver.api.fhir.client_state import ClientState
from termserver.api.fhir.directory import Directory
from termserver.api.fhir.dispatch import Dispatch
from termserver.api.fhir.exchange import MIME_JSON, MIME_XML, R4, R5, Exchange, FhirProblem, Reply
from termserver.api.fhir.past import Past
from termserver.api.fhir.quick import Quick, split_code
from termserver.api.fhir.resources import Resources
from termserver.api.fhir.svs import Svs, SvsAnswer
from termserver.api.registry_desk import Desk
from termserver.api.security_headers import SHARED_DATA
from termserver.fhir.budget import SECONDS
from termserver.fhir.grammars import WithGrammars
from termserver.fhir.outcomes import operation_outcome, refused
from termserver.fhir.shelves import Shelves
from termserver.fhir_edition.shelf import EditionShelf, json_shelf
from termserver.model.errors import TermserverError
from termserver.service import TermServer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("termserver.api")

BASES = {"r4": R4, "r5": R5}
MAX_BODY = 32 * 1024 * 1024
_CODES = frozenset({"CodeSystem/$lookup", "CodeSystem/$validate-code", "ValueSet/$validate-code"})
_QUICK = _CODES | {"CodeSystem/$subsumes"}
_COUNT = re.compile(r"(?:^|&)count=([0-9]{1,4})(?:&|$)")
_FEW = 50
_AT_ONCE = 0.004
_SOON = 0.3
"""What takes longer waits for one of the few slow threads, so that short questions never stand behind it."""
_UPDATED = "2026-11-22T00:00:00Z"
_LONG_BODY = 16 * 1024
_PASSED_OVER = 128 * 1024 * 1024
"""Of a body that is too large so much is taken before the answer; then the connection is closed."""
_THREADS, _SLOW = 4, 2
_WAITING = 256
_KEPT_BYTES = 32 * 1024 * 1024
_KEPT_ANSWER = 256 * 1024
_JSON_SENT = b"%b; charset=utf-8" % MIME_JSON.encode()
_ALLOWED = b"GET, HEAD, POST, OPTIONS"
_CORS = (
    (b"vary", b"accept, accept-language, accept-encoding"),
    (b"cache-control", b"no-cache"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-location, etag, location, x-request-id"),
)
_SENT = ((b"x-content-type-options", b"nosniff"),)
"""On every answer (``_send``)."""
_UNUSUAL = frozenset((b"x-cache-id", b"x-request-id", b"if-none-match"))
_PREFLIGHT = (
    *_CORS,
    (b"access-control-allow-methods", _ALLOWED),
    (b"access-control-allow-headers", b"accept, accept-language, content-type, x-cache-id, x-request-id, prefer"),
    (b"access-control-max-age", b"86400"),
)


class FhirDoor:
    """Answers every path under /fhir/."""

    def __init__(
        self,
        server: TermServer,
        stateful: bool = True,
        desk: Desk | None = None,
        nested: bool = True,
        clients: dict[str, Any] | None = None,
    ) -> None:
        """``clients``: what clients left with the edition before, a ``ClientState`` for each release of FHIR."""
        self._server = server
        self._clients = {} if clients is None else clients
        self._stateful = stateful
        self._nested = nested
        self._made: dict[str, Dispatch] = {}
        self._edition: EditionShelf | None = None
        self._lists: Svs | None = None
        self._directory = Directory(desk or Desk(server), _UPDATED)
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(_THREADS, "fhir")
        self._slow = ThreadPoolExecutor(_SLOW, "fhir-slow")
        self._busy = 0
        self._tag = f'"{server.edition.digest.rpartition(":")[2][:24]}-{__version__}"'.encode()
        self._kept: OrderedDict[tuple[str, ...], tuple[int, bytes, bytes]] = OrderedDict()
        self._kept_bytes = 0
        self._quick = Quick()
        self._fresh = (*_CORS, (b"etag", self._tag), *(one for one in SHARED_DATA if one not in _SENT))

    def _dispatch(self, version: str) -> Dispatch:
        with self._lock:
            known = self._made.get(version)
            if known is None:
                clients, kept = self._clients.setdefault(version, ClientState()), json_shelf(self._server, version)
                if self._edition is None:
                    self._edition = EditionShelf(self._server)
                    self._threads.submit(_warm, self._edition)
                edition = self._edition
                resources = Resources(kept, edition, _UPDATED)
                shelves = WithGrammars(Shelves([kept, edition]))
                past = Past(self._server, version, _UPDATED)
                known = Dispatch(
                    version, shelves, resources, clients, self._stateful, self._directory, past, self._nested
                )
                self._made[version] = known
        return known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" and self.is_quick(scope["path"]) and (kept := self.kept(scope)) is not None:
            await _send(send, kept.status, kept.content_type, kept.body, kept.headers)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, path = scope["method"], scope["path"]
        echoed = ((b"x-request-id", headers["x-request-id"].encode("latin-1")),) if "x-request-id" in headers else ()
        if method == "OPTIONS":
            await _send(send, 204, b"", b"", _PREFLIGHT)
            return
        if path.startswith("/svs/"):
            await self._svs(path.removeprefix("/svs/"), scope, send)
            return
        base, _, rest = path.removeprefix("/fhir/").partition("/")
        query = scope["query_string"].decode("latin-1")
        codes = rest in _CODES  # what they say does not depend on the address of the server
        address = "" if codes else _base(scope, headers, base)
        key = (path, query, headers.get("accept", ""), headers.get("accept-language", ""), address)
        plain = method in ("GET", "HEAD") and "x-cache-id" not in headers
        if plain:
            if headers.get("if-none-match", "").encode() == self._tag:
                await _send(send, 304, b"", b"", (*_CORS, (b"etag", self._tag), *echoed))
                return
            # what is not unusual was tried above already
            known = self._found(
                key, query, codes and method == "GET" and not _UNUSUAL.isdisjoint(dict(scope["headers"]))
            )
            if known is not None:
                await _send(send, *known, (*self._fresh, *echoed), method == "HEAD")
                return
        exchange = Exchange(BASES.get(base, R4), method, rest.strip("/"), query, headers, base=address)
        exchange.facts, exchange.caller = facts_of(scope), (scope.get("client") or ("-",))[0]
        try:
            exchange.body = await _body(receive, headers) if method == "POST" else b""
            mime = exchange.format()
            reply = await self._reply(exchange, base)
        except FhirProblem as error:
            mime, reply = MIME_JSON, Reply(error.status, operation_outcome(error.issues))
        status, body = _bytes_of(reply, mime)
        sent = b"%b; charset=utf-8" % mime.encode()
        more = (*_CORS, *reply.headers, *echoed)
        if plain and status == 200 and reply.keep:
            self._keep(key, status, sent, body)
            more = (*self._fresh, *reply.headers, *echoed)
            if codes and mime == MIME_JSON and (asked := split_code(query)) is not None:
                request = partial(self._dispatch(exchange.version).request, exchange)
                self._quick.learn((path, asked[0], key[2], key[3]), asked[1], body, rest, request)
        await _send(send, status, sent, body, more, method == "HEAD")

    def is_quick(self, path: str) -> bool:
        """Whether ``kept`` may answer it."""
        return path.removeprefix("/fhir/").partition("/")[2] in _CODES

    def kept(self, scope: Scope) -> Answer | None:
        """The answer to a GET about codes that is kept, or differs from an earlier one in its code alone."""
        headers = dict(scope["headers"])
        if not _UNUSUAL.isdisjoint(headers):
            return None
        accept, language = (headers.get(name, b"").decode("latin-1") for name in (b"accept", b"accept-language"))
        query = scope["query_string"].decode("latin-1")
        known = self._found((scope["path"], query, accept, language, ""), query, True)
        if known is None:
            return None
        status, mime, body = known
        return Answer(status, body, self._fresh, mime)

    def _found(self, key: tuple[str, ...], query: str, at_once: bool) -> tuple[int, bytes, bytes] | None:
        known = self._kept.get(key)
        return self._at_once(key, query) if known is None and at_once else known

    async def _svs(self, operation: str, scope: Scope, send: Send) -> None:
        """IHE SVS: the same lists for those who speak no FHIR."""
        if scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, b"text/plain", b"Use GET.\n", ((b"allow", b"GET, HEAD"),))
            return
        run = asyncio.get_running_loop().run_in_executor
        found = await run(self._slow, self._listed, operation, scope["query_string"].decode("latin-1"))
        await _send(send, found.status, found.content_type, found.body, found.headers, scope["method"] == "HEAD")

    def _listed(self, operation: str, query: str) -> SvsAnswer:
        try:
            shelf = self._dispatch(R4).shelf
            if self._lists is None:
                self._lists = Svs(shelf, self._edition or EditionShelf(self._server))
            return self._lists.answer(operation, query)
        except Exception:
            log.exception("an SVS request failed")
            return SvsAnswer(500, b"The server failed on this request; its log says why.\n", b"text/plain")

    def _at_once(self, key: tuple[str, ...], query: str) -> tuple[int, bytes, bytes] | None:
        """The answer to a question that differs from an earlier one in its code alone."""
        asked = split_code(query)
        if asked is None:
            return None
        body = self._quick.answer((key[0], asked[0], key[2], key[3]), asked[1])
        if body is None:
            return None
        self._keep(key, 200, _JSON_SENT, body)
        return 200, _JSON_SENT, body

    async def _reply(self, exchange: Exchange, base: str) -> Reply:
        if base not in BASES:
            raise refused(
                404, "not-found", "FHIR is spoken at /fhir/r4 and /fhir/r5", "FHIR در ‎/fhir/r4 و ‎/fhir/r5 است"
            )
        if self._busy >= _WAITING:
            raise refused(
                503, "throttled", "Too many requests at once; send it again", "درخواست‌ها بسیار است؛ دوباره بفرستید"
            )
        if exchange.method == "GET" and _is_quick(exchange) and "x-cache-id" not in exchange.headers:
            # most such questions take less time than handing them to another thread
            reply = self._tried(exchange, _AT_ONCE)
            if reply is not None:
                return reply
        self._busy += 1
        run = asyncio.get_running_loop().run_in_executor
        try:
            if _is_whole(exchange):  # begun twice, it would be done twice
                threads = self._slow if len(exchange.body) > _LONG_BODY else self._threads
                return await run(threads, self._answered, exchange)
            reply = await run(self._threads, self._tried, exchange, _SOON)
            if reply is not None:
                return reply
            return await run(self._slow, self._answered, exchange)
        finally:
            self._busy -= 1

    def _tried(self, exchange: Exchange, seconds: float) -> Reply | None:
        """The reply if it takes no longer than ``seconds``; None if it would."""
        exchange.seconds = seconds
        reply = self._answered(exchange)
        exchange.seconds = SECONDS
        return None if reply.status == 422 and _took_too_long(reply) else reply

    def _answered(self, exchange: Exchange) -> Reply:
        try:
            return self._dispatch(exchange.version).answer(exchange)
        except RecursionError:
            return Reply(
                400,
                operation_outcome(refused(400, "structure", "It is nested too deeply", "تودرتویی بسیار است").issues),
            )
        except Exception:
            log.exception("a FHIR request failed")
            failure = refused(
                500, "exception", "The server failed on this request; its log says why", "خطای داخلی؛ جزئیات در لاگ است"
            )
            return Reply(500, operation_outcome(failure.issues))

    def _keep(self, key: tuple[str, ...], status: int, mime: bytes, body: bytes) -> None:
        if len(body) > _KEPT_ANSWER or key in self._kept or "/$cache-control" in key[0]:
            return
        self._kept[key] = status, mime, body
        self._kept_bytes += len(body) + sum(map(len, key))
        while self._kept_bytes > _KEPT_BYTES:
            old, (_, _, gone) = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone) + sum(map(len, old))


def _is_whole(exchange: Exchange) -> bool:
    """Whether the question has parts of its own, or changes what is kept."""
    return not exchange.path or exchange.path.startswith("$") or exchange.path.endswith("$batch-validate-code")


def _is_quick(exchange: Exchange) -> bool:
    """Whether handing the question to another thread usually takes longer than answering it."""
    if exchange.path == "ValueSet/$expand":
        count = _COUNT.search(exchange.query)
        return "filter=" in exchange.query and count is not None and int(count[1]) <= _FEW
    return exchange.path in _QUICK


def _took_too_long(reply: Reply) -> bool:
    return (
        reply.resource is not None
        and reply.resource["issue"][0].get("extension", [{}])[0].get("valueString") == "TOO_LONG"
    )


def _warm(edition: EditionShelf) -> None:
    """Read who is in each code system before a question that is answered at once needs it."""
    with suppress(TermserverError):  # the edition was closed meanwhile
        for system in edition.every_system():
            _ = system.everything


def _base(scope: Scope, headers: dict[str, str], base: str) -> str:
    scheme = headers.get("x-forwarded-proto", str(scope.get("scheme", "http"))).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "localhost")).split(",")[0].strip()
    return f"{scheme}://{host}/fhir/{base}"


def _bytes_of(reply: Reply, mime: str) -> tuple[int, bytes]:
    try:
        return reply.status, _written(reply, mime)
    except (orjson.JSONEncodeError, RecursionError):  # a tree of hundreds of levels
        deep = refused(
            422, "too-costly", "The answer is nested too deeply; ask with excludeNested=true", "پاسخ بسیار تودرتو است"
        )
        return 422, _written(Reply(422, operation_outcome(deep.issues)), mime)


def _written(reply: Reply, mime: str) -> bytes:
    if reply.body:
        return reply.body
    if mime == MIME_XML:
        from termserver.fhir.xml import write

        xml: bytes = write(reply.resource or {})
        return xml
    data: bytes = orjson.dumps(reply.resource)
    return data


async def _body(receive: Receive, headers: dict[str, str]) -> bytes:
    declared = headers.get("content-length", "0")
    too_large = refused(
        413,
        "too-long",
        f"The body is larger than {MAX_BODY >> 20} MiB",
        f"بدنه بزرگ‌تر از {MAX_BODY >> 20} مگابایت است",
    )
    if declared.isdigit() and int(declared) > MAX_BODY:
        if "expect" not in headers:  # a sender who is still writing would not read the answer
            await _passed_over(receive, min(int(declared), _PASSED_OVER))
        raise too_large
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        piece = message.get("body", b"")
        size += len(piece)
        if size > MAX_BODY:
            pieces.clear()
            await _passed_over(receive, _PASSED_OVER)
            raise too_large
        pieces.append(piece)
        if not message.get("more_body"):
            break
    return b"".join(pieces)


async def _passed_over(receive: Receive, size: int) -> None:
    """Take so many bytes of a body at most, and keep none."""
    while size > 0:
        message = await receive()
        if not message.get("more_body"):
            return
        size -= len(message.get("body", b""))


async def _send(
    send: Send, status: int, mime: bytes, body: bytes, more: tuple[tuple[bytes, bytes], ...], head: bool = False
) -> None:
    headers = [(b"content-length", b"%d" % len(body)), *_SENT, *more]
    if mime:
        headers.append((b"content-type", mime))
    if status == 304 or status == 204:
        headers = [one for one in headers if one[0] != b"content-length"]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
