"""The access log, written: many lines for one sync, each segment sealed, nothing acknowledged that could be lost.

One thread writes. What must be on the disk before an answer leaves waits for the sync that takes
its line along (``kept``); the rest (``add``, ``again``) is written within ``SOON`` seconds. Where the
disk refuses, ``kept`` raises ``Unlogged`` and the others count; the count becomes a line when the disk
takes lines again.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from termserver.access import audit_lines
from termserver.access.audit_lines import NOTHING, Head, Moments, closed, line_of, told_of
from termserver.access.audit_repeats import Alike, lines_from
from termserver.access.audit_tail import Last, last_block
from termserver.model.errors import TermserverError
from termserver.releases import atomic, locks
from termserver.releases.signatures import SigningKey

log = logging.getLogger("termserver.access")

SOON = 0.05
_GATHER = 0.002
"""Seconds that a sync waits for more lines where the last one took several along: fewer syncs for as many answers."""
SEAL_SECONDS = 300.0
SEAL_BYTES = 64 * 1024 * 1024
_MOST_WAITING = 200_000
_MOST_STREAMS = 100
_JUMP = 2.0
"""Seconds by which the clock may disagree with the time that went by before a line says so."""

Said = dict[str, Any]
SHORT = tuple(b"%.2f" % (n / 100) for n in range(2000))
"""Times in milliseconds, to the hundredth."""
_SHORT = len(SHORT)
_AT_ONCE = 3 * 10_000
_HEADER = 2
"""Lines of a segment that tell of nothing yet: the one that opens it, and the one that closes its block."""


class Unlogged(TermserverError):
    """A line could not be written; what it tells of must not be shown (HTTP 503)."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The access log cannot be written ({why}); registries and the desk wait, codes are answered. "
            "Make room on its disk, or make it writable.",
            f"دفتر دسترسی نوشته نمی‌شود ({why})؛ ثبت‌ها و میز کار منتظر می‌مانند و کدها پاسخ داده می‌شوند. "
            "روی دیسک آن جا باز کنید یا نوشتنی‌اش کنید.",
        )
        self.why = why


