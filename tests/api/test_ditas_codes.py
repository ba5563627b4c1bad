"""The former service's names for lists of codes: what changed since a day, what a code is called, if it is one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api
from termserver.api.ditas_codes import day_of
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Kind, Status
from termserver.model.text import Text
from termserver.releases.shelf import Shelf
from termserver.service import TermServer

COLOURS, SIZES = "sampleEHR.colour", "sampleEHR.size"


def system(id: str, native: str, kind: Kind = Kind.TERMINOLOGY) -> CodeSystem:
    return CodeSystem(id, f"https://example.org/{id}", Text(id, id), "1", Content.COMPLETE, native, kind=kind)


def released(folder: Path, version: str, *colours: Concept) -> Path:
    sizes = (Concept("S", Text("کوچک", "Small")), Concept("L", Text("", "Large")))
    contents = [
        CodeSystemContent(system("colour", COLOURS), colours),
        CodeSystemContent(system("size", SIZES), sizes),
        CodeSystemContent(system("people", "sampleEHR.people", Kind.REGISTRY), (Concept("1", Text("یک")),)),
    ]
    path = folder / f"lists-{version}.release"
    build_release(contents, path, "lists", version)
    return path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("lists")
    red, green = Concept("R", Text("سرخ", "Red")), Concept("G", Text("سبز", "Green"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMSERVER_SHELF", str(folder / "shelf"))
        shelf = Shelf()
        shelf.install(released(folder, "2026.01", red, green, Concept("B", Text("آبی"))))
        gone = Concept("G", Text("سبز", "Green"), status=Status.RETIRED)
        shelf.use_all([shelf.install(released(folder, "2026.03", red, gone, Concept("Y", Text("زرد", "Yellow"))))])
        with TermServer.open() as server, TestClient(create_api(server)[0]) as asked:
            yield asked


def ask(client: TestClient, operation: str, **said: Any) -> Any:
    address = client.get(f"/compat/ditas/{operation}", params=said)
    body = client.post(f"/compat/ditas/{operation}", json=said)
    assert address.status_code == body.status_code == 200, address.text + body.text
    assert address.json() == body.json()
    return address.json()


def test_the_lists_that_changed_are_named(client):
    def own(**said: Any) -> list[str]:
        return [one for one in ask(client, "GetTerminologies", **said) if one.startswith("sampleEHR")]

    assert own() == [COLOURS, SIZES]
    assert own(FromDate="2026-02-01") == [COLOURS]
    assert own(FromDate="2025-12-01") == [COLOURS, SIZES]
    assert own(FromDate="2026-03-02") == []
    jalali = client.post("/compat/ditas/GetTerminologies", json={"FromDate": {"Year": 1404, "Month": 11, "Day": 12}})
    assert COLOURS in jalali.json() and SIZES not in jalali.json()


def test_a_list_tells_the_codes_that_came_went_or_changed(client):
    told = ask(client, "SearchTerminology", Terminology=COLOURS, FromDate="2026-02-01")
    assert [(one["Coded_string"], one["Value"]) for one in told] == [("B", None), ("G", "سبز"), ("Y", "زرد")]
    assert {one["Terminology_id"] for one in told} == {COLOURS}
    assert [one["Coded_string"] for one in ask(client, "SearchTerminology", Terminology=SIZES)] == ["L", "S"]
    assert ask(client, "SearchTerminology", Terminology="colour", FromDate="2026-05-01") == []


def test_a_code_is_called_by_its_name(client):
    assert ask(client, "GetTerminologyValue", Terminology=COLOURS, Code="R") == "سرخ"
    assert ask(client, "GetTerminologyValue", Terminology="https://example.org/size", Code="L") == "Large"


@pytest.mark.parametrize(
    ("code", "right", "why"), [("R", True, None), ("G", False, "retired"), ("Q", False, "unknown")]
)
def test_a_code_is_right_or_not_and_why(client, code, right, why):
    said = {"CodedText": {"Coded_string": code, "Terminology_id": COLOURS, "Value": "whatever"}}
    answer = client.post("/compat/ditas/ValidateCode", json=said)
    assert answer.json() is right and answer.headers.get("x-termserver-reason") == why
    query = {"CodedText.Coded_string": code, "CodedText.Terminology_id": COLOURS}
    assert client.get("/compat/ditas/ValidateCode", params=query).json() is right


@pytest.mark.parametrize(
    ("operation", "said", "status"),
    [
        ("GetTerminologyValue", {"Terminology": COLOURS, "Code": "Q"}, 404),
        ("GetTerminologyValue", {"Terminology": COLOURS}, 400),
        ("GetTerminologyValue", {"Terminology": "sampleEHR.nothing", "Code": "1"}, 404),
        ("GetTerminologyValue", {"Terminology": "sampleEHR.people", "Code": "1"}, 404),
        ("SearchTerminology", {"Terminology": "sampleEHR.people"}, 404),
        ("SearchTerminology", {"FromDate": "2026-01-01"}, 400),
        ("SearchTerminology", {"Terminology": COLOURS, "FromDate": "soon"}, 400),
        ("ValidateCode", {"CodedText": {"Coded_string": "R"}}, 400),
        ("ValidateCode", {"CodedText": {"Terminology_id": COLOURS}}, 400),
        ("GetTerminologies", {"Since": "2026-01-01"}, 400),
    ],
)
def test_what_cannot_be_answered_says_why(client, operation, said, status):
    answer = client.post(f"/compat/ditas/{operation}", json=said)
    assert answer.status_code == status and answer.json()["error"]["message"]["fa"]


def test_a_version_names_its_day():
    versions = {
        "2026.11": "2026-11-01",
        "2026.11.21.2": "2026-11-21",
        "2026-04": "2026-04-01",
        "4.0": "",
        "sample-1": "",
    }
    assert {version: day_of(version) for version in versions} == versions
