"""A document is right if the licence, the centre, the product and the system were in force on its own day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from document_changes import at, changed, put, said

from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Kind, Property, Status
from termserver.model.days import Period
from termserver.model.findings import Layer, Severity, Verdict
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import editions
from termserver.service import TermServer
from termserver.validation.shape import Shape
from termserver.validation.xml_message import write_xml

SYSTEM, CENTRE, DOCTOR = "00000000-0000-4000-8000-0000000000aa", "00000000-0000-4000-8000-000000000001", "100001"
SURGEON, OTHER, PRODUCT = "200003", "200002", "3068757515492187"
PRODUCT_NAME = "STERILE WATER FOR INJECTION INJECTION PARENTERAL 5 mL"
ADMITTED = "2026-11-11"
ATTENDING = "Composition.Admission.AttendingDoctor.Identifier.ID"


def _property(code: str, start: str = "", end: str = "", value: str = "true") -> Property:
    return Property(code, value, Period(start, end))


def _entry(code: str, *properties: Property, **said: Any) -> Concept:
    name = Text(en=PRODUCT_NAME) if code == PRODUCT else Text("ورودی", "entry")
    return Concept(code, name, properties=properties, **said)


def _usual() -> dict[str, list[Concept]]:
    return {
        "physicians": [
            _entry(DOCTOR, _property("licence", "2020-01-01", "2026-12-31")),
            _entry(SURGEON, _property("licence", "2020-01-01")),
            _entry(OTHER),
        ],
        "centres": [_entry(CENTRE, _property("active", "2020-01-01"))],
        "software": [_entry(SYSTEM, _property("approved", "2020-01-01"), _property("locked", value="false"))],
        "irc": [_entry(PRODUCT, _property("erx", value="60039"), _property("generic", value="00123"))],
    }


class Shelf:
    """Small invented registries opened beside the project's own content."""

    def __init__(self, standards: Path, root: Path, folder: Path) -> None:
        self._standards, self._folder = standards, folder
        self._metadata = {one.system.id: one.system for one in read(root).systems}
        self._opened: list[TermServer] = []

    def server(self, content: Content = Content.COMPLETE, **changes: list[Concept]) -> TermServer:
        """The usual entries, some registries replaced."""
        systems = [
            CodeSystemContent(self._whole(id, content), tuple(entries)) for id, entries in (_usual() | changes).items()
        ]
        folder = self._folder / str(len(self._opened))
        folder.mkdir()
        made = build_release(systems, folder / "made.release", "registries", str(len(self._opened)))
        pin = editions.pin_of(made)
        (folder / "made.release").rename(folder / editions.file_name(pin))
        (folder / self._standards.name).symlink_to(self._standards)
        with TermServer.open(self._standards) as standards:
            pins = [*standards.edition.releases, pin]
        (folder / editions.file_name(pins[0])).symlink_to(self._standards)
        editions.write(folder / "edition.json", pins)
        self._opened.append(TermServer.open(folder / "edition.json"))
        return self._opened[-1]

    def _whole(self, id: str, content: Content) -> CodeSystem:
        return replace(self._metadata[id], kind=Kind.REGISTRY, content=content, version="2026.11.21")

    def close(self) -> None:
        for server in self._opened:
            server.close()


