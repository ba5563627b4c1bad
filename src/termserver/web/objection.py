"""«This rejection is wrong»: a masked report for the committee, built from a judged document and downloaded.

Nothing is sent and nothing is kept: the page carries the masked findings, and gets them back as a file.
"""

from typing import Any

import orjson

from termserver import __version__
from termserver.model.errors import UsageError
from termserver.model.findings import Report

FORMAT = "termserver-objection/1"
FINDINGS = 200
COMMENT = 4000
_LIMIT = 2_000_000
_DOCUMENT = ("sha256", "type", "type_version", "day", "verdict")
_FINDING = ("rule", "layer", "severity", "path", "excerpt")


def masked(report: Report, release: str) -> str:
    """What the page carries of a report: no value of the document, not even the name of its file."""
    said = report.as_json()
    findings = [
        {**shown, "excerpt": finding.excerpt}
        for shown, finding in zip(said["findings"], report.findings[:FINDINGS], strict=False)
    ]
    return orjson.dumps(
        {"document": {name: said[name] for name in _DOCUMENT}, "release": release, "findings": findings}
    ).decode()


def objection(carried: str, chosen: list[str], comment: str) -> bytes:
    """The report to download: the chosen findings, else all errors; ``comment`` in the user's own words.

    Raise UsageError if the page's own field came back as something else.
    """
    try:
        if len(carried) > _LIMIT:
            raise ValueError
        said = orjson.loads(carried)
        numbers = {int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 6}
        findings = said["findings"][:FINDINGS]
        kept = [one for n, one in enumerate(findings) if n in numbers] or [
            one for one in findings if one["severity"] == "error"
        ]
        shaped = {
            "format": FORMAT,
            "engine": f"termserver {__version__}",
            "release": _text(said["release"]),
            "document": {name: _text(said["document"][name]) for name in _DOCUMENT},
            "findings": [_finding(one) for one in kept],
            "comment": comment[:COMMENT],
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            "The report of the judged document did not come back whole. Judge the document again.",
            "گزارش سند کامل برنگشت. سند را دوباره بسنجید.",
        ) from None
    return orjson.dumps(shaped, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _finding(one: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: _text(one[name]) for name in _FINDING},
        "line": int(one["line"]),
        "column": int(one["column"]),
        "message": {name: _text(one["message"][name]) for name in ("fa", "en")},
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError
    return value[:2000]
