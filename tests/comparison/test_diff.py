"""Every kind of difference is found, named, and said to break, to tighten, to loosen or to be mere wording."""

import json
import time
import zipfile
from pathlib import Path

import pytest
from small_versions import WARD, after, before, build

from termserver.build import build_release
from termserver.comparison import fhir_form, told
from termserver.comparison.changes import Area, Effect
from termserver.comparison.codes import keeps_meaning
from termserver.comparison.documents import asks_more
from termserver.comparison.releases import Comparison, compare
from termserver.model.codes import CodeSystemContent, Concept
from termserver.model.errors import UnknownSystem
from termserver.model.text import Text
from termserver.model.values import replace


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("versions")
    return build(before(), folder / "a.release", "1"), build(after(), folder / "b.release", "2")


@pytest.fixture(scope="module")
def found(releases: tuple[Path, Path]) -> Comparison:
    return compare(*releases)


def test_codes_are_told_by_what_became_of_them(found: Comparison) -> None:
    codes = {
        (one.item, one.kind, one.field, one.language, one.effect) for one in found.changes if one.area is Area.CODES
    }
    assert codes == {
        ("2", "changed", "display", "fa", Effect.WORDING),  # the English says the same
        ("3", "changed", "display", "fa", Effect.WORDING),  # an Arabic letter
        ("3", "changed", "display", "en", Effect.WORDING),  # another order
        ("4", "changed", "display", "fa", Effect.MEANING),
        ("4", "changed", "display", "en", Effect.MEANING),
        ("4", "changed", "beds", "", Effect.UNKNOWN),
        ("5", "moved", "parents", "", Effect.UNKNOWN),
        ("6", "retired", "status", "", Effect.STRICTER),
        ("6", "replaced", "replaced_by", "", Effect.COMPATIBLE),
        ("6", "changed", "designation synonym", "fa", Effect.WORDING),
        ("7", "removed", "", "", Effect.BREAKING),
        ("8", "added", "", "", Effect.COMPATIBLE),
    }


def test_value_sets_are_told_by_who_belongs_to_them(found: Comparison) -> None:
    sets = {(one.subject, one.item, one.kind, one.effect) for one in found.changes if one.area is Area.VALUE_SETS}
    assert sets == {
        ("listed", "ward 2", "removed", Effect.STRICTER),
        ("listed", "ward 3", "added", Effect.LOOSER),
        ("open", "ward 7", "removed", Effect.STRICTER),
        ("open", "ward 8", "added", Effect.LOOSER),
    }


def test_maps_are_told_by_what_they_lead_to(found: Comparison) -> None:
    maps = {(one.item, one.kind, one.effect, one.after) for one in found.changes if one.area is Area.MAPS}
    assert maps == {
        ("2", "changed", Effect.MEANING, "o9 (equivalent)"),
        ("3", "removed", Effect.BREAKING, ""),
    }


def test_structure_is_told_element_by_element(found: Comparison) -> None:
    fields = {(one.item, one.kind, one.field, one.effect) for one in found.changes if one.area is Area.SCHEMAS}
    assert fields == {
        ("Name", "changed", "max_length", Effect.BREAKING),
        ("Ward", "changed", "use", Effect.BREAKING),
        ("Ward", "changed", "binding", Effect.COMPATIBLE),
        ("Total", "changed", "minimum", Effect.COMPATIBLE),
        ("Note", "changed", "repeats", Effect.BREAKING),
        ("Old", "removed", "", Effect.BREAKING),
        ("New", "added", "", Effect.COMPATIBLE),
        ("Must", "added", "", Effect.BREAKING),
    }


def test_rules_are_stricter_or_looser(found: Comparison) -> None:
    rules = {(one.item, one.kind, one.field, one.effect) for one in found.changes if one.area is Area.RULES}
    assert rules == {
        ("r-1", "changed", "severity", Effect.STRICTER),
        ("r-2", "changed", "holds", Effect.LOOSER),
        ("r-3", "changed", "when", Effect.LOOSER),
        ("r-4", "changed", "stages", Effect.LOOSER),
        ("r-5", "removed", "warning", Effect.LOOSER),
        ("r-6", "added", "error", Effect.STRICTER),
    }


def test_what_is_the_same_is_not_told(releases: tuple[Path, Path]) -> None:
    same = compare(releases[0], releases[0])
    assert not same.changes
    assert "Nothing differs." in list(told.lines(same, "en"))


def test_one_system_alone_is_compared_and_an_unknown_one_named(releases: tuple[Path, Path]) -> None:
    assert {one.area for one in compare(*releases, system="ward").changes} == {Area.CODES}
    with pytest.raises(UnknownSystem, match="Did you mean 'ward'"):
        compare(*releases, system="wards")


@pytest.mark.parametrize(
    ("was", "now", "kept"),
    [
        (Text("دیابت نوع ۲", "Type 2 diabetes"), Text("ديابت نوع 2", "Type 2 diabetes"), True),
        (Text("دیابت", "Diabetes"), Text("مرض قند", "Diabetes"), True),
        (Text("دیابت", ""), Text("دیابت", "Diabetes"), True),
        (Text("دیابت", "Diabetes"), Text("آسم", "Asthma"), False),
        (Text("", "Pain, chest"), Text("", "Chest pain"), True),
        (Text("", "With complications"), Text("", "Without complications"), False),
        (Text("مراقبت های ويژه", ""), Text("مراقبت‌های ویژه", ""), True),
        (Text("كلية", ""), Text("کلیه", ""), True),
        (Text("", "Follow-up, SECOND"), Text("", "Follow up (second)"), True),
        (Text("نوع ۱۲", ""), Text("نوع ۱ ۲", ""), False),
        (Text("", "Blood group A+"), Text("", "Blood group A-"), False),
        (Text("", "0.5 mg"), Text("", "5.0 mg"), False),
        (Text("", "Older than 5 of 9 years"), Text("", "Older than 9 of 5 years"), False),
    ],
)
def test_a_meaning_is_kept_where_one_language_says_the_same(was: Text, now: Text, kept: bool) -> None:
    assert keeps_meaning(was, now) is kept


