"""A rule explained over HTTP, as JSON and as a page that a finding leads to."""

import re
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from termserver.api import described
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parents[2]
BAD = ROOT / "validators/patient-bill/1.0/examples/invalid/line-balance.xml"


def test_the_answer_is_what_the_library_says(client: TestClient, server: TermServer) -> None:
    for rule, type in (("code.unknown", ""), ("line-balance", "patient-bill")):
        answer = client.get(f"/api/rules/{rule}", params={"type": type})
        described.RuleAnswer.model_validate(answer.json())
        assert answer.json() == {**server.explain(rule, type).as_json(), "release": server.edition.digest}


def test_an_unknown_rule_is_not_found_and_the_nearest_is_named(client: TestClient) -> None:
    answer = client.get("/api/rules/code.unknwn")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown-rule"
    assert "code.unknown" in answer.json()["error"]["message"]["en"]
    page = client.get("/rules/code.unknwn?lang=en")
    assert page.status_code == 404
    assert "code.unknown" in page.text


def test_a_finding_on_the_page_leads_to_its_rule(client: TestClient) -> None:
    for language, words in (("en", "Wrong"), ("fa", "نادرست")):
        page = client.post(f"/documents?lang={language}", files={"file": ("bill.xml", BAD.read_bytes())}).text
        links = re.findall(r'<p class="rule"><a href="([^"]*)"', page)
        assert links
        for link in links:
            shown = client.get(unescape(link))
            assert shown.status_code == 200
            assert "line-balance" in shown.text and words in shown.text


def test_the_page_of_a_rule_shows_nothing_but_text(client: TestClient) -> None:
    page = client.get("/rules/%3Cscript%3Ealert(1)%3C%2Fscript%3E?type=%22%3E%3Cb%3E")

    assert page.status_code == 404
    assert "<script" not in page.text and "<b>" not in page.text
