"""Who asks: an API key, a token, a certificate that the proxy has seen, a session, this machine, or nobody known.

What was recognised is kept for a minute by a digest of what was shown, so that a busy client costs a look-up.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from termserver.access.api_keys import is_key, prefix_of
from termserver.access.facts import Caller
from termserver.access.policy import LOCAL, Rules, Standing
from termserver.access.sessions import COOKIE, SECURE_COOKIE, unsealed
from termserver.access.snapshot import Client, KeptKey
from termserver.model.access import EVERYBODY, AccessError
from termserver.model.days import Day, today
from termserver.model.values import value

if TYPE_CHECKING:
    from termserver.access.tokens import TokenJudge

Headers = Mapping[bytes, bytes]
_KEPT = 20_000
_LASTS = 60.0
_NOBODY = b""


class NotRecognised(AccessError):
    """Something was shown that nobody here believes (HTTP 401)."""


@value
class Proxies:
    """The addresses of the proxies in front, and the header in which they pass on the subject of a certificate."""

    networks: tuple[Any, ...] = ()
    subject_header: bytes = b""

    @classmethod
    def of(cls, said: str, subject_header: str = "") -> "Proxies":
        """From ``10.0.0.0/8, 192.0.2.7``; raise AccessError for what is no address."""
        try:
            networks = tuple(ipaddress.ip_network(one.strip(), strict=False) for one in said.split(",") if one.strip())
        except ValueError as error:
            raise AccessError(
                f"TERMSERVER_TRUSTED_PROXIES: {error}. Write addresses or networks with commas between.",
                f"TERMSERVER_TRUSTED_PROXIES: {error}. نشانی‌ها یا شبکه‌ها را با ویرگول بنویسید.",
            ) from None
        return cls(networks, subject_header.lower().encode())

    def trusts(self, peer: str) -> bool:
        if not self.networks:
            return False
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.networks)

    def address(self, headers: Headers, peer: str) -> str:
        """The address of whoever asks: what the last proxy that is not ours was told, else the peer's own."""
        said = headers.get(b"x-forwarded-for")
        if not said or not self.trusts(peer):
            return peer
        for one in reversed(said.decode("latin-1").split(",")):
            peer = one.strip()
            if not self.trusts(peer):
                break
        return peer


