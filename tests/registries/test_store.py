"""The store of record, on SQLite and on PostgreSQL: nothing is lost, nothing is half there, the past stays."""

from hashlib import sha256

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termserver.database.registry_store import RegistryStore, instant_of
from termserver.model.errors import UsageError
from termserver.model.registries import ChangeKind, LoadKind, RegistryBusy, UnknownRegistry
from tests.registries.conftest import Load, people, physician


def test_what_was_known_stays_known(store: RegistryStore, load: Load) -> None:
    load("physicians", people(1, 30))
    before = store.entry("physicians", "990001")
    corrected = physician(1, display={"fa": "فرد نمونه تصحیح‌شده"})
    load("physicians", [corrected], kind=LoadKind.DELTA)

    now = store.entry("physicians", "990001")
    history = store.history("physicians", "990001")

    assert before is not None and now is not None
    assert now.concept.display.fa == "فرد نمونه تصحیح‌شده"
    assert [one.concept.display.fa for one in history] == ["فرد نمونه 0001", "فرد نمونه تصحیح‌شده"]
    assert history[0].recorded_to == history[1].recorded_from and history[1].recorded_to == ""
    assert store.entry("physicians", "990001", "2020-01-01") is None
    assert dict(store.bodies("physicians", 29))["990001"] == orjson.dumps(
        orjson.loads(dict(store.bodies("physicians", 29))["990001"]), option=orjson.OPT_SORT_KEYS
    )


def test_a_day_of_the_past_ends_at_midnight_in_tehran() -> None:
    assert instant_of("2026-11-21") == "2026-11-21T20:29:59Z"
    assert instant_of("1405/08/30") == "2026-11-21T20:29:59Z"
    assert instant_of("2026-11-21T12:00:00+03:30") == "2026-11-21T08:30:00Z"
    with pytest.raises(UsageError):
        instant_of("yesterday")


def test_the_feed_of_an_unknown_registry_names_the_known_ones(store: RegistryStore, load: Load) -> None:
    load("centres", [{"code": "00000000-0000-0000-0000-000000000001", "display": {"fa": "مرکز نمونه"}}])
    with pytest.raises(UnknownRegistry, match="centres"):
        store.changes("physicians")
    with pytest.raises(UsageError, match="Begin again from 0"):
        store.changes("centres", after=7)


def test_codes_of_a_system_without_case_are_found_in_any_case(store: RegistryStore, load: Load) -> None:
    load("centres", [{"code": "abcdefab-0000-0000-0000-000000000001", "display": {"fa": "مرکز نمونه"}}])
    found = store.entry("centres", "ABCDEFAB-0000-0000-0000-000000000001")
    assert found is not None and found.concept.code == "ABCDEFAB-0000-0000-0000-000000000001"


def test_a_second_writer_is_told_and_nothing_happens(store: RegistryStore, place: str, load: Load) -> None:
    with (
        store.writing("physicians"),
        RegistryStore.open(place, patience=0.3) as other,
        pytest.raises(RegistryBusy, match="Another load"),
        other.writing("physicians"),
    ):
        raise AssertionError("two writers at once")
    assert load("physicians", people(1, 5)).after.entries == 4


def test_a_reader_sees_the_whole_load_or_none_of_it(store: RegistryStore, place: str) -> None:
    body = b'{"code":"1"}'
    from termserver.database.registry_writing import NewVersion

    with RegistryStore.open(place) as reader, store.writing("physicians") as work:
        work.begin_load(LoadKind.FULL, "2026-11-21", "", "f", "0" * 64)
        work.record([NewVersion("1", "1", ChangeKind.ADDED, body, sha256(body).digest(), False, None)])
        assert reader.state("physicians").entries == 0
        work.keep({}, b"")
    with RegistryStore.open(place) as reader:
        assert reader.state("physicians").entries == 1


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=6), max_size=4),
    page=st.integers(1, 4),
)
def test_who_only_follows_the_changes_ends_with_the_registry(
    store: RegistryStore, load: Load, steps: list[list[tuple[int, int]]], page: int
) -> None:
    load("physicians", [*people(0, 10), physician(99, source=str(len(steps)))], allow_closing=1.0)
    held: dict[str, bytes] = {}
    cursor = 0
    for step in [*steps, []]:
        if step:
            entries = {
                990000 + n: {"code": str(990000 + n), "closed": "2026-11-20"}
                if how == 0
                else physician(n, source=f"{how}")
                for n, how in step
            }
            load("physicians", list(entries.values()), kind=LoadKind.DELTA, allow_closing=1.0, again=True)
        # a page now, and all pages at the end: what changes meanwhile is met again
        while True:
            changes = store.changes("physicians", cursor, page)
            held.update((one.code, one.body) for one in changes.changes)
            cursor = changes.next_cursor
            if changes.complete or step:
                break
    sums = sum(int.from_bytes(sha256(body).digest(), "big") for body in held.values())
    assert held == dict(store.bodies("physicians"))
    assert f"{sums % (1 << 256):064x}" == changes.checksum and len(held) == changes.entries
