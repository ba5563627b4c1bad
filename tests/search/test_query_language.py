"""The query language: what it finds, and how it says what it cannot read."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from search_land import codes

from termserver.model.errors import QuerySyntaxError, UsageError
from termserver.search.search import Search, SearchQuery

TYPES = {"E10", "E11", "E11.2", "E11.9"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diabetes AND NOT type", {"E10-E14", "E12"}),
        ("diabetes NOT type", {"E10-E14", "E12"}),
        ("cataract OR iron", {"H26", "D50"}),
        ("(cataract OR iron) AND code:H*", {"H26"}),
        ("cataract OR iron AND deficiency", {"H26", "D50"}),
        ("NOT system:diseases NOT system:irc NOT system:generic NOT system:cities armed", {"3"}),
        ('"type 2 diabetes"', {"E11", "E11.2", "E11.9"}),
        ('"diabetes type 2"', set()),
        ('"mellitus with kidney"', {"E11.2"}),
        ('"Diabetic  Nephropathy"', {"E11.2"}),
        ('"بیماری های قلبی"', {"I51"}),
        ("neph*", {"E11.2"}),
        ("diabets~", TYPES | {"E10-E14", "E12"}),
        ("diabets~1 AND typ~", TYPES),
        ("dibets~2 AND kidny~", {"E11.2"}),
        ("gtin:06260152310019", {"1228000001"}),
        ("gtin:[6260000000000 TO 6260000000099]", {"1228000002"}),
        ("gtin:{6260000000099 TO 7260000000000]", {"1228000001"}),
        ("display:neph*", set()),
        ("title:type*", TYPES),
        ("di?betes", TYPES | {"E10-E14", "E12"}),
        ("d*s type", TYPES),
        ("دی؟بت", {"E10", "E11", "E10-E14", "E12"}),
        ("دیابت*", {"E10", "E11", "E10-E14", "E12", "E11.2"}),
        ("diab?tes 1", {"E10"}),
        ("code:E11", {"E11"}),
        ("code:e11.9", {"E11.9"}),
        ("code:E119", {"E11.9"}),
        ("code:E1*", TYPES | {"E10-E14", "E12"}),
        ("code:E1?.9", {"E11.9"}),
        ("code:(E10 OR I51)", {"E10", "I51"}),
        ("code:[E11 TO E12]", {"E11", "E11.2", "E11.9", "E12"}),
        ("code:{E11 TO E12}", {"E11.2", "E11.9"}),
        ("code:[K TO]", {"K50"}),
        ("code:[TO 1]", {"08", "0801", "5760", "1", "1228000001", "1228000002"}),
        ("کد:E11 OR کد:05760", {"E11", "5760"}),
        ("status:retired", {"E12"}),
        ("وضعیت:بازنشسته", {"E12"}),
        ("status:Active code:E12", set()),
        ("system:thritaehr.insurer", {"1", "2", "3"}),
        ("system:MINI-DX cat*", {"H26", "A28.1"}),
        ("E11", {"E11"}),
        ("diabetes and type", set()),
        ('""', set()),
        ("…", set()),
        ("NOT …", set()),
    ],
)
def test_a_query_finds_what_it_says(nation: Search, text: str, expected: set[str]) -> None:
    assert set(codes(nation, text, syntax="advanced", limit=100)) == expected
    assert nation.find(SearchQuery(text, syntax="advanced")).total == len(expected)


def test_everything_can_be_asked_for(nation: Search) -> None:
    assert len(codes(nation, "*", syntax="advanced", limit=100)) == 20
    assert len(codes(nation, "code:*", syntax="advanced", limit=100, systems=("insurer",))) == 3


def test_what_matches_in_the_display_comes_before_what_matches_in_other_names(nation: Search) -> None:
    assert codes(nation, "diabet* kidney* OR nephropathy OR type", syntax="advanced")[-1] != "E10"
    assert codes(nation, "iron OR nephropathy", syntax="advanced") == ["D50", "E11.2"]


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ('cat "dog', 4, "quote is not closed"),
        ("(cat OR (dog)", 0, "'\\(' is not closed"),
        ("cat) dog", 3, "closes nothing"),
        ("cat ()", 4, "nothing between"),
        ("cat AND", 4, "AND needs something after"),
        ("cat OR (dog NOT)", 12, "NOT needs something after"),
        ("OR cat", 0, "OR needs something before"),
        ("cat AND OR dog", 4, "AND needs something after"),
        ("NOT NOT cat", 0, "NOT needs something after"),
        ("cat cod:E11", 4, "no field 'cod'; did you mean 'code:'"),
        ("stats:retired", 0, "did you mean 'status:'"),
        ("code: E11", 0, "value directly behind"),
        ("cat code:[E10 TO", 9, "range is not complete"),
        ("code:E10 TO E14] code:{", 22, "range is not complete"),
        ("(code:)", 1, "value directly behind"),
        ("code:status:retired", 0, "value directly behind"),
        ("status:gone", 7, "'active' or 'retired'"),
        ("cat system:insurers", 11, "did you mean 'insurer'"),
        ("diabets~3", 7, "one or two typing errors"),
        ('"type 2"~3', 8, "'~' is not understood behind a phrase"),
        ("*itis", 0, "cannot begin with a wildcard"),
        ("cat [a TO b]", 4, "asked of codes and properties"),
        ("(" * 40 + "a" + ")" * 40, 30, "30 parentheses"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(nation: Search, text: str, position: int, says: str) -> None:
    with pytest.raises(QuerySyntaxError, match=says) as wrong:
        nation.find(SearchQuery(text, syntax="advanced"))
    assert wrong.value.position == position
    assert f"Character {position + 1}:" in wrong.value.text.en
    assert wrong.value.text.fa.startswith("نویسهٔ")


def test_system_names_can_be_resolved_by_whoever_knows_more(nation: Search) -> None:
    wiser = Search(nation.finders, lambda name: ("insurer",) if name == "بیمه‌گر" else ())
    assert set(codes(wiser, 'system:"بیمه‌گر"', syntax="advanced")) == {"1", "2", "3"}
    with pytest.raises(UsageError):
        codes(wiser, "system:insurer", syntax="advanced")


HOSTILE = [
    "(" * 30 + "a" + ")" * 30,
    '"a' * 499,
    "a*" * 333,
    "[" * 1000,
    "[ TO" * 200,
    "[" * 300 + " " * 600,
    "?" * 1000,
    "code:[" + " " * 900,
    "a:" * 400,
    "NOT a " * 60,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_query_is_answered_or_refused_at_once(nation: Search, text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(UsageError):
        nation.find(SearchQuery(text[:1000], syntax="advanced"))
    assert time.process_time() - started < 1


def test_whoosh_is_imported_without_warnings_and_only_by_an_advanced_query(tmp_path: Path) -> None:
    script = (
        "import sys, termserver.search.search\n"
        "assert 'whoosh' not in sys.modules\n"
        "from termserver.search.query_language import parse\n"
        "assert 'whoosh' not in sys.modules\n"
        "print(parse('a AND b', lambda name: ()))"
    )
    # compiled anew, so that the warnings of the compiler are seen too
    environment = {
        **os.environ,
        "PYTHONPYCACHEPREFIX": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("AllOf")
