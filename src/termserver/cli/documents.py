"""Which documents a command line names: files, folders, patterns, standard input."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from termserver.model.text import Text

STDIN = "-"
_SUFFIXES = (".xml", ".json")


class Document(NamedTuple):
    """One document as it was named; ``path`` is empty for standard input."""

    name: str
    path: str

    def read(self, limit: int = -1) -> bytes:
        """Its bytes, ``limit + 1`` at most so that the judge sees it is too large; raise OSError."""
        if not self.path:
            return sys.stdin.buffer.read(limit + 1 if limit >= 0 else -1)
        with open(self.path, "rb") as file:
            return file.read(limit + 1 if limit >= 0 else -1)


def named(arguments: Iterable[str]) -> Iterator[Document]:
    """Yield the documents in the order they are named; a folder or pattern gives its own sorted by name.

    A name that is no file, or a folder without documents, is a document all the same: reading it
    says what is wrong with it.
    """
    for argument in arguments:
        if argument == STDIN:
            yield Document("<stdin>", "")
        elif os.path.isdir(argument):
            yield from (Document(path, path) for path in _in_folder(argument) or [argument])
        elif set(argument) & set("*?[") and not os.path.lexists(argument):
            # a shell that expands no patterns (Windows) hands them over as they are
            import glob

            found = sorted(glob.glob(argument, recursive=True))
            yield from named(found) if found else [Document(argument, argument)]
        else:
            yield Document(argument, argument)


def _in_folder(folder: str) -> list[str]:
    return sorted(
        os.path.join(here, name)
        for here, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(_SUFFIXES) and os.path.isfile(os.path.join(here, name))
    )


def cannot_read(document: Document, error: OSError) -> Text:
    """Why a document was not read, and what to look at."""
    name = document.name
    if os.path.isdir(document.path):
        return Text(f"در پوشهٔ {name} سند xml یا json نیست.", f"The folder {name} holds no .xml or .json documents.")
    if isinstance(error, FileNotFoundError):
        return Text(f"{name} پیدا نشد.", f"{name} is not there.")
    return Text(f"{name} خوانده نمی‌شود: {error.strerror}.", f"{name} cannot be read: {error.strerror}.")
