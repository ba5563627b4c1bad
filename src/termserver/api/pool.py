"""The processes that judge the server's documents, and what becomes of a document when one is lost.

XML parsing lets other threads run, JSON does not; so documents are judged in processes of their own,
each with the same edition open. A document has a budget of computing and of time. A worker that is
killed or exceeds it makes that one document undecided; the next one finds a new worker.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from termserver.api import worker
from termserver.model.errors import TermserverError
from termserver.model.findings import Report
from termserver.service import TermServer
from termserver.validation.unfinished import FAILED, WORKER_LOST, Unfinished, out_of_time

CPU_SECONDS = 10
SECONDS = 30.0
START_SECONDS = 60.0
PATIENCE = 30.0
"""How long a single document waits for a free worker."""
_MOST = 4
_PIPE_HOLDS = 32_768
_COMPUTED_TOO_LONG = -int(getattr(signal, "SIGXCPU", 1_000_000))

_spawn = multiprocessing.get_context("spawn")  # as Windows has it, and the only safe way beside threads


Question = tuple[bytes, dict[str, Any]]
"""A document and the options of ``TermServer.check_document``."""


class Busy(Exception):
    """No worker became free in time."""


def usual_workers() -> int:
    """As many as there are processors to run them, at most four."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_MOST, available))


class Judges:
    """Judges documents as ``TermServer.check_document`` does, in ``workers`` processes; 0: in the asking thread.

    A document may compute for ``cpu_seconds`` (where the system can count them) and take ``seconds``
    in all. In-process judging has no such budget: a thread cannot be ended. Safe to share between threads.
    """

    def __init__(
        self,
        server: TermServer,
        workers: int | None = None,
        *,
        cpu_seconds: int = CPU_SECONDS,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        self.server = server
        self.workers = usual_workers() if workers is None else workers
        self._patience = patience
        self._seats = [_Seat(server, cpu_seconds, seconds) for _ in range(self.workers)]
        self._free: queue.SimpleQueue[_Seat] = queue.SimpleQueue()
        for seat in self._seats:
            self._free.put(seat)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def start(self) -> None:
        """Let the workers begin to open the edition; returns before they are ready."""
        for seat in self._seats:
            seat.start()

    def close(self) -> None:
        """End all workers; none is left behind. Documents asked for later find new ones."""
        for seat in self._seats:
            seat.leave()
        for seat in self._seats:
            seat.end()

    def pids(self) -> list[int]:
        """The processes that are there now."""
        return [seat.pid for seat in self._seats if seat.pid]

    def check_document(self, data: bytes, *, patient: bool = False, **options: Any) -> Report:
        """The report on a document; ``options`` are those of ``TermServer.check_document``.

        Raise what that raises for a wrong option, and ``Busy`` if no worker becomes free in time and the
        caller is not ``patient``.
        """
        if not self.workers:
            return _settled(worker.judged(self.server, data, options), data, options)
        try:
            seat = self._free.get(timeout=None if patient else self._patience)
        except queue.Empty:
            raise Busy from None
        try:
            return _settled(seat.ask((data, options), len(data)), data, options)
        finally:
            self._free.put(seat)

    def check_documents(self, questions: Sequence[Question]) -> list[Report]:
        """The reports on several documents, asked of one worker at once: a tenth of the cost of asking for each.

        Together they have the budget of one. If it is exceeded or the worker is lost, each of them is asked for
        again by itself, so that none is undecided because of another. Raise what ``check_document`` raises.
        """
        if not self.workers or len(questions) < 2:
            return [self.check_document(data, patient=True, **options) for data, options in questions]
        seat = self._free.get()
        try:
            answers = seat.ask(list(questions), sum(len(data) for data, _ in questions))
        finally:
            self._free.put(seat)
        if not isinstance(answers, list):
            return [self.check_document(data, patient=True, **options) for data, options in questions]
        return [_settled(answer, *question) for answer, question in zip(answers, questions, strict=True)]


def _settled(answer: worker.Answer | Unfinished, data: bytes, options: dict[str, Any]) -> Report:
    if isinstance(answer, TermserverError):
        raise answer
    if answer is None:
        answer = FAILED
    return answer.report(data, options.get("name", "")) if isinstance(answer, Unfinished) else answer


class _Seat:
    """The place of one worker; used by one thread at a time."""

    def __init__(self, server: TermServer, cpu_seconds: int, seconds: float) -> None:
        self._edition = server.edition
        self._files = [release.path for release in server.releases]
        self._cpu_seconds = cpu_seconds
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ready = False

    @property
    def pid(self) -> int:
        return (self._process.pid or 0) if self._process is not None and self._process.is_alive() else 0

    def start(self) -> Connection:
        """A worker that lives, and the pipe to it."""
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        self.end()
        here, there = _spawn.Pipe()
        process = _spawn.Process(
            target=worker.run,
            args=(there, self._edition, self._files, self._cpu_seconds),
            name="termserver-judge",
            daemon=True,
        )
        process.start()
        there.close()  # so that the pipe ends when the worker does
        self._process, self._pipe, self._ready = process, here, False
        return here

    def ask(self, question: Any, size: int) -> Any:
        """What the worker says (``worker.Answer``, or a list of them), or as ``Unfinished`` why it says nothing.

        ``size`` is about how many bytes the question has.
        """
        try:
            pipe = self.start()
            if not self._ready:
                if not pipe.poll(START_SECONDS):
                    raise EOFError
                pipe.recv()
                self._ready = True
            deadline = time.monotonic() + self._seconds
            with self._in_time(size):
                pipe.send(question)
            if not pipe.poll(max(0.0, deadline - time.monotonic())):
                self.end(patience=0)
                return out_of_time(self._seconds)
            return pipe.recv()
        except (EOFError, OSError):
            if self.end() == _COMPUTED_TOO_LONG:
                return out_of_time(self._cpu_seconds, computing=True)
            return WORKER_LOST

    @contextlib.contextmanager
    def _in_time(self, size: int) -> Any:
        """A pipe holds little: a worker that does not read on is ended, and the writing with it."""
        process = self._process
        if size < _PIPE_HOLDS or process is None:
            yield
            return
        timer = threading.Timer(self._seconds, process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Close the pipe; a worker that is idle then ends by itself."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def end(self, patience: float = 2) -> int | None:
        """See that the worker is gone, in ``patience`` seconds at most; its exit code, negative for a signal."""
        self.leave()
        process, self._process = self._process, None
        if process is None:
            return None
        process.join(patience)
        if process.is_alive():
            process.kill()
            process.join()
        code = process.exitcode
        process.close()
        return code
