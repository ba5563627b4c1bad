"""Exact answers: what a code is, whether it is right, and what stands above and below it."""

import random
import re
import threading
import time
from pathlib import Path

import pytest
from small_nation import BASE, ICD_CM, STANDARDS, TREE, TRIAGE, Folders, opened, with_content

from termserver.model.codes import CodeSystemContent, Coding, Concept, Content
from termserver.model.errors import ContentError, UnknownCode, UnknownSystem
from termserver.model.ports import Codes, CodeState
from termserver.model.text import Text
from termserver.terminology.terminology import Terminology


def test_a_lookup_tells_all_that_is_known(terminology: Terminology) -> None:
    found = terminology.lookup(Coding("triage", "T1"))
    assert found.display == Text("مراقبت‌های فوری", "Immediate care")
    assert [d.value for d in found.designations] == ["Red"]
    assert [p.value for p in found.properties] == ["red", "10", "12"]
    assert found.release.name == "standards"
    said = found.as_json("en")
    assert said["display"] == "Immediate care"
    assert said["display_fa"] == "مراقبت‌های فوری"
    assert said["properties"][0] == {
        "code": "colour",
        "title": {"fa": "رنگ", "en": "Colour"},
        "value": "red",
        "period": None,
    }
    assert said["source"] == "sheet 1"


def test_a_lookup_on_a_day_tells_what_was_true_then(terminology: Terminology) -> None:
    found = terminology.lookup(Coding("triage", "T1"), "2026-03-01")
    assert [p.value for p in found.properties] == ["red", "10"]
    assert terminology.lookup(Coding("triage", "T2"), "2026-01-31").state == CodeState.NOT_IN_FORCE
    assert terminology.lookup(Coding("triage", "T2"), "2026-02-01").state == CodeState.OK


def test_a_retired_code_names_its_successor(terminology: Terminology) -> None:
    found = terminology.lookup(Coding("triage", "T8"))
    assert [(one.code, one.display.en) for one in found.replaced_by] == [("T2", "Very urgent")]
    assert terminology.replaced_by("triage", "T8") == ("T2",)


@pytest.mark.parametrize(
    "name",
    ["triage", "TRIAGE", "nationEHR.Triage", "NATIONehr.TRIAGElevel", f"{BASE}/triage", f"{BASE}/Triage|1", "triage|1",
     "2.16.1", "urn:oid:2.16.1", " triage "],
)  # fmt: skip
def test_a_system_answers_to_every_spelling_of_its_name(terminology: Terminology, name: str) -> None:
    assert terminology.resolve(name).id == "triage"
    assert terminology.lookup(Coding(name, "T1")).code == "T1"


def test_an_unknown_system_names_the_nearest(terminology: Terminology) -> None:
    with pytest.raises(UnknownSystem, match="Did you mean 'triage'") as refused:
        terminology.resolve("triaje")
    assert "«triage»" in refused.value.text.fa
    with pytest.raises(UnknownSystem, match="termserver doctor"):
        terminology.resolve("zzzzzz")
    assert terminology.system("triaje") is None


def test_an_unknown_code_names_the_nearest(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match=r"'E119' is not in .*Did you mean 'E11\.9'"):
        terminology.lookup(Coding("icd10cm", "E119"))


@pytest.mark.parametrize("code", ["5760", "05760", "0000005760"])
def test_a_code_is_found_in_every_width_in_which_it_travels(terminology: Terminology, code: str) -> None:
    assert terminology.lookup(Coding("generic", code)).code == "5760"
    assert terminology.state("generic", code, "") == CodeState.OK


@pytest.mark.parametrize("code", ["17", "00017", "0000000017"])
def test_a_code_that_is_listed_padded_is_found_bare(terminology: Terminology, code: str) -> None:
    assert terminology.lookup(Coding("generic", code)).code == "00017"


def test_a_width_that_does_not_travel_is_another_code(terminology: Terminology) -> None:
    assert terminology.state("generic", "005760", "") == CodeState.UNLISTED


def test_case_is_ignored_only_where_it_has_no_meaning(terminology: Terminology) -> None:
    assert terminology.lookup(Coding("cases", "AB1")).code == "Ab1"
    assert [one.code for one in terminology.lookup(Coding("cases", "ab2")).parents] == ["Ab1"]
    assert terminology.state("triage", "t1", "") == CodeState.UNKNOWN


