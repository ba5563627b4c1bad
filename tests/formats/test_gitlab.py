"""GitLab code quality: fingerprints that are unique in a run and outlive lines, values and languages."""

import json

from hand_made_reports import ALL, BAD, GENDER, UNDECIDED, UNREAD, Written, flood

from termserver.model.findings import Location
from termserver.model.values import replace


def test_an_issue_has_what_gitlab_asks_for(written: Written) -> None:
    first = json.loads(written("gitlab", (BAD,)))[0]

    assert len(first.pop("fingerprint")) == 32
    assert first == {
        "description": "There is no such code in thritaEHR.gender. Did you mean 2 (زن)? (Person.Gender.Coded_string)",
        "check_name": "code.unknown",
        "severity": "major",
        "location": {"path": "out/صورت حساب.xml", "lines": {"begin": 14}},
    }


def test_no_two_findings_of_a_run_share_a_fingerprint(written: Written) -> None:
    twice = replace(BAD, findings=(GENDER, GENDER))
    said = json.loads(written("gitlab", (*ALL, twice, flood(20_000)), "en", UNREAD))
    prints = [issue["fingerprint"] for issue in said if issue["location"]["path"] != twice.document]

    assert len(set(prints)) >= len(said) - 2  # BAD was given twice; its first code.unknown is the same finding
    assert len({issue["fingerprint"] for issue in json.loads(written("gitlab", (twice,)))}) == 2


def test_a_fingerprint_outlives_moved_lines_other_words_and_another_language(written: Written) -> None:
    moved = replace(GENDER, where=Location(GENDER.where.path, 99, 1), message=BAD.findings[1].message, excerpt="")
    before = json.loads(written("gitlab", (BAD,), "en"))[0]["fingerprint"]
    after = json.loads(written("gitlab", (replace(BAD, findings=(moved,), sha256="9" * 64),), "fa"))[0]["fingerprint"]

    assert before == after


def test_what_could_not_be_judged_blocks(written: Written) -> None:
    said = json.loads(written("gitlab", (UNDECIDED,), "en", UNREAD))

    assert [(issue["check_name"], issue["severity"]) for issue in said] == [
        ("document.undecided", "blocker"),
        ("code.not-checked", "info"),
        ("document.unread", "blocker"),
    ]
