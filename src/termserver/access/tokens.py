"""Bearer tokens (JWT) of OpenID Connect issuers and of clients that sign for themselves, believed offline.

Signature, issuer, audience, expiry and beginning are checked; only public-key algorithms that the policy
names are taken, never ``none``, never a shared secret. Keys of an issuer come from its JWKS, a file or an
address; what was fetched once serves on when the issuer cannot be reached.
"""

import json
import logging
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jwt

from termserver.model.access import AccessError, Issuer
from termserver.model.values import value

log = logging.getLogger("termserver.access")

FRESH, SOONEST = 600.0, 30.0
"""Seconds for which a JWKS is not asked for again, and that lie between two askings in any case."""
LEEWAY = 30
LONGEST_ASSERTION = 300
"""Seconds that a client's own assertion may live."""
_MOST = 16 * 1024
_MOST_KEYS = 1024 * 1024
_PATIENCE = 5.0
_OWN = ("ES256", "ES384", "EdDSA", "PS256", "RS256")
_NEEDED: Any = {"require": ["exp", "iat", "sub", "aud", "iss"]}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Fetch = Callable[[str], bytes]


class TokenRefused(AccessError):
    """A token that is not believed; the message says why, and nothing of what the token says."""


@value
class Bearer:
    """Whom a token names. ``key`` is ``issuer|name``, or the client's name for its own assertion (``own``)."""

    key: str
    name: str
    roles: tuple[str, ...]
    until: float
    own: bool = False


