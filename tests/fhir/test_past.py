"""What a resource was in earlier releases of the shelf: history and vread."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api, in_front
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content
from termserver.model.text import Text
from termserver.releases.shelf import Shelf
from termserver.service import TermServer

R4 = "/fhir/r4"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("past")
    toy = CodeSystem(
        "toys", "https://example.org/fhir/CodeSystem/toys", Text("اسباب‌بازی", "Toys"), "1", Content.COMPLETE
    )
    pins = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMSERVER_SHELF", str(folder / "shelf"))
        for version, codes in (("2026.01", "A"), ("2026.02", "AB"), ("2026.03", "AB"), ("2026.04", "ABC")):
            path = folder / f"{version}.release"
            build_release(
                [CodeSystemContent(toy, tuple(Concept(code, Text(code)) for code in codes))], path, "toys", version
            )
            pins.append(Shelf().install(path))
        with TermServer.open(Shelf().path_of(pins[2])) as server, TestClient(in_front(*create_api(server))) as opened:
            yield opened


def codes(resource):
    return [one["code"] for one in resource["concept"]]


def test_a_history_tells_each_release_in_which_something_changed(client):
    said = client.get(f"{R4}/CodeSystem/toys/_history").json()
    assert said["type"] == "history" and said["total"] == 2
    newest, oldest = (one["resource"] for one in said["entry"])
    assert (codes(newest), newest["meta"]["versionId"]) == (["A", "B"], "2026.02")
    assert (codes(oldest), oldest["meta"]["lastUpdated"]) == (["A"], "2026-01-01T00:00:00Z")
    assert said["entry"][0]["response"]["etag"] == 'W/"2026.02"'


def test_a_version_is_read_by_its_release(client):
    assert codes(client.get(f"{R4}/CodeSystem/toys/_history/2026.01").json()) == ["A"]
    xml = client.get("/fhir/r5/CodeSystem/toys/_history/2026.02", headers={"accept": "application/fhir+xml"})
    assert '<versionId value="2026.02"/>' in xml.text


@pytest.mark.parametrize(
    "path", ["CodeSystem/none/_history", "CodeSystem/toys/_history/2026.04", "CodeSystem/toys/_history/x"]
)
def test_what_never_was_in_force_is_not_found(client, path):
    answer = client.get(f"{R4}/{path}")
    assert answer.status_code == 404 and answer.json()["issue"][0]["diagnostics"]


def test_the_statement_says_that_there_is_a_history(client):
    stated = {one["type"]: one for one in client.get(f"{R4}/metadata").json()["rest"][0]["resource"]}
    assert {"vread", "history-instance"} <= {one["code"] for one in stated["CodeSystem"]["interaction"]}
