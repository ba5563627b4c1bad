"""What happens when: the calendar of the committee, as days, as JSON, as a file for other calendars."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.content.folders import read
from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.model.documents import Rule, RuleSet, Stage
from termserver.model.errors import UsageError
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.publication import agenda
from termserver.publication.agenda import What
from termserver.publication.committee import Committee
from termserver.publication.editing import CodeList
from termserver.publication.workflow import NotAllowed, Stale

NOW = "2026-11-22T08:00:00Z"
BURNS = ("022", "سوختگی", "Burns", "001", "", "", "", "", "")


@pytest.fixture
def committee(root: Path, tmp_path: Path) -> Iterator[Committee]:
    nation = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", nation)
    with ProposalStore.open(tmp_path / "committee.db") as store:
        yield Committee(store, read_governance(nation), nation)


def approved(committee: Committee, emergency: bool = False) -> int:
    changes = CodeList(committee.root, "ward").with_rows({}, [BURNS])
    made = committee.propose("elham", NOW, "code-list", Text("سوختگی", "Burns"), changes, emergency)
    committee.check(made.number, NOW)
    committee.act(made.number, "babak", NOW, "review")
    for who in ("anna", "cyrus") if emergency else ("anna", "cyrus", "dara"):
        committee.act(made.number, who, NOW, "approve", made.digest)
    return made.number


def items(committee: Committee) -> list[agenda.Item]:
    return agenda.items(committee.governance, committee.proposals(), read(committee.root))


def test_what_was_approved_is_scheduled_by_the_secretary_alone(committee: Committee) -> None:
    number = approved(committee)
    assert items(committee) == []
    day = agenda.instant_of("۱۴۰۵/۱۰/۰۱")
    assert day == "2026-12-21T20:30:00Z"  # midnight in Tehran
    with pytest.raises(NotAllowed, match="Only secretary"):
        committee.act(number, "anna", NOW, "schedule", activate_at=day)
    with pytest.raises(NotAllowed, match="no instant"):
        committee.act(number, "babak", NOW, "schedule", activate_at="2026-12-22")
    committee.act(number, "babak", NOW, "schedule", activate_at=day)
    (one,) = items(committee)
    assert (one.day, one.what, one.proposal) == ("2026-12-22", What.ACTIVATES, number)
    assert one.as_json()["jalali"] == "1405/10/01"
    manifest = committee.release(number, "babak", NOW, committee.root.parent / "a.release", "2")
    assert manifest.version == "2"
    assert "comes into force" in items(committee)[0].says.en
    with pytest.raises(NotAllowed, match="in force from"):
        committee.act(number, "babak", NOW, "activate")
    committee.act(number, "babak", day, "activate")


def test_an_emergency_is_to_be_ratified_by_a_day(committee: Committee) -> None:
    number = approved(committee, emergency=True)
    committee.release(number, "babak", NOW, committee.root.parent / "a.release", "2")
    assert [(one.day, one.what) for one in items(committee)] == [
        ("2026-11-22", What.ACTIVATES),
        ("2026-12-22", What.RATIFY),
    ]


def test_the_stages_of_a_transition_plan_are_in_it(committee: Committee) -> None:
    stages = (
        Stage("2027-01-01", Severity.INFORMATION), Stage("2027-03-21", Severity.WARNING),
        Stage("2027-09-23", Severity.ERROR),
    )  # fmt: skip
    rule = Rule("bill-01", Severity.INFORMATION, "true", Text("", ""), stages=stages)
    rules = RuleSet("bill", "2.0", "2.0", Text("صورت‌حساب", "Bill"), (), (rule,))
    content = dataclasses.replace(read(committee.root), rule_sets=(rules,))
    found = agenda.items(committee.governance, [], content, since="2027-01-01")
    assert [(one.day, one.what) for one in found] == [
        ("2027-01-01", What.PERMITTED), ("2027-03-21", What.WARNED), ("2027-09-23", What.REJECTED),
    ]  # fmt: skip
    assert "bill-01 is rejected" in found[2].says.en
    assert agenda.items(committee.governance, [], content, until="2027-03-21") == found[:2]


def test_other_calendars_read_it(committee: Committee) -> None:
    number = approved(committee)
    committee.act(number, "babak", NOW, "schedule", activate_at="2026-12-22T00:00:00Z")
    found = items(committee)
    long = replace(found[0], says=Text("بخش، بسیار " * 20, "a, b; c"))
    data = agenda.calendar_file([long], "fa", NOW)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert "DTSTART;VALUE=DATE:20261222" in unfolded and "بخش، بسیار بخش، بسیار" in unfolded
    assert "SUMMARY:a\\, b\\; c" in agenda.calendar_file([long], "en", NOW).decode()


def test_a_move_on_an_older_version_is_refused(committee: Committee) -> None:
    number = approved(committee)
    lines = len(committee.store.lines(number))
    committee.act(number, "farid", NOW, "comment", version=lines, reason="?")
    with pytest.raises(Stale, match="farid did 'comment'"):
        committee.act(number, "babak", NOW, "schedule", version=lines, activate_at="2026-12-22T00:00:00Z")


@pytest.mark.parametrize("said", ["tomorrow", "1405-13-01", "2026-12-22T00:00:00"])
def test_what_is_no_moment_is_refused(said: str) -> None:
    with pytest.raises(UsageError):
        agenda.instant_of(said)
