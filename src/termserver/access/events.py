"""An access to a registry, as it is told to whoever keeps the log of accesses.

The by-law asks for a record of every access; what was looked for is never part of it, only which
entries were shown or verified.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from termserver.model.values import value

_log = logging.getLogger("termserver.access")


@value
class Access:
    """Who (a role, and a client where one is known) saw how many entries of which registry, by which route, when.

    ``codes`` are the entries that were shown by their code; a verification of thousands tells their number alone.
    """

    when: str
    role: str
    action: str
    registry: str
    count: int
    release: str
    codes: tuple[str, ...] = ()


Listener = Callable[[Access], None]


def to_the_program_log(access: Access) -> None:
    """The listener of a server that keeps no log of its own yet: a line of the program's log."""
    _log.info(
        "%s %s %s %s entries=%d release=%s codes=%s",
        access.when, access.role, access.action, access.registry, access.count, access.release, ",".join(access.codes),
    )  # fmt: skip


def now() -> str:
    """This moment in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
