"""How many connections a process holds, half of the files it may still open, and how an answer leaves: in one piece.

Where more come, those that ask nothing give way, the oldest first; where all are busy, who comes is told to come
again (503, ``Retry-After``), and who says nothing is hung up on.
"""

import asyncio
import contextlib
import logging
import os
import sys
from functools import cache
from typing import Any, ClassVar

from termserver.api.answers import JSON, Problem, error_answer
from termserver.model.text import Text

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Http
except ImportError:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Http  # type: ignore[assignment]

log = logging.getLogger("termserver.serving")

GRACE = 1.0
"""Seconds for which whoever asks nothing is left alone: a request may be on its way."""
RETRY = 2
"""Seconds after which a refused client may come again."""
_MOST_WAITING = 2048
_LOOK_AGAIN = 0.1
_SAID_EVERY = 60.0


def backlog() -> int:
    """How many connections may wait to be taken: no more at once than there are files for."""
    return min(_MOST_WAITING, max(8, _files() // 8))


class Bounded(Http):
    """A connection that is one of no more than ``places()``."""

    _here: ClassVar[dict["Bounded", float]] = {}
    """The connections of this process, the oldest first, and when each came about."""
    _told: ClassVar[float] = float("-inf")
    _all_busy: ClassVar[float] = float("-inf")

    def connection_made(self, transport: Any) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._here) >= places() and not self._place_made(now):
            Refused(transport)
            return
        self._here[self] = now
        whole: Any = Whole(transport)
        super().connection_made(whole)

    @classmethod
    def _place_made(cls, now: float) -> bool:
        """Hang up on some who ask nothing; whether there were any."""
        if now - cls._all_busy < _LOOK_AGAIN:
            return False
        quiet = [one for one in cls._here if one.quiet(now) >= GRACE][: max(1, places() // 8)]
        for one in quiet:
            del cls._here[one]  # its place is free at once, its file a moment later
            one.transport.close()
        if not quiet:
            cls._all_busy = now
            if now - cls._told > _SAID_EVERY:
                cls._told = now
                log.warning("all %d connections are busy; who comes now is told to come again", places())
        return bool(quiet)

    def connection_lost(self, exc: Exception | None) -> None:
        self._here.pop(self, None)
        super().connection_lost(exc)

    def quiet(self, now: float) -> float:
        """Seconds since it was answered last, or since it came and has not asked yet; 0 while it is answered."""
        if self.cycle is not None and not self.cycle.response_complete:
            return 0.0
        ending = self.timeout_keep_alive_task
        return now - (self._here[self] if ending is None else ending.when() - self.timeout_keep_alive)


class Whole:
    """A transport that sends the head of an answer together with what follows it.

    Whoever is killed between the two has answered nothing, and a proxy asks another node; and it is one call less.
    """

    __slots__ = (
        "_close", "_head", "_loop", "_write", "_writelines", "abort", "get_extra_info", "get_write_buffer_size",
        "is_closing", "pause_reading", "resume_reading", "set_protocol",
    )  # fmt: skip

    def __init__(self, transport: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._head = b""
        self._write, self._writelines, self._close = transport.write, transport.writelines, transport.close
        self.abort, self.is_closing, self.set_protocol = transport.abort, transport.is_closing, transport.set_protocol
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.get_extra_info, self.get_write_buffer_size = transport.get_extra_info, transport.get_write_buffer_size

    def write(self, data: bytes) -> None:
        if self._head:
            head, self._head = self._head, b""
            if data:
                self._writelines((head, data))
            else:
                self._write(head)
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)  # nothing follows where nothing is there yet, or nothing will be
        else:
            self._write(data)

    def close(self) -> None:
        self._flush()
        self._close()

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            if not self.is_closing():
                self._write(head)


class Refused(asyncio.Protocol):
    """A connection that there is no place for: what it asks is answered with 503, and that is its end.

    Where too many of these ask nothing either, the oldest of them gives way.
    """

    _here: ClassVar[dict["Refused", None]] = {}

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        if len(self._here) >= max(1, places() // 4):
            oldest = next(iter(self._here))
            del self._here[oldest]
            oldest._transport.abort()
        self._here[self] = None
        self._ending = asyncio.get_running_loop().call_later(GRACE, transport.close)
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        self._transport.write(_no_place())
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._here.pop(self, None)
        self._ending.cancel()


@cache
def places() -> int:
    """So many connections are held at once; counted when the first comes, with all else open."""
    used = 64
    with contextlib.suppress(OSError):
        used = len(os.listdir("/dev/fd"))
    return max(4, (_files() - used) // 2)


def _files() -> int:
    if sys.platform == "win32":
        return 4096
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


@cache
def _no_place() -> bytes:
    says = Text(
        "این گره اکنون همهٔ اتصال‌هایی را که می‌تواند دارد؛ کمی بعد دوباره بپرسید.",
        "This node holds as many connections as it can just now; ask again in a moment.",
    )
    answer = error_answer(Problem(503, "too-many-connections", says, {"retry_after": RETRY}), "")
    head = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: %b\r\ncontent-length: %d\r\nretry-after: %d\r\n"
    return head % (JSON, len(answer.body), RETRY) + b"connection: close\r\n\r\n" + answer.body
