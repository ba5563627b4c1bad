"""The guard: keys, scopes, certificates, sessions, shares, refusals in each asker's words, forged forms."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from guarded import PEPPER, client_of, node, the_policy
from starlette.testclient import TestClient

from termserver.access import sessions
from termserver.access.facts import facts_of
from termserver.access.node import NodeAccess
from termserver.access.policy import Rules
from termserver.access.recognition import Recogniser
from termserver.api.guard import Guard
from termserver.model.access import Policy
from termserver.model.values import replace
from termserver.service import TermServer
from termserver.web.application import create

VENDOR, KEY = client_of("vendor")
NARROW, NARROW_KEY = client_of("auditor", ("history",))
EDITOR, EDITOR_KEY = client_of("editor")
FEED = "/api/registries/physicians/changes"


@pytest.fixture(scope="module")
def client(server: TermServer) -> Iterator[TestClient]:
    access = node(the_policy(), (VENDOR, NARROW, EDITOR), proxies="192.0.2.0/24")
    with TestClient(create(server, 0, access), client=("198.51.100.7", 1)) as opened:
        yield opened


def seen(access: NodeAccess, headers: dict[str, str], path: str = "/health", peer: str = "198.51.100.7") -> Any:
    """The caller whom the application behind the guard sees."""
    found: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        found.append((facts_of(scope).caller, dict(scope["headers"])))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    answer = TestClient(Guard(inner, access), client=(peer, 1)).get(path, headers=headers)
    return found[0] if found else answer


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "login-required"),
        ({"authorization": f"Bearer {EDITOR_KEY}"}, 403, "role-required"),
        ({"authorization": f"Bearer {NARROW_KEY}"}, 403, "role-required"),
        ({"authorization": f"Bearer {KEY[:-2]}zz"}, 401, "not-recognised"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, 401, "not-recognised"),
        ({"authorization": "Bearer a.b.c"}, 401, "not-recognised"),
        ({"x-api-key": "ts_"}, 401, "not-recognised"),
    ],
)
def test_who_may_not_is_told_who_may(client: TestClient, headers: dict[str, str], status: int, code: str) -> None:
    answer = client.get(FEED, headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"]["fa"] and error["message"]["en"]
    assert (status == 401) == answer.headers.get("www-authenticate", "").startswith("Bearer ")
    if code == "role-required":
        assert error["needs"] == ["vendor", "registrar", "operator"]


def test_a_key_opens_in_either_header_and_a_wrong_one_closes_what_is_public(client: TestClient) -> None:
    for headers in ({"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}, {"x-api-key": KEY}):
        assert client.get(FEED, headers=headers).status_code not in (401, 403)
    assert client.get("/api/search?q=a", headers={"x-api-key": "ts_wrong"}).status_code == 401
    assert client.get("/api/search?q=a").status_code == 200


def test_a_refusal_speaks_the_language_of_whoever_asked(client: TestClient) -> None:
    fhir = client.get("/fhir/r4/metadata", headers={"x-api-key": "ts_wrong"})
    assert fhir.json()["resourceType"] == "OperationOutcome" and fhir.json()["issue"][0]["code"] == "login"
    assert fhir.headers["content-type"].startswith("application/fhir+json")
    page = client.get("/desk?x=<b>", headers={"accept": "text/html"}, follow_redirects=False)
    assert page.status_code == 303 and page.headers["location"] == "/login?to=%2Fdesk%3Fx%3D%253Cb%253E"
    known = client.get("/desk", headers={"accept": "text/html", "x-api-key": KEY})
    assert known.status_code == 403 and "the-vendor" in known.text and "<title>403" in known.text


def test_what_is_not_described_is_not_there(client: TestClient) -> None:
    assert client.get("/internal").json()["error"]["code"] == "not-found"
    answer = client.delete("/api/search")
    assert answer.status_code == 405 and answer.headers["allow"] == "GET"


def test_a_certificate_counts_from_our_own_proxy_alone() -> None:
    access = node(the_policy(), (VENDOR,), proxies="192.0.2.0/24")
    said = {"x-client-subject": "CN=the-vendor", "x-forwarded-for": "203.0.113.9, 192.0.2.8"}
    caller, _ = seen(access, said, peer="192.0.2.1")
    assert (caller.name, caller.by, caller.address) == ("the-vendor", "certificate", "203.0.113.9")
    caller, headers = seen(access, {**said, "x-forwarded-host": "evil.example"}, peer="198.51.100.7")
    assert (caller.name, caller.by, caller.address) == ("anonymous", "none", "198.51.100.7")
    assert b"x-forwarded-host" not in headers
    refused = seen(access, {"x-client-subject": "CN=somebody"}, peer="192.0.2.1")
    assert refused.status_code == 401


def test_a_session_is_sealed_and_ends_with_its_key() -> None:
    access = node(the_policy(), (VENDOR,))
    prefix = VENDOR.keys[0].prefix
    good = sessions.sealed({"key": prefix}, PEPPER)
    caller, _ = seen(access, {"cookie": f"termserver_session={good}"})
    assert (caller.name, caller.by) == ("the-vendor", "session")
    over, gone = sessions.sealed({"key": prefix}, PEPPER, lasts=-1), sessions.sealed({"key": "abcdefgh"}, PEPPER)
    foreign = sessions.sealed({"key": prefix}, b"another pepper, longer")
    for bad in (good[:-2] + "AA", foreign, "x" * 5000, over, gone):
        caller, _ = seen(access, {"cookie": f"termserver_session={bad}"})
        assert caller.by == "none"


def test_a_page_of_another_site_sends_nothing_in_somebodys_name(server: TermServer) -> None:
    access = node(the_policy(), (EDITOR,))
    cookie = f"termserver_session={sessions.sealed({'key': EDITOR.keys[0].prefix}, PEPPER)}"
    with TestClient(create(server, 0, access)) as client:
        for said in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
            answer = client.post("/desk/as", headers={"cookie": cookie, **said})
            assert answer.status_code == 403 and answer.json()["error"]["code"] == "cross-site"
        ours = client.post("/desk/as", headers={"cookie": cookie, "origin": "http://testserver"})
        assert ours.json()["error"]["code"] != "cross-site" if "json" in ours.headers.get("content-type", "") else True


def narrowed(**bounds: int) -> Policy:
    policy = the_policy()
    return replace(policy, roles=tuple(replace(one, **bounds) for one in policy.roles))


def test_each_caller_has_a_share_and_takes_none_of_anothers() -> None:
    access = node(narrowed(per_minute=60, at_once=3), (VENDOR,))

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = Guard(inner, access)
    one, two = (TestClient(guard, client=(peer, 1)) for peer in ("198.51.100.7", "198.51.100.8"))
    assert [one.get("/health").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = one.get("/health")
    assert int(refused.headers["retry-after"]) >= 1 and refused.json()["error"]["code"] == "too-many-requests"
    assert two.get("/health").status_code == 200
    assert one.get("/health", headers={"x-api-key": KEY}).status_code == 200
    assert two.get("/health", headers={"x-api-key": "ts_wrong"}).status_code == 429, "guessing costs more"

    next_edition = Guard(inner, access)
    next_edition.follow(guard)
    assert TestClient(next_edition, client=("198.51.100.7", 1)).get("/health").status_code == 429


def test_one_caller_does_not_fill_the_house_and_nobody_waits_for_ever() -> None:
    policy = narrowed(together=2)
    groups = tuple(replace(one, seconds=1) if one.id == "entries" else one for one in policy.groups)
    access = node(replace(policy, groups=groups))
    gate: list[asyncio.Event] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await gate[0].wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = Guard(inner, access)

    async def asked(path: str, peer: str) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "client": (peer, 1)}
        await guard(scope, None, send)  # type: ignore[arg-type]
        return int(sent[0]["status"])

    async def all_of_it() -> None:
        gate.append(asyncio.Event())
        waiting = [asyncio.create_task(asked("/health", "198.51.100.7")) for _ in range(2)]
        await asyncio.sleep(0)
        assert await asked("/health", "198.51.100.7") == 429
        assert await asked("/api/registries/physicians/entries/1", "198.51.100.8") == 503
        gate[0].set()
        assert await asyncio.gather(*waiting) == [200, 200]
        assert await asked("/health", "198.51.100.7") == 200

    asyncio.run(all_of_it())


def test_at_home_the_caller_may_do_all_and_others_are_others() -> None:
    home = NodeAccess.of(the_policy(), loopback=True, environment={})
    caller, _ = seen(home, {"host": "127.0.0.1:8000"}, "/anything")
    assert caller.by == "local"
    for foreign in ({"host": "evil.example"}, {"host": "localhost:8000", "x-forwarded-for": "203.0.113.9"}):
        caller, _ = seen(home, foreign)
        assert caller.by == "none"
        assert seen(home, foreign, "/desk").status_code == 401


def test_a_decision_is_kept_for_a_minute_and_no_longer() -> None:
    now = [0.0]
    knowing = Recogniser(Rules(the_policy()), (VENDOR,), PEPPER, clock=lambda: now[0])
    assert knowing.kept("key", KEY.encode(), "a") is None
    first = knowing.recognise("key", KEY.encode(), "a")
    assert knowing.kept("key", KEY.encode(), "a") is first
    assert knowing.kept("key", KEY.encode(), "b") is None and knowing.kept("session", KEY.encode(), "a") is None
    now[0] = 61.0
    assert knowing.kept("key", KEY.encode(), "a") is None
