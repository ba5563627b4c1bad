"""Loading a registry: every row gets a verdict with its reason and place, and what is dangerous is stopped."""

from pathlib import Path
from typing import Any

import pytest

from termserver.database.registry_store import RegistryStore
from termserver.model.errors import ImportFailed
from termserver.model.registries import ChangeKind, LoadKind, LoadStatus, RegistryError
from termserver.registries.load_report import LoadReport
from termserver.registries.tally import unpacked
from tests.registries.conftest import Load, people, physician

DELTA = LoadKind.DELTA


def rules(report: LoadReport) -> dict[str, int]:
    return {rule["rule"]: rule["rows"] for rule in report.summary["rules"]}


def licence(number: str, start: str, end: str, kind: str = "office") -> dict[str, Any]:
    return {"code": "licence", "value": {"number": number, "kind": kind}, "period": {"start": start, "end": end}}


def test_a_full_file_closes_what_it_lacks_and_keeps_the_record(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 101))
    report = load("physicians", people(4, 101), day="2026-11-21")

    closed = store.entry("physicians", "990001")
    assert report.summary["changes"] == {"added": 0, "changed": 0, "closed": 3, "reopened": 0, "unchanged": 97}
    assert closed is not None and closed.change is ChangeKind.CLOSED
    assert closed.concept.period.end == "2026-11-21" and str(closed.concept.status) == "retired"
    assert [one.code for one in closed.concept.properties] == ["group", "licence"]
    assert load("physicians", people(1, 101)).summary["changes"]["reopened"] == 3


def test_a_load_that_would_close_a_twentieth_is_stopped(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 101))
    report = load("physicians", people(6, 101))

    assert report.status is LoadStatus.STOPPED and "would close 5 of 100" in report.messages[0].en
    assert store.state("physicians").active == 100
    assert [one.status for one in store.loads("physicians")] == [LoadStatus.STOPPED, LoadStatus.APPLIED]
    assert load("physicians", people(6, 101), allow_closing=0.06).status is LoadStatus.APPLIED


@pytest.mark.parametrize("content", ["", "\n\n", "code,display.fa\n", '{"registry":"physicians"}\n'])
def test_an_empty_file_never_empties_a_registry(store: RegistryStore, load: Load, tmp_path: Path, content: str) -> None:
    load("physicians", people(1, 11))
    empty = tmp_path / "empty.csv"
    empty.write_text(content, "utf-8")
    try:
        status = load("physicians", empty, allow_closing=1.0).status
    except ImportFailed:
        status = LoadStatus.STOPPED
    assert status is LoadStatus.STOPPED and store.state("physicians").active == 10


def test_a_file_that_was_cut_off_is_refused(store: RegistryStore, load: Load, tmp_path: Path) -> None:
    load("physicians", people(1, 11))
    cut = tmp_path / "cut.ndjson"
    cut.write_text('{"code":"990001"}\n{"code":"9900', "utf-8")
    with pytest.raises(ImportFailed, match="cut off"):
        load("physicians", cut, allow_closing=1.0)
    assert store.state("physicians").cursor == 10


def test_a_file_of_another_registry_is_refused_and_named(load: Load) -> None:
    centres = [{"code": f"00000000-0000-0000-0000-{n:012}", "display": {"fa": "مرکز نمونه"}} for n in range(20)]
    with pytest.raises(RegistryError, match="not a file of the registry physicians"):
        load("physicians", centres)
    with pytest.raises(RegistryError, match="looks like one of centres"):
        load("physicians", [{"registry": "centres"}, *centres])


