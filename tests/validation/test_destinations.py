"""A document is judged for every place it is sent to: forbidden, missing elsewhere, more than is needed there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from document_changes import changed, drop, put, said

from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.days import Period
from termserver.model.destinations import Destination, Sending, Sent
from termserver.model.errors import UsageError
from termserver.model.findings import Severity, Verdict
from termserver.model.values import replace
from termserver.service import TermServer
from termserver.validation.destinations import findings

BOTH = ("hix", "wix")
Twins = Callable[[str, dict[str, Any]], dict[str, bytes]]
COSTS = ["patient-bill", "dispensed-prescription", "insurer-reimbursement"]
CLINICAL = ["soap", "laboratory-result", "referral-case", "referral-feedback", "death-certificate", "ambulance-mission"]


@pytest.fixture(scope="module")
def lean_bill(bill: dict[str, Any]) -> dict[str, Any]:
    """A bill that carries nothing which an insurer does not need."""
    kept = ("FirstName", "LastName", "NationalCode", "Nationality", "BirthDate", "BirthdateAccuracy", "Gender")
    bill = changed(bill, drop("Composition.Admission.ReasonForEncounter"))
    return bill | {"Person": {name: bill["Person"][name] for name in kept if name in bill["Person"]}}


def _rules(server: TermServer, data: bytes, **options: Any) -> list[str]:
    return [rule for rule, _ in said(server.check_document(data, **options))]


@pytest.mark.parametrize("type", COSTS)
def test_a_cost_document_goes_to_both_exchanges(server: TermServer, type: str) -> None:
    data = server.example(type)

    assert "destination.required-missing" in _rules(server, data, to=("hix",))
    assert "destination.required-missing" in _rules(server, data, to=("wix",))
    assert server.check_document(data, to=("hix",)).verdict is Verdict.REJECTED
    assert server.check_document(data, to=BOTH).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("type", CLINICAL)
def test_a_clinical_document_never_goes_to_an_insurer(server: TermServer, type: str) -> None:
    data = server.example(type)

    assert _rules(server, data, to=("hix",)) == []
    assert _rules(server, data, to=BOTH) == ["destination.forbidden"]
    assert server.check_document(data, to=BOTH).verdict is Verdict.REJECTED


def test_what_an_insurer_does_not_need_is_pointed_at(
    server: TermServer, lean_bill: dict[str, Any], twins: Twins
) -> None:
    more = changed(lean_bill, put("Person.Religion", {"Value": "اسلام", "Terminology_id": "thritaEHR.Religion",
                                                      "Coded_string": "1"}))  # fmt: skip
    for form in ("xml", "json"):
        assert _rules(server, twins("patient-bill", lean_bill)[form], to=BOTH) == []
        report = server.check_document(twins("patient-bill", more)[form], to=BOTH)
        assert said(report) == [("destination.beyond-minimum", "Person.Religion")]
        assert report.findings[0].severity is Severity.WARNING, "the minimum is a reading, not yet the committee's"
        assert "wix" in report.findings[0].message.en
        assert _rules(server, twins("patient-bill", more)[form], to=("hix",)) == ["destination.required-missing"]


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_every_example_is_judged_alike_for_its_destinations_in_both_forms(
    server: TermServer, root: Path, engine: str
) -> None:
    examples = sorted(root.glob("validators/*/*/examples/valid/*.xml"))
    for xml in examples[:: 1 if engine == "fast" else 5]:
        twin = xml.with_suffix(".json")
        if twin.exists():
            one, other = (server.check_document(path.read_bytes(), engine=engine, to=BOTH) for path in (xml, twin))
            assert said(one) == said(other), xml
            assert one.to == other.to == BOTH


def test_no_destination_is_judged_where_none_is_named(server: TermServer) -> None:
    report = server.check_document(server.example("soap"))

    assert report.verdict is Verdict.ACCEPTED
    assert "to" not in report.as_json()
    assert server.check_document(server.example("soap"), to=("SEPAS",)).to == ("hix",), "known by its other name too"


def test_an_unknown_destination_names_the_nearest(server: TermServer) -> None:
    with pytest.raises(UsageError, match=r"'hixx'.*Did you mean 'hix'.*hix, wix"):
        server.check_document(b"{}", to=("hixx",))


def test_a_type_that_nobody_listed_is_kept_from_the_insurers(root: Path, tmp_path: Path) -> None:
    content = read(root)
    bare = tuple(replace(one, documents=(), provisional=False) for one in content.destinations)
    build_release(replace_all(content, bare), tmp_path / "bare.release", "bare", "test")

    with TermServer.open(tmp_path / "bare.release") as server:
        assert _rules(server, server.example("patient-bill"), to=BOTH) == ["destination.forbidden"]
        assert _rules(server, server.example("patient-bill"), to=("hix",)) == []


def replace_all(content: Any, destinations: tuple[Destination, ...]) -> Any:
    import dataclasses

    return dataclasses.replace(content, destinations=destinations)


def test_the_day_of_the_document_says_which_entry_holds() -> None:
    early = Sent("bill", Sending.ALLOWED, period=Period(end="2026-03-20"))
    late = Sent("bill", Sending.REQUIRED, period=Period(start="2026-03-21"))
    ours = Destination("ours", "1", _text(), (early, late))
    other = Destination("other", "1", _text(), (), otherwise=Sending.ALLOWED)

    assert findings((ours, other), (other,), "bill", "2026-03-20", {}) == []
    assert [one.rule for one in findings((ours, other), (other,), "bill", "2026-03-21", {})] == [
        "destination.required-missing"
    ]
    assert ours.on("bill", "") is late


def test_a_field_is_objected_to_once_however_often_it_stands_there() -> None:
    ours = Destination("ours", "1", _text(), (Sent("bill", Sending.ALLOWED, minimum=("Rows.Code",)),))
    message = {"Rows": [{"Code": 1, "Note": "a"}, {"Code": 2}, {"Code": 3, "Note": "b"}]}

    found = findings((ours,), (ours,), "bill", "2026-01-01", message)

    assert [(one.rule, one.where.path) for one in found] == [("destination.beyond-minimum", "Rows[0].Note")]
    assert "2 times" in found[0].message.en
    assert found[0].severity is Severity.ERROR


def _text() -> Any:
    from termserver.model.text import Text

    return Text("جایی", "somewhere")


INSURERS_OWN = (
    *("tamin-eprescription", "sakhad-prescription", "supplementary-policy"),
    *("salamat-check-order", "salamat-save", "salamat-check-deliver", "salamat-deliver"),
)


@pytest.mark.parametrize("type", INSURERS_OWN)
def test_an_insurer_s_own_payload_is_named_with_its_receiver_and_never_rejected_for_it(
    server: TermServer, type: str
) -> None:
    wix = next(one for one in server.destinations if one.id == "wix")
    named = [one for one in wix.documents if one.type == type]

    assert [(one.sending, one.provisional) for one in named] == [(Sending.ALLOWED, True)]
    assert "today it goes" in named[0].source and named[0].purpose.fa and named[0].sender.fa
    assert _rules(server, server.example(type, "json"), type=type, to=("wix",)) == []
