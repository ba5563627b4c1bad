"""Two versions of a system side by side, its top level, and what a code is called elsewhere."""

from pathlib import Path

import pytest
from small_nation import TREE, TRIAGE, opened

from termserver.model.codes import CodeSystemContent, Concept, Status
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.terminology.browsing import Tops
from termserver.terminology.comparison import Difference, compare
from termserver.terminology.crossings import Crossings
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.terminology import Terminology

T1, T2, T8, T9 = TRIAGE.concepts
NEWER = CodeSystemContent(
    replace(TRIAGE.system, version="2"),
    (
        replace(T1, display=Text("مراقبت‌های بسیار فوری", "Immediate care"), status=Status.RETIRED, replaced_by=("T3",)),
        replace(T2, parents=("T1",)),
        replace(T8, source="sheet 2"),
        Concept("T3", Text("تازه", "New")),
        Concept("T10", Text("ده", "Ten")),
    ),
)


def system_of(path: Path, content: CodeSystemContent) -> OpenSystem:
    return Systems([opened(path, [content])]).resolve(content.system.id)


@pytest.fixture
def differences(tmp_path: Path) -> dict[str, Difference]:
    older = system_of(tmp_path / "old.release", TRIAGE)
    newer = system_of(tmp_path / "new.release", NEWER)
    return {one.code: one for one in compare(older, newer)}


def test_each_code_that_differs_says_how(differences: dict[str, Difference]) -> None:
    assert {code: one.kinds for code, one in differences.items()} == {
        "T1": ("renamed", "status"),
        "T2": ("moved",),
        "T3": ("added",),
        "T8": ("other",),
        "T9": ("removed",),
        "T10": ("added",),
    }
    assert list(differences) == ["T1", "T2", "T3", "T8", "T9", "T10"]  # T10 is not between T1 and T2


def test_both_sides_of_a_difference_are_there(differences: dict[str, Difference]) -> None:
    renamed = differences["T1"]
    assert renamed.before and renamed.before.display.fa == "مراقبت‌های فوری"
    assert renamed.after and renamed.after.display.fa == "مراقبت‌های بسیار فوری"
    assert differences["T3"].before is None
    assert differences["T9"].after is None


def test_a_version_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert compare(system_of(tmp_path / "a.release", TRIAGE), system_of(tmp_path / "b.release", TRIAGE)) == []


def test_the_top_of_a_system_is_what_has_nothing_above_it(tmp_path: Path) -> None:
    tops = Tops()
    page, total = tops.page(system_of(tmp_path / "tree.release", TREE), 0, 10)
    assert [(named.code, opens) for named, opens in page] == [("A", True)]
    assert total == 1
    flat, total = tops.page(system_of(tmp_path / "flat.release", TRIAGE), 1, 2)
    assert [named.code for named, _ in flat] == ["T2", "T8"]
    assert total == 4


def test_a_map_is_read_from_either_side(terminology: Terminology) -> None:
    readers = list({id(system.reader): system.reader for system in terminology.systems.all()}.values())
    crossings = Crossings(readers)
    assert [(one.system, one.code, one.relationship) for one in crossings.of("triage", "T1")] == [
        ("tree", "B1", "equivalent"),
        ("tree", "B2", "related-to"),
    ]
    assert [(one.system, one.code) for one in crossings.of("tree", "b1")] == [("triage", "T1")]
    assert [(one.system, one.code) for one in crossings.of("triage", "T9")] == [("tree", "")]  # it is said to have none
    assert crossings.of("triage", "nosuch") == ()
