"""The documents page: the same verdict as everywhere, safe against its documents, useful without a script."""

import json
import re
import time
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web import posted
from termserver.web.document_rows import WIDTH, rows
from termserver.web.documents_page import LIMIT, SHOWN

ROOT = Path(__file__).resolve().parents[2]
INVALID = sorted((ROOT / "validators").glob("*/*/examples/invalid/*"))
BAIT = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"</textarea></code>"


def judged(client: TestClient, data: bytes, name: str = "", language: str = "en") -> Any:
    """The page after a file (or, without a name, a pasted text) was posted."""
    given: dict[str, Any] = (
        {"files": {"file": (name, data)}} if name else {"files": {"text": (None, data.decode()), "type": (None, "")}}
    )
    return client.post(f"/documents?lang={language}", **given)


def notes(page: str) -> list[tuple[str, str]]:
    """Rule and path of every finding beside its line."""
    found = re.findall(
        r'<p class="rule"><a [^>]*><code>([^<]*)</code></a>(?: <code class="path">([^<]*)</code>)?', page
    )
    return [(unescape(rule), unescape(path)) for rule, path in found]


def text_of(page: str) -> str:
    """What the rows show."""
    shown = re.findall(r"</span><code>(.*?)</code>", page, re.S)
    return "\n".join(unescape(re.sub(r"</?mark[^>]*>", "", row)) for row in shown)


@pytest.mark.parametrize("example", INVALID, ids=lambda path: f"{path.parents[3].name}/{path.name}")
def test_the_page_says_what_the_library_says(client: TestClient, server: TermServer, example: Path) -> None:
    data = example.read_bytes()
    report = server.check_document(data)
    answer = judged(client, data, example.name)
    assert answer.status_code == 200
    assert f'class="verdict {report.verdict}"' in answer.text
    assert sorted(notes(answer.text)) == sorted((one.rule, one.where.path) for one in report.findings)
    for one in report.findings:
        assert escape(one.message.en) in answer.text.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")


def test_pasted_and_chosen_are_judged_alike_in_both_languages(client: TestClient, server: TermServer) -> None:
    document = server.example("patient-bill", "xml")
    for language, said, direction in (("fa", "پذیرفته شد", "rtl"), ("en", "Accepted", "ltr")):
        for name in ("", "bill.xml"):
            page = judged(client, document, name, language).text
            assert f'<html lang="{language}" dir="{direction}">' in page
            assert said in page
            assert "نمونه" in text_of(page)  # the reader sees the values of the own document


def test_a_hostile_document_never_becomes_markup(client: TestClient) -> None:
    for document in (
        f"<a>{BAIT}</a>",
        json.dumps({BAIT: BAIT, "Composition": {BAIT: 1}}),
        f'<PatientBillMessageVO {BAIT}="1"/>',
        f"<!-- {BAIT} --><PatientBillMessageVO><x>{BAIT.replace('<', '&lt;')}</x></PatientBillMessageVO>",
        BAIT,
        "{{ 7 * 7 }}{% raw %}",
    ):
        for name in ("", "a.xml", f"{BAIT}.xml"):
            answer = judged(client, document.encode(), name)
            assert answer.status_code == 200
            page = answer.text
            assert "<script>alert" not in page
            assert "<img" not in page
            assert page.count("</textarea>") <= 2
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"


def test_signs_that_hide_or_turn_the_text_are_shown_as_signs() -> None:
    (row,) = rows("a\x00b\u202ec\x1bd\u200ce", ())
    assert row.text == "a␀b�c␛d\u200ce"


def test_the_page_has_no_script_or_style_of_its_own(client: TestClient) -> None:
    page = judged(client, b"<a/>").text + client.get("/documents").text
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", page)
    for name in ("documents.js", "documents.css"):
        assert client.get(f"/static/{name}").status_code == 200


def test_nothing_or_too_much_is_said_on_the_page(client: TestClient) -> None:
    for data, status in ((b"", 400), (b" \n", 400), (b"<" + b"a" * LIMIT, 413)):
        answer = judged(client, data, "a.xml")
        assert answer.status_code == status
        assert 'class="failure"' in answer.text
    assert client.post("/documents", content=b"x=1").status_code == 400


def test_the_start_page_leads_here_and_an_example_is_at_hand(client: TestClient, server: TermServer) -> None:
    assert 'href="/documents"' in client.get("/").text
    page = client.get("/documents", params={"example": "patient-bill", "format": "json", "lang": "en"}).text
    text = unescape(page.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])
    assert text.encode() == server.example("patient-bill", "json")
    assert client.get("/documents", params={"example": BAIT}).status_code == 200


def test_a_file_is_judged_byte_for_byte(client: TestClient, server: TermServer) -> None:
    for data in (b"\xff\xfe<\x00a\x00", b"<a>\xff</a>\r\n", b"\xef\xbb\xbf<a>\r\r\n\n</a>\r\n", b"--\r\n--x--\r\n"):
        report = server.check_document(data)
        page = judged(client, data, "odd").text
        assert report.sha256[:19] in page
        assert f'class="verdict {report.verdict}"' in page


