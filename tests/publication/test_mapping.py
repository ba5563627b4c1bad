"""Mapping as work: every code of every list is counted, suggested for, and decided on as any other change is."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from termserver.build import build_release
from termserver.content.check import check as check_content
from termserver.content.folders import read
from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.model.codes import Concept
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.publication import mapping_decisions
from termserver.publication.committee import Committee
from termserver.publication.mapping import Mappings, suggestion
from termserver.publication.mapping_decisions import Decision
from termserver.publication.workflow import State
from termserver.service import TermServer

NOW = "2026-11-22T08:00:00Z"
MAP = "insurer-ward-to-ward"
FILE = f"codesystems/conceptmaps/{MAP}/mappings.csv"
WARDS = """code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source
001,بستری,Inpatient,,,,,,
018,داخلی,Internal medicine,001,,,,,
019,قلب و عروق,Cardiology,001,retired,,2026-12-31,020,
020,بیماری‌های قلب,Heart diseases,001,,,,,
"""
THEIRS = """code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source
A,داخلی,Internal,,,,,,
B,قلب,Heart ward,,,,,,
C,بیماریهای قلب,,,,,,,
D,پارکینگ,Parking,,,,,,
E,قدیمی,Old,,retired,,,,
"""


@pytest.fixture
def nation(root: Path, tmp_path: Path) -> Path:
    """The example's nation with an insurer's list of wards and its map, half done."""
    folder = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", folder)
    (folder / "codesystems" / "ward" / "concepts.csv").write_text(WARDS, "utf-8")
    theirs = folder / "codesystems" / "insurer-ward"
    theirs.mkdir()
    about = (folder / "codesystems" / "ward" / "codesystem.yaml").read_text("utf-8")
    about = about.replace("ward", "insurer-ward").replace("شکل", "شکل")
    kept = [line for line in about.splitlines() if not line.startswith(("shape", "native_id", "hierarchy", "example"))]
    (theirs / "codesystem.yaml").write_text("\n".join(kept) + "\n", "utf-8")
    (theirs / "concepts.csv").write_text(THEIRS, "utf-8")
    place = folder / "codesystems" / "conceptmaps" / MAP
    place.mkdir(parents=True)
    (place / "conceptmap.yaml").write_text(
        f"id: {MAP}\nurl: https://example.org/fhir/ConceptMap/{MAP}\nversion: '1'\n"
        "title:\n  fa: بخش‌های بیمه‌گر\n  en: The insurer's wards\nsource_system: insurer-ward\ntarget_system: ward\n",
        "utf-8",
    )
    (place / "mappings.csv").write_text("source_code,target_code,relationship,comment\nB,019,equivalent,\n", "utf-8")
    wrong = [one for one in check_content(folder) if str(one.severity) == "error"]
    assert not wrong, [f"{one.file}:{one.line} {one.message}" for one in wrong]
    return folder


def served(folder: Path, file: Path) -> TermServer:
    build_release(read(folder), file, "standards", "1")
    return TermServer.open(file)


@pytest.fixture
def mappings(nation: Path, tmp_path: Path) -> Iterator[Mappings]:
    with served(nation, tmp_path / "standards.release") as server:
        yield Mappings(server)


def test_every_code_in_force_is_counted_once(mappings: Mappings) -> None:
    (one,) = [each for each in mappings.coverage() if each.list == "insurer-ward"]
    assert (one.mapped, one.retired, one.none, one.unmapped) == (0, 1, 0, 3)
    assert one.checked and one.share == 0
    back = mappings.covered(mappings.end(MAP, "ward"))
    assert (back.total, back.unmapped) == (3, 3)


def test_a_code_that_waits_is_suggested_for_with_score_and_reason(mappings: Mappings) -> None:
    waiting, total = mappings.queue(mappings.end(MAP))
    found = {one.code: one for one in waiting}
    assert (total, list(found)) == (4, ["A", "B", "C", "D"])
    best = {code: one.suggestions[0] if one.suggestions else None for code, one in found.items()}
    assert best["A"] and (best["A"].code, best["A"].score) == ("018", 1.0)
    assert found["B"].state == "retired" and found["B"].leads_to == ("019",)
    assert best["B"] and best["B"].code == "020" and "takes the place of 019" in best["B"].reason.en
    assert best["C"] and best["C"].code == "020" and best["C"].score > 0.5
    assert best["D"] is None
    assert mappings.queue(mappings.end(MAP), limit=1, offset=2)[0][0].code == "C"


def test_the_score_says_how_alike_two_names_are() -> None:
    def concept(code: str, fa: str, en: str) -> Concept:
        return Concept(code, Text(fa, en))

    one = concept("1", "سرطان ریه", "Lung cancer")
    assert suggestion(one, concept("a", "سرطان ريه", "")).score == 1.0
    assert suggestion(one, concept("b", "", "cancer lung")).score == 0.95
    assert 0.4 < suggestion(one, concept("c", "سرطان پستان", "")).score < 0.5
    assert suggestion(one, concept("d", "شکستگی", "Fracture")).score == 0.3
    assert suggestion(one, concept("e", "سرطان پستان", ""), frozenset({"سرطان"})).score == 0.1


def test_what_was_decided_is_proposed_approved_and_then_counted(
    mappings: Mappings, nation: Path, tmp_path: Path, place: str
) -> None:
    """The queue as a table, filled in, goes the way of every proposal."""
    table = mapping_decisions.table(mappings.queue(mappings.end(MAP))[0])
    lines = table.splitlines()
    assert lines[1].split(",")[6:8] == ["", "018"]
    filled = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[6] = {"A": "accept", "B": "accept", "C": "reject", "D": "none"}[cells[2]]
        filled.append(",".join(cells))
    decisions = mapping_decisions.read_table("\n".join(filled).encode("utf-8-sig"), "queue.csv")
    changes = mapping_decisions.change_set(nation, mappings, decisions)

    with ProposalStore.open(place) as store:
        committee = Committee(store, read_governance(nation), nation)
        made = committee.propose("elham", NOW, "code-list", Text("نگاشت", "Map"), changes)
        assert committee.check(made.number, NOW).proposal.state is State.REVIEW
        committee.act(made.number, "babak", NOW, "review")
        for who in ("anna", "cyrus", "dara"):
            committee.act(made.number, who, NOW, "approve", made.digest)
        committee.release(made.number, "babak", NOW, tmp_path / "next.release", "2")
    assert (nation / FILE).read_text("utf-8").splitlines()[1:] == [
        "B,020,equivalent,",
        "A,018,equivalent,",
        "C,020,not-related-to,",
        "D,,not-related-to,",
    ]
    with TermServer.open(tmp_path / "next.release") as server:
        after = Mappings(server)
        done = after.covered(after.end(MAP))
        assert (done.mapped, done.none, done.unmapped) == (2, 1, 1)
        (left,) = after.queue(after.end(MAP))[0]
        assert left.code == "C" and "020" not in [one.code for one in left.suggestions]


def test_a_decision_more_goes_upon_what_is_proposed_already(mappings: Mappings, nation: Path) -> None:
    first = mapping_decisions.change_set(nation, mappings, [Decision(MAP, "", "A", "accept", "018")])
    both = mapping_decisions.change_set(nation, mappings, [Decision(MAP, "", "D", "none")], first)
    (change,) = both.changes
    assert change.after and change.after.decode().splitlines()[1:] == [
        "B,019,equivalent,",
        "A,018,equivalent,",
        "D,,not-related-to,",
    ]
    with pytest.raises(UsageError, match="nothing to propose"):
        mapping_decisions.change_set(nation, mappings, [Decision(MAP, "", "D", "none")], both)


def test_the_other_list_can_be_worked_on_too(mappings: Mappings, nation: Path) -> None:
    changes = mapping_decisions.change_set(nation, mappings, [Decision(MAP, "ward", "018", "accept", "A")])
    assert b"A,018,equivalent" in (changes.changes[0].after or b"")
    with pytest.raises(UsageError, match="of its source alone"):
        mapping_decisions.change_set(nation, mappings, [Decision(MAP, "ward", "018", "none")])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("map,code,decision,target\nm,A,acept,1\n", "queue.csv:2: 'acept'"),
        ("map,code,decision,target\nm,A,,1\nm,B,accept,\n", "queue.csv:3: accept needs"),
        ("map,code,decision,target,relationship\nm,A,accept,1,same\n", "'same' is no relationship"),
        ("map,code,decision,target\nm,A,,1\n", "decides nothing"),
        ("code;decision\n", "has no column"),
        ("\ufeff", "has no column"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(table: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        mapping_decisions.read_table(table.encode(), "queue.csv")


def test_the_command_line_shows_the_queue_and_proposes(
    nation: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from termserver.cli.main import run

    file = tmp_path / "standards.release"
    build_release(read(nation), file, "standards", "1")
    edition = ["--edition", str(file)]
    where = ["--root", str(nation), "--database", str(tmp_path / "c.db"), "--as", "elham", *edition]

    def said(*words: str) -> Any:
        capfdbinary.readouterr()
        assert run(["mapping", *words, "--json"]) == 0
        return json.loads(capfdbinary.readouterr().out)

    assert said("queue", MAP, *edition)["total"] == 4
    assert {one["list"] for one in said("coverage", *edition)["coverage"]} == {"ward", "insurer-ward"}
    made = said("accept", MAP, "A", "018", *where)
    more = said("reject", MAP, "B", "018", "--proposal", str(made["number"]), *where)
    assert (more["number"], more["digest"] != made["digest"]) == (made["number"], True)
    said("none", MAP, "D", "--proposal", str(made["number"]), *where)
    assert run(["mapping", "queue", "nobodys-map", *edition]) == 2
    assert run(["mapping", "coverage", "--csv", *edition]) == 0
    assert capfdbinary.readouterr().out.decode().startswith("map,list,against,total")
