"""The table of what broke, and the page it stands on."""

import datetime
import os
import platform
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


@dataclass
class Row:
    """What a fault did; ``recovery`` in words."""

    fault: str
    happened: str
    asked: int = 0
    failed: int = 0
    wrong: int = 0
    lost: int = 0
    recovery: str = "-"


def seconds(took: float) -> str:
    return f"{took:.2f} s"


def page(rows: list[Row]) -> str:
    """docs/reliability.md."""
    head = ("fault", "what happened", "asked", "failed", "wrong", "log lines lost", "recovery")
    table = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    table += [
        f"| {one.fault} | {one.happened} | {one.asked:,} | {one.failed:,} | {one.wrong} | {one.lost} | {one.recovery} |"
        for one in rows
    ]
    return "\n".join(
        (
            "# What breaks, and what then",
            "",
            "`make faults` runs this on one machine with real processes: PostgreSQL, a publisher, two followers of",
            "two workers behind nginx, as [deploy/here.py](../deploy/here.py) has them, asked by six clients while",
            "each fault happens. *Failed* counts requests without an answer, or with any other status than 200;",
            "*wrong* answers that are not what their release says; *log lines lost* registry answers that were",
            "given and are in no access log. A 503 that says when to come again (`Retry-After`) is an answer, and is",
            "counted where it was given. Lines are cut in network namespaces and disks turn read-only in a mount",
            "namespace, which takes root; a row that cannot be tried says so.",
            "",
            *table,
            "",
            f"Measured {datetime.date.today().isoformat()} on {os.cpu_count()} cores, {platform.system()}, "
            f"Python {platform.python_version()}, shared with other work.",
            "",
        )
    )