@pytest.mark.parametrize(
    ("was", "now", "effect"),
    [
        ("a", "a and b", Effect.STRICTER),
        ("a and b", "a", Effect.LOOSER),
        ("", "a", Effect.STRICTER),
        ("a", "a or b", Effect.UNKNOWN),
        ("not a", "not a and b", Effect.UNKNOWN),
        ("a and b", "b and a", Effect.UNKNOWN),
        ('x == "p"', 'x == "p and q"', Effect.UNKNOWN),
    ],
)
def test_a_condition_is_judged_only_where_its_parts_tell(was: str, now: str, effect: Effect) -> None:
    assert asks_more(was, now) is effect


def test_notes_are_drafted_in_both_languages_what_breaks_first(found: Comparison) -> None:
    notes = told.notes(found, {"ward": Text("بخش‌ها", "Wards")})
    assert notes.fa.index("ناباروری") < notes.fa.index("آنچه عوض شد")
    assert "Wards: 7 removed" in notes.en
    assert "Codes · Wards: 1 added" in notes.en


def test_a_workbook_holds_every_change(found: Comparison, tmp_path: Path) -> None:
    told.write_workbook(found, tmp_path / "d.xlsx", "fa")
    with zipfile.ZipFile(tmp_path / "d.xlsx") as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets" in name)
    assert all(one.item in sheets for one in found.changes)
    assert "ناباروری" in sheets


def test_a_bundle_of_fhir_holds_every_change_and_a_map_of_what_replaces_what(found: Comparison) -> None:
    made = fhir_form.bundle(found)
    parameters, *maps = (entry["resource"] for entry in made["entry"])
    changes = [one["part"] for one in parameters["parameter"] if one["name"] == "change"]
    assert len(changes) == len(found.changes)
    told_back = [
        {part["name"]: next(said for name, said in part.items() if name != "name") for part in parts}
        for parts in changes
    ]
    for said, one in zip(told_back, found.changes, strict=True):
        assert {name: said[name] for name in one.as_json()} == one.as_json()
    assert told_back[0]["system"] == WARD.url
    (replaced,) = maps
    assert (replaced["sourceUri"], replaced["group"][0]["element"]) == (
        WARD.url,
        [{"code": "6", "target": [{"code": "8", "equivalence": "relatedto"}]}],
    )
    from termserver.fhir.library import parse

    parse(replaced)  # the service takes it as a ConceptMap


@pytest.mark.slow
def test_two_versions_of_a_hundred_thousand_codes_are_compared_in_three_seconds(tmp_path: Path) -> None:
    many = tuple(Concept(f"C{n:06}", Text(f"بیماری {n}", f"Disease {n}")) for n in range(98_505))
    changed = [replace(one, display=Text("x", "y")) if n % 100 == 0 else one for n, one in enumerate(many)]
    for name, concepts in (("a", many), ("b", tuple(changed))):
        build_release([CodeSystemContent(WARD, concepts)], tmp_path / f"{name}.release", "many", name)
    begun = time.process_time()
    found = compare(tmp_path / "a.release", tmp_path / "b.release")
    lines = list(told.lines(found, "en"))
    assert time.process_time() - begun < 3
    assert len({one.item for one in found.changes}) == 986
    assert len(lines) < 60


def test_the_command_tells_text_json_workbook_and_notes(
    releases: tuple[Path, Path], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from termserver.cli.main import run

    a, b = map(str, releases)
    assert run(["diff", a, b, "--lang", "fa"]) == 0
    assert "معنا عوض شد" in capfdbinary.readouterr().out.decode()
    assert run(["diff", a, b, "--json", "--breaking"]) == 1
    said = json.loads(capfdbinary.readouterr().out)
    assert {"area": "codes", "effect": "breaking", "subject": "ward", "item": "7", "kind": "removed",
            "before": "کلیه — Kidney"} in said["changes"]  # fmt: skip
    assert run(["diff", a, b, "-o", str(tmp_path / "d.xlsx")]) == 0
    assert zipfile.is_zipfile(tmp_path / "d.xlsx")
    assert run(["diff", a, b, "-o", str(tmp_path / "d.pdf")]) == 2
    assert run(["diff", a, b, "--notes"]) == 0
    assert run(["diff", a, "standards@no-such"]) == 2
    capfdbinary.readouterr()
    assert run(["diff", a, b, "--format", "fhir"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["resourceType"] == "Bundle"
    for name, begins in (("n.md", "# "), ("n.json", "{"), ("n.txt", "small 1")):
        assert run(["diff", a, b, "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text("utf-8").startswith(begins)
    assert run(["diff", a, b, "--format", "xlsx"]) == 2
    assert run(["diff", a, b, "-o", str(tmp_path / "no-such" / "d.md")]) == 2
