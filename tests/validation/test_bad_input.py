"""Whatever is sent, the answer is a report, in time: findings or undecided, never a traceback and never a hang."""

import time
from pathlib import Path

import pytest

from termserver.model.findings import Report, Verdict
from termserver.service import TermServer

VM = "http://thrita.behdasht.gov.ir/VM/"
SECONDS = 2.0
"""CPU of one document on a loaded machine; most take milliseconds."""


def _bill(inside: str, head: str = "", root: str = "") -> bytes:
    return f'{head}<PatientBillMessageVO xmlns:VM="{VM}" {root}>{inside}</PatientBillMessageVO>'.encode()


def _judged(server: TermServer, data: bytes) -> Report:
    started = time.process_time()
    report = server.check_document(data, "bad")
    assert time.process_time() - started < SECONDS
    return report


DEEP = 100_000
REJECTED = {
    "an empty file": b"",
    "blanks": b"   \n\t ",
    "a mark of UTF-8 alone": b"\xef\xbb\xbf",
    "plain text": b"hello",
    "UTF-16": _bill("").decode().encode("utf-16"),
    "UTF-16 declared as UTF-8": _bill("", '<?xml version="1.0" encoding="utf-8"?>').decode().encode("utf-16-le"),
    "UTF-7": b"+ADw-root+AD4-",
    "UTF-7 declared": b'<?xml version="1.0" encoding="utf-7"?><PatientBillMessageVO/>',
    "Latin-1 declared": '<?xml version="1.0" encoding="iso-8859-1"?><PatientBillMessageVO a="é"/>'.encode("latin-1"),
    "overlong UTF-8": b"<PatientBillMessageVO>\xc0\xaf</PatientBillMessageVO>",
    "a NUL": b"<PatientBillMessageVO>\x00</PatientBillMessageVO>",
    "an external entity": _bill("&x;", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "billion laughs": _bill(
        "&e9;",
        "<!DOCTYPE r [" + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9)) + '<!ENTITY e0 "ha">]>',
    ),
    "a DTD with defaults": _bill("", '<!DOCTYPE PatientBillMessageVO [<!ATTLIST Person a CDATA "b">]>'),
    "an undeclared entity": _bill("&nobody;"),
    "a truncated document": _bill("<VM:Person>")[:-30],
    "two roots": _bill("") + _bill(""),
    "NaN": b'{"Composition": {"BillSummary": {"TotalCharge": {"Magnitude": NaN}}}}',
    "Infinity": b'{"Composition": {"BillSummary": {"TotalCharge": {"Magnitude": Infinity}}}}',
    "1e400": b'{"Composition": {"BillSummary": {"TotalCharge": {"Magnitude": 1e400}}}}',
    "a number of a million digits": b'{"Composition": {"BillSummary": ' + b"9" * 1_000_000 + b"}}",
    "a lone surrogate": b'{"Composition": {"BillSummary": {"x": "\\ud800"}}}',
    "a key twice": b'{"Composition": {"BillSummary": {"Insurer": 1, "Insurer": 2}}}',
    "a key twice, once in escapes": b'{"Composition": {"BillSummary": {"Insurer": 1, "\\u0049nsurer": 2}}}',
    "a key twice, made up for by escapes": b'{"Composition": {"BillSummary": {"a": "\\u0022\\u0022", "a": ""}}}',
    "a key twice in two cases": b'{"Composition": {"BillSummary": {"Insurer": {}, "insurer": {}}}}',
    "two documents": b'{"Composition": {"BillSummary": {}}} {}',
    "a comma too many": b'{"Composition": {"BillSummary": {},}}',
    "single quotes": b"{'Composition': 1}",
}
UNDECIDED = {
    "elements nested 100,000 deep": _bill("<VM:Person>" * DEEP + "</VM:Person>" * DEEP),
    "lists nested 100,000 deep": b"[" * DEEP + b"]" * DEEP,
    "lists nested 300 deep": b"[" * 300 + b"]" * 300,
    "objects nested 1,000,000 deep, unclosed": b'{"a":' * 1_000_000,
    "another XML document": b"<html><body/></html>",
    "another JSON document": b'{"hello": "world"}',
    "a list": b"[1, 2, 3]",
    "a text": b'["x"]',
    "an encrypted envelope": b'{"ContentType": "Thrita.DM.Message.X", "Data": "AA==", "Key": "AA==", "IV": "AA=="}',
    "eleven megabytes": b"<PatientBillMessageVO>" + b" " * 11_000_000 + b"</PatientBillMessageVO>",
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_no_document_is_rejected_with_its_place(server: TermServer, name: str) -> None:
    report = _judged(server, REJECTED[name])

    assert report.verdict is Verdict.REJECTED
    assert report.findings
    assert all(finding.message.fa and finding.message.en for finding in report.findings)
    assert all(finding.where.line >= 1 and finding.where.column >= 1 for finding in report.findings)


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_judged_is_undecided_and_says_why(server: TermServer, name: str) -> None:
    report = _judged(server, UNDECIDED[name])

    assert report.verdict is Verdict.UNDECIDED
    assert not report.complete
    assert len(report.findings) == 1


HUGE = {
    "100,000 unknown elements": _bill("<VM:Person>" + "<VM:X/>" * 100_000 + "</VM:Person>"),
    "100,000 repeated elements": _bill("<VM:Person>" + "<VM:Gender/>" * 100_000 + "</VM:Person>"),
    "100,000 empty lines of a bill": _bill(
        "<VM:Composition><VM:BillServices>" + "<VM:ServiceDetailsVO/>" * 100_000 + "</VM:BillServices></VM:Composition>"
    ),
    "100,000 attributes": _bill("<VM:Person " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
    "10,000 namespaces": _bill("", root=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(10_000))),
    "100,000 unknown members": b'{"Composition": {"BillSummary": {'
    + b",".join(b'"a%d": 1' % n for n in range(100_000))
    + b"}}}",
    "20,000 groups over 20,000 lines": b'{"Composition": {"BillSummary": {"ServiceGroupRow": ['
    + b",".join([b'{"ServiceType": {"Coded_string": "1"}, "TotalCharge": {"Magnitude": 1}}'] * 20_000)
    + b']}, "BillServices": ['
    + b",".join([b'{"ServiceType": {"Coded_string": "1"}, "TotalCharge": {"Magnitude": 1}}'] * 20_000)
    + b"]}}",
    "related services 200 deep": b'{"Composition": {"BillSummary": {}, "BillServices": ['
    + b'{"RelatedService": [' * 100
    + b"]}" * 100
    + b"]}}",
}


@pytest.mark.parametrize("name", HUGE)
def test_a_flood_of_faults_ends_in_a_bounded_report(server: TermServer, name: str) -> None:
    report = _judged(server, HUGE[name])

    assert report.verdict in (Verdict.REJECTED, Verdict.UNDECIDED)
    assert 1 <= len(report.findings) <= 1000


def test_more_findings_than_the_limit_make_the_report_incomplete(server: TermServer) -> None:
    report = _judged(server, HUGE["100,000 empty lines of a bill"])

    assert len(report.findings) == 1000
    assert not report.complete
    assert report.verdict is Verdict.REJECTED


def test_a_schema_location_is_not_followed(server: TermServer, examples: Path, tmp_path: Path) -> None:
    text = (examples / "03_patient_bill_inpatient.xml").read_text("utf-8")
    trap = tmp_path / "trap.xsd"
    trap.write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"><broken/></schema>')
    hint = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:trap {trap.as_uri()} {VM} http://127.0.0.1:9/x.xsd" '
        f'xsi:noNamespaceSchemaLocation="{trap.as_uri()}"'
    )

    report = server.check_document(text.replace("<PatientBillMessageVO ", f"<PatientBillMessageVO {hint} ").encode())

    assert report.verdict is Verdict.ACCEPTED
    assert report.findings == ()


def test_an_xinclude_is_an_unknown_element(server: TermServer) -> None:
    inside = '<VM:Person><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></VM:Person>'

    report = _judged(server, _bill(inside))

    assert "structure.unknown-field" in {finding.rule for finding in report.findings}
    assert "root:" not in str(report)


def test_a_doctype_within_text_is_only_text(server: TermServer, examples: Path) -> None:
    text = (examples / "03_patient_bill_inpatient.xml").read_text("utf-8")

    report = server.check_document(text.replace("نشانی نمونه", "<![CDATA[<!DOCTYPE x>]]>").encode())

    assert report.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, None, [], {}, [[]], [None], [1], [{}], [{"a": []}]])
def test_anything_in_the_place_of_anything_is_explained(server: TermServer, bill: dict, value: object) -> None:  # type: ignore[type-arg]
    import orjson

    def everywhere(part: object, path: tuple[object, ...]) -> list[tuple[object, ...]]:
        below = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        return [path, *(found for key, inner in below for found in everywhere(inner, (*path, key)))]

    for path in everywhere(bill, ())[1::7]:
        changed = orjson.loads(orjson.dumps(bill))
        target = changed
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value
        report = server.check_document(orjson.dumps(changed), str(path))
        assert report.verdict in Verdict
