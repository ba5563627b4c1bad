"""A vote is signed by the member's own key: nobody else casts it, and the journal proves it afterwards."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import Line, ProposalStore, Standing
from termserver.model.errors import ContentError
from termserver.model.text import Text
from termserver.publication import changesets, votes
from termserver.publication.committee import Committee
from termserver.publication.workflow import NotAllowed, Proposal, State
from termserver.releases import signatures
from termserver.releases.signatures import SigningKey

NOW = "2026-11-22T08:00:00Z"
WARDS = "codesystems/ward/concepts.csv"
VOTERS = ("anna", "cyrus", "dara")


def line_of(key: SigningKey) -> str:
    """The line in the middle of a public key's file."""
    return key.public.as_pem().decode().split("-----\n")[1].split("\n")[0]


@pytest.fixture(scope="module")
def keys() -> dict[str, SigningKey]:
    return {name: signatures.make(name) for name in VOTERS}


@pytest.fixture
def committee(store: ProposalStore, root: Path, tmp_path: Path, keys: dict[str, SigningKey]) -> Iterator[Committee]:
    """The example's committee, whose voters have keys and must sign."""
    nation = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", nation)
    path = nation / "governance" / "governance.yaml"
    text = path.read_text("utf-8")
    for name, key in keys.items():
        assert f"holder: {name}" in text
        text = text.replace(f"holder: {name}", f"holder: {name}, key: {line_of(key)}", 1)
    path.write_text(text.replace("quorum: 3", "quorum: 3\n    signed: true", 1), "utf-8")
    yield Committee(store, read_governance(nation), nation)


@pytest.fixture
def proposed(committee: Committee) -> Proposal:
    work = committee.root.parent / "work"
    changesets.copy_content(committee.root, work)
    with (work / WARDS).open("a", encoding="utf-8") as file:
        file.write("022,سوختگی,Burns,001,,,,,\n")
    changes = changesets.between(committee.root, work)
    made = committee.propose("elham", NOW, "code-list", Text("x", "x"), changes)
    committee.check(made.number, NOW)
    return committee.act(made.number, "babak", NOW, "review")


def vote(committee: Committee, made: Proposal, who: str, key: SigningKey, **other: Any) -> Proposal:
    said = {"proposal": made.number, "action": "approve", "who": who, "digest": made.digest} | other
    return committee.act(made.number, who, NOW, "approve", made.digest, signature=votes.sign(key, **said))


def verified(committee: Committee) -> votes.Verified:
    return votes.verify(committee.governance, committee.store.lines(), committee.store.broken_line())


def test_signed_votes_approve_and_the_journal_proves_them(
    committee: Committee, proposed: Proposal, keys: dict[str, SigningKey]
) -> None:
    for who in VOTERS:
        proposed = vote(committee, proposed, who, keys[who])
    assert proposed.state is State.APPROVED
    found = verified(committee)
    assert (found.holds, found.signed, found.unsigned) == (True, 3, 0)


def test_nobody_votes_without_their_own_signature_under_that_vote(
    committee: Committee, proposed: Proposal, keys: dict[str, SigningKey]
) -> None:
    with pytest.raises(NotAllowed, match="with a signature"):
        committee.act(proposed.number, "anna", NOW, "approve", proposed.digest)
    wrong: list[tuple[SigningKey, dict[str, Any]]] = [
        (keys["cyrus"], {}),
        (signatures.make("anna"), {}),
        (keys["anna"], {"proposal": 9}),
        (keys["anna"], {"action": "ratify"}),
        (keys["anna"], {"digest": "0" * 64}),
    ]
    for key, other in wrong:
        with pytest.raises(NotAllowed, match="not by the key"):
            vote(committee, proposed, "anna", key, **other)
    with pytest.raises(NotAllowed, match="not by the key"):
        committee.act(proposed.number, "anna", NOW, "approve", proposed.digest, signature={"value": "x"})
    assert committee.proposal(proposed.number).approvals == ()
    assert vote(committee, proposed, "anna", keys["anna"]).approvals == ("anna",)


def test_a_vote_that_somebody_wrote_into_the_database_is_found(
    committee: Committee, proposed: Proposal, keys: dict[str, SigningKey]
) -> None:
    """Past every rule of the workflow, its chain whole; only a key that they have not could make it stand."""
    vote(committee, proposed, "anna", keys["anna"])
    forged = [
        ("cyrus", {}),
        ("dara", {"signature": votes.sign(signatures.make("x"), 1, "approve", "dara", proposed.digest)}),
    ]
    for who, said in forged:

        def written(number: int, lines: list[Line], who: str = who, said: Any = said) -> tuple[Line, Standing, bytes]:
            line = Line(0, number, NOW, who, "approve", proposed.digest, said)
            return line, Standing("elham", "code-list", 3, proposed.digest, "approved"), b""

        committee.store.record(proposed.number, written)
    found = verified(committee)
    assert found.broken_at == 0 and not found.holds
    assert [(one.who, one.says.en) for one in found.wrong] == [
        ("cyrus", "it is not signed"),
        ("dara", "it is not by their key, or not under this vote"),
    ]


def test_a_key_that_is_none_is_told_where_it_stands(committee: Committee) -> None:
    path = committee.root / "governance" / "governance.yaml"
    text = path.read_text("utf-8")
    at = text.index("key: ") + 5
    path.write_text(f"{text[:at]}AAAA{text[at + 4 :]}", "utf-8")
    with pytest.raises(ContentError, match=r"governance\.key"):
        read_governance(committee.root)


def test_the_command_line_signs_here_or_elsewhere_and_verifies(
    committee: Committee,
    proposed: Proposal,
    keys: dict[str, SigningKey],
    place: str,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    from termserver.cli.main import run

    where = ["--root", str(committee.root), "--database", place]
    files = {name: str(signatures.keep(key, tmp_path / "keys")[0]) for name, key in keys.items()}
    approve = ["committee", "act", "1", "approve", "--digest", proposed.digest, *where]
    assert run([*approve, "--as", "anna"]) == 2
    assert run([*approve, "--as", "anna", "--key", files["cyrus"]]) == 2
    assert run([*approve, "--as", "anna", "--key", files["anna"]]) == 0
    out = str(tmp_path / "vote.json")
    sign = ["committee", "sign", "1", "approve", "--as", "cyrus", "--key", files["cyrus"], "-o", out]
    assert run([*sign, "--digest", proposed.digest[:12]]) == 2
    assert run([*sign, "--digest", proposed.digest]) == 0
    assert run([*approve, "--as", "cyrus", "--signature", out]) == 0
    capfdbinary.readouterr()
    assert run(["committee", "verify-journal", "--json", *where]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["signed"], told["unsigned"], told["wrong"], told["broken_at"]) == (2, 0, [], None)
    assert run(["committee", "verify-journal", "--lang", "fa", *where]) == 0
