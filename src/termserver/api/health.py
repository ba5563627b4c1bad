"""Is the process alive, and does it hold an edition it can answer from? How old is that, and what is behind?"""

import threading
import time
from typing import Any

from fastapi import APIRouter, Request

from termserver import __version__
from termserver.api.operations import node_of
from termserver.model.errors import TermserverError
from termserver.model.releases import Edition
from termserver.service import TermServer

_KEPT = 5.0
"""Seconds for which what is known of the publishers is not looked up again."""


def routes(server: TermServer) -> APIRouter:
    """The two routes a load balancer asks."""
    router = APIRouter(tags=["service"])
    followed = _Followed(server.edition)

    @router.get("/health", summary="The process is alive")
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__, "release": server.edition.digest}

    @router.get("/ready", summary="An edition is open and answers")
    def ready(request: Request) -> dict[str, Any]:
        """Looks a code system up before it says so.

        `lag`: seconds since the publisher that has been silent longest was heard (null: none is followed, or one never
        was); `stale`: the word of a publisher has expired; `behind`: releases in force that are not served here. None
        makes a node unready: an old list serves better than none. `trouble` says why a newer edition was not opened,
        `access_log` whether accesses are written, `access` which snapshot of clients is in force (`stale`: its day is
        over) and why a newer one was not taken.
        """
        node = node_of(request)
        publishers = followed.told()
        log = node.log
        return {
            "status": "ready",
            "codesystems": len(server.systems()),
            "edition": server.edition.as_json(),
            "release": server.edition.digest,
            "since": node.since,
            "lag": _longest([one["lag"] for one in publishers]),
            "stale": any(one["stale_since"] for one in publishers),
            "behind": sum(len(one["behind"]) for one in publishers),
            "publishers": publishers,
            "trouble": node.trouble,
            "access": access.told() if (access := getattr(request.app.state, "access", None)) else None,
            "access_log": {"kept": log is not None, "trouble": log.trouble if log else ""},
        }

    return router


class _Followed:
    """What the publishers of the shelf say of this edition."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._lock = threading.Lock()
        self._until = 0.0
        self._told: list[dict[str, Any]] = []

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            if time.monotonic() > self._until:
                self._told = self._look()
                self._until = time.monotonic() + _KEPT
            return self._told

    def _look(self) -> list[dict[str, Any]]:
        from termserver.releases.editions import default_folder
        from termserver.releases.shelf import Shelf
        from termserver.trust import trusted
        from termserver.trust.publishers import Publishers, clock

        folder = default_folder()
        if folder is None or not (folder / "trust").is_dir():
            return []
        served = {pin.digest for pin in self._edition.releases}
        found = []
        try:
            for one in Publishers(Shelf(folder)).all():
                now = trusted.now_of(one.held, clock())
                said = one.statement
                behind = [two.label for two in said.in_force(now) if two.pin.digest not in served] if said else []
                coming = [{"release": two.label, "at": two.activate_at} for two in said.coming(now)] if said else []
                found.append(
                    {
                        "publisher": one.name,
                        "version": said.version if said else 0,
                        "heard": one.heard or None,
                        "lag": one.lag(clock()),
                        "stale_since": trusted.stale_since(one.held, now) or None,
                        "behind": behind,
                        "coming": coming,
                    }
                )
        except TermserverError as error:
            unknown = {"publisher": "?", "version": 0, "heard": None, "lag": None, "stale_since": None}
            return [{**unknown, "behind": [], "coming": [], "problem": str(error)}]
        return found


def _longest(lags: list[int | None]) -> int | None:
    known = [one for one in lags if one is not None]
    return max(known) if lags and len(known) == len(lags) else None
