"""The registries over HTTP: entries on a day, batches of verifications, a feed from which the registry can be had."""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from termserver.access.audiences import Shaper
from termserver.access.limits import Allowance
from termserver.api import entry_limits
from termserver.api.application import create_api, in_front
from termserver.api.registry_desk import sum_of
from termserver.build import build_release
from termserver.database.registry_store import RegistryStore
from termserver.model.codes import Audience, CodeSystemContent, Concept, Content, Property
from termserver.model.days import Period
from termserver.model.registries import LoadKind, checksum_of, entry_of, record_text
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.registries.definition import Definition
from termserver.registries.loading import Loading, LoadOptions
from termserver.releases import editions
from termserver.service import TermServer
from tests.api.told import Told

GOOD, SUSPENDED, ENDED = "900001", "900002", "900003"


def licence(number: str, kind: str, start: str, end: str = "") -> Property:
    record = {"number": number, "kind": kind, "issuer": "نمونه", "area": "08"}
    return Property("licence", record_text(record), Period(start, end))


def physician(code: str, *facts: Property) -> Concept:
    hidden = Property("national-code-hash", "hmac:" + "0" * 32)
    return Concept(code, Text(f"فرد نمونه {code}", f"Sample {code}"), properties=(*facts, hidden))


@pytest.fixture(scope="module")
def edition(standards: Path, server: TermServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    folder = tmp_path_factory.mktemp("edition")
    entries = (
        physician(GOOD, licence("1", "office", "2020-01-01", "2030-01-01")),
        physician(
            SUSPENDED,
            licence("2", "office", "2020-01-01"),
            Property("suspended", record_text({"reason": "disciplinary"}), Period("2026-03-01", "2026-06-30")),
        ),
        physician(ENDED, licence("3", "temp", "2020-01-01", "2021-01-01")),
    )
    system = replace(server.resolve("physicians"), version="2026.11.21", content=Content.COMPLETE)
    made = build_release([CodeSystemContent(system, entries)], folder / "made", "physicians", "2026.11.21")
    pin = editions.pin_of(made)
    (folder / "made").rename(folder / editions.file_name(pin))
    pins = [*server.edition.releases, pin]
    (folder / editions.file_name(pins[0])).symlink_to(standards)
    editions.write(folder / "edition.json", pins)
    with TermServer.open(folder / "edition.json") as opened:
        yield opened


@pytest.fixture
def client(edition: TermServer) -> Iterator[TestClient]:
    with TestClient(create_api(edition)[0]) as opened:
        yield opened


def verify(client: TestClient, *items: object, **more: object) -> list[dict[str, str]]:
    answer = client.post("/api/registries/verify", json={"items": list(items), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]  # type: ignore[no-any-return]


def test_an_entry_says_how_it_stands_on_the_day(client: TestClient) -> None:
    url = f"/api/registries/physicians/entries/{SUSPENDED}"
    during = client.get(url, params={"on": "1405-01-20"}).json()
    assert during["on"] == "2026-04-09"
    assert during["standing"]["standing"] == "suspended"
    assert during["standing"]["detail"] == "disciplinary"
    assert {one["code"] for one in during["properties"]} == {"licence", "suspended"}
    after = client.get(url, params={"on": "2026-07-01"}).json()
    assert after["standing"]["standing"] == "valid"
    assert [(one["start"], one["end"], one["standing"]) for one in after["timeline"]] == [
        ("", "2019-12-31", "not-valid"),
        ("2020-01-01", "2026-02-28", "valid"),
        ("2026-03-01", "2026-06-30", "suspended"),
        ("2026-07-01", "", "valid"),
    ]


def test_what_nobody_may_see_is_in_no_answer(client: TestClient) -> None:
    for url in (
        f"/api/registries/physicians/entries/{GOOD}",
        f"/api/codesystems/physicians/concepts/{GOOD}",
        "/api/search?q=900001&system=physicians",
    ):
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        assert "hmac:" not in answer.text


def test_every_audience_sees_no_more_than_its_own(edition: TermServer) -> None:
    system = edition.resolve("physicians")
    facts = [Property(one.code, record_text({f.code: "1" for f in one.fields}) or "1") for one in system.properties]
    seen = [len(Shaper(system, audience).properties(facts)) for audience in Audience]
    assert seen[:3] == sorted(seen[:3])
    assert "national-code-hash" not in {one.code for one in Shaper(system, Audience.REGISTRAR).properties(facts)}
    assert not Shaper(system).properties([Property("never-described", "1")])


def test_a_batch_is_answered_in_order(client: TestClient) -> None:
    found = verify(
        client,
        [GOOD, "", "2026-05-01"],
        [SUSPENDED, "office", "1405-02-01"],
        {"number": ENDED, "date": "2026-05-01"},
        {"number": "900009", "date": "2026-05-01"},
        {"number": "no number at all", "date": "2026-05-01"},
        [GOOD, "perm", "2026-05-01"],
        ["۹۰۰۰۰۱", "", "2026-05-01"],
    )
    assert [(one["standing"], one["reason"]) for one in found] == [
        ("valid", "in-force"),
        ("suspended", "suspended"),
        ("not-valid", "ended"),
        ("unknown", "unknown-entry"),
        ("unknown", "no-number"),
        ("not-valid", "no-such-licence"),
        ("valid", "in-force"),
    ]


def test_asking_again_gives_the_same_answer(client: TestClient) -> None:
    days = [f"20{year}-{month:02d}-15" for year in range(19, 32) for month in range(1, 13)]
    asked = [[number, kind, day] for number in (GOOD, SUSPENDED, ENDED) for kind in ("", "office") for day in days]
    first = verify(client, *asked)
    assert verify(client, *asked) == first
    shuffled = random.Random(7).sample(range(len(asked)), len(asked))
    assert verify(client, *(asked[n] for n in shuffled)) == [first[n] for n in shuffled]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[", "not JSON"),
        (b"[]", "items"),
        (b'{"items": "x"}', "items"),
        (b'{"items": [], "itmes": []}', "itmes"),
        (b'{"items": [["1", "2"]]}', "item 0"),
        (b'{"items": [[1, 2, 3]]}', "item 0"),
        (b'{"items": [{"number": "1", "day": "2026-01-01"}]}', "item 0"),
        (b'{"items": [["900001", "", "2026-13-01"]]}', "item 0"),
        (b'{"registry": "gender", "items": [["1", "", ""]]}', "not a registry"),
        (b'{"registry": "physicans", "items": [["1", "", ""]]}', "physicians"),
    ],
)
def test_a_wrong_batch_says_what_is_wrong(client: TestClient, body: bytes, says: str) -> None:
    answer = client.post("/api/registries/verify", content=body)
    assert answer.status_code in (400, 404)
    assert says in answer.json()["error"]["message"]["en"]
    assert answer.json()["error"]["message"]["fa"]


def test_too_large_a_batch_is_refused_whole(client: TestClient) -> None:
    answer = client.post("/api/registries/verify", json={"items": [["1", "", ""]] * 20_001})
    assert answer.status_code == 400
    assert "20,001" in answer.json()["error"]["message"]["en"]


def test_an_unknown_entry_and_an_unknown_registry_are_told(client: TestClient) -> None:
    assert client.get("/api/registries/physicians/entries/1").json()["error"]["code"] == "unknown-code"
    assert "physicians" in client.get("/api/registries/physican").json()["error"]["message"]["en"]
    assert client.get("/api/registries/gender").json()["error"]["code"] == "not-a-registry"
    assert client.get(f"/api/registries/physicians/entries/{GOOD}?day=1").status_code == 400


def test_entries_cannot_be_copied_one_by_one(edition: TermServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_limits, "ENTRIES_A_MINUTE", 5)
    url = f"/api/registries/physicians/entries/{GOOD}"
    with TestClient(create_api(edition)[0]) as client:
        assert [client.get(url).status_code for _ in range(5)] == [200] * 5
        refused = client.get(url)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/api/registries/physicians").status_code == 200


def test_an_allowance_fills_again_and_is_each_callers_own() -> None:
    clock = [0.0]
    allowance = Allowance(60, 10, lambda: clock[0])
    assert [allowance.take("a", 1) for _ in range(11)] == [0] * 10 + [1]
    assert allowance.take("b", 1) == 0
    clock[0] = 5
    assert [allowance.take("a", 1) for _ in range(6)] == [0] * 5 + [1]
    clock[0] = 60
    assert allowance.take("a", 500) == 0
    assert allowance.take("a", 1) == 1


def test_every_entry_that_is_shown_or_verified_is_told(edition: TermServer) -> None:
    app, hot = create_api(edition)
    told = Told(in_front(app, hot))
    with TestClient(told) as client:
        client.get(f"/api/registries/physicians/entries/{GOOD}")
        client.get("/api/registries/physicians/entries/0012345678")
        verify(client, [GOOD, "", "2026-05-01"], [ENDED, "", "2026-05-01"], ["0012345678", "", "2026-05-01"])
        client.get(f"/api/codesystems/physicians/concepts/{GOOD}")
        for shape in ("search?q=Sample", "suggest?q=Sample", "search?terms=Sample", "search?q=Sample&format=ndjson"):
            client.get(f"/api/{shape}&system=physicians")
        client.get("/api/search?q=0012345678")
        client.get("/api/codesystems/province/concepts/08")
    three = ("physicians", 3, (GOOD, SUSPENDED, ENDED))
    assert [(*line[:3], tuple(sorted(line[3]))) for line in told.lines()] == [
        ("read", "physicians", 1, (GOOD,)),
        ("verify", "physicians", 2, (GOOD, ENDED)),
        ("lookup", "physicians", 1, (GOOD,)),
        *[("search", *three)] * 4,
    ]


def test_without_a_store_the_past_is_said_to_be_elsewhere(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path))
    for url in ("changes", f"entries/{GOOD}/history", f"entries/{GOOD}?known_on=2026-01-01"):
        answer = client.get(f"/api/registries/physicians/{url}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "no-store"


# the feed


class Registrar:
    """Loads files into a store of its own."""

    def __init__(self, server: TermServer, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "store.db"
        self.store = RegistryStore.open(self.path)
        self.definition = Definition(server.resolve("physicians"), lambda secret: "0" * 32)
        self._loading = Loading(
            self.store,
            self.definition,
            lambda system, code: server.terminology.state(system, code, ""),
            {"physicians": self.definition},
        )
        self._files = 0

    def load(self, entries: list[dict[str, Any]], kind: LoadKind) -> None:
        self._files += 1
        path = self.folder / f"{self._files}.ndjson"
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entries), "utf-8")
        options = LoadOptions(kind, day="2026-11-21", allow_closing=1, allow_rejected=0, again=True)
        report = self._loading.load(path, options)
        assert report.status in ("applied", "unchanged"), report


