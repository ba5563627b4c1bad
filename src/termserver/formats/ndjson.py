"""A JSON object per line, for tools that read as it comes; ``kind`` tells run, report, unread and summary apart."""

from typing import Any

from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import json_bytes
from termserver.model.findings import Report


class NdjsonWriter:
    """First the run, then a line per document, last the summary (a file without one was cut off)."""

    def __init__(self, language: str = "en") -> None:
        pass

    def begin(self, about: RunInfo) -> bytes:
        return _line("run", about.as_json())

    def report(self, report: Report) -> bytes:
        return _line("report", report.as_json())

    def end(self, summary: Summary) -> bytes:
        unread = b"".join(_line("unread", one.as_json()) for one in summary.unread)
        return unread + _line("summary", summary.as_json())


def _line(kind: str, said: dict[str, Any]) -> bytes:
    return json_bytes({"kind": kind, **said}) + b"\n"
