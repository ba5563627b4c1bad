"""Which tokens are believed: signed by a known issuer or client for this service, now, with a public key; no other."""

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from termserver.access import tokens
from termserver.access.tokens import JsonWebKeys, TokenJudge, TokenRefused
from termserver.model.access import Issuer

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
OWN = ed25519.Ed25519PrivateKey.generate()
ISSUER = Issuer(
    "https://login.example", "termserver", "https://login.example/jwks", ("RS256", "ES256"), "realm_access.roles",
    ("codes-editor=editor", "codes-council=registrar:physicians"),
)  # fmt: skip


def jwk(key: Any, kid: str, algorithm: Any) -> dict[str, Any]:
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


JWKS = json.dumps(
    {
        "keys": [
            jwk(RSA, "r1", jwt.algorithms.RSAAlgorithm),
            jwk(EC, "e1", jwt.algorithms.ECAlgorithm),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "o1"},
            {"kty": "RSA", "kid": "broken"},
        ]
    }
).encode()
OWN_JWKS = json.dumps({"keys": [jwk(OWN, "k1", jwt.algorithms.OKPAlgorithm)]}).encode()


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": ISSUER.issuer, "aud": "termserver", "sub": "u-7", "iat": now, "exp": now + 600}
    return {**said, "realm_access": {"roles": ["codes-editor", "other"]}, **other}


def judge(fetch: Callable[[str], bytes] = lambda _: JWKS) -> TokenJudge:
    return TokenJudge((ISSUER,), {"vendor-12": OWN_JWKS}, "termserver", fetch)


def test_a_token_of_the_issuer_names_somebody_and_their_roles() -> None:
    for key, kid, algorithm in ((RSA, "r1", "RS256"), (EC, "e1", "ES256")):
        bearer = judge().bearer(jwt.encode(claims(), key, algorithm, {"kid": kid}))
        assert (bearer.key, bearer.name, bearer.roles) == ("https://login.example|u-7", "u-7", ("editor",))


PUBLIC_PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def forged(header: dict[str, Any], said: dict[str, Any], signature: bytes = b"") -> str:
    part = jwt.utils.base64url_encode
    return b".".join(part(one) for one in (json.dumps(header).encode(), json.dumps(said).encode(), signature)).decode()


def hs_with_the_public_key() -> str:
    import hmac

    body = forged({"alg": "HS256", "kid": "r1"}, claims()).rpartition(".")[0]
    seal = hmac.digest(PUBLIC_PEM, body.encode(), "sha256")
    return f"{body}.{jwt.utils.base64url_encode(seal).decode()}"


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (lambda: jwt.encode(claims(exp=int(time.time()) - 60), RSA, "RS256", {"kid": "r1"}), "expired"),
        (lambda: jwt.encode(claims(nbf=int(time.time()) + 600), RSA, "RS256", {"kid": "r1"}), "not valid yet"),
        (lambda: jwt.encode(claims(aud="another"), RSA, "RS256", {"kid": "r1"}), "another service"),
        (lambda: jwt.encode(claims(iss="https://evil.example"), RSA, "RS256", {"kid": "r1"}), "issuer is not known"),
        (lambda: jwt.encode(claims(), RSA, "RS256", {"kid": "r9"}), "not one of the issuer's"),
        (lambda: jwt.encode(claims(), RSA, "RS512", {"kid": "r1"}), "not accepted"),
        (lambda: jwt.encode(claims(), EC, "ES256", {"kid": "r1"}), "."),
        (lambda: jwt.encode(claims(), "secret" * 8, "HS256", {"kid": "o1"}), "not one of the issuer's"),
        (hs_with_the_public_key, "."),
        (lambda: forged({"alg": "none", "kid": "r1"}, claims()), "."),
        (lambda: jwt.encode({"iss": ISSUER.issuer, "aud": "termserver"}, RSA, "RS256", {"kid": "r1"}), "."),
        (lambda: jwt.encode(claims(sub=""), RSA, "RS256", {"kid": "r1"}), "no sub"),
        (lambda: forged({"alg": "RS256", "kid": "r1"}, claims(iss=["https://login.example"]), b"x"), "no issuer"),
        (lambda: "a.b.c", "cannot be read"),
        (lambda: "x" * 20_000, "too long"),
        (lambda: "", "cannot be read"),
        (lambda: forged({"alg": "RS256", "jwk": {"kty": "oct", "k": "QQ"}, "kid": "r1"}, claims(), b"x"), "."),
    ],
)
def test_a_token_that_is_not_as_it_should_be_is_refused(token: Callable[[], str], why: str) -> None:
    with pytest.raises(TokenRefused, match=why):
        judge().bearer(token())


def test_a_client_that_signs_for_itself_is_believed_for_five_minutes() -> None:
    now = int(time.time())
    said = {"iss": "vendor-12", "sub": "vendor-12", "aud": "termserver", "iat": now, "exp": now + 300}
    bearer = judge().bearer(jwt.encode(said, OWN, "EdDSA", {"kid": "k1"}))
    assert bearer.own and bearer.name == "vendor-12"
    for wrong in ({"exp": now + 4000}, {"sub": "vendor-13"}, {"aud": "other"}):
        with pytest.raises(TokenRefused):
            judge().bearer(jwt.encode({**said, **wrong}, OWN, "EdDSA", {"kid": "k1"}))
    with pytest.raises(TokenRefused):
        judge().bearer(jwt.encode(said, EC, "ES256", {"kid": "k1"}))


def test_an_issuer_that_is_down_locks_nobody_out_and_is_not_asked_at_every_request() -> None:
    now, asked, up = [0.0], [], [True]

    def fetch(_: str) -> bytes:
        asked.append(now[0])
        if not up[0]:
            raise OSError("no route")
        return JWKS

    keys = JsonWebKeys("https://login.example/jwks", fetch, lambda: now[0])
    keys.key("r1")
    up[0] = False
    now[0] = tokens.FRESH + 1
    assert keys.key("r1").key_id == "r1", "stale is better than shut"
    for _ in range(5):
        with pytest.raises(TokenRefused):
            keys.key("unknown")
    assert asked == [0.0, tokens.FRESH + 1]
    now[0] += tokens.SOONEST
    up[0] = True
    keys.key("r1")
    assert len(asked) == 3


@pytest.mark.parametrize("source", ["http://login.example/jwks", "ftp://login.example/jwks", "file:///etc/passwd"])
def test_keys_are_fetched_over_tls_alone(source: str) -> None:
    with pytest.raises(ValueError, match="https"):
        tokens.fetched(source)
