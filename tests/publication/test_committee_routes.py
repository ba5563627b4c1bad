"""The committee over HTTP: the same rules, one shape of errors, and no editor writes over another."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import desk_client

from termserver.api.committee_desk import CommitteeDesk
from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.publication.changesets import between, copy_content
from termserver.publication.workflow import ACTIONS
from termserver.releases.digests import sha256
from termserver.service import TermServer

API = "/api/committee"
BURNS = {"code": "022", "display_fa": "سوختگی", "display_en": "Burns", "parent": "001"}
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
"""What does not write at the same time as others is tried on one database."""
SEATS = ("elham", "anna", "babak", "cyrus", "dara", "farid")


@pytest.fixture
def desk(store: ProposalStore, root: Path, tmp_path: Path) -> CommitteeDesk:
    nation = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", nation)
    return CommitteeDesk(store, nation, SEATS, tmp_path / "releases")


class Members:
    """A client for each member, each on a desk of their own over the same store."""

    def __init__(self, desk: CommitteeDesk, server: TermServer) -> None:
        self._desk, self._server = desk, server
        self._clients: dict[str, Any] = {}

    def __getitem__(self, who: str) -> Any:
        if who not in self._clients:
            own = CommitteeDesk(self._desk.store, self._desk.root, (who,), self._desk.releases)
            self._clients[who] = desk_client(self._server, own)
        return self._clients[who]


@pytest.fixture
def as_(desk: CommitteeDesk, server: TermServer) -> Members:
    return Members(desk, server)


def proposed(as_: Members, *rows: dict[str, str]) -> dict[str, Any]:
    said = {
        "kind": "code-list",
        "title": {"fa": "بخش سوختگی", "en": "Burns"},
        "list": {"id": "ward", "rows": list(rows) or [BURNS]},
    }
    answer = as_["elham"].post(f"{API}/proposals", json=said)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_change_goes_from_a_row_to_a_release(as_: Members, desk: CommitteeDesk) -> None:
    made = proposed(as_)
    place = f"{API}/proposals/{made['number']}"
    checked = as_["elham"].post(f"{place}/check", json={}).json()
    assert checked["state"] == "review" and checked["stopped"] == []
    assert as_["farid"].post(f"{place}/comment", json={"reason": "A ward?", "item": "ward 022"}).status_code == 200
    assert as_["babak"].post(f"{place}/review", json={}).status_code == 200
    refused = as_["elham"].post(f"{place}/approve", json={"digest": made["digest"]})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "not-allowed"
    assert "someone else must approve" in refused.json()["error"]["message"]["en"]
    for who in ("anna", "cyrus", "dara"):
        last = as_[who].post(f"{place}/approve", json={"digest": made["digest"][:8]})
        assert last.status_code == 200, last.text
    assert last.json()["state"] == "approved"
    when = {"activate_at": "1405/10/01"}
    assert as_["babak"].post(f"{place}/schedule", json=when).status_code == 428
    told = as_["babak"].post(f"{place}/schedule", json=when, headers={"if-match": last.headers["etag"]})
    assert told.json()["activate_at"] == "2026-12-21T20:30:00Z"
    released = as_["babak"].post(f"{place}/release", json={"version": "1405.2"}).json()
    assert (desk.releases / released["file"]).is_file()
    assert released["released_as"].startswith("zarland 1405.2 ")
    days = as_["anna"].get(f"{API}/calendar").json()["items"]
    assert [(one["day"], one["jalali"], one["what"]) for one in days] == [("2026-12-22", "1405/10/01", "activates")]
    assert b"DTSTART;VALUE=DATE:20261222" in as_["anna"].get(f"{API}/calendar.ics").content
    journal = as_["anna"].get(f"{API}/journal?proposal={made['number']}").json()
    assert journal["broken_at"] is None
    assert [line["action"] for line in journal["lines"]] == [
        "propose", "check", "comment", "review", "approve", "approve", "approve", "schedule", "release",
    ]  # fmt: skip


@SQLITE
def test_one_proposal_tells_what_it_changes_and_what_was_said(as_: Members) -> None:
    made = proposed(as_)
    place = f"{API}/proposals/{made['number']}"
    as_["elham"].post(f"{place}/check", json={})
    as_["anna"].post(f"{place}/object", json={"reason": "Say burn unit"})
    said = as_["anna"].get(place)
    assert said.headers["etag"] == '"3"'
    (file,) = said.json()["files"]
    assert file["changes"][0]["item"] == "022"
    assert said.json()["comments"][0]["said"]["reason"] == "Say burn unit"
    assert as_["anna"].get(f"{place}/impact").json()["turned"] == []
    assert as_["anna"].get(f"{API}/proposals?waiting=me").json()["proposals"][0]["number"] == made["number"]
    assert as_["anna"].get(f"{API}/bodies").json()["decisions"][0]["quorum"] == 3


@SQLITE
def test_a_row_that_cannot_be_taken_says_why(as_: Members) -> None:
    rows = [{**BURNS, "parent": "777"}, {"code": "019", "display_fa": "قلب"}]
    said = {"kind": "code-list", "title": {"en": "x"}, "list": {"id": "ward", "rows": rows}}
    answer = as_["elham"].post(f"{API}/proposals", json=said)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "bad-rows"
    assert [(row["code"], row["remarks"][0]["rule"]) for row in error["rows"]] == [("022", "parent.unknown")]


@SQLITE
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 400),
        ({"kind": "code-list", "list": {"id": "nothing", "rows": []}}, 404),
        ({"kind": "nothing", "list": {"id": "ward", "rows": [BURNS]}}, 409),
        ({"kind": "code-list", "changes": [{"path": "../x", "after": ""}]}, 400),
        ({"kind": "code-list", "changes": [{"path": "governance/governance.yaml", "after": ""}]}, 400),
        ({"kind": "code-list", "changes": ["x"]}, 400),
        ({"kind": "code-list", "list": {"id": "ward", "rows": [{"colour": "red"}]}}, 400),
        ([], 400),
    ],
)
def test_what_is_no_change_is_refused_in_one_shape(as_: Members, said: Any, status: int) -> None:
    answer = as_["elham"].post(f"{API}/proposals", json=said)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"].keys() == {"fa", "en"}


@SQLITE
def test_a_form_of_another_site_cannot_write(as_: Members) -> None:
    client = as_["elham"]
    plain = client.post(f"{API}/proposals", content=b"{}", headers={"content-type": "text/plain"})
    assert plain.status_code == 415
    strange = client.post(f"{API}/proposals", json={}, headers={"sec-fetch-site": "cross-site"})
    assert strange.status_code == 403
    elsewhere = client.get(f"{API}/proposals", headers={"host": "desk.example.org"})
    assert elsewhere.status_code in (401, 403)


@SQLITE
def test_files_are_proposed_as_a_working_copy_has_them(as_: Members, desk: CommitteeDesk, tmp_path: Path) -> None:
    work = tmp_path / "work"
    copy_content(desk.root, work)
    path = "codesystems/ward/concepts.csv"
    text = (work / path).read_text("utf-8") + "022,سوختگی,Burns,001,,,,,\n"
    (work / path).write_text(text, "utf-8", newline="\n")
    before = sha256((desk.root / path).read_bytes())
    said = {"kind": "code-list", "title": {"en": "x"}, "changes": [{"path": path, "before": before, "after": text}]}
    made = as_["elham"].post(f"{API}/proposals", json=said).json()
    assert made["digest"] == between(desk.root, work).digest


def test_of_two_who_edit_at_once_one_is_told(as_: Members, desk: CommitteeDesk) -> None:
    """On both databases: each began at the same version, one is written, the other is told (412), nothing is lost."""
    made = proposed(as_)
    place = f"{API}/proposals/{made['number']}"
    tag = as_["elham"].get(place).headers["etag"]
    desks = [CommitteeDesk(desk.store, desk.root, ("elham",), desk.releases) for _ in range(2)]
    clients = [as_["elham"], desk_client(as_._server, desks[1])]
    names = ("Burn unit", "Burns ward")
    answers: list[Any] = [None, None]
    start = threading.Barrier(2)

    def edit(n: int) -> None:
        start.wait()
        said = {"list": {"id": "ward", "rows": [{**BURNS, "display_en": names[n]}]}}
        answers[n] = clients[n].post(f"{place}/changes", json=said, headers={"if-match": tag})

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers) == [200, 412]
    won = next(n for n, one in enumerate(answers) if one.status_code == 200)
    lost = answers[1 - won].json()["error"]
    assert lost["code"] == "stale" and "elham did 'revise'" in lost["message"]["en"]
    (file,) = as_["elham"].get(place).json()["files"]
    assert names[won] in file["changes"][0]["after"]
    # whoever read it again goes on from there
    said = {"list": {"id": "ward", "rows": [{"code": "022", "display_en": names[1 - won]}]}}
    again = clients[1 - won].post(
        f"{place}/changes", json=said, headers={"if-match": as_["elham"].get(place).headers["etag"]}
    )
    assert again.status_code == 200
    assert as_["elham"].post(f"{place}/changes", json=said).status_code == 428


def test_two_votes_at_once_both_count(as_: Members) -> None:
    made = proposed(as_)
    place = f"{API}/proposals/{made['number']}"
    as_["elham"].post(f"{place}/check", json={})
    as_["babak"].post(f"{place}/review", json={})
    voters = ("anna", "cyrus", "dara")
    clients = [as_[who] for who in voters]
    threads = [
        threading.Thread(target=client.post, args=(f"{place}/approve",), kwargs={"json": {"digest": made["digest"]}})
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(as_["anna"].get(place).json()["approvals"]) == sorted(voters)
    assert as_["anna"].get(place).json()["state"] == "approved"


def test_an_edit_after_an_approval_voids_it_and_says_so(as_: Members) -> None:
    made = proposed(as_)
    place = f"{API}/proposals/{made['number']}"
    as_["elham"].post(f"{place}/check", json={})
    as_["babak"].post(f"{place}/review", json={})
    voted = as_["anna"].post(f"{place}/approve", json={"digest": made["digest"]})
    said = {"list": {"id": "ward", "rows": [{"code": "022", "display_en": "Burn unit"}]}}
    edited = as_["elham"].post(f"{place}/changes", json=said, headers={"if-match": voted.headers["etag"]}).json()
    assert edited["approvals"] == [] and edited["state"] == "proposed"
    as_["elham"].post(f"{place}/check", json={})
    late = as_["cyrus"].post(f"{place}/approve", json={"digest": made["digest"]})
    assert late.status_code == 412 and late.json()["error"]["code"] == "stale"


@SQLITE
def test_nobody_known_is_let_in(desk: CommitteeDesk, server: TermServer) -> None:
    client = desk_client(server, CommitteeDesk(desk.store, desk.root))
    answer = client.get(f"{API}/proposals")
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "who-is-it"


@SQLITE
def test_every_move_has_its_words_and_there_is_no_other(as_: Members) -> None:
    made = proposed(as_)
    for move in ("revise", "delete", "propose"):
        assert as_["elham"].post(f"{API}/proposals/{made['number']}/{move}", json={}).status_code == 404
    from termserver.web.desk_words import ACTIONS as words

    assert set(words) == set(ACTIONS)


@SQLITE
def test_the_report_is_of_the_journal(as_: Members, desk: CommitteeDesk) -> None:
    made = proposed(as_)
    as_["elham"].post(f"{API}/proposals/{made['number']}/check", json={})
    as_["babak"].post(f"{API}/proposals/{made['number']}/review", json={})
    told = as_["anna"].get(f"{API}/report?since=2020-01-01&until=2100-01-01").json()
    spoke = {one["who"]: (one["asked"], one["spoke"]) for one in told["participation"]}
    assert spoke == {"anna": (1, 0), "babak": (1, 1), "cyrus": (1, 0), "dara": (1, 0), "elham": (0, 0)}
    assert told["decisions"][0]["state"] == "review"
    assert read_governance(desk.root).kinds[0].quorum == told["decisions"][0]["quorum"]


@pytest.fixture(autouse=True)
def closed(as_: Members) -> Iterator[None]:
    yield
    for client in as_._clients.values():
        client.close()
