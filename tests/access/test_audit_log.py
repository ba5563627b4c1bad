"""The log of accesses: what is acknowledged is on the disk, and whatever is done to it later is found and named."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from termserver.access import audit_lines
from termserver.access.audit_check import check
from termserver.access.audit_export import as_csv, audit_event, fhir
from termserver.access.audit_faults import Checked, Wrong
from termserver.access.audit_lines import (
    BODY,
    NOTHING,
    Head,
    body_of,
    chained,
    closing,
    digest_of,
    line_of,
    number_of,
    sums_of,
)
from termserver.access.audit_log import AuditLog, Unlogged
from termserver.access.audit_reading import Wanted, events
from termserver.releases import signatures

NODE = signatures.make("node")
KEYS = (NODE.public,)


def said(number: int, **more: object) -> dict[str, object]:
    return {"t": time.time_ns(), "who": "sample-office", "do": "read", "codes": [str(990000 + number)], **more}


def opened(folder: Path, **options: object) -> AuditLog:
    return AuditLog(folder, "node-1", NODE, **options)  # type: ignore[arg-type]


def told(log: AuditLog, *numbers: int, **more: object) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*(log.kept(said(n, **more)) for n in numbers))

    asyncio.run(all_of_them())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sealed segments of twelve accesses each."""
    for part in range(3):
        log = opened(tmp_path / "audit")
        told(log, *range(part * 12, part * 12 + 12))
        log.close()
    return tmp_path / "audit"


def segment(folder: Path, number: int) -> Path:
    return folder / "stream-00" / f"{number:08}.log"


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def found(checked: Checked) -> list[tuple[str, int, str]]:
    return [(Path(one.file).name, one.line, str(one.kind)) for one in checked.faults]


def test_an_untouched_log_holds(folder: Path) -> None:
    checked = check(folder, KEYS)
    assert checked.faults == []
    assert (checked.segments, checked.seals, checked.open_lines) == (3, 3, 0)
    assert checked.lines >= 3 * (2 + 12 + 1 + 2)  # the header, the accesses, the seal, and what closes their blocks
    assert [one["codes"] for one in events([folder])] == [[str(990000 + n)] for n in range(36)]


Done = list[tuple[int, str]]


def accesses(some: list[bytes]) -> list[int]:
    """Where the lines of accesses stand."""
    return [at for at, line in enumerate(some) if b'"codes":' in line]


def close_anew(some: list[bytes], at: int, sums: bool, before: bytes = b"") -> None:
    """Compute the digest, and the sums, of the block of that line anew, as somebody may who changed it."""
    end = next(n for n in range(at, len(some)) if closing(some[n]))
    start = max(n for n in range(at) if closing(some[n])) + 1
    body = some[end][BODY:]
    if sums:
        body = body[: body.index(b'"sums":"') + 8] + sums_of(some[start:end]) + b'"}\n'
    digest = digest_of(before or some[start - 1][6:70], b"".join(some[start:end]), body)
    some[end] = b'{"h":"%b",%b' % (digest, body)


def change(some: list[bytes]) -> Done:
    at = accesses(some)[2]
    some[at] = some[at].replace(b"sample-office", b"nobody-at-all")
    return [(at + 1, "changed")]


def change_with_its_digest(some: list[bytes]) -> Done:
    done = change(some)
    close_anew(some, accesses(some)[2], sums=False, before=b"1" * 64)
    return done


def change_with_its_digest_and_sums(some: list[bytes]) -> Done:
    change(some)
    at = accesses(some)[2]
    close_anew(some, at, sums=True)
    ends = [n for n, line in enumerate(some) if closing(line) and n > at]
    return [(ends[1] + 1, "changed")]  # what follows it was written after another block


def overwrite(some: list[bytes]) -> Done:
    at = accesses(some)[4]
    some[at] = b"x" * 40 + b"\n"
    return [(at + 1, "changed")]


def change_what_closes(some: list[bytes]) -> Done:
    at = accesses(some)[0]
    end = next(n for n in range(at, len(some)) if closing(some[n]))
    some[end] = some[end].replace(b'"k":"block"', b'"k":"blocc"')
    return [(end + 1, "changed")]


def change_a_digest_alone(some: list[bytes]) -> Done:
    end = next(n for n in range(accesses(some)[0], len(some)) if closing(some[n]))
    some[end] = b'{"h":"' + b"0" * 64 + some[end][70:]
    return [(end + 1, "changed")]


def remove(some: list[bytes]) -> Done:
    at = accesses(some)[2]
    del some[at : at + 2]
    return [(at + 1, "removed")]


