"""The shelf keeps releases, pins editions, goes back, and survives whoever is killed."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from small_release import BODIES, Write, system

from termserver.model.codes import Content
from termserver.model.errors import DigestMismatch, ReleaseError
from termserver.model.releases import Pin
from termserver.releases import editions, stamps
from termserver.releases.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.delenv("TERMSERVER_EDITION", raising=False)
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    return Shelf(tmp_path / "قفسه")


@pytest.fixture
def pins(tmp_path: Path, shelf: Shelf, write: Write) -> list[Pin]:
    """Three releases on the shelf: two versions of one, and another."""
    found = []
    for name, version, id in (("standards", "1405.9", "a"), ("standards", "1405.11", "a"), ("drugs", "1", "irc")):
        write(tmp_path / "made.release", name, version, systems=(system(id, version),))
        found.append(shelf.install(tmp_path / "made.release"))
    return found


def test_an_installed_release_is_listed_and_serves_when_it_is_used(shelf: Shelf, pins: list[Pin]) -> None:
    assert shelf.current() is None
    edition = shelf.use("standards", "1405.9")
    assert edition.releases == (pins[0],)
    assert shelf.current() == edition
    listed = shelf.installed()
    assert [(one.pin.name, one.pin.version, one.current) for one in listed] == [
        ("drugs", "1", False),
        ("standards", "1405.9", True),
        ("standards", "1405.11", False),
    ]
    assert not any(one.problem for one in listed)


def test_a_newer_version_takes_the_place_of_the_older_and_rollback_brings_it_back(
    shelf: Shelf, pins: list[Pin]
) -> None:
    first = shelf.use("standards", "1405.9")
    second = shelf.use("drugs")
    third = shelf.use("standards", pins[1].digest[:8])
    assert third.releases == (pins[1], pins[2])
    assert shelf.rollback() == second
    assert shelf.current() == second
    assert shelf.rollback() == first
    with pytest.raises(ReleaseError, match="no edition before"):
        shelf.rollback()


def test_using_what_is_used_already_is_no_step(shelf: Shelf, pins: list[Pin]) -> None:
    shelf.use("standards", "1405.9")
    shelf.use("standards", "1405.11")
    shelf.use("standards", "1405.11")
    assert shelf.rollback().releases == (pins[0],)


def test_a_release_is_taken_out_of_the_edition(shelf: Shelf, pins: list[Pin]) -> None:
    shelf.use_all([pins[0], pins[2]])
    assert shelf.drop("drugs").releases == (pins[0],)
    with pytest.raises(ReleaseError, match="no release 'drugs'"):
        shelf.drop("drugs")


def test_an_edition_opens_two_releases(shelf: Shelf, pins: list[Pin]) -> None:
    edition = shelf.use_all([pins[0], pins[2]])
    opened, files = editions.open_edition(None, shelf.folder)
    assert opened == edition
    assert [file.pin for file in files] == [pins[0], pins[2]]
    for file in files:
        assert file.get(BODIES, 1)
        file.close()


def test_the_digest_of_an_edition_does_not_depend_on_the_order(shelf: Shelf, pins: list[Pin]) -> None:
    assert editions.edition_of(pins[1:]).digest == editions.edition_of(reversed(pins[1:])).digest


def test_the_same_system_twice_is_refused(tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write) -> None:
    shelf.use("standards", "1405.9")
    write(tmp_path / "made.release", "others", "1", systems=(system("a", "1405.9"),))
    shelf.install(tmp_path / "made.release")
    with pytest.raises(ReleaseError, match=r"standards 1405\.9 and others 1 hold the code system 'a'"):
        shelf.use("others")
    assert shelf.current() == editions.edition_of([pins[0]])


def test_a_fuller_or_other_version_of_a_system_may_stand_beside(
    tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write
) -> None:
    shelf.use("standards", "1405.9")
    other = (system("a", "1405.9", Content.FRAGMENT), system("irc", "2"))
    write(tmp_path / "made.release", "others", "1", systems=other)
    shelf.install(tmp_path / "made.release")
    assert len(shelf.use("others").releases) == 2


def test_a_damaged_file_is_not_installed(tmp_path: Path, shelf: Shelf, write: Write) -> None:
    path = tmp_path / "made.release"
    write(path)
    data = bytearray(path.read_bytes())
    data[7000] ^= 1
    path.write_bytes(data)
    with pytest.raises(DigestMismatch):
        shelf.install(path)
    assert shelf.installed() == []


def test_installing_again_mends_a_damaged_file(tmp_path: Path, shelf: Shelf, write: Write) -> None:
    write(tmp_path / "made.release")
    pin = shelf.install(tmp_path / "made.release")
    place = shelf.path_of(pin)
    whole = place.read_bytes()
    place.write_bytes(whole[:5000] + b"!" + whole[5001:])
    assert [bool(one.problem) for one in shelf.verify()] == [True]
    with pytest.raises(DigestMismatch):
        shelf.use(pin.name)
    assert shelf.install(tmp_path / "made.release") == pin
    assert [one.problem for one in shelf.verify()] == [""]
    shelf.use(pin.name)


def test_verify_finds_a_file_that_was_sealed_again(tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write) -> None:
    write(tmp_path / "made.release", "standards", "1405.9", rows=50)
    shelf.path_of(pins[0]).write_bytes((tmp_path / "made.release").read_bytes())
    problems = {one.path: one.problem for one in shelf.verify()}
    problem = problems[shelf.path_of(pins[0])]
    assert "was altered" in problem
    assert re.search("should be [0-9a-f]{64} .*when it was installed.*; it is [0-9a-f]{64} now", problem)


def test_an_altered_release_says_which_digest_is_which(shelf: Shelf, pins: list[Pin]) -> None:
    place = shelf.path_of(pins[2])
    body = place.read_bytes()
    place.write_bytes(body[:5000] + b"!" + body[5001:])
    with pytest.raises(DigestMismatch, match=r"should be [0-9a-f]{64} \(the SHA-256 .*it is [0-9a-f]{64} now"):
        shelf.use("drugs")


def test_a_name_that_is_not_there_lists_what_is(shelf: Shelf, pins: list[Pin]) -> None:
    with pytest.raises(ReleaseError, match=r"no release 'nothing' on the shelf.*drugs 1; standards 1405\.9"):
        shelf.use("nothing")


def test_a_name_that_fits_several_releases_asks_for_the_digest(
    tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write
) -> None:
    with pytest.raises(ReleaseError, match=r"Several.*1405\.9.*1405\.11"):
        shelf.use("standards")
    with pytest.raises(ReleaseError, match=r"no release 'standards 1406\.1'.*1405\.9"):
        shelf.use("standards", "1406.1")
    with pytest.raises(ReleaseError, match="no release 'physicians"):
        shelf.use("physicians")


def test_the_first_edition_holds_what_the_wheel_ships(
    tmp_path: Path, shelf: Shelf, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    pin = editions.pin_of(write(tmp_path / "made.release", "standards", "1"))
    shipped.mkdir()
    (tmp_path / "made.release").rename(shipped / editions.file_name(pin))
    editions.write(shipped / editions.EDITION_FILE, [pin])
    monkeypatch.setattr(editions, "SHIPPED", shipped)
    edition, files = editions.open_edition(None, shelf.folder)
    assert edition.releases == (pin,)
    files[0].close()
    write(tmp_path / "drugs.release", "drugs", "1", systems=(system("irc"),))
    assert shelf.use_all([shelf.install(tmp_path / "drugs.release")]).releases[0] == pin
    assert shelf.path_of(pin).is_file()


def test_a_lockfile_finds_its_releases_on_the_shelf(tmp_path: Path, shelf: Shelf, pins: list[Pin]) -> None:
    lock = tmp_path / "repository" / "termserver.lock"
    lock.parent.mkdir()
    editions.write(lock, [pins[1]])
    edition, files = editions.open_edition(lock, shelf.folder)
    assert edition.releases == (pins[1],)
    files[0].close()


def test_the_place_that_is_named_counts_before_the_others(
    tmp_path: Path, shelf: Shelf, pins: list[Pin], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.use("standards", "1405.9")
    monkeypatch.setenv("TERMSERVER_EDITION", str(shelf.path_of(pins[2])))
    for path, pin in ((None, pins[2]), (shelf.path_of(pins[1]), pins[1]), (shelf.folder, pins[0])):
        edition, files = editions.open_edition(path, shelf.folder)
        assert edition.releases == (pin,)
        files[0].close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"{", "not an edition"),
        (b'{"releases": [{"name": "a"}]}', "name, version and digest"),
        (b'{"releases": [{"name": "a", "version": "latest", "digest": "%s"}]}' % (b"0" * 64), "latest"),
        (b'{"releases": [{"name": "a", "version": "1", "digest": ""}]}', "pins no release"),
        (b'{"releases": [{"name": "../a", "version": "1", "digest": "%s"}]}' % (b"0" * 64), "cannot name"),
        (b'{"releases": [{"name": "a", "version": "1", "digest": "%s"}]}' % (b"0" * 64), "not installed"),
    ],
)
def test_an_edition_that_pins_nothing_certain_is_refused(tmp_path: Path, shelf: Shelf, said: bytes, why: str) -> None:
    (tmp_path / "termserver.lock").write_bytes(said)
    with pytest.raises(ReleaseError, match=why):
        editions.open_edition(tmp_path / "termserver.lock", shelf.folder)


def test_where_nothing_is_installed_the_way_in_is_said(shelf: Shelf) -> None:
    with pytest.raises(ReleaseError, match="termserver release build"):
        editions.open_edition(None, shelf.folder)


def test_the_shelf_is_where_this_system_keeps_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TERMSERVER_SHELF", raising=False)
    assert editions.default_folder() == Path(__file__).resolve().parents[2] / "var" / "shelf"  # a checkout's own
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "site-packages" / "termserver" / "shipped")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert editions.default_folder() == tmp_path / "termserver" / "shelf"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert editions.default_folder() == tmp_path / "Local" / "termserver" / "shelf"
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert editions.default_folder() == tmp_path / "Library" / "Application Support" / "termserver" / "shelf"
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "قفسه"))
    assert editions.default_folder() == tmp_path / "قفسه"


_CHANGE = """
import sys
from termserver.releases.shelf import Shelf
shelf = Shelf(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    pin = shelf.install(sys.argv[2])
    shelf.use_all([pin])
    shelf.drop(pin.name) if n % 2 else None
"""


def _changing(shelf: Shelf, path: Path, times: int) -> "subprocess.Popen[str]":
    started = subprocess.Popen(
        [sys.executable, "-c", _CHANGE, str(shelf.folder), str(path), str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TERMSERVER_SHELF": str(shelf.folder)},
    )
    assert started.stdout
    started.stdout.readline()
    return started


def _go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.close()


@pytest.mark.slow
def test_whenever_a_process_is_killed_the_edition_is_whole(
    tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write
) -> None:
    shelf.use("standards", "1405.9")
    write(tmp_path / "made.release", "others", "1", systems=(system("b"),), rows=4000)
    chance = random.Random(1405)
    for _ in range(8):
        process = _changing(shelf, tmp_path / "made.release", 1000)
        _go(process)
        time.sleep(chance.uniform(0.0, 0.15))
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()
        edition, files = editions.open_edition(None, shelf.folder)
        assert edition.releases[0] == pins[0]
        for file in files:
            file.close()
        assert not any(one.problem for one in shelf.verify())
    shelf.use("drugs")  # a dead process holds no lock


@pytest.mark.slow
def test_two_processes_at_once_lose_nothing(tmp_path: Path, shelf: Shelf, pins: list[Pin], write: Write) -> None:
    shelf.use("standards", "1405.9")
    processes = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.release"
        write(path, name, "1", systems=(system(name),))
        processes.append(_changing(shelf, path, 15))
    for process in processes:
        _go(process)
    for process in processes:
        assert process.wait(60) == 0
        assert process.stdout
        process.stdout.close()
    edition = shelf.current()
    assert edition is not None
    assert {pin.name for pin in edition.releases} == {"standards", "one", "two"}
    assert len(orjson.loads(shelf.edition_file.read_bytes())["former"]) > 20


def test_a_shelf_that_cannot_be_written_says_so(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "made.release")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ReleaseError, match="TERMSERVER_SHELF"):
        Shelf(tmp_path / "file").install(tmp_path / "made.release")


def test_what_a_killed_process_left_is_swept_later(tmp_path: Path, shelf: Shelf, write: Write) -> None:
    write(tmp_path / "made.release")
    shelf.install(tmp_path / "made.release")
    left = shelf.releases / ".standards.release.1-00.unfinished"
    left.write_bytes(b"half")
    yesterday = time.time() - 2 * 24 * 3600
    os.utime(left, (yesterday, yesterday))
    fresh = shelf.releases / ".standards.release.2-00.unfinished"
    fresh.write_bytes(b"half")
    shelf.install(tmp_path / "made.release")
    assert not left.exists()
    assert fresh.exists()
    assert len(shelf.installed()) == 1


def test_the_stamp_of_a_wheel_makes_the_bytes_count(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "made.release"
    write(path)
    stamp = stamps.read(path)
    assert stamp is not None
    stamps.write_portable(path, stamp.sha256)
    editions.open_edition(path, None)[1][0].close()
    after = stamps.read(path)
    assert after is not None
    assert after.size == path.stat().st_size
