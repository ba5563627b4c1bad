"""What other publishers give out comes in: each form in a small file, and each wrong file with its reason."""

import importlib
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termserver.build import build_release
from termserver.cli.import_files import FORMATS
from termserver.importers.taken import Taken, Wishes
from termserver.model.codes import Concept
from termserver.model.errors import ImportFailed, UsageError
from termserver.model.text import Text
from tests.importers import other_formats as forms

ONE_FILE = {
    "claml": ("toy.xml", forms.CLAML),
    "icd10cm_tabular": ("icd10cm-tabular-2026.xml", forms.TABULAR),
    "icd11": ("SimpleTabulation-ICD-11-MMS-en.txt", forms.ICD11),
    "icd9cm": ("CMS32_DESC_LONG_SG.txt", forms.ICD9),
    "ucum": ("ucum-essence.xml", forms.UCUM),
    "loinc": ("Loinc.csv", forms.LOINC),
    "atc": ("atc.csv", forms.ATC),
    "rvu": ("rvu.csv", forms.RVU),
    "svs": ("svs.xml", forms.SVS),
    "former_service": ("SearchTerminology.json", forms.FORMER),
}


def taken(folder: Path, module: str, data: str | bytes = "", **wishes: object) -> Taken:
    name, text = ONE_FILE[module]
    data = data or text
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    read = importlib.import_module(f"termserver.importers.{module}").read
    return read([folder / name], Wishes(**wishes))  # type: ignore[arg-type]


def by_code(found: Taken, n: int = 0) -> dict[str, Concept]:
    return {one.code: one for one in found.systems[n].concepts}


def rules(found: Taken) -> list[str]:
    return [row.rule for row in found.report.rows]


@pytest.mark.parametrize("module", ONE_FILE)
def test_every_form_becomes_a_release(tmp_path: Path, module: str) -> None:
    found = taken(tmp_path, module)
    assert found.systems[0].concepts and found.report.read and found.report.files[0].sha256 is not None
    build_release(found, tmp_path / "x.release", found.name, found.version)


def test_claml_tells_names_notes_usage_and_what_modifiers_make(tmp_path: Path) -> None:
    found = taken(tmp_path, "claml")
    codes = by_code(found)
    assert list(codes) == ["I", "A00-A09", "A00", "A00.0", "A01", "A01.0", "A01.9"]
    first = codes["A00"]
    assert first.display == Text("چیز نخست", "First thing") and first.parents == ("A00-A09",)
    assert [(one.use, one.value) for one in first.designations] == [("inclusion-term", "Primary A01 thing")]
    assert {(one.code, one.value) for one in first.properties} >= {("usage", "dagger"), ("exclusion", "other thing")}
    assert codes["A01.0"].display.en == "Second thing: with spots" and codes["A01.0"].parents == ("A01",)
    assert (found.systems[0].system.version, found.name) == ("2026", "toy-classification")
    assert taken(tmp_path, "claml", system="icd10").systems[0].system.id == "icd10"


def test_claml_flags_what_its_tree_does_not_hold(tmp_path: Path) -> None:
    text = forms.CLAML.replace('<SubClass code="A00.0"/>', '<SubClass code="A00.7"/>').replace(
        '<SuperClass code="I"/>', '<SuperClass code="II"/>'
    )
    found = taken(tmp_path, "claml", text)
    assert sorted(rules(found)) == ["child.unknown", "parent.unknown"]
    assert {row.before for row in found.report.rows} == {"A00.7", "II"}


def test_icd10cm_spells_out_the_seventh_character(tmp_path: Path) -> None:
    codes = by_code(taken(tmp_path, "icd10cm_tabular"))
    assert list(codes) == ["1", "A00-A09", "A00", "A00.1", "A00.1XXA", "A00.1XXD", "A09-A09", "A09"]
    assert codes["A00.1XXD"].display.en == "Red ball, later" and codes["A09"].parents == ("A09-A09",)
    assert ("excludes1", "cube (A01)") in [(one.code, one.value) for one in codes["A00"].properties]