class Recogniser:
    """Knows the clients of one snapshot by what they show."""

    def __init__(
        self,
        rules: Rules,
        clients: tuple[Client, ...] = (),
        pepper: bytes = b"",
        tokens: "TokenJudge | None" = None,
        proxies: Proxies | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rules = rules
        self.pepper = pepper
        self.proxies = proxies or Proxies()
        self._clients = {one.name: one for one in clients}
        self._keys = {key.prefix: (one, key) for one in clients for key in one.keys}
        self._subjects = {subject: one for one in clients for subject in one.subjects}
        self._tokens = {token: one for one in clients for token in one.tokens}
        self._judge = tokens
        self._clock = clock
        self.used: dict[str, Day] = {}
        """The last day on which each key was used here, by its prefix."""
        self._kept: OrderedDict[tuple[bytes, str], tuple[Standing, float]] = OrderedDict()

    def shown(self, headers: Headers, peer: str) -> tuple[str, bytes]:
        """How somebody wants to be recognised (``Caller.by``), and what they show."""
        said = headers.get(b"authorization")
        if said:
            scheme, _, rest = said.partition(b" ")
            if scheme.lower() == b"bearer":
                rest = rest.strip()
                return ("key" if rest.startswith(b"ts_") else "token"), rest
            return "unknown", said
        said = headers.get(b"x-api-key")
        if said:
            return "key", said.strip()
        if self.proxies.subject_header:
            said = headers.get(self.proxies.subject_header)
            if said and self.proxies.trusts(peer):
                return "certificate", said
        said = headers.get(b"cookie")
        if said and b"termserver_session" in said:
            cookie = _cookie(said)
            if cookie:
                return "session", cookie
        return "none", _NOBODY

    def kept(self, by: str, credential: bytes, address: str) -> Standing | None:
        """What the same showing from the same address was a moment ago."""
        found = self.kept_until(by, credential, address)
        return found[0] if found is not None and found[1] > self._clock() else None

    def kept_until(self, by: str, credential: bytes, address: str) -> tuple[Standing, float] | None:
        """The same, and until when it counts, by the clock."""
        digest = blake2b(credential, digest_size=16, person=by.encode()).digest() if credential else _NOBODY
        return self._kept.get((digest, address))

    def recognise(self, by: str, credential: bytes, address: str) -> Standing:
        """The standing of whoever shows that; raise NotRecognised. A token may cost a fetch of keys."""
        until = self._clock() + _LASTS
        if by == "none":
            standing = self.rules.standing(Caller(address=address))
        else:
            try:
                caller, scopes, left = self._believed(by, credential.decode("utf-8", "replace"), address)
            except AccessError as error:
                if by == "session":  # whoever was logged in once may still read what everybody may
                    return self.recognise("none", _NOBODY, address)
                raise NotRecognised(error.text.en, error.text.fa) from None
            standing = self.rules.standing(caller, scopes)
            until = min(until, self._clock() + left)
        digest = blake2b(credential, digest_size=16, person=by.encode()).digest() if credential else _NOBODY
        self._kept[digest, address] = standing, until
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return standing

    def _believed(self, by: str, said: str, address: str) -> tuple[Caller, tuple[str, ...], float]:
        if by == "key":
            client, key = self._of_key(said)
            self.used[key.prefix] = today()
            return self._caller(client, "key", address), key.scopes, _LASTS
        if by == "token":
            return self._of_token(said, address)
        if by == "certificate":
            owner = self._subjects.get(said)
            if owner is None:
                raise NotRecognised(
                    "The subject of the certificate is not known here.", "صاحب این گواهی اینجا شناخته نیست."
                )
            return self._caller(owner, "certificate", address), (), _LASTS
        if by == "session":
            return self._of_session(said, address)
        raise NotRecognised(
            "Only 'Authorization: Bearer …' is understood.", "تنها «Authorization: Bearer …» فهمیده می‌شود."
        )

    def _of_key(self, said: str) -> tuple[Client, KeptKey]:
        found = self._keys.get(prefix_of(said))
        if found is None or not self.pepper or not is_key(said, found[1].hash, self.pepper):
            raise NotRecognised("The key is not known here.", "این کلید اینجا شناخته نیست.")
        return self._unexpired(*found)

    def _unexpired(self, client: Client, key: KeptKey) -> tuple[Client, KeptKey]:
        if key.expires and key.expires < today():
            raise NotRecognised(
                f"The key {key.prefix} expired on {key.expires}. Ask the operator for another.",
                f"کلید {key.prefix} در {key.expires} منقضی شده است. از بهره‌بردار کلید دیگری بخواهید.",
            )
        return client, key

    def _of_token(self, said: str, address: str) -> tuple[Caller, tuple[str, ...], float]:
        if self._judge is None:
            raise NotRecognised("No tokens are taken here.", "اینجا توکن پذیرفته نمی‌شود.")
        bearer = self._judge.bearer(said)
        client = self._clients.get(bearer.key) if bearer.own else self._tokens.get(bearer.key)
        known = client.roles_on(today()) if client else ()
        roles = tuple(dict.fromkeys((*known, *bearer.roles))) or (EVERYBODY,)
        name = client.name if client else bearer.name
        organisation = client.organisation if client else ""
        return Caller(name, roles, "token", address, organisation), (), max(0.0, bearer.until - time.time())

    def _of_session(self, said: str, address: str) -> tuple[Caller, tuple[str, ...], float]:
        told = unsealed(said, self.pepper)
        if told is None:
            raise NotRecognised("The session is over; log in again.", "نشست به پایان رسیده است؛ دوباره وارد شوید.")
        left = told["until"] - time.time()
        if "key" in told:
            found = self._keys.get(told["key"])
            if found is None:
                raise NotRecognised("The key of this session is gone.", "کلید این نشست دیگر نیست.")
            client, key = self._unexpired(*found)
            return self._caller(client, "session", address), key.scopes, left
        client_of = self._tokens.get(told["token"])
        known = client_of.roles_on(today()) if client_of else ()
        roles = tuple(dict.fromkeys((*known, *told["roles"]))) or (EVERYBODY,)
        return Caller(client_of.name if client_of else told["name"], roles, "session", address), (), left

    def _caller(self, client: Client, by: str, address: str) -> Caller:
        return Caller(client.name, client.roles_on(today()) or (EVERYBODY,), by, address, client.organisation)


@lru_cache(256)
def local(rules: Rules, address: str) -> Standing:
    """The standing of whoever sits at this machine."""
    return rules.standing(Caller(LOCAL, (LOCAL,), LOCAL, address))


def _cookie(said: bytes) -> bytes:
    try:
        jar = SimpleCookie(said.decode("latin-1"))
    except CookieError:
        return _NOBODY
    for name in (SECURE_COOKIE, COOKIE):
        if name in jar and jar[name].value:
            return jar[name].value.encode("latin-1")
    return _NOBODY