def said(number: int, name: int, start: int) -> dict[str, Any]:
    return {
        "code": str(900_000 + number),
        "display": {"fa": f"فرد نمونه {name}"},
        "properties": [
            {"code": "number", "value": str(900_000 + number)},
            {"code": "group", "value": "physician"},
            {"code": "national-code-hash", "value": "hmac:" + f"{name:032x}"},
            {
                "code": "licence",
                "value": {"number": f"L{number}", "kind": "office", "issuer": "نمونه"},
                "period": {"start": f"{2000 + start}-01-01"},
            },
        ],
    }


ENTRY = st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(1, 20))
STEP = st.one_of(
    st.tuples(st.just("full"), st.lists(ENTRY, min_size=1, max_size=10, unique_by=lambda one: one[0])),
    st.tuples(st.just("delta"), st.lists(ENTRY, min_size=1, max_size=5, unique_by=lambda one: one[0])),
    st.tuples(st.just("read"), st.tuples(st.integers(0, 1), st.integers(1, 4))),
    st.tuples(st.just("lost"), st.tuples(st.integers(0, 1), st.integers(1, 4))),
    st.tuples(st.just("again"), st.integers(0, 1)),
    st.tuples(st.just("restart"), st.none()),
)


class Follower:
    """A client that only ever asks for changes; an answer that it loses it asks for again."""

    def __init__(self) -> None:
        self.next = 0
        self.before = 0
        self.held: dict[str, Any] = {}

    def page(self, client: TestClient, limit: int, lost: bool = False) -> dict[str, Any]:
        answer = client.get("/api/registries/physicians/changes", params={"after": self.next, "limit": limit})
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        if not lost:
            for change in page["changes"]:
                self.held[change["code"]] = change["entry"]
            self.before, self.next = self.next, page["next"]
        return page


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(STEP, min_size=1, max_size=10))
def test_a_client_of_the_feed_ends_with_exactly_the_registry(
    edition: TermServer, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        registrar = Registrar(edition, tmp_path_factory.mktemp("feed"))
        patch.setenv("TERMSERVER_DATABASE_URL", f"sqlite:///{registrar.path}")
        registrar.load([said(1, 1, 1)], LoadKind.FULL)
        followers = [Follower(), Follower()]
        client = TestClient(create_api(edition)[0]).__enter__()
        for kind, given_now in steps:
            if kind == "restart":  # the server is gone, and another one answers over the same store
                client.__exit__(None, None, None)
                client = TestClient(create_api(edition)[0]).__enter__()
            elif kind == "again":  # a client lost what it had written last, and begins from the cursor before
                followers[given_now].next = followers[given_now].before
            elif kind in ("read", "lost"):
                followers[given_now[0]].page(client, given_now[1], lost=kind == "lost")
            else:
                registrar.load([said(*one) for one in given_now], LoadKind(kind))
        for n, follower in enumerate(followers):
            while not (page := follower.page(client, 3 + n))["complete"]:
                pass
        client.__exit__(None, None, None)
        shaper = Shaper(edition.resolve("physicians"))
        published = {}
        for code, body in registrar.store.bodies("physicians"):
            concept = entry_of(json.loads(body))
            published[code] = replace(concept, properties=shaper.properties(concept.properties))
        for follower in followers:
            assert {code: entry_of(one) for code, one in follower.held.items()} == published
            assert page["entries"] == len(published)
            assert page["checksum"] == checksum_of([sum_of(one) for one in follower.held.values()])
            assert "hmac:" not in json.dumps(follower.held)
        registrar.store.close()


def test_what_was_known_on_a_day_can_still_be_asked(
    edition: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = Registrar(edition, tmp_path)
    monkeypatch.setenv("TERMSERVER_DATABASE_URL", f"sqlite:///{registrar.path}")
    registrar.load([said(1, 1, 1)], LoadKind.FULL)
    first = registrar.store.entry("physicians", "900001")
    assert first is not None
    registrar.load([said(1, 2, 1)], LoadKind.FULL)
    with TestClient(create_api(edition)[0]) as client:
        versions = client.get("/api/registries/physicians/entries/900001/history").json()["versions"]
        assert [one["entry"]["display"]["fa"] for one in versions] == ["فرد نمونه 1", "فرد نمونه 2"]
        before = client.get("/api/registries/physicians/entries/900001", params={"known_on": "2020-01-01"})
        assert before.status_code == 404
        known = client.get("/api/registries/physicians/entries/900001", params={"known_on": "2099-01-01"}).json()
        assert known["display_fa"] == "فرد نمونه 2"
        assert known["known"]["cursor"] == 2
        wrong = client.get("/api/registries/physicians/changes", params={"after": 99})
        assert wrong.status_code == 400
    registrar.store.close()


def test_a_client_goes_on_when_the_server_is_killed_between_pages(
    edition: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = Registrar(edition, tmp_path)
    registrar.load([said(n, 1, 1) for n in range(1, 40)], LoadKind.FULL)
    place = Path(edition.releases[0].path).parent / "edition.json"
    environment = {**os.environ, "TERMSERVER_DATABASE_URL": f"sqlite:///{registrar.path}"}
    held: dict[str, Any] = {}
    after, complete, servers = 0, False, 0
    page: dict[str, Any] = {}
    while not complete:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "termserver", "serve", "--port", str(port), "--edition", str(place)]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen([*command, "--judges", "0"], env=environment, stdout=quiet, stderr=quiet)
        servers += 1
        try:
            page = _asked(f"http://127.0.0.1:{port}/api/registries/physicians/changes?after={after}&limit=15")
        finally:
            process.kill()  # -9, between two pages of one client
            process.wait(10)
        held |= {change["code"]: change["entry"] for change in page["changes"]}
        after, complete = page["next"], page["complete"]
        if servers == 2:
            registrar.load([said(1, 2, 1)], LoadKind.DELTA)  # and the registry goes on meanwhile
    assert servers >= 3
    assert len(held) == page["entries"] == 39
    assert held["900001"]["display"]["fa"] == "فرد نمونه 2"
    assert page["checksum"] == checksum_of([sum_of(one) for one in held.values()])
    registrar.store.close()


def _asked(url: str) -> dict[str, Any]:
    for _ in range(400):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.loads(answer.read())  # type: ignore[no-any-return]
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.05)
    raise AssertionError("the server did not start")
