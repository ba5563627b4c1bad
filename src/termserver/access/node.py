"""Which access is in force on this node: a signed snapshot, the policy of the edition alone, or this machine's own.

- ``TERMSERVER_ACCESS`` names a snapshot: its clients are known, and a newer file is taken within two seconds. What
  is wrong with the newer one is said, and the last good one goes on.
- Without one, a server that listens to this machine alone is a laptop: whoever asks from it may do everything.
- Without one, a server that listens to others knows nobody: everybody is anonymous, by the policy of the edition.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from termserver.access import api_keys, snapshot
from termserver.access.policy import Rules, Standing
from termserver.access.recognition import Headers, Proxies, Recogniser, local
from termserver.access.snapshot import Client, Snapshot
from termserver.model.access import AccessError, Policy
from termserver.model.days import Day, today
from termserver.model.text import Text
from termserver.releases import atomic
from termserver.releases.signatures import PublicKey, read_public

log = logging.getLogger("termserver.access")

ACCESS, TRUST = "TERMSERVER_ACCESS", "TERMSERVER_ACCESS_TRUST"
PROXIES, SUBJECT = "TERMSERVER_TRUSTED_PROXIES", "TERMSERVER_CLIENT_SUBJECT_HEADER"
AUDIENCE = "TERMSERVER_TOKEN_AUDIENCE"
"""What the ``aud`` of a client's own assertions must be; else ``termserver``."""
NOTHING = Policy("", (), ())
_LOOK_AGAIN = 2.0
_HOME = (b"localhost", b"127.0.0.1", b"[::1]")
_PASSED_ON = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-host")


