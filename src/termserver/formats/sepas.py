"""The Ministry's own answer of a validator: a ValidationResultVO per finding, as JSON or XML.

The class and its eight string fields are public (Behdasht SDK, DataModel.cs), what stands in them is
not. Provisional reading: ``MessageID`` is the document, ``ErrorMessage`` the words that SEPAS is seen to
answer with (``<Field> is mandatory|invalid|empty``), ``NormalizedErrorMessage`` the same over the path
without positions, so that equal faults read equally, ``ErrorCategoryType`` the number of the SEPAS error
category, ``ErrorCategoryCritical`` whether it rejects, ``ErrorCategorySource`` our rule.
"""

import re
from collections.abc import Iterable
from typing import Any

from termserver.formats.faults import faults, unread_report
from termserver.formats.json_list import JsonListWriter
from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import one_line, place, xml_attribute, xml_text
from termserver.model.findings import Finding, Layer, Report, Severity

NAMESPACE = "http://thrita.behdasht.gov.ir/VM/"
MANDATORY = 6
MAPPING = 2

_CATEGORIES = {
    Layer.SYNTAX: 16,
    Layer.STRUCTURE: 4,
    Layer.CODE: MAPPING,
    Layer.IDENTIFIER: 7,
    Layer.REGISTRY: 7,
    Layer.RULE: 10,
}
# what a coded text, an identifier, a quantity and a date are made of; SEPAS names the field that holds them
_PARTS = {
    "Value",
    "Coded_string",
    "Terminology_id",
    "ID",
    "Issuer",
    "Assigner",
    "Type",
    "Magnitude",
    "Unit",
    "Year",
    "Month",
    "Day",
    "Hour",
    "Minute",
    "Second",
}
# what is not there but need not be is empty, not invalid; that it does not reject is told beside it
_EMPTY = {"structure.empty", "structure.expected"}
_POSITION = re.compile(r"\[[0-9]+\]")
_MAPPING_HELP = "Please check correct coding at maxa.behdasht.gov.ir"


def validation_results(report: Report, language: str = "en") -> list[dict[str, str]]:
    """The findings of one document as ValidationResultVO objects, keys in the order of the class."""
    return [_result(finding, report, language) for finding in faults(report)]


def _result(finding: Finding, report: Report, language: str) -> dict[str, str]:
    category = finding.sepas_category or _CATEGORIES[finding.layer]
    where = finding.where
    place_said = f"{where.path}, {where.line}:{where.column}" if where.path else f"{where.line}:{where.column}"
    hint = one_line(finding.hint.in_language(language)) if finding.hint else ""
    message, normalized = _words(finding, category)
    return {
        "MessageID": place(report.document),
        "ErrorMessage": message,
        "NormalizedErrorMessage": normalized,
        "ErrorCategoryType": str(category),
        "ErrorCategoryCritical": "true" if finding.severity is Severity.ERROR else "false",
        "ErrorCategorySource": finding.rule,
        "ErrorDescription": f"{one_line(finding.message.in_language(language))} ({one_line(place_said)})",
        "ErrorSolution": hint or (_MAPPING_HELP if category == MAPPING else ""),
    }


def _words(finding: Finding, category: int) -> tuple[str, str]:
    """The pattern words over the field, and over its path without positions."""
    path = one_line(_POSITION.sub("", finding.where.path))
    if not path:
        said = one_line(finding.message.en or finding.message.fa)
        return said, said
    if category == MANDATORY and finding.rule not in _EMPTY:
        verb = "is mandatory."
    else:
        path = _field(path) if finding.rule != "structure.expected" else path
        verb = "is empty!" if finding.rule in _EMPTY else "is invalid."
    return f"{path.rpartition('.')[2]} {verb}", f"{path} {verb}"


def _field(path: str) -> str:
    holder, _, last = path.rpartition(".")
    return holder if holder and last in _PARTS else path


class SepasJsonWriter(JsonListWriter):
    """A JSON list of ValidationResultVO over all documents; an accepted one without findings adds nothing."""

    def items(self, report: Report) -> Iterable[Any]:
        return validation_results(report, self._language)


class SepasXmlWriter:
    """``ArrayOfValidationResultVO`` in the Ministry's namespace, as .NET serialises a list."""

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def begin(self, about: RunInfo) -> bytes:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<ArrayOfValidationResultVO xmlns="%s">\n'
        return (head % xml_attribute(NAMESPACE)).encode()

    def report(self, report: Report) -> bytes:
        said = []
        for result in validation_results(report, self._language):
            members = "".join(f"    <{name}>{xml_text(value)}</{name}>\n" for name, value in result.items())
            said.append(f"  <ValidationResultVO>\n{members}  </ValidationResultVO>\n")
        return "".join(said).encode()

    def end(self, summary: Summary) -> bytes:
        said = b"".join(self.report(unread_report(unread)) for unread in summary.unread)
        return said + b"</ArrayOfValidationResultVO>\n"
