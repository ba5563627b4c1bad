"""A list edited row by row: what is said of a row, what becomes of it, and what the difference is then."""

import shutil
from pathlib import Path

import pytest

from termserver.build import build_release
from termserver.comparison.changes import Effect
from termserver.content.folders import read
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    ConceptMap,
    ConceptMapping,
    Content,
    FieldDefinition,
    Kind,
    Property,
    PropertyDefinition,
)
from termserver.model.errors import UnknownSystem, UsageError
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.publication import differences, reach
from termserver.publication.changesets import ChangeSet, FileChange
from termserver.publication.editing import Cells, CodeList
from termserver.service import TermServer

WARDS = "codesystems/ward/concepts.csv"


@pytest.fixture
def nation(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", folder)
    return folder


def row(code: str, fa: str = "", en: str = "", **said: str) -> Cells:
    names = ("parent", "status", "valid_from", "valid_to", "replaced_by", "source")
    return (code, fa, en, *(said.get(name, "") for name in names))


def rules(wards: CodeList, cells: Cells, was: str = "") -> dict[str, Severity]:
    return {one.rule: one.severity for one in wards.check(wards.tidy(cells), was)}


def test_a_row_is_judged_with_its_list(nation: Path) -> None:
    wards = CodeList(nation, "ward")
    assert rules(wards, row("022", "سوختگی", "Burns", parent="001")) == {}
    assert rules(wards, row("019", "سوختگی", "Burns")) == {"code.duplicate": Severity.ERROR}
    assert rules(wards, row("022", "ریه", "Burns")) == {"display.duplicate": Severity.WARNING}
    assert rules(wards, row("022", "سوختگي", "Burns")) == {"label.not-persian": Severity.ERROR}
    assert rules(wards, row("022", "سوختگی", parent="777")) == {
        "display.missing": Severity.WARNING,
        "parent.unknown": Severity.ERROR,
    }
    assert rules(wards, row("۰۲۲", "سوختگی", "Burns")) == {"code.persian-digits": Severity.ERROR}
    assert rules(wards, row("021", "ریه", "Chest", status="retired"), "021") == {"retired.successor": Severity.WARNING}
    assert rules(wards, row("021", "چشم", "Eye"), "021") == {"code.meaning": Severity.WARNING}
    assert rules(wards, row("099", "ریه", "Chest"), "021")["code.removed"] is Severity.ERROR
    assert rules(wards, row("022", "سوختگی", "Burns", valid_from="1405/10/01", valid_to="1405/09/01")) == {
        "date.order": Severity.ERROR
    }


def test_a_day_may_be_written_in_either_calendar(nation: Path) -> None:
    wards = CodeList(nation, "ward")
    assert wards.tidy(row(" 022 ", "سوختگی", valid_to="۱۴۰۵/۱۰/۱۰"))[6] == "2026-12-31"


def test_edited_rows_are_a_change_set_and_a_difference(nation: Path) -> None:
    wards = CodeList(nation, "ward")
    retired = row("021", "ریه", "Chest", parent="001", status="retired", valid_to="2026-12-31", replaced_by="001")
    made = wards.with_rows({"021": retired}, [row("022", "سوختگی", "Burns", parent="001")])
    (file,) = differences.of(nation, made)
    told = [(one.item, one.kind, one.effect) for one in file.changes]
    assert ("021", "retired", Effect.STRICTER) in told and ("022", "added", Effect.COMPATIBLE) in told
    assert {item for item, _, _ in told} == {"021", "022"}
    again = CodeList(nation, "ward", made)
    assert again.rows["022"][2] == "Burns"
    more = again.with_rows({"022": row("022", "سوختگی", "Burn unit", parent="001")}, [])
    (file,) = differences.of(nation, more, made)
    assert [(one.item, one.before, one.after) for one in file.changes] == [("022", "Burns", "Burn unit")]


def test_an_edit_that_says_nothing_is_none(nation: Path) -> None:
    with pytest.raises(UsageError, match="Nothing was changed"):
        CodeList(nation, "ward").with_rows({}, [])


@pytest.mark.parametrize("id", ["wards", "../ward", "valuesets", ""])
def test_there_is_no_other_list(nation: Path, id: str) -> None:
    with pytest.raises(UnknownSystem):
        CodeList(nation, id)


def test_a_file_without_codes_is_told_by_its_lines(nation: Path) -> None:
    path = "codesystems/valuesets/cardiac-wards.yaml"
    text = (nation / path).read_text("utf-8")
    changes = ChangeSet((FileChange(path, "x", text.replace("019", "021").encode()), FileChange(WARDS, "x", None)))
    file, table = differences.of(nation, changes)
    assert table.kind == "removed" and {one.kind for one in table.changes} == {"removed"}
    assert any(line.startswith("-") and "019" in line for line in file.lines)


def test_a_code_that_goes_reaches_maps_and_the_fields_bound_to_its_list(root: Path) -> None:
    rows = ConceptMapping("a", "010", "equivalent"), ConceptMapping("b", "020", "equivalent")
    own = ConceptMap("insurer-wards", "u", Text("بیمه", "Insurer"), "1", "theirs", "ward-type", rows)
    gone = frozenset({("ward-type", "010")})
    (lost,) = reach.coverage(gone, [own])
    assert (lost.rows, lost.lost) == (2, ("a",))
    content = read(root)
    fields = list(reach.bound_fields(gone, content.document_types, content.value_sets))
    assert fields and all(system == "ward-type" for system, _ in fields)


def test_entries_of_a_registry_that_hold_a_code_are_counted(tmp_path: Path) -> None:
    ward = PropertyDefinition("ward", Text("بخش", "Ward"), "code", system="ward")
    beds = PropertyDefinition(
        "beds", Text("تخت", "Beds"), "record", fields=(FieldDefinition("kind", Text(), "code", "ward"),)
    )
    centres = CodeSystem("our-centres", "urn:our-centres", Text("مرکزها", "Centres"), "1", Content.COMPLETE,
                         kind=Kind.REGISTRY, properties=(ward, beds))  # fmt: skip
    held = (Property("ward", "021"), Property("beds", '{"kind":"021"}'), Property("ward", "001"))
    entries = tuple(
        Concept(f"C-{n}", Text(f"مرکز {n}", f"Centre {n}"), properties=held[n : n + 1]) for n in range(len(held))
    )
    build_release([CodeSystemContent(centres, entries)], tmp_path / "centres.release", "centres", "1")
    with TermServer.open(tmp_path / "centres.release") as served:
        assert reach.uses(frozenset({("ward", "021"), ("ward", "099")}), served) == (
            reach.Use("our-centres", "ward 021", 2),
        )
        assert reach.uses(frozenset({("specialty", "021")}), served) == ()
