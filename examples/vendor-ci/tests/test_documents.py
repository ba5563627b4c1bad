"""What our program writes is accepted; ``assert_accepted`` comes with termserver's plugin for pytest."""

from pathlib import Path

import pytest

DOCUMENTS = Path(__file__).resolve().parent.parent / "documents"


@pytest.mark.parametrize("document", sorted(DOCUMENTS.glob("*.*")), ids=lambda path: path.name)
def test_what_we_send_is_accepted(assert_accepted, document):
    report = assert_accepted(document)
    assert report.complete


def test_a_wrong_sum_would_be_found(assert_rejected):
    bill = (DOCUMENTS / "bill-outpatient.xml").read_text("utf-8")
    before, found, after = bill.partition("<VM:TotalCharge ")
    wrong = before + found + after.replace("<VM:Magnitude>", "<VM:Magnitude>9", 1)
    assert_rejected(wrong, rule="lines-sum-to-total-charge")
