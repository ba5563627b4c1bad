"""The report in words, in Persian and English, with the place first and the way out last."""

from pathlib import Path

from termserver.service import TermServer
from termserver.validation import text_report


def test_a_report_says_where_what_and_what_to_do(server: TermServer, examples: Path) -> None:
    report = server.check_document((examples / "11_patient_bill_INVALID.json").read_bytes(), "bill.json")

    lines = text_report.render(report, "en").splitlines()

    start = next(n for n, line in enumerate(lines) if "[code.unknown]" in line)
    assert lines[start].startswith("bill.json:29:7: error: There is no such code in thritaEHR.gender.")
    assert lines[start].endswith("Person.Gender.Coded_string")
    assert lines[start + 1] == '    "Coded_string": "•"'
    assert lines[start + 2] == "    ^"
    assert lines[start + 3].startswith("    Did you mean 2")
    assert lines[-1].startswith("bill.json: rejected (patient-bill 1.0); checked 26 of 28 codes (not checked: ICD10 1")


def test_the_same_report_in_persian(server: TermServer, examples: Path) -> None:
    report = server.check_document((examples / "11_patient_bill_INVALID.json").read_bytes(), "bill.json")

    text = text_report.render(report, "fa")

    assert "bill.json:29:7: خطا: این کد در thritaEHR.gender نیست. [code.unknown]" in text
    assert text.splitlines()[-1].startswith("bill.json: رد شد")


def test_every_finding_of_every_example_speaks_both_languages(server: TermServer, root: Path) -> None:
    for example in sorted((root / "validators").glob("*/*/examples/invalid/*")):
        for finding in server.check_document(example.read_bytes()).findings:
            assert finding.message.fa, finding.rule
            assert finding.message.en, finding.rule
            assert finding.message.fa != finding.message.en, finding.rule
            assert finding.excerpt, finding.rule
            assert 0 <= finding.caret <= len(finding.excerpt), finding.rule
            if finding.hint:
                assert finding.hint.fa, finding.rule
                assert finding.hint.en, finding.rule


def test_nothing_in_a_document_or_its_name_commands_the_terminal(server: TermServer) -> None:
    document = b'{"Per\\u001b[2Json": 1, "\\u202exyz": 2, "Composition": {"BillSummary": {}}}'
    broken = b"<PatientBillMessageVO>\x1b[31m\x00"

    for data in (document, broken):
        text = text_report.render(server.check_document(data, "a\x1b[31m\nb.json"), "en")
        assert not {"\x1b", "\x00", "\u202e"} & set(text)
        assert text.splitlines()[0].startswith("a\ufffd[31m\ufffdb.json:1:")