def remove_a_block(some: list[bytes]) -> Done:
    at = accesses(some)[-1]
    start = max(n for n in range(at) if closing(some[n])) + 1
    end = next(n for n in range(at, len(some)) if closing(some[n]))
    del some[start : end + 1]
    return [(start + 1, "removed")]


def reorder(some: list[bytes]) -> Done:
    one, two = accesses(some)[2], accesses(some)[4]
    some[one], some[two] = some[two], some[one]
    return [(one + 1, "reordered"), (two + 1, "reordered")]


def insert_a_copy(some: list[bytes]) -> Done:
    at = accesses(some)[2]
    some.insert(at + 1, some[at])
    return [(at + 2, "inserted")]


def insert_a_copy_of_a_block(some: list[bytes]) -> Done:
    at = accesses(some)[-1]
    start = max(n for n in range(at) if closing(some[n])) + 1
    end = next(n for n in range(at, len(some)) if closing(some[n])) + 1
    some[end:end] = some[start:end]
    return [(end + 1, "inserted")]


def insert_a_new_one(some: list[bytes]) -> Done:
    at = accesses(some)[3]
    some.insert(at, line_of(number_of(some[at]) or 0, {"t": "2026-11-22T00:00:00.000Z", "who": "forged"}))
    return [(at + 1, "inserted")]


def cut_the_tail(some: list[bytes]) -> Done:
    del some[accesses(some)[-1] :]
    return [(len(some), "torn"), (len(some), "unsealed")]


def tear_the_tail(some: list[bytes]) -> Done:
    some[-1] = some[-1][:30]
    return [(len(some), "torn"), (len(some), "unsealed")]


@pytest.mark.parametrize(
    "do",
    [
        change, change_with_its_digest, change_with_its_digest_and_sums, overwrite, change_what_closes,
        change_a_digest_alone, remove, remove_a_block, reorder, insert_a_copy, insert_a_copy_of_a_block,
        insert_a_new_one, cut_the_tail, tear_the_tail,
    ],
)  # fmt: skip
def test_what_was_done_to_a_segment_is_named_with_its_line(folder: Path, do: Callable[[list[bytes]], Done]) -> None:
    path = segment(folder, 2)
    some = lines(path)
    expected = do(some)
    path.write_bytes(b"".join(some))
    faults = found(check(folder, KEYS))
    assert [(line, kind) for name, line, kind in faults if name == path.name] == expected
    elsewhere = [(name, kind) for name, _, kind in faults if name != path.name]
    assert set(elsewhere) <= {(segment(folder, 3).name, "break")}  # the next one does not follow what is left


def test_a_segment_that_was_chained_anew_is_betrayed_by_its_seal(folder: Path) -> None:
    path = segment(folder, 2)
    some = lines(path)
    for at in accesses(some):
        some[at] = some[at].replace(b"sample-office", b"nobody-at-all")
        close_anew(some, at, sums=True)
    seal = orjson.loads(some[-2])
    some[-2] = line_of(seal.pop("n"), {**seal, "head": some[-3][6:70].decode()})
    close_anew(some, len(some) - 2, sums=True)
    path.write_bytes(b"".join(some))
    assert found(check(folder, KEYS)) == [(path.name, len(some) - 1, "seal"), (segment(folder, 3).name, 1, "break")]


def test_lines_that_say_the_same_again_are_read_in_full(tmp_path: Path) -> None:
    log = opened(tmp_path, seal_bytes=3000)
    start = 1_795_000_000 * 10**9
    one, two = (log.alike({"who": who, "do": "search", "status": 200}) for who in ("one", "two"))
    for n in range(60):
        log.again(start + n * 10**6, two if n % 3 else one, n / 1000, b',"request":"%d"' % n if n % 2 else b"")
        if n % 20 == 0:
            time.sleep(0.12)  # a segment or two later
    log.close()
    assert check(tmp_path, KEYS).faults == [] and len(list(tmp_path.glob("stream-00/*.log"))) > 1
    read = list(events([tmp_path]))
    assert [one["who"] for one in read] == ["two" if n % 3 else "one" for n in range(60)]
    assert [one["ms"] for one in read] == [float(n) for n in range(60)]
    assert [one.get("request", "") for one in read] == [str(n) if n % 2 else "" for n in range(60)]
    assert {"k", "as"}.isdisjoint(read[7]) and read[7]["t"] == "2026-11-18T11:06:40.007Z"
    assert len(list(events([tmp_path], Wanted(who="one")))) == 20
    path = segment(tmp_path, 1)
    path.write_bytes(path.read_bytes().replace(b'"ms":3.00,', b'"ms":4.00,'))
    (fault,) = check(tmp_path, KEYS).faults
    assert fault.kind is Wrong.CHANGED and b'"ms":4.00,' in lines(path)[fault.line - 1]


