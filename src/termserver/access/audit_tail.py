"""The end of a segment as a process left it: its last whole block, and what stands torn behind that."""

import re
from pathlib import Path

from termserver.access.audit_lines import BEGIN, FORMAT, NOTHING, closing, number_of
from termserver.model.values import value

_FORMAT = re.compile(rb'"k":"open","t":"[^"]*","format":([0-9]{1,3}),')
_H = slice(len(BEGIN), len(BEGIN) + len(NOTHING))


@value
class Last:
    """The last whole block: its number and digest, where it ends, the lines up to there, the bytes behind it."""

    n: int
    h: bytes
    end: int
    lines: int
    torn: int
    sealed: bool
    format: int


def format_of(header: bytes) -> int:
    """The format that the first line of a segment names; of a line that names none, today's."""
    found = _FORMAT.search(header)
    return int(found[1]) if found else FORMAT


def last_block(path: Path) -> Last | None:
    """The end of a segment; None if nothing in it is whole."""
    data = path.read_bytes()
    known = format_of(data[:1000])
    end = len(data)
    while end:
        end = data.rfind(b"\n", 0, end) + 1
        start = data.rfind(b"\n", 0, max(0, end - 1)) + 1
        line = data[start:end]
        told = number_of(line)
        if told is not None and (known == 1 or closing(line) is not None):
            ending = data[data.rfind(b"\n", 0, max(0, start - 1)) + 1 : end]  # with the line before it
            sealed = b',"k":"seal",' in (line if known == 1 else ending)
            return Last(told, line[_H], end, data.count(b"\n", 0, end), len(data) - end, sealed, known)
        end = start
    return None
