"""The snapshot of access comes with the feed: a key that was given opens a follower, a revoked one no longer does."""

import datetime
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from termserver.access import feed, node, snapshot
from termserver.access.snapshot import Snapshot
from termserver.cli.main import run
from termserver.model.access import AccessError
from termserver.model.text import Text
from termserver.publication import signing
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, instant
from termserver.trust.source import ACCESS, METADATA
from tests.api.guarded import the_policy
from tests.support.processes import served

CONTENT = Path(__file__).resolve().parents[2]
PEPPER = "a secret that all nodes share"
AS = ["--as", "operator-1", "--root", str(CONTENT)]


@pytest.fixture
def publisher(tmp_path: Path, standards: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """It publishes the standards, knows the vendor-12 of its own database, and holds the key ``access``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERMSERVER_DATABASE_URL", str(tmp_path / "accounts.db"))
    monkeypatch.setenv("TERMSERVER_KEY_PEPPER", PEPPER)
    monkeypatch.setenv("TERMSERVER_LANG", "en")
    key = signatures.make("both")
    made = Repository(tmp_path / "publication")
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    made.draft_root(dict.fromkeys((ROOT, TARGETS, SNAPSHOT, TIMESTAMP), Keys((key.public,), 1)), now)
    made.draft_release(standards, instant(now), Text(), now)
    for draft in ("1.root.json", "1.targets.json"):
        signing.sign(made.drafts / draft, key)
    made.commit([key], now, lambda step: None)
    assert run(["keys", "new", "access"]) == 0
    until = (now + datetime.timedelta(days=300)).date().isoformat()
    grant = ["grant", "vendor-12", "vendor", "--reason", "contract 12", "--until", until]
    assert run(["access", *grant, *AS]) == 0
    return made


def new_key(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["access", "key", "new", "vendor-12", *AS, "--json"]) == 0
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def published() -> None:
    signed = ["--publication", "publication", "--key", "access.key.pem", "--root", str(CONTENT)]
    assert run(["access", "snapshot", *signed]) == 0


def follower(folder: Path, address: str, **more: str) -> dict[str, str]:
    """The environment of a node that follows, its shelf begun."""
    ours = {
        "TERMSERVER_SHELF": str(folder / "shelf"),
        "TERMSERVER_ACCESS": str(folder / "node.json"),
        "TERMSERVER_ACCESS_TRUST": str(Path("access.pub.pem").absolute()),
    }
    gone = {"TERMSERVER_EDITION", "TERMSERVER_DATABASE_URL"}
    environment = {name: told for name, told in os.environ.items() if name not in gone} | ours | more
    termserver(environment, "trust", "mexa", "publication/metadata/1.root.json", "--from", address)
    return environment


def termserver(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-m", "termserver", *words], env=environment, capture_output=True)


def asked(base: str, path: str, key: str = "") -> tuple[int, Any]:
    request = urllib.request.Request(base + path, headers={"X-API-Key": key} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None


@contextmanager
def following(environment: dict[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "termserver", "follow", "--every", "5"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_key_opens_a_follower_and_its_revocation_arrives_with_the_feed(
    publisher: Repository, standards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key(capsys)
    published()
    there = {**os.environ, "TERMSERVER_EDITION": str(standards), "TERMSERVER_PUBLICATION": str(publisher.folder)}
    with served("--judges", "0", env=there) as address:
        whole = urllib.request.urlopen(f"{address}/publication/{METADATA}/{ACCESS}", timeout=10).read()
        assert b"vendor-12" not in whole and key["prefix"].encode() not in whole, "a publication is public"
        environment = follower(tmp_path, f"{address}/publication")
        pulled = termserver(environment, "pull", "--lang", "en")
        assert pulled.returncode == 0 and b"1 clients" in pulled.stdout, pulled.stderr
        with served("--judges", "0", env=environment) as base, following(environment) as process:
            assert asked(base, "/api/access/me", key["key"])[1]["name"] == "vendor-12"
            _, ready = asked(base, "/ready")
            assert ready["access"]["snapshot"] and not ready["access"]["stale"] and not ready["access"]["trouble"]
            assert run(["access", "key", "revoke", key["prefix"], *AS[2:]]) == 0
            published()
            deadline = time.monotonic() + 60
            while asked(base, "/api/access/me", key["key"])[0] != 401:
                assert time.monotonic() < deadline and process.poll() is None, "the revocation never arrived"
                time.sleep(0.2)
            assert asked(base, "/ready")[1]["access"]["snapshot"] > ready["access"]["snapshot"]


def test_what_is_not_ours_or_not_new_is_refused_and_what_is_here_stays(
    publisher: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_key(capsys)
    published()
    offered = publisher.metadata / ACCESS
    first = offered.read_bytes()
    new_key(capsys)
    published()
    place, trusted = tmp_path / "node.json", [signatures.read_public(Path("access.pub.pem"))]
    pepper, day = PEPPER.encode(), "2026-01-01"
    assert feed.take(offered.read_bytes(), place, trusted, pepper, day).new
    assert not feed.take(offered.read_bytes(), place, trusted, pepper, day).new
    here = place.read_bytes()
    stranger = [signatures.make("stranger").public]
    changed = offered.read_bytes().replace(b"A", b"B")
    for data, keys, secret, today, said in (
        (first, trusted, pepper, day, "was believed already"),
        (changed, trusted, pepper, day, "cannot be opened"),
        (b"{}", trusted, pepper, day, "cannot be opened"),
        (offered.read_bytes(), trusted, b"another secret of theirs", day, "another pepper"),
        (offered.read_bytes(), stranger, pepper, day, "signed by nobody"),
    ):
        with pytest.raises(AccessError, match=said):
            feed.take(data, place, keys, secret, today)
        assert place.read_bytes() == here
    place.unlink()
    with pytest.raises(AccessError, match="was believed already"):  # removing the file brings no old one back
        feed.take(first, place, trusted, pepper, day)
    with pytest.raises(AccessError, match="ended on"):
        feed.take(offered.read_bytes(), tmp_path / "other.json", trusted, pepper, "2099-01-01")
    assert not (tmp_path / "other.json").exists()


def test_a_refused_snapshot_is_said_and_the_releases_come_all_the_same(
    publisher: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_key(capsys)
    published()
    environment = follower(tmp_path, "publication", TERMSERVER_KEY_PEPPER="another secret of theirs")
    done = termserver(environment, "pull", "--json")
    assert done.returncode == 4
    told = json.loads(done.stdout)
    assert told["publishers"][0]["came"] and not told["publishers"][0]["problem"]
    assert "pepper" in told["access"]["problem"]["message"]["en"]
    assert termserver(environment, "mirror", "mexa", str(tmp_path / "mirror")).returncode == 0
    assert (tmp_path / "mirror" / METADATA / ACCESS).read_bytes() == (publisher.metadata / ACCESS).read_bytes()
    assert snapshot.last_number(tmp_path / "node.json") == 0


def test_ready_says_a_snapshot_whose_day_is_over_and_one_that_was_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_LOOK_AGAIN", 0.0)
    key = signatures.make("access")
    _, public = signatures.keep(key, tmp_path)
    place = tmp_path / "access.json"
    place.write_bytes(snapshot.signed(Snapshot(7, "2025-12-01T00:00:00Z", "2026-01-01", the_policy(), ()), [key]))
    access = node.NodeAccess.of(None, False, {node.ACCESS: str(place), node.TRUST: str(public)})
    assert (access.told()["snapshot"], access.told()["until"], access.told()["stale"]) == (7, "2026-01-01", True)
    place.write_bytes(snapshot.signed(Snapshot(6, "2026-11-01T00:00:00Z", "2099-01-01", the_policy(), ()), [key]))
    access.look()
    assert access.told()["snapshot"] == 7 and "6, and 7 was believed" in access.told()["trouble"]
    place.write_bytes(snapshot.signed(Snapshot(8, "2026-11-02T00:00:00Z", "2099-01-01", the_policy(), ()), [key]))
    access.look()
    assert access.told() | {"made": ""} == {
        "snapshot": 8, "made": "", "until": "2099-01-01", "stale": False, "trouble": "",
    }  # fmt: skip