@pytest.fixture
def shelf(standards: Path, root: Path, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(standards, root, tmp_path)
    yield made
    made.close()


def _check(server: TermServer, message: dict[str, Any], **options: Any) -> Any:
    """The report, the same for both forms and engines."""
    known = next(one for one in server.document_types() if one.id == "patient-bill")
    from lxml import etree

    forms = [json.dumps(message, ensure_ascii=False).encode(), etree.tostring(write_xml(message, Shape(known)))]
    reports = [
        server.check_document(data, engine=engine, **options) for data in forms for engine in ("fast", "reference")
    ]
    for other in reports[1:]:
        assert (said(other), other.verdict, other.share) == (said(reports[0]), reports[0].verdict, reports[0].share)
    return reports[0]


def test_entries_in_force_are_counted_and_nothing_is_said(shelf: Shelf, bill: dict[str, Any]) -> None:
    report = _check(shelf.server(), bill)

    assert said(report) == []
    share = report.share.as_json()["registries"]
    assert (share["entries"], share["checked"], share["states"]) == (9, 9, {"ok": 9})


def test_without_registries_nothing_is_counted(server: TermServer, bill: dict[str, Any]) -> None:
    report = _check(server, bill)

    assert said(report) == []
    assert report.share.as_json()["registries"] == {
        "entries": 0, "checked": 0, "unchecked_by_registry": {}, "states": {}
    }  # fmt: skip


def test_a_licence_suspended_on_the_day_rejects_and_a_day_earlier_it_does_not(
    shelf: Shelf, bill: dict[str, Any]
) -> None:
    doctor = _entry(DOCTOR, _property("licence", "2020-01-01"), _property("suspended", ADMITTED, ADMITTED))
    server = shelf.server(physicians=[doctor, _entry(SURGEON), _entry(OTHER)])

    before = _check(server, bill, as_of="2026-11-10")
    after = _check(server, bill, as_of=ADMITTED)
    own = _check(server, bill)

    assert "registry.not-in-force" not in [rule for rule, _ in said(before)]
    assert after.verdict is own.verdict is Verdict.REJECTED
    assert ("registry.not-in-force", ATTENDING) in said(own)
    found = next(one for one in own.findings if one.where.path == ATTENDING)
    assert (found.layer, found.severity) == (Layer.REGISTRY, Severity.ERROR)
    assert "suspended" in found.message.en
    assert DOCTOR not in str(found.as_json()), "a number of a person is never told"


def test_a_part_of_a_document_is_judged_by_its_own_day(shelf: Shelf, bill: dict[str, Any]) -> None:
    """The surgeon's licence ends on the day of the service; the service is then dated a day later."""
    surgeon = _entry(SURGEON, _property("licence", "2020-01-01", ADMITTED))
    server = shelf.server(physicians=[_entry(DOCTOR), surgeon, _entry(OTHER)])
    later = changed(bill, put("Composition.BillServices[2].StartDate.Day", 21))

    assert said(_check(server, bill)) == []
    assert said(_check(server, later)) == [
        ("registry.not-in-force", "Composition.BillServices[2].ServiceProvider.Identifier.ID")
    ]


def test_one_of_several_licences_is_enough(shelf: Shelf, bill: dict[str, Any]) -> None:
    doctor = _entry(DOCTOR, _property("licence", "2010-01-01", "2015-01-01"), _property("licence", "2026-01-01"))
    server = shelf.server(physicians=[doctor, _entry(SURGEON), _entry(OTHER)])

    assert said(_check(server, bill)) == []


def test_a_number_that_a_whole_registry_does_not_know_is_an_error(shelf: Shelf, bill: dict[str, Any]) -> None:
    report = _check(shelf.server(), changed(bill, put(ATTENDING, "100009")))

    assert said(report) == [("registry.unknown", ATTENDING)]
    assert report.verdict is Verdict.REJECTED
    assert report.share.as_json()["registries"]["states"] == {"ok": 8, "unknown": 1}
    assert report.findings[0].hint is None, "the nearest number is another person's"


def test_a_number_that_part_of_a_registry_does_not_know_is_counted_as_not_checked(
    shelf: Shelf, bill: dict[str, Any]
) -> None:
    server = shelf.server(Content.FRAGMENT)
    unlisted = changed(bill, put(ATTENDING, "100009"))

    report = _check(server, unlisted)
    strict = _check(server, unlisted, require_checked=True)

    assert said(report) == [("registry.unlisted", ATTENDING)]
    assert report.verdict is Verdict.ACCEPTED
    assert report.share.as_json()["registries"]["unchecked_by_registry"] == {"physicians": 1}
    assert strict.verdict is Verdict.UNDECIDED
    assert ("registry.not-checked", "") in said(strict)


def test_a_closed_centre_names_its_successor(shelf: Shelf, bill: dict[str, Any]) -> None:
    new = "00000000-0000-4000-8000-000000000009"
    closed = _entry(CENTRE, period=Period(end=ADMITTED), replaced_by=(new,))
    server = shelf.server(centres=[closed, _entry(new)])

    report = _check(server, bill)

    facility = [finding for finding in report.findings if finding.where.path == "MsgID.HealthCareFacilityID.ID"]
    assert [one.rule for one in facility] == ["registry.not-in-force"], "the bill is of the day of discharge"
    assert facility[0].sepas_category == 14
    assert facility[0].hint is not None
    assert new in facility[0].hint.en


def test_an_entry_retired_since_nobody_knows_when_is_a_warning(shelf: Shelf, bill: dict[str, Any]) -> None:
    report = _check(shelf.server(centres=[_entry(CENTRE, status=Status.RETIRED)]), bill)

    assert {rule for rule, _ in said(report)} == {"registry.not-in-force"}
    assert report.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "properties",
    [
        (_property("locked", "2026-11-01"),),
        (_property("approved", "2020-01-01", "2026-10-01"),),
        (_property("approved", value="false"),),
    ],
)
def test_a_message_of_a_locked_or_unapproved_system_is_refused_as_sepas_does(
    shelf: Shelf, bill: dict[str, Any], properties: tuple[Property, ...]
) -> None:
    report = _check(shelf.server(software=[_entry(SYSTEM, *properties)]), bill)

    assert said(report) == [("registry.locked", "MsgID.SystemID.ID")]
    assert report.findings[0].sepas_category == 11
    assert report.verdict is Verdict.REJECTED


