"""GitHub annotations: the best ten of a kind, a line each, escaped as the runner reads them."""

import re

from hand_made_reports import BAD, FINE, ODD, UNDECIDED, UNREAD, Written, flood

from termserver.model.findings import Severity

COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,:]*),line=(\d+),col=(\d+),)?title=([^,:]*)::(.*)")


def commands(data: bytes) -> list[tuple[str, str, str, str, str, str]]:
    said = []
    for line in data.decode().splitlines():
        found = COMMAND.fullmatch(line)
        assert found, line
        said.append(found.groups())
    return said


def test_a_finding_is_an_annotation_at_its_place(written: Written) -> None:
    first = commands(written("github", (BAD,)))[0]

    assert first == (
        "error",
        "out/صورت حساب.xml",
        "14",
        "5",
        "code.unknown",
        "There is no such code in thritaEHR.gender. Did you mean 2 (زن)?%0APerson.Gender.Coded_string",
    )


def test_nothing_in_a_document_starts_a_command_of_its_own(written: Written) -> None:
    (said, _) = commands(written("github", (ODD,)))

    assert said[1] == "out/\ufffd%2C odd%3Aname%25.json"
    assert "100%25 ::error:: second line" in said[5]


def test_errors_come_first_and_ten_of_a_kind_are_shown(written: Written) -> None:
    reports = (flood(30, "w.xml", Severity.WARNING), flood(30, "n.xml", Severity.INFORMATION), flood(20_000), BAD)
    said = commands(written("github", reports))

    kinds = [kind for kind, *_ in said]
    assert kinds == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert "20035 more findings are not shown. Most frequent: rule-0 6667, rule-1 6667, rule-2 6666" in said[-1][5]


def test_every_rule_is_shown_once_before_any_is_shown_twice(written: Written) -> None:
    said = commands(written("github", (flood(20_000), BAD)))

    rules = [title for kind, _, _, _, title, _ in said if kind == "error"]
    assert {"code.unknown", "box-belongs-to-insurer", "structure.mandatory"} < set(rules)


def test_what_could_not_be_decided_is_an_error(written: Written) -> None:
    said = commands(written("github", (FINE, UNDECIDED), "en", UNREAD))

    assert [(kind, file, title) for kind, file, _, _, title, _ in said[:2]] == [
        ("error", "stdin", "document.undecided"),
        ("error", "gone.xml", "document.unread"),
    ]


def test_an_accepted_run_says_so_in_one_notice(written: Written) -> None:
    assert written("github", (FINE,)) == b"::notice title=termserver::1 accepted; checked 60 of 60 codes\n"
