"""A document judged over HTTP: the same report as everywhere else."""

from starlette.testclient import TestClient

from termserver.api import described
from termserver.service import TermServer


def test_a_valid_example_is_accepted_with_its_checked_share(client: TestClient, server: TermServer) -> None:
    for format in ("xml", "json"):
        document = server.example("patient-bill", format)
        body = client.post("/api/documents/validate?name=bill", content=document).json()
        described.ReportsAnswer.model_validate(body)
        assert body["release"] == server.edition.digest
        assert body["reports"][0]["verdict"] == "accepted"
        assert body["reports"][0]["document"] == "bill"
        assert body["reports"][0]["share"]["codes"] > 0


def test_the_answer_is_the_report_of_the_library(client: TestClient, server: TermServer) -> None:
    document = server.example("medication-prescription", "xml").replace(b'Coded_string="1"', b'Coded_string="77"')
    body = client.post("/api/documents/validate", content=document).json()
    assert body["reports"] == [server.check_document(document, name="document").as_json()]
    assert body["reports"][0]["verdict"] == "rejected"


def test_rubbish_is_a_finding_and_nothing_is_a_bad_request(client: TestClient) -> None:
    report = client.post("/api/documents/validate", content=b"<a><b></a>").json()["reports"][0]
    assert report["verdict"] in ("rejected", "undecided")
    assert client.post("/api/documents/validate", content=b"").status_code == 400
    assert client.post("/api/documents/validate?engine=quick", content=b"{}").status_code == 400


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    answer = client.post("/api/documents/validate", content=b" " * (17 * 1024 * 1024))
    assert answer.status_code == 413
    described.ErrorAnswer.model_validate(answer.json())


def test_the_types_are_listed(client: TestClient) -> None:
    types = {known["id"] for known in client.get("/api/documents/types").json()["types"]}
    assert {"patient-bill", "medication-prescription"} <= types
