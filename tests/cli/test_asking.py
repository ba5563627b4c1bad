"""``search``, ``lookup``, ``example`` and ``doctor``: the library's answers, in words or as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.cli import concept_text
from termserver.model.codes import Coding
from termserver.service import TermServer

Run = Callable[..., Any]


def test_search_gives_what_the_library_gives(run: Run, server: TermServer) -> None:
    answer = json.loads(run("search", "تامین", "--system", "insurer", "--lang", "fa", "--json").out)
    found = server.search("تامین", systems=("insurer",), language="fa")
    assert answer["hits"] == [json.loads(hit) for hit in found.hits]
    assert (answer["total"], answer["release"]) == (found.total, server.edition.digest)
    assert answer["hits"][0]["code"] == "1"


def test_several_words_need_no_quotes(run: Run) -> None:
    assert run("search", "تامین", "اجتماعی").out == run("search", "تامین اجتماعی").out


def test_search_json_says_what_was_loosened(run: Run) -> None:
    loosened = json.loads(run("search", "تام", "اجت", "--system", "insurer", "--json").out)
    assert loosened["hits"] and loosened["relaxed"] == "prefixes"
    assert "relaxed" not in json.loads(run("search", "تامین اجتماعی", "--system", "insurer", "--json").out)


def test_search_shows_both_names_of_a_hit(run: Run) -> None:
    first = run("search", "تأمین اجتماعی", "--system", "insurer").out.splitlines()[0]
    assert first.startswith("insurer") and "تامین اجتماعی" in first and "Social Security" in first


def test_nothing_found_is_an_answer(run: Run) -> None:
    done = run("search", "xyzzyxyzzy")
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("Nothing found")


def test_a_search_in_a_mistyped_system_names_the_nearest(run: Run) -> None:
    done = run("search", "تامین", "--system", "insurrer")
    assert done.status == 2
    assert "'insurer'" in done.err


def test_lookup_gives_what_the_library_gives(run: Run, server: TermServer) -> None:
    answer = json.loads(run("lookup", "thritaehr.INSURER", "1", "--lang", "fa", "--json").out)
    assert answer.pop("release") == server.edition.digest
    assert answer == json.loads(json.dumps(server.lookup(Coding("insurer", "1")).as_json("fa")))


def test_lookup_on_a_day_says_both_calendars(run: Run) -> None:
    assert "2026-11-21, 1405/08/30" in run("lookup", "insurer", "1", "--on", "1405-08-30").out


def test_a_code_that_is_not_there_ends_with_1(run: Run) -> None:
    done = run("lookup", "insurer", "4711")
    assert (done.status, done.out) == (1, "")
    assert "4711" in done.err


def test_a_failure_is_said_in_the_language_that_was_asked_for(run: Run) -> None:
    assert "نیست" in run("lookup", "insurer", "4711", "--lang", "fa").err


@pytest.mark.parametrize("format", ["xml", "json"])
@pytest.mark.parametrize("type", ["patient-bill", "medication-prescription"])
def test_an_example_is_accepted(run: Run, tmp_path: Path, type: str, format: str) -> None:
    path = tmp_path / f"example.{format}"
    assert run("example", type, "--format", format, "-o", str(path)).status == 0
    assert run("validate", str(path)).status == 0


def test_an_example_goes_to_standard_output_as_it_is(run: Run, server: TermServer) -> None:
    assert run("example", "patient-bill").out == server.example("patient-bill", "xml").decode()


def test_a_mistyped_type_names_the_nearest(run: Run) -> None:
    done = run("example", "patient-bil")
    assert done.status == 2
    assert "patient-bill" in done.err


def test_the_doctor_says_which_edition_answers_and_what_is_missing(run: Run, server: TermServer) -> None:
    done = run("doctor", "--json")
    found = json.loads(done.out)
    assert done.status == 0
    assert found["edition"]["digest"] == server.edition.digest
    assert found["edition"]["from"].startswith("TERMSERVER_EDITION=")
    assert "termserver import icd10cm" in [missing["run"] for missing in found["missing"]]
    assert {"lxml", "orjson", "typer"} <= found["libraries"].keys()
    assert "patient-bill 1.0" in found["content"]["document_types"]


def test_the_doctor_reads_the_same_in_words(run: Run, server: TermServer) -> None:
    persian = run("doctor", "--lang", "fa").out
    assert server.edition.digest[:12] in persian
    assert "termserver import icd10cm" in persian


def test_the_doctor_says_what_it_counts(run: Run) -> None:
    assert " fragment, " in run("doctor").out and " concepts\n" in run("doctor").out
    assert " مفهوم\n" in run("doctor", "--lang", "fa").out


def test_a_note_of_several_lines_stays_under_its_name() -> None:
    shown = {
        **{"system": "s", "code": "1", "display": "One", "display_fa": "", "status": "active", "period": None},
        **{"replaced_by": (), "ancestors": (), "children": (), "designations": (), "source": ""},
        "properties": [{"code": "note", "title": {"fa": "", "en": ""}, "value": "first:\nsecond", "period": None}],
        "from": {"name": "r", "version": "1", "digest": "0" * 64},
    }

    assert "  note: first:\n    second" in list(concept_text.concept(shown, "en"))


def test_the_doctor_mends_a_house_without_releases(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMSERVER_EDITION", str(tmp_path / "edition.json"))
    done = run("doctor")
    assert done.status == 4
    assert "termserver release build" in done.out
