"""Logging in on a page: a cookie that scripts cannot read, back to where one wanted to go and never to another site."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from guarded import client_of, node, the_policy
from starlette.testclient import TestClient

from termserver.service import TermServer
from termserver.web.application import create
from termserver.web.login_page import local_path

EDITOR, KEY = client_of("editor")


@pytest.fixture
def client(server: TermServer) -> Iterator[TestClient]:
    with TestClient(create(server, 0, node(the_policy(), (EDITOR,))), base_url="https://codes.example") as opened:
        yield opened


def test_a_key_logs_in_and_out(client: TestClient) -> None:
    page = client.get("/login?to=/desk&lang=en")
    assert page.status_code == 200 and 'value="/desk"' in page.text and page.headers["cache-control"] == "no-store"
    wrong = client.post("/login", data={"key": KEY[:-1], "to": "/desk"}, follow_redirects=False)
    assert wrong.status_code == 403 and 'value="/desk"' in wrong.text
    entered = client.post("/login", data={"key": KEY, "to": "/login?lang=en"}, follow_redirects=False)
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("__Host-termserver_session=") and KEY not in cookie
    assert all(one in cookie for one in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "the-editor" in client.get("/login?lang=en").text
    assert client.get("/api/access/me").json()["recognised_by"] == "session"
    again = client.post("/login", data={"key": KEY}, follow_redirects=False)
    assert again.headers["set-cookie"] != cookie, "each login gives a new one"
    client.post("/logout", follow_redirects=False)
    assert client.get("/api/access/me").json()["name"] == "anonymous"


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\n/x"]
)
def test_nobody_is_led_to_another_site(client: TestClient, to: str) -> None:
    assert local_path(to) == "/"
    assert "evil" not in client.get(f"/login?to={quote(to)}").text
    answer = client.post("/login", data={"key": KEY, "to": to}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_form_of_another_site_logs_nobody_in_or_out(client: TestClient) -> None:
    for path in ("/login", "/logout"):
        answer = client.post(
            path, data={"key": KEY}, headers={"origin": "https://evil.example"}, follow_redirects=False
        )
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_the_snapshot_is_for_operators(server: TermServer) -> None:
    operator, key = client_of("operator")
    with TestClient(create(server, 0, node(the_policy(), (operator,)))) as opened:
        assert opened.get("/api/access/snapshot").status_code == 401
        answer = opened.get("/api/access/snapshot", headers={"x-api-key": key})
        assert answer.status_code == 404 and answer.json()["error"]["code"] == "no-snapshot"
        me = opened.get("/api/access/me", headers={"x-api-key": key}).json()
        assert me["roles"] == ["operator"] and "metrics" in me["groups"] and me["limits"]["per_minute"] == 6000
