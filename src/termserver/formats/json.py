"""One JSON document: what the run was judged by, every report, and how it ended.

``{"engine": …, "edition": …, "options": …, "reports": […], "errors": […], "summary": …, "release": …}``;
``errors`` names the documents that could not be read, and is absent where all could. ``release`` is the
digest of the edition.
"""

from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import json_bytes
from termserver.model.findings import Report


class JsonWriter:
    """The reports as ``Report.as_json`` has them, a line each; both languages are in every message."""

    def __init__(self, language: str = "en") -> None:
        self._between = b"\n"
        self._release = ""

    def begin(self, about: RunInfo) -> bytes:
        self._release = about.edition.digest
        return json_bytes(about.as_json())[:-1] + b',"reports":['

    def report(self, report: Report) -> bytes:
        between, self._between = self._between, b",\n"
        return between + json_bytes(report.as_json())

    def end(self, summary: Summary) -> bytes:
        errors = b""
        if summary.unread:
            errors = b',"errors":' + json_bytes([unread.as_json() for unread in summary.unread])
        said = b',"summary":' + json_bytes(summary.as_json()) + b',"release":' + json_bytes(self._release)
        return b"\n]" + errors + said + b"}\n"
