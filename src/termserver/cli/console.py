"""The terminal: its encoding, its language, and what a failure looks like there.

Standard library only, because ``termserver validate`` starts with it.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from termserver.model.errors import (
    ContentError,
    ImportFailed,
    TermserverError,
    UnknownCode,
    UnknownRule,
    UnknownSystem,
    UsageError,
)
from termserver.model.errors import UnknownDocumentType as UnknownType
from termserver.model.findings import INTERNAL_STATUS, USAGE_STATUS
from termserver.model.text import Text

LANGUAGES = ("fa", "en")
NO_STATUS = 1
"""The answer is no: a document is rejected, a code is not there, a table or a folder is not right."""
INTERRUPTED_STATUS = 130
BROKEN_PIPE_STATUS = 141
"""As a shell reports a program that its reader left (128 + SIGPIPE)."""

_STATUS_OF = (
    (UsageError, USAGE_STATUS),
    (UnknownSystem, USAGE_STATUS),
    (UnknownType, USAGE_STATUS),
    (UnknownRule, USAGE_STATUS),
    (UnknownCode, NO_STATUS),
    (ContentError, NO_STATUS),
    (ImportFailed, NO_STATUS),
)


def prepare() -> None:
    """Write UTF-8 on any console (unless PYTHONIOENCODING asks for another), never failing on a letter."""
    asked = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding=asked or "utf-8", errors="replace")


def language_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """``fa`` or ``en``: by ``--lang``, else TERMSERVER_LANG, else the locale, else English."""
    environment = os.environ if environment is None else environment
    for n, argument in enumerate(arguments):
        if argument == "--lang" and n + 1 < len(arguments):
            return _known(arguments[n + 1])
        if argument.startswith("--lang="):
            return _known(argument.removeprefix("--lang="))
    for name in ("TERMSERVER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return _known(environment[name])
    return "en"


def _known(name: str) -> str:
    return "fa" if name.lower().startswith(("fa", "persian")) else "en"


def status_of(error: TermserverError) -> int:
    """The exit status that a failure ends with: 1 the answer is no, 2 wrong usage, 4 it could not be done."""
    return next((status for kind, status in _STATUS_OF if isinstance(error, kind)), INTERNAL_STATUS)


def complain(message: str) -> None:
    """One line on standard error, signed."""
    print(f"termserver: {message}", file=sys.stderr)


def words_for(error: Exception) -> Text:
    """A failure in one line, or in the sentences it brings itself."""
    if isinstance(error, TermserverError):
        return error.text
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Text(f"{error.filename}: {error.strerror}", f"{error.filename}: {error.strerror}")
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return Text(
        f"خطای درونی ({what}). برای دیدن جای آن TERMSERVER_DEBUG=1 را تنظیم و دوباره اجرا کنید.",
        f"internal failure ({what}). Set TERMSERVER_DEBUG=1 and run again to see where.",
    )


def show_trace(error: Exception) -> None:
    """The traceback of a failure on standard error, where TERMSERVER_DEBUG asks for it."""
    if os.environ.get("TERMSERVER_DEBUG"):
        import traceback  # two milliseconds that only a failure pays for

        traceback.print_exception(error)


def fail(error: Exception, language: str) -> int:
    """Say a failure in the reader's language and return its exit status; TERMSERVER_DEBUG=1 shows the traceback."""
    show_trace(error)
    complain(words_for(error).in_language(language))
    return status_of(error) if isinstance(error, TermserverError) else INTERNAL_STATUS


def write_bytes(data: bytes) -> None:
    """Bytes to standard output as they are, after what was printed before: JSON stays UTF-8 on any console."""
    write_pieces((data,))


def write_pieces(pieces: Iterable[bytes]) -> None:
    """The same of what is made while it is written."""
    sys.stdout.flush()
    binary: Any = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if binary is None:
            sys.stdout.write(piece.decode())
        else:
            binary.write(piece)
    if binary is not None:
        binary.flush()


def leave_quietly() -> int:
    """The reader of our output has left: let nothing be written to it any more, and say so by the status."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return BROKEN_PIPE_STATUS
