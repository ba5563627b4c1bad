"""The maps as work over HTTP: coverage, the queue with its suggestions, both as tables, and the page."""

import csv
import io

from starlette.testclient import TestClient

MAP = "specialty-to-tamin-specialty"


def test_coverage_counts_both_ends_of_every_map(client: TestClient) -> None:
    found = client.get("/api/mapping").json()["coverage"]
    ends = {(one["map"], one["list"]) for one in found}
    assert {(MAP, "specialty"), (MAP, "tamin-specialty")} <= ends
    for one in found:
        assert one["total"] == one["mapped"] + one["retired"] + one["none"] + one["unmapped"]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/mapping?format=csv").content.decode("utf-8-sig"))))
    assert [(row["map"], row["list"]) for row in rows] == [(one["map"], one["list"]) for one in found]


def test_the_queue_is_paged_and_comes_as_the_table_that_is_proposed(client: TestClient) -> None:
    whole = client.get(f"/api/mapping/{MAP}", params={"limit": 1000}).json()
    assert whole["total"] == len(whole["queue"]) > 10
    page = client.get(f"/api/mapping/{MAP}", params={"limit": 3, "offset": 2}).json()
    assert [one["code"] for one in page["queue"]] == [one["code"] for one in whole["queue"][2:5]]
    suggested = [other for one in whole["queue"] for other in one["suggestions"]]
    assert suggested and all(0 < other["score"] <= 1 and other["reason"]["fa"] for other in suggested)
    table = client.get(f"/api/mapping/{MAP}", params={"format": "csv", "limit": 1000})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == [one["code"] for one in whole["queue"]]
    assert {row["decision"] for row in rows} == {""}


def test_a_wrong_name_is_told_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/api/mapping/specialty-to-tamin")
    assert answer.status_code == 400
    assert MAP in answer.json()["error"]["message"]["en"]
    assert client.get(f"/api/mapping/{MAP}", params={"list": "gender"}).status_code == 400


def test_the_page_shows_the_table_and_the_queue_in_both_languages(client: TestClient) -> None:
    for language, word in (("fa", "نگاشت‌ها"), ("en", "Maps")):
        page = client.get("/mapping", params={"lang": language, "map": MAP})
        assert page.status_code == 200
        assert word in page.text and 'id="coverage"' in page.text and 'id="queue"' in page.text
        assert "15105" in page.text
        for other in ("/", "/help"):
            assert 'href="/mapping' in client.get(other, params={"lang": language}).text
    assert client.get("/mapping?map=nobody").status_code == 404
    hostile = client.get("/mapping", params={"map": "<script>alert(1)</script>"})
    assert "<script>alert" not in hostile.text
