"""The examination over HTTP: the same corpus, judgement and verification as on the command line."""

import io
import json
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.conformance.corpus import Examiner
from termserver.releases import signatures
from termserver.service import TermServer

SYSTEM = "00000000-0000-4000-8000-0000000000aa"
TYPES = {"type": ["hid-verify"]}


@pytest.fixture(scope="module")
def asked(server: TermServer) -> dict[str, Any]:
    """Right answers to the corpus of one type, as the route takes them."""
    corpus = Examiner(server).corpus(["hid-verify"])
    answers = {
        case.id: {"verdict": "accepted", "document": case.data.decode()}
        if case.drawn.accepted
        else {"verdict": "rejected"}
        for case in corpus.cases
    }
    said = {"format": "termserver-answers/1", "corpus": corpus.digest, "answers": answers}
    return {"software": {"system_id": SYSTEM, "name": "HIS"}, "types": ["hid-verify"], "answers": said}


def test_the_corpus_is_the_one_of_the_command_line(client: TestClient, server: TermServer) -> None:
    corpus = Examiner(server).corpus(["hid-verify"])

    got = client.get("/api/conformance/corpus", params=TYPES)
    assert got.content == corpus.manifest
    assert got.headers["x-termserver-release"] == server.edition.digest

    archive = zipfile.ZipFile(io.BytesIO(client.get("/api/conformance/corpus.zip", params=TYPES).content))
    assert archive.read("corpus.json") == corpus.manifest
    assert {name: archive.read(name) for name in archive.namelist()[1:]} == {
        case.file: case.data for case in corpus.cases
    }


def test_answers_are_judged(client: TestClient, asked: dict[str, Any]) -> None:
    said = client.post("/api/conformance/judge", json=asked).json()

    assert said["conformant"] and said["failures"] == []
    id = next(id for id, one in asked["answers"]["answers"].items() if one["verdict"] == "accepted")
    wrong = json.loads(json.dumps(asked))
    wrong["answers"]["answers"][id]["document"] = "{"
    said = client.post("/api/conformance/judge", json=wrong).json()
    assert [(one["case"], one["code"]) for one in said["failures"]] == [(id, "rewritten-refused")]
    assert not said["conformant"] and said["release"]


@pytest.mark.parametrize(
    "change",
    [
        {"software": None},
        {"software": {"system_id": "HIS"}},
        {"software": {"system_id": SYSTEM, "person": "x"}},
        {"software": {"system_id": SYSTEM, "name": 1}},
        {"types": "hid-verify"},
        {"types": ["hid-request"]},
        {"on": "yesterday"},
        {"answers": None},
        {"answers": []},
        {"more": 1},
    ],
)
def test_what_cannot_be_judged_is_a_bad_request(change: Any, client: TestClient, asked: dict[str, Any]) -> None:
    got = client.post("/api/conformance/judge", json=asked | change)

    assert got.status_code == 400
    assert got.json()["error"]["message"]["fa"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"answers": 1, "answers": 2}', b"\xff"])
def test_a_body_that_is_no_object_is_a_bad_request(body: bytes, client: TestClient) -> None:
    for path in ("/api/conformance/judge", "/api/conformance/verify"):
        assert client.post(path, content=body).status_code == 400


def test_an_unknown_type_is_not_found(client: TestClient) -> None:
    got = client.get("/api/conformance/corpus", params={"type": "bill"})

    assert (got.status_code, got.json()["error"]["code"]) == (404, "unknown-document-type")


def test_a_certificate_is_verified(client: TestClient, server: TermServer, asked: dict[str, Any]) -> None:
    from termserver.conformance import certificate
    from termserver.releases.digests import canonical_json

    judged = client.post("/api/conformance/judge", json=asked | {"on": "2026-11-21"}).json()
    key = signatures.make("committee")
    statement = {name: judged.get(name, "") for name in ("says", "edition", "engine", "corpus", "answers", "types")}
    statement |= {"software": {"system_id": SYSTEM, "name": "HIS", "version": ""}, "result": "0" * 64}
    statement |= {"signed_on": "2026-11-21", "until": "2027-11-20"}
    signature = key.sign(certificate.FORMAT, canonical_json(statement)).as_json()
    said = {"format": certificate.FORMAT, "statement": statement, "signature": signature}
    body: dict[str, Any] = {"certificate": said, "public_key": key.public.as_pem().decode(), "on": "2026-12-01"}

    assert client.post("/api/conformance/verify", json=body).json()["holds"] is True
    late = client.post("/api/conformance/verify", json=body | {"on": "2028-01-01"}).json()
    assert [one["code"] for one in late["problems"]] == ["expired"]
    other = {**body, "public_key": signatures.make("other").public.as_pem().decode()}
    assert client.post("/api/conformance/verify", json=other).json()["problems"][0]["code"] == "other-key"
    assert client.post("/api/conformance/verify", json=body | {"certificate": {}}).json()["holds"] is False
    assert client.post("/api/conformance/verify", json=body | {"public_key": "x"}).status_code == 400
