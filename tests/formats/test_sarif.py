"""SARIF 2.1.0: closed against the schema's names, within GitHub's limits, fingerprints that stay."""

import json
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hand_made_reports import ABOUT, ALL, BAD, FINE, GENDER, ODD, UNDECIDED, UNREAD, Written, flood
from sarif_subset import LOG

from termserver.formats.run import Summary
from termserver.formats.sarif import SarifWriter
from termserver.model.findings import Severity, Verdict
from termserver.model.text import Text
from termserver.model.values import replace


def run_of(data: bytes) -> dict[str, Any]:
    log = json.loads(data)
    jsonschema.validate(log, LOG, jsonschema.Draft7Validator, format_checker=jsonschema.FormatChecker())
    (run,) = log["runs"]
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifacts[place["index"]]["location"]["uri"] == place["uri"]
    return run


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("reports", [ALL, (FINE,), (), (flood(20_000),)], ids=["all", "fine", "none", "flood"])
def test_the_log_keeps_the_standard(reports: tuple, language: str, written: Written) -> None:
    run = run_of(written("sarif", reports, language, UNREAD))

    assert run["tool"]["driver"]["language"] == language


def test_a_finding_is_a_result_at_its_place(written: Written) -> None:
    result = run_of(written("sarif", (BAD,)))["results"][0]

    assert (result["ruleId"], result["level"]) == ("code.unknown", "error")
    assert result["message"]["text"] == "There is no such code in thritaEHR.gender. Did you mean 2 (زن)?"
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 5}
    assert unquote(location["physicalLocation"]["artifactLocation"]["uri"]) == "out/صورت حساب.xml"
    assert location["logicalLocations"] == [
        {"name": "Coded_string", "fullyQualifiedName": "Person.Gender.Coded_string"}
    ]
    assert result["properties"] == {"layer": "code", "verdict": "rejected", "sepasCategory": 2}


def test_the_run_names_documents_and_releases_by_digest(written: Written) -> None:
    run = run_of(written("sarif", (BAD,)))

    assert run["artifacts"][0]["hashes"] == {"sha-256": "2" * 64}
    assert run["properties"]["edition"]["releases"][0] == {
        "name": "standards",
        "version": "1405.2",
        "digest": "ab" * 32,
    }
    assert run["properties"]["summary"]["documents"]["rejected"] == 1
    assert run["tool"]["driver"]["version"] == "0.1.0"


def test_braces_and_brackets_of_a_message_are_no_placeholder_and_no_link(written: Written) -> None:
    said = run_of(written("sarif", (ODD,)))["results"][0]["message"]["text"]

    assert "{{0}}" in said and "\\[x](http" in said


def test_errors_fill_the_five_thousand_first_and_the_rest_is_counted(written: Written) -> None:
    warnings = flood(6_000, "warned.xml", Severity.WARNING)
    run = run_of(written("sarif", (warnings, BAD)))

    levels = [result["level"] for result in run["results"]]
    assert len(levels) == 5_000
    assert levels[:3] == ["error"] * 3 and set(levels[3:]) == {"warning"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1004 more findings are not listed here")


def test_a_rule_is_titled_by_whoever_knows_it_else_by_its_layer() -> None:
    out = SarifWriter("fa")
    about = replace(ABOUT, titles={"code.unknown": Text("کد ناشناخته", "Unknown code")})
    data = out.begin(about) + out.report(BAD) + out.end(Summary({Verdict.REJECTED: 1}, 1))
    rules = {rule["id"]: rule for rule in run_of(data)["tool"]["driver"]["rules"]}

    assert rules["code.unknown"]["shortDescription"]["text"] == "کد ناشناخته"
    assert rules["code.unknown"]["properties"]["title"] == {"fa": "کد ناشناخته", "en": "Unknown code"}
    assert rules["structure.mandatory"]["shortDescription"]["text"] == "ساختار سند: structure.mandatory"
    assert all("helpUri" not in rule for rule in rules.values())


def test_a_fingerprint_is_the_same_in_both_languages_and_on_both_slashes(written: Written) -> None:
    def prints(data: bytes) -> list[str]:
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(data)["results"]]

    there = replace(BAD, document="out/صورت حساب.xml")
    assert prints(written("sarif", (BAD,), "fa")) == prints(written("sarif", (there,), "en"))
    twice = prints(written("sarif", (replace(BAD, findings=(GENDER, GENDER)),)))
    assert len(set(twice)) == 2


def test_what_ended_early_is_noted(written: Written) -> None:
    invocation = run_of(written("sarif", (UNDECIDED,), "en", UNREAD))["invocations"][0]

    assert invocation["executionSuccessful"] is False and invocation["exitCode"] == 2
    named = [
        note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for note in invocation["toolExecutionNotifications"]
    ]
    assert named == ["stdin", "gone.xml"]
