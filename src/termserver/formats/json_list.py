"""One JSON list over all documents, an item a line: the frame of the forms that are lists."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from termserver.formats.faults import unread_report
from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import json_bytes
from termserver.model.findings import Report


class JsonListWriter(ABC):
    """What ``items`` gives of each report; of a document that could not be read, too."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._between = b"\n"

    @abstractmethod
    def items(self, report: Report) -> Iterable[Any]:
        """What stands in the list for one report."""

    def begin(self, about: RunInfo) -> bytes:
        return b"["

    def report(self, report: Report) -> bytes:
        said = []
        for item in self.items(report):
            said += [self._between, json_bytes(item)]
            self._between = b",\n"
        return b"".join(said)

    def end(self, summary: Summary) -> bytes:
        return b"".join(self.report(unread_report(unread)) for unread in summary.unread) + b"\n]\n"