class NodeAccess:
    """What the guard of this node asks."""

    def __init__(self, recogniser: Recogniser, at_home: bool = False, anywhere: bool = False) -> None:
        self.recogniser = recogniser
        self._at_home = at_home
        self._anywhere = anywhere
        self._path: Path | None = None
        self._trusted: tuple[PublicKey, ...] = ()
        self._stamp: tuple[int, int] = (0, 0)
        self._look = 0.0
        self._noted: dict[str, Day] = {}
        self._make: Callable[[Policy, tuple[Client, ...]], Recogniser] | None = None
        self._policy: Policy | None = None
        self._snapshot: Snapshot | None = None
        self.trouble: Text | None = None
        """Why a newer snapshot was not taken; None if none was refused."""

    @classmethod
    def open_to_all(cls, policy: Policy | None = None) -> "NodeAccess":
        """Of whoever embeds the application: every caller is the local one."""
        return cls(Recogniser(Rules(policy or NOTHING)), at_home=True, anywhere=True)

    @classmethod
    def of(cls, policy: Policy | None, loopback: bool, environment: Mapping[str, str] = os.environ) -> "NodeAccess":
        """What the environment says, for a server over an edition with that policy (None: it carries none).

        Raise AccessError if a snapshot is named that cannot be believed, or if others are to be served by no policy.
        """
        secret = api_keys.pepper()
        proxies = Proxies.of(environment.get(PROXIES, ""), environment.get(SUBJECT, ""))
        audience = environment.get(AUDIENCE, "") or "termserver"
        judge: Any = None

        def made(said: Policy, clients: tuple[Client, ...]) -> Recogniser:
            nonlocal judge
            own = {one.name: one.public_keys for one in clients if one.public_keys}
            if said.issuers or own:
                from termserver.access.tokens import TokenJudge

                judge = TokenJudge(said.issuers, own, audience, known=judge)
            else:
                judge = None
            return Recogniser(Rules(said), clients, secret, judge, proxies)

        place = environment.get(ACCESS, "")
        if not place:
            if policy is None and not loopback:
                raise AccessError(
                    f"This edition carries no policy of access. Name a snapshot with {ACCESS}, or listen at 127.0.0.1.",
                    f"این ویراست سیاست دسترسی ندارد. عکسی را با {ACCESS} نام ببرید یا در 127.0.0.1 گوش دهید.",
                )
            return cls(made(policy or NOTHING, ()), at_home=loopback)
        trusted = trusted_keys(environment.get(TRUST, ""))
        path = Path(place)
        stamp = _stamp(path)
        found = snapshot.read(path, trusted)
        node = cls(made(policy or found.policy, found.clients))
        node._path, node._trusted, node._stamp, node._make, node._policy = path, trusted, stamp, made, policy
        node._snapshot = found
        _say(found)
        return node

    def told(self) -> dict[str, Any]:
        """Which snapshot is in force and until when, whether its day is over, why a newer one was not taken.

        All of it is empty where none is in force.
        """
        found = self._snapshot
        return {
            "snapshot": found.number if found else None,
            "made": found.made if found else None,
            "until": found.until if found else None,
            "stale": bool(found and found.until and found.until < today()),
            "trouble": self.trouble.en if self.trouble else "",
        }

    @property
    def rules(self) -> Rules:
        return self.recogniser.rules

    @cached_property
    def login(self) -> Any:
        """How people log in at an issuer (``LoginFlow``); None where nothing says so, or what is said is not enough."""
        if not os.environ.get("TERMSERVER_LOGIN_ISSUER"):
            return None
        from termserver.access.login_flow import LoginFlow

        try:
            return LoginFlow.of(self.rules.policy, os.environ)
        except AccessError as error:
            log.error("nobody is logged in at an issuer: %s", error)
            return None

    @property
    def path(self) -> Path | None:
        """Where the snapshot is; None where none is in force."""
        return self._path

    def local(self, headers: Headers, peer: str) -> Standing | None:
        """The standing of this machine's own caller; None if it is another one.

        A page of another site that calls this machine by a name of its own, and what a proxy passed on, are others.
        """
        if not self._at_home:
            return None
        if not self._anywhere:
            host = headers.get(b"host", b"")
            name = host if host.endswith(b"]") else host.rpartition(b":")[0] or host
            if name not in _HOME or any(one in headers for one in _PASSED_ON):
                return None
        return local(self.rules, peer)

    def look(self) -> None:
        """Take a newer snapshot if there is one; asked at every request, it looks every two seconds."""
        if self._path is None or (now := time.monotonic()) < self._look:
            return
        self._look = now + _LOOK_AGAIN
        self._note_used(self._path)
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            found = snapshot.read(self._path, self._trusted)
        except AccessError as error:
            self.trouble = error.text
            log.error("the newer snapshot of access is not taken, the last one goes on: %s", error)
            return
        assert self._make is not None
        self.recogniser = self._make(self._policy or found.policy, found.clients)
        self._snapshot, self.trouble = found, None
        _say(found)

    def _note_used(self, path: Path) -> None:
        """Keep the days on which keys were used, once a day for each, for ``access key list``."""
        used = self.recogniser.used
        if used == self._noted:
            return
        try:
            kept = orjson.loads(used_file(path).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            kept = {}
        self._noted = dict(used)
        with contextlib.suppress(OSError):  # a read-only disk: nobody is told
            atomic.write(used_file(path), orjson.dumps(kept | self._noted), durable=False)


def used_file(path: Path) -> Path:
    """Where a node notes beside its snapshot when each key was used last."""
    return path.with_name(f"{path.name}.used")


def trusted_keys(said: str) -> tuple[PublicKey, ...]:
    """The public keys in the files that are named, one after the other as in PATH."""
    files = [one for one in said.split(os.pathsep) if one]
    if not files:
        raise AccessError(
            f"{TRUST} names no public key; a snapshot is believed only with a signature. See docs/access.md.",
            f"{TRUST} کلید عمومی‌ای نام نمی‌برد؛ عکس تنها با امضا پذیرفته است. docs/access.md را ببینید.",
        )
    return tuple(read_public(Path(one)) for one in files)


def _say(found: Snapshot) -> None:
    log.info("access: snapshot %d of %s, %d clients", found.number, found.made, len(found.clients))
    if found.until and found.until < today():
        log.warning("access: a newer snapshot should have come by %s; this one goes on", found.until)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        said = path.stat()
    except OSError:
        return (0, 0)
    return said.st_mtime_ns, said.st_ino
