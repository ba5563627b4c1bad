"""What every answer has in common: its bytes, its headers, its one error shape.

The error shape, for every route and every status from 400 up::

    {"error": {"code": "unknown-system", "status": 404,
               "message": {"fa": "…", "en": "…"}}, "release": "<digest of the edition>"}

``code`` is stable and meant for programs, ``message`` for people.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from termserver.model.errors import (
    QuerySyntaxError,
    TermserverError,
    UnknownCode,
    UnknownDocumentType,
    UnknownRule,
    UnknownSystem,
    UsageError,
)
from termserver.model.registries import UnknownRegistry
from termserver.model.text import Text

JSON = b"application/json; charset=utf-8"
SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"accept-encoding"),
)


class Answer(NamedTuple):
    """Status, headers and body, ready to be sent."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = JSON
    shows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The entries of registries in it: registry, and their codes."""


class Stream(NamedTuple):
    """An answer (200) of any length, sent piece by piece as it is made."""

    pieces: Iterator[bytes]
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = JSON


@dataclass(slots=True)
class Problem(Exception):
    """Raised inside a handler to answer with the one error shape."""

    status: int
    code: str
    message: Text
    extra: dict[str, Any] = field(default_factory=dict)


_KINDS: tuple[tuple[type[TermserverError], int, str], ...] = (
    (UnknownSystem, 404, "unknown-system"),
    (UnknownCode, 404, "unknown-code"),
    (UnknownDocumentType, 404, "unknown-document-type"),
    (UnknownRule, 404, "unknown-rule"),
    (UnknownRegistry, 404, "unknown-registry"),
    (QuerySyntaxError, 400, "query-syntax"),
    (UsageError, 400, "bad-request"),
    (TermserverError, 500, "failure"),
)


def problem_of(error: TermserverError) -> Problem:
    """The answer to a failure raised below the door."""
    for kind, status, code in _KINDS:
        if isinstance(error, kind):
            extra = {"position": error.position} if isinstance(error, QuerySyntaxError) else {}
            return Problem(status, code, error.text, extra)
    raise error


def internal_failure() -> Problem:
    """The answer when we are at fault; the log holds the rest."""
    return Problem(
        500,
        "internal",
        Text("خطای داخلی؛ جزئیات در لاگ سرور است.", "The server failed on this request; its log says why."),
    )


def error_answer(problem: Problem, release: str) -> Answer:
    """The one error shape as bytes."""
    error = {"code": problem.code, "status": problem.status, "message": problem.message.as_json(), **problem.extra}
    wait = problem.extra.get("retry_after")
    headers = ((b"retry-after", b"%d" % wait),) if wait else ()
    return Answer(problem.status, orjson.dumps({"error": error, "release": release}), headers)


async def send_stream(send: Any, stream: Stream, *, head: bool = False) -> None:
    """Send a stream over ASGI; others are served between its pieces."""
    headers = [(b"content-type", stream.content_type), *SECURITY, *stream.headers]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if not head:
        for piece in stream.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def send_answer(send: Any, answer: Answer, *, head: bool = False) -> None:
    """Send an answer over ASGI; a HEAD request gets the headers alone."""
    status, body, more, content_type, _ = answer
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *SECURITY, *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
