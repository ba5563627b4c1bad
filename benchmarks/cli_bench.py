"""One file from the command line: the CPU time of a whole process, ours beside what a user would pick."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from termserver.service import TermServer

RUNS = 7


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
    with tempfile.TemporaryDirectory() as folder, TermServer.open() as server:
        xml, json, schema = (Path(folder) / name for name in ("bill.xml", "bill.json", "bill.schema.json"))
        xml.write_bytes(server.example("patient-bill", "xml"))
        json.write_bytes(server.example("patient-bill", "json"))
        files = server.schema_files("patient-bill")
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        xsd = next(Path(folder) / name for name in files if name.startswith("PatientBill") and name.endswith(".xsd"))
        schema = next(Path(folder) / name for name in files if name.endswith(".schema.json"))
        ours = shutil.which("termserver", path=os.path.dirname(sys.executable)) or "termserver"
        rows = {
            "`python -c pass`": [sys.executable, "-c", "pass"],
            "**`termserver validate bill.xml`** (structure, codes, identifiers, rules)": [ours, "validate", str(xml)],
            "**`termserver validate bill.json`** (the same)": [ours, "validate", str(json)],
        }
        if tool := shutil.which("xmllint"):
            rows["`xmllint --schema` (structure alone)"] = [tool, "--noout", "--nonet", "--schema", str(xsd), str(xml)]
        if tool := shutil.which("check-jsonschema", path=os.path.dirname(sys.executable)):
            rows["`check-jsonschema` (structure alone)"] = [tool, "--schemafile", str(schema), str(json)]
        figures = {name: cpu(command) for name, command in rows.items()}
    base = figures["**`termserver validate bill.xml`** (structure, codes, identifiers, rules)"]
    lines = ["| command | CPU ms | × ours (XML) |", "|---|---|---|"]
    lines += [f"| {name} | {spent:.0f} | {spent / base:.2f} |" for name, spent in figures.items()]
    return "## One file from the command line\n\n" + "\n".join(lines)


if __name__ == "__main__":
    print(run())
