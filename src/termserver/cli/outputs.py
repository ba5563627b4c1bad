"""Where the reports of a run go: standard output and files, in several forms at once.

A file is there whole or not at all: what is being written stands beside it under another name.
"""

import contextlib
import os
from collections.abc import Sequence
from typing import IO, Any, NamedTuple, Protocol

from termserver.cli import console
from termserver.model.errors import UsageError
from termserver.model.findings import Report
from termserver.model.text import Text

TEXT = "text"
_MAY_SHARE = {TEXT, "github"}
"""Forms made of lines, which may stand together on standard output."""


class Output(Protocol):
    """One form of output of a run."""

    def report(self, report: Report) -> None: ...

    def unread(self, name: str, why: Text) -> None: ...

    def end(self, status: int) -> None: ...


class Asked(NamedTuple):
    """One ``--output``; without a file it goes to standard output."""

    form: str
    file: str = ""


def asked(said: Sequence[str], folder: str = "") -> list[Asked]:
    """The outputs that ``FORMAT[:FILE]`` texts ask for; a file is relative to ``folder``.

    Raise UsageError for an unknown form, a folder that is not there, or two that would mix.
    """
    from termserver.formats.registry import NAMES

    found: list[Asked] = []
    for one in said:
        form, _, file = one.partition(":")
        if form not in (TEXT, *NAMES):
            raise _unknown(form, (TEXT, *NAMES))
        found.append(Asked(form, "" if file in ("", "-") else os.path.join(folder, file)))
    _refuse_mixtures(found)
    for output in found:
        if output.file and not os.path.isdir(os.path.dirname(output.file) or "."):
            above = os.path.dirname(output.file)
            raise UsageError(
                f"{output.file} cannot be written: there is no folder {above}.",
                f"{output.file} نوشته نمی‌شود: پوشهٔ {above} نیست.",
            )
    return found


def on_stdout(found: Sequence[Asked]) -> bool:
    """Whether one of them goes to standard output."""
    return any(not output.file for output in found)


def _refuse_mixtures(found: Sequence[Asked]) -> None:
    files = [os.path.realpath(output.file) for output in found if output.file]
    twice = next((file for file in files if files.count(file) > 1), "")
    if twice:
        raise UsageError(
            f"Two outputs would be written to {twice}. Give each its own file.",
            f"دو خروجی در {twice} نوشته می‌شد. برای هر کدام فایلی جدا بدهید.",
        )
    there = [output.form for output in found if not output.file]
    if len(there) > 1 and (not set(there) <= _MAY_SHARE or len(set(there)) < len(there)):
        listed = ", ".join(there)
        raise UsageError(
            f"Several outputs would mix on standard output: {listed}. Give all but one a file: --output FORMAT:FILE",
            f"چند خروجی در خروجی استاندارد درهم می‌شد: {listed}. به جز یکی، بقیه فایل می‌خواهند: --output FORMAT:FILE",
        )


def _unknown(form: str, known: Sequence[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(form, known, n=1)
    listed = ", ".join(known)
    en, fa = (f"Did you mean {near[0]}? ", f"آیا {near[0]} منظور بود؟ ") if near else ("", "")
    return UsageError(
        f"There is no output form '{form}'. {en}Known: {listed}.", f"قالب خروجی «{form}» نیست. {fa}موجود: {listed}."
    )


class Sink:
    """Where the bytes of one output go: standard output, or a file that appears when it is whole.

    What is no regular file (a pipe, ``/dev/stderr``) is written to as it is.
    """

    def __init__(self, file: str) -> None:
        self._target = os.path.realpath(file) if file else ""
        self._temporary = ""
        self._file: IO[bytes] | None = None
        if not file:
            return
        if os.path.exists(self._target) and not os.path.isfile(self._target):
            if os.path.isdir(self._target):
                raise UsageError(f"{file} is a folder, not a file to write.", f"{file} پوشه است، نه فایلی برای نوشتن.")
            self._file = open(file, "wb")  # noqa: SIM115 - closed in end or abort
            return
        from pathlib import Path

        from termserver.releases import atomic

        self._temporary = str(atomic.neighbour(Path(self._target)))
        self._file = open(self._temporary, "wb")  # noqa: SIM115 - closed in end or abort

    def write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
        elif data:
            console.write_bytes(data)

    def end(self) -> None:
        """Let the file take its name."""
        if self._file is not None:
            self._file.close()
            if self._temporary:
                os.replace(self._temporary, self._target)

    def abort(self) -> None:
        """Leave nothing behind; a file that was there before stays as it was."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            if self._temporary:
                with contextlib.suppress(OSError):
                    os.unlink(self._temporary)


class FormOutput:
    """One of the forms of ``termserver.formats``."""

    def __init__(self, writer: Any, sink: Sink, about: Any) -> None:
        from termserver.formats.run import Totals

        self._writer = writer
        self._sink = sink
        self._totals = Totals()
        sink.write(writer.begin(about))

    def report(self, report: Report) -> None:
        self._totals.add(report)
        self._sink.write(self._writer.report(report))

    def unread(self, name: str, why: Text) -> None:
        self._totals.unread(name, why)

    def end(self, status: int) -> None:
        self._sink.write(self._writer.end(self._totals.summary(status)))


class Outputs:
    """All outputs of a run, told the same. Used as a context manager: a run that fails leaves no file."""

    def __init__(self) -> None:
        self._outputs: list[Output] = []
        self._sinks: list[Sink] = []

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            for sink in self._sinks:
                sink.abort()

    def sink(self, file: str) -> Sink:
        """A new place to write to."""
        made = Sink(file)
        self._sinks.append(made)
        return made

    def add(self, output: Output) -> None:
        self._outputs.append(output)

    def report(self, report: Report) -> None:
        for output in self._outputs:
            output.report(report)

    def unread(self, name: str, why: Text) -> None:
        for output in self._outputs:
            output.unread(name, why)

    def end(self, status: int) -> None:
        for output in self._outputs:
            output.end(status)
        for sink in self._sinks:
            sink.end()
