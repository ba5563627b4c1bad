"""Releases of a registry: what is known becomes a file, with what differs, and an extract that names nobody."""

import gzip
from pathlib import Path

import orjson
import pytest

from termserver.build import build_release
from termserver.database.registry_store import RegistryStore
from termserver.model.codes import CodeSystemContent, Coding, Content
from termserver.model.registries import LoadKind, UnknownRegistry, entry_of
from termserver.registries.definition import Definition
from termserver.registries.snapshots import make
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from tests.registries.conftest import Load, people, physician

DAY = "2026-11-21"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def physicians(definitions: dict[str, Definition]) -> Definition:
    return definitions["physicians"]


def test_a_snapshot_holds_what_is_known_and_the_next_one_what_differs(
    store: RegistryStore, load: Load, shelf: Shelf, physicians: Definition
) -> None:
    load("physicians", people(1, 30))
    first = make(store, physicians, DAY, shelf)
    load("physicians", [physician(1, display={"fa": "فرد نمونه دیگر"}), physician(77)], kind=LoadKind.DELTA)
    second = make(store, physicians, DAY, shelf)

    assert (first.pin.version, second.pin.version) == ("2026.11.21", "2026.11.21.2")
    assert first.delta is None and second.delta is not None
    head, *changes = [orjson.loads(line) for line in gzip.decompress(second.delta.read_bytes()).splitlines()]
    assert head["from"]["digest"] == first.pin.digest and head["to"]["digest"] == second.pin.digest
    assert [one["entry"]["code"] for one in changes] == ["990001", "990077"]
    with TermServer.open(shelf.path_of(second.pin)) as server:
        assert server.lookup(Coding("physicians", "990001")).display.fa == "فرد نمونه دیگر"
        assert server.resolve("physicians").content is Content.COMPLETE
    with TermServer.open(shelf.path_of(first.pin)) as server:
        assert server.lookup(Coding("physicians", "990001")).display.fa == "فرد نمونه 0001"


def test_a_snapshot_says_what_its_entries_said(
    store: RegistryStore, load: Load, shelf: Shelf, physicians: Definition, tmp_path: Path
) -> None:
    load("physicians", [*people(1, 30), physician(31, status="retired", period={"end": DAY})])
    made = make(store, physicians, DAY, shelf, use=False)
    with TermServer.open(shelf.path_of(made.pin)) as server:
        system = server.resolve("physicians")
    entries = tuple(entry_of(orjson.loads(body)) for _, body in store.bodies("physicians"))
    again = build_release([CodeSystemContent(system, entries)], tmp_path / "x.release", "physicians", "2026.11.21")
    assert again.digest == made.pin.digest


def test_what_nobody_may_see_is_in_no_release(
    store: RegistryStore, load: Load, shelf: Shelf, physicians: Definition
) -> None:
    secret = {"code": "national-code-hash", "value": "0000000001"}
    load("physicians", [physician(1, properties=[secret]), *people(2, 12)])
    made = make(store, physicians, DAY, shelf)
    assert b"hmac:" in dict(store.bodies("physicians"))["990001"]
    with TermServer.open(shelf.path_of(made.pin)) as server:
        assert not server.lookup(Coding("physicians", "990001")).properties
    assert b"hmac:" not in shelf.path_of(made.pin).read_bytes()


def test_the_extract_names_nobody_and_still_tells_who_stands(
    store: RegistryStore, load: Load, shelf: Shelf, physicians: Definition
) -> None:
    load("physicians", people(1, 12))
    made = make(store, physicians, DAY, shelf, extract=True, use=False)
    with TermServer.open(shelf.path_of(made.pin)) as server:
        found = server.lookup(Coding("physicians", "990001"))
    assert made.pin.name == "physicians-extract"
    assert "نمونه" not in str(found.concept) and "L-1" not in str(found.concept)
    assert [(one.code, one.value, one.period.end) for one in found.properties] == [
        ("licence", '{"kind":"office"}', "2028-03-19")
    ]


def test_a_registry_that_lost_rows_is_not_whole(
    store: RegistryStore, load: Load, shelf: Shelf, physicians: Definition
) -> None:
    load("physicians", [*people(1, 30), {"code": "?"}])
    made = make(store, physicians, DAY, shelf)
    told = make(store, physicians, DAY, shelf, complete=True, use=False)
    with TermServer.open(shelf.path_of(made.pin)) as server:
        assert server.resolve("physicians").content is Content.FRAGMENT
    with TermServer.open(shelf.path_of(told.pin)) as server:
        assert server.resolve("physicians").content is Content.COMPLETE


def test_nothing_loaded_makes_no_snapshot(store: RegistryStore, shelf: Shelf, physicians: Definition) -> None:
    with pytest.raises(UnknownRegistry, match="registry load physicians FILE"):
        make(store, physicians, DAY, shelf)
