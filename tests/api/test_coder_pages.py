"""The coder's pages: right-to-left, safe, whole without a script."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termserver.service import TermServer

PAGES = ("/", "/?q=تامین", "/concept/insurer/1", "/browse", "/browse/insurer", "/compare", "/compare?system=insurer",
         "/basket", "/basket?c=insurer|1", "/propose", "/help", "/widget", "/documents")  # fmt: skip
EVIL = "<script>alert(1)</script>\"'<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_page_names_its_release_in_both_languages(client: TestClient, page: str, language: str) -> None:
    answer = client.get(page + ("&" if "?" in page else "?") + f"lang={language}")
    assert answer.status_code == 200
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    edition = client.get("/ready").json()["edition"]
    assert edition["digest"][:12] in answer.text
    for pin in edition["releases"]:
        assert pin["digest"][:12] in answer.text
    assert "built-in method" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_asks_another_host_or_carries_a_script_or_a_style(client: TestClient, page: str) -> None:
    text = re.sub(r"<pre.*?</pre>", "", client.get(page).text, flags=re.DOTALL)
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', text):
        assert address.startswith(("/", "#", "?")), f"{page} leads to {address}"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "<style" not in text
    assert " style=" not in text
    assert not re.search(r"\son[a-z]+=", text)


@pytest.mark.parametrize(
    "path",
    [
        "/?q={}", "/?q=a&system={}", "/?q={}&syntax=advanced", "/?q={}&piece=answer", "/?lang={}", "/concept/{}/1",
        "/concept/insurer/{}", "/browse/{}", "/compare?system={}", "/compare?system=insurer&before={}&kind={}",
        "/basket?c={}", "/propose?code={}&query={}&system={}&display={}", "/tree/{}/{}", "/concept/insurer/1?on={}",
        "/rules/{}",
    ],
)  # fmt: skip
def test_what_was_typed_comes_back_as_text_and_never_as_markup(client: TestClient, path: str) -> None:
    from urllib.parse import quote

    answer = client.get(path.replace("{}", quote(EVIL, safe="")))
    assert answer.status_code in (200, 400, 404)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize(
    "text", ["", " ", "ا", "x" * 10_000, "🙂", "\u202eabc\u200f", "\u0301\u0301", "!!!", "' OR 1=1 --", "(((", "\x00a"]
)
@pytest.mark.parametrize("syntax", ["plain", "advanced"])
def test_nothing_typed_breaks_the_page(client: TestClient, text: str, syntax: str) -> None:
    answer = client.get("/", params={"q": text, "syntax": syntax, "lang": "en"})
    assert answer.status_code == 200
    assert '<html lang="en" dir="ltr">' in answer.text


def test_the_hits_are_there_without_a_script(client: TestClient) -> None:
    page = client.get("/", params={"q": "تامین", "system": "insurer"}).text
    assert 'data-system="insurer" data-code="1"' in page
    assert 'href="/concept/insurer/1"' in page
    assert "<mark>تامین</mark>" in page


def test_the_systems_are_counted_above_the_hits_whatever_the_list_is_narrowed_to(client: TestClient) -> None:
    everywhere = client.get("/", params={"q": "تامین"}).text
    narrowed = client.get("/", params={"q": "تامین", "system": "insurer"}).text
    counted = re.compile(r'data-system="([a-z0-9-]+)"[^>]*><span>[^<]*</span> <b>([^<]+)</b>')
    assert len(counted.findall(everywhere)) > 1
    assert counted.findall(everywhere) == counted.findall(narrowed)


def test_the_next_page_of_hits_goes_on_where_the_first_ended(client: TestClient) -> None:
    hits = re.compile(r'class="hit[^"]*" data-system="([^"]+)" data-code="([^"]+)"')
    first = client.get("/", params={"q": "ا"}).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = client.get(unescape(following[1])).text
    assert hits.findall(second)
    assert not set(hits.findall(first)) & set(hits.findall(second))


def test_the_page_can_be_kept_to_the_members_of_a_value_set(client: TestClient) -> None:
    everything = client.get("/", params={"q": "تهران"}).text
    kept = client.get("/", params={"q": "تهران", "value_set": "province"}).text
    assert '<option value="province" selected>' in kept and '<option value="province">' in everything
    found = re.findall('class="hit" data-system="([^"]+)" data-code="([^"]+)"', kept)
    assert found and len(found) < everything.count('class="hit"')
    assert all(len(code) == 2 for _, code in found)
    assert client.get("/", params={"q": "x", "value_set": "nowhere"}).status_code == 200


def test_an_unknown_system_is_said_on_the_page(client: TestClient) -> None:
    answer = client.get("/", params={"q": "a", "system": "nosuch", "lang": "en"})
    assert answer.status_code == 200
    assert "nosuch" in answer.text


def test_a_query_that_cannot_be_read_shows_the_character(client: TestClient) -> None:
    page = client.get("/", params={"q": 'a AND "b', "syntax": "advanced", "lang": "en"}).text
    assert '<p class="where" dir="ltr">' in page


def test_a_concept_shows_what_it_is_called_elsewhere(client: TestClient) -> None:
    page = client.get("/concept/insurer/1").text
    assert 'href="/concept/ihio-issuer-type/T"' in page  # equivalent by the map of the health insurance
    assert 'href="/concept/insurer/1"' in client.get("/concept/ihio-issuer-type/T").text


def test_a_partial_list_says_so_on_its_pages(client: TestClient) -> None:
    for page in ("/concept/insurer/1?lang=en", "/browse/insurer?lang=en"):
        assert "A partial list" in client.get(page).text


def test_an_unknown_code_is_not_found_and_can_be_reported(client: TestClient) -> None:
    answer = client.get("/concept/insurer/999999?lang=en")
    assert answer.status_code == 404
    assert "/propose?kind=missing&amp;system=insurer&amp;code=999999" in answer.text
    assert client.get("/concept/nosuch/1").status_code == 404


def test_a_tree_opens_branch_by_branch(client: TestClient) -> None:
    top = client.get("/browse/country-divisions").text
    branch = re.search(r'data-tree="(/tree/country-divisions/[^"]+)"', top)
    assert branch
    below = client.get(unescape(branch[1]))
    assert below.status_code == 200
    assert below.text.strip().startswith("<ul>")
    child = re.search(r'href="(/concept/country-divisions/[^"]+)"', below.text)
    assert child
    page = client.get(unescape(child[1])).text
    assert 'aria-current="true"' in page
    assert branch[1].rpartition("/")[2] in page  # its parent stands above it


def test_days_are_shown_in_both_calendars() -> None:
    from termserver.web.site import day, number

    assert day("2026-11-21", "fa") == "۱۴۰۵/۰۸/۳۰ (\u20662026-11-21\u2069)"
    assert day("2026-11-21", "en") == "2026-11-21 (1405/08/30)"
    assert day("no day", "fa") == "no day"
    assert number(98505, "fa") == "۹۸٬۵۰۵"


def test_a_basket_comes_with_its_address_alone(client: TestClient) -> None:
    named = {"c": ["insurer|1", "insurer|2", "nosuch|1"]}
    assert "تامین اجتماعی" in client.get("/basket", params=named).text
    table = client.get("/basket", params={**named, "format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.content.decode("utf-8-sig").splitlines()[1].startswith("insurer,thritaEHR.insurer,1,")
    codings = client.get("/basket", params={**named, "format": "fhir"}).json()["coding"]
    assert [one["code"] for one in codings] == ["1", "2"]
    assert codings[0]["system"].endswith("/CodeSystem/insurer")


PROPOSAL = {"kind": "wrong", "system": "insurer", "code": "1", "comment": "عنوان کهنه است"}


def test_a_proposal_is_handed_over_as_a_file_where_nobody_keeps_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERMSERVER_PROPOSALS", raising=False)
    answer = client.post("/propose", data=PROPOSAL)
    assert answer.headers["content-disposition"].startswith('attachment; filename="proposal-')
    said = answer.json()
    assert said["format"] == "termserver-proposal/1"
    assert (said["kind"], said["system"], said["code"]) == ("wrong", "insurer", "1")
    assert said["release"] == client.get("/ready").json()["release"]


def test_a_proposal_lands_in_the_folder_that_the_operator_named(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERMSERVER_PROPOSALS", str(tmp_path))
    for _ in range(2):  # the same one twice is one
        answer = client.post("/propose?lang=en", data=PROPOSAL)
        assert answer.status_code == 200
    (kept,) = tmp_path.glob("proposal-*.json")
    assert json.loads(kept.read_bytes())["comment"] == PROPOSAL["comment"]
    assert kept.stem.removeprefix("proposal-") in answer.text


def test_a_proposal_from_another_site_or_without_words_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERMSERVER_PROPOSALS", str(tmp_path))
    strange = client.post("/propose", data=PROPOSAL, headers={"sec-fetch-site": "cross-site"})
    assert strange.status_code == 403
    assert client.post("/propose", data={"kind": "missing"}).status_code == 400
    assert client.post("/propose", data={**PROPOSAL, "comment": "x" * 70_000}).status_code == 413
    assert not list(tmp_path.iterdir())


def test_the_assets_are_served_and_nothing_else(client: TestClient) -> None:
    held = client.get("/static/site.js")
    assert held.status_code == 200
    assert client.get("/static/site.js", headers={"if-none-match": held.headers["etag"]}).status_code == 304
    assert client.get("/static/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/../templates/search.html").status_code == 404
    assert client.get("/static/search.html").status_code == 404


def test_another_page_may_load_the_widget_and_ask_the_search(client: TestClient) -> None:
    assert client.get("/widget.js").headers["access-control-allow-origin"] == "*"
    assert client.get("/api/search?q=a").headers["access-control-allow-origin"] == "*"


def test_the_first_load_is_small(client: TestClient) -> None:
    page = client.get("/?q=ا", headers={"accept-encoding": "identity"})
    size = len(page.content)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        size += int(client.get(unescape(address), headers={"accept-encoding": "gzip"}).headers["content-length"])
    assert size < 60_000, f"{size:,} bytes"


def test_a_marked_word_is_the_one_that_was_looked_for() -> None:
    from termserver.model.fold import words
    from termserver.web.hit_rows import marked

    assert marked("Type 2 diabetes", words("diab")) == (("Type 2 ", False), ("diab", True), ("etes", False))
    assert ("تأمین", True) in marked("تأمین اجتماعی", words("تامین"))
    assert marked("a <b>", words("zz")) == (("a <b>", False),)


def test_a_page_for_each_system_opens(client: TestClient, server: TermServer) -> None:
    for system in server.systems():
        assert client.get(f"/browse/{system.id}").status_code == 200
