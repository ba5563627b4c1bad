"""What the generated schemas promise: they are those of the description, and four engines read them alike."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import xmlschema
from lxml import etree

from termserver.content import generated
from termserver.content.classes import Classes
from termserver.content.descriptions import read_classes, read_document_types
from termserver.content.json_schema import json_schema
from termserver.content.tree import Tree
from termserver.content.xsd import xsd_files
from termserver.model.documents import DocumentType
from termserver.model.text import Text

VM = "{http://thrita.behdasht.gov.ir/VM/}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
EXAMPLES = {
    "medication-prescription": ["01_medication_prescription"],
    "patient-bill": ["03_patient_bill_inpatient", "04_patient_bill_outpatient"],
    "dispensed-prescription": ["02_dispensed_prescription"],
    "laboratory-result": ["05_laboratory_result"],
    "referral-case": ["06_referral_case"],
    "referral-feedback": ["07_referral_feedback"],
    "soap": ["10_soap_vaccination"],
}


@dataclass
class Engines:
    """The two engines for XML and the two for JSON, over the schemas of one document type."""

    xml: list[Callable[[Any], bool]]
    json: list[Callable[[Any], bool]]

    def xml_verdicts(self, document: Any) -> list[bool]:
        return [judge(document) for judge in self.xml]

    def json_verdicts(self, document: Any) -> list[bool]:
        return [judge(document) for judge in self.json]


def engines(known: DocumentType, folder: Path) -> Engines:
    """The engines over freshly generated schemas, written to ``folder``."""
    schema = json_schema(known)
    jsonschema.Draft202012Validator.check_schema(schema)
    return Engines(
        xml=xml_engines(known, folder) if "xml" in known.forms else [],
        json=[jsonschema_rs.validator_for(schema).is_valid, jsonschema.Draft202012Validator(schema).is_valid],
    )


def xml_engines(known: DocumentType, folder: Path) -> list[Callable[[Any], bool]]:
    for name, data in xsd_files(known).items():
        (folder / name).write_bytes(data)
    root = str(folder / f"{known.root}.xsd")
    fast, strict = etree.XMLSchema(etree.parse(root)), xmlschema.XMLSchema10(root)
    return [lambda document: bool(fast.validate(document)), lambda document: _is_valid(strict, document)]


def _is_valid(schema: Any, document: Any) -> bool:
    try:
        return bool(schema.is_valid(document))
    except xmlschema.XMLSchemaException:  # how xmlschema refuses an xsi:type that it does not know
        return False


@pytest.fixture(scope="module")
def types(root: Path) -> dict[str, DocumentType]:
    return {known.id: known for known in read_document_types(root, [])}


@pytest.fixture(scope="module")
def classes(root: Path) -> Classes:
    return read_classes(root, [])


@pytest.fixture(scope="module")
def judged(types: dict[str, DocumentType], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engines]:
    return {name: engines(known, tmp_path_factory.mktemp(name)) for name, known in types.items()}


def as_described(classes: Classes, root_class: str) -> DocumentType:
    """A document type that says nothing more than its classes."""
    return DocumentType("t", "1", Text("ن", "t"), root_class, classes.reachable(root_class), {}, "")


def test_the_committed_schemas_are_those_of_the_description(root: Path) -> None:
    late = generated.stale(root, generated.schemas(root))
    assert late == [], f"{late[0]} differs from its description. Run: termserver content schemas"


def test_the_guides_lead_from_a_field_to_the_rules_that_look_at_it(root: Path) -> None:
    guide = (root / "docs" / "types" / "patient-bill.md").read_text("utf-8")
    row = next(line for line in guide.splitlines() if line.startswith("| `OtherIdentifier[]`"))

    assert "(#person-is-identified)" in row


def test_the_committed_guides_are_those_of_the_description(root: Path) -> None:
    late = generated.stale(root, generated.guides(root))
    assert late == [], f"{late[0]} differs from its description. Run: termserver content guides"


def test_writing_twice_changes_nothing_and_deletes_what_is_left_over(root: Path, tmp_path: Path) -> None:
    files = generated.schemas(root)
    assert generated.write(tmp_path, files) == sorted(files)
    left_over = tmp_path / "schemas" / "patient-bill" / "1.0" / "Old.xsd"
    left_over.write_text("<old/>", encoding="utf-8")
    assert generated.write(tmp_path, files) == [left_over.relative_to(tmp_path)]
    assert generated.stale(tmp_path, files) == []
    assert not left_over.exists()


def test_every_message_of_the_model_compiles_in_all_engines(classes: Classes, tmp_path: Path) -> None:
    roots = [name for name in classes.by_name if name.endswith("MessageVO")]
    assert len(roots) == 15
    for name in roots:
        folder = tmp_path / name
        folder.mkdir()
        engines(as_described(classes, name), folder)


@pytest.mark.parametrize(("type_id", "name"), [(kind, name) for kind, names in EXAMPLES.items() for name in names])
def test_every_example_is_valid_in_all_engines(
    judged: dict[str, Engines], shared: Path, type_id: str, name: str
) -> None:
    folder = shared / "domain" / "examples"
    assert judged[type_id].xml_verdicts(etree.parse(str(folder / f"{name}.xml"))) == [True, True]
    assert judged[type_id].json_verdicts(json.loads((folder / f"{name}.json").read_text("utf-8"))) == [True, True]


def step(document: Any, path: str) -> Any:
    """The member of a JSON document at a path such as ``Composition.BillServices.0.Service``."""
    for name in path.split("."):
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


def element(document: Any, path: str) -> Any:
    """The same in XML, where a list has a wrapper: its items are counted from 0."""
    here = document.getroot()
    for name in path.split("."):
        here = here[int(name)] if name.isdigit() else here.find(VM + name)
    return here


BILL = "Composition.BillServices.0"
REFUSED: dict[str, tuple[str, str, Any]] = {
    "no admission date": ("Composition.Admission", "AdmissionDate", None),
    "no medical record number": ("Composition.Admission", "MedicalRecordNumber", None),
    "no service type in a line": (BILL, "ServiceType", None),
    "no amount in a total": ("Composition.BillSummary.TotalCharge", "Magnitude", None),
    "no summary": ("Composition", "BillSummary", None),
    "no lines": ("Composition", "BillServices", None),
    "no system": ("MsgID", "SystemID", None),
    "month 13": ("Composition.Admission.AdmissionDate", "Month", 13),
    "month 0": ("Composition.Admission.AdmissionDate", "Month", 0),
    "day 32": ("Composition.Admission.AdmissionDate", "Day", 32),
    "hour 24": ("Composition.Admission.AdmissionTime", "Hour", 24),
    "minute -1": ("Composition.Admission.AdmissionTime", "Minute", -1),
    "words for a number": (BILL + ".TotalCharge", "Magnitude", "many"),
    "persian digits in a whole number": ("Composition.Admission.AdmissionDate", "Day", "۲۰"),
    "persian digits in an amount": (BILL + ".TotalCharge", "Magnitude", "۲۰"),
    "arabic digits in an amount": (BILL + ".TotalCharge", "Magnitude", "٢٠"),
    "not a number": (BILL + ".TotalCharge", "Magnitude", "NaN"),
    "infinity": (BILL + ".TotalCharge", "Magnitude", "INF"),
    "an empty mandatory text": ("Composition.Admission", "MedicalRecordNumber", ""),
    "too great for a whole number": ("Composition.BillSummary", "HospitalAccreditation", 3_000_000_000),
    "an unknown field": ("Composition.Admission", "AdmissionDay", "1"),
    "a field of another class": ("Composition.Admission", "TotalCharge", "1"),
    "another case of letters": ("Composition.Admission", "admissionDate", "1"),
}


@pytest.fixture
def bill(shared: Path) -> tuple[Any, Any]:
    """A valid bill as XML and as JSON."""
    folder = shared / "domain" / "examples"
    document = json.loads((folder / "03_patient_bill_inpatient.json").read_text("utf-8"))
    return etree.parse(str(folder / "03_patient_bill_inpatient.xml")), document


@pytest.mark.parametrize("name", REFUSED)
def test_a_fault_is_refused_by_all_engines_in_both_forms(
    judged: dict[str, Engines], bill: tuple[Any, Any], name: str
) -> None:
    xml, document = bill
    path, member, value = REFUSED[name]
    parent = element(xml, path)
    child = parent.find(VM + member)
    if value is None:
        parent.remove(child)
        del step(document, path)[member]
    else:
        child = child if child is not None else etree.SubElement(parent, VM + member)
        child.text = str(value)
        step(document, path)[member] = value
    assert judged["patient-bill"].xml_verdicts(xml) == [False, False]
    assert judged["patient-bill"].json_verdicts(document) == [False, False]


@pytest.mark.parametrize("part", ["Value", "Terminology_id", "Coded_string"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_coded_text_has_all_three_parts(
    judged: dict[str, Engines], bill: tuple[Any, Any], part: str, value: str | None
) -> None:
    xml, document = bill
    gender = element(xml, "Person.Gender")
    if value is None:
        del gender.attrib[part]
        del document["Person"]["Gender"][part]
    else:
        gender.set(part, value)
        document["Person"]["Gender"][part] = value
    assert judged["patient-bill"].xml_verdicts(xml) == [False, False]
    assert judged["patient-bill"].json_verdicts(document) == [False, False]


def test_null_stands_for_absent_except_where_a_value_must_be(judged: dict[str, Engines], bill: tuple[Any, Any]) -> None:
    _, document = bill
    written = copy.deepcopy(document)
    written["Person"] |= {"BirthTime": None, "OtherContacts": None, "Job": None, "HomeTel": None}
    written["Composition"]["Death"] = None
    assert judged["patient-bill"].json_verdicts(written) == [True, True]
    written["Composition"]["Admission"]["MedicalRecordNumber"] = None
    assert judged["patient-bill"].json_verdicts(written) == [False, False]


def test_a_number_may_be_nil_only_where_real_packets_send_it_so(
    judged: dict[str, Engines], bill: tuple[Any, Any]
) -> None:
    xml, _ = bill
    queriable = element(xml, "MsgID.IS_Queriable")
    queriable.text = None
    queriable.set(XSI + "nil", "true")
    assert judged["patient-bill"].xml_verdicts(xml) == [True, True]
    total = element(xml, "Composition.BillSummary.TotalCharge.Magnitude")
    total.text = None
    total.set(XSI + "nil", "true")
    assert judged["patient-bill"].xml_verdicts(xml) == [False, False]


def test_the_order_of_the_wire_is_held(judged: dict[str, Engines], bill: tuple[Any, Any]) -> None:
    xml, _ = bill
    date = element(xml, "Composition.Admission.AdmissionDate")
    date.insert(0, date[1])
    assert judged["patient-bill"].xml_verdicts(xml) == [False, False]


def test_a_field_comes_once(judged: dict[str, Engines], bill: tuple[Any, Any]) -> None:
    xml, _ = bill
    admission = element(xml, "Composition.Admission")
    admission.insert(0, copy.deepcopy(admission[0]))
    assert judged["patient-bill"].xml_verdicts(xml) == [False, False]


@pytest.mark.parametrize("marked", ["CBCVO", "m:CBCVO", "UAVO", "PatientBillMessageVO"])
def test_a_form_is_named_with_and_without_a_prefix(classes: Classes, shared: Path, tmp_path: Path, marked: str) -> None:
    known = engines(as_described(classes, "LaboratoryResultMessageVO"), tmp_path)
    text = (shared / "domain" / "examples" / "05_laboratory_result.xml").read_text("utf-8")
    text = text.replace("<LaboratoryResultMessageVO", f'<LaboratoryResultMessageVO xmlns:m="{VM[1:-1]}"', 1)
    document = etree.ElementTree(etree.fromstring(text.replace('="CBCVO"', f'="{marked}"').encode()))
    assert known.xml_verdicts(document) == [marked.endswith("CBCVO")] * 2
    twin = json.loads((shared / "domain" / "examples" / "05_laboratory_result.json").read_text("utf-8"))
    for result in twin["Composition"]["LabResult"]:
        if result["$type"] == "CBCVO":
            result["$type"] = marked.removeprefix("m:")
    assert known.json_verdicts(twin) == [marked.endswith("CBCVO")] * 2


@pytest.mark.parametrize("pattern", ["[0-9]{3}", "[0-9]{2}/[0-9]{2}", "(A|B)-[0-9]+"])
def test_a_pattern_and_a_length_mean_the_same_in_both_schemas(tmp_path: Path, pattern: str) -> None:
    header = (
        "class,base,namespace,field,type,repeats,attribute,nillable,use,binding,identifiers,"
        "minimum,maximum,pattern,max_length,sepas_category,title_fa,title_en,source"
    )
    rows = [
        "RootVO,,urn:x/,Part,PartVO,,,,,,,,,,,,بخش,Part,test",
        f"PartVO,,urn:x/,Name,string,,,,required,,,,,{pattern},6,,نام,Name,test",
    ]
    tree = Tree(tmp_path, {"schemas/classes.csv": ("\n".join([header, *rows]) + "\n").encode()})
    known = engines(as_described(read_classes(tree, []), "RootVO"), tmp_path)
    for name in ("123", "12/34", "A-1", "B-12345", "x123", "123x", "۱۲۳", ""):
        xml = etree.ElementTree(
            etree.fromstring(f'<RootVO xmlns:x="urn:x/"><x:Part><x:Name>{name}</x:Name></x:Part></RootVO>')
        )
        verdicts = known.xml_verdicts(xml) + known.json_verdicts({"Part": {"Name": name}})
        assert len(set(verdicts)) == 1, (name, verdicts)
