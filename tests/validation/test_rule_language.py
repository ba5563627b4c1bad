"""What a rule may say, what it means where values are absent, and what is refused before it could mislead."""

from typing import Any

import pytest

from termserver.model.conditions import Compare, Matches, Written
from termserver.model.documents import DocumentClass, DocumentType, Field, Rule
from termserver.model.expressions import ExpressionError, check, parse
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.validation.rules import Rules
from termserver.validation.run import Run


def _class(name: str, *fields: Field) -> tuple[str, DocumentClass]:
    return name, DocumentClass(name, fields)


TYPE = DocumentType(
    id="visit",
    version="1.0",
    title=Text("ویزیت", "Visit"),
    root="VisitMessageVO",
    classes=dict(
        (
            _class(
                "VisitMessageVO",
                Field("Kind", "DO_CODED_TEXT"),
                Field("Day", "DO_DATE"),
                Field("End", "DO_DATE"),
                Field("At", "DO_TIME"),
                Field("Total", "DO_QUANTITY"),
                Field("Share", "DO_QUANTITY"),
                Field("Number", "string"),
                Field("Count", "int"),
                Field("Urgent", "bool"),
                Field("Lines", "LineVO", repeats=True),
                Field("Groups", "LineVO", repeats=True),
            ),
            _class(
                "LineVO",
                Field("Service", "DO_CODED_TEXT"),
                Field("Price", "DO_QUANTITY"),
                Field("Parts", "LineVO", repeats=True),
            ),
            _class(
                "DO_CODED_TEXT",
                Field("Value", "string"),
                Field("Terminology_id", "string"),
                Field("Coded_string", "string"),
            ),
            _class("DO_QUANTITY", Field("Magnitude", "double"), Field("Unit", "string")),
            _class("DO_DATE", Field("Year", "int"), Field("Month", "int"), Field("Day", "int")),
            _class("DO_TIME", Field("Hour", "int"), Field("Minute", "int"), Field("Second", "int")),
        )
    ),
    at={},
    json_marker="Lines",
)


def _code(code: str) -> dict[str, str]:
    return {"Value": code, "Terminology_id": "t", "Coded_string": code}


def _line(code: str, price: Any) -> dict[str, Any]:
    return {"Service": _code(code), "Price": {"Magnitude": price, "Unit": "Rial"}}


VISIT: dict[str, Any] = {
    "Kind": _code("1"),
    "Day": {"Year": 1405, "Month": 8, "Day": 30},
    "End": {"Year": 1405, "Month": 9, "Day": 1},
    "At": {"Hour": 9, "Minute": 5, "Second": 0},
    "Total": {"Magnitude": 30, "Unit": "Rial"},
    "Number": "0012",
    "Count": 2,
    "Urgent": False,
    "Lines": [_line("a", 10), _line("b", 20)],
    "Groups": [_line("a", 10), _line("b", 20)],
}
ABSENT: dict[str, Any] = {}


def _broken(server: TermServer, message: dict[str, Any], holds: str, when: str = "", each: str = "") -> list[str]:
    rule = Rule("rule", Severity.ERROR, holds, Text("نه", "no"), each=each, when=when)
    assert check(rule, TYPE) == []
    run = Run(message, "2026-11-21")
    Rules(TYPE, server.terminology).compile([rule])(message, run)
    return [finding.where.path for finding in run.findings]


