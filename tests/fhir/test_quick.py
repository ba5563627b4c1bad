"""An answer from a plan is the answer worked out in full, whatever the code."""

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api, in_front
from termserver.api.fhir import quick
from termserver.api.fhir.quick import split_code
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Status
from termserver.model.text import Text
from termserver.service import TermServer

URL = "https://example.org/fhir/CodeSystem/rooms"
CODES = ("A", "A", "A1", "A2", "OLD", "a", "a1", "X", "A%2BB", "A+", "", "A&code=A1", "B")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    system = CodeSystem(
        "rooms", URL, Text("اتاق‌ها", "Rooms"), "1", Content.COMPLETE, case_sensitive=False, hierarchy="is-a"
    )
    rooms = (
        Concept("A", Text("بخش", "Ward")),
        Concept("A1", Text("اتاق", "Room"), parents=("A",)),
        Concept("A2", Text("", "Cupboard"), parents=("A", "B")),
        Concept("A+B", Text("راهرو", "Corridor")),
        Concept("B", Text("حیاط")),
        Concept("OLD", Text("انبار"), status=Status.RETIRED, replaced_by=("A2",)),
    )
    path = tmp_path_factory.mktemp("rooms") / "rooms.release"
    build_release([CodeSystemContent(system, rooms)], path, "rooms", "1")
    with TermServer.open(path) as server, TestClient(in_front(*create_api(server))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("CodeSystem/$lookup", f"system={URL}"),
        ("CodeSystem/$lookup", f"system={URL}&property=parent&property=lang.en&displayLanguage=en"),
        ("CodeSystem/$lookup", f"system={URL}|1"),
        ("CodeSystem/$validate-code", f"url={URL}"),
        ("CodeSystem/$validate-code", f"url={URL}&displayLanguage=en,*;q=0"),
        ("CodeSystem/$validate-code", f"url={URL}&version=9"),
        ("ValueSet/$validate-code", f"url={URL}?fhir_vs&system={URL}"),
        ("ValueSet/$validate-code", f"url={URL}?fhir_vs=isa/A&system={URL}&_format=json"),
        ("ValueSet/$validate-code", f"url={URL}?fhir_vs=isa/A&system=urn:other"),
    ],
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_plan_says_what_the_whole_way_says(client, path, query, language):
    headers = {"accept-language": language}
    for code in CODES:
        planned = client.get(f"/fhir/r4/{path}?{query}&code={code}", headers=headers)
        whole = client.get(f"/fhir/r4/{path}?{query}&code={code}&unknown=1", headers=headers)
        assert (planned.status_code, planned.content) == (whole.status_code, whole.content), code
        assert planned.headers["content-type"] == whole.headers["content-type"]
        assert planned.headers.get("etag") == whole.headers.get("etag")


def test_the_second_code_is_answered_from_a_plan(client, monkeypatch):
    used = []
    answer = quick.Quick.answer
    monkeypatch.setattr(quick.Quick, "answer", lambda *asked: used.append(answer(*asked)) or used[-1])
    for code in ("A", "A1", "OLD", "X"):
        client.get(f"/fhir/r4/CodeSystem/$lookup?code={code}&system={URL}&displayLanguage=en")
    first, second, retired, unknown = used
    assert first is None and b"Room" in second and b"replacedBy" in retired and unknown is None


@pytest.mark.parametrize(
    ("query", "split"),
    [
        ("code=A&system=S", ("system=S", "A")),
        ("system=S&code=A%20B&x=1", ("system=S&x=1", "A B")),
        ("system=S&code=A+B", ("system=S&", "A B")),
        ("system=S", None),
        ("barcode=1&system=S", None),
        ("code=A&code=B", None),
        ("x=1&code=A&y=2&code=B", None),
        ("system=S&code=", None),
    ],
)
def test_the_code_is_told_from_the_rest_of_the_address(query, split):
    assert split_code(query) == split
