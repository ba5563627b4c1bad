"""The sample nation: the same for the same seed, nobody in it is real, and its files tell one story."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.check_digits import is_right
from termserver.model.codes import CodeSystem, Content, Kind
from termserver.model.days import parse_day
from termserver.model.errors import UsageError
from termserver.model.registries import entry_json, entry_of
from termserver.model.values import replace
from termserver.registries.definition import Definition
from termserver.registries.rows import RowReading
from termserver.registries.sample import SMALL, Nation, Plan, sample_content, write
from termserver.registries.sample_lists import NationalLists
from termserver.service import TermServer
from termserver.terminology.registry_views import Centre, Physician, Standing, verify

TINY = Plan(seed=5, professionals=400, centres=300, products=120, days=40, changes=8)


@pytest.fixture(scope="module")
def lists(server: TermServer) -> NationalLists:
    return NationalLists(server.terminology)


@pytest.fixture(scope="module")
def nation(lists: NationalLists) -> Nation:
    return Nation(TINY, lists)


@pytest.fixture(scope="module")
def systems(root: Path) -> dict[str, CodeSystem]:
    return {one.system.id: one.system for one in read(root).systems}


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_nation(
    lists: NationalLists, tmp_path: Path
) -> None:
    for name, plan in (("a", TINY), ("b", TINY), ("c", replace(TINY, seed=6))):
        write(Nation(plan, lists), tmp_path / name)

    a, b, c = (_bytes(tmp_path / name) for name in "abc")
    assert a == b
    assert a.keys() == c.keys() and a["full/physicians.ndjson"] != c["full/physicians.ndjson"]


def test_the_manifest_counts_what_was_written(nation: Nation, tmp_path: Path) -> None:
    said = write(nation, tmp_path / "n")

    assert json.loads((tmp_path / "n" / "nation.json").read_text("utf-8")) == said
    assert said["entries"]["physicians"] == len(_read(tmp_path / "n" / "full" / "physicians.ndjson")) == 400
    told = sum(len(_read(path)) for path in (tmp_path / "n" / "daily").glob("*/physicians.ndjson"))
    assert said["changes"]["physicians"] == told >= 40 * 8
    days = sorted(path.name for path in (tmp_path / "n" / "daily").iterdir())
    assert days[0] == "2025-11-22" and days[-1] == said["last_day"] == "2025-12-31"


@pytest.mark.parametrize("registry", ["physicians", "centres", "software", "irc"])
def test_who_follows_the_daily_changes_ends_with_the_registry_of_the_last_day(nation: Nation, registry: str) -> None:
    """Everything that an entry says is kept by replacing it; a closing keeps the record and says when and by whom."""
    held = {entry["code"]: entry for entry in nation.full(registry)}
    for day in range(1, TINY.days + 1):
        for change in nation.changes(registry, day):
            if "closed" in change:
                before = held[change["code"]]
                period = {**before["period"], "end": change["closed"]}
                held[change["code"]] = {
                    **before, "status": "retired", "period": period, "replaced_by": change["replaced_by"]
                }  # fmt: skip
            else:
                held[change["code"]] = change

    last = {entry["code"]: entry for entry in nation.full(registry, TINY.days)}
    assert held.keys() == last.keys()
    differing = [code for code in held if _core(held[code]) != _core(last[code])]
    assert differing == []


def _core(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without the succession that its closing implies."""
    facts = [fact for fact in entry["properties"] if fact["code"] not in ("successor",)]
    return {**entry, "properties": facts}


@pytest.mark.parametrize("registry", ["physicians", "centres", "software", "irc", "generic", "erx", "gtin"])
def test_every_entry_is_accepted_as_it_stands(
    nation: Nation, systems: dict[str, CodeSystem], lists: NationalLists, registry: str
) -> None:
    reading = RowReading(Definition(systems[registry], str), delta=True)
    entries = [*nation.full(registry), *nation.full(registry, TINY.days)]
    if registry in nation.registries:
        entries += [change for day in range(1, TINY.days + 1) for change in nation.changes(registry, day)]

    rows = [reading.read(n, entry) for n, entry in enumerate(entries)]

    assert [(row.code, row.rejected, row.warned) for row in rows if row.rejected or row.warned] == []


def test_codes_are_unique_and_refer_to_each_other(nation: Nation) -> None:
    codes = {id: [entry["code"] for entry in nation.full(id)] for id in (*nation.registries, *nation.lists)}
    for id, known in codes.items():
        assert len(known) == len(set(known)), id
    centres, products = set(codes["centres"]), set(codes["irc"])
    for person in nation.full("physicians", TINY.days):
        for fact in person["properties"]:
            if fact["code"] == "workplace":
                assert fact["value"]["centre"] in centres
    for id, of in (("erx", products), ("gtin", products)):
        for entry in nation.full(id):
            assert {fact["value"] for fact in entry["properties"] if fact["code"] == "irc"} <= of
    for product in nation.full("irc"):
        said = {fact["code"]: fact["value"] for fact in product["properties"]}
        assert said["generic"] in codes["generic"] and said["erx"] in codes["erx"] and said["gtin"] in codes["gtin"]
        assert is_right("gs1", said["gtin"]) and is_right("legal-person", said["owner-id"])


def test_groups_share_numbers_and_the_group_tells_them_apart(nation: Nation) -> None:
    people = [Physician(entry_of(entry)) for entry in nation.full("physicians")]

    assert len({person.number for person in people}) < len({person.code for person in people}) == 400
    assert len({person.group for person in people}) == 8


