"""The snapshot of access that comes with the feed: nodes that use one ask the publisher who was trusted first."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from termserver.access.snapshot import Snapshot
from termserver.model.access import AccessError
from termserver.model.errors import ReleaseError
from termserver.model.text import Text
from termserver.releases.shelf import Shelf


class Asked:
    """What came of it: the snapshot in force, whether it is new here, or why none was taken."""

    def __init__(self, snapshot: Snapshot | None, new: bool = False, problem: Text | None = None) -> None:
        self.snapshot, self.new, self.problem = snapshot, new, problem

    def as_json(self) -> dict[str, Any]:
        return {
            "snapshot": self.snapshot.number if self.snapshot else None,
            "until": self.snapshot.until if self.snapshot else None,
            "new": self.new,
            "problem": {"message": self.problem.as_json()} if self.problem else None,
        }

    def tell(self, language: str) -> None:
        if self.problem is not None:
            typer.echo(self.problem.in_language(language), err=True)
        elif self.snapshot is not None and self.new:
            clients = len(self.snapshot.clients)
            typer.echo(
                f"+ عکس دسترسی {self.snapshot.number}: {clients} کارخواه، تا {self.snapshot.until}"
                if language == "fa"
                else f"+ access snapshot {self.snapshot.number}: {clients} clients, until {self.snapshot.until}"
            )


def asked(visited: Sequence[str], address: str | None = None) -> Asked | None:
    """Take the snapshot that the first publisher offers, if it was visited and ``TERMSERVER_ACCESS`` names a place.

    None where there is nothing to tell: this node uses none, none is offered, or nobody answers (the visit says so).
    """
    from termserver.access import api_keys, feed, node
    from termserver.model.days import today
    from termserver.trust import trusted
    from termserver.trust.publishers import Publishers, clock
    from termserver.trust.refusals import Unreachable
    from termserver.trust.source import ACCESS, ACCESS_MOST, source_of

    place = os.environ.get(node.ACCESS, "")
    first = Publishers(Shelf()).in_order()[0]
    if not place or first.name not in visited:
        return None
    try:
        keys = node.trusted_keys(os.environ.get(node.TRUST, ""))
        data = source_of(address or first.address).metadata(ACCESS, ACCESS_MOST)
        if data is None:
            return None
        day = max(today(), trusted.now_of(first.held, clock()).date().isoformat())  # a clock of ours may be slow
        found = feed.take(data, Path(place), keys, api_keys.needed_pepper(), day)
    except Unreachable:
        return None
    except (AccessError, ReleaseError) as error:
        return Asked(None, problem=error.text)
    return Asked(found.snapshot, found.new)
