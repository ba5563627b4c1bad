"""Search over HTTP: its filters, its shapes, and what it does with bad input."""

import json
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from termserver.api import described
from termserver.service import TermServer

SHOWN = ("code", "display", "display_fa", "display_en", "system", "native_id", "status")


def test_a_search_is_narrowed_and_counted(client: TestClient) -> None:
    body = client.get(
        "/api/search",
        params={"q": "تهران", "system": "country-divisions", "facet": ["system", "status", "chapter"], "limit": 3},
    ).json()
    described.SearchAnswer.model_validate(body)
    assert body["facets"]["system"] == [{"value": "country-divisions", "count": body["total"]}]
    assert sum(one["count"] for one in body["facets"]["status"]) == body["total"]
    top = body["facets"]["chapter"][0]
    inside = client.get(
        "/api/search", params={"q": "تهران", "chapter": f"{top['system']}|{top['value']}", "limit": 0}
    ).json()
    assert inside["total"] == top["count"]
    assert top["title"]["fa"]


def test_a_hit_can_be_explained_and_marked(client: TestClient) -> None:
    body = client.get("/api/search", params={"q": "تامین اجت", "explain": "true", "highlight": "true"}).json()
    described.SearchAnswer.model_validate(body)
    hit = body["hits"][0]
    assert hit["why"]["match"] and hit["why"]["says"]["fa"]
    first, end = hit["marks"]["display_fa"][0]
    assert hit["display_fa"][first:end].startswith("ت")


def test_the_words_that_were_searched_instead_are_told(client: TestClient) -> None:
    body = client.get("/api/search", params={"q": "jhldk h[jlhud"}).json()
    described.SearchAnswer.model_validate(body)
    assert body["relaxed"] == "layout" and body["did_you_mean"] == "تامین اجتماعی"
    assert ("insurer", "1") in [(hit["system"], hit["code"]) for hit in body["hits"]]


def test_suggestions_are_one_small_array(client: TestClient) -> None:
    answer = client.get("/api/suggest", params={"q": "تامی", "limit": 5})
    total, rows = answer.json()
    full = client.get("/api/search", params={"q": "تامی", "limit": 5}).json()
    assert total == full["total"]
    assert rows == [[hit["system"], hit["code"], hit["display"]] for hit in full["hits"]]
    assert len(answer.content) < len(json.dumps(full)) / 2
    loose = client.get("/api/suggest", params={"q": "jhldk"}).json()
    assert loose[2:] == ["layout", "تامین"]


def test_the_array_of_clinical_tables_is_what_autocomplete_lhc_reads(client: TestClient) -> None:
    total, codes, extra, rows, systems = client.get("/api/search?terms=%D8%AA%D8%A7%D9%85&maxList=3").json()
    assert extra is None and len(codes) == len(rows) == len(systems) == 3 <= total
    asked = "/api/search?terms=tehran&df=display_en,code&ef=status,display_fa:fa&lang=en&system=country-divisions"
    total, codes, extra, rows, systems = client.get(asked).json()
    assert set(extra) == {"status", "fa"} and len(extra["fa"]) == len(codes) <= 7
    assert rows[0][1] == codes[0] and set(systems) == {"country-divisions"}
    later = client.get(f"{asked}&offset=1").json()
    assert later[1][0] == codes[1]
    suggested, shown, _, _ = client.get("/api/search?suggest=1&field_val=tehrann").json()
    assert suggested and isinstance(shown[0], str)


def test_everything_comes_as_lines(client: TestClient, server: TermServer) -> None:
    answer = client.get("/api/search", params={"q": "*", "syntax": "advanced", "format": "ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["etag"]
    lines = answer.text.splitlines()
    assert len(lines) == server.search("*", syntax="advanced", limit=0).total > 1000
    assert lines[0].encode() == server.search("*", syntax="advanced", limit=1).hits[0]
    assert len({(hit["system"], hit["code"]) for hit in map(json.loads, lines)}) == len(lines)


def test_an_answer_of_each_shape_is_not_sent_twice(client: TestClient) -> None:
    for path in ("/api/search?q=a", "/api/suggest?q=a", "/api/search?terms=a", "/api/search?q=a&format=ndjson"):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"if-none-match": tag})
        assert again.status_code == 304 and not again.content


BAD = [
    "", " ", "a", "ی", "...", "؟!", "()\"'*~:[]{}", "😀", "🧑‍⚕️", "\u200f\u202e\u2066", "\u064b\u0651", "\u0301",
    "\x01\x02", "'; DROP TABLE search_list; --", "1 OR 1=1", ".*(a+)+$", "<script>alert(1)</script>", "%00", "\ufffd",
    "a\u200cb\u200c", "ۀ", "㎎", "𝒅𝒊𝒂𝒃𝒆𝒕𝒆𝒔", "İ", "ß" * 50, "a" * 1000, "ا" * 900, " ".join("ab" for _ in range(300)),
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_a_strange_query_gets_a_sensible_answer(client: TestClient, text: str) -> None:
    for path in (
        "/api/search?q=",
        "/api/suggest?q=",
        "/api/search?terms=",
        "/api/search?explain=true&highlight=true&q=",
    ):
        answer = client.get(path + quote(text, safe=""))
        assert answer.status_code == 200, answer.text
        json.loads(answer.content)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("q=" + "a" * 10_000, "bad-request"),
        ("q=" + "+".join(f"w{n}" for n in range(80)), "bad-request"),
        ("q=a&limit=1001", "bad-parameter"),
        ("q=a&offset=-1", "bad-parameter"),
        ("q=a&lang=de", "bad-parameter"),
        ("q=a&sistem=x", "bad-parameter"),
        ("q=a&status=gone", "bad-parameter"),
        ("q=a&facet=color", "bad-request"),
        ("q=a&under=ZZZ", "bad-request"),
        ("q=a&chapter=ZZZ", "bad-request"),
        ("q=a&value_set=ZZZ", "bad-request"),
        ("q=a&property=x", "bad-parameter"),
        ("q=a&on=1405-13-40", "bad-request"),
        ("q=%22a&syntax=advanced", "query-syntax"),
        ("q=a%3A%3Ab&syntax=advanced", "query-syntax"),
        ("q=under%3AZZZ&syntax=advanced", "query-syntax"),
        ("terms=a&df=colour", "bad-parameter"),
        ("terms=a&maxList=501", "bad-parameter"),
        ("q=%ED%A0%80", "bad-parameter"),
    ],
)
def test_what_cannot_be_asked_is_a_clear_400(client: TestClient, query: str, code: str) -> None:
    answer = client.get(f"/api/search?{query}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code), answer.text[:300]
    assert error["message"]["fa"] and error["message"]["en"]
    if code == "query-syntax":
        assert isinstance(error["position"], int)


def test_an_offset_past_the_end_is_an_empty_page(client: TestClient) -> None:
    body = client.get("/api/search?q=a&offset=99999999999").json()
    assert body["hits"] == [] and body["total"] > 0