class AuditLog:
    """One stream of a node's access log; safe to share between threads. ``close`` seals it."""

    def __init__(
        self,
        folder: Path,
        node: str,
        key: SigningKey,
        seal_seconds: float = SEAL_SECONDS,
        seal_bytes: int = SEAL_BYTES,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Take the first stream under ``folder`` that no living process holds; raise OSError if none can be."""
        self.node, self._key, self._clock = node, key, clock
        self._seal_seconds, self._seal_bytes = seal_seconds, seal_bytes
        self._lock = threading.Lock()
        self._wake, self._ending = threading.Event(), threading.Event()
        self._waiting: list[tuple[Said, asyncio.Future[None] | None]] = []
        self._repeats: list[Any] = []
        """Moment, ``Alike`` and time of one line after the other, put there and taken without a lock (``again``)."""
        self._numbers = itertools.count(1)
        self._moments_again, self._moment = Moments(), (-1, b"")
        self._stopping = False
        self._moments = Moments()
        self._file = -1
        self._size = 0
        self._lines = 0
        self._opened = time.monotonic()
        self._offset = self._clock() / 1e9 - time.monotonic()
        self._notes: list[Said] = []
        self._segment, self._n, self._before = 0, 1, NOTHING
        self.unlogged = 0
        self.lost_since = ""
        self.trouble = ""
        self.written = 0
        self._slot, self.folder = _free_stream(folder)
        try:
            self._resume()
        except BaseException:
            os.close(self._slot)
            raise
        self._thread = threading.Thread(target=self._run, name="access log", daemon=True)
        self._thread.start()

    # for those who tell

    def alike(self, said: Said) -> Alike:
        """What many lines will say beside their moment and their time."""
        return Alike(next(self._numbers), told_of(said)[:-1])

    def again(self, at: int, what: Alike, seconds: float, more: bytes = b"") -> None:
        """Write soon that it happened then (ns) and took so long; ``more``: JSON of this line alone, after a comma."""
        known, moment = self._moment
        if at // 1_000_000 != known:
            moment = self._moments_again(at)
            self._moment = at // 1_000_000, moment
        hundredths = int(seconds * 100_000 + 0.5)
        took = SHORT[hundredths] if hundredths < _SHORT else b"%.2f" % (seconds * 1000)
        repeats = self._repeats
        if len(repeats) < 3 * _MOST_WAITING:
            # one step of the interpreter: nobody comes between
            repeats += (moment, what, took + more if more else took)
        else:
            with self._lock:
                self._missed(1)

    def add(self, said: Said) -> None:
        """Write it soon; where that cannot be, it is counted."""
        with self._lock:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append((said, None))
            else:
                self._missed(1)

    async def kept(self, said: Said) -> None:
        """Come back when the line is on the disk; raise Unlogged if it cannot be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                raise Unlogged("too much is waiting")
            self._waiting.append((said, done))
        if not self._wake.is_set():
            self._wake.set()
        await done

    def head(self) -> Head:
        """How far the stream is on the disk now, signed."""
        with self._lock:
            segment, n, h = self._segment, self._n - 1, self._before
        head = Head(self.node, self.folder.name, segment, n, h.decode(), audit_lines.moment(self._clock()))
        return head.signed_by(self._key)

    def close(self) -> None:
        """Write what waits, seal the segment, and give the stream back."""
        if self._stopping:
            return
        self._stopping = True
        self._ending.set()
        self._wake.set()
        self._thread.join(10)
        with contextlib.suppress(OSError):
            self._seal()
        if self.unlogged:  # no line will say so any more
            log.error(
                "%d accesses since %s could not be written to %s: %s",
                self.unlogged, self.lost_since, self.folder, self.trouble,
            )  # fmt: skip
        if self._file >= 0:
            os.close(self._file)
        os.close(self._slot)

    # the thread

    def _run(self) -> None:
        crowd = False
        while not self._stopping or self._waiting or self._repeats:
            if self._wake.wait(SOON) and crowd:
                self._ending.wait(_GATHER)
            self._wake.clear()
            with self._lock:
                taken, self._waiting = self._waiting, []
            count = min(len(self._repeats), _AT_ONCE)  # what comes meanwhile stands behind it, and stays
            repeats = self._repeats[:count]
            del self._repeats[:count]
            if self._repeats and count == _AT_ONCE:
                self._wake.set()
            crowd = len(taken) > 1
            if taken or repeats or self._notes or (self.unlogged and self.trouble):
                self._write(taken, repeats)
            if self._stopping and self.trouble:
                return
            if not self.trouble and self._lines > _HEADER:
                old = time.monotonic() - self._opened > self._seal_seconds
                if old or self._size > self._seal_bytes:
                    self._try_seal()

    def _write(self, taken: list[tuple[Said, "asyncio.Future[None] | None"]], repeats: list[Any]) -> None:
        """Chain and write the lines with one sync; where that fails nothing of it counts as written."""
        self._notice_clock()
        lost = self.unlogged
        new: list[Alike] = []
        try:
            if self._file < 0:
                self._open_segment()
            notes = list(self._notes)
            if lost:
                notes.append(self._note("unlogged", count=lost, since=self.lost_since, why=self.trouble))
            new = [one for one in set(repeats[1::3]) if one.segment != self._segment]
            lines = lines_from(self._n, self._told(notes, taken), new, repeats)
            n = self._n + len(lines)
            data, digest = closed(self._before, n, lines)
            if self.trouble:
                os.ftruncate(self._file, self._size)  # what the last try left
            self._put(data)
        except OSError as error:
            self._refused(taken, len(repeats) // 3, error)
            return
        for one in new:
            one.segment = self._segment
        self._lines += len(lines) + 1
        with self._lock:
            self._n, self._before = n + 1, digest
            self.unlogged -= lost
        self._size += len(data)
        self.written += len(taken) + len(repeats) // 3
        self._notes.clear()
        self.trouble = ""
        _tell([done for _, done in taken if done is not None], None)

    def _told(self, notes: list[Said], taken: list[tuple[Said, "asyncio.Future[None] | None"]]) -> list[Said]:
        for said, _ in taken:
            said["t"] = self._moments(said["t"]).decode()
        return [*notes, *(said for said, _ in taken)]

    def _put(self, data: bytes) -> None:
        os.lseek(self._file, self._size, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file) if hasattr(os, "fdatasync") else os.fsync(self._file)

    def _refused(self, taken: list[tuple[Said, "asyncio.Future[None] | None"]], repeats: int, error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        with contextlib.suppress(OSError):
            if self._file >= 0:
                os.ftruncate(self._file, self._size)
        with self._lock:
            self._missed(len(taken) + repeats)
        _tell([done for _, done in taken if done is not None], self.trouble)

    def _missed(self, count: int) -> None:
        if not self.unlogged:
            self.lost_since = audit_lines.moment(self._clock())
        self.unlogged += count

    def _notice_clock(self) -> None:
        offset = self._clock() / 1e9 - time.monotonic()
        jump = offset - self._offset
        if abs(jump) > _JUMP:
            self._notes.append(self._note("clock", seconds=round(jump, 1)))
            self._offset = offset

    def _note(self, what: str, **more: Any) -> Said:
        return {"k": "note", "t": audit_lines.moment(self._clock()), "what": what, **more}

    # segments

    def _resume(self) -> None:
        """Find the end of the stream; what a dead process left half written is cut off, and a line says so."""
        found = audit_lines.segments(self.folder)
        if not found:
            return
        path = found[-1]
        last = last_block(path)
        self._segment = int(path.stem)
        if last is None:  # died before its first block was whole: the end is that of the segment before
            self._notes.append(self._note("torn", file=path.name, bytes=path.stat().st_size))
            path.unlink()
            self._segment -= 1
            if len(found) > 1:
                self._follow(last_block(found[-2]))
        else:
            self._follow(last)
            if last.torn:
                os.truncate(path, last.end)
                atomic.sync_file(path)
                self._notes.append(self._note("torn", file=path.name, bytes=last.torn))
            if not last.sealed:
                self._file = os.open(path, os.O_RDWR)
                self._size, self._lines = last.end, last.lines
                if last.format < audit_lines.FORMAT:
                    self._seal(chained=True)
        known = read_head(self.folder / audit_lines.HEAD_FILE)
        if known is not None and known.n >= self._n:
            self._notes.append(self._note("behind", head=known.n))

    def _follow(self, last: "Last | None") -> None:
        if last is not None:
            self._before, self._n = last.h, last.n + 1

    def _open_segment(self) -> None:
        segment, n = self._segment + 1, self._n
        path = self.folder / audit_lines.segment_name(segment)
        said = {
            "k": "open",
            "t": audit_lines.moment(self._clock()),
            "format": audit_lines.FORMAT,
            "node": self.node,
            "stream": self.folder.name,
            "segment": segment,
            "before": self._before.decode(),
            "key": self._key.public.id,
        }
        data, digest = closed(self._before, n + 1, [line_of(n, said)])
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o640)
        try:
            self._file, self._size = handle, 0
            self._put(data)
            atomic.sync_folder(self.folder)
        except OSError:
            os.close(handle)
            self._file = -1
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        with self._lock:
            self._segment, self._n, self._before = segment, n + 2, digest
        self._size, self._lines = len(data), _HEADER
        self._opened = time.monotonic()

    def _try_seal(self) -> None:
        try:
            self._seal()
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def _seal(self, chained: bool = False) -> None:
        """End the segment with the node's signature, and publish how far the stream goes.

        ``chained``: in format 1, for a segment that was begun in it.
        """
        if self._file < 0:
            return
        n, before = self._n, self._before
        t = audit_lines.moment(self._clock())
        said = audit_lines.sealed(self._key, self.node, self.folder.name, self._segment, n, before, t)
        if chained:
            data, digest = audit_lines.chained(before, audit_lines.body_of(n, said))
        else:
            n += 1
            data, digest = closed(before, n, [line_of(n - 1, said)])
        self._put(data)
        with self._lock:
            self._n, self._before = n + 1, digest
        os.close(self._file)
        self._file = -1
        atomic.write(self.folder / audit_lines.HEAD_FILE, orjson.dumps(self.head().as_json()))


def read_head(path: Path) -> Head | None:
    """The head in a file; None if there is none."""
    try:
        return Head.from_json(orjson.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None


def _free_stream(folder: Path) -> tuple[int, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(_MOST_STREAMS):
        stream = folder / f"stream-{n:02}"
        stream.mkdir(exist_ok=True)
        handle = locks.taken(stream / ".lock")
        if handle is not None:
            return handle, stream
    raise OSError(f"{_MOST_STREAMS} processes write to {folder} already")


def _tell(waiting: "list[asyncio.Future[None]]", why: str | None) -> None:
    """Tell those who wait, each in its own loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for done in waiting:
        loops.setdefault(done.get_loop(), []).append(done)
    for loop, some in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, some, why)


def _settle(some: "list[asyncio.Future[None]]", why: str | None) -> None:
    for done in some:
        if done.done():
            continue
        if why is None:
            done.set_result(None)
        else:
            done.set_exception(Unlogged(why))
