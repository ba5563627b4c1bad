"""A batch: a report per document, in order, by its id; a bad one never spoils the others."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termserver.api import described
from termserver.api.batch import ITEMS, items, judge
from termserver.api.pool import Judges
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parents[2]
ROUTE = "/api/documents/validate-batch"
LINES = {"content-type": "application/x-ndjson"}


def test_the_whole_corpus_in_one_batch_is_judged_as_by_the_library(client: TestClient, server: TermServer) -> None:
    examples = sorted((ROOT / "validators").glob("*/*/examples/*/*"))
    for start in range(0, len(examples), ITEMS):
        part = examples[start : start + ITEMS]
        documents = [{"id": path.name, "content_base64": b64encode(path.read_bytes()).decode()} for path in part]
        body = client.post(ROUTE, json={"documents": documents}).json()
        described.ReportsAnswer.model_validate(body)
        assert body["release"] == server.edition.digest
        assert body["reports"] == [server.check_document(path.read_bytes(), path.name).as_json() for path in part]


def test_lines_of_json_are_documents_called_by_their_line(client: TestClient, server: TermServer) -> None:
    bill = json.dumps(json.loads(server.example("patient-bill", "json"))).encode()
    answer = client.post(f"{ROUTE}?name=today", content=bill + b"\n\n{broken\r\n" + bill, headers=LINES)
    reports = answer.json()["reports"]
    assert [(one["document"], one["verdict"]) for one in reports] == [
        ("today:1", "accepted"),
        ("today:3", "rejected"),
        ("today:4", "accepted"),
    ]
    assert reports[1]["findings"][0]["layer"] == "syntax"


def test_a_bad_item_is_undecided_and_the_others_are_judged(client: TestClient, server: TermServer) -> None:
    bill = server.example("patient-bill", "xml").decode()
    bad = [
        "text",
        {"id": "neither"},
        {"id": "both", "content": bill, "content_base64": ""},
        {"id": "not-base64", "content_base64": "é"},
        {"id": "number", "content": 5},
        {"id": {"no": 1}, "content": bill},
        {"id": "member", "contents": bill},
        {"id": "type", "content": bill, "type": "nosuch"},
        {"id": "type-of-type", "content": bill, "type": 5},
    ]
    good = {"id": "good", "content": bill}
    body = client.post(ROUTE, json={"documents": [part for one in bad for part in (one, good)]}).json()
    described.ReportsAnswer.model_validate(body)
    for one in body["reports"][::2]:
        assert (one["verdict"], one["complete"]) == ("undecided", False)
        assert one["findings"][0]["rule"] == "batch.item"
    assert [one["document"] for one in body["reports"][::2]][:2] == ["1", "neither"]
    assert {(one["document"], one["verdict"]) for one in body["reports"][1::2]} == {("good", "accepted")}


def test_half_a_character_spoils_its_own_document_alone(client: TestClient, server: TermServer) -> None:
    bill = json.dumps({"id": "good", "content": server.example("patient-bill", "xml").decode()})
    body = '{"documents":[{"id":"half","content":"{\\"a\\":\\"\\ud800\\"}"},' + bill + "]}"
    answer = client.post(ROUTE, content=body.encode(), headers={"content-type": "application/json"})
    assert [one["verdict"] for one in answer.json()["reports"]] == ["rejected", "accepted"]


@pytest.mark.parametrize(
    ("body", "type", "status", "code"),
    [
        (b"", "application/x-ndjson", 400, "empty-body"),
        (b"\n \n", "application/x-ndjson", 400, "empty-body"),
        (b'{"documents":[]}', "application/json", 400, "empty-body"),
        (b"[]", "application/json", 400, "bad-batch"),
        (b"{", "application/json", 400, "bad-batch"),
        (b"[" * 200_000, "application/json", 400, "bad-batch"),
        (b"<a/>", "application/xml", 415, "unsupported-media-type"),
        (b"{}\n" * (ITEMS + 1), "application/x-ndjson", 413, "too-many-documents"),
        (b'{"documents":[' + b"{}," * ITEMS + b"{}]}", "application/json", 413, "too-many-documents"),
        (b" " * (17 * 1024 * 1024), "application/x-ndjson", 413, "body-too-large"),
    ],
)
def test_a_batch_that_cannot_be_read_is_a_clear_error(
    client: TestClient, body: bytes, type: str, status: int, code: str
) -> None:
    answer = client.post(ROUTE, content=body, headers={"content-type": type})
    described.ErrorAnswer.model_validate(answer.json())
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_option_that_is_wrong_for_all_is_an_error(client: TestClient) -> None:
    for query, status in {"engine=quick": 400, "as_of=1405-13-40": 400, "type=nosuch": 404}.items():
        assert client.post(f"{ROUTE}?{query}", content=b"{}", headers=LINES).status_code == status, query


def test_what_was_not_begun_in_the_time_of_the_batch_is_undecided(server: TermServer) -> None:
    found = items(b"{}\n{}", "application/x-ndjson", "late")
    reports = judge(Judges(server, 0), found, {}, seconds=-1)
    assert [(one.document, one.verdict, one.findings[0].rule) for one in reports] == [
        ("late:1", "undecided", "budget.time"),
        ("late:2", "undecided", "budget.time"),
    ]
