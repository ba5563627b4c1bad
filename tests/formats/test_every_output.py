"""What every form of output keeps: the same bytes each time, sound bytes whatever is in them, constant memory."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hand_made_reports import ABOUT, ALL, BAD, FINE, UNREAD, Written, flood

from termserver.formats.registry import NAMES, writer
from termserver.formats.run import Totals
from termserver.model.errors import UsageError
from termserver.model.findings import Verdict

JSON = ("json", "sarif", "gitlab", "operation-outcome", "sepas")
LINES = ("ndjson", "operation-outcome-ndjson")
XML = ("junit", "sepas-xml")


def opened(name: str, data: bytes) -> object:
    """The output as its readers open it."""
    text = data.decode("utf-8")
    if name in JSON:
        return json.loads(text)
    if name in LINES:
        return [json.loads(line) for line in text.splitlines()]
    return ElementTree.fromstring(text) if name in XML else text


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reports", [ALL, (FINE,), ()], ids=["all", "fine", "none"])
def test_an_output_can_be_read_whatever_was_found(
    name: str, language: str, reports: Sequence, written: Written
) -> None:
    data = written(name, reports, language, UNREAD)

    assert opened(name, data) is not None
    assert b"\x00" not in data and b"\x1b" not in data


@pytest.mark.parametrize("name", NAMES)
def test_the_same_run_gives_the_same_bytes(name: str, written: Written) -> None:
    assert written(name, ALL, "fa", UNREAD) == written(name, ALL, "fa", UNREAD)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_no_documents_is_sound(name: str, written: Written) -> None:
    assert opened(name, written(name, ())) is not None


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("github", "markdown")])
def test_a_document_that_could_not_be_read_is_told(name: str, written: Written) -> None:
    assert b"gone.xml" in written(name, (FINE,), "en", UNREAD)


@pytest.mark.parametrize("name", NAMES)
def test_twenty_thousand_findings_in_one_document_are_written_at_once(name: str, written: Written) -> None:
    assert opened(name, written(name, (flood(20_000),))) is not None


@pytest.mark.parametrize("name", NAMES)
def test_memory_does_not_grow_with_the_documents(name: str) -> None:
    def peak(documents: int) -> int:
        out, totals = writer(name, "fa"), Totals()
        tracemalloc.start()
        out.begin(ABOUT)
        for _ in range(documents):
            totals.add(BAD)
            out.report(BAD)
        out.end(totals.summary(1))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    if name in ("sarif", "junit"):  # they keep up to 5,000 results and a suite of 1,000 cases
        assert peak(6_000) < 8_000_000
    else:
        assert peak(1_500) < 1_000_000


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="ndjson, sarif, junit"):
        writer("pdf")


def test_a_form_of_output_is_loaded_when_it_is_asked_for() -> None:
    code = (
        "import sys; from termserver.formats.registry import writer; writer('ndjson');"
        "print([m for m in sys.modules if m.startswith('termserver.formats.') or m in ('html', 'lxml', 'yaml')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "sarif" not in said and "'html'" not in said and "lxml" not in said


def test_totals_count_verdicts_codes_and_the_unread() -> None:
    totals = Totals()
    for report in ALL:
        totals.add(report)
    totals.unread(*UNREAD[0])
    summary = totals.summary(2)

    assert summary.verdicts == {Verdict.ACCEPTED: 2, Verdict.REJECTED: 2, Verdict.UNDECIDED: 1}
    assert (summary.codes, summary.checked) == (182, 178)
    assert summary.as_json()["unread"] == 1
