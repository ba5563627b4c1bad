"""The desk's pages by themselves: nothing is changed by looking, by a strange form, or by an older page."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from desks import desk_client

from termserver.access.facts import Caller, facts_of
from termserver.api.answers import Problem
from termserver.api.committee_desk import RECOGNISED, CommitteeDesk
from termserver.content.codesystem_files import CONCEPTS
from termserver.database.proposal_store import ProposalStore
from termserver.formats import xlsx
from termserver.publication import votes
from termserver.releases import signatures
from termserver.service import TermServer
from termserver.web.desk_session import COOKIE, Session, Sessions

SEATS = ("elham", "anna", "babak", "cyrus", "dara", "farid")
PAGES = ("", "/proposals", "/lists", "/lists/ward", "/calendar", "/bodies", "/report", "/journal")


@pytest.fixture
def desk(root: Path, tmp_path: Path) -> Iterator[CommitteeDesk]:
    nation = tmp_path / "nation"
    shutil.copytree(root / "examples" / "committee" / "nation", nation)
    with ProposalStore.open(tmp_path / "committee.db") as store:
        yield CommitteeDesk(store, nation, SEATS, tmp_path / "releases")


class Browser:
    """What a browser does: it keeps the cookie and posts the fields of a page's form."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text[-2000:]
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        return str(answer.text)

    def act_as(self, seat: str) -> None:
        self.post("/desk", "/desk/as", seat=seat)

    def post(self, page: str, to: str, status: int = 200, **said: str) -> str:
        html = self.get(page)
        token = re.search(r'name="token" value="([0-9a-f]+)"', html)
        assert token
        answer = self.client.post(to, data={"token": token[1], **said})
        assert answer.status_code == status, answer.text[-2000:]
        return str(answer.text)

    def propose(self, **said: str) -> str:
        """A new ward by the editor's own form; the page that follows."""
        page = self.get("/desk/lists/ward")
        based_on = re.search(r'name="based_on" value="(\w+)"', page)
        assert based_on
        row = {"was.n1": "", "code.n1": "022", "display_fa.n1": "سوختگی", "display_en.n1": "Burns", "parent.n1": "001"}
        typed = {**row, "based_on": based_on[1], "then": "send", **said}
        return self.post("/desk/lists/ward", "/desk/lists/ward", **typed)


@pytest.fixture
def browser(desk: CommitteeDesk, server: TermServer) -> Iterator[Browser]:
    with desk_client(server, desk) as client:
        yield Browser(client)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_page_is_there_in_both_languages_and_changes_nothing(
    browser: Browser, desk: CommitteeDesk, language: str
) -> None:
    browser.propose()
    before = len(desk.store.lines())
    for path in (*PAGES, "/proposals/1", "/proposals/1/impact", "/proposals/1/history", "/lists/ward?proposal=1"):
        html = browser.get(f"/desk{path}{'&' if '?' in path else '?'}lang={language}")
        assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in html
        assert "<style" not in html and " onclick" not in html and " style=" not in html
    assert len(desk.store.lines()) == before
    for path in ("/desk/as", "/desk/proposals/1/approve", "/desk/lists/ward/check"):
        assert browser.client.get(path).status_code in (404, 405)
    assert len(desk.store.lines()) == before


def test_a_form_is_of_one_session_and_one_name(browser: Browser, desk: CommitteeDesk) -> None:
    browser.propose()
    before = len(desk.store.lines())
    move, said = "/desk/proposals/1/withdraw", {"reason": "x"}
    assert browser.client.post(move, data=said).status_code == 403
    assert browser.client.post(move, data={**said, "token": "0" * 64}).status_code == 403
    page = browser.get("/desk/proposals/1")
    token = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert token
    strange = browser.client.post(move, data={**said, "token": token[1]}, headers={"sec-fetch-site": "cross-site"})
    assert strange.status_code == 403
    browser.act_as("anna")  # whose forms are others
    assert browser.client.post(move, data={**said, "token": token[1]}).status_code == 403
    assert len(desk.store.lines()) == before


def test_a_session_that_was_not_signed_by_us_is_none() -> None:
    from starlette.requests import Request

    def asked(cookie: str) -> Session:
        headers = [(b"cookie", f"{COOKIE}={cookie}".encode())]
        return Sessions().of(Request({"type": "http", "headers": headers, "method": "GET", "path": "/"}))

    for cookie in ("", "a.b.c", "a", "..", "x.YW5uYQ==." + "0" * 64):
        assert asked(cookie).new and not asked(cookie).seat


