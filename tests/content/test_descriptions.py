"""What the field descriptions promise: whole, in both languages, and never against the real packets."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.content import generated
from termserver.content.classes import Classes
from termserver.content.descriptions import CLASSES_FILE, read_classes, read_document_types
from termserver.content.field_rows import CLASS_COLUMNS, FIELD_COLUMNS
from termserver.content.problems import Problem
from termserver.content.tree import Tree
from termserver.model.documents import DocumentType, Use


@pytest.fixture(scope="module")
def classes(root: Path) -> Classes:
    problems: list[Problem] = []
    found = read_classes(root, problems)
    assert problems == []
    return found


@pytest.fixture(scope="module")
def types(root: Path) -> dict[str, DocumentType]:
    problems: list[Problem] = []
    found = {known.id: known for known in read_document_types(root, problems)}
    assert problems == []
    return found


def packets(shared: Path, known: DocumentType) -> Iterator[tuple[str, dict[str, str]]]:
    """The paths that real packets of a type carry, as logical paths, with their figures."""
    table = shared / "domain" / "messages" / "sample_path_stats.csv"
    with table.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            steps = row["path"].split("/")
            if row["message"].partition("(")[0] == known.root and len(steps) > 1 and not steps[-1].endswith("VO"):
                yield ".".join(step.lstrip("@") for step in steps[1:] if not step.endswith("VO")), row


def test_every_shared_class_is_described_once_in_the_order_of_the_wire(classes: Classes, shared: Path) -> None:
    with (shared / "domain" / "messages" / "sepas_vo_fields.csv").open(encoding="utf-8") as lines:
        wire: dict[str, list[str]] = {}
        for row in csv.DictReader(lines):
            # a name that ends in "Specified" is another in C# than in the packets
            field = row["field"].replace("TestSpecified1", "TestSpecified")
            wire.setdefault(row["class"], []).extend([field] if field != "xmlns" else [])
    described = {
        name: [field.name for field in known.fields]
        for name, known in classes.by_name.items()
        if known.namespace  # request bodies are JSON alone and of no namespace
    }
    assert described == {**wire, "SignatureVO": []}
    assert len(described) == 190


def test_every_field_has_a_title_in_both_languages(classes: Classes) -> None:
    untitled = [
        f"{known.name}.{field.name}"
        for known in classes.by_name.values()
        for field in known.fields
        if not field.title.fa or not field.title.en
    ]
    assert untitled == []


def test_every_coded_field_of_the_shipped_types_that_packets_carry_is_bound(
    types: dict[str, DocumentType], shared: Path
) -> None:
    for known in types.values():
        for path, row in packets(shared, known):
            fields = list(known.fields(path))
            if row["terminology_ids_seen"] and fields and fields[0].name != "Coding":
                carried = row["terminology_ids_seen"]
                assert any(field.binding for field in fields), f"{path} carries {carried} and is bound to nothing"


def test_no_field_is_mandatory_that_a_real_packet_went_without(types: dict[str, DocumentType], shared: Path) -> None:
    for known in types.values():
        for path, row in packets(shared, known):
            field = known.field(path)
            assert field is not None, f"{path} is in real packets and not in {known.id}"
            # of the variants of a message (pathology, SIYAB) what the document type itself says is held
            if field.use is Use.REQUIRED and (row["message"] == known.root or path in known.at):
                assert row["share_of_parents_with_it"] == "1.0", f"{path}: {row['share_of_parents_with_it']}"
                assert row["nil_occurrences"] == "0", f"{path} is sent nil in real packets"


def test_every_mandatory_field_says_why(types: dict[str, DocumentType]) -> None:
    for known in types.values():
        for path, field in known.at.items():
            if field.use is Use.REQUIRED:
                assert field.source, f"{known.id}: {path}"


def test_a_stricter_statement_keeps_what_the_class_says(types: dict[str, DocumentType]) -> None:
    bill = types["patient-bill"]
    line = bill.field("Composition.BillServices.ServiceType")
    related = bill.field("Composition.BillServices.RelatedService.PatientContribution")
    assert line is not None and related is not None
    assert line.use is Use.REQUIRED
    assert line.binding == ("service-type",)
    assert related.use is Use.OPTIONAL


HEADER = ",".join(CLASS_COLUMNS)
ROW = "AVO,,urn:x,Name,string,,,,,,,,,,,,نام,Name,test"


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("AVO,,urn:x,Other,sting,,,,,,,,,,,,نام,Name,test", "schema.unknown-class", "type"),
        ("AVO,,urn:x,Name,string,,,,,,,,,,,,نام,Name,test", "schema.duplicate-field", "field"),
        ("AVO,,urn:x,Other,string,,,,,,,,,,,,,Name,test", "schema.no-title", "title_fa"),
        ("AVO,,urn:x,Other,string,,,,must,,,,,,,,نام,Name,test", "schema.unknown-use", "use"),
        ("AVO,,urn:x,Other,string,ja,,,,,,,,,,,نام,Name,test", "schema.not-a-flag", "repeats"),
        ("AVO,,urn:x,Other,int,,,,,,,۱,,,,,نام,Name,test", "schema.not-a-number", "minimum"),
        ("AVO,,urn:x,Other,int,,,,,,,5,1,,,,نام,Name,test", "schema.bounds", "minimum"),
        ("AVO,,urn:x,Other,bool,,,,,gender,,,,,,,نام,Name,test", "schema.not-for-this-type", "binding"),
        (r"AVO,,urn:x,Other,string,,,,,,,,,\d+,,,نام,Name,test", "schema.pattern", "pattern"),
        ("AVO,,urn:x,Other,string,,,,,,,,,(a+)+,,,نام,Name,test", "schema.pattern", "pattern"),
        ("AVO,,urn:x,Other,string,yes,yes,,,,,,,,,,نام,Name,test", "schema.attribute", "attribute"),
        ("AVO,BVO,urn:x,Other,string,,,,,,,,,,,,نام,Name,test", "schema.class-torn", "class"),
    ],
)
def test_a_wrong_row_is_named_with_its_place(tmp_path: Path, row: str, rule: str, column: str) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / CLASSES_FILE).write_text(f"{HEADER}\n{ROW}\n{row}\n", encoding="utf-8")
    problems: list[Problem] = []
    read_classes(tmp_path, problems)
    found = [problem for problem in problems if problem.rule == rule]
    before = row.split(",")[: CLASS_COLUMNS.index(column)]
    assert [(problem.line, problem.column) for problem in found] == [(3, len(",".join([*before, ""])) + 1)], [
        str(said) for said in problems
    ]
    assert found[0].hint.fa and found[0].hint.en


def described(*rows: str) -> dict[str, bytes]:
    """The folders of a small document type, with these rows in its fields.csv."""
    classes = [
        HEADER,
        "RootVO,,urn:x,Part,PartVO,,,,,,,,,,,,بخش,Part,test",
        "PartVO,,urn:x,Name,string,,,,,,,,,,,,نام,Name,test",
        "PartVO,,urn:x,Form,BaseVO,yes,,,,,,,,,,,شکل,Form,test",
        "BaseVO,,urn:x,Common,string,,,,,,,,,,,,مشترک,Common,test",
        "OneVO,BaseVO,urn:x,Own,string,,,,,,,,,,,,خاص,Own,test",
    ]
    document = 'id: small\nversion: "1.0"\ntitle:\n  fa: خرد\n  en: Small\nroot: RootVO\njson_marker: Part.Name\n'
    return {
        CLASSES_FILE: ("\n".join(classes) + "\n").encode(),
        "schemas/small/1.0/document.yaml": document.encode(),
        "schemas/small/1.0/fields.csv": ("\n".join([",".join(FIELD_COLUMNS), *rows]) + "\n").encode(),
    }


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("Part.Nme,required,,,,,,,,,,,test", "schema.unknown-path"),
        ("Part.Form.Own,required,,,,,,,,,,,test", "schema.several-forms"),
        ("Part.Name,required,,,1,,,,,,,,test", "schema.not-for-this-type"),
    ],
)
def test_a_wrong_path_is_named_with_its_place(tmp_path: Path, row: str, rule: str) -> None:
    problems: list[Problem] = []
    read_document_types(Tree(tmp_path, described(row)), problems)
    assert [(problem.rule, problem.line) for problem in problems] == [(rule, 2)]


def test_a_misspelt_path_is_answered_with_the_right_one(tmp_path: Path) -> None:
    problems: list[Problem] = []
    read_document_types(Tree(tmp_path, described("Part.Nme,required,,,,,,,,,,,test")), problems)
    assert problems[0].hint.en == "Did you mean 'Name'?"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("forms: [json, yaml]", "schema.unknown-form"),
        ("json_fallback: Part.Nme", "schema.unknown-path"),
        ("json_fallback: Part.Form", ""),
    ],
)
def test_the_forms_and_the_fallback_of_a_type_are_checked(tmp_path: Path, line: str, rule: str) -> None:
    problems: list[Problem] = []
    files = described()
    files["schemas/small/1.0/document.yaml"] += f"{line}\n".encode()
    read_document_types(Tree(tmp_path, files), problems)
    assert [problem.rule for problem in problems] == ([rule] if rule else [])


def test_a_type_of_json_alone_has_no_xml_schema(tmp_path: Path) -> None:
    files = described()
    files["schemas/small/1.0/document.yaml"] += b"forms: [json]\n"
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert [path.name for path in generated.schemas(tmp_path)] == ["small.schema.json"]


def test_a_derived_form_is_reachable_and_its_members_are_found(tmp_path: Path) -> None:
    problems: list[Problem] = []
    (small,) = read_document_types(Tree(tmp_path, described("Part.Form.Own,expected,,,,,,,,,,,test")), problems)
    assert problems == []
    assert set(small.classes) == {"RootVO", "PartVO", "BaseVO", "OneVO"}
    assert [field.name for field in small.fields_of("OneVO")] == ["Common", "Own"]


def test_an_unknown_binding_is_named_with_the_nearest(tmp_path: Path) -> None:
    problems: list[Problem] = []
    files = described()
    files[CLASSES_FILE] += (
        "DO_CODED_TEXT,,urn:x,Value,string,,yes,,,,,,,,,,کد,Code,test\n"
        "TailVO,,urn:x,Code,DO_CODED_TEXT,,,,,gendr,,,,,,,کد,Code,test\n"
    ).encode()
    read_document_types(Tree(tmp_path, files), problems, bindings={"gender"}, identifiers=set())
    assert [problem.rule for problem in problems] == ["schema.unknown-binding"]
    assert problems[0].hint.en == "Did you mean 'gender'?"
