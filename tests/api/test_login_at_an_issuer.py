"""A login at an issuer: code, PKCE, state, nonce, and a token that is believed; whatever is not so logs nobody in."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from guarded import node, the_policy
from starlette.testclient import TestClient

from termserver.access.login_flow import LoginFlow
from termserver.model.access import AccessError, Issuer
from termserver.model.values import replace
from termserver.service import TermServer
from termserver.web.application import create

KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER = Issuer("https://login.example", "termserver", "https://login.example/jwks", roles=("committee-editor=editor",))


class InventedIssuer:
    """Answers as an issuer does: description, keys, and a token for a code whose proof is right."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.claims: dict[str, Any] = {}

    def fetch(self, address: str) -> bytes:
        base = "https://login.example"
        if address.endswith("/openid-configuration"):
            told = {"issuer": base, "authorization_endpoint": f"{base}/go", "token_endpoint": f"{base}/token"}
            return json.dumps(told).encode()
        key = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return json.dumps({"keys": [{**key, "kid": "e1"}]}).encode()

    def post(self, address: str, form: dict[str, str]) -> bytes:
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert address == "https://login.example/token" and form["code"] == "a-code"
        assert proof == self.asked["code_challenge"] and self.asked["code_challenge_method"] == "S256"
        now = int(time.time())
        said = {"iss": ISSUER.issuer, "aud": "our-client", "sub": "u-7", "iat": now, "exp": now + 60}
        said |= {"nonce": self.asked["nonce"], "roles": ["committee-editor", "other"], **self.claims}
        return json.dumps({"id_token": jwt.encode(said, KEY, "ES256", {"kid": "e1"})}).encode()


@pytest.fixture
def issuer() -> InventedIssuer:
    return InventedIssuer()


@pytest.fixture
def client(server: TermServer, issuer: InventedIssuer) -> Iterator[TestClient]:
    access = node(replace(the_policy(), issuers=(ISSUER,)))
    flow = LoginFlow(ISSUER, "our-client", "https://codes.example", fetch=issuer.fetch, post=issuer.post)
    access.__dict__["login"] = flow
    with TestClient(create(server, 0, access), base_url="https://codes.example", follow_redirects=False) as opened:
        yield opened


def begun(client: TestClient, issuer: InventedIssuer) -> str:
    """Begin a login; the state that the issuer was given."""
    answer = client.get("/login/start?to=/browse")
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
    there = urlsplit(answer.headers["location"])
    issuer.asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert there.netloc == "login.example" and issuer.asked["redirect_uri"] == "https://codes.example/login/return"
    return issuer.asked["state"]


def test_whoever_logs_in_at_the_issuer_has_the_roles_it_says(client: TestClient, issuer: InventedIssuer) -> None:
    assert "/login/start" in client.get("/login?lang=en").text
    state = begun(client, issuer)
    answer = client.get(f"/login/return?code=a-code&state={state}")
    assert answer.status_code == 303 and answer.headers["location"] == "/browse"
    me = client.get("/api/access/me").json()
    assert (me["name"], me["roles"], me["recognised_by"]) == ("u-7", ["editor"], "session")


@pytest.mark.parametrize(
    ("claims", "query"),
    [
        ({"nonce": "another"}, "code=a-code&state={state}"),
        ({"aud": "termserver"}, "code=a-code&state={state}"),
        ({"iss": "https://evil.example"}, "code=a-code&state={state}"),
        ({"exp": 1}, "code=a-code&state={state}"),
        ({}, "code=a-code&state=another"),
        ({}, "error=access_denied&state={state}"),
        ({}, ""),
    ],
)
def test_a_login_that_is_not_as_it_should_be_logs_nobody_in(
    client: TestClient, issuer: InventedIssuer, claims: dict[str, Any], query: str
) -> None:
    state = begun(client, issuer)
    issuer.claims = claims
    answer = client.get(f"/login/return?{query.format(state=state)}")
    assert answer.status_code == 403 and "termserver_session=ey" not in answer.headers.get("set-cookie", "")
    assert client.get("/api/access/me").json()["name"] == "anonymous"


def test_a_login_begun_by_another_browser_is_not_ended_here(client: TestClient, issuer: InventedIssuer) -> None:
    state = begun(client, issuer)
    client.cookies.clear()
    assert client.get(f"/login/return?code=a-code&state={state}").status_code == 403


def test_half_a_setting_is_said() -> None:
    policy = replace(the_policy(), issuers=(ISSUER,))
    assert LoginFlow.of(policy, {}) is None
    for said in ({}, {"TERMSERVER_LOGIN_CLIENT": "c"}):
        with pytest.raises(AccessError, match="TERMSERVER_PUBLIC_URL"):
            LoginFlow.of(policy, {"TERMSERVER_LOGIN_ISSUER": ISSUER.issuer, **said})
    whole = {"TERMSERVER_LOGIN_CLIENT": "c", "TERMSERVER_PUBLIC_URL": "https://codes.example"}
    assert LoginFlow.of(policy, {"TERMSERVER_LOGIN_ISSUER": ISSUER.issuer, **whole}) is not None
