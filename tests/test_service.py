"""One opened edition answers everything, in one piece, to everybody."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from termserver import TermServer, Validator
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Coding, Concept, Content
from termserver.model.errors import DigestMismatch, ReleaseError, UnknownDocumentType, UnknownSystem, UsageError
from termserver.model.findings import Verdict
from termserver.model.ports import CodeState
from termserver.model.text import Text
from termserver.releases import editions
from termserver.releases.shelf import Shelf


def _diseases(id: str, stands_in_for: str = "", version: str = "2026") -> CodeSystemContent:
    return CodeSystemContent(
        CodeSystem(
            id, f"urn:test:{id}", Text("", id), version, Content.COMPLETE, stands_in_for=stands_in_for, weight=150
        ),
        (
            Concept("E11", Text("دیابت نوع ۲", "Type 2 diabetes mellitus")),
            Concept("E11.9", Text("", "Type 2 diabetes mellitus without complications"), ("E11",)),
        ),
    )


@pytest.fixture
def shelf(tmp_path: Path, standards: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The project's content and a stand-in for ICD-10 on a shelf of their own, both in the current edition."""
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    monkeypatch.delenv("TERMSERVER_EDITION", raising=False)
    kept = Shelf()
    build_release([_diseases("standin", "icd10")], tmp_path / "standin.release", "standin", "2026")
    kept.use_all([kept.install(standards), kept.install(tmp_path / "standin.release")])
    return kept


def test_an_edition_of_two_releases_answers_as_one(shelf: Shelf) -> None:
    with TermServer.open() as server:
        assert server.edition == shelf.current()
        assert server.lookup(Coding("standin", "E11.9")).release.name == "standin"
        assert server.lookup(Coding("thritaEHR.INSURER", "1")).release.name == "standards"
        assert {"insurer", "standin"} <= {system.id for system in server.systems()}
        found = server.search("تامین")
        assert json.loads(found.hits[0])["system"] == "insurer"
        assert server.subsumes("standin", "E11", "E11.9") == "subsumes"
        assert [one.code for one in server.ancestors("standin", "E11.9")] == ["E11"]
        assert [one.code for one in server.children("standin", "E11")] == ["E11.9"]
        assert [one.code for one in server.descendants("standin", "E11")] == ["E11.9"]


def test_a_stand_in_answers_for_what_is_not_here_and_says_so(shelf: Shelf) -> None:
    with TermServer.open() as server:
        assert server.resolve("icd10").content is Content.NOT_PRESENT
        for name in ("icd10", "ICD10", server.resolve("icd10").url):
            hits = [json.loads(hit) for hit in server.search("diabetes typ", systems=(name,)).hits]
            assert [(hit["system"], hit["stand_in_for"]) for hit in hits] == [("standin", "icd10")] * 2
        assert server.lookup(Coding("icd10", "E11.9")).stand_in_for == "icd10"
        assert server.describe("icd10")["answered_by"] == "standin"
        assert server.terminology.state("icd10", "E11.9", "") == CodeState.NOT_PRESENT


def test_a_stand_in_rests_once_the_real_one_is_here(shelf: Shelf, tmp_path: Path) -> None:
    build_release([_diseases("icd10", version="2019")], tmp_path / "icd10.release", "icd10", "2019")
    shelf.use_all([shelf.install(tmp_path / "icd10.release")])
    with TermServer.open() as server:
        assert server.lookup(Coding("icd10", "E11.9")).stand_in_for == ""
        answering = {json.loads(hit)["system"] for hit in server.search("diabetes").hits}
        assert "icd10" in answering and "standin" not in answering
        assert {json.loads(hit)["system"] for hit in server.search("diabetes", systems=("standin",)).hits} == {
            "standin"
        }
        assert server.describe("icd10")["answered_by"] is None