TRUE = [
    'code(Kind) == "1"',
    'code(Kind) in ("1", "2")',
    'code(Kind) not in ("3",)',
    'code(Kind) != "2"',
    "date(Day) < date(End)",
    "moment(Day, At) >= moment(Day, At)",
    "amount(Total) == sum(Lines.Price)",
    "amount(Total) == 30",
    "amount(Total) - 10 == 2 * 10",
    'sum(Lines[code(Service) == "a"].Price) == 10',
    'sum(Lines[code(Service) == "z"].Price) == 0',
    "count(Lines) == 2 and Count == 2",
    "count(Lines.Parts) == 0",
    "exists(Lines) and not exists(Share)",
    'exists(Lines[code(Service) == "b"])',
    "unique(Lines.Service)",
    "codes(Lines.Service) == codes(Groups.Service)",
    'code(Kind) == "1" or code(Kind) == "9"',
    'matches(Number, "[0-9]{4}")',
    "length(Number) == 4",
    "not Urgent",
    'implies(code(Kind) == "2", exists(Share))',
    "0 < Count <= 2",
    "1.5 < Count",
    "date(Day) == day()",
    'known(Kind, "gender")',
    'known(Count, "icd10", "gender")',
    'mapped(Number, "tamin-service-type-to-prescription-type", Count) or Count == 2',
]
FALSE = [
    "date(End) <= day()",
    'known(Number, "icd10")',
    'code(Kind) == "2"',
    'code(Kind) not in ("1", "2")',
    "date(Day) >= date(End)",
    "amount(Total) != sum(Lines.Price)",
    'sum(Lines[code(Service) != "a"].Price) == 10',
    "count(Lines) > 2",
    "exists(Share)",
    "not exists(Lines)",
    "unique(Lines.Price) and not unique(Groups.Service)",
    'matches(Number, "[0-9]")',
    "Urgent",
    'implies(code(Kind) == "1", exists(Share))',
    "amount(Total) == sum(Lines.Price) + 0.01",
]
NOT_KNOWN = [
    'code(Kind) == "1"',
    'code(Kind) != "1"',
    'not code(Kind) == "1"',
    'code(Kind) in ("1",)',
    'code(Kind) not in ("1",)',
    "date(Day) < date(End)",
    "moment(Day, At) < moment(End, At)",
    "amount(Total) == amount(Share)",
    "amount(Total) == sum(Lines.Price)",
    "Urgent",
    "not Urgent",
    'matches(Number, "x")',
    'not matches(Number, "x")',
    "length(Number) == 4",
    'code(Kind) == "1" and Count == 2',
    'mapped(Kind, "insurance-box-to-insurer", Kind)',
]


@pytest.mark.parametrize("holds", TRUE)
def test_what_is_true_is_not_broken(server: TermServer, holds: str) -> None:
    assert _broken(server, VISIT, holds) == []
    assert _broken(server, VISIT, f"not ({holds})") == [""]


@pytest.mark.parametrize("holds", FALSE)
def test_what_is_false_is_broken(server: TermServer, holds: str) -> None:
    assert _broken(server, VISIT, holds) == [""]
    assert _broken(server, VISIT, f"not ({holds})") == []


@pytest.mark.parametrize("holds", NOT_KNOWN)
def test_what_is_absent_breaks_no_comparison_and_fulfils_none(server: TermServer, holds: str) -> None:
    assert _broken(server, ABSENT, holds) == []
    assert _broken(server, ABSENT, f"not ({holds})") == []
    assert _broken(server, ABSENT, "exists(Kind)", when=holds) == []


def test_and_with_false_is_false_and_or_with_true_is_true_whatever_is_absent(server: TermServer) -> None:
    half = {"Count": 2}

    assert _broken(server, half, 'Count == 3 and code(Kind) == "1"') == [""]
    assert _broken(server, half, 'code(Kind) == "1" and Count == 3') == [""]
    assert _broken(server, half, 'Count == 2 or code(Kind) == "1"') == []
    assert _broken(server, half, 'not (Count == 2 or code(Kind) == "1")') == [""]
    assert _broken(server, half, 'Count == 3 or code(Kind) == "1"') == []


@pytest.mark.parametrize(("prices", "total"), [((0.1, 0.2), 0.3), ((19.99, 0.01), 20), ((10**15, 1), 10**15 + 1)])
def test_sums_are_exact(server: TermServer, prices: tuple[float, ...], total: float) -> None:
    visit = {"Total": {"Magnitude": total}, "Lines": [_line("a", price) for price in prices]}

    assert _broken(server, visit, "amount(Total) == sum(Lines.Price)") == []
    assert _broken(server, visit, "amount(Total) != sum(Lines.Price)") == [""]


def test_a_sum_over_something_that_is_no_number_is_not_known(server: TermServer) -> None:
    visit = {"Total": {"Magnitude": 1}, "Lines": [_line("a", None)]}

    assert _broken(server, visit, "amount(Total) == sum(Lines.Price)") == []


def test_a_repeating_context_is_judged_item_by_item(server: TermServer) -> None:
    assert _broken(server, VISIT, "amount(Price) < 15", each="Lines") == ["Lines[1]"]