class JsonWebKeys:
    """The keys of one issuer, fetched when they are asked for and not too often."""

    def __init__(self, source: str, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._fetch = fetch or fetched
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = -1e9
        self._good = -1e9

    def key(self, id: str) -> jwt.PyJWK:
        """The key of that id; raise TokenRefused if the issuer has none, AccessError if nothing was ever fetched."""
        now = self._clock()
        known = self._keys.get(id)
        if known is not None and now - self._good < FRESH:
            return known
        with self._lock:
            if now - self._asked >= SOONEST and (now - self._good >= FRESH or id not in self._keys):
                self._asked = now
                self._refresh(now)
        known = self._keys.get(id)
        if known is None:
            raise _refused("its key is not one of the issuer's", "کلید آن از کلیدهای صادرکننده نیست")
        return known

    def _refresh(self, now: float) -> None:
        try:
            keys = keys_in(self._fetch(self._source))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            # an issuer that is down does not lock anybody out whose key is known here
            log.warning("the keys of %s cannot be fetched: %s", self._source, error)
            return
        self._keys, self._good = keys, now


def keys_in(data: bytes) -> dict[str, jwt.PyJWK]:
    """The public keys of a JWKS by their id; those of other kinds are left out. Raise ValueError if it is none."""
    said = json.loads(data)
    if not isinstance(said, dict) or not isinstance(said.get("keys"), list):
        raise ValueError("not a JWKS")
    found = {}
    for one in said["keys"]:
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig":
            try:
                found[str(one.get("kid", ""))] = jwt.PyJWK({k: v for k, v in one.items() if k != "d"})
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
    return found


def fetched(source: str) -> bytes:
    """The bytes of a JWKS in a file or at an https address (http on this machine alone); raise OSError, ValueError."""
    if "://" not in source:
        return Path(source).read_bytes()
    parts = urllib.parse.urlsplit(source)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("keys are fetched over https alone")
    with urllib.request.urlopen(source, timeout=_PATIENCE) as answer:
        data: bytes = answer.read(_MOST_KEYS + 1)
    if len(data) > _MOST_KEYS:
        raise ValueError("too large for a JWKS")
    return data


class TokenJudge:
    """Believes the tokens of the issuers that the policy names, and the assertions of clients with a public key."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        own: dict[str, bytes] | None = None,
        audience: str = "termserver",
        fetch: Fetch | None = None,
        known: "TokenJudge | None" = None,
    ) -> None:
        kept: dict[str, JsonWebKeys] = known.keys if known else {}
        self._issuers = {one.issuer: one for one in issuers}
        self.keys: dict[str, JsonWebKeys] = {
            one.keys: kept.get(one.keys) or JsonWebKeys(one.keys, fetch) for one in issuers
        }
        self._own = own or {}
        self._audience = audience

    def bearer(self, token: str) -> Bearer:
        """Whom the token names; raise TokenRefused. May fetch keys: not for the event loop."""
        if len(token) > _MOST:
            raise _refused("it is too long", "بسیار بلند است")
        try:
            head = jwt.get_unverified_header(token)
            said = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise _refused("it cannot be read", "خوانده نمی‌شود") from None
        by = said.get("iss")
        if not isinstance(by, str):
            raise _refused("it names no issuer", "صادرکننده ندارد")
        issuer = self._issuers.get(by)
        if issuer is not None:
            return self._issued(token, head, issuer)
        if by in self._own:
            return self._asserted(token, head, by)
        raise _refused("its issuer is not known here", "صادرکنندهٔ آن اینجا شناخته نیست")

    def _issued(self, token: str, head: dict[str, Any], issuer: Issuer) -> Bearer:
        key = self.keys[issuer.keys].key(str(head.get("kid", "")))
        said = _believed(token, key, issuer.algorithms, issuer.audience, issuer.issuer)
        name = said.get(issuer.name_claim)
        if not isinstance(name, str) or not name:
            raise _refused(f"it has no {issuer.name_claim}", f"«{issuer.name_claim}» ندارد")
        theirs = _listed(said, issuer.claim)
        roles = [ours for pair in issuer.roles for their, _, ours in [pair.partition("=")] if their in theirs]
        return Bearer(f"{issuer.issuer}|{name}", name, tuple(dict.fromkeys(roles)), float(said["exp"]))

    def _asserted(self, token: str, head: dict[str, Any], client: str) -> Bearer:
        keys = keys_in(self._own[client])
        key = keys.get(str(head.get("kid", ""))) or (next(iter(keys.values())) if len(keys) == 1 else None)
        if key is None:
            raise _refused("its key is not one of the client's", "کلید آن از کلیدهای این کارخواه نیست")
        said = _believed(token, key, _OWN, self._audience, client)
        if said["sub"] != client:
            raise _refused("issuer and subject differ", "صادرکننده و صاحب آن یکی نیست")
        if said["exp"] - said["iat"] > LONGEST_ASSERTION:
            raise _refused(f"it lives longer than {LONGEST_ASSERTION} s", f"بیش از {LONGEST_ASSERTION} ثانیه عمر دارد")
        return Bearer(client, client, (), float(said["exp"]), own=True)


def nonce_of(token: str) -> str:
    """The nonce of a token that was believed already."""
    return str(jwt.decode(token, options={"verify_signature": False}).get("nonce", ""))


def _believed(token: str, key: jwt.PyJWK, algorithms: Sequence[str], audience: str, issuer: str) -> dict[str, Any]:
    allowed = [one for one in algorithms if not one.startswith("HS") and one != "none"]
    try:
        said: dict[str, Any] = jwt.decode(
            token, key, algorithms=allowed, audience=audience, issuer=issuer, leeway=LEEWAY, options=_NEEDED
        )
    except jwt.ExpiredSignatureError:
        raise _refused("it has expired", "منقضی شده است") from None
    except jwt.ImmatureSignatureError:
        raise _refused("it is not valid yet", "هنوز معتبر نیست") from None
    except jwt.InvalidAudienceError:
        raise _refused("it is meant for another service", "برای سرویس دیگری است") from None
    except (jwt.InvalidAlgorithmError, jwt.InvalidKeyError):
        raise _refused("its algorithm is not accepted", "الگوریتم آن پذیرفته نیست") from None
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise _refused("it is not signed as it should be", "امضای درستی ندارد") from None
    return said


def _listed(said: Any, path: str) -> set[str]:
    """The texts at a path of claims (``realm_access.roles``): a list, or words with blanks between."""
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    if isinstance(said, str):
        return set(said.split())
    return {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()


def _refused(en: str, fa: str) -> TokenRefused:
    return TokenRefused(f"The token is not believed: {en}.", f"توکن پذیرفته نیست: {fa}.")
