"""Which documents a command line names: files, folders, patterns, archives, lines, standard input."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple

from termserver.model.text import Text
from termserver.parsing import containers
from termserver.parsing.faults import Unreadable

STDIN = "-"
STDIN_NAME = "<stdin>"


class Document(NamedTuple):
    """One document as it was named: its bytes, or what is wrong with them.

    ``unread`` says why nobody could read it (wrong usage), ``fault`` why it is in no state to be judged.
    """

    name: str
    data: bytes = b""
    unread: Text | None = None
    fault: Unreadable | None = None


class Inputs:
    """The documents of a run in the order they are named, each file once.

    ``limit`` + 1 bytes of a document are read at most, so that the judge sees it is too large. ``wanted``
    tells of a path whether its documents are asked for; ``skipped`` are files that a folder does not give
    (what the run itself writes). ``stdin_name`` says what standard input would be called as a file.
    """

    def __init__(
        self,
        limit: int,
        wanted: Callable[[str], bool] | None = None,
        skipped: Iterable[str] = (),
        stdin_name: str = "",
    ) -> None:
        self._limit = limit
        self._wanted = wanted
        self._skipped = {os.path.realpath(path) for path in skipped}
        self._stdin_name = stdin_name
        self._met: set[str] = set()

    def documents(self, arguments: Iterable[str]) -> Iterator[Document]:
        """Yield the documents; a folder or pattern gives its own sorted by name.

        A name that is no file, or a folder without documents, is a document all the same, with the
        reason why it is none.
        """
        for argument in arguments:
            if argument == STDIN:
                yield from self._stdin()
            elif os.path.isdir(argument):
                yield from self._folder(argument)
            elif set(argument) & set("*?[") and not os.path.lexists(argument):
                # a shell that expands no patterns (Windows) hands them over as they are
                import glob

                found = sorted(glob.glob(argument, recursive=True))
                yield from self.documents(found) if found else self._file(argument)
            else:
                yield from self._file(argument)

    def _folder(self, folder: str) -> Iterator[Document]:
        closed: list[OSError] = []
        found = sorted(
            os.path.join(here, name)
            for here, _, names in os.walk(folder, onerror=closed.append)
            for name in names
            if containers.holds_documents(name) and os.path.isfile(os.path.join(here, name))
        )
        if self._skipped:
            found = [path for path in found if os.path.realpath(path) not in self._skipped]
        for error in closed:  # what nobody could look into is not passed over in silence
            yield Document(str(error.filename), unread=_cannot_read(str(error.filename), error))
        if not found and not closed:
            yield Document(folder, unread=_no_documents(folder, "پوشهٔ", "The folder"))
        for path in found:
            # a zip met by the way may hold anything
            yield from self._file(path, may_be_empty=containers.kind(path) == "zip")

    def _file(self, path: str, may_be_empty: bool = False) -> Iterator[Document]:
        same = os.path.normcase(os.path.normpath(path))
        if same in self._met or (self._wanted is not None and not self._wanted(path)):
            return
        self._met.add(same)
        try:
            what = os.stat(path)
            if not stat.S_ISREG(what.st_mode):
                yield Document(path, unread=_no_file(path, what.st_mode))
                return
            with open(path, "rb") as file:
                if not containers.kind(path):
                    data = file.read(self._limit + 1)
                else:
                    yield from self._pieces(file, path, path, what.st_size, may_be_empty)
                    return
        except (OSError, ValueError) as error:
            yield Document(path, unread=_cannot_read(path, error))
            return
        yield Document(path, data)

    def _stdin(self) -> Iterator[Document]:
        what = containers.kind(self._stdin_name)
        name = self._stdin_name or STDIN_NAME
        if what == "zip":
            why = Text("بایگانی zip از ورودی استاندارد خوانده نمی‌شود.", "A zip cannot be read from standard input.")
            yield Document(name, unread=Text(f"{why.fa} نام فایل را بدهید.", f"{why.en} Name the file."))
        elif what:
            yield from self._pieces(sys.stdin.buffer, name, name, 0)
        else:
            yield Document(name, sys.stdin.buffer.read(self._limit + 1))

    def _pieces(
        self, file: IO[bytes], path: str, name: str, size: int, may_be_empty: bool = False
    ) -> Iterator[Document]:
        empty = True
        for piece in containers.pieces(file, path, size, self._limit):
            empty = False
            yield Document(name + piece.name, piece.data, fault=piece.fault)
        if empty and not may_be_empty:
            yield Document(name, unread=_no_documents(name, "در", ""))


def _no_documents(name: str, fa: str, en: str) -> Text:
    where = f"در {fa} {name}" if en else f"{fa} {name}"
    return Text(f"{where} سند xml یا json نیست.", f"{en} {name} holds no .xml or .json documents.".strip())


def _no_file(path: str, mode: int) -> Text:
    kinds = (
        (stat.S_ISFIFO, "لوله", "a pipe"),
        (stat.S_ISSOCK, "سوکت", "a socket"),
        (stat.S_ISCHR, "دستگاه", "a device"),
        (stat.S_ISBLK, "دستگاه", "a device"),
    )
    fa, en = next(((fa, en) for is_one, fa, en in kinds if is_one(mode)), ("چیز دیگری", "something else"))
    return Text(
        f"{path} فایل نیست، {fa} است. محتوای آن را از ورودی استاندارد بدهید: termserver validate -",
        f"{path} is {en}, not a file. Give its content on standard input: termserver validate -",
    )


def _cannot_read(path: str, error: OSError | ValueError) -> Text:
    """Why a file was not read, and what to look at."""
    if isinstance(error, FileNotFoundError):
        return Text(f"{path} پیدا نشد.", f"{path} is not there.")
    why = getattr(error, "strerror", None) or str(error)
    return Text(f"{path} خوانده نمی‌شود: {why}.", f"{path} cannot be read: {why}.")