def test_a_filter_looks_at_the_context_through_here(server: TermServer) -> None:
    holds = "amount(Price) == sum(root.Lines[code(Service) == code(here.Service)].Price)"
    wrong = {**VISIT, "Groups": [_line("a", 10), _line("b", 21), _line("c", 0)]}

    assert _broken(server, VISIT, holds, each="Groups") == []
    assert _broken(server, wrong, holds, each="Groups") == ["Groups[1]"]


def test_an_inner_list_is_asked_of_its_own_item(server: TermServer) -> None:
    visit = {"Lines": [{**_line("a", 1), "Parts": [_line("a", 1), _line("b", 1)]}, _line("b", 2)]}

    holds = "count(Parts[code(Service) != code(here.Service)]) == 0"

    assert _broken(server, visit, holds, each="Lines") == ["Lines[0]"]


def test_a_map_that_does_not_know_the_code_says_nothing(server: TermServer) -> None:
    rule = 'mapped(Kind, "insurance-box-to-insurer", Service)'
    box = {"Kind": _code("26.3"), "Lines": [_line("1", 0), _line("2", 0)]}
    each = "Lines"

    assert _broken(server, box, rule.replace("Kind", "root.Kind"), each=each) == ["Lines[0]"]
    assert _broken(server, {**box, "Kind": _code("77")}, rule.replace("Kind", "root.Kind"), each=each) == []


REFUSED = {
    'code(Kinds) == "1"': "Did you mean 'Kind'",
    'Kind == "1"': "write code(Kind)",
    "Total == 30": "write amount(Total)",
    'code(Total) == "1"': "wants a coded text",
    "amount(Kind) == 1": "wants a number",
    "amount(Count) == 1": "write it without amount()",
    "code(Kind) == 1": "cannot be compared",
    'date(Day) == "1405"': "cannot be compared",
    "amount(Lines.Price) == 1": "repeats",
    "Lines.Price == 1": "repeats",
    'Kind[code(Value) == "1"]': "does not repeat",
    "sum(Lines)": "not a condition",
    "Count": "no condition",
    "code(Kind)": "not a condition",
    'cod(Kind) == "1"': "Did you mean 'code'",
    "exists(Kind, Day)": "cannot take 2",
    'matches(Number, "[")': "not a pattern",
    'code(Kind) < "2"': "does not say anything",
    "code(Kind) in (1, 2)": "same kind",
    "code(Kind) in Lines": "repeats",
    "__import__('os').system('x')": "not in the language",
    "(lambda: 1)() == 1": "not in the language",
    "Count.__class__ == 1": "no field",
    "[x for x in Lines]": "not in the language",
    "Count if Urgent else Count": "not in the language",
    "Count ** 9 == 1": "not in the language",
    "f'{Count}' == \"1\"": "not in the language",
    "Count ==": "cannot be read",
    "": "says nothing",
}


@pytest.mark.parametrize("holds", REFUSED)
def test_what_cannot_be_meant_is_refused_with_the_way_out(holds: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(holds, TYPE)

    assert REFUSED[holds] in refused.value.text.en
    assert refused.value.text.fa


def test_a_filter_that_would_look_through_all_lines_for_every_line_is_refused() -> None:
    rule = Rule(
        "r", Severity.ERROR, "exists(root.Lines[amount(Price) > amount(here.Price)])", Text("", "x"), each="Groups"
    )

    assert "one equality of codes" in check(rule, TYPE)[0].en


def test_wrong_contexts_and_places_are_refused_too() -> None:
    assert "Line" in check(Rule("r", Severity.ERROR, "exists(Kind)", Text("", "x"), each="Line"), TYPE)[0].en
    assert "Kinds" in check(Rule("r", Severity.ERROR, "exists(Kind)", Text("", "x"), at="Kinds"), TYPE)[0].en


@pytest.mark.filterwarnings("error")
def test_a_backslash_in_a_text_stands_for_itself_without_a_warning(server: TermServer) -> None:
    bill = next(one for one in server.document_types() if one.id == "patient-bill")
    for written in (r'matches(Person.FirstName, "\d+\.\w")', r'matches(Person.FirstName, "\\d+\\.\\w")'):
        read = parse(written, bill)
        assert isinstance(read, Matches) and read.pattern == r"\d+\.\w"
    quoted = parse(r'Person.FirstName == "a\"\\b\n"', bill)
    assert isinstance(quoted, Compare) and quoted.right == Written('a"\\b\n')