def test_icd11_follows_the_dashes(tmp_path: Path) -> None:
    found = taken(tmp_path, "icd11")
    parents = {code: one.parents for code, one in by_code(found).items()}
    assert parents == {
        "01": (), "BlockL1-1A0": ("01",), "1A00": ("BlockL1-1A0",), "1A00.Y": ("1A00",), "1A01": ("BlockL1-1A0",)
    }  # fmt: skip
    assert found.version == "2026-01" and by_code(found)["1A01"].display.en == "Second thing"


def test_icd9_procedures_get_their_dot(tmp_path: Path) -> None:
    found = taken(tmp_path, "icd9cm")
    assert list(by_code(found)) == ["00.01", "00.02", "00.1"] and found.version == "32"
    (tmp_path / "CMS32_DESC_LONG_DX.txt").write_text("0010 Something\n")
    with pytest.raises(ImportFailed, match="diagnoses"):
        importlib.import_module("termserver.importers.icd9cm").read([tmp_path / "CMS32_DESC_LONG_DX.txt"], Wishes())


def test_ucum_tells_what_a_unit_is_worth(tmp_path: Path) -> None:
    found = taken(tmp_path, "ucum")
    unit = by_code(found)["[tw]"]
    said = {one.code: one.value for one in unit.properties}
    assert (said["value"], said["symbol"], said["metric"]) == ("4 q2", "tw", "true")
    assert list(by_code(found)) == ["q", "[tw]"] and found.version == "9.9"


def test_loinc_comes_with_parts_answers_tree_map_and_languages(tmp_path: Path) -> None:
    tables = {
        "LoincTable/Loinc.csv": forms.LOINC,
        "LoincTable/MapTo.csv": '"LOINC","MAP_TO","COMMENT"\r\n"90002-9","90001-1",""\r\n"1-1","90001-1",""\r\n',
        "AccessoryFiles/PartFile/Part.csv": '"PartNumber","PartTypeName","PartName","PartDisplayName","Status"\r\n'
        '"LP1-1","COMPONENT","Toy","Toys","ACTIVE"\r\n',
        "AccessoryFiles/AnswerFile/AnswerList.csv": '"AnswerListId","AnswerListName","AnswerListOID","AnswerStringId",'
        '"SequenceNumber","DisplayText"\r\n"LL1-1","Size","1.2.3","LA1-1","1","Big"\r\n"LL1-1","Size","1.2.3","LA2-9","2","Small"\r\n',
        "AccessoryFiles/AnswerFile/LoincAnswerListLink.csv": '"LoincNumber","AnswerListId"\r\n"90001-1","LL1-1"\r\n',
        "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv": '"PATH_TO_ROOT","SEQUENCE",'
        '"IMMEDIATE_PARENT","CODE","CODE_TEXT"\r\n"","1","","LP1-1","Toys"\r\n"LP1-1","1","LP1-1","90001-1","Toy"\r\n',
        "LinguisticVariants/frFR18LinguisticVariant.csv": '"LOINC_NUM","LONG_COMMON_NAME"\r\n"90001-1","Jouet"\r\n',
        "LinguisticVariants/faIR99LinguisticVariant.csv": '"LOINC_NUM","LONG_COMMON_NAME"\r\n"90001-1","اسباب‌بازی"\r\n',
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "Loinc_2.99.zip", "w") as packed:
        for name, text in tables.items():
            packed.writestr(f"Loinc_2.99/{name}", text)
    read = importlib.import_module("termserver.importers.loinc").read
    found = read([tmp_path / "Loinc_2.99.zip"], Wishes(languages=("fr",)))
    codes = by_code(found)
    toy = codes["90001-1"]
    assert toy.display == Text("اسباب‌بازی", "Toy [Mass/volume] in Box") and toy.parents == ("LP1-1",)
    assert {one.value for one in toy.designations} == {"Toy Box-mCnc", "Ball", "Doll", "Toy", "Jouet"}
    assert ("answer-list", "LL1-1") in [(one.code, one.value) for one in toy.properties]
    assert codes["90002-9"].status == "retired" and codes["90002-9"].replaced_by == ("90001-1",)
    assert found.version == "2.99" and found.value_sets[0].include[0].codes == ("LA1-1", "LA2-9")
    assert rules(found) == ["code.unknown"]