def of_format_1(folder: Path, sealing: bool) -> Path:
    """A segment as it was written before blocks: every line chained by itself."""
    t = "2026-11-22T00:00:00.000Z"
    known = {"node": "node-1", "stream": "stream-00", "segment": 1, "before": NOTHING.decode(), "key": NODE.public.id}
    told: list[dict[str, object]] = [{"k": "open", "t": t, "format": 1, **known}]
    told += [{"t": t, "who": "sample-office", "codes": [str(990000 + n)]} for n in range(4)]
    before, some = NOTHING, []
    for n, said in enumerate(told, 1):
        line, before = chained(before, body_of(n, said))
        some.append(line)
    if sealing:
        said = audit_lines.sealed(NODE, "node-1", "stream-00", 1, len(told) + 1, before, t)
        some.append(chained(before, body_of(len(told) + 1, said))[0])
    path = segment(folder, 1)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(some))
    return path


@pytest.mark.parametrize("sealing", [True, False])
def test_a_log_of_the_format_before_is_sealed_gone_on_with_and_checked(tmp_path: Path, sealing: bool) -> None:
    path = of_format_1(tmp_path, sealing)
    if not sealing:
        with open(path, "ab") as file:
            file.write(b'{"h":"01')
    log = opened(tmp_path)
    told(log, 50)
    log.close()
    checked = check(tmp_path, KEYS)
    assert (checked.faults, checked.seals) == ([], 2)
    assert [one["codes"] for one in events([tmp_path])] == [["990000"], ["990001"], ["990002"], ["990003"], ["990050"]]
    some = lines(path)
    some[2] = some[2].replace(b"sample-office", b"nobody-at-all")
    del some[4]
    path.write_bytes(b"".join(some))
    assert found(check(tmp_path, KEYS)) == [(path.name, 3, "changed"), (path.name, 5, "removed")]


def test_a_seal_by_another_key_is_named(folder: Path, tmp_path: Path) -> None:
    other = signatures.make("other")
    log = AuditLog(tmp_path / "theirs", "node-1", other)
    told(log, 1, 2)
    log.close()
    shutil.copytree(tmp_path / "theirs" / "stream-00", folder / "stream-01")
    assert {(one.kind, Path(one.file).name) for one in check(folder, KEYS).faults} >= {
        (Wrong.FOREIGN_HEAD, "stream-01"),
        (Wrong.FOREIGN_KEY, "00000001.log"),
    }


def test_swapped_and_missing_segments_are_named(folder: Path) -> None:
    first, second = segment(folder, 1), segment(folder, 2)
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)
    kinds = found(check(folder, KEYS))
    assert (first.name, 1, "misplaced") in kinds and (second.name, 1, "misplaced") in kinds
    second.write_bytes(first.read_bytes())
    first.unlink()
    assert (second.name, 0, "missing") in found(check(folder, KEYS))


def test_a_log_that_was_rolled_back_is_known_by_a_head_that_was_published(folder: Path) -> None:
    before = shutil.copytree(folder, folder.with_name("before"))
    log = opened(folder)
    told(log, 100, 101)
    log.close()
    published = Head.from_json(json.loads((folder / "stream-00" / "head.json").read_bytes()))
    assert published is not None and check(folder, KEYS, [published]).faults == []
    shutil.rmtree(folder)
    before.rename(folder)
    assert found(check(folder, KEYS)) == []  # by itself it looks whole
    ends = len(lines(segment(folder, 3)))
    assert found(check(folder, KEYS, [published])) == [(segment(folder, 3).name, ends, "rolled-back")]
    log = opened(folder)  # and when the node wrote on, another line stands at the number of the head
    told(log, 200, 201, 202)
    log.close()
    there = 1 + published.n - (number_of(lines(segment(folder, 4))[0]) or 0)
    assert found(check(folder, KEYS, [published])) == [(segment(folder, 4).name, there, "rolled-back")]


def test_two_processes_write_two_streams_and_the_next_one_goes_on_with_the_first(tmp_path: Path) -> None:
    one, two = opened(tmp_path), opened(tmp_path)
    told(one, 1)
    told(two, 2)
    one.close()
    two.close()
    three = opened(tmp_path)
    told(three, 3)
    three.close()
    assert check(tmp_path, KEYS).faults == []
    assert sorted(path.name for path in tmp_path.glob("stream-*/*.log")) == ["00000001.log"] * 2 + ["00000002.log"]
    assert [(one["stream"], one["codes"]) for one in events([tmp_path])] == [
        ("stream-00", ["990001"]), ("stream-01", ["990002"]), ("stream-00", ["990003"]),
    ]  # fmt: skip


