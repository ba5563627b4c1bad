"""JSON and NDJSON carry the reports as they are, both languages, and what they were judged by."""

import json

from hand_made_reports import ALL, BAD, FINE, UNREAD, Written


def test_json_names_what_it_was_judged_by_and_how_it_ended(written: Written) -> None:
    said = json.loads(written("json", ALL, "en", UNREAD))

    assert said["engine"] == {"name": "termserver", "version": "0.1.0"}
    assert [pin["name"] for pin in said["edition"]["releases"]] == ["standards", "physicians"]
    assert said["release"] == said["edition"]["digest"]
    assert said["options"] == {"as-of": "2026-11-21", "require-checked": "yes"}
    assert said["errors"][0]["document"] == "gone.xml"
    assert said["summary"] == {
        "documents": {"accepted": 2, "rejected": 2, "undecided": 1},
        "unread": 1,
        "codes": 182,
        "checked": 178,
        "exit_status": 2,
    }


def test_json_reports_are_the_reports_and_no_language_changes_them(written: Written) -> None:
    assert written("json", ALL, "fa") == written("json", ALL, "en")
    said = json.loads(written("json", (FINE, BAD)))

    assert said["reports"] == [FINE.as_json(), BAD.as_json()]
    assert "errors" not in said


def test_ndjson_is_an_object_per_line_with_its_kind(written: Written) -> None:
    lines = [json.loads(line) for line in written("ndjson", (FINE, BAD), "fa", UNREAD).splitlines()]

    assert [line["kind"] for line in lines] == ["run", "report", "report", "unread", "summary"]
    assert lines[2] == {"kind": "report", **BAD.as_json()}
    assert lines[-1]["exit_status"] == 2