def test_a_guid_is_known_in_any_case_of_letters(shelf: Shelf, bill: dict[str, Any]) -> None:
    upper = changed(bill, put("MsgID.SystemID.ID", SYSTEM.upper()))

    assert said(_check(shelf.server(), upper)) == []


def test_a_product_is_judged_by_the_drug_registry_on_its_day(shelf: Shelf, bill: dict[str, Any]) -> None:
    line = next(
        n for n, one in enumerate(bill["Composition"]["BillServices"]) if one["Service"]["Coded_string"] == PRODUCT
    )
    path = f"Composition.BillServices[{line}].Service.Coded_string"
    unknown = changed(bill, put(path, "3068757515492188"))
    expired = shelf.server(irc=[_entry(PRODUCT, _property("registration", "2020-01-01", "2026-01-01"))])

    assert at(bill, path) == PRODUCT
    assert ("registry.unknown", path) in said(_check(shelf.server(), unknown))
    report = _check(expired, bill)
    assert ("registry.not-in-force", path) in said(report)
    assert report.share.as_json()["states"]["not-in-force"] == 1
    assert ("registry.not-in-force", path) not in said(_check(expired, bill, as_of="2025-12-31"))


def test_an_unreadable_day_judges_nothing_that_is_dated(shelf: Shelf, bill: dict[str, Any]) -> None:
    undated = changed(bill, put("Composition.Discharge.DischargeDate.Month", 13))
    undated = changed(undated, put("Composition.Admission.AdmissionDate.Month", 13))

    report = _check(shelf.server(), undated)

    assert not [rule for rule, path in said(report) if rule.startswith("registry.") and path.startswith("MsgID")]


def _row(product: tuple[str, str], name: tuple[str, str]) -> dict[str, Any]:
    def coded(said: tuple[str, str]) -> dict[str, str]:
        return {"Value": "x", "Terminology_id": said[0], "Coded_string": said[1]}

    return {"ProductCode": coded(product), "DrugName": coded(name)}


@pytest.mark.parametrize(
    "name, consistent",
    [(("eRx", "60039"), True), (("GenericCode", "123"), True), (("eRx", "60110"), False),
     (("GenericCode", "00124"), False), (("IRC", PRODUCT), True)],
)  # fmt: skip
def test_the_codes_of_one_dispensed_row_belong_together(
    shelf: Shelf, root: Path, name: tuple[str, str], consistent: bool
) -> None:
    folder = root / "validators" / "dispensed-prescription" / "1.0" / "examples" / "valid"
    message = json.loads((folder / "tracked-drug.json").read_bytes())
    message["Composition"]["DispensedPrescriptions"]["MedicationDispensed"][0] |= _row(("IRC", PRODUCT), name)
    path = "Composition.DispensedPrescriptions.MedicationDispensed[0].DrugName.Coded_string"

    server = shelf.server(Content.FRAGMENT)
    report = server.check_document(json.dumps(message, ensure_ascii=False).encode())

    assert (("drug.inconsistent", path) in said(report)) is not consistent
    if not consistent:
        found = next(one for one in report.findings if one.rule == "drug.inconsistent")
        assert found.severity is Severity.WARNING
        assert found.hint is not None
        assert ("60039" if name[0] == "eRx" else "00123") in found.hint.en