_WRITER = """
import asyncio, sys, time
from pathlib import Path
from termserver.access.audit_log import AuditLog
from termserver.releases import signatures

async def main():
    log = AuditLog(Path(sys.argv[1]), "node-1", signatures.read_private(Path(sys.argv[2])), seal_bytes=20000)
    async def one(n):
        while True:
            await log.kept({"t": time.time_ns(), "do": "read", "who": "sample", "codes": [str(n)]})
            sys.stdout.write(f"{n}\\n")  # acknowledged
            sys.stdout.flush()
            n += 100
    await asyncio.gather(*(one(n) for n in range(100)))
asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_no_acknowledged_line_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    private, _ = signatures.keep(NODE, tmp_path / "keys")
    folder, acknowledged = tmp_path / "audit", set()
    for round in range(3):
        command = [sys.executable, "-c", _WRITER, str(folder), str(private)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(400 + 150 * round):
            acknowledged.add(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        acknowledged |= set(rest.split("\n")[:-1])
        process.wait()
    with open(sorted((folder / "stream-00").glob("*.log"))[-1], "ab") as file:
        file.write(b'{"h":"0123')  # what a torn write leaves
    opened(folder).close()
    log = opened(folder)
    told(log, 1)
    log.close()
    assert acknowledged <= {one["codes"][0] for one in events([folder])}
    checked = check(folder, KEYS)
    assert checked.faults == [] and checked.open_lines == 0
    assert b'"what":"torn"' in b"".join(path.read_bytes() for path in folder.glob("stream-00/*.log"))


class FullDisk:
    """``os.write`` that refuses after half of what it is given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._write = monkeypatch, os.write
        self.full = True
        monkeypatch.setattr("termserver.access.audit_log.os.write", self)

    def __call__(self, handle: int, data: memoryview) -> int:
        if self.full and len(data) > 5:
            self._write(handle, bytes(data[: len(data) // 2]))
            raise OSError(28, "No space left on device")
        return self._write(handle, data)


def test_when_the_disk_is_full_the_privileged_wait_and_the_rest_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(folder)
    told(log, 50)
    disk = FullDisk(monkeypatch)
    with pytest.raises(Unlogged, match="No space left"):
        told(log, 51)
    for n in range(7):
        log.add(said(n))
    while log.unlogged < 8:
        time.sleep(0.01)
    disk.full = False
    while log.unlogged:
        time.sleep(0.01)
    told(log, 52)
    log.close()
    assert check(folder, KEYS).faults == []
    notes = [json.loads(line) for line in lines(segment(folder, 4)) if b'"what":"unlogged"' in line]
    assert [(one["count"], one["why"]) for one in notes] == [(8, "No space left on device")]
    assert [one["codes"] for one in events([folder])][-2:] == [["990050"], ["990052"]]


def test_a_jump_of_the_clock_is_a_line_of_the_log(tmp_path: Path) -> None:
    ahead = 0
    log = opened(tmp_path, clock=lambda: time.time_ns() + ahead)
    told(log, 1)
    ahead = -3600 * 10**9
    told(log, 2)
    log.close()
    written = b"".join(lines(segment(tmp_path, 1)))
    assert b'"what":"clock","seconds":-3600' in written
    assert check(tmp_path, KEYS).faults == []


def test_accesses_are_found_by_what_they_are(folder: Path) -> None:
    log = opened(folder)
    told(log, 7, who="another", registry="physicians", roles=["auditor"])
    log.close()
    assert [one["who"] for one in events([folder], Wanted(code="990007"))] == ["sample-office", "another"]
    assert len(list(events([folder], Wanted(who="another", registry="physicians", role="auditor")))) == 1
    assert not list(events([folder], Wanted(until="2020-01-01")))


def test_an_access_is_an_audit_event(folder: Path) -> None:
    log = opened(folder)
    told(log, 7, who="=1+1", registry="physicians", status=200, address="192.0.2.1", request="r-1", count=1)
    log.close()
    (one,) = events([folder], Wanted(who="=1+1"))
    event = audit_event(one)
    assert event["meta"]["profile"] == ["https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Read"]
    assert event["action"] == "R" and event["outcome"] == "0"
    assert {agent["type"]["coding"][0]["code"] for agent in event["agent"]} == {"IRCP", "110152", "110153"}
    assert event["entity"][0]["what"]["identifier"]["value"] == "990007"
    assert len(b"".join(fhir(events([folder]))).splitlines()) == 37
    table = b"".join(as_csv(events([folder]))).decode("utf-8-sig")
    assert len(table.splitlines()) == 38 and "'=1+1" in table