def test_going_back_brings_the_former_answers(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.current()
    build_release([_diseases("icd10", version="2019")], tmp_path / "icd10.release", "icd10", "2019")
    shelf.use_all([shelf.install(tmp_path / "icd10.release")])
    shelf.rollback()
    with TermServer.open() as server:
        assert server.edition == before
        assert server.resolve("icd10").content is Content.NOT_PRESENT


def test_every_system_is_described_with_its_release(server: TermServer) -> None:
    for system in server.systems():
        described = server.describe(system)
        assert described["id"] == system.id
        assert described["from"]["name"] == "standards"
        assert described["concepts"] >= 0
        assert server.resolve(described["url"]).id == system.id


def test_an_unknown_system_is_refused_at_every_question(server: TermServer) -> None:
    for ask in (
        lambda: server.lookup(Coding("insurr", "1")),
        lambda: server.validate_code(Coding("insurr", "1")),
        lambda: server.subsumes("insurr", "1", "2"),
        lambda: server.search("a", systems=("insurr",)),
        lambda: server.children("insurr", "1"),
        lambda: server.describe("insurr"),
    ):
        with pytest.raises(UnknownSystem, match="'insurer'"):
            ask()


def test_an_example_of_every_type_is_accepted(server: TermServer) -> None:
    types = server.document_types()
    assert {known.id for known in types} >= {"patient-bill", "medication-prescription"}
    for known in types:
        for format in known.forms:
            report = server.check_document(server.example(known.id, format))
            assert report.verdict is Verdict.ACCEPTED, [finding.message.en for finding in report.findings]
            assert (report.document_type, report.type_version) == (known.id, known.version)


def test_an_example_in_a_form_that_is_never_sent_is_refused(server: TermServer) -> None:
    with pytest.raises(UsageError, match="Ask for json"):
        server.example("hid-request", "xml")


def test_an_unknown_type_names_the_nearest(server: TermServer) -> None:
    with pytest.raises(UnknownDocumentType, match="patient-bill"):
        server.example("pasient-bill")
    with pytest.raises(UnknownDocumentType, match="patient-bill"):
        server.check_document(b"{}", type="nothing")
    with pytest.raises(UsageError, match="xml or json"):
        server.example("patient-bill", "pdf")


def test_a_validator_takes_a_path_bytes_and_text(standards: Path, tmp_path: Path) -> None:
    with Validator(standards) as validator:
        data = validator.server.example("patient-bill", "xml")
        (tmp_path / "صورتحساب.xml").write_bytes(data)
        reports = [
            validator.check(tmp_path / "صورتحساب.xml"),
            validator.check(str(tmp_path / "صورتحساب.xml")),
            validator.check(data),
            validator.check(data.decode()),
        ]
        assert {report.verdict for report in reports} == {Verdict.ACCEPTED}
        assert reports[0].document == str(tmp_path / "صورتحساب.xml")
        with pytest.raises(UsageError, match=r"missing\.xml cannot be read"):
            validator.check(tmp_path / "missing.xml")


def test_threads_share_one_server(server: TermServer) -> None:
    data = server.example("patient-bill", "xml")
    seen: list[object] = []

    def ask() -> None:
        try:
            for _ in range(20):
                seen.append(server.check_document(data).verdict)
                seen.append(json.loads(server.search("تامین").hits[0])["code"])
                seen.append(server.lookup(Coding("insurer", "1")).code)
        except Exception as error:
            seen.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {Verdict.ACCEPTED, "1"}


def test_a_closed_server_says_so(standards: Path) -> None:
    with TermServer.open(standards) as server:
        server.lookup(Coding("insurer", "1"))
    with pytest.raises(ReleaseError, match="is closed"):
        server.lookup(Coding("insurer", "2"))


def test_an_altered_release_does_not_serve(standards: Path, tmp_path: Path) -> None:
    path = tmp_path / "standards.release"
    shutil.copyfile(standards, path)
    TermServer.open(path).close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DigestMismatch, match="termserver release"):
        TermServer.open(path)


def test_an_edition_file_and_a_folder_are_opened(standards: Path, tmp_path: Path) -> None:
    with TermServer.open(standards) as server:
        pins = server.edition.releases
    shutil.copyfile(standards, tmp_path / editions.file_name(pins[0]))
    editions.write(tmp_path / "edition.json", pins)
    for path in (tmp_path, tmp_path / "edition.json", str(tmp_path / "edition.json")):
        with TermServer.open(path) as server:
            assert server.edition.releases == pins


def test_looking_up_loads_no_search_and_no_validation(standards: Path) -> None:
    script = (
        "import sys; from termserver import TermServer; from termserver.model.codes import Coding; "
        f"server = TermServer.open({str(standards)!r}); server.lookup(Coding('insurer', '1')); server.close(); "
        "print([name for name in sys.modules if name.startswith(('termserver.search', 'termserver.validation', "
        "'termserver.content', 'termserver.cli', 'lxml', 'yaml', 'typer', 'fastapi', 'pydantic', 'whoosh'))])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "[]"
