"""What is answered in one step is what the layers answer: bytes, headers, log lines, shares."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from guarded import client_of, node, the_policy

from termserver.access.audit_log import AuditLog
from termserver.access.audit_reading import events
from termserver.access.node import NodeAccess
from termserver.access.policy import Rules
from termserver.access.recognition import Recogniser
from termserver.api.guard import Guard
from termserver.api.recorder import Node, Recorder
from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept, Content
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import editions, signatures
from termserver.service import TermServer
from termserver.web.application import create

VENDOR, KEY = client_of("vendor")
PEER = "198.51.100.7"
Told = tuple[int, dict[bytes, bytes], bytes]


@pytest.fixture(scope="module")
def edition(server: TermServer, standards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    """The project's own content, and a physician whom a search finds."""
    system = replace(server.resolve("physicians"), version="1", content=Content.COMPLETE)
    people = (Concept("900001", Text("فرد نمونهٔ پیداشدنی", "Sample findable")),)
    folder = tmp_path_factory.mktemp("edition")
    made = build_release([CodeSystemContent(system, people)], folder / "made", "physicians", "1")
    pins = [*server.edition.releases, editions.pin_of(made)]
    (folder / "made").rename(folder / editions.file_name(pins[1]))
    (folder / editions.file_name(pins[0])).symlink_to(standards)
    editions.write(folder / "edition.json", pins)
    with TermServer.open(folder / "edition.json") as opened:
        yield opened


class Asked:
    """The application behind recorder and guard, asked without a network."""

    def __init__(self, edition: TermServer, folder: Path, access: NodeAccess, steps: bool = True) -> None:
        self.guard = create(edition, 0, access)
        self.folder = folder
        self.node = Node(AuditLog(folder, "node-1", signatures.make("node")))
        self.app = Recorder(self.guard, self.node)
        self.answered = 0
        step = self.app._at_once
        assert step is not None

        def counted(scope: Any, now: float) -> Any:
            made = step(scope, now)
            self.answered += made is not None
            return made

        self.app._at_once = counted if steps else None

    def __call__(self, target: str, headers: Mapping[str, str] = MappingProxyType({})) -> Told:
        path, _, query = target.partition("?")
        said = [(name.encode(), told.encode()) for name, told in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "scheme": "http",
                 "query_string": query.encode(), "headers": said, "client": (PEER, 1)}  # fmt: skip
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        asyncio.run(self.app(scope, receive, send))
        assert sum(name == b"content-length" for name, _ in sent[0]["headers"]) <= 1
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:])

    def lines(self) -> list[dict[str, Any]]:
        assert self.node.log is not None
        self.node.log.close()
        said = events([self.folder])
        return sorted(({k: told for k, told in one.items() if k not in ("t", "n", "ms")} for one in said), key=str)


GENDER = "/fhir/r4/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male"
ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("/api/search?q=insur", {}),
    ("/api/suggest?q=tehr", {"origin": "https://hospital.example", "user-agent": "x"}),
    ("/api/suggest?q=tehr", {"x-api-key": KEY, "x-request-id": "7f3c2a90-1d5e-4b7a", "x-purpose": "TREAT"}),
    ("/api/suggest?q=tehr", {"x-api-key": KEY, "x-request-id": "short"}),
    ("/api/search?q=findable", {}),
    ("/api/search?q=a&format=ndjson", {}),
    ("/api/search?q=a&nonsense=1", {}),
    ("/api/search?q=a", {"if-none-match": "*"}),
    ("/api/codesystems/gender/concepts/1", {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}),
    ("/api/codesystems/gender/concepts/1", {"x-forwarded-for": "203.0.113.10"}),
    ("/api/codesystems/gender/concepts/nobody", {}),
    ("/api/codesystems/physicians/concepts/900001", {"authorization": f"Bearer {KEY}"}),
    ("/api/codesystems/gender/concepts/1", {"x-api-key": "ts_wrong"}),
    (GENDER, {}),
    (GENDER, {"x-request-id": "7f3c2a90-1d5e-4b7a", "accept": "application/fhir+xml"}),
    (GENDER.replace("=male", "=female"), {"accept-language": "fa"}),
    ("/health", {}),
    ("/nothing/here", {}),
)