@pytest.mark.parametrize(
    ("system", "code", "day", "state"),
    [
        ("triage", "T1", "2026-11-21", CodeState.OK),
        ("triage", "T2", "", CodeState.OK),
        ("triage", "T2", "2026-02-01", CodeState.OK),
        ("triage", "T2", "2026-11-30", CodeState.OK),
        ("triage", "T2", "2026-01-31", CodeState.NOT_IN_FORCE),
        ("triage", "T2", "2026-12-01", CodeState.NOT_IN_FORCE),
        ("triage", "T8", "2026-01-01", CodeState.RETIRED),
        ("triage", "T9", "2026-05-31", CodeState.OK),
        ("triage", "T9", "2026-06-01", CodeState.RETIRED),
        ("triage", "T9", "", CodeState.RETIRED),
        ("triage", "T7", "2026-01-01", CodeState.UNKNOWN),
        ("tree", "D9", "", CodeState.UNKNOWN),
        ("tree", "D-9", "", CodeState.BAD_SHAPE),
        ("tree", "D۱", "", CodeState.BAD_SHAPE),
        ("tree", "D1\n", "", CodeState.BAD_SHAPE),
        ("generic", "999", "", CodeState.UNLISTED),
        ("generic", "x", "", CodeState.BAD_SHAPE),
        ("cases", "zz", "", CodeState.UNKNOWN),
        ("icd10", "E11.9", "", CodeState.NOT_PRESENT),
        ("icd10", "E119", "", CodeState.BAD_SHAPE),
        ("gtin", "04012345123456", "", CodeState.NOT_PRESENT),
        ("gtin", "04012345123457", "", CodeState.BAD_CHECK),
        ("triage", "", "", CodeState.UNKNOWN),
        ("triage", "x" * 100_000, "", CodeState.UNKNOWN),
    ],
)
def test_how_a_code_stands(terminology: Terminology, system: str, code: str, day: str, state: str) -> None:
    for _ in range(2):  # the second time from memory
        assert terminology.state(system, code, day) == state


def test_what_is_asked_of_the_terminology_by_documents_is_all_there(terminology: Terminology) -> None:
    codes: Codes = terminology
    assert codes.displays("triage", "T1") == ("مراقبت‌های فوری", "Immediate care", "Red")
    assert codes.displays("triage", "T7") == ()
    assert codes.related("triage-to-tree", "T1") == ("B1", "B2")
    assert codes.related("triage-to-tree", "T9") == ()
    assert codes.related("triage-to-tree", "T7") is None
    assert codes.related("no-map", "T1") is None
    found = codes.naming_system("COUNCIL", " council", "med_id")
    assert found is not None
    assert found.id == "physician"
    other = codes.naming_system("Tamin", "anybody", "insured_id")
    assert other is not None
    assert other.id == "insured"
    assert codes.naming_system("Council", "Council", "Other") is None
    assert codes.naming_system_by_id("physician") == found
    assert codes.naming_system_by_id("nobody") is None


def test_two_parents_are_both_kept(terminology: Terminology) -> None:
    found = terminology.lookup(Coding("tree", "D1"))
    assert [one.code for one in found.parents] == ["C11", "B2"]
    assert [one.code for one in found.ancestors] == ["C11", "B2", "B1", "A"]
    assert [one.code for one in found.children] == ["E1"]
    assert [one.code for one in terminology.ancestors("tree", "E1")] == ["D1", "C11", "B2", "B1", "A"]
    assert {one.code for one in terminology.children("tree", "B2")} == {"C21", "D1"}
    assert {one.code for one in terminology.descendants("tree", "B2")} == {"C21", "D1", "E1"}
    assert terminology.lookup(Coding("tree", "A")).parents == ()


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("D1", "D1", "equivalent"),
        ("A", "E1", "subsumes"),
        ("B1", "D1", "subsumes"),
        ("B2", "D1", "subsumes"),
        ("E1", "B2", "subsumed-by"),
        ("B2", "D2", "not-subsumed"),
        ("C21", "D1", "not-subsumed"),
    ],
)
def test_who_is_above_whom_through_any_parent(terminology: Terminology, a: str, b: str, outcome: str) -> None:
    assert terminology.subsumes("TREE", a, b) == outcome


def test_subsumption_of_a_code_that_is_not_there_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode):
        terminology.subsumes("tree", "A", "Z9")


def test_a_stand_in_answers_a_lookup_and_says_so(terminology: Terminology) -> None:
    found = terminology.lookup(Coding("nationEHR.ICD10", "E11.9"))
    assert found.system.id == "icd10cm"
    assert found.stand_in_for == "icd10"
    assert found.as_json()["stand_in_for"] == "icd10"
    assert found.release.name == "icd10cm"


def test_a_stand_in_never_judges(terminology: Terminology) -> None:
    assert terminology.state("icd10", "E11.9", "2026-01-01") == CodeState.NOT_PRESENT
    assert terminology.validate_code(Coding("icd10", "E11.9")).result is None
    assert terminology.displays("icd10", "E11.9") == ()


