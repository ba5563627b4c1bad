"""What a process counts of its own work, and the sum over all processes of a server in Prometheus' text form.

Each process keeps its counts in a file of its own in one folder; whoever is asked adds them up. The
file of a process that died stays, so that a counter never falls.
"""

import contextlib
import os
import time
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from termserver.releases import atomic

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations' buckets, in seconds."""
TYPE = "text/plain; version=0.0.4; charset=utf-8"
_GROUPS = (
    ("/api/search", "search"), ("/api/suggest", "search"), ("/api/codesystems", "codes"), ("/fhir/", "fhir"),
    ("/api/registries", "registries"), ("/registries", "registries"), ("/compat/", "registries"),
    ("/api/documents", "documents"), ("/documents", "documents"), ("/publication", "publication"), ("/api/", "api"),
)  # fmt: skip


def group_of(route: str) -> str:
    """What a route's work is counted under; few, so that a graph of them can be read."""
    for start, group in _GROUPS:
        if route.startswith(start):
            return group
    return "pages"


class Metrics:
    """The counts of one process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._times: dict[tuple[str, int], list[float]] = {}
        """How often an answer took up to each of the bounds, and all its time: by group and status."""
        self._gauges: dict[str, float] = {}
        self._groups: dict[str, str] = {}
        self.in_flight = 0
        self.swaps = 0
        self.started = time.time()

    def of(self, route: str, status: int) -> list[float]:
        """The times of such answers: how many up to each of ``BOUNDS`` and beyond, and their sum."""
        group = self._groups.get(route)
        if group is None:
            group = self._groups[route] = group_of(route)
        times = self._times.get((group, status))
        if times is None:
            times = self._times[group, status] = [0.0] * (len(BOUNDS) + 2)
        return times

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        times = self.of(route, status)
        times[bisect_left(BOUNDS, seconds)] += 1
        times[-1] += seconds

    def gauge(self, name: str, told: float) -> None:
        """Say how something stands now."""
        self._gauges[name] = told

    def share(self) -> None:
        """Put the counts where the other processes find them."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            atomic.write(self._folder / f"{os.getpid()}.json", orjson.dumps(self._as_json()), durable=False)

    def _as_json(self) -> dict[str, Any]:
        return {
            "times": [[group, status, times] for (group, status), times in self._times.items()],
            "gauges": {**self._gauges, "in_flight": self.in_flight, "swaps": self.swaps, "started": self.started},
        }

    def text(self, facts: Mapping[str, str]) -> bytes:
        """Everything, of all processes, in the text form; ``facts`` label what this server is."""
        self.share()
        all_of_them = [self._as_json()]
        if self._folder is not None:
            own = f"{os.getpid()}.json"
            for path in sorted(self._folder.glob("*.json")):
                if path.name != own:
                    with contextlib.suppress(OSError, ValueError):
                        said = orjson.loads(path.read_bytes())
                        all_of_them.append(said if _alive(int(path.stem)) else {**said, "gauges": {}})
        return _written(all_of_them, facts).encode()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _written(parts: list[dict[str, Any]], facts: Mapping[str, str]) -> str:
    counts: dict[tuple[str, int], int] = {}
    times: dict[str, list[float]] = {}
    for part in parts:
        for group, status, some in part["times"]:
            counts[group, status] = counts.get((group, status), 0) + round(sum(some[:-1]))
            times[group] = [a + b for a, b in zip(times.get(group, [0.0] * len(some)), some, strict=True)]
    gauges = [part["gauges"] for part in parts if part["gauges"]]
    out = [
        "# HELP termserver_info What answers here.",
        "# TYPE termserver_info gauge",
        "termserver_info{" + ",".join(f'{name}="{_escaped(told)}"' for name, told in facts.items()) + "} 1",
        "# HELP termserver_requests_total Answers by kind of work and status.",
        "# TYPE termserver_requests_total counter",
        *(
            f'termserver_requests_total{{group="{group}",status="{status}"}} {count}'
            for (group, status), count in sorted(counts.items())
        ),
        "# HELP termserver_request_seconds How long answers took.",
        "# TYPE termserver_request_seconds histogram",
    ]
    for group, some in sorted(times.items()):
        total = 0.0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), some, strict=False):
            total += count
            out.append(f'termserver_request_seconds_bucket{{group="{group}",le="{bound}"}} {total:.0f}')
        out.append(f'termserver_request_seconds_sum{{group="{group}"}} {some[-1]:.6f}')
        out.append(f'termserver_request_seconds_count{{group="{group}"}} {total:.0f}')
    for name, says, told in (
        ("in_flight", "Requests being answered now.", sum(one.get("in_flight", 0) for one in gauges)),
        ("processes", "Processes that answer.", len(gauges)),
        ("swaps", "How often an edition was swapped.", sum(one.get("swaps", 0) for one in gauges)),
        ("audit_unlogged", "Accesses waiting to be counted in the log.", sum(one.get("unlogged", 0) for one in gauges)),
        ("audit_trouble", "1 where the access log cannot be written.", max(one.get("trouble", 0) for one in gauges)),
        ("started_seconds", "When the oldest process began.", min(one["started"] for one in gauges)),
    ):
        out += [
            f"# HELP termserver_{name} {says}", f"# TYPE termserver_{name} gauge", f"termserver_{name} {_number(told)}",
        ]  # fmt: skip
    return "\n".join(out) + "\n"


def _number(told: float) -> str:
    return str(int(told)) if told == int(told) else f"{told:.3f}"


def _escaped(said: str) -> str:
    return said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
