"""The documents of a run judged one after the other, or side by side in processes; the order stays.

What was asked for is kept in one value, so that a report can name it and a replay ask for it again.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from termserver.cli import console
from termserver.cli.documents import Document
from termserver.model.errors import TermserverError
from termserver.model.findings import EXIT_STATUS, INTERNAL_STATUS, USAGE_STATUS, Report
from termserver.model.text import Text
from termserver.model.values import value

_AHEAD = 3
"""Parcels per process that are read before they can be judged."""
_PARCEL = 32
_PARCEL_BYTES = 1_000_000
"""Documents and bytes that a process is asked about at once."""


@value
class How:
    """How documents are judged; ``today`` is the day by which waivers expire, empty without any."""

    type: str = ""
    engine: str = "fast"
    as_of: str = ""
    also_as_of: str = ""
    to: tuple[str, ...] = ()
    require_checked: bool = False
    show_values: bool = False
    referee: bool = False
    waivers: tuple[Any, ...] = ()
    today: str = ""
    settings_file: str = ""
    settings_sha256: str = ""

    def options(self) -> dict[str, str]:
        """What was asked for beyond the usual and may show in a report, by the name of the option."""
        said = {
            "type": self.type,
            "engine": self.engine if self.engine != "fast" else "",
            "as-of": self.as_of,
            "also-as-of": self.also_as_of,
            "to": ",".join(self.to),
            "require-checked": "yes" if self.require_checked else "",
            "referee": "yes" if self.referee else "",
            "settings": self.settings_sha256 if self.waivers else "",
            "waivers-on": self.today if self.waivers else "",
        }
        return {name: value for name, value in said.items() if value}


class Result(NamedTuple):
    """What became of one document: a report, or why there is none; and its part of the exit status."""

    name: str
    status: int
    report: Report | None = None
    why: Text | None = None


class Judging:
    """Judges the documents of one run with an open ``TermServer``; ``judges`` are processes to do it in."""

    def __init__(self, server: Any, how: How, judges: Any = None) -> None:
        self._server = server
        self._how = how
        self._judges = judges

    def results(self, documents: Iterable[Document]) -> Iterator[Result]:
        """Yield what became of each document, in their order.

        Raise TermserverError if an option is wrong, for this document as for all.
        """
        if self._judges is None:
            for document in documents:
                yield self._result(document)
            return
        from concurrent.futures import Future, ThreadPoolExecutor

        with ThreadPoolExecutor(self._judges.workers) as threads:
            waiting: deque[Future[list[Result]]] = deque()
            try:
                for some in _in_parcels(documents):
                    waiting.append(threads.submit(self._results, some))
                    if len(waiting) >= _AHEAD * self._judges.workers:
                        yield from waiting.popleft().result()
                while waiting:
                    yield from waiting.popleft().result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def settings_report(self) -> Report | None:
        """The report on the settings themselves, where a waiver has expired or is of no rule."""
        if not self._how.waivers:
            return None
        from termserver.model import waivers

        how = self._how
        rules = self._server.explanations.ids()
        return waivers.about(how.waivers, how.today, how.settings_file, how.settings_sha256, rules)

    def _results(self, documents: Sequence[Document]) -> list[Result]:
        """As ``_result`` for each, asked of one process at once."""
        questions = [
            question for document in documents if _can_be_judged(document) for question in self._questions(document)
        ]
        answers: Iterator[Report] = iter(self._judges.check_documents(questions))
        return [self._result(document, answers) for document in documents]

    def _result(self, document: Document, answers: Iterator[Report] | None = None) -> Result:
        if document.unread is not None:
            return Result(document.name, USAGE_STATUS, why=document.unread)
        if document.fault is not None:
            from termserver.validation.unfinished import Unfinished

            fault = document.fault
            return _told(Unfinished(fault.rule, fault.text, fault.hint).report(b"", document.name))
        try:
            if answers is None:
                answers = (self._server.check_document(data, **asked) for data, asked in self._questions(document))
            return _told(self._report(answers))
        except TermserverError:
            raise
        except Exception as error:
            console.show_trace(error)
            return Result(document.name, INTERNAL_STATUS, why=console.words_for(error))

    def _questions(self, document: Document) -> list[tuple[bytes, dict[str, Any]]]:
        """What the engine is asked about a document: once, or twice if a later day is asked for too."""
        how = self._how
        asked: dict[str, Any] = {
            "name": document.name,
            "type": how.type,
            "engine": how.engine,
            "as_of": how.as_of,
            "require_checked": how.require_checked,
            "show_values": how.show_values,
            "to": how.to,
        }
        first = (document.data, asked)
        return [first, (document.data, {**asked, "as_of": how.also_as_of})] if how.also_as_of else [first]

    def _report(self, answers: Iterator[Report]) -> Report:
        how = self._how
        report = next(answers)
        if how.also_as_of:
            from termserver.validation.look_ahead import compared

            report = compared(report, next(answers), how.also_as_of)
        if how.waivers:
            from termserver.model import waivers

            report = waivers.applied(report, how.waivers, how.today, how.require_checked)
        return report


def _can_be_judged(document: Document) -> bool:
    return document.unread is None and document.fault is None


def _in_parcels(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in lists, short enough that one of them does not wait long for the others."""
    parcel: list[Document] = []
    size = 0
    for document in documents:
        parcel.append(document)
        size += len(document.data)
        if len(parcel) >= _PARCEL or size >= _PARCEL_BYTES:
            yield parcel
            parcel, size = [], 0
    if parcel:
        yield parcel


def _told(report: Report) -> Result:
    failed = report.findings[:1] and report.findings[0].rule == "budget.failure"
    return Result(report.document, INTERNAL_STATUS if failed else EXIT_STATUS[report.verdict], report)
