"""One file from the command line: the CPU time of a whole process, ours beside what a user would pick."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.edition import shelf
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
OURS = "**`termserver validate bill.xml`** (structure, codes, identifiers, rules)"


def cpu(command: list[str]) -> float:
    """The median CPU time of a process and its children, in milliseconds; the first run is not counted."""
    spent = []
    for _ in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000)
    return statistics.median(spent[1:])


def run() -> str:
    """The table as Markdown."""
    shelf()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as an installed package runs: compiled once
    with tempfile.TemporaryDirectory() as folder, TermServer.open() as server:
        xml, json = Path(folder) / "bill.xml", Path(folder) / "bill.json"
        xml.write_bytes(server.example("patient-bill", "xml"))
        json.write_bytes(server.example("patient-bill", "json"))
        schemas = ROOT / "schemas" / "patient-bill" / "1.0"
        xsd, schema = schemas / "PatientBillMessageVO.xsd", schemas / "patient-bill.schema.json"
        ours = [sys.executable, "-m", "termserver", "validate"]
        rows = {
            "`python -c pass`": [sys.executable, "-c", "pass"],
            OURS: [*ours, str(xml)],
            "**`termserver validate bill.json`** (the same)": [*ours, str(json)],
        }
        if tool := shutil.which("xmllint"):
            rows["`xmllint --schema` (structure alone)"] = [tool, "--noout", "--nonet", "--schema", str(xsd), str(xml)]
        if tool := shutil.which("check-jsonschema", path=os.path.dirname(sys.executable)):
            rows["`check-jsonschema` (structure alone)"] = [tool, "--schemafile", str(schema), str(json)]
        figures = {name: cpu(command) for name, command in rows.items()}
    base = figures[OURS]
    lines = ["| command | CPU ms | × ours (XML) |", "|---|---|---|"]
    lines += [f"| {name} | {spent:.0f} | {spent / base:.2f} |" for name, spent in figures.items()]
    return "## One file from the command line\n\n" + "\n".join(lines)


if __name__ == "__main__":
    print(run())
