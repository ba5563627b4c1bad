"""Generated functions, compiled: kept from one run of the program to the next, as Python keeps its modules compiled.

Writing and compiling the checks and rules of a bill takes longer than judging one bill. What is
kept is found by what it was made from (see ``releases.code_files``); where nothing can be kept,
everything works the same and takes longer.
"""

import marshal
import threading
from collections.abc import Callable
from types import CodeType
from typing import Protocol


class CodeFiles(Protocol):
    """Where compiled code outlives the process."""

    def read(self, name: str) -> bytes:
        """What was written under the name, or nothing."""

    def write(self, name: str, data: bytes) -> None:
        """Keep it, if that can be done."""


class KeptCode:
    """The compiled functions of one document type by their names; safe to share between threads."""

    def __init__(self, files: CodeFiles | None = None, name: str = "") -> None:
        self._files = files
        self._name = name
        self._lock = threading.Lock()
        self._codes: dict[str, CodeType] = {}
        self._new = False
        if files is not None:
            self._codes = _decoded(files.read(name))

    def code(self, name: str, source: Callable[[], str]) -> CodeType:
        """The function compiled, from the text that ``source`` gives where it was not kept."""
        known = self._codes.get(name)
        if known is None:
            with self._lock:
                known = self._codes.get(name)
                if known is None:
                    known = self._codes[name] = compile(source(), f"<{name}>", "exec")
                    self._new = True
        return known

    def save(self) -> None:
        """Keep what is new for the next process; cheap where nothing is."""
        if self._new and self._files is not None:
            with self._lock:
                self._new = False
                data = marshal.dumps(self._codes)
            self._files.write(self._name, data)


def _decoded(data: bytes) -> dict[str, CodeType]:
    try:
        found = marshal.loads(data) if data else {}
    except (ValueError, EOFError, TypeError):
        return {}  # cut off, or another Python's
    return found if isinstance(found, dict) else {}