def test_the_same_file_twice_changes_nothing_and_says_so(store: RegistryStore, load: Load, tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    first = load("physicians", people(1, 11))
    again = load("physicians", tmp_path / "physicians-1.ndjson")
    assert not path.exists() and first.status is LoadStatus.APPLIED
    assert again.status is LoadStatus.UNCHANGED and "loaded before, as load" in again.messages[0].en
    assert store.state("physicians").cursor == 10 and len(store.loads("physicians")) == 1


def test_a_dry_run_says_what_a_load_would_do_and_does_nothing(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 101))
    wish = [*people(2, 101), physician(500)]
    dry = load("physicians", wish, dry_run=True)
    assert dry.status is LoadStatus.DRY_RUN and store.state("physicians").cursor == 100
    real = load("physicians", wish)
    assert {**dry.summary, "status": "", "recorded": "", "load": 0, "file": "", "sha256": ""} == {
        **real.summary, "status": "", "recorded": "", "load": 0, "file": "", "sha256": ""
    }  # fmt: skip


def test_a_rejected_row_leaves_the_entry_as_it_was(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 41))
    bad = physician(1, properties=[licence("L", "1404/13/01", "")])
    report = load("physicians", [bad, *people(2, 41)])
    kept = store.entry("physicians", "990001")
    assert rules(report) == {"day.impossible": 1} and report.summary["changes"]["closed"] == 0
    assert kept is not None and len(kept.concept.properties) == 2 and str(kept.concept.status) == "active"


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"code": ""}, "code.missing"),
        ({"code": "ناشناس"}, "code.shape"),
        (physician(1, nonsense=1), "row.member"),
        (physician(1, status="gone"), "status.unknown"),
        (physician(1, properties=[{"code": "lisence", "value": "1"}]), "property.unknown"),
        (physician(1, properties=[{"code": "licence", "value": {"nummer": "1"}}]), "field.unknown"),
        (physician(1, properties=[{"code": "birth-year", "value": "x"}]), "value.type"),
        (physician(1, properties=[licence("1", "1404/12/30", "")]), "day.impossible"),
        (physician(1, properties=[licence("1", "11/12/2026", "")]), "day.ambiguous"),
        (physician(1, properties=[licence("1", "1448/06/11", "")]), "day.calendar"),
        (physician(1, properties=[licence("1", "2026-01-02", "2026-01-01")]), "period.order"),
        (physician(2), "code.repeated"),
        ({"code": "990001", "closed": "2026-11-21"}, "closed.full"),
    ],
)
def test_what_is_wrong_is_rejected_with_its_reason(load: Load, entry: dict[str, Any], rule: str) -> None:
    report = load("physicians", [*people(2, 12), entry])
    noted = list(unpacked(report.notes))
    assert rules(report) == {rule: 1} and report.summary["rows"]["rejected"] == 1
    assert noted[0].row == 11 and noted[0].message.fa and noted[0].message.en


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (physician(1, properties=[licence("1", "2020-01-01", "2024-01-01"), licence("2", "2023-01-01", "")]),
         "licence.overlap"),
        (physician(1, properties=[{"code": "group", "value": "physician"}, {"code": "group", "value": "dentist"}]),
         "period.overlap"),
        (physician(1, properties=[{"code": "specialty", "value": "999999"}]), "value.unlisted-code"),
        (physician(1, properties=[{"code": "sex", "value": "9"}]), "value.unknown-code"),
        (physician(1, properties=[{"code": "birth-year", "value": "1405"}]), "year.impossible"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_accepted_with_a_warning(load: Load, entry: dict[str, Any], rule: str) -> None:
    report = load("physicians", [*people(2, 12), entry])
    assert rules(report) == {rule: 1} and report.summary["rows"]["warning"] == 1
    assert report.after.entries == 11


def test_two_of_one_name_and_year_are_pointed_at(load: Load) -> None:
    def born(number: int, name: str) -> dict[str, Any]:
        return physician(number, display={"fa": name}, properties=[{"code": "birth-year", "value": "1350"}])

    report = load("physicians", [born(1, "فرد نمونه‌ی يكم"), *people(2, 12), born(50, "فرد نمونه ی یکم")])
    assert rules(report) == {"name.twice": 1}
    delta = load("physicians", [born(70, "فرد نمونه ی یکم")], kind=DELTA)
    assert rules(delta) == {"name.twice": 1}


def test_a_place_of_work_that_is_no_centre_is_an_orphan(load: Load) -> None:
    centre = "00000000-0000-0000-0000-000000000001"
    load("centres", [{"code": centre, "display": {"fa": "مرکز نمونه"}}])
    at = [{"code": "workplace", "value": {"centre": code}} for code in (centre, centre[:-1] + "2")]
    report = load("physicians", [physician(1, properties=at[:1]), physician(2, properties=at[1:])])
    assert rules(report) == {"reference.orphan": 1}


def test_one_package_code_of_two_drugs_is_a_collision(load: Load) -> None:
    def product(irc: str, generic: str) -> dict[str, Any]:
        facts = [{"code": "gtin", "value": "06260152410148"}, {"code": "generic", "value": generic}]
        return {"code": irc, "display": {"en": f"Sample {irc}"}, "properties": facts}

    same = load("irc", [product("1000000000000001", "1"), product("1000000000000002", "1")])
    other = load("irc", [product("1000000000000003", "2")], kind=DELTA)
    assert "gtin.collision" not in rules(same)
    assert rules(other).get("gtin.collision") == 1


def test_nobody_sees_a_national_code_but_two_are_still_told_apart(store: RegistryStore, load: Load) -> None:
    def with_code(number: int, secret: str) -> dict[str, Any]:
        return physician(number, properties=[{"code": "national-code-hash", "value": secret}])

    report = load("physicians", [with_code(1, "0000000001"), with_code(2, "۰۰۰۰۰۰۰۰۰۱"), *people(3, 12)])
    kept = b"".join(body for _, body in store.bodies("physicians"))
    assert b"hmac:" in kept and b'"0000000001"' not in kept
    assert report.summary["rows"]["rejected"] == 0


def test_a_delta_closes_by_name_with_the_successor(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 41))
    report = load(
        "physicians",
        [{"code": "990001", "closed": "1405/08/29", "replaced_by": ["990002"]}, {"code": "1", "closed": "2026-01-01"}],
        kind=DELTA,
        allow_rejected=0.5,
    )
    closed = store.entry("physicians", "990001")
    assert rules(report) == {"closed.unknown": 1} and closed is not None
    assert closed.concept.replaced_by == ("990002",) and closed.concept.period.end == "2026-11-20"
    assert report.summary["changes"]["closed"] == 1


