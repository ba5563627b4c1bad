"""One process that judges documents: it opens the same release files and answers over a pipe.

A question is ``(data, options)``, or a list of such; an answer is the report, the failure that the
caller is told, or ``None`` where judging failed inside, or a list of such. The process ends when the
pipe is closed, so it never outlives who asked.
"""

import contextlib
import gc
import logging
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from termserver.model.errors import TermserverError
from termserver.model.findings import Report
from termserver.model.releases import Edition
from termserver.releases.file import ReleaseFile
from termserver.service import TermServer

if sys.platform != "win32":
    import resource

log = logging.getLogger("termserver.api")

Answer = Report | TermserverError | None


def run(pipe: Connection, edition: Edition, files: Sequence[Path], cpu_seconds: int) -> None:
    """The life of a worker: open, say so, answer until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; it then closes the pipe
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a document's values are in memory; none goes to a disk
    opened = [ReleaseFile.open(path, pin.digest) for path, pin in zip(files, edition.releases, strict=True)]
    with TermServer(edition, opened) as server, contextlib.suppress(EOFError, OSError):
        judged(server, b"{}", {})  # what judging needs is loaded before the first document waits for it
        gc.collect()
        gc.freeze()  # what is loaded stays; no pause to look through it again
        pipe.send(None)
        while True:
            question = pipe.recv()
            _allow(cpu_seconds)
            if isinstance(question, list):
                pipe.send([judged(server, data, options) for data, options in question])
            else:
                pipe.send(judged(server, *question))


def judged(server: TermServer, data: bytes, options: dict[str, Any]) -> Answer:
    """The report, or the failure that the caller should hear of; None (and a line in the log) if we are at fault."""
    try:
        return server.check_document(data, **options)
    except TermserverError as error:
        return error
    except Exception as error:
        # the message of the error may quote the document, and no value of a document is ever logged
        places = " < ".join(
            f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
        )
        log.error("judging a document failed: %s at %s", type(error).__name__, places)
        return None


def _allow(cpu_seconds: int) -> None:
    """Let the system end this process with SIGXCPU after so many more seconds of computing."""
    if sys.platform != "win32" and cpu_seconds:
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        limit = int(time.process_time()) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
