"""Picks are counted only where the operator said so, and never what was typed or who picked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termserver.search import picks
from termserver.service import TermServer
from termserver.web.application import create


@pytest.fixture
def learning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: TermServer) -> Iterator[TestClient]:
    monkeypatch.setenv("TERMSERVER_LEARN", str(tmp_path))
    with TestClient(create(server)) as client:
        yield client
    server.prefer({})


def test_without_the_setting_nothing_is_counted_and_no_page_sends_anything(client: TestClient) -> None:
    assert client.post("/picked", content="insurer\n1").status_code in (404, 405)
    assert "data-learns" not in client.get("/").text


def test_a_pick_is_counted_by_code_and_day_alone(learning: TestClient, tmp_path: Path) -> None:
    assert "data-learns" in learning.get("/", params={"q": "تامین اجتماعی بیمار زهرا"}).text
    assert learning.post("/picked", content="insurer\n1").status_code == 204
    kept = (tmp_path / picks.FILE).read_text()
    assert [line.split(",")[:2] for line in kept.splitlines()] == [["system", "code"], ["insurer", "1"]]
    assert "زهرا" not in kept and "testclient" not in kept


@pytest.mark.parametrize(
    ("body", "status"),
    [("insurer\nnobody", 404), ("nowhere\n1", 404), ("insurer", 404), ("x" * 600, 413), ("insurer\n<b>", 404)],
)
def test_what_is_no_code_is_not_counted(learning: TestClient, tmp_path: Path, body: str, status: int) -> None:
    assert learning.post("/picked", content=body).status_code == status
    assert not (tmp_path / picks.FILE).exists()


def test_another_sites_page_cannot_count(learning: TestClient, tmp_path: Path) -> None:
    answer = learning.post("/picked", content="insurer\n1", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403 and not (tmp_path / picks.FILE).exists()


def test_an_answer_kept_elsewhere_does_not_outlive_what_was_learned(
    learning: TestClient, tmp_path: Path, server: TermServer
) -> None:
    held = learning.get("/api/search", params={"q": "تامین"}).headers["etag"]
    counted = picks.PickCounts(tmp_path)
    for _ in range(3):
        counted.add("insurer", "1")
    with TestClient(create(server)) as later:
        answer = later.get("/api/search", params={"q": "تامین"}, headers={"if-none-match": held})
    assert answer.status_code == 200 and answer.headers["etag"] != held