def test_snomed_is_as_it_was_on_the_day(tmp_path: Path) -> None:
    for name, text in forms.rf2().items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    read = importlib.import_module("termserver.importers.snomed").read
    now = by_code(read([tmp_path], Wishes()))
    assert now["4"].parents == ("2", "1") and now["3"].status == "retired" and now["3"].replaced_by == ("4",)
    assert now["2"].display == Text("توپ", "Ball") and now["1"].display.en == "Toy"
    assert ("777", "1") in [(one.code, one.value) for one in now["2"].properties]
    before = read([tmp_path], Wishes(on="2021-01-01"))
    codes = by_code(before)
    assert "4" not in codes and codes["3"].status == "active"
    assert codes["2"].display.en == "Sphere"  # what the language reference set prefers, while it was active
    assert before.version == "20200101" and before.value_sets[0].include[0].codes == ("2",)
    with pytest.raises(UsageError, match="no day"):
        read([tmp_path], Wishes(on="yesterday"))
    (tmp_path / "sct2_Description_Full_INT_20260101.txt").unlink()
    with pytest.raises(ImportFailed, match="no description table"):
        read([tmp_path], Wishes())


def test_atc_gathers_the_doses_of_a_code(tmp_path: Path) -> None:
    found = taken(tmp_path, "atc")
    ballium = by_code(found)["T01AA01"]
    assert ballium.parents == ("T01AA",) and by_code(found)["T01"].parents == ("T",)
    assert [one.value for one in ballium.properties if one.code == "ddd"] == ["3 g O", "1 g P"]
    assert rules(found) == ["code.shape"]


def test_the_book_tells_marks_and_components(tmp_path: Path) -> None:
    found = taken(tmp_path, "rvu")
    first = [(one.code, one.value) for one in by_code(found)["900001"].properties]
    assert first == [("mark", "#"), ("chapter", "9"), ("professional", "5"), ("technical", "2.5"), ("total", "7.5")]
    assert [one.value for one in by_code(found)["900002"].properties if one.code == "mark"] == ["*", "+"]
    assert "code.shape" in rules(found) and "number.decimal" in rules(found)
    assert found.systems[0].system.content == "fragment"
    assert taken(tmp_path, "rvu", complete=True, version="1405").systems[0].system.content == "complete"


def test_the_book_comes_with_its_factors_and_its_map(tmp_path: Path) -> None:
    (tmp_path / "rvu.csv").write_text(forms.RVU, "utf-8")
    (tmp_path / "k.csv").write_text(
        'code,value,valid_from,valid_to\ngov,"770,000",2026-03-21,\ngov,700000,,\n', "utf-8"
    )
    (tmp_path / "map.csv").write_text("rvu_code,loinc_cod,en_name\n900001,90001-1,Toy\n900001,nothing,x\n", "utf-8")
    read = importlib.import_module("termserver.importers.rvu").read
    found = read([tmp_path / name for name in ("rvu.csv", "k.csv", "map.csv")], Wishes(version="1405"))
    assert [one.system.id for one in found.systems] == ["rvu3", "rvu-k-factor"]
    assert [one.value for one in by_code(found, 1)["gov"].properties] == ["770000", "700000"]
    (row,) = found.concept_maps[0].mappings
    assert (row.source_code, row.target_code) == ("900001", "90001-1")


def test_svs_gives_a_value_set_and_the_codes_it_names(tmp_path: Path) -> None:
    found = taken(tmp_path, "svs")
    assert by_code(found)["b"].display == Text("توپ", "Ball") and found.systems[0].system.oid == "1.2.3"
    (known,) = found.value_sets
    assert known.url == "urn:oid:1.2.3.4" and known.include[0].codes == ("b", "d")
    (row,) = [row for row in found.report.rows if row.rule == "concept.incomplete"]
    assert row.row == 7 and row.column == "code"