def test_nobody_and_nothing_is_real(nation: Nation) -> None:
    for id in (*nation.registries, *nation.lists):
        for entry in nation.full(id):
            shown = " ".join(entry["display"].values())
            assert "نمونه" in shown or "SAMPLE" in shown, entry
    assert all(re.fullmatch(r"99[0-9]{6}\D*", entry["code"]) for entry in nation.full("physicians"))
    assert all(entry["code"].startswith("00000000-C0DE-4000-") for entry in nation.full("centres"))
    assert all(entry["code"].startswith("9999") for entry in nation.full("irc"))
    assert all(entry["code"].startswith("002") for entry in nation.full("gtin"))


def test_lives_are_of_every_kind(lists: NationalLists) -> None:
    nation = Nation(replace(TINY, professionals=3_000, centres=2_000), lists)
    people = [entry_of(entry) for entry in nation.full("physicians", TINY.days)]
    today = nation.day(TINY.days)

    standings = {verify(person, "", today).standing for person in people}
    assert standings >= {Standing.VALID, Standing.SUSPENDED, Standing.NOT_VALID}
    centres = [Centre(entry_of(entry)) for entry in nation.full("centres", TINY.days)]
    merged = [centre for centre in centres if centre.successor()]
    assert merged
    by_code = {centre.code: centre for centre in centres}
    for centre in merged:
        after = centre.successor()
        assert after is not None and centre.is_open(today).standing is Standing.NOT_VALID
        assert centre.code in {one.centre for one in by_code[after.centre].predecessors()}
    assert any(one.reason == "split" for centre in centres for one in centre.predecessors())
    assert any(centre.has_contract("1", today) for centre in centres)
    assert any(centre.beds() for centre in centres)


def test_csv_says_what_the_lines_say(nation: Nation, systems: dict[str, CodeSystem], tmp_path: Path) -> None:
    from termserver.importers.table_files import read_table
    from termserver.registries.table_rows import TableRows, fitting

    write(nation, tmp_path / "n", csv=True)
    for registry in ("physicians", "centres", "irc"):
        definition = Definition(systems[registry], str)
        table = read_table(tmp_path / "n" / "full" / f"{registry}.csv")
        read_again = RowReading(definition)
        rows = {row.code: row for row in (read_again.read(n, said) for n, said in TableRows(
            table, definition, fitting(table, definition, ())
        ).entries())}  # fmt: skip
        lines = RowReading(definition)
        for entry in nation.full(registry):
            entry.pop("designations", None)
            assert rows[entry["code"]].body == lines.read(0, entry).body


def test_a_folder_of_somebody_else_is_left_alone(nation: Nation, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")

    with pytest.raises(UsageError, match="not empty"):
        write(nation, tmp_path)


@pytest.mark.parametrize("wrong", [{"professionals": 0}, {"products": 1_000_000}, {"days": -1}, {"changes": 401}])
def test_impossible_nations_are_refused(lists: NationalLists, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="it may be"):
        Nation(replace(TINY, **wrong), lists)


def test_the_sample_release_is_marked_and_hides_what_nobody_sees(lists: NationalLists, nation: Nation) -> None:
    for content in sample_content(nation, lists):
        system = content.system
        assert (system.content, system.kind) == (Content.EXAMPLE, Kind.REGISTRY)
        assert "نمونه" in system.title.fa and "Sample" in system.title.en
        assert not any(fact.code == "national-code-hash" for one in content.concepts for fact in one.properties)
        for one in content.concepts[:50]:
            assert entry_of(entry_json(one)) == one


@pytest.fixture
def with_sample(standards: Path, lists: NationalLists, tmp_path: Path) -> "Callable[[Plan], TermServer]":
    from termserver.releases import editions

    def opened(plan: Plan) -> TermServer:
        made = build_release(sample_content(Nation(plan, lists), lists), tmp_path / "made", "registries-sample", "1")
        pin = editions.pin_of(made)
        (tmp_path / "made").rename(tmp_path / editions.file_name(pin))
        with TermServer.open(standards) as server:
            pins = [*server.edition.releases, pin]
        (tmp_path / editions.file_name(pins[0])).symlink_to(standards)
        editions.write(tmp_path / "edition.json", pins)
        return TermServer.open(tmp_path / "edition.json")

    return opened


def test_the_sample_rejects_no_document_and_is_found_by_name(
    with_sample: "Callable[[Plan], TermServer]", standards: Path
) -> None:
    with with_sample(SMALL) as server, TermServer.open(standards) as plain:
        for known in plain.document_types():
            document = plain.example(known.id, "json")
            with_it, without = server.check_document(document, "a.json"), plain.check_document(document, "a.json")
            assert with_it.verdict is without.verdict, known.id
            assert [one.rule for one in with_it.findings] == [one.rule for one in without.findings], known.id
        person = next(iter(Nation(SMALL, NationalLists(plain.terminology)).full("physicians")))
        found = server.search(person["display"]["fa"], ["physicians"])
        assert person["code"] in [json.loads(hit)["code"] for hit in found.hits]
        assert server.resolve("irc").content is plain.resolve("irc").content


def test_a_day_of_the_nation_is_a_day(nation: Nation) -> None:
    assert parse_day(nation.day(TINY.days)) == "2025-12-31"


def test_a_real_registry_beside_the_sample_is_not_called_a_sample(
    with_sample: "Callable[[Plan], TermServer]", tmp_path: Path
) -> None:
    from termserver.database.registry_store import RegistryStore
    from termserver.registries.room import Room

    with with_sample(TINY) as server, RegistryStore.open(tmp_path / "real.db") as store:
        for name in ("physicians", "centres", "software"):
            assert server.resolve(name).title.en.startswith("Sample")
            defined = Room(store, server, tmp_path).definition(name).system
            assert not defined.title.en.startswith("Sample")
            assert "ynthetic" not in defined.description.en
            assert defined.publisher != "termserver"