def test_a_form_is_read_as_browsers_write_it() -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\nb\r\n'
        b'--XX\r\ncontent-disposition: form-data; name="file"; filename="\xd9\x86.xml"\r\nContent-Type: a/b\r\n\r\n'
        b"<a>\r\n</a>\r\n--XX--\r\n"
    )
    read = posted.parts(body, 'multipart/form-data; boundary="XX"')
    assert [(one.name, one.file) for one in read] == [("text", None), ("file", "ن.xml")]
    assert posted.typed(read, "text") == "a\nb"
    assert posted.document(read) == (b"<a>\r\n</a>", "ن.xml")
    for broken in (b"", b"--XX", b"--XX\r\n\r\n", b"--XX\r\nname=x\r\n", body[:90]):
        posted.parts(broken, "multipart/form-data; boundary=XX")
    assert posted.parts(body, "text/plain") == []


def found(line: int, column: int) -> Finding:
    return Finding("r", Layer.RULE, Severity.ERROR, Text("م", "m"), Location("p", line, column))


def test_of_a_large_document_the_rows_around_the_findings_are_shown() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 100_001))
    shown = rows(text, [found(5, 1), found(50_000, 6), found(100_000, 1)])
    assert [row.line for row in shown if row.findings] == [5, 50_000, 100_000]
    assert [row.line for row in shown if row.gap] == [2, 49_997, 99_997]
    assert len(shown) == 18
    assert list(shown[10].pieces([found(1, 1), found(50_000, 6)]))[1] == ("50000", "error")


def test_a_packet_in_one_line_is_broken_between_its_elements(server: TermServer) -> None:
    packet = re.sub(r">\s+<", "><", server.example("patient-bill", "xml").decode())
    at = packet.index("<VM:Composition")
    shown = rows(packet, [found(1, at + 1)])
    assert all(len(row.text) <= WIDTH for row in shown)
    (noted,) = [row for row in shown if row.findings]
    assert ("<VM:Composition", "error") in noted.pieces([found(1, at + 1)])
    assert "".join(row.text for row in shown) == packet.strip("\n")


def test_the_largest_document_is_shown_in_time(client: TestClient) -> None:
    many = b'{"Composition":{' + b",".join(b'"X%d":1' % n for n in range(300_000)) + b"}}"
    lines = b"<PatientBillMessageVO>" + b"\n<x/>" * 200_000 + b"</PatientBillMessageVO>"
    for data in (many, lines, b"\n" * (LIMIT - 1) + b"<", b"{" * LIMIT):
        began = time.monotonic()
        answer = judged(client, data, "large")
        assert answer.status_code == 200
        assert len(answer.content) < 2_000_000
        assert len(notes(answer.text)) <= SHOWN
        assert time.monotonic() - began < 20


def carried(page: str) -> str:
    return unescape(re.search(r'name="report" value="([^"]*)"', page)[1])  # type: ignore[index]


def test_an_objection_is_masked_whole_and_kept_nowhere(client: TestClient, server: TermServer) -> None:
    document = server.example("patient-bill", "xml").decode().replace('Coded_string="2"', 'Coded_string="77"')
    document = document.replace("<VM:Month>2<", "<VM:Month>22<", 1)
    page = judged(client, document.encode(), "علی.xml").text
    form = {"report": (None, carried(page)), "comment": (None, "از فهرست\r\nهست")}
    answer = client.post("/documents/objection", files=form)
    assert answer.headers["content-disposition"].startswith("attachment")
    said = answer.json()
    assert said["format"] == "termserver-objection/1"
    assert said["release"] == server.edition.digest
    assert said["engine"].startswith("termserver ")
    assert said["comment"] == "از فهرست\nهست"
    errors = [one for one in server.check_document(document.encode()).findings if one.severity is Severity.ERROR]
    assert [(one["rule"], one["path"], one["line"]) for one in said["findings"]] == [
        (one.rule, one.where.path, one.where.line) for one in errors
    ]
    assert all(one["excerpt"] for one in said["findings"])
    values = set(re.findall(r'(?:FirstName|LastName|NationalCode|FullName|PostalCode)="([^"]+)"', document))
    values |= set(re.findall(r">([^<>\s][^<>]{3,})<", document)) | {"علی.xml"}
    assert values
    for value in values:
        assert value not in answer.text.replace(said["comment"], ""), value
    chosen = client.post("/documents/objection", files=[*form.items(), ("finding", (None, "0"))]).json()["findings"]
    assert len(chosen) == 1


def test_what_is_no_report_of_ours_makes_no_objection(client: TestClient) -> None:
    for text in ("", "{", "[]", '{"findings":[{}]}', '{"findings":[{"severity":"error"}],"release":"","document":{}}'):
        answer = client.post("/documents/objection", files={"report": (None, text)})
        assert answer.status_code == 400
        assert 'class="failure"' in answer.text


def test_the_page_logs_nothing_of_a_document(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="termserver"):
        judged(client, b"<a>SECRET</a>", "secret.xml")
        client.post("/documents/objection", files={"report": (None, '{"findings":"SECRET"}')})
    assert "SECRET" not in caplog.text
