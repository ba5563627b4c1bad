"""An object that may come in several forms is judged in the one that it says it has, the same in both twins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from document_changes import Change, changed, coded, drop, put, said

from termserver.model.documents import DocumentType
from termserver.model.expressions import ExpressionError, parse
from termserver.service import TermServer

RESULTS = Path(__file__).resolve().parents[2] / "validators" / "laboratory-result" / "1.0" / "examples" / "valid"
RESULT = "Composition.LabResult[0]"
ROW = f"{RESULT}.LaboratoryResultRow"
ROWS = "Composition.LabResult.LaboratoryResultRow"
Twins = Callable[[str, dict[str, Any]], dict[str, bytes]]


def result(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_bytes())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def laboratory(server: TermServer) -> DocumentType:
    return next(known for known in server.document_types() if known.id == "laboratory-result")


CHANGES: dict[str, tuple[str, Change, str, str]] = {
    "a code of one form": (
        "urinalysis",
        put(f"{RESULT}.Color.Coded_string", "39575008"),
        "code.check-digit",
        f"{RESULT}.Color.Coded_string",
    ),
    "a code of a form in a form": (
        "general-rows",
        put(f"{ROW}[3].TestResult.Coded_string", "112144001"),
        "code.check-digit",
        f"{ROW}[3].TestResult.Coded_string",
    ),
    "a system that the field does not take": (
        "blood-group",
        put(f"{RESULT}.ABO", coded("thritaEHR.gender", "1", "مرد")),
        "code.system-not-allowed",
        f"{RESULT}.ABO.Terminology_id",
    ),
    "a field of another form": (
        "thyroid",
        put(f"{RESULT}.WBC", "6.4"),
        "structure.unknown-field",
        f"{RESULT}.WBC",
    ),
    "text in a number of one form": (
        "thyroid",
        put(f"{RESULT}.TSH.Magnitude", "low"),
        "structure.type",
        f"{RESULT}.TSH.Magnitude",
    ),
    "something expected in one form": (
        "blood-sugar",
        drop(f"{RESULT}.BS[0].Timing"),
        "structure.expected",
        f"{RESULT}.BS[0].Timing",
    ),
    "a result of another type than its form's": (
        "general-rows",
        put(f"{ROW}[1].TestResult", "many"),
        "structure.type",
        f"{ROW}[1].TestResult",
    ),
    "a form nobody knows": ("cbc", put(f"{RESULT}.$type", "XrayVO"), "structure.subtype", RESULT),
    "a form of something else": ("cbc", put(f"{RESULT}.$type", "VitalSignsVO"), "structure.subtype", RESULT),
    "a rule of one form": (
        "pathology",
        drop(f"{RESULT}.PathologyDiagnosis"),
        "pathology-has-diagnosis",
        f"{RESULT}.PathologyDiagnosis",
    ),
}


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_fault_in_a_form_is_found_in_it(server: TermServer, twins: Twins, name: str, engine: str) -> None:
    example, change, rule, path = CHANGES[name]
    message = changed(result(example), change)
    written = twins("laboratory-result", message)
    if name.startswith("a form"):
        written["xml"] = twins("laboratory-result", result(example))["xml"].replace(
            b'xsi:type="CBCVO"', f'xsi:type="{message["Composition"]["LabResult"][0]["$type"]}"'.encode()
        )
    if name == "a field of another form":
        written["xml"] = written["xml"].replace(b"</VM:LabTestResultVO>", b"<VM:WBC>6.4</VM:WBC></VM:LabTestResultVO>")

    reports = [server.check_document(data, form, engine=engine) for form, data in written.items()]

    for report in reports:
        assert said(report) == [(rule, path)]


@pytest.mark.parametrize(
    "marked", ["CBCVO", "Thrita.DM.CBCVO, Thrita.DM", "MOHME.Lib.CBCVO, MOHME.Lib, Version=1.0.0.0"]
)
def test_the_mark_of_a_serializer_names_the_form(server: TermServer, marked: str) -> None:
    message = changed(result("cbc"), put(f"{RESULT}.$type", marked))

    assert said(server.check_document(json.dumps(message).encode())) == []
    broken = changed(message, drop(f"{RESULT}.DateTimeResult"))
    assert [rule for rule, _ in said(server.check_document(json.dumps(broken).encode()))] == ["result-is-dated"]


def test_a_prefix_before_the_form_is_no_fault(server: TermServer, twins: Twins) -> None:
    xml = twins("laboratory-result", result("cbc"))["xml"].replace(b'xsi:type="CBCVO"', b'xsi:type="VM:CBCVO"')

    assert said(server.check_document(xml)) == []


def test_wrong_order_inside_a_form_is_told_there(server: TermServer, twins: Twins) -> None:
    from lxml import etree

    root = etree.fromstring(twins("laboratory-result", result("blood-lipids"))["xml"])
    lipids = next(root.iter("{*}LabTestResultVO"))
    lipids.append(lipids.find("{*}TotalCholestrol"))  # the last of them now stands where the first should

    report = server.check_document(etree.tostring(root))

    assert said(report) == [("structure.order", f"{RESULT}.TotalCholestrol")]


def test_an_order_in_json_is_known_by_what_it_holds(server: TermServer) -> None:
    for kind in ("laboratory-prescription", "imaging-prescription"):
        folder = RESULTS.parents[3] / kind / "1.0" / "examples" / "valid"
        for example in sorted(folder.glob("*.json")):
            assert server.check_document(example.read_bytes()).document_type == kind


def test_an_order_that_could_be_either_asks_which(server: TermServer) -> None:
    folder = RESULTS.parents[3] / "laboratory-prescription" / "1.0" / "examples" / "valid"
    message = json.loads((folder / "two-tests.json").read_bytes())
    order = message["Composition"]["ServicePrescriptions"]
    del order["Repeats"]
    order["Orders"] = [{"Service": order["Orders"][0]["Service"]}]
    data = json.dumps(message).encode()

    assert [finding.rule for finding in server.check_document(data).findings] == ["document.ambiguous-type"]
    assert said(server.check_document(data, type="laboratory-prescription")) == []


@pytest.mark.parametrize(
    ("rule", "each"),
    [
        ("amount(WBC) > 0", "Composition.LabResult"),
        ("exists(TestResult)", ROWS),
        ("TestResult > 0", f'{ROWS}["LaboratoryResultRowCountVO"]'),
        ('code(TestResult.Symbol) != "9"', f'{ROWS}["LaboratoryResultRowOrdinalVO"]'),
        ('count(LabResult["CBCVO"]) <= 1', "Composition"),
        (
            "moment(DateTimeResult) >= moment(root.Composition.Admission.AdmissionDate,"
            " root.Composition.Admission.AdmissionTime)",
            "Composition.LabResult",
        ),
    ],
)
def test_a_rule_may_speak_of_a_form(laboratory: DocumentType, rule: str, each: str) -> None:
    parse(rule, laboratory, each)


@pytest.mark.parametrize(
    ("rule", "each", "words"),
    [
        ("TestResult > 0", ROWS, 'name one: LaboratoryResultRow["LaboratoryResultRowBooleanVO"].TestResult'),
        ("exists(WBC)", 'Composition.LabResult["CBCV"]', "Did you mean 'CBCVO'?"),
        ("exists(WBC)", 'Composition.LabResult["UAVO"]', "There is no field 'Composition.LabResult.WBC'"),
        ("exists(Hemoglobine)", "Composition.LabResult", "Did you mean 'Hemoglobin'?"),
        ("DateTimeResult > 1", "Composition.LabResult", "write moment(DateTimeResult)"),
    ],
)
def test_a_rule_that_mistakes_a_form_is_refused_with_a_hint(
    laboratory: DocumentType, rule: str, each: str, words: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(rule, laboratory, each)

    assert words in refused.value.text.en


def test_a_result_that_does_not_name_its_form_is_told_which_one_it_is(server: TermServer, twins: Twins) -> None:
    written = twins("laboratory-result", result("cbc"))
    nameless = {
        "xml": written["xml"].replace(b'xsi:type="CBCVO"', b""),
        "json": json.dumps(changed(result("cbc"), drop(f"{RESULT}.$type"))).encode(),
    }

    for form, document in nameless.items():
        report = server.check_document(document)
        assert said(report) == [("structure.subtype", RESULT)], form
        assert report.findings[0].hint is not None
        assert 'xsi:type="CBCVO"' in report.findings[0].hint.en
