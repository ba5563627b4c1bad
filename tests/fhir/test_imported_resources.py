"""What was imported is answered as its publisher wrote it, beside the national content."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api, in_front
from termserver.build import build_release
from termserver.fhir import library, xml
from termserver.importers import fhir_package
from termserver.importers.taken import Wishes
from termserver.releases.shelf import Shelf
from termserver.service import TermServer

URL = "http://example.org/toys"
TOYS: dict[str, Any] = {
    "resourceType": "CodeSystem",
    "id": "toys",
    "url": URL,
    "version": "2.0",
    "name": "Toys",
    "status": "active",
    "content": "complete",
    "caseSensitive": True,
    "concept": [
        {
            "code": "ball",
            "display": "Ball",
            "definition": "It rolls",
            "designation": [{"language": "fa", "value": "توپ"}],
            "concept": [{"code": "old-ball", "display": "Old ball"}],
        }
    ],
}
UNDER_BALL = {"property": "concept", "op": "descendent-of", "value": "ball"}
SOME = {
    "resourceType": "ValueSet",
    "id": "some-toys",
    "url": "http://example.org/some-toys",
    "version": "1",
    "status": "active",
    "compose": {"include": [{"system": URL, "filter": [UNDER_BALL]}]},
}
NAMED = {
    "resourceType": "NamingSystem",
    "id": "toy-numbers",
    "name": "ToyNumbers",
    "status": "active",
    "kind": "identifier",
    "date": "2026-01-01",
    "uniqueId": [{"type": "oid", "value": "1.2.3.4.5"}],
}
WIDER = {"code": "old-ball", "target": [{"code": "ball", "equivalence": "wider"}]}
MAP = {
    "resourceType": "ConceptMap",
    "id": "toy-map",
    "url": "http://example.org/toy-map",
    "version": "1",
    "status": "active",
    "group": [{"source": URL, "target": URL, "element": [WIDER]}],
}
STUB = {**TOYS, "id": "stub", "version": "9.0", "content": "not-present", "concept": []}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory, standards: Path) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("toys")
    for n, resource in enumerate((TOYS, SOME, NAMED, MAP, STUB)):
        (folder / f"{n}.json").write_text(json.dumps(resource), "utf-8")
    taken = fhir_package.read([folder], Wishes(), xml.read, library.parse)
    build_release(taken, folder / "toys.release", "toys", "1")
    shelf = Shelf(folder / "shelf")
    shelf.use_all([shelf.install(standards), shelf.install(folder / "toys.release")])
    with TermServer.open(shelf.edition_file) as server, TestClient(in_front(*create_api(server))) as client:
        yield client


def test_a_code_is_told_with_all_that_the_resource_says(toys: TestClient) -> None:
    said = toys.get(
        "/fhir/r4/CodeSystem/$lookup", params={"system": URL, "code": "ball", "displayLanguage": "fa"}
    ).json()
    told = {one["name"]: one.get("valueString") for one in said["parameter"]}
    assert told["display"] == "توپ" and told["definition"] == "It rolls" and told["version"] == "2.0"


def test_a_stub_of_a_newer_version_hides_nothing(toys: TestClient) -> None:
    said = toys.get("/fhir/r4/ValueSet/$expand", params={"url": "http://example.org/some-toys"}).json()
    assert [one["code"] for one in said["expansion"]["contains"]] == ["old-ball"]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("CodeSystem", {"url": URL, "version": "2.0"}),
        ("ValueSet", {"url": "http://example.org/some-toys"}),
        ("ConceptMap", {"url": "http://example.org/toy-map"}),
        ("NamingSystem", {"value": "1.2.3.4.5"}),
    ],
)
def test_each_resource_is_found_once(toys: TestClient, kind: str, asked: dict[str, str]) -> None:
    assert toys.get(f"/fhir/r4/{kind}", params=asked).json()["total"] == 1


def test_maps_lead_on_and_national_lists_stay(toys: TestClient) -> None:
    said = toys.get(
        "/fhir/r4/ConceptMap/$translate",
        params={"url": "http://example.org/toy-map", "system": URL, "code": "old-ball"},
    ).json()
    assert said["parameter"][0] == {"name": "result", "valueBoolean": True}
    assert toys.get("/fhir/r4/CodeSystem", params={"name": "Gender"}).json()["total"] >= 1


def test_the_house_finds_them_by_words_too(toys: TestClient) -> None:
    hits = toys.get("/api/search", params={"q": "توپ", "system": "toys"}).json()["hits"]
    assert [hit["code"] for hit in hits] == ["ball"]
