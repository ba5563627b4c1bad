"""Promises of the judge: the same answer every time, in every thread, and nothing loaded that is not needed."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from termserver.model.documents import DocumentType
from termserver.service import TermServer
from termserver.validation.shape import Shape
from termserver.validation.walker import Walker
from termserver.validation.xml_message import XmlMessages, write_xml


def test_reports_are_the_same_bytes_each_time(server: TermServer, examples: Path) -> None:
    data = (examples / "11_patient_bill_INVALID.json").read_bytes()

    reports = {orjson.dumps(server.check_document(data, "x").as_json()) for _ in range(5)}

    assert len(reports) == 1


def test_findings_stand_in_the_order_of_the_document(server: TermServer, examples: Path) -> None:
    report = server.check_document((examples / "11_patient_bill_INVALID.json").read_bytes())

    places = [(finding.where.line, finding.where.column, finding.rule) for finding in report.findings]
    assert places == sorted(places)


def test_threads_do_not_mix_their_findings(server: TermServer, root: Path) -> None:
    documents = [path.read_bytes() for path in sorted((root / "validators").glob("*/*/examples/*/*"))]
    alone = [server.check_document(data).as_json() for data in documents]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda data: server.check_document(data).as_json(), documents * 3))

    assert together == alone * 3


def test_a_message_written_as_xml_is_read_back(server: TermServer, root: Path) -> None:
    types: dict[str, DocumentType] = {known.id: known for known in server.document_types()}
    for example in sorted((root / "validators").glob("*/*/examples/valid/*.json")):
        shape = Shape(types[example.parents[3].name])
        message: dict[str, Any] = json.loads(example.read_bytes())

        assert XmlMessages(shape).read(write_xml(message, shape)) == message


def test_what_the_engines_accept_the_walk_finds_nothing_wrong_with(server: TermServer, root: Path) -> None:
    types = {known.id: known for known in server.document_types()}
    for example in sorted((root / "validators").glob("*/*/examples/valid/*.json")):
        message = json.loads(example.read_bytes())

        walk = Walker(Shape(types[example.parents[3].name])).walk(message)

        assert walk.findings == []
        assert walk.message == message


def test_a_refusal_is_never_left_to_the_engine_s_own_words(server: TermServer, root: Path) -> None:
    for example in sorted((root / "validators").glob("*/*/examples/*/*")):
        for engine in ("fast", "reference"):
            rules = {finding.rule for finding in server.check_document(example.read_bytes(), engine=engine).findings}
            assert "structure.schema" not in rules, example.name


def test_judging_one_form_does_not_load_the_other_s_engine(standards: Path, root: Path) -> None:
    example = root / "validators/patient-bill/1.0/examples/valid/inpatient"
    for form, foreign in (("xml", "jsonschema_rs"), ("json", "lxml")):
        code = (
            "import sys\nfrom pathlib import Path\nfrom termserver.service import TermServer\n"
            f"with TermServer.open({str(standards)!r}) as server:\n"
            f"    report = server.check_document(Path({str(example.with_suffix('.' + form))!r}).read_bytes())\n"
            "assert report.verdict == 'accepted', report\n"
            f"heavy = {{{foreign!r}, 'typer', 'fastapi', 'pydantic', 'yaml', 'xmlschema', 'jsonschema', 'whoosh'}}\n"
            "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
