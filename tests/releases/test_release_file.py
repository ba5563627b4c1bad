"""A release file is written whole, read by key, and refused if it is not what it was."""

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small_release import BODIES, WORDS, Write

from termserver.model.errors import DigestMismatch, ReleaseError
from termserver.model.releases import Table
from termserver.releases import layout, stamps
from termserver.releases.file import ReleaseFile
from termserver.releases.verification import verify_in_full
from termserver.releases.writer import ReleaseWriter


def test_what_was_written_is_read_by_key(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release")
    with ReleaseFile.open(tmp_path / "a.release") as release:
        assert release.get(WORDS, "واژه 7", 1) == ("واژه 7", 1, b"\x01")
        assert release.get(WORDS, "واژه 7", 2) is None
        assert [row[1] for row in release.rows(WORDS, "واژه 7")] == [1]
        assert [row[0] for row in release.span(BODIES, 10, 14)] == [10, 11, 12, 13]
        assert [row[0] for row in release.span(BODIES, 10, 14, 2)] == [10, 11]
        assert len(list(release.rows(BODIES))) == 300
        assert release.many(BODIES, [5, 299, 300, 5]) == {5: (5, b'{"n":5}'), 299: (299, b'{"n":299}')}
        assert len(release.many(BODIES, range(1000))) == 300
        assert release.many(BODIES, []) == {}
        assert release.artefact("schemas/bill/1.0/more.json") == b"{}"
        assert release.artefact("schemas/bill/1.0/other.json") is None


def test_a_table_that_the_release_does_not_carry_is_empty(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release")
    other = Table("other", ("word TEXT", "place INTEGER"), 2)
    with ReleaseFile.open(tmp_path / "a.release") as release:
        assert not release.has(other)
        assert release.has(WORDS)
        assert release.get(other, "a", 1) is None
        assert list(release.rows(other)) == list(release.span(other, "a", "b")) == []
        assert release.many(other, ["a"]) == {}


def test_building_twice_gives_the_same_digest(tmp_path: Path, write: Write) -> None:
    assert write(tmp_path / "a.release").digest == write(tmp_path / "b.release").digest


def test_the_digest_does_not_depend_on_the_order_of_writing(tmp_path: Path) -> None:
    digests = set()
    for order in ((1, 2, 3), (3, 1, 2)):
        with ReleaseWriter(tmp_path / "a.release", "a", "1") as writer:
            for n in order:
                writer.artefact(f"files/{n}", "file", b"%d" % n)
            writer.table(BODIES, [(n, b"x") for n in order])
            digests.add(writer.finish().digest)
    assert len(digests) == 1


@pytest.mark.parametrize("difference", [{"more": b"[]"}, {"rows": 301}, {"version": "1405.2"}, {"name": "other"}])
def test_another_content_gives_another_digest(tmp_path: Path, write: Write, difference: dict[str, object]) -> None:
    assert write(tmp_path / "a.release").digest != write(tmp_path / "b.release", **difference).digest


def test_rows_that_read_alike_when_joined_have_different_digests(tmp_path: Path) -> None:
    table = Table("pairs", ("a TEXT", "b TEXT"), 2)
    digests = set()
    for row in (("ab", "c"), ("a", "bc"), ("abc", "")):
        with ReleaseWriter(tmp_path / "a.release", "a", "1") as writer:
            writer.table(table, [row])
            digests.add(writer.finish().digest)
    assert len(digests) == 3


def test_any_flipped_byte_is_refused(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    data = path.read_bytes()
    size = len(data)
    places = [0, 18, 19, 24, 27, 28, 60, 63, 68, 71, 92, 95, 96, 99, 100, size - layout.SEAL_SIZE - 1,
              size - layout.SEAL_SIZE, size - 40, size - 2, size - 1]  # fmt: skip
    places += random.Random(1405).sample(range(size), 200)
    for place in places:
        altered = bytearray(data)
        altered[place] ^= 1 << (place % 8)
        path.write_bytes(altered)
        with pytest.raises(DigestMismatch):
            ReleaseFile.open(path)
        alone = tmp_path / "alone" / "a.release"  # a copy that came without a stamp
        alone.parent.mkdir(exist_ok=True)
        alone.write_bytes(altered)
        stamps.remove(alone)
        with pytest.raises(ReleaseError):
            ReleaseFile.open(alone)
    path.write_bytes(data)
    ReleaseFile.open(path).close()


def test_an_altered_file_is_refused_with_both_digests_and_the_way_out(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    before = stamps.read(path)
    assert before is not None
    with path.open("r+b") as file:
        file.seek(5000)
        file.write(b"!")
    with pytest.raises(DigestMismatch) as refused:
        ReleaseFile.open(path)
    said = str(refused.value)
    assert before.sha256 in said
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said
    assert "termserver release install" in said
    assert refused.value.text.fa != said


def test_a_change_in_the_same_tick_as_the_stamp_is_seen(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    looked = path.stat()
    data = bytearray(path.read_bytes())
    data[-500] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    stamp = stamps.read(path)
    assert stamp is not None
    stamps.write(path, stamps.look(path), stamp.sha256)  # as if the clock had not moved in between
    with pytest.raises(DigestMismatch):
        ReleaseFile.open(path)


def _older(path: Path) -> None:
    """Let the stamp be clearly younger than the file, as it is on the next day."""
    stamp = stamps.stamp_path(path)
    later = path.stat().st_ctime_ns + 10_000_000_000
    os.utime(stamp, ns=(later, later))


def test_a_stamped_release_is_opened_without_being_read(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path, rows=20_000)
    ReleaseFile.open(path).close()
    _older(path)
    best = 1.0
    for _ in range(5):
        before = time.perf_counter()
        with ReleaseFile.open(path) as release:
            release.get(BODIES, 7)
        best = min(best, time.perf_counter() - before)
    assert best < 0.05


def test_a_copied_release_is_verified_and_stamped_anew(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    copy = tmp_path / "b.release"
    copy.write_bytes(path.read_bytes())
    ReleaseFile.open(copy).close()
    stamp = stamps.read(copy)
    assert stamp is not None
    assert stamp.inode == copy.stat().st_ino


def test_a_stamp_that_cannot_be_written_does_not_hinder(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    stamps.stamp_path(path).unlink()
    stamps.stamp_path(path).mkdir()  # nothing can be put there, for root neither
    ReleaseFile.open(path).close()
    with path.open("r+b") as file:
        file.seek(9000)
        file.write(b"!!")
    with pytest.raises(DigestMismatch):
        ReleaseFile.open(path)


@pytest.mark.parametrize(
    "folder", ["پوشهٔ انتشار", "with space", "a#b?c%20d", "semi;colon&amp", "plus+und_ü", "'quoted' \"twice\""]
)
def test_a_release_is_opened_under_any_name(tmp_path: Path, write: Write, folder: str) -> None:
    path = tmp_path / folder / "استاندارد #1?.release"
    write(path)
    with ReleaseFile.open(path) as release:
        assert release.get(BODIES, 3) == (3, b'{"n":3}')


def test_a_relative_path_is_opened(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.release")
    monkeypatch.chdir(tmp_path)
    with ReleaseFile.open("a.release") as release:
        monkeypatch.chdir("/")
        assert release.get(BODIES, 3)


def test_what_is_no_release_is_refused_by_what_it_is(tmp_path: Path, write: Write) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("code,display\n")
    stranger = sqlite3.connect(tmp_path / "stranger")
    stranger.execute("CREATE TABLE t (a)")
    stranger.commit()
    stranger.close()
    write(tmp_path / "whole.release")
    (tmp_path / "short").write_bytes((tmp_path / "whole.release").read_bytes()[:-3000])
    (tmp_path / "long").write_bytes((tmp_path / "whole.release").read_bytes() + b"x")
    for name, says in {
        "missing": "no release file",
        "": "is a folder",
        "empty": "is empty",
        "text": "not a release file",
        "stranger": "another program",
        "short": "cut short",
        "long": "lengthened",
    }.items():
        with pytest.raises(ReleaseError, match=says) as refused:
            ReleaseFile.open(tmp_path / name)
        assert refused.value.text.fa != refused.value.text.en


def _resealed(path: Path, header: dict[int, bytes]) -> None:
    """Change the header and seal the file again, as another program would have written it."""
    body = bytearray(path.read_bytes()[: -layout.SEAL_SIZE])
    for place, data in header.items():
        body[place : place + len(data)] = data
    path.write_bytes(bytes(body) + layout.seal(hashlib.sha256(body).hexdigest()))
    stamps.remove(path)


def test_a_release_of_a_newer_termserver_is_refused_with_both_versions(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    _resealed(path, {60: (layout.FORMAT + 1).to_bytes(4, "big")})
    with pytest.raises(ReleaseError, match=rf"format {layout.FORMAT + 1}.*format {layout.FORMAT}.*pip install"):
        ReleaseFile.open(path)


def test_a_release_that_needs_a_newer_termserver_says_which(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "ENGINE", "99.2")
    with pytest.raises(ReleaseError, match=r"needs termserver 99\.2 or later; this is .*pip install --upgrade"):
        write(tmp_path / "a.release")
        ReleaseFile.open(tmp_path / "a.release")


def test_a_row_changed_by_somebody_who_seals_again_is_found(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    place = path.read_bytes().index(b'{"n":77}')
    _resealed(path, {place: b'{"n":78}'})
    with pytest.raises(DigestMismatch, match="tables/bodies"):
        verify_in_full(path)
    with pytest.raises(DigestMismatch):
        ReleaseFile.open(path)


def test_another_release_than_the_pinned_one_is_refused(tmp_path: Path, write: Write) -> None:
    manifest = write(tmp_path / "a.release")
    ReleaseFile.open(tmp_path / "a.release", manifest.digest).close()
    with pytest.raises(DigestMismatch, match=manifest.digest):
        ReleaseFile.open(tmp_path / "a.release", "0" * 64)


def test_many_threads_read_one_release(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release", rows=2000)
    wrong: list[object] = []
    with ReleaseFile.open(tmp_path / "a.release") as release:

        def read(seed: int) -> None:
            chance = random.Random(seed)
            try:
                for _ in range(300):
                    n = chance.randrange(2000)
                    if release.get(BODIES, n) != (n, f'{{"n":{n}}}'.encode()):
                        wrong.append(n)
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_closed_release_says_so(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release")
    release = ReleaseFile.open(tmp_path / "a.release")
    release.get(BODIES, 1)
    opened_elsewhere = threading.Thread(target=lambda: release.get(BODIES, 2))
    opened_elsewhere.start()
    opened_elsewhere.join()
    begun = release.rows(BODIES)
    next(begun)
    release.close()
    for ask in (lambda: release.get(BODIES, 1), lambda: list(release.rows(BODIES)), lambda: list(begun)):
        with pytest.raises(ReleaseError, match="is closed"):
            ask()
    release.close()


def test_a_release_is_closed_under_its_readers(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release")
    for _ in range(20):
        release = ReleaseFile.open(tmp_path / "a.release")
        begun, told = threading.Barrier(3), []

        def reading(release: ReleaseFile = release, begun: threading.Barrier = begun, told: list = told) -> None:
            begun.wait()
            try:
                while True:
                    list(release.rows(BODIES))
            except ReleaseError as error:
                told.append(str(error))

        readers = [threading.Thread(target=reading) for _ in range(2)]
        for reader in readers:
            reader.start()
        begun.wait()
        release.close()
        for reader in readers:
            reader.join(10)
        assert len(told) == 2 and all("is closed" in one for one in told)


def test_nobody_changes_an_open_release(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "a.release")
    with ReleaseFile.open(tmp_path / "a.release") as release:
        release.get(BODIES, 1)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            release._here.connection.execute("DELETE FROM bodies")


def test_two_rows_with_one_key_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with (
        pytest.raises(ReleaseError, match="bodies"),
        ReleaseWriter(tmp_path / "a.release", "a", "1") as writer,
    ):
        writer.table(BODIES, [(1, b"a"), (1, b"b")])
    assert list(tmp_path.iterdir()) == []


def test_work_that_fails_leaves_the_former_file(tmp_path: Path, write: Write) -> None:
    manifest = write(tmp_path / "a.release")
    with pytest.raises(ZeroDivisionError), ReleaseWriter(tmp_path / "a.release", "a", "2") as writer:
        writer.artefact("files/a", "file", b"a")
        raise ZeroDivisionError
    with ReleaseFile.open(tmp_path / "a.release") as release:
        assert release.manifest == manifest
    assert len(list(tmp_path.iterdir())) == 2  # the release and its stamp


@pytest.mark.parametrize(
    "label", [("Standards", "1"), ("a/b", "1"), ("a", ""), ("a", "1/2"), ("..", "1"), ("a", "۱۴۰۵")]
)
def test_a_name_that_cannot_be_a_file_name_everywhere_is_refused(tmp_path: Path, label: tuple[str, str]) -> None:
    with pytest.raises(ReleaseError, match="for example"):
        ReleaseWriter(tmp_path / "a.release", *label)


_BUILD = """
import sys
from pathlib import Path
from termserver.model.releases import Table
from termserver.releases.writer import ReleaseWriter
print("ready", flush=True)
sys.stdin.readline()
for _ in range(1000):
    with ReleaseWriter(Path(sys.argv[1]), "standards", "1405.1") as writer:
        writer.table(Table("bodies", ("ordinal INTEGER", "body BLOB")), ((n, b"x" * 200) for n in range(3000)))
        writer.finish()
"""


@pytest.mark.slow
def test_a_build_that_is_killed_leaves_a_whole_release(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.release"
    write(path)
    chance = random.Random(1405)
    for _ in range(12):
        build = subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert build.stdin and build.stdout
        build.stdout.readline()
        build.stdin.write("\n")
        build.stdin.flush()
        time.sleep(chance.uniform(0.0, 0.12))
        build.kill()
        build.wait()
        build.stdin.close()
        build.stdout.close()
        with ReleaseFile.open(path) as release:
            assert release.get(BODIES, 5) is not None
        verify_in_full(path)
