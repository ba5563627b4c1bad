"""The committee at work on its folders: nobody's edit is lost, an impact is seen before, a death is gone on from."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore, StoreError
from termserver.model.errors import ContentError, UsageError
from termserver.model.text import Text
from termserver.publication import changesets, impact
from termserver.publication.changesets import ChangeSet, FileChange
from termserver.publication.committee import Committee
from termserver.publication.workflow import NotAllowed, Proposal, State

NOW = "2026-11-22T08:00:00Z"
WARDS = "codesystems/ward/concepts.csv"


@pytest.fixture
def committee(store: ProposalStore, root: Path, tmp_path: Path) -> Iterator[Committee]:
    nation = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", nation)
    yield Committee(store, read_governance(nation), nation)


def edited(committee: Committee, *rows: str) -> ChangeSet:
    """A working copy with rows more."""
    work = committee.root.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    changesets.copy_content(committee.root, work)
    with (work / WARDS).open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{row}\n" for row in rows)
    return changesets.between(committee.root, work)


def approved(committee: Committee, changes: ChangeSet) -> Proposal:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), changes)
    assert committee.check(made.number, NOW).proposal.state is State.REVIEW
    committee.act(made.number, "babak", NOW, "review")
    for who in ("anna", "cyrus", "dara"):
        made = committee.act(made.number, who, NOW, "approve", made.digest[:8])
    return made


def test_of_two_proposals_on_one_file_the_second_is_not_put_over_the_first(committee: Committee) -> None:
    first = approved(committee, edited(committee, "022,سوختگی,Burns,001,,,,,"))
    second = approved(committee, edited(committee, "023,چشم,Eye,001,,,,,"))
    out = committee.root.parent / "a.release"
    committee.release(first.number, "babak", NOW, out, "2")
    with pytest.raises(UsageError, match="changed by somebody else"):
        committee.release(second.number, "babak", NOW, out, "3")
    assert "022" in (committee.root / WARDS).read_text("utf-8")
    assert committee.proposal(second.number).state is State.APPROVED


def test_two_who_revise_at_once_do_not_lose_each_others_work(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "022,سوختگی,Burns,001,,,,,"))
    other = edited(committee, "022,سوختگی,Burn unit,001,,,,,")
    committee.revise(made.number, "elham", NOW, other, made.digest)
    with pytest.raises(NotAllowed, match="was revised meanwhile"):
        committee.revise(made.number, "elham", NOW, edited(committee, "022,سوختگی,B,001,,,,,"), made.digest)
    assert committee.change_set(made.number) == other


def test_a_release_that_died_after_the_folders_were_changed_is_gone_on_from(committee: Committee) -> None:
    made = approved(committee, edited(committee, "022,سوختگی,Burns,001,,,,,"))
    changesets.apply(committee.change_set(made.number), committee.root)  # and here it died
    manifest = committee.release(made.number, "babak", NOW, committee.root.parent / "a.release", "2")
    assert committee.proposal(made.number).release.endswith(manifest.digest)


def test_a_release_that_may_not_be_touches_nothing(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "022,سوختگی,Burns,001,,,,,"))
    with pytest.raises(NotAllowed):
        committee.release(made.number, "babak", NOW, committee.root.parent / "a.release")
    assert "022" not in (committee.root / WARDS).read_text("utf-8")
    assert not (committee.root.parent / "a.release").exists()


def test_content_that_does_not_hold_together_is_stopped_with_its_line(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "99,سوختگی,Burns,777,,,,,"))
    checked = committee.check(made.number, NOW)
    assert checked.proposal.open_gates == ("content.check",)
    assert any(one.item.startswith(f"{WARDS}:6") for one in checked.stopped)
    with pytest.raises(UsageError, match="cannot be built"):
        committee.impact(made.number)


def test_whoever_must_vote_sees_what_waits(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "022,سوختگی,Burns,001,,,,,"))
    committee.check(made.number, NOW)
    assert [one.number for one in committee.waiting_for("anna", NOW)] == [made.number]
    assert committee.waiting_for("elham", NOW) == []
    assert committee.waiting_for("farid", NOW) == []


def test_an_approval_names_the_digest_that_was_read(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "022,سوختگی,Burns,001,,,,,"))
    committee.check(made.number, NOW)
    committee.act(made.number, "babak", NOW, "review")
    for digest in ("", made.digest[:7], "0" * 64):
        with pytest.raises(NotAllowed, match="was edited"):
            committee.act(made.number, "anna", NOW, "approve", digest)


def test_a_decision_covers_its_own_files_only(committee: Committee) -> None:
    changes = ChangeSet((FileChange("governance/governance.yaml", "", b"x"),))
    with pytest.raises(UsageError, match="not covered"):
        committee.propose("elham", NOW, "code-list", Text("x", "x"), changes)
    data = ChangeSet((FileChange("codesystems/../../etc/passwd", "", b"x"),)).as_bytes()
    with pytest.raises(UsageError, match="no file of the content folders"):
        ChangeSet.from_bytes(data)


def test_a_database_that_is_out_loses_no_vote_and_says_so(committee: Committee) -> None:
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), edited(committee, "022,سوختگی,Burns,001,,,,,"))
    committee.check(made.number, NOW)
    committee.act(made.number, "babak", NOW, "review")
    real = committee.store.engine

    class Out:
        """A database whose connection breaks at the last moment."""

        url, dialect = real.url, real.dialect

        def execution_options(self, **said: object) -> "Out":
            return self

        def begin(self) -> object:
            from sqlalchemy.exc import OperationalError

            raise OperationalError("INSERT", {}, Exception("the server closed the connection"))

    committee.store.engine = Out()  # type: ignore[assignment]
    with pytest.raises(StoreError, match="Nothing was changed"):
        committee.act(made.number, "anna", NOW, "approve", made.digest)
    committee.store.engine = real
    assert committee.proposal(made.number).approvals == ()
    assert committee.act(made.number, "anna", NOW, "approve", made.digest).approvals == ("anna",)


def test_a_quorum_that_nobody_reaches_is_refused_when_it_is_read(committee: Committee) -> None:
    path = committee.root / "governance" / "governance.yaml"
    path.write_text(path.read_text("utf-8").replace("quorum: 3", "quorum: 5"), "utf-8")
    with pytest.raises(ContentError, match=r"governance\.quorum"):
        read_governance(committee.root)


def test_the_projects_own_governance_can_be_read(root: Path) -> None:
    governance = read_governance(root)
    body = governance.body("ehealth-group")
    assert body is not None
    assert len(body.voters("2026-11-22")) == 12
    assert all(governance.body(kind.body) for kind in governance.kinds)


def test_the_command_line_proposes_votes_and_shows_the_journal(
    committee: Committee, place: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from termserver.cli.main import run

    edited(committee, "022,سوختگی,Burns,001,,,,,")
    where = ["--root", str(committee.root), "--database", place]
    work = str(committee.root.parent / "work")
    assert (
        run(["committee", "propose", work, "--kind", "code-list", "--title-en", "Burns", "--as", "elham", *where]) == 0
    )
    assert run(["committee", "check", "1", *where]) == 0
    assert run(["committee", "impact", "1", *where]) == 0
    digest = committee.proposal(1).digest
    capfdbinary.readouterr()
    assert run(["committee", "act", "1", "approve", "--digest", digest, "--as", "elham", "--lang", "fa", *where]) == 2
    assert "کس دیگری باید" in capfdbinary.readouterr().err.decode()
    assert run(["committee", "act", "1", "review", "--as", "babak", *where]) == 0
    for who in ("anna", "cyrus", "dara"):
        assert run(["committee", "act", "1", "approve", "--digest", digest[:12], "--as", who, *where]) == 0
    out = str(tmp_path / "out.release")
    assert run(["committee", "release", "1", "-o", out, "--version", "1405.2", "--as", "babak", *where]) == 0
    capfdbinary.readouterr()
    assert run(["committee", "journal", *where]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [line.split()[4] for line in lines] == ["propose", "check", "review", *["approve"] * 3, "release"]
    assert run(["committee", "list", "--json", *where]) == 0
    assert run(["committee", "show", "1", *where]) == 0
    assert run(["committee", "report", "--since", "2026-01-01", "--until", "2100-01-01", *where]) == 0


def test_whoever_names_a_code_that_goes_is_told_before_anybody_approves(committee: Committee) -> None:
    work = committee.root.parent / "work"
    changesets.copy_content(committee.root, work)
    was, now = "019,قلب و عروق,Cardiology,001,,,,,", "019,قلب و عروق,Cardiology,001,retired,,2026-12-31,,"
    text = (work / WARDS).read_text("utf-8").replace(was, now)
    (work / WARDS).write_text(text, "utf-8", newline="\n")
    changes = changesets.between(committee.root, work)
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), changes)
    found = committee.impact(made.number)
    assert [(one.code, one.kind, one.where) for one in found.references] == [("ward 019", "value-set", "cardiac-wards")]


def test_a_document_that_turns_is_told_with_the_rule_that_turns_it() -> None:
    from termserver.model.findings import Severity, Verdict

    def server(verdict: Verdict, *rules: str) -> Any:
        findings = tuple(SimpleNamespace(rule=rule, severity=Severity.ERROR) for rule in rules)
        return SimpleNamespace(check_document=lambda data, name: SimpleNamespace(verdict=verdict, findings=findings))

    now, candidate = server(Verdict.ACCEPTED, "old"), server(Verdict.REJECTED, "old", "new")
    documents = [("a.xml", b""), ("b.xml", b"")]
    found = impact.run(now, candidate, documents)
    assert [(one.name, one.before, one.after, one.because) for one in found.turned] == [
        (name, "accepted", "rejected", ("new",)) for name in ("a.xml", "b.xml")
    ]
    assert impact.run(now, now, documents) == impact.Impact(2, ())
    back = impact.run(candidate, now, documents)
    assert back.turned[0].because == ("new",)
