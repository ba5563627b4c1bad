"""A small vendor sits the examination: reads the corpus, judges each document, writes again what it accepts.

    termserver conformance corpus -o exam --type patient-bill
    python answer.py exam
    termserver conformance judge exam --software 00000000-0000-4000-8000-0000000000aa --name "Sample HIS"

Put your own software in place of ``judge`` and ``rewrite``: what counts is what *it* accepts and writes.
"""

import hashlib
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from termserver import Validator

FORMAT = "termserver-answers/1"
OWN_ID = "00000000-0000-4000-8000-0000000000aa"


def judge(validator, data, kind):
    """What this software says of a document: accepted or not, and where it finds it wrong.

    This sample asks termserver, as a build does. The corpus has texts that only look like XML or JSON: never parse
    a stranger's XML with a reader that follows entities before it was judged.
    """
    report = validator.check(data, type=kind)
    errors = [finding for finding in report.findings if finding.severity == "error"]
    return report.verdict == "accepted", sorted({finding.where.path for finding in errors if finding.where.path})


def rewrite(data, form):
    """The document as this software writes it: read into its own objects, and written from them."""
    if form == "json":
        record = json.loads(data)
        return json.dumps(own_number(record), ensure_ascii=False, indent=1, sort_keys=True).encode()
    tree = ElementTree.fromstring(data)
    for element in tree.iter():
        if element.get("Type") == "System_ID" and element.get("ID"):
            element.set("ID", OWN_ID)
    ElementTree.indent(tree)
    return ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)


def own_number(value):
    """A document names the software that wrote it: this one puts its own SystemID, which the judge expects."""
    if isinstance(value, list):
        return [own_number(item) for item in value]
    if not isinstance(value, dict):
        return value
    said = {name: own_number(member) for name, member in value.items()}
    if said.get("Type") == "System_ID" and said.get("ID"):
        said["ID"] = OWN_ID
    return said


def main(folder):
    manifest = (folder / "corpus.json").read_bytes()
    (folder / "answers").mkdir(exist_ok=True)
    answers = {}
    with Validator() as validator:
        for case in json.loads(manifest)["cases"]:
            data = (folder / case["file"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == case["sha256"], f"{case['file']} was changed on its way"
            accepted, places = judge(validator, data, case["type"])
            if accepted:
                file = f"answers/{Path(case['file']).name}"
                (folder / file).write_bytes(rewrite(data, Path(file).suffix[1:]))
                answers[case["id"]] = {"verdict": "accepted", "document": file}
            else:
                answers[case["id"]] = {"verdict": "rejected", "places": places}
    said = {"format": FORMAT, "corpus": hashlib.sha256(manifest).hexdigest(), "answers": answers}
    (folder / "answers.json").write_text(json.dumps(said, indent=1), "utf-8")
    print(f"{len(answers)} answers")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