def test_an_approval_needs_the_digest_that_stands_on_the_page(browser: Browser, desk: CommitteeDesk) -> None:
    browser.propose()
    digest = desk.committee.proposal(1).digest
    browser.act_as("babak")
    browser.post("/desk/proposals/1", "/desk/proposals/1/review", seen=digest)
    browser.act_as("anna")
    approve = "/desk/proposals/1/approve"
    html = browser.post("/desk/proposals/1?lang=en", f"{approve}?lang=en", 409, seen=digest, digest="12345678")
    assert f"This proposal is {digest[:8]}" in html
    assert not desk.committee.proposal(1).approvals
    browser.post("/desk/proposals/1", approve, seen=digest, digest=digest[:8].upper())
    assert desk.committee.proposal(1).approvals == ("anna",)


def test_whoever_approves_an_older_page_is_told_what_was_edited(browser: Browser, desk: CommitteeDesk) -> None:
    browser.propose()
    seen = desk.committee.proposal(1).digest
    edit = {"proposal": "1", "based_on": seen, "was.1": "022", "display_en.1": "Burn unit", "then": "send"}
    browser.post("/desk/lists/ward?proposal=1", "/desk/lists/ward", **edit)
    browser.act_as("anna")
    html = browser.post(
        "/desk/proposals/1?lang=en", "/desk/proposals/1/approve?lang=en", 412, seen=seen, digest=seen[:8]
    )
    assert "was edited" in html and "This has changed since you looked" in html
    assert "<del><bdi>Burns</bdi></del>" in html and "<ins><bdi>Burn unit</bdi></ins>" in html


def test_two_drafts_at_once_do_not_lose_a_row(browser: Browser, desk: CommitteeDesk) -> None:
    """Both opened the draft; one renamed 019, the other, from the older page, renames 021 and left 019 untouched."""
    browser.propose()
    old = desk.committee.proposal(1).digest
    page = browser.get("/desk/lists/ward?proposal=1")
    marks = dict(re.findall(r'name="was\.\d+" value="(\w+)"><input type="hidden" name="old\.\d+" value="(\w+)"', page))
    rows = {"was.1": "019", "old.1": marks["019"], "display_fa.1": "قلب و عروق", "display_en.1": "Cardiology",
            "was.2": "021", "old.2": marks["021"], "display_fa.2": "ریه", "display_en.2": "Chest",
            "parent.1": "001", "parent.2": "001"}  # fmt: skip
    place = "/desk/lists/ward?proposal=1"
    first = {**rows, "proposal": "1", "based_on": old, "display_en.1": "Heart", "then": "draft"}
    browser.post(place, "/desk/lists/ward", **first)
    second = {**rows, "proposal": "1", "based_on": old, "display_en.2": "Lungs", "then": "draft"}
    html = browser.post(place, "/desk/lists/ward", 412, **second)
    assert 'value="Lungs"' in html and 'value="Heart"' in html  # theirs is kept, mine is still typed
    again = desk.committee.proposal(1).digest
    browser.post(place, "/desk/lists/ward", **{**second, "based_on": again})
    text = desk.committee.change_set(1).changes[0].after
    assert text is not None and b"Heart" in text and b"Lungs" in text


def test_rows_that_cannot_be_taken_come_back_as_they_were_typed(browser: Browser, desk: CommitteeDesk) -> None:
    page = browser.get("/desk/lists/ward?lang=en")
    based_on = re.search(r'name="based_on" value="(\w+)"', page)
    assert based_on
    typed = {"was.n1": "", "code.n1": "022", "display_fa.n1": "سوختگي", "parent.n1": "777", "based_on": based_on[1]}
    html = browser.post("/desk/lists/ward", "/desk/lists/ward?lang=en", 400, **typed)
    assert 'value="777"' in html and "There is no other code" in html and "label.not-persian" in html
    assert not desk.store.lines()
    stale = {**typed, "display_fa.n1": "سوختگی", "parent.n1": "001", "based_on": "0" * 64}
    html = browser.post("/desk/lists/ward", "/desk/lists/ward?lang=en", 412, **stale)
    assert "changed by somebody else" in html and not desk.store.lines()


def test_a_row_is_judged_while_it_is_typed(browser: Browser) -> None:
    page = browser.get("/desk/lists/ward")
    token = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert token
    row = {"token": token[1], "was.3": "021", "display_fa.3": "ریه", "status.3": "retired", "parent.3": "001"}
    told = browser.client.post("/desk/lists/ward/check", data=row).json()
    assert told["changed"] and [one["rule"] for one in told["remarks"]] == ["retired.successor"]


