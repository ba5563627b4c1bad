"""Documents per second of one core: ours with every check on, beside engines that judge the structure alone.

Two hundred different valid patient bills of 16 to 20 KB (synthetic people, five or six service lines, all
sums right), as XML and as JSON. Caches are warm, documents are not repeated within a round; CPU time,
the best of several rounds, since other work on the machine only ever makes a round slower.
"""

import copy
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from lxml import etree, isoschematron

from benchmarks.edition import shelf
from termserver.model.check_digits import national_code
from termserver.model.documents import DocumentType
from termserver.model.findings import Verdict
from termserver.service import TermServer
from termserver.validation.shape import Shape
from termserver.validation.xml_message import write_xml

DOCUMENTS = 200
TOGETHER = 4000
"""Documents of one run in two processes."""
_SCHEMATRON = b"""<schema xmlns="http://purl.oclc.org/dsdl/schematron">
<ns prefix="v" uri="http://thrita.behdasht.gov.ir/VM/"/>
<pattern><rule context="//v:BillServices/v:ServiceDetailsVO">
 <assert test="v:TotalCharge/@Magnitude &gt;= 0">charge</assert>
 <assert test="v:PatientContribution/@Magnitude &gt;= 0">share</assert>
</rule></pattern>
<pattern><rule context="//v:BillSummary">
 <assert test="v:TotalCharge/@Magnitude
  = sum(//v:BillServices/v:ServiceDetailsVO/v:TotalCharge/@Magnitude)">sum</assert>
 <assert test="v:TotalPatientContribution/@Magnitude
  = sum(//v:BillServices/v:ServiceDetailsVO/v:PatientContribution/@Magnitude)">sum of shares</assert>
 <assert test="v:TotalCharge/@Unit = 'Rial'">unit</assert>
</rule></pattern></schema>"""
TYPE = "patient-bill"
SECONDS = 3.0
"""For each of ours; slower engines get fewer documents."""


def bills(example: dict[str, Any]) -> list[dict[str, Any]]:
    """Different valid bills, made from one by drawing lines, counts, prices, days and people anew."""
    drawn = random.Random(1405)
    return [_bill(example, drawn) for _ in range(DOCUMENTS)]


def _bill(example: dict[str, Any], drawn: random.Random) -> dict[str, Any]:
    bill = copy.deepcopy(example)
    composition = bill["Composition"]
    nine = f"{drawn.randrange(10**9):09d}"
    bill["Person"]["NationalCode"] = nine + national_code(nine)
    bill["Person"]["BirthDate"] = {
        "Year": drawn.randint(1310, 1400),
        "Month": drawn.randint(1, 12),
        "Day": drawn.randint(1, 29),
    }
    month = drawn.randint(1, 11)
    composition["Admission"]["AdmissionDate"] = {"Year": 1405, "Month": month, "Day": drawn.randint(1, 10)}
    composition["Discharge"]["DischargeDate"] = {"Year": 1405, "Month": month, "Day": drawn.randint(20, 29)}
    composition["Admission"]["MedicalRecordNumber"] = str(drawn.randrange(10**5, 10**9))
    for insurance in composition["Insurance"]:
        insurance["InsuredNumber"] = bill["Person"]["NationalCode"]
        insurance["SHEBAD"]["ID"] = "105" + "".join(drawn.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=7))
    lines = []
    for number in range(drawn.randint(5, 6)):
        line = copy.deepcopy(drawn.choice(composition["BillServices"]))
        count, price = drawn.randint(1, 9), drawn.randrange(10_000, 900_000, 10)
        total, insured = count * price, count * price * 7 // 10
        line["PKID"] = str(number + 1)
        line["ServiceCount"]["Magnitude"] = count
        line["TotalCharge"]["Magnitude"] = total
        line["BasicInsuranceContribution"]["Magnitude"] = insured
        line["PatientContribution"]["Magnitude"] = total - insured
        line["OtherCosts"][0]["Value"]["Magnitude"] = total
        line["StartDate"] = {"Year": 1405, "Month": month, "Day": drawn.randint(11, 19)}
        line.pop("EndDate", None)
        line["ServiceProvider"]["Identifier"]["ID"] = str(drawn.randint(10_000, 199_999))
        lines.append(line)
    composition["BillServices"] = lines
    _sum_up(composition["BillSummary"], lines)
    return bill


