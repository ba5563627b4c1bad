"""A process that dies, or meets a full disk, at one chosen step of its work with files.

The steps are what Python itself reports of a program (audit events): a file opened for writing, renamed,
removed, copied, a folder made, a database opened. So no step is forgotten when the code changes.
"""

import errno
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "shutil.copyfile", "sqlite3.connect"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def steps_of(work: Callable[[], Any], within: Path) -> int:
    """How many steps the work takes below ``within``; done in a child, whose traces are the caller's to remove."""
    count, failure = _in_child(work, within, lambda step: None)
    assert failure is None, failure
    return count


def killed_at(step: int, work: Callable[[], Any], within: Path) -> None:
    """Do the work in a child that is killed just before that step."""

    def die(now: int) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    _in_child(work, within, die)


def full_at(step: int, work: Callable[[], Any], within: Path) -> Exception | None:
    """Do the work in a child for which the disk is full from that step on; what it raised comes back."""

    def refuse(now: int) -> None:
        if now >= step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return _in_child(work, within, refuse, removing=False)[1]


def full_in_the_middle(size: int, work: Callable[[], Any]) -> Exception | None:
    """Do the work in a child for which the system itself lets no file grow beyond ``size`` bytes; what it raised."""
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        work()

    # the answer comes through a pipe, which has no size
    return _in_child(limited, Path("/nowhere"), lambda step: None)[1]


def _in_child(
    work: Callable[[], Any], within: Path, at: Callable[[int], None], removing: bool = True
) -> tuple[int, Exception | None]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 0
        try:
            count = 0

            def hook(event: str, given: tuple[Any, ...]) -> None:
                nonlocal count
                if event in STEPS and _counts(event, given, str(within), removing):
                    count += 1
                    at(count)

            sys.addaudithook(hook)
            failure: Exception | None = None
            try:
                work()
            except Exception as error:
                failure = error
            os.write(writing, pickle.dumps((count, _plain(failure))))
        except BaseException:
            status = 1
        finally:
            os._exit(status)
    os.close(writing)
    told = b"".join(_read(reading))
    os.close(reading)
    os.waitpid(child, 0)
    if not told:
        return 0, None
    count, failure = pickle.loads(told)
    return count, failure


def _counts(event: str, given: tuple[Any, ...], within: str, removing: bool) -> bool:
    if within not in str(given[0]):
        return False
    if event == "os.remove" and not removing:
        return False  # a full disk lets files go
    if event == "open":
        mode, flags = str(given[1] or ""), given[2] if isinstance(given[2], int) else 0
        return any(letter in mode for letter in "wax+") or bool(flags & _WRITING)
    return True


def _plain(failure: Exception | None) -> Exception | None:
    """The failure in a form that travels: its class name stands before its words."""
    from termserver.model.errors import TermserverError

    if failure is None:
        return None
    known = isinstance(failure, TermserverError)
    return RuntimeError(f"{'refused' if known else 'broken'} {type(failure).__name__}: {failure}")


def _read(handle: int) -> Iterator[bytes]:
    while chunk := os.read(handle, 65_536):
        yield chunk