def test_a_list_goes_out_as_a_workbook_and_comes_back_as_a_proposal(
    browser: Browser, desk: CommitteeDesk, tmp_path: Path
) -> None:
    out = browser.client.get("/desk/lists/ward.xlsx")
    assert out.status_code == 200 and "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(out.content)).namelist()
    page = browser.get("/desk/lists/ward")
    hidden = dict(re.findall(r'name="(token|based_on)" value="(\w+)"', page))
    same = browser.client.post("/desk/lists/ward/upload", data=hidden, files={"file": ("ward.xlsx", out.content)})
    assert same.status_code == 400 and "چیزی عوض نشده است" in same.text
    rows = [("001", "بخش داخلی", "Internal medicine", "", "", "", "", "", ""),
            ("021", "ریه", "Chest", "001", "retired", "", "1405/10/10", "001", ""),
            ("022", "سوختگی", "Burns", "001", "", "", "", "", "")]  # fmt: skip
    xlsx.write(tmp_path / "edited.xlsx", [("ward", [CONCEPTS, *rows])])
    sent = (tmp_path / "edited.xlsx").read_bytes()
    done = browser.client.post("/desk/lists/ward/upload", data=hidden, files={"file": ("edited.xlsx", sent)})
    assert done.status_code == 200, done.text[-1500:]
    (file,) = desk.differences(1)
    assert {one.item for one in file.changes} == {"021", "022"}
    assert any(one.field == "period" and "2026-12-31" in one.after for one in file.changes)
    broken = browser.client.post("/desk/lists/ward/upload", data=hidden, files={"file": ("x.xlsx", b"PK\x03\x04x")})
    assert broken.status_code == 400 and "alert" in broken.text


def test_a_released_proposal_still_tells_what_it_changed(browser: Browser, desk: CommitteeDesk) -> None:
    browser.propose()
    digest = desk.committee.proposal(1).digest
    for who, move in (("babak", "review"), ("anna", "approve"), ("cyrus", "approve"), ("dara", "approve")):
        browser.act_as(who)
        browser.post("/desk/proposals/1", f"/desk/proposals/1/{move}", seen=digest, digest=digest[:8])
    browser.act_as("babak")
    browser.post("/desk/proposals/1", "/desk/proposals/1/schedule", seen=digest, activate_at="1405/10/01")
    browser.post("/desk/proposals/1", "/desk/proposals/1/release", seen=digest, version="1405.2")
    html = browser.get("/desk/proposals/1?lang=en")
    assert "It is no longer different from the folders" in html and "Burns" in html
    assert (desk.releases / "proposal-1.release").is_file()
    assert "1405/10/01" in browser.get("/desk/calendar?lang=en")


def test_a_name_that_is_markup_is_text(browser: Browser) -> None:
    html = browser.propose(title_fa="<script>alert(1)</script>", **{"display_en.n1": "<b>Burns</b>"})
    assert "<script>alert" not in html and "<b>Burns" not in html
    assert "&lt;script&gt;" in html and "&lt;b&gt;Burns" in html


def test_a_vote_that_must_be_signed_is_signed_with_the_members_own_key(browser: Browser, desk: CommitteeDesk) -> None:
    key = signatures.make("anna")
    file = desk.root / "governance" / "governance.yaml"
    public = key.public.as_pem().decode().split("-----\n")[1].split("\n")[0]
    text = file.read_text("utf-8").replace("holder: anna", f"holder: anna, key: {public}", 1)
    file.write_text(text.replace("    quorum: 3\n", "    quorum: 3\n    signed: true\n"), "utf-8", newline="\n")
    browser.propose()
    digest = desk.committee.proposal(1).digest
    browser.act_as("babak")
    browser.post("/desk/proposals/1", "/desk/proposals/1/review", seen=digest)
    browser.act_as("anna")
    page, approve = "/desk/proposals/1?lang=en", "/desk/proposals/1/approve?lang=en"
    assert f"committee sign 1 approve --as anna --key KEY -o vote.json --digest {digest}" in browser.get(page)
    said = {"seen": digest, "digest": digest[:8]}
    assert "approved with a signature" in browser.post(page, approve, 409, **said)
    assert "no signature" in browser.post(page, approve, 409, **said, signature="anna")
    other = orjson.dumps(votes.sign(signatures.make("anna"), 1, "approve", "anna", digest)).decode()
    assert "not by the key" in browser.post(page, approve, 409, **said, signature=other)
    own = orjson.dumps(votes.sign(key, 1, "approve", "anna", digest)).decode()
    browser.post(page, approve, **said, signature=own)
    assert desk.committee.proposal(1).approvals == ("anna",)
    assert "signed</span>" in browser.get("/desk/proposals/1/history?lang=en")


@pytest.mark.parametrize("by", ["key", "token", "certificate", "session", "local", "none"])
def test_who_is_known_acts_by_their_own_name_and_nobody_else(desk: CommitteeDesk, by: str) -> None:
    scope: dict[str, Any] = {"headers": [(b"host", b"desk.example.org")], "client": ("192.0.2.7", 4000)}
    facts_of(scope).caller = Caller("dara", ("approver",), by)
    if by in RECOGNISED:
        assert desk.who(scope, chosen="anna") == "dara" and not desk.is_acted(scope)
    else:
        with pytest.raises(Problem, match="who-is-it"):
            desk.who(scope, chosen="anna")
