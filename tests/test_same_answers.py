"""The server, the library and the command line say the same of every example, and so do both engines."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.cli.main import run
from termserver.service import TermServer, Validator
from termserver.web.application import create

ROOT = Path(__file__).resolve().parent.parent
CORPUS = sorted((ROOT / "validators").glob("*/*/examples/*/*"))
BATCH = 100

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(server: TermServer) -> Iterator[TestClient]:
    with TestClient(create(server)) as opened:
        yield opened


@pytest.fixture(scope="module")
def library(server: TermServer) -> dict[str, dict[str, Any]]:
    """What the library says, by the name of the document."""
    return {str(path): server.check_document(path.read_bytes(), str(path)).as_json() for path in CORPUS}


@pytest.fixture
def command(standards: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Callable[..., dict[str, Any]]:
    """What ``termserver validate --json`` says of the corpus, by the name of the document."""
    monkeypatch.setenv("TERMSERVER_EDITION", str(standards))

    def call(*options: str) -> dict[str, Any]:
        capfdbinary.readouterr()
        assert run(["validate", "--json", *options, *map(str, CORPUS)]) == 1
        return {one["document"]: one for one in json.loads(capfdbinary.readouterr().out)["reports"]}

    return call


def test_the_corpus_holds_every_document_type(server: TermServer) -> None:
    assert {path.parents[3].name for path in CORPUS} == {known.id for known in server.document_types()}


@pytest.mark.parametrize("options", [(), ("--jobs", "2"), ("--engine", "reference"), ("--lang", "fa")])
def test_the_command_line_says_what_the_library_says(
    library: dict[str, Any], command: Callable[..., dict[str, Any]], options: tuple[str, ...]
) -> None:
    assert command(*options) == library


def test_the_other_engine_says_the_same(server: TermServer, library: dict[str, Any]) -> None:
    for path in CORPUS:
        report = server.check_document(path.read_bytes(), str(path), engine="reference")
        assert report.as_json() == library[str(path)]


def test_the_validator_says_the_same(standards: Path, library: dict[str, Any]) -> None:
    with Validator(standards) as validator:
        for path in CORPUS:
            assert validator.check(path).as_json() == library[str(path)]


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_server_says_the_same_in_batches(client: TestClient, library: dict[str, Any], engine: str) -> None:
    for start in range(0, len(CORPUS), BATCH):
        part = CORPUS[start : start + BATCH]
        documents = [{"id": str(path), "content_base64": b64encode(path.read_bytes()).decode()} for path in part]
        body = client.post(f"/api/documents/validate-batch?engine={engine}", json={"documents": documents}).json()
        assert body["reports"] == [library[str(path)] for path in part]


def test_the_server_says_the_same_one_by_one(client: TestClient, library: dict[str, Any]) -> None:
    for path in CORPUS:
        body = client.post("/api/documents/validate", params={"name": path.name}, content=path.read_bytes()).json()
        assert body["reports"] == [{**library[str(path)], "document": path.name}]