def _sum_up(summary: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    def total(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
        unit = "Each" if name == "ServiceCount" else "Rial"
        return {"Magnitude": sum(row[name]["Magnitude"] for row in rows), "Unit": unit}

    summary["TotalCharge"] = total(lines, "TotalCharge")
    summary["TotalBasicInsuranceContribution"] = total(lines, "BasicInsuranceContribution")
    summary["TotalPatientContribution"] = total(lines, "PatientContribution")
    summary["TotalOtherCosts"][0]["Value"]["Magnitude"] = summary["TotalCharge"]["Magnitude"]
    types = {line["ServiceType"]["Coded_string"]: line["ServiceType"] for line in lines}
    summary["ServiceGroupRow"] = [
        {
            "ServiceType": type_,
            **{
                name: total([line for line in lines if line["ServiceType"] == type_], name)
                for name in ("ServiceCount", "TotalCharge", "BasicInsuranceContribution", "PatientContribution")
            },
        }
        for type_ in types.values()
    ]


def _rate(judge: Callable[[Any], object], documents: Sequence[Any], seconds: float = SECONDS) -> float:
    """Documents per second of CPU: the best round over all the documents (or as many as fit in ``seconds``)."""
    judge(documents[0])
    started = time.process_time()
    judge(documents[1])
    once = max(time.process_time() - started, 1e-6)
    documents = documents[: max(4, min(len(documents), int(seconds / 2 / once)))]
    best, ends = 0.0, time.process_time() + seconds
    while time.process_time() < ends or not best:
        started = time.process_time()
        for document in documents:
            judge(document)
        best = max(best, len(documents) / (time.process_time() - started))
    return best


def _command(command: Sequence[str], files: Sequence[Path], count: int = 0) -> float:
    """Documents per second of CPU of one process that judges all the files (``count``, where it finds them itself)."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, *map(str, files)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (count or len(files)) / (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def run() -> str:
    """The table as Markdown; under two minutes."""
    shelf()
    with TermServer.open() as server, tempfile.TemporaryDirectory() as folder:
        document_type = next(known for known in server.document_types() if known.id == TYPE)
        messages = bills(orjson.loads(server.example(TYPE, "json")))
        jsons = [json.dumps(message, ensure_ascii=False, indent=1).encode() for message in messages]
        xmls = [_xml(message, document_type) for message in messages]
        for data in (*xmls, *jsons):
            report = server.check_document(data)
            if report.verdict is not Verdict.ACCEPTED or report.findings:
                raise SystemExit(f"The benchmark's own documents must be faultless: {report.findings[:3]}")
        home = Path(folder)
        for name in (f"{document_type.root}.xsd", "VM.xsd", f"{TYPE}.schema.json"):
            found = server.releases[0].artefact(f"schemas/{TYPE}/{document_type.version}/{name}")
            (home / name).write_bytes(found or b"")
        xsd, schema = home / f"{document_type.root}.xsd", home / f"{TYPE}.schema.json"
        rows = [*_xml_rows(server, xmls, xsd, home), *_json_rows(server, jsons, schema, home)]
        together = _together(xmls, jsons, home)
    size = f"{min(map(len, (*xmls, *jsons))) / 1000:.0f} to {max(map(len, (*xmls, *jsons))) / 1000:.0f} KB"
    lines = [f"| {name} | {rate:,.0f} | {1000 / rate:.2f} |" for name, rate in rows]
    head = ["| judge | documents/s | ms each |", "|---|---|---|"]
    return (
        f"## Documents\n\n{DOCUMENTS} different patient bills of {size}, CPU time of one core, caches warm.\n\n"
        + "\n".join([*head, *lines])
        + f"\n\nFrom files to reports, the program's start included:\n\n{together}"
    )


def _xml(message: dict[str, Any], document_type: DocumentType) -> bytes:
    root = write_xml(message, Shape(document_type))
    etree.indent(root, " ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _xml_rows(server: TermServer, xmls: Sequence[bytes], xsd: Path, home: Path) -> list[tuple[str, float]]:
    import xmlschema

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    schema = etree.XMLSchema(etree.parse(str(xsd)))
    python_schema = xmlschema.XMLSchema10(str(xsd))
    rows = [
        ("**XML, termserver: structure, codes, identifiers, dates, rules**", _rate(server.check_document, xmls)),
        (
            "XML, `lxml` parse and XSD alone",
            _rate(lambda data: schema.validate(etree.fromstring(data, parser)), xmls, 2),
        ),
        (
            "XML, `xmlschema` (structure alone)",
            _rate(lambda data: python_schema.is_valid(etree.fromstring(data)), xmls, 3),
        ),
    ]
    schematron = isoschematron.Schematron(etree.fromstring(_SCHEMATRON))
    rows.append(
        (
            "XML, `lxml.isoschematron`, five assertions (no structure, no codes)",
            _rate(lambda data: schematron.validate(etree.fromstring(data, parser)), xmls, 3),
        )
    )
    if tool := shutil.which("xmllint"):
        files = [home / f"{n}.xml" for n in range(len(xmls))]
        for file, data in zip(files, xmls, strict=True):
            file.write_bytes(data)
        rows.append(
            (
                "XML, `xmllint --schema` (structure alone)",
                _command([tool, "--noout", "--nonet", "--schema", str(xsd)], files),
            )
        )
    return rows


def _json_rows(server: TermServer, jsons: Sequence[bytes], schema: Path, home: Path) -> list[tuple[str, float]]:
    import jsonschema

    said = orjson.loads(schema.read_bytes())
    validator = jsonschema.Draft202012Validator(said, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    rows = [
        ("**JSON, termserver: structure, codes, identifiers, dates, rules**", _rate(server.check_document, jsons)),
        ("JSON, `jsonschema` (structure alone)", _rate(lambda data: validator.is_valid(orjson.loads(data)), jsons, 3)),
    ]
    if tool := shutil.which("check-jsonschema", path=str(Path(sys.executable).parent)):
        files = [home / f"{n}.json" for n in range(60)]
        for file, data in zip(files, jsons, strict=False):
            file.write_bytes(data)
        rows.append(
            ("JSON, `check-jsonschema` (structure alone)", _command([tool, "--schemafile", str(schema)], files))
        )
    if tool := _ajv():
        files = [home / f"{n}.json" for n in range(len(jsons))]
        for file, data in zip(files, jsons, strict=True):
            file.write_bytes(data)
        options = ["validate", "--spec=draft2020", "--strict=false", "-c", "ajv-formats", "-s", str(schema)]
        pattern = str(home / "[0-9]*.json")
        rows.append(("JSON, `ajv-cli` (structure alone)", _command([tool, *options, "-d", pattern], [], len(files))))
    return rows


def _ajv() -> str | None:
    """The program ``ajv``, fetched by npm once where it is there; None without it or without a network."""
    home = Path("var/ajv").absolute()
    program = home / "node_modules/.bin/ajv"
    if not program.exists() and (npm := shutil.which("npm")):
        home.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "ajv-cli@5", "ajv-formats@2"]
        subprocess.run(command, cwd=home, capture_output=True, check=False)
    return str(program) if program.exists() else None


def _together(xmls: Sequence[bytes], jsons: Sequence[bytes], home: Path) -> str:
    """One run over many files in one process and in two: documents per second of the clock."""
    lines = ["| one run over many files | one process | two processes | scaling |", "|---|---|---|---|"]
    for form, documents in (("xml", xmls), ("json", jsons)):
        folder = home / f"many-{form}"
        folder.mkdir()
        for n in range(TOGETHER):
            (folder / f"{n}.{form}").write_bytes(documents[n % len(documents)])
        rates = []
        for jobs in ("1", "2"):
            started = time.perf_counter()
            command = [sys.executable, "-m", "termserver.cli.main", "validate", "--quiet", "--jobs", jobs, str(folder)]
            subprocess.run(command, check=True)
            rates.append(TOGETHER / (time.perf_counter() - started))
        lines.append(
            f"| {TOGETHER:,} {form.upper()} bills | {rates[0]:,.0f}/s | {rates[1]:,.0f}/s | {rates[1] / rates[0]:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
