"""The entries of a registry are not given where no access is logged."""

from pathlib import Path

import pytest

from termserver.api.fhir.door import FhirDoor
from termserver.api.fhir.exchange import R4, Exchange
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Kind
from termserver.model.text import Text
from termserver.service import TermServer

URL = "https://example.org/fhir/CodeSystem/doctors"


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory):
    system = CodeSystem("doctors", URL, Text("پزشکان", "Doctors"), "1", Content.COMPLETE, kind=Kind.REGISTRY)
    entries = (Concept("1", Text("دکتر یک")), Concept("2", Text("دکتر دو"), parents=("1",)))
    path: Path = tmp_path_factory.mktemp("registry") / "doctors.release"
    build_release([CodeSystemContent(system, entries)], path, "doctors", "1")
    with TermServer.open(path) as server:
        dispatch = FhirDoor(server)._dispatch(R4)
        yield lambda path, query: dispatch.answer(Exchange(R4, "GET", path, query, base="http://here"))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("CodeSystem/$lookup", f"system={URL}&code=1"),
        ("CodeSystem/$validate-code", f"url={URL}&code=1"),
        ("CodeSystem/$subsumes", f"system={URL}&codeA=1&codeB=2"),
        ("ValueSet/$expand", f"url={URL}"),
        ("ValueSet/$expand", f"url={URL}?fhir_vs=isa/1"),
        ("ValueSet/$validate-code", f"url={URL}&system={URL}&code=1"),
        ("CodeSystem/doctors", ""),
        ("CodeSystem", f"url={URL}"),
    ],
)
def test_no_entry_of_a_registry_is_told(answer, path, query):
    assert "دکتر" not in str(answer(path, query).resource)


def test_the_registry_itself_is_named(answer):
    assert answer("CodeSystem/doctors", "").resource["content"] == "not-present"