def test_the_former_service_is_heard(tmp_path: Path) -> None:
    found = taken(tmp_path, "former_service")
    codes = by_code(found)
    assert codes["1"].display == Text("توپ") and codes["2"].display == Text(en="Doll")
    assert found.systems[0].system.native_id == "thritaEHR.toy"
    assert sorted(rules(found)) == ["field.missing", "terminology.unknown"]
    text = '<a><DO_CODED_TEXT Value="Ball" Terminology_id="t" Coded_string="1"/></a>'
    assert by_code(taken(tmp_path, "former_service", text))["1"].display.en == "Ball"


@pytest.mark.parametrize("module", ONE_FILE)
@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02" * 50, b"%PDF-1.7 something", "یک متن ساده\n".encode(), b"<html><body>no</body></html>"],
    ids=["empty", "binary", "pdf", "text", "web page"],
)
def test_another_file_is_refused_with_a_reason(tmp_path: Path, module: str, data: bytes) -> None:
    (tmp_path / ONE_FILE[module][0]).write_bytes(data)
    with pytest.raises(ImportFailed) as told:
        importlib.import_module(f"termserver.importers.{module}").read([tmp_path / ONE_FILE[module][0]], Wishes())
    assert told.value.text.en and told.value.text.fa != told.value.text.en


@pytest.mark.parametrize("module", ["claml", "icd10cm_tabular", "ucum", "svs", "former_service"])
def test_a_file_that_was_cut_short_says_where(tmp_path: Path, module: str) -> None:
    text = ONE_FILE[module][1]
    with pytest.raises(ImportFailed, match=r":\d+:\d+: "):
        taken(tmp_path, module, text[: len(text) * 2 // 3])


@pytest.mark.parametrize("module", ONE_FILE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, module: str, data: st.DataObject) -> None:
    whole = ONE_FILE[module][1].encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    put = data.draw(st.sampled_from([b"", b'"', b"<", b">", b"\xff", b"\n", b",", b"\t", b"{", b"&x;", whole[:40]]))
    gone = data.draw(st.integers(0, 60))
    try:
        taken(tmp_path, module, whole[:at] + put + whole[at + gone :])
    except (ImportFailed, UsageError) as error:
        assert error.text.fa


def test_entities_are_not_expanded_nor_fetched(tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 100}">' for n in range(12))
    text = forms.CLAML.replace(
        '<!DOCTYPE ClaML SYSTEM "ClaML.dtd">', f'<!DOCTYPE ClaML [{bomb}<!ENTITY f SYSTEM "/etc/passwd">]>'
    ).replace("Second thing", "Second &a11;&f;thing")
    try:
        found = taken(tmp_path, "claml", text)
    except ImportFailed:
        return
    assert len(by_code(found)["A01"].display.en) < 100 and "root:" not in by_code(found)["A01"].display.en


def test_a_file_that_never_comes_to_the_point_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termserver.parsing.xml_stream.WITHIN", 200_000)
    with pytest.raises(ImportFailed, match="another file"):
        taken(tmp_path, "claml", "<ClaML>" + "<x>" * 100 + "<y/>" * 300_000)
    monkeypatch.setattr("termserver.importers.text_lines.LONGEST", 5_000)
    with pytest.raises(ImportFailed, match="a line of more than"):
        taken(tmp_path, "loinc", forms.LOINC + "x" * 10_000)
    monkeypatch.setattr("termserver.importers.table_files.LARGEST", 100)
    with pytest.raises(ImportFailed, match="more than 100 bytes"):
        taken(tmp_path, "atc")


def test_texts_of_others_need_a_word_on_their_licence(tmp_path: Path) -> None:
    from termserver.importers import licences

    asking = {one.command for one in FORMATS if "accept_licence" in one.options}
    assert asking == set(licences.NOTICES)
    for name in asking:
        with pytest.raises(UsageError, match="--accept-licence"):
            licences.require(name, False)
        licences.require(name, True)
