"""Over HTTP too a document is judged for where it is sent."""

import json

from starlette.testclient import TestClient

from termserver.api import described
from termserver.service import TermServer

VALIDATE = "/api/documents/validate"


def test_to_may_be_repeated_and_gives_the_report_of_the_library(client: TestClient, server: TermServer) -> None:
    document = server.example("patient-bill")

    one = client.post(f"{VALIDATE}?to=hix", content=document).json()
    both = client.post(f"{VALIDATE}?to=hix&to=wix", content=document).json()

    described.ReportsAnswer.model_validate(both)
    assert one["reports"] == [server.check_document(document, name="document", to=("hix",)).as_json()]
    assert one["reports"][0]["verdict"] == "rejected"
    assert both["reports"][0]["verdict"] == "accepted"
    assert both["reports"][0]["to"] == ["hix", "wix"]


def test_a_batch_is_judged_for_its_destinations(client: TestClient, server: TermServer) -> None:
    documents = [{"id": type, "content": server.example(type).decode()} for type in ("patient-bill", "soap")]
    body = json.dumps({"documents": documents})

    reports = client.post(
        "/api/documents/validate-batch?to=hix&to=wix", content=body, headers={"content-type": "application/json"}
    ).json()["reports"]

    assert [one["verdict"] for one in reports] == ["accepted", "rejected"]
    assert [one["rule"] for one in reports[1]["findings"]] == ["destination.forbidden"]


def test_an_unknown_destination_is_a_bad_request_that_names_the_nearest(client: TestClient) -> None:
    for route in (VALIDATE, "/api/documents/validate-batch"):
        body = json.dumps({"documents": [{"id": "1", "content": "{}"}]})
        answer = client.post(f"{route}?to=wixx", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert "'wix'" in answer.json()["error"]["message"]["en"]


def test_the_destinations_say_who_sends_what_and_for_what_purpose(client: TestClient) -> None:
    destinations = {one["id"]: one for one in client.get("/api/documents/destinations").json()["destinations"]}

    assert sorted(destinations) == ["hix", "wix"]
    bill = next(one for one in destinations["wix"]["documents"] if one["type"] == "patient-bill")
    assert bill["sending"] == "required"
    assert bill["sender"]["en"] and bill["purpose"]["fa"]
    assert "Person.NationalCode" in bill["minimum"]
    assert bill["minimum_provisional"]
