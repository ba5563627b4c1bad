"""The API keeps its promises: shapes, one error shape, the release named, 304, strict parameters."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from termserver.api import described
from termserver.service import TermServer


def test_search_answers_in_the_shape_clients_are_written_against(client: TestClient, server: TermServer) -> None:
    answer = client.get("/api/search", params={"q": "تامین", "system": "insurer"})
    assert answer.status_code == 200
    body = answer.json()
    described.SearchAnswer.model_validate(body)
    assert body["hits"][0]["code"] == "1"
    assert body["hits"][0]["system"] == "insurer"
    assert body["total"] >= 1
    assert body["release"] == server.edition.digest
    assert answer.headers["x-termserver-release"] == server.edition.digest


def test_an_answer_says_when_the_words_were_loosened_and_only_then(client: TestClient) -> None:
    typed = client.get("/api/search", params={"q": "تامین اجتماعی"}).json()
    begun = client.get("/api/search", params={"q": "تام اجتم"}).json()
    described.SearchAnswer.model_validate(begun)
    assert begun["relaxed"] == "prefixes" and begun["total"] >= 1
    assert "relaxed" not in typed
    assert "relaxed" not in client.get("/api/search", params={"q": "هیچچیز نیستاینجا"}).json()


@pytest.mark.parametrize("typed", ["تأمين", "تامين", "تأمین", "تامین اجتماعی", "اجتماعی تامین"])
def test_arabic_letters_find_the_same_insurer(client: TestClient, typed: str) -> None:
    hits = client.get("/api/search", params={"q": typed}).json()["hits"]
    assert ("insurer", "1") in [(hit["system"], hit["code"]) for hit in hits]


@pytest.mark.parametrize("name", ["insurer", "thritaEHR.insurer", "THRITAEHR.INSURER", "thritaEHR.Insurer"])
def test_a_system_is_found_by_any_of_its_names(client: TestClient, server: TermServer, name: str) -> None:
    url = server.resolve("insurer").url
    for asked in (name, url):
        body = client.get("/api/search", params={"q": "1", "system": asked}).json()
        assert body["hits"][0]["system"] == "insurer"
        detail = client.get(f"/api/codesystems/{quote(asked, safe='')}/concepts/1")
        assert detail.status_code == 200
        assert detail.json()["system"] == "insurer"


def test_a_concept_comes_with_its_place_in_the_hierarchy(client: TestClient) -> None:
    found = client.get("/api/search", params={"q": "اراک", "system": "sci-divisions"}).json()["hits"]
    detail = client.get(f"/api/codesystems/sci-divisions/concepts/{found[0]['code']}").json()
    described.ConceptAnswer.model_validate(detail)
    assert detail["ancestors"] or detail["children"]


def test_every_failure_has_the_one_shape(client: TestClient, server: TermServer) -> None:
    for path, status in {
        "/api/search": 400,
        "/api/search?q=a&limi=3": 400,
        "/api/search?q=a&limit=-1": 400,
        "/api/search?q=a&limit=many": 400,
        "/api/search?q=a&limit=1&limit=2": 400,
        "/api/search?q=a&system=nosuch": 404,
        "/api/search?q=%FF": 400,
        "/api/search?q=a%20AND%20(&syntax=advanced": 400,
        "/api/codesystems/nosuch": 404,
        "/api/codesystems/insurer/concepts/nosuch": 404,
        "/api/codesystems/insurer/concepts/1?on=1405-13-40": 400,
        "/nowhere": 404,
        "/api/search?q=" + "a" * 20_000: 414,
    }.items():
        answer = client.get(path)
        assert answer.status_code == status, (path, answer.text[:200])
        body = answer.json()
        described.ErrorAnswer.model_validate(body)
        assert body["error"]["status"] == status
        assert body["error"]["message"]["fa"]
        assert body["release"] == server.edition.digest


def test_a_mistyped_parameter_names_the_nearest(client: TestClient) -> None:
    message = client.get("/api/search?q=a&sistem=insurer").json()["error"]["message"]
    assert "'system'" in message["en"]


def test_a_mistyped_system_names_the_nearest(client: TestClient) -> None:
    message = client.get("/api/codesystems/insurr/concepts/1").json()["error"]["message"]
    assert "insurer" in message["en"]


def test_what_only_an_edition_can_change_is_not_sent_twice(client: TestClient) -> None:
    for path in (
        "/api/search?q=a",
        "/api/codesystems/insurer/concepts/1",
        "/api/codesystems",
        "/api/codesystems/insurer",
    ):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"if-none-match": tag})
        assert again.status_code == 304, path
        assert not again.content


def test_a_head_request_gets_the_headers_alone(client: TestClient) -> None:
    answer = client.head("/api/search?q=a")
    assert answer.status_code == 200
    assert not answer.content
    assert int(answer.headers["content-length"]) > 0


def test_another_method_is_refused_in_the_one_shape(client: TestClient) -> None:
    answer = client.post("/api/search?q=a")
    assert answer.status_code == 405
    described.ErrorAnswer.model_validate(answer.json())


def test_health_and_readiness_name_the_release(client: TestClient, server: TermServer) -> None:
    assert client.get("/health").json()["status"] == "ok"
    ready = client.get("/ready").json()
    assert ready["status"] == "ready"
    assert ready["release"] == server.edition.digest


def test_paging_gives_every_hit_once(client: TestClient) -> None:
    whole = client.get("/api/search", params={"q": "ا", "limit": 60}).json()
    paged = []
    for offset in range(0, 60, 20):
        paged += client.get("/api/search", params={"q": "ا", "limit": 20, "offset": offset}).json()["hits"]
    assert paged == whole["hits"]
    assert len({(hit["system"], hit["code"]) for hit in paged}) == len(paged)


def test_the_description_shows_what_this_edition_answers(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/api/search", "/api/codesystems/{system}/concepts/{code}"):
        example = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        assert example["release"]
        assert "error" not in example
    parameters = {parameter["name"] for parameter in paths["/api/search"]["get"]["parameters"]}
    assert parameters >= {"q", "terms", "system", "limit", "offset", "lang", "syntax", "under", "facet", "explain"}


def test_every_route_is_described(client: TestClient) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for operation in operations.values():
            assert operation.get("summary"), path
