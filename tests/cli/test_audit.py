"""``termserver audit``: an auditor checks, searches and exports a log, and tells a physician who looked."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.access.audit_log import AuditLog
from termserver.releases import signatures

Run = Callable[..., Any]
START = 1_795_000_000 * 10**9


@pytest.fixture
def audit(run: Run) -> Run:
    """``termserver audit`` with these arguments."""
    return lambda *arguments: run("audit", *map(str, arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    key = signatures.make("node")
    signatures.keep(key, folder)
    log = AuditLog(folder, "node-1", key)
    seen = {"who": "sample-insurer", "roles": ["vendor"], "by": "key", "registry": "physicians", "status": 200}

    async def tell() -> None:
        for n, (action, codes) in enumerate([("read", ["990001"]), ("verify", ["990001", "990002"]), ("changes", [])]):
            await log.kept({"t": START + n * 10**9, **seen, "do": action, "count": 1 + n, "codes": codes})
        await log.kept({"t": START + 9 * 10**9, "who": "anonymous", "by": "none", "address": "192.0.2.7", "do": "read",
                        "codes": ["990001"], "purpose": "HPAYMT", "registry": "physicians", "count": 1})  # fmt: skip

    asyncio.run(tell())
    log.close()
    return folder


def test_a_log_is_checked_against_a_head_that_was_kept(audit: Run, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "head.json"
    kept.write_text(audit("head", folder, "--json").out)
    good = audit("verify", folder, "--key", folder / "node.pub.pem", "--head", kept, "--lang", "en")
    assert good.status == 0 and "12 lines in 1 segments, 1 seals, 0 faults" in good.out and good.err == ""
    segment = folder / "stream-00" / "00000001.log"
    segment.write_bytes(segment.read_bytes().replace(b"sample-insurer", b"somebody--else", 1))
    bad = audit("verify", folder, "--lang", "en")
    assert bad.status == 1 and f"{segment}:3: changed: This line was changed." in bad.out
    assert "kept elsewhere" in bad.err
    (fault,) = json.loads(audit("verify", folder, "--json").out)["logs"][0]["faults"]
    assert (fault["kind"], fault["line"]) == ("changed", 3)


def test_a_physician_is_told_who_looked(audit: Run, folder: Path) -> None:
    said = audit("about", "990001", folder, "--lang", "en").out.splitlines()
    assert said[0].startswith("anonymous 192.0.2.7  1×") and said[0].endswith("read  [HPAYMT]")
    assert said[1].startswith("sample-insurer  2×") and said[1].endswith("read verify")
    assert said[2] == "Who took the whole registry:" and "changes" in said[3]
    told = json.loads(audit("about", "۹۹۰۰۰۲", folder, "--json").out)
    assert [one["times"] for one in told["looked"]] == [1]
    assert "990001" not in json.dumps(told)  # of the others in the same verification nothing is said


def test_accesses_are_searched_and_written_out(audit: Run, folder: Path, tmp_path: Path) -> None:
    assert len(audit("search", folder, "--role", "vendor").out.splitlines()) == 3
    assert len(audit("search", folder, "--since", "1399-01-01", "--address", "192.0.2.7").out.splitlines()) == 1
    assert audit("search", folder, "--until", "2020-01-01").out == ""
    audit("export", folder, "--to", "csv", "--output", tmp_path / "accesses.csv")
    assert len((tmp_path / "accesses.csv").read_text("utf-8-sig").splitlines()) == 5
    event = json.loads(audit("export", folder, "--to", "fhir", "--action", "verify").out)
    assert event["resourceType"] == "AuditEvent" and len(event["entity"]) == 3


def test_what_is_no_log_is_said(audit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERMSERVER_AUDIT", raising=False)
    assert audit("verify").status == 2
    assert "no access log" in audit("verify", tmp_path).err
    assert "no day" in audit("search", tmp_path, "--since", "2026-13-45T").err
    (tmp_path / "head.json").write_text("{}")
    assert "no head" in audit("verify", tmp_path, "--head", tmp_path / "head.json").err