def test_a_step_answers_and_logs_what_the_layers_do(edition: TermServer, tmp_path: Path) -> None:
    both = [
        Asked(edition, tmp_path / name, node(the_policy(), (VENDOR,), proxies="198.51.100.0/24"), steps)
        for name, steps in (("steps", True), ("layers", False))
    ]
    told: list[list[Told]] = [[one(*asked) for _ in range(3) for asked in ASKED] for one in both]
    assert both[0].answered > 25
    for n, (step, layers) in enumerate(zip(*told, strict=True)):
        assert step == layers, ASKED[n % len(ASKED)]
    lines, of_layers = both[0].lines(), both[1].lines()
    assert lines == of_layers and len(lines) == 3 * (len(ASKED) - 1)
    shown = [one for one in lines if one.get("codes") == ["900001"]]
    assert sorted(one["do"] for one in shown) == ["lookup"] * 3 + ["search"] * 3
    metrics = [one.node.metrics for one in both]
    counts = [{key: sum(times[:-1]) for key, times in one._times.items()} for one in metrics]
    assert counts[0] == counts[1] and metrics[0].in_flight == 0


def test_whoever_is_no_longer_known_is_refused_at_the_next_request(edition: TermServer, tmp_path: Path) -> None:
    access = node(the_policy(), (VENDOR,))
    asked = Asked(edition, tmp_path, access)
    headers = {"x-api-key": KEY}
    assert [asked("/api/suggest?q=a", headers)[0] for _ in range(3)] == [200] * 3 and asked.answered == 2
    access.recogniser = Recogniser(access.rules, (), b"another pepper of this node")  # as a newer snapshot does
    assert asked("/api/suggest?q=a", headers)[0] == 401
    policy = the_policy()
    groups = tuple(
        replace(one, roles=("operator",)) if "GET /api/suggest" in one.routes else one for one in policy.groups
    )
    assert [asked("/api/suggest?q=a")[0] for _ in range(2)] == [200] * 2
    access.recogniser = Recogniser(Rules(replace(policy, groups=groups)), (), b"a pepper")
    assert asked("/api/suggest?q=a")[0] == 401


def test_a_recognition_counts_for_a_minute_in_a_step_too(
    edition: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(edition, tmp_path, node(the_policy(), (VENDOR,)))
    assert [asked("/api/suggest?q=a", {"x-api-key": KEY})[0] for _ in range(2)] == [200] * 2
    assert asked.answered == 1
    later = time.monotonic() + 61
    monkeypatch.setattr("termserver.api.recorder.monotonic", lambda: later)
    monkeypatch.setattr("termserver.access.recognition.time.monotonic", lambda: later)
    assert asked("/api/suggest?q=a", {"x-api-key": KEY})[0] == 200 and asked.answered == 1


def test_one_share_is_taken_from_by_step_and_layers(edition: TermServer, tmp_path: Path) -> None:
    policy = the_policy()
    policy = replace(policy, roles=tuple(replace(one, per_minute=1, at_once=4) for one in policy.roles))
    asked = Asked(edition, tmp_path, node(policy))
    targets = ["/api/suggest?q=a", "/api/suggest?q=a", "/api/codesystems", "/api/suggest?q=a", "/api/suggest?q=b"]
    told = [asked(one) for one in targets]
    assert [status for status, _, _ in told] == [200, 200, 200, 200, 429] and asked.answered == 2
    next_edition = create(edition, 0, node(policy))
    next_edition.follow(asked.guard)
    assert isinstance(next_edition, Guard)
    asked.app = Recorder(next_edition, asked.node)
    assert asked("/api/suggest?q=a")[0] == 429


def test_requests_that_are_being_sent_count_against_a_callers_bound(edition: TermServer, tmp_path: Path) -> None:
    policy = the_policy()
    policy = replace(policy, roles=tuple(replace(one, together=1) for one in policy.roles))
    asked = Asked(edition, tmp_path, node(policy))
    asked("/api/suggest?q=a")
    statuses: list[int] = []

    async def play() -> None:
        gate = asyncio.Event()

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))
            await gate.wait()  # a client that reads slowly

        async def quickly(message: Any) -> None:
            statuses.append(message.get("status", 0))

        scope = {"type": "http", "method": "GET", "path": "/api/suggest", "raw_path": b"/api/suggest", "scheme": "http",
                 "query_string": b"q=a", "headers": [], "client": (PEER, 1)}  # fmt: skip
        slow = asyncio.ensure_future(asked.app(dict(scope), None, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await asked.app(dict(scope), None, quickly)  # type: ignore[arg-type]
        gate.set()
        await slow
        await asked.app(dict(scope), None, quickly)  # type: ignore[arg-type]

    asyncio.run(play())
    assert [one for one in statuses if one] == [200, 429, 200] and asked.answered == 2