@pytest.mark.parametrize(
    ("coding", "result", "display_right", "says"),
    [
        (Coding("triage", "T1"), True, None, "'T1' is in List triage"),
        (Coding("triage", "T1", "مراقبت هاي فوري"), True, True, "'T1' is in"),
        (Coding("triage", "T1", "RED"), True, True, "'T1' is in"),
        (Coding("triage", "T1", "Very urgent"), False, False, "not called 'Very urgent' but 'Immediate care'"),
        (Coding("triage", "T8"), False, None, "retired.*Use instead: T2"),
        (Coding("triage", "T5", "Very urgent"), False, None, r"Did you mean 'T2' \(Very urgent\)"),
        (Coding("generic", "999"), None, None, "cannot be told"),
        (Coding("icd10", "E11.9"), None, None, "cannot be told"),
        (Coding("gtin", "04012345123457"), False, None, "check digit"),
    ],
)
def test_a_coding_is_judged_with_its_display(
    terminology: Terminology, coding: Coding, result: bool | None, display_right: bool | None, says: str
) -> None:
    found = terminology.validate_code(coding)
    assert found.result is result
    assert found.display_right is display_right
    assert re.search(says, found.message.en)
    assert found.message.fa


def test_the_day_counts_in_validate_code(terminology: Terminology) -> None:
    assert terminology.validate_code(Coding("triage", "T2"), "2026-03-01").result is True
    assert terminology.validate_code(Coding("triage", "T2"), "2026-01-01").result is False


def test_the_best_content_of_an_edition_answers(folder: Path) -> None:
    fuller = with_content(ICD_CM, id="icd10", url=f"{BASE}/other", stands_in_for="", version="2019", native_id="")
    readers = [
        opened(folder / "a.release", STANDARDS),
        opened(folder / "b.release", [ICD_CM], "icd10cm"),
        opened(folder / "c.release", [fuller], "icd10"),
    ]
    terminology = Terminology(readers)
    found = terminology.lookup(Coding("nationEHR.ICD10", "E11.9"))
    assert found.system.id == "icd10"
    assert found.release.name == "icd10"
    assert found.stand_in_for == ""
    assert found.system.native_id == "nationEHR.ICD10"  # known to the national release alone
    assert terminology.resolve(f"{BASE}/icd10").version == "2019"
    assert terminology.validate_code(Coding("icd10", "E11.9")).result is True


def test_a_fragment_loses_against_the_whole_list_and_an_old_version_against_the_new(folder: Path) -> None:
    part = with_content(TRIAGE, content=Content.FRAGMENT, version="9")
    newer = with_content(TREE, version="1.10")
    older = with_content(TREE, version="1.9")
    readers = [
        opened(folder / "a.release", [part, older], "a"),
        opened(folder / "b.release", [TRIAGE, newer], "b"),
    ]
    for order in (readers, readers[::-1]):
        terminology = Terminology(order)
        assert terminology.resolve("triage").content is Content.COMPLETE
        assert terminology.resolve("tree").version == "1.10"


def test_another_generation_is_asked_for_by_its_version(folder: Path) -> None:
    old = with_content(TRIAGE, version="0")
    terminology = Terminology([opened(folder / "a.release", [TRIAGE, old])])
    assert terminology.resolve("triage").version == "1"
    assert terminology.resolve("triage|0").version == "0"
    assert terminology.resolve(f"{BASE}/triage|0").version == "0"
    assert terminology.lookup(Coding("triage|0", "T1")).system.version == "0"
    assert terminology.system("triage|7") is None


def test_content_that_contradicts_itself_is_not_frozen(folder: Path) -> None:
    a = Concept("a", Text("", "A"))
    for systems, says in {
        (with_content(TREE), with_content(TREE)): "twice in version",
        (TREE, with_content(TRIAGE, aliases=("Tree",))): "claimed by",
    }.items():
        with pytest.raises(ContentError, match=says):
            opened(folder / "a.release", Folders(systems))
    for concepts, says in {
        (a, a): "twice",
        (Concept("a", Text(), ("b",)), Concept("b", Text(), ("c",)), Concept("c", Text(), ("a",))): "its own ancestor",
    }.items():
        with pytest.raises(ContentError, match=says):
            opened(folder / "a.release", [CodeSystemContent(TREE.system, concepts)])
    assert list(folder.iterdir()) == []


def test_a_parent_that_is_not_here_hinders_nobody(folder: Path) -> None:
    terminology = Terminology(
        [opened(folder / "a.release", [CodeSystemContent(TREE.system, (Concept("A", Text("", "A"), ("Z",)),))])]
    )
    found = terminology.lookup(Coding("tree", "A"))
    assert found.parents == found.ancestors == ()
    assert found.concept.parents == ("Z",)


def test_many_threads_ask_one_terminology(terminology: Terminology) -> None:
    wrong: list[object] = []

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(200):
                code = chance.choice(["T1", "T2", "T8", "T9"])
                if terminology.lookup(Coding("triage", code)).code != code:
                    wrong.append(code)
                if terminology.in_value_set("bites", "tree", "D2") is not True:
                    wrong.append("bites")
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_remembered_state_costs_next_to_nothing(terminology: Terminology) -> None:
    terminology.state("triage", "T1", "2026-01-01")
    best = 1.0
    for _ in range(5):
        before = time.perf_counter()
        for _ in range(1000):
            terminology.state("triage", "T1", "2026-01-01")
        best = min(best, (time.perf_counter() - before) / 1000)
    assert best < 5e-6
