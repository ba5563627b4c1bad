"""The lines of one or more access logs, in the order of time, and those of them that are asked for."""

import heapq
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from termserver.access.audit_lines import BODY, lines_of, segments, streams
from termserver.model.errors import UsageError
from termserver.model.values import value

Event = dict[str, Any]
_AGAIN = re.compile(rb'\{"n":[0-9]+,"t":"[^"]*",("as":[0-9]+),')
_AS = re.compile(rb'\{"n":[0-9]+,"k":"as",("as":[0-9]+),')
_OURS = ("n", "k", "as")


@value
class Wanted:
    """Which accesses are asked for; what is empty asks nothing. Moments are ISO, in UTC."""

    since: str = ""
    until: str = ""
    who: str = ""
    role: str = ""
    action: str = ""
    registry: str = ""
    code: str = ""
    address: str = ""

    def fits(self, said: Event) -> bool:
        t = said.get("t", "")
        return (
            (not self.since or t >= self.since)
            and (not self.until or t < self.until)
            and (not self.who or said.get("who") == self.who)
            and (not self.role or self.role in said.get("roles", ()))
            and (not self.action or said.get("do") == self.action)
            and (not self.registry or self.registry in said.get("registry", "").split(","))
            and (not self.code or self.code in said.get("codes", ()))
            and (not self.address or said.get("address") == self.address)
        )

    def traces(self) -> list[bytes]:
        """What a line must contain as bytes to be worth reading."""
        exact = (self.who, self.role, self.action, self.code, self.address)
        return [orjson.dumps(one) for one in exact if one]


def events(folders: Iterable[Path], wanted: Wanted = Wanted()) -> Iterator[Event]:
    """The accesses that are wanted, of all streams of all folders, the oldest first.

    Seals, headers and notes are none. Raise UsageError for a folder without a log.
    """
    sources = []
    for folder in folders:
        found = streams(folder)
        if not found:
            raise UsageError(f"There is no access log in {folder}.", f"در {folder} دفتر دسترسی نیست.")
        sources += [_of_stream(stream, wanted) for stream in found]
    return heapq.merge(*sources, key=lambda said: said["t"])


def _of_stream(stream: Path, wanted: Wanted) -> Iterator[Event]:
    traces = wanted.traces()
    node = ""
    for path in segments(stream):
        full: dict[bytes, Event] = {}
        """What is said in full, for the lines that say it again; what is not asked for is not there."""
        for line in lines_of(path):
            if b',"k":"' in line[: BODY + 30]:
                if b',"k":"open",' in line:
                    node = _read(line).get("node", "")
                elif (declared := _AS.match(line)) is not None:
                    full.pop(declared[1], None)
                    if all(trace in line for trace in traces):
                        full[declared[1]] = {name: told for name, told in _read(line).items() if name not in _OURS}
                continue
            again = _AGAIN.match(line)
            if again is not None:
                said = _whole(line, full.get(again[1]))
            elif traces and not all(trace in line for trace in traces):
                continue
            else:
                said = _read(line)
            if isinstance(said.get("t"), str) and wanted.fits(said):
                yield {"node": node, "stream": stream.name, **said}


def _whole(line: bytes, full: Event | None) -> Event:
    """A line that says again what another says in full; empty where that is not asked for."""
    if full is None:
        return {}
    said = _read(line)
    said.pop("as", None)
    return {**full, **said} if said else {}


def _read(line: bytes) -> Event:
    """The line's object; empty for one that a dying process left half written."""
    try:
        said = orjson.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
