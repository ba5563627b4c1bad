"""JUnit: a rejected document is a failure, an undecided one an error, warnings are output."""

from xml.etree import ElementTree

from hand_made_reports import ALL, BAD, FINE, UNREAD, Written, flood


def suite(data: bytes) -> ElementTree.Element:
    found = ElementTree.fromstring(data).findall("testsuite")
    assert len(found) == 1
    return found[0]


def test_a_document_is_a_test_case(written: Written) -> None:
    said = suite(written("junit"))

    assert {name: said.get(name) for name in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "termserver",
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "0",
    }
    fine, noted, bad, odd, undecided = said.findall("testcase")
    assert [child.tag for child in fine] == []
    assert [child.tag for child in noted] == ["system-out"]
    assert [child.tag for child in bad] == ["failure", "system-out"]
    assert [child.tag for child in undecided] == ["error", "system-out"]
    assert bad.get("name") == bad.get("file") == "out/صورت حساب.xml"
    assert bad.get("classname") == "patient-bill 1.0"
    assert odd.get("name") == "out/\ufffd, odd:name%.json"


def test_a_failure_names_the_first_error_and_lists_the_others(written: Written) -> None:
    failure = suite(written("junit", (BAD,))).find("testcase/failure")

    assert failure is not None and failure.text is not None
    assert failure.get("type") == "code.unknown"
    assert failure.get("message") == ("There is no such code in thritaEHR.gender. Did you mean 2 (زن)? (and 2 more)")
    assert len(failure.text.splitlines()) == 3
    assert failure.text.startswith("out/صورت حساب.xml:14:5: There is no such code")


def test_only_so_many_findings_of_a_document_are_listed(written: Written) -> None:
    failure = suite(written("junit", (flood(20_000),))).find("testcase/failure")

    assert failure is not None and failure.text is not None
    assert failure.text.splitlines()[-1] == "… and 19900 more"


def test_a_long_run_is_several_suites_with_exact_counts(written: Written) -> None:
    suites = ElementTree.fromstring(written("junit", [FINE] * 1_500 + [BAD])).findall("testsuite")

    assert [(one.get("name"), one.get("tests"), one.get("failures")) for one in suites] == [
        ("termserver", "1000", "0"),
        ("termserver (2)", "501", "1"),
    ]
    assert all(len(one.findall("testcase")) == int(one.get("tests", "")) for one in suites)


def test_no_time_and_no_machine_is_written(written: Written) -> None:
    data = written("junit", ALL, "fa", UNREAD)

    assert b"time" not in data and b"hostname" not in data
