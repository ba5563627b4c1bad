"""A new edition takes over between two requests: those that began with the old one end with it.

The application of an edition is made in a thread and begun before it answers anybody. One that
cannot be opened is told in the log and at ``/ready``, and the old one goes on.
"""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

from termserver.api.recorder import Node

log = logging.getLogger("termserver.serving")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
LOOK = 1.0
_GENERATIONS = (700, 10, 1000)
"""When the collector of garbage looks through the young, the middle-aged and all: the first two are Python's own and
pause for 4 ms at most (twenty times as many objects: for 65 ms); of all, most lives as long as the edition."""
PATIENCE = 60.0
"""Seconds that requests of the old edition have to end."""


class Made:
    """The application of one edition: its digest, and how its files are given back."""

    def __init__(self, app: App, release: str, close: Callable[[], None]) -> None:
        self.app, self.release, self.close = app, release, close
        self.busy = 0
        self.idle = asyncio.Event()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Let it start up (ASGI lifespan); raise RuntimeError if it cannot."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        self._life = asyncio.ensure_future(self.app(scope, self._told.get, self._heard.put))
        await self._told.put({"type": "lifespan.startup"})
        answer = await self._heard.get()
        if answer["type"] != "lifespan.startup.complete":
            raise RuntimeError(str(answer.get("message", "the application does not start")))

    async def end(self) -> None:
        """Wait for its requests, then let it shut down and give its files back."""
        if self.busy:
            self.idle.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.idle.wait(), PATIENCE)
        if self._life is not None:
            await self._told.put({"type": "lifespan.shutdown"})
            await self._life
        self.close()


class Swap:
    """Serves what ``make`` makes, and makes it anew when ``token`` says something else."""

    def __init__(self, make: Callable[[], Made], token: Callable[[], Any], node: Node) -> None:
        self._make, self._token, self._node = make, token, node
        self._now = make()
        self._seen = token()
        self._look = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()
        self._known(self._now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        made = self._now
        made.busy += 1
        try:
            await made.app(scope, receive, send)
        finally:
            made.busy -= 1
            if not made.busy:
                made.idle.set()

    def at_once(self, scope: Scope, now: float) -> Any:
        """What the edition in force answers in one step; None if it does not."""
        answer = getattr(self._now.app, "at_once", None)
        return answer(scope, now) if answer is not None else None

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._now.begin()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        _settle()
        watching = asyncio.ensure_future(self._watch())
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError, AttributeError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._look.set)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        await asyncio.gather(watching, *self._leaving, return_exceptions=True)
        await self._now.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self) -> None:
        while True:
            asked = False
            with contextlib.suppress(TimeoutError):
                asked = await asyncio.wait_for(self._look.wait(), LOOK)
            self._look.clear()
            self._node.tick()
            token = await asyncio.to_thread(self._token)
            if token != self._seen or asked:
                self._seen = token
                await self._change()

    async def _change(self) -> None:
        try:
            made = await asyncio.to_thread(self._make)
            if made.release == self._now.release:
                made.close()
                return
            await made.begin()
        except Exception as error:
            self._node.trouble = str(error)
            log.error("the new edition cannot be opened, the old one goes on: %s", error)
            return
        old, self._now = self._now, made
        self._known(made)
        self._node.metrics.swaps += 1
        log.warning("edition %s took over from %s", made.release, old.release)
        leaving = asyncio.ensure_future(_left(old))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def _known(self, made: Made) -> None:
        self._node.release = made.release
        self._node.since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._node.trouble = ""


async def _left(old: Made) -> None:
    """Let the old edition end, and give back what it held in circles of references."""
    await old.end()
    del old
    await asyncio.to_thread(_settle)


def _settle() -> None:
    """Have the collector of garbage pass over what is open: looking through it is a pause of a tenth of a second.

    What was passed over until now, the edition before among it, is looked through once.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GENERATIONS)
