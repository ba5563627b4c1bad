"""What went wrong, as FHIR says it: issues, OperationOutcomes, and the failure that ends an operation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from termserver.fhir.messages import say
from termserver.model.text import Text

Json = dict[str, Any]

ISSUE_TYPES = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"

ALWAYS_SAID = frozenset(
    {
        "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
        "INACTIVE_CONCEPT_FOUND",
        "DEPRECATED_CONCEPT_FOUND",
        "Coding_has_no_system__cannot_validate",
        "Display_Name_for__should_be_one_of__instead_of",
        "Display_Name_WS_for__should_be_one_of__instead_of",
    }
)
"""Messages that the ``message`` of an answer repeats although they are no errors."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong: ``code`` of FHIR's issue types, ``type`` of the terminology ones."""

    severity: str
    code: str
    type: str
    id: str
    text: Text
    expression: str = ""

    def as_json(self, persian: bool = False) -> Json:
        said: Json = {}
        if self.id:
            said["extension"] = [{"url": _MESSAGE_ID, "valueString": self.id}]
        said["severity"] = self.severity
        said["code"] = self.code
        details: Json = {}
        if self.type:
            details["coding"] = [{"system": ISSUE_TYPES, "code": self.type}]
        details["text"] = self.text.en
        if persian and self.text.fa:
            parts = [{"url": "lang", "valueCode": "fa"}, {"url": "content", "valueString": self.text.fa}]
            details["_text"] = {"extension": [{"url": _TRANSLATION, "extension": parts}]}
        said["details"] = details
        # clients that know no details.text show this one
        said["diagnostics"] = self.text.en
        if self.expression:
            said["expression"] = [self.expression]
        return said


class FhirProblem(Exception):
    """An operation that cannot be done; the answer is an OperationOutcome with ``status``."""

    def __init__(self, status: int, *issues: Issue) -> None:
        super().__init__("; ".join(issue.text.en for issue in issues))
        self.status = status
        self.issues = issues


def problem(status: int, code: str, id: str, *values: object, type: str = "", expression: str = "") -> FhirProblem:
    """A failure in the words of ``messages``."""
    return FhirProblem(status, Issue("error", code, type, id, say(id, *values), expression))


def refused(status: int, code: str, en: str, fa: str, type: str = "") -> FhirProblem:
    """A failure in words of its own."""
    return FhirProblem(status, Issue("error", code, type, "", Text(fa, en)))


def operation_outcome(issues: Iterable[Issue], persian: bool = False) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [issue.as_json(persian) for issue in issues]}


def message_of(issues: Sequence[Issue]) -> str:
    """What ``message`` says: the errors, and the few warnings that belong there, sorted, each once."""
    return "; ".join(
        sorted({issue.text.en for issue in issues if issue.severity == "error" or issue.id in ALWAYS_SAID})
    )
