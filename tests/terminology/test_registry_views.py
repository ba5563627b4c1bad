"""An entry of a registry answers for a day: its licences, places of work, contracts, and whether it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termserver.model import med_numbers
from termserver.model.codes import CodeSystem, Concept, Content, Kind, Property, Status
from termserver.model.days import ALWAYS, Period
from termserver.model.ports import CodeState
from termserver.model.text import Text
from termserver.terminology.registry_views import (
    REASONS,
    Centre,
    Physician,
    Product,
    Software,
    Standing,
    Standings,
    canonical_code,
    verify,
    view,
)
from termserver.validation.registries import Registries

OFFICE = '{"area":"07","issuer":"نظام پزشکی","kind":"office","number":"8"}'
PERM = '{"issuer":"نظام پزشکی","kind":"perm","number":"7"}'


def _entry(*facts: tuple[str, str, str, str], code: str = "990001", **said: object) -> Concept:
    properties = tuple(Property(name, stated, Period(start, end)) for name, stated, start, end in facts)
    return Concept(code, Text("زهرا کریمی نمونه", "Zahra Karimi Sample"), properties=properties, **said)  # type: ignore[arg-type]


DENTIST = _entry(
    ("licence", PERM, "2018-01-01", ""),
    ("licence", OFFICE, "2018-01-01", "2026-01-31"),
    ("suspended", '{"decision":"12","reason":"disciplinary"}', "2020-01-01", "2020-06-30"),
    ("workplace", '{"centre":"A","role":"owner","specialty":"171108"}', "2018-01-01", "2022-12-31"),
    ("workplace", '{"centre":"B","role":"staff","unit":"lab"}', "2023-01-01", ""),
    ("specialty", "171108", "2019-01-01", ""),
    code="990001د",
)


@pytest.mark.parametrize(
    ("kind", "day", "standing", "reason"),
    [
        ("", "2017-12-31", Standing.NOT_VALID, "not-yet"),
        ("", "2018-01-01", Standing.VALID, "in-force"),
        ("", "2019-12-31", Standing.VALID, "in-force"),
        ("", "2020-01-01", Standing.SUSPENDED, "suspended"),
        ("office", "2020-06-30", Standing.SUSPENDED, "suspended"),
        ("office", "2026-01-31", Standing.VALID, "in-force"),
        ("office", "2026-02-01", Standing.NOT_VALID, "ended"),
        ("", "2026-02-01", Standing.VALID, "in-force"),
        ("tech", "2026-02-01", Standing.NOT_VALID, "no-such-licence"),
    ],
)
def test_a_licence_answers_for_the_day(kind: str, day: str, standing: Standing, reason: str) -> None:
    verdict = verify(DENTIST, kind, day)

    assert (verdict.standing, verdict.reason) == (standing, reason)
    assert verdict.says.fa and verdict.says.en


def test_the_public_class_of_a_suspension_is_told_and_nothing_more() -> None:
    verdict = Physician(DENTIST).is_valid("2020-03-01")

    assert verdict.as_json() == {"standing": "suspended", "reason": "suspended", "detail": "disciplinary"}


def test_stretches_leave_no_day_out() -> None:
    told = [
        (one.period.start, one.period.end, one.verdict.standing.value) for one in Standings(DENTIST).stretches("office")
    ]

    assert told == [
        ("", "2017-12-31", "not-valid"),
        ("2018-01-01", "2019-12-31", "valid"),
        ("2020-01-01", "2020-06-30", "suspended"),
        ("2020-07-01", "2026-01-31", "valid"),
        ("2026-02-01", "", "not-valid"),
    ]


def test_a_physician_is_a_number_and_a_group_with_places_of_work() -> None:
    dentist = view("physicians", DENTIST)
    assert isinstance(dentist, Physician)

    assert (dentist.number, dentist.group) == ("990001", "dentist")
    assert [place.centre for place in dentist.workplaces("2022-12-31")] == ["A"]
    assert [(place.centre, place.unit) for place in dentist.workplaces("2023-01-01")] == [("B", "lab")]
    assert len(dentist.workplaces()) == 2
    assert dentist.specialties("2018-12-31") == ()
    assert dentist.specialties("2019-01-01") == ("171108",)
    assert [licence.kind for licence in dentist.licences("2026-02-01")] == ["perm"]
    assert [bar.reason for bar in dentist.bars()] == ["disciplinary"]


def test_a_centre_tells_whether_it_was_open_with_whom_it_had_contracts_and_who_came_after() -> None:
    centre = Centre(
        _entry(
            ("active", "true", "2010-01-01", "2024-12-31"),
            ("licence", '{"kind":"operate","number":"1"}', "2010-01-01", "2030-01-01"),
            ("contract", '{"insurer":"2","number":"5","scope":"درمان"}', "2020-01-01", "2020-12-31"),
            ("beds", '{"active":8,"approved":10,"ward":"400"}', "", ""),
            ("position", '{"latitude":29.6,"longitude":52.5}', "", ""),
            ("successor", '{"centre":"C2","day":"2025-01-01","reason":"merge"}', "", ""),
            status=Status.RETIRED,
            period=Period("2010-01-01", "2024-12-31"),
            replaced_by=("C2",),
        )
    )

    assert centre.is_open("2020-05-01").standing is Standing.VALID
    assert centre.is_open("2025-01-01").reason == "closed"
    assert centre.has_contract("2", "2020-12-31") and not centre.has_contract("2", "2021-01-01")
    assert centre.beds()[0].approved == 10
    assert centre.position == (29.6, 52.5)
    after = centre.successor()
    assert after is not None and (after.centre, after.reason, after.day) == ("C2", "merge", "2025-01-01")


def test_a_centre_retired_nobody_knows_when_is_not_told_to_be_closed() -> None:
    assert verify(_entry(status=Status.RETIRED), "", "2026-01-01").standing is Standing.UNKNOWN


def test_a_locked_or_unapproved_system_is_told() -> None:
    software = Software(_entry(("approved", "true", "2020-01-01", ""), ("locked", "true", "2026-05-01", "2026-05-31")))

    assert software.is_valid("2026-04-30").standing is Standing.VALID
    assert software.is_valid("2026-05-31").reason == "locked"
    assert software.is_valid("2019-12-31").reason == "not-approved"
    assert software.is_approved("2026-05-31") and software.is_locked("2026-05-31")


def test_prices_and_coverage_of_a_product_are_those_of_the_day() -> None:
    product = Product(
        _entry(
            ("price", '{"amount":1000,"kind":"consumer","per":"unit"}', "2025-03-21", "2026-03-20"),
            ("price", '{"amount":1500,"kind":"consumer","per":"unit"}', "2026-03-21", ""),
            ("coverage", '{"insurer":"1","percent":70,"tariff":1500}', "2026-03-21", ""),
            ("registration", '{"kind":"usual","number":"3"}', "2020-01-01", "2026-12-31"),
            ("interchangeable", "9999000000000002", "", ""),
        )
    )

    assert [price.amount for price in product.prices("2026-03-20")] == [1000]
    assert [price.amount for price in product.prices("2026-03-21")] == [1500]
    assert product.coverages("2026-03-20") == () and product.coverages("2026-03-21")[0].percent == 70
    assert product.is_valid("2027-01-01").reason == "ended"
    assert product.interchangeable == ("9999000000000002",)


def test_an_entry_of_which_nothing_is_recorded_is_unknown() -> None:
    assert verify(_entry(), "", "2026-01-01").reason == "nothing-recorded"
    assert verify(_entry(), "office", "2026-01-01").standing is Standing.UNKNOWN


def test_a_damaged_record_is_a_plain_value() -> None:
    entry = _entry(("licence", "{broken", "", ""), ("suspended", "[1]", "2026-01-01", "2026-01-01"))

    assert verify(entry, "", "2025-12-31").standing is Standing.VALID
    assert verify(entry, "", "2026-01-01").standing is Standing.SUSPENDED
    assert Physician(entry).licences() == ()


_DAYS = [f"2026-0{month}-{day:02}" for month in (1, 2) for day in (1, 2, 28)]
_PERIODS = st.one_of(st.just(ALWAYS), st.builds(Period, st.sampled_from(["", *_DAYS]), st.sampled_from(["", *_DAYS])))
_FACTS = st.builds(
    Property,
    st.sampled_from(["licence", "active", "registration", "suspended", "revoked", "locked", "approved"]),
    st.sampled_from(["true", "false", '{"kind":"office"}']),
    _PERIODS,
)


class _OneEntry:
    """The terminology of a judge that knows a single entry."""

    def __init__(self, concept: Concept) -> None:
        self._concept = concept

    def state(self, system: str, code: str, day: str) -> str:
        return CodeState.OK if not self._concept.period or self._concept.period.holds(day) else CodeState.NOT_IN_FORCE

    def entry(self, system: str, code: str) -> Concept:
        return self._concept

    def replaced_by(self, system: str, code: str) -> tuple[str, ...]:
        return ()


@given(st.lists(_FACTS, max_size=5), _PERIODS, st.sampled_from(_DAYS))
def test_documents_are_judged_as_verification_answers(facts: list[Property], period: Period, day: str) -> None:
    concept = Concept("1", Text("x", "x"), properties=tuple(facts), period=period)
    system = CodeSystem("physicians", "urn:x", Text("ف", "R"), "1", Content.COMPLETE, kind=Kind.REGISTRY)

    judged = Registries(_OneEntry(concept)).judge(system, "1", day, Text("ش", "n"), "ID")  # type: ignore[arg-type]
    told = verify(concept, "", day).standing

    assert bool(judged.problems) == (told not in (Standing.VALID, Standing.UNKNOWN))


@given(st.lists(_FACTS, max_size=5), _PERIODS, st.sampled_from(["", "office", "perm"]))
def test_intervals_answer_as_single_days_do(facts: list[Property], period: Period, kind: str) -> None:
    standings = Standings(Concept("1", Text("x", "x"), properties=tuple(facts), period=period))
    stretches = standings.stretches(kind)

    for day in ("2025-12-31", "2026-01-15", *_DAYS, "2026-03-01"):
        (held,) = [one for one in stretches if one.period.holds(day)]
        assert held.verdict == standings.on(day, kind)


@pytest.mark.parametrize(
    ("written", "group", "code"),
    [
        ("990001", "", "990001"),
        ("د-990001", "", "990001د"),
        ("990001د", "", "990001د"),
        ("۹۹۰۰۰۱", "midwife", "990001م"),
        ("0000990001*", "", "990001م"),
        ("990001ات", "", "990001ات"),
        ("د-990001", "pharmacist", "990001دا"),
        (" 990001 ", "", "990001"),
        ("ك-12", "", "12ک"),
        ("م-1د", "", ""),
        ("000", "", ""),
        ("abc", "", ""),
        ("", "", ""),
    ],
)
def test_a_number_has_one_code_however_it_is_written(written: str, group: str, code: str) -> None:
    assert canonical_code("physicians", written, group) == code


def test_a_code_says_its_group_again() -> None:
    for group, mark in med_numbers.MARKS.items():
        assert med_numbers.canonical(med_numbers.canonical("990001", group)) == f"990001{mark}"
        assert med_numbers.group_of(f"990001{mark}") == group


def test_centres_are_kept_in_capitals() -> None:
    assert canonical_code("centres", " 0000000a-0000-4000-8000-000000000001 ") == "0000000A-0000-4000-8000-000000000001"


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(said.fa and said.en for said in REASONS.values())
