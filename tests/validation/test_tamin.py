"""Tamin's payloads: judged as their names say, its messages in its own words, its misspellings named."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from document_changes import Change, at, both, changed, drop, put, said

from termserver.model.findings import Report, Severity, Verdict
from termserver.service import TermServer

INVALID = Path(__file__).resolve().parents[2] / "validators" / "tamin-eprescription" / "1.9.7" / "examples" / "invalid"
ITEM = "noteDetailEprscs[0]"
BROKEN = {
    "TAM-05": ["tam-05-physician-mobile", "tam-05-physician-national-code"],
    "persian_digits_date": ["tam-10-date-is-a-day"],
    "repeat_over_3": ["repeat-at-most-three"],
    "nursing_without_siam": ["nursing-has-centre"],
}
"""What the payloads of the facts break that are not named after one of Tamin's messages."""


def payloads(shared: Path, kind: str) -> dict[str, Any]:
    return json.loads((shared / "data" / f"tamin_payloads_{kind}_synthetic.json").read_bytes())  # type: ignore[no-any-return]


def judged(server: TermServer, message: Any, **options: str) -> Report:
    return server.check_document(json.dumps(message, ensure_ascii=False).encode(), **options)


@pytest.fixture(scope="module")
def drugs(shared: Path) -> dict[str, Any]:
    return payloads(shared, "valid")["drug"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_every_valid_payload_is_accepted(server: TermServer, shared: Path, engine: str) -> None:
    for name, payload in payloads(shared, "valid").items():
        report = judged(server, payload, engine=engine)
        assert (name, said(report), report.verdict) == (name, [], Verdict.ACCEPTED)
        assert report.document_type == "tamin-eprescription"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_every_invalid_payload_is_rejected_by_the_finding_it_is_named_after(
    server: TermServer, shared: Path, engine: str
) -> None:
    for name, payload in payloads(shared, "invalid").items():
        report = judged(server, payload, engine=engine)
        rules = {rule for rule, _ in said(report)}
        wanted = set(BROKEN.get(name, ())) or {rule for rule in rules if rule.startswith(f"{name.lower()}-")}
        assert (name, rules, report.verdict) == (name, wanted, Verdict.REJECTED)
        assert len(rules) == 1


def test_each_of_tamins_messages_is_said_in_its_own_words(server: TermServer, shared: Path) -> None:
    table = shared / "domain" / "insurers_and_registries" / "tamin_validation_messages.csv"
    with table.open(encoding="utf-8") as lines:
        messages = {row["code"]: row["display_fa"] for row in csv.DictReader(lines)}
    own = [code for code in messages if int(code.removeprefix("TAM-")) <= 21]
    for code in own:
        examples = sorted(INVALID.glob(f"{code.lower()}-*.json"))
        assert examples, code
        for example in examples:
            as_of = "1405-08-30" if ".as-of-" in example.name else ""
            [finding] = server.check_document(example.read_bytes(), as_of=as_of).findings
            assert finding.rule.startswith(code.lower())
            assert finding.message.fa == messages[code]
    assert len(own) == 21


def test_a_body_that_is_no_prescription_at_all_is_said_once(server: TermServer) -> None:
    for body in ("[]", "{}"):
        report = server.check_document(body.encode(), type="tamin-eprescription")
        assert said(report) == [("tam-01-data-is-given", "")], body


def test_today_is_the_day_that_is_said_and_never_the_clock(server: TermServer, drugs: dict[str, Any]) -> None:
    far = changed(drugs, both(put("prescDate", "14990101"), put("expireDate", "14990201"), drop(f"{ITEM}.dateDo")))
    far["noteDetailEprscs"][0]["repeat"] = "0"

    assert said(judged(server, far)) == []
    assert said(judged(server, far, as_of="1498-12-01")) == [("tam-11-date-is-not-after-today", "prescDate")]
    assert said(judged(server, far, as_of="1499-01-01")) == []


MISSPELT: dict[str, tuple[str, str]] = {
    "noteDetailEprsc": ("noteDetailEprscs", "D-05"),
    "noteDetailExprsc": ("noteDetailEprscs", "D-05"),
    "siam-id": ("siamId", "D-18"),
    "siamid": ("siamId", ""),
    "presctype": ("prescType", ""),
    "docNatioanlCode": ("docNationalCode", "D-15"),
    "doc-id": ("docId", "D-18"),
}


@pytest.mark.parametrize("written", MISSPELT)
def test_a_known_misspelling_is_accepted_with_a_warning_that_names_the_right_one(
    server: TermServer, shared: Path, written: str
) -> None:
    right, source = MISSPELT[written]
    payload = payloads(shared, "valid")["nursing"]
    payload[written] = payload.pop(right)

    report = judged(server, payload)

    assert said(report) == [("structure.spelling", right)]
    assert report.verdict is Verdict.ACCEPTED
    [finding] = report.findings
    assert finding.severity is Severity.WARNING
    assert finding.hint is not None
    assert right in finding.hint.en
    assert source in finding.hint.en
    text = json.dumps(payload, ensure_ascii=False)
    assert text[finding.where.column - 1 :].startswith(f'"{written}"'), "it points at what is written"


OTHERWISE: dict[str, tuple[str, Change, str, str]] = {
    "D-06, no mobile": ("drug", drop("mobile"), "tam-02-mobile-is-given", "mobile"),
    "D-07, a number": (
        "dental",
        put(f"{ITEM}.isDentalService", 1),
        "structure.type-tolerated",
        f"{ITEM}.isDentalService",
    ),
    "D-09, the date in the id": (
        "referral",
        both(put("noteDetailsReferralList[0].id", 14050910), drop("noteDetailsReferralList[0].referralHijriDate")),
        "referral-date-in-its-field",
        "noteDetailsReferralList[0].id",
    ),
    "D-10, complaintIDs": (
        "referral",
        put("noteDetailsReferralList[0].complaints", [{"complaintIDs": "163588007"}]),
        "complaint-is-named-by-id",
        "noteDetailsReferralList[0].complaints[0].complaintIDs",
    ),
    "D-11, an internal id": (
        "referral",
        put("noteDetailsReferralList[0].icd10s[0].icdId", 4711),
        "structure.type-tolerated",
        "noteDetailsReferralList[0].icd10s[0].icdId",
    ),
    "the group beside its place": (
        "paraclinic",
        lambda message: at(message, f"{ITEM}.srvId").update(
            parTarifGrp=at(message, f"{ITEM}.srvId").pop("parTarefGrp")
        ),
        "structure.spelling",
        f"{ITEM}.srvId.parTarefGrp",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_each_contradiction_of_the_guide_has_a_finding(server: TermServer, shared: Path, name: str) -> None:
    payload, change, rule, path = OTHERWISE[name]

    report = judged(server, changed(payloads(shared, "valid")[payload], change))

    assert said(report) == [(rule, path)]


DATES = {
    "140583": "14050803",
    "1405/8/3": "14050803",
    "۱۴۰۵۰۸۳۰": "14050830",
    "20261121": "14050830",
    "1405-08-30": "14050830",
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_in_another_form_is_told_how_it_is_written(
    server: TermServer, drugs: dict[str, Any], written: str
) -> None:
    [finding] = judged(server, changed(drugs, put("prescDate", written))).findings

    assert finding.rule == "tam-10-date-is-a-day"
    assert finding.hint is not None
    assert DATES[written] in finding.hint.en


def test_a_date_that_has_lost_its_zeros_tells_both_days_it_may_be(server: TermServer, drugs: dict[str, Any]) -> None:
    [finding] = judged(server, changed(drugs, put("expireDate", "1405112"))).findings

    assert finding.rule == "date.form"
    assert finding.hint is not None
    assert "14050112 / 14051102" in finding.hint.en


def test_leap_years_are_those_of_the_calendar(server: TermServer, drugs: dict[str, Any]) -> None:
    assert said(judged(server, changed(drugs, put("expireDate", "14081230")))) == []
    assert said(judged(server, changed(drugs, put("expireDate", "14051230")))) == [("date.impossible", "expireDate")]


def test_what_tamin_does_not_know_is_a_warning_and_empty_is_absent(server: TermServer, drugs: dict[str, Any]) -> None:
    more = changed(drugs, both(put("patientName", "x"), put(f"{ITEM}.toothId", ""), put("siamId", "")))

    report = judged(server, more)

    assert said(report) == [("structure.unknown-field", "patientName")]
    assert report.verdict is Verdict.ACCEPTED


def test_the_sample_of_the_facts_is_accepted(server: TermServer, examples: Path) -> None:
    sample = json.loads((examples / "15_tamin_eprescription.json").read_bytes())

    report = judged(server, sample)

    assert report.verdict is Verdict.ACCEPTED
    assert said(report) == [
        ("service-code-in-ten-digits", f"{ITEM}.srvId.srvCode"),
        ("structure.type-tolerated", f"{ITEM}.repeat"),
        ("structure.unknown-field", "_note"),
        ("structure.unknown-field", "_url"),
    ]
