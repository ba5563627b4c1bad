"""The recorder: every request is a line, nothing that was typed is in it, and what cannot be logged is not shown."""

import asyncio
import gc
import json
import os
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.access.audit_check import check
from termserver.access.audit_log import AuditLog
from termserver.access.audit_reading import events
from termserver.api.metrics import Metrics
from termserver.api.recorder import NODE, Node, Recorder
from termserver.api.swap import Made, Swap
from termserver.releases import signatures
from termserver.service import TermServer
from termserver.web.application import create

SECRET = "0012345678"
PHRASE = "quinquagesima"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    log = AuditLog(tmp_path / "audit", "node-1", signatures.make("node"))
    return Node(log, Metrics(tmp_path))


@pytest.fixture
def client(server: TermServer, node: Node) -> Iterator[TestClient]:
    with TestClient(Recorder(create(server, 0), node)) as opened:
        yield opened


def test_nothing_that_was_typed_is_in_the_log(client: TestClient, node: Node, tmp_path: Path) -> None:
    for method, path in (
        ("GET", f"/api/search?q={PHRASE}+{SECRET}"), ("GET", f"/api/suggest?q={PHRASE}"), ("GET", f"/?q={PHRASE}"),
        ("GET", f"/api/codesystems/province/concepts/{SECRET}"), ("GET", f"/concept/province/{SECRET}"),
        ("GET", f"/api/registries/physicians/entries/{SECRET}"), ("GET", f"/registries/physicians/{SECRET}"),
        ("GET", f"/registries?q={SECRET}"), ("GET", f"/fhir/r4/CodeSystem/{SECRET}"), ("GET", f"/{SECRET}/{PHRASE}"),
        ("GET", f"/fhir/r4/CodeSystem/$lookup?system=urn:{PHRASE}&code={SECRET}"), ("GET", f"/fhir/{SECRET}/x"),
        ("GET", f"/fhir/r4/{PHRASE.title()}/${PHRASE}"),
        ("POST", "/api/registries/verify"), ("POST", "/api/documents/check"), ("GET", f"/compat/ditas/{SECRET}"),
        ("GET", f"/compat/ditas/GetOrganization?OrganizationID={SECRET}"), ("GET", f"/api/codesystems/{SECRET}"),
    ):  # fmt: skip
        headers = {
            "x-request-id": SECRET,
            "x-purpose": f"for {PHRASE}",
            "user-agent": PHRASE,
            "content-type": "text/xml",
        }
        body = json.dumps({"items": [[SECRET, "", "2026-01-01"]]}) if "verify" in path else f"<a><b>{SECRET}</b></a>"
        client.request(method, path, headers=headers, content=body if method == "POST" else None)
    client.get("/health")
    assert node.log is not None
    node.log.close()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.log"))
    assert SECRET.encode() not in written and PHRASE.encode() not in written.lower()
    told = list(events([tmp_path / "audit"]))
    assert len(told) == 18 and all(one["status"] for one in told)
    routes = [one["route"] for one in told]
    assert "/api/codesystems/{system}/concepts/{code}" in routes and "/fhir/r4/CodeSystem/$lookup" in routes
    assert routes.count("?") == 3


def test_request_ids_and_purposes_are_kept_where_they_are_such(client: TestClient, node: Node, tmp_path: Path) -> None:
    client.get("/api/search?q=x", headers={"x-request-id": "7f3c2a90-1d5e-4b7a", "x-purpose": "HPAYMT"})
    assert node.log is not None
    node.log.close()
    (one,) = events([tmp_path / "audit"])
    assert (one["request"], one["purpose"], one["do"]) == ("7f3c2a90-1d5e-4b7a", "HPAYMT", "search")


