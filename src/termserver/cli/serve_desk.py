"""What ``termserver serve --desk`` asks for: the committee's desk, its database, and who sits at it."""

import os
from pathlib import Path

from termserver.cli.shared import content_root
from termserver.model.errors import UsageError


def prepare(database: str | None, seats: list[str], root: Path | None, local: bool) -> None:
    """Say in the environment, which the serving processes read, which desk to open; what is wrong is said now.

    Raise UsageError for a seat that nobody holds, or for seats where others than this machine can come in.
    """
    from termserver.api import committee_desk
    from termserver.content.governance_files import read_governance
    from termserver.web.desk_session import Sessions

    if database is None:
        if seats:
            raise UsageError("--as is for --desk DATABASE.", "‎--as برای ‎--desk DATABASE است.")
        return
    folder = content_root(root)
    holders = sorted({seat.holder for body in read_governance(folder).bodies for seat in body.seats})
    if strange := next((one for one in seats if one not in holders), ""):
        raise UsageError(
            f"Nobody holds a seat as '{strange}'. Seats: {', '.join(holders)}.",
            f"کسی به نام «{strange}» کرسی ندارد. کرسی‌ها: {'، '.join(holders)}.",
        )
    if seats and not local:
        raise UsageError(
            "--as is no proof of who sits there: it is for a server that this machine alone reaches. "
            "Leave --host out, or let people sign in (docs/access.md).",
            "‎--as هویت کسی را اثبات نمی‌کند؛ تنها برای سروری است که فقط از همین دستگاه دیده می‌شود. ‎--host را بردارید یا "
            "بگذارید افراد وارد شوند (docs/access.md).",
        )
    if not seats and local:
        raise UsageError(
            f"Say who sits at the desk: --as SEAT. Seats: {', '.join(holders)}.",
            f"بگویید چه کسی پشت میز است: ‎--as SEAT. کرسی‌ها: {'، '.join(holders)}.",
        )
    os.environ[committee_desk.DATABASE] = database
    os.environ[committee_desk.CONTENT] = str(folder.absolute())
    os.environ[committee_desk.SEATS] = " ".join(seats)
    Sessions()  # makes the secret that the processes share
    committee_desk.of_this_process()