def test_the_synthetic_tables_load_whole(shared: Path, load: Load) -> None:
    centres = load("centres", shared / "data" / "centres_synthetic.csv")
    physicians = load("physicians", shared / "data" / "physicians_synthetic.csv")
    assert centres.summary["rows"]["rejected"] == physicians.summary["rows"]["rejected"] == 0
    assert centres.after.entries == 200 and physicians.after.entries == 300
    assert physicians.mapping == "physicians-council.yaml"


def test_rows_of_one_code_become_one_entry(store: RegistryStore, load: Load, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text(
        "code,display.fa,licence.kind,licence.number,licence.start\n"
        "د-990001,فرد نمونه,perm,1,1390/01/01\n"
        "990002,فرد نمونه دو,office,7,۱۳۹۵-۱-۵\n"
        "990001د,,office,2,14000101\n".replace("990001د,,", "د-990001,,"),
        "utf-8",
    )
    load("physicians", table)
    found = store.entry("physicians", "990001د")
    assert found is not None and [one.period.start for one in found.concept.properties] == ["2011-03-21", "2021-03-21"]


def test_the_trend_of_a_source_tells_its_rejected_rows(load: Load) -> None:
    load("physicians", [*people(1, 31), {"code": "x"}], source="council")
    report = load("physicians", people(1, 32), source="council")
    assert [(one["read"], one["rejected"]) for one in report.trend] == [(31, 1), (31, 0)]
