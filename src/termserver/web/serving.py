"""The application as a process serves it: recorded, traced where asked, swapped for another edition put in force."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from termserver.access.audit_node import open_log
from termserver.access.node import NodeAccess
from termserver.access.shared_counts import FOLDER
from termserver.api.guard import Guard
from termserver.api.metrics import Metrics
from termserver.api.recorder import Node, Recorder
from termserver.api.swap import Made, Swap
from termserver.api.telemetry import App, traced
from termserver.releases import editions
from termserver.service import TermServer
from termserver.web.application import create

_FIRST = ("a", "قند خون", "E11.9", "diabtes saratan")
"""A beginning, a meaning, a code and two slips: they read what is read once."""
SHARED = FOLDER
"""The folder in which the processes of one server share their counts."""


def serving(
    edition: Path | str | None,
    judges: int | None,
    access: Callable[[TermServer], NodeAccess | None],
    first: TermServer | None = None,
) -> App:
    """The application over that edition, and over each that takes its place; ``first`` is it, where it is open already.

    Raise UsageError if the log that was asked for cannot be kept, or spans cannot be sent as asked.
    """
    opened = [first] if first is not None else []
    made: list[Guard] = []
    """The guard of the edition that was made last."""

    def make() -> Made:
        server = opened.pop() if opened else TermServer.open(edition)
        try:
            app = create(server, judges, access(server))
            if made:
                app.follow(made.pop())
            made.append(app)
            for typed in _FIRST:  # what the first searches must read is read before anybody waits for it
                server.search(typed, limit=1)
        except BaseException:
            server.close()
            raise
        return Made(app, server.edition.digest, server.close)

    def token() -> Any:
        try:
            place = editions.place_of(edition, editions.default_folder())
            if place.is_dir():
                place = place / editions.EDITION_FILE
            held = place.stat()
        except Exception:
            return None  # nothing there just now: what is open goes on
        return str(place), held.st_mtime_ns, held.st_size, held.st_ino

    shared = os.environ.get(SHARED)
    node = Node(open_log(), Metrics(Path(shared) if shared else None))
    return traced(Recorder(Swap(make, token, node), node))
