"""OperationOutcome: FHIR R4, one per document, both languages, the place as expression and extensions."""

import json
import re

from hand_made_reports import ALL, BAD, FINE, ODD, UNDECIDED, UNREAD, Written

# http://hl7.org/fhir/R4/valueset-issue-type.html and valueset-issue-severity.html
TYPES = [
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
]
SEVERITIES = ["fatal", "error", "warning", "information"]


def test_a_finding_is_an_issue(written: Written) -> None:
    outcome = json.loads(written("operation-outcome-ndjson", (BAD,), "fa"))
    hl7 = "http://hl7.org/fhir/StructureDefinition"

    assert outcome["issue"][0] == {
        "extension": [
            {"url": f"{hl7}/operationoutcome-issue-line", "valueInteger": 14},
            {"url": f"{hl7}/operationoutcome-issue-col", "valueInteger": 5},
            {"url": f"{hl7}/operationoutcome-file", "valueString": "out/صورت حساب.xml"},
        ],
        "severity": "error",
        "code": "code-invalid",
        "details": {
            "coding": [{"code": "code.unknown"}],
            "text": "چنین کدی در thritaEHR.gender نیست.",
            "_text": {
                "extension": [
                    {
                        "url": f"{hl7}/translation",
                        "extension": [
                            {"url": "lang", "valueCode": "en"},
                            {"url": "content", "valueString": "There is no such code in thritaEHR.gender."},
                        ],
                    }
                ]
            },
        },
        "diagnostics": "آیا منظور 2 (زن) بود؟",
        "expression": ["Person.Gender.Coded_string"],
    }


def test_the_bundle_holds_an_outcome_per_document(written: Written) -> None:
    bundle = json.loads(written("operation-outcome", ALL, "en", UNREAD))

    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert len(bundle["entry"]) == len(ALL) + 1
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"])
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", address) for address in addresses)
    assert bundle["meta"]["tag"][0] == {"code": "ab" * 32, "display": "standards 1405.2"}


def test_the_words_of_fhir_are_used_and_nothing_is_empty(written: Written) -> None:
    def walk(value: object) -> None:
        assert value not in ("", [], {}, None)
        for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(member)

    bundle = json.loads(written("operation-outcome", ALL, "en", UNREAD))
    walk(bundle)
    for entry in bundle["entry"]:
        for issue in entry["resource"]["issue"]:
            assert issue["code"] in TYPES and issue["severity"] in SEVERITIES
    assert "entry" not in json.loads(written("operation-outcome", ()))  # FHIR knows no empty list


def test_a_document_without_faults_has_one_informational_issue(written: Written) -> None:
    (issue,) = json.loads(written("operation-outcome-ndjson", (FINE,)))["issue"]

    assert (issue["severity"], issue["code"]) == ("information", "informational")
    assert issue["details"]["text"] == "No faults were found."


def test_what_could_not_be_decided_is_fatal(written: Written) -> None:
    first = json.loads(written("operation-outcome-ndjson", (UNDECIDED,)))["issue"][0]

    assert (first["severity"], first["code"]) == ("fatal", "incomplete")
    assert json.loads(written("operation-outcome-ndjson", (ODD,)))["issue"][0]["code"] == "structure"
