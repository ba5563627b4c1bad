"""Logging in at an OpenID Connect issuer: the authorization code with PKCE; what comes back is believed as tokens are.

The issuer is one that the policy names. Its addresses come from its own description; state, nonce and the proof key
travel in a sealed cookie of ten minutes, so that nobody can end a login that they did not begin.
"""

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from termserver.access.sessions import sealed, unsealed
from termserver.access.tokens import Bearer, TokenJudge, TokenRefused, fetched, nonce_of
from termserver.model.access import AccessError, Issuer, Policy
from termserver.model.values import replace

ISSUER, CLIENT, SECRET_FILE = "TERMSERVER_LOGIN_ISSUER", "TERMSERVER_LOGIN_CLIENT", "TERMSERVER_LOGIN_SECRET_FILE"
PUBLIC = "TERMSERVER_PUBLIC_URL"
LASTS = 600
"""Seconds that somebody may take at the issuer."""
_PURPOSE = b"termserver-login/1"
_PATIENCE = 5.0

Post = Callable[[str, dict[str, str]], bytes]


class LoginFlow:
    """The logins of one service at one issuer."""

    def __init__(
        self,
        issuer: Issuer,
        client: str,
        public: str,
        secret: str = "",
        fetch: Callable[[str], bytes] = fetched,
        post: Post | None = None,
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._return = f"{public.rstrip('/')}/login/return"
        self._fetch = fetch
        self._post = post or _posted
        self._judge = TokenJudge((replace(issuer, audience=client),), fetch=fetch)
        self._addresses: dict[str, str] = {}

    @classmethod
    def of(cls, policy: Policy, environment: Mapping[str, str]) -> "LoginFlow | None":
        """What the environment says; None where nobody is logged in at an issuer. Raise AccessError for half of it."""
        name = environment.get(ISSUER, "")
        if not name:
            return None
        issuer = next((one for one in policy.issuers if one.issuer == name), None)
        client, public, secret = (environment.get(one, "") for one in (CLIENT, PUBLIC, SECRET_FILE))
        if issuer is None or not client or not public:
            raise AccessError(
                f"Logging in at {name} needs that issuer in the policy, {CLIENT} and {PUBLIC}; see docs/access.md.",
                f"ورود نزد {name} به آن صادرکننده در سیاست، {CLIENT} و {PUBLIC} نیاز دارد؛ docs/access.md.",
            )
        try:
            known = Path(secret).read_text("utf-8").strip() if secret else ""
        except OSError as error:
            raise AccessError(
                f"{SECRET_FILE} ({secret}) cannot be read: {error.strerror}.",
                f"{SECRET_FILE} ({secret}) خوانده نمی‌شود: {error.strerror}.",
            ) from None
        return cls(issuer, client, public, known)

    def begin(self, to: str, pepper: bytes) -> tuple[str, str]:
        """Where to send somebody, and the cookie to give them. Asks the issuer the first time; raise TokenRefused."""
        state, nonce, proof = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(proof.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._return,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self._address("authorization_endpoint")
        cookie = sealed({"state": state, "nonce": nonce, "proof": proof, "to": to}, pepper, _PURPOSE, LASTS)
        return f"{address}{'&' if '?' in address else '?'}{urllib.parse.urlencode(asked)}", cookie

    def end(self, query: Mapping[str, str], cookie: str, pepper: bytes) -> tuple[Bearer, str]:
        """Whom the issuer names, and where they wanted to go; raise TokenRefused. Asks the issuer."""
        told = unsealed(cookie, pepper, _PURPOSE)
        state, code = query.get("state", ""), query.get("code", "")
        if told is None or not code or not secrets.compare_digest(state.encode(), str(told["state"]).encode()):
            raise TokenRefused(
                "This login was not begun here; begin again.", "این ورود از اینجا آغاز نشده است؛ از نو آغاز کنید."
            )
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return,
            "client_id": self._client,
            "code_verifier": str(told["proof"]),
        }
        if self._secret:
            form["client_secret"] = self._secret
        try:
            token = json.loads(self._post(self._address("token_endpoint"), form))["id_token"]
        except (OSError, ValueError, KeyError, TypeError):
            raise TokenRefused(
                "The issuer gave no token; begin again.", "صادرکننده توکنی نداد؛ از نو آغاز کنید."
            ) from None
        bearer = self._judge.bearer(str(token))
        if nonce_of(token) != told["nonce"]:
            raise TokenRefused("The token is of another login.", "این توکن از ورود دیگری است.")
        return bearer, str(told["to"])

    def _address(self, name: str) -> str:
        if not self._addresses:
            place = f"{self._issuer.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                said: Any = json.loads(self._fetch(place))
                if said["issuer"] != self._issuer.issuer:
                    raise ValueError("another issuer")
                self._addresses = {one: str(said[one]) for one in ("authorization_endpoint", "token_endpoint")}
            except (OSError, ValueError, KeyError, TypeError):
                raise TokenRefused(
                    "The issuer cannot be reached just now; use a key, or try again.",
                    "صادرکننده اکنون در دسترس نیست؛ کلید به کار ببرید یا دوباره بکوشید.",
                ) from None
        return self._addresses[name]


def _posted(address: str, form: dict[str, str]) -> bytes:
    """What the issuer answers to a form; raise OSError or ValueError."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("codes are exchanged over https alone")
    asked = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"accept": "application/json"})
    with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:
        data: bytes = answer.read(1024 * 1024)
    return data
