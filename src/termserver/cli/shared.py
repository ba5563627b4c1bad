"""What the commands have in common: their options, their way to answer, their way to end."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from termserver.cli import console


class Language(StrEnum):
    FA = "fa"
    EN = "en"


class Syntax(StrEnum):
    PLAIN = "plain"
    ADVANCED = "advanced"


class Wire(StrEnum):
    XML = "xml"
    JSON = "json"


Json = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="The language of the answer (default: TERMSERVER_LANG, else the locale, else en)."),
]
EditionPath = Annotated[
    Path | None, typer.Option("--edition", metavar="PATH", help="Ask this edition, lock or release file.")
]
Root = Annotated[
    Path | None,
    typer.Option("--root", metavar="FOLDER", help="The folder that holds codesystems/, schemas/ and validators/."),
]


def command(app: typer.Typer, name: str, *examples: str, **more: Any) -> Callable[[Callable[..., Any]], Any]:
    """Register a command with its examples; what it returns is the exit status (None is 0)."""
    epilog = "\b\nexamples:\n" + "\n".join(f"  termserver {example}" for example in examples)

    def register(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                status = function(*args, **kwargs)
                sys.stdout.flush()
                return status
            except BrokenPipeError:
                # before typer sees it: there it would end as status 1, which means "no" here
                return console.leave_quietly()

        return app.command(name, epilog=epilog, **more)(run)

    return register


def spoken(language: Language | None) -> str:
    """The language to answer in: the one asked for, else the reader's own."""
    return str(language) if language else console.language_of(())


def open_server(edition: Path | None) -> Any:
    """The edition that is asked, opened; the shelf's current one, or the shipped one, without a path."""
    from termserver.service import TermServer

    return TermServer.open(edition)


def write_json(answer: Any, output: Path | None = None) -> None:
    """One JSON document with a line end, where ``send`` puts it."""
    send((orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),), output)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise UsageError with the name of ``path`` in place of an OSError: it cannot be written."""
    try:
        yield
    except OSError as error:
        from termserver.model.errors import UsageError

        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", f"{path} نوشته نمی‌شود: {error.strerror}."
        ) from None


def send(pieces: Iterable[bytes], output: Path | None) -> None:
    """Bytes to a file, whole or not at all; to standard output without one. Raise UsageError as ``writing`` does."""
    if output is None:
        console.write_pieces(pieces)
        return
    from termserver.releases import atomic

    with writing(output):
        atomic.write_pieces(output, pieces)


def content_root(root: Path | None) -> Path:
    """The content folders: the given ones, else the nearest above the working folder, else the checkout's.

    Raise UsageError if there are none.
    """
    from termserver.model.errors import UsageError

    if root is not None:
        if _holds_content(root):
            return root
        raise UsageError(
            f"{root} holds no codesystems/ folder. Name the folder above it with --root.",
            f"پوشهٔ codesystems/ در {root} نیست. پوشهٔ بالاتر از آن را با --root نام ببرید.",
        )
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[3]):
        if _holds_content(folder):
            return folder
    raise UsageError(
        "There are no content folders here. Run this in a checkout, or name it with --root FOLDER.",
        "اینجا پوشه‌های محتوا نیست. در یک نسخهٔ مخزن اجرا کنید یا آن را با --root FOLDER نام ببرید.",
    )


def _holds_content(folder: Path) -> bool:
    return (folder / "codesystems").is_dir()
