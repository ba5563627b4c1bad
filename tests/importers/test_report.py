"""The report: counts that add up, and its three forms."""

import csv
import io

from termserver.importers.report import FileReport, ImportReport, Outcome, ReportRow
from termserver.model.text import Text

REPORT = ImportReport(
    files=(FileReport("a.csv", "chemical", "00", read=3, landed=2, refused=1, facts={"irc-leading-zero": 1}),),
    rows=(
        ReportRow("a.csv", 2, "GTIN", Outcome.REPAIRED, "gtin.padded", Text("صفر", "padded"), "1", "01"),
        ReportRow("a.csv", 2, "IRC", Outcome.REPAIRED, "irc.padded", Text("صفر", "padded"), "=1+1", "01"),
        ReportRow("a.csv", 3, "IRC", Outcome.REFUSED, "irc.missing", Text("خالی", "empty")),
        ReportRow("a.csv", 0, "X", Outcome.FLAGGED, "column.unknown", Text("ناشناخته", "unknown")),
    ),
    concepts={"irc": 2},
)


def test_rows_are_counted_once_by_outcome_and_the_whole_file_is_no_row():
    assert REPORT.counts == {"landed": 2, "repaired": 1, "flagged": 0, "merged": 0, "refused": 1}
    assert REPORT.read == 3


def test_the_json_form_carries_every_entry():
    form = REPORT.as_json()

    assert form["counts"] == REPORT.counts
    assert [row["rule"] for row in form["rows"]] == ["gtin.padded", "irc.padded", "irc.missing", "column.unknown"]
    assert form["rows"][0]["message"] == {"fa": "صفر", "en": "padded"}
    assert form["files"][0]["facts"] == {"irc-leading-zero": 1}


def test_the_csv_form_opens_in_a_spreadsheet_and_runs_nothing():
    rows = list(csv.DictReader(io.StringIO(REPORT.as_csv())))

    assert [row["row"] for row in rows] == ["2", "2", "3", "0"]
    assert rows[1]["before"] == "'=1+1"


def test_the_text_form_says_the_counts_the_rules_and_examples_in_both_languages():
    english, persian = REPORT.as_text("en", examples=1), REPORT.as_text("fa")

    assert "3 rows read: 2 landed, 1 refused." in english
    assert "a.csv:2: padded" in english and "refused   irc.missing" in english
    assert "سطر خوانده شد" in persian and "خالی" in persian