def test_when_the_log_cannot_be_written_registries_wait_and_codes_are_answered(
    client: TestClient, node: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    write = os.write
    monkeypatch.setattr("termserver.access.audit_log.os.write", refuse)
    refused = client.get("/api/registries/physicians/entries/1")
    assert refused.status_code == 503 and refused.headers["retry-after"] == "5"
    assert refused.json()["error"]["code"] == "access-log"
    assert "No space left" in refused.json()["error"]["message"]["en"]
    assert client.get("/api/search?q=x").status_code == 200
    assert client.get("/ready").json()["access_log"] == {"kept": True, "trouble": "No space left on device"}
    while node.log is not None and node.log.unlogged < 2:
        time.sleep(0.01)
    assert "termserver_audit_unlogged 2" in client.get("/metrics").text
    monkeypatch.setattr("termserver.access.audit_log.os.write", write)
    assert client.get("/api/registries/physicians/entries/1").status_code == 404
    client.close()
    assert node.log is not None
    node.log.close()
    assert b'"what":"unlogged","count":2' in b"".join(path.read_bytes() for path in tmp_path.rglob("*.log"))
    assert check(tmp_path / "audit", (node.log._key.public,)).faults == []


def test_a_log_that_ends_while_it_cannot_be_written_says_how_much_is_not_in_it(
    client: TestClient, node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("termserver.access.audit_log.os.write", refuse)
    for _ in range(3):
        assert client.get("/api/registries/physicians/entries/1").status_code == 503
    client.close()
    assert node.log is not None
    node.log.close()
    assert "3 accesses since" in caplog.text and "Read-only file system" in caplog.text


def test_the_counts_of_all_processes_are_one(tmp_path: Path) -> None:
    here, dead = Metrics(tmp_path), Metrics(tmp_path)
    dead.answered("/api/search", 200, 0.002)
    dead.in_flight = 5
    dead.share()
    (tmp_path / f"{os.getpid()}.json").rename(tmp_path / "4194305.json")  # of a process that is no more
    here.answered("/api/search", 200, 0.2)
    said = here.text({"release": "abc"}).decode()
    assert 'termserver_requests_total{group="search",status="200"} 2' in said
    assert 'termserver_request_seconds_bucket{group="search",le="0.0025"} 1' in said
    assert 'termserver_request_seconds_bucket{group="search",le="+Inf"} 2' in said
    assert "termserver_in_flight 0" in said and "termserver_processes 1" in said


class Small:
    """An application that says its name, slowly where that is asked."""

    def __init__(self, name: str, went: list[str]) -> None:
        self.name, self.went = name, went
        self.go = asyncio.Event()
        self.itself = self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.went.append(f"{self.name} stopped")
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/slow":
            await self.go.wait()
        self.went.append(f"{scope['path']} by {self.name}")


def test_a_new_edition_takes_over_between_two_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termserver.api.swap.LOOK", 0.01)
    went: list[str] = []
    wanted, broken = ["one"], [False]
    apps: dict[str, Small] = {}

    def make() -> Made:
        if broken[0]:
            raise OSError("no such release")
        name = wanted[0]
        apps[name] = Small(name, went)
        return Made(apps[name], name, lambda: went.append(f"{name} closed"))

    async def play() -> None:
        node = Node()
        swap = Swap(make, lambda: (wanted[0], broken[0]), node)
        told: asyncio.Queue[Any] = asyncio.Queue()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        life = asyncio.ensure_future(swap({"type": "lifespan"}, told.get, heard.put))
        await told.put({})
        await heard.get()

        async def ask(path: str) -> None:
            await swap({"type": "http", "path": path, NODE: node}, told.get, heard.put)

        async def until(done: Any) -> None:
            async with asyncio.timeout(30):
                while not done():
                    await asyncio.sleep(0.005)

        slow = asyncio.ensure_future(ask("/slow"))
        await asyncio.sleep(0)
        wanted[0], broken[0] = "two", True
        await until(lambda: node.trouble)
        await ask("/while it is broken")
        broken[0] = False
        await until(lambda: node.release == "two")
        assert node.trouble == "" and node.metrics.swaps == 1
        await ask("/after")
        assert went == ["/while it is broken by one", "/after by two"]
        gone, go = weakref.ref(apps["one"]), apps.pop("one").go
        go.set()
        await slow
        await until(lambda: "one closed" in went)
        await until(lambda: gone() is None)  # though it refers to itself, and was passed over by the collector
        await until(gc.get_freeze_count)
        await told.put({})
        await life

    thresholds = gc.get_threshold()
    asyncio.run(play())
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    assert went[2:] == ["/slow by one", "one stopped", "one closed", "two stopped", "two closed"]
