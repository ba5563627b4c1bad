"""Lines of the access log that say again what another says in full: a busy caller's differ in their moment alone."""

from typing import Any

from termserver.access.audit_lines import line_of

_AGAIN = b'{"n":%d,"t":"%b",%b,"ms":%b}\n'


class Alike:
    """What lines say that differ in their moment alone: said in full once in a segment, then by its number."""

    __slots__ = ("ref", "segment", "told")

    def __init__(self, number: int, told: bytes) -> None:
        self.ref = b'"as":%d' % number
        self.told = told
        self.segment = 0
        """The segment that says it in full."""


def lines_from(n: int, told: list[dict[str, Any]], new: list[Alike], repeats: list[Any]) -> list[bytes]:
    """The lines from ``n`` on: what is told in full, what is new of those that repeat, and the repetitions.

    ``repeats`` holds moment, ``Alike`` and time of one after the other; they are written out in one step.
    """
    lines = [line_of(number, said) for number, said in enumerate(told, n)]
    lines += [
        b'{"n":%d,"k":"as",%b,%b}\n' % (number, one.ref, one.told) for number, one in enumerate(new, n + len(lines))
    ]
    count = len(repeats) // 3
    filled: list[Any] = [None] * (4 * count)
    filled[0::4] = range(n + len(lines), n + len(lines) + count)
    filled[1::4] = repeats[0::3]
    filled[2::4] = [one.ref for one in repeats[1::3]]
    filled[3::4] = repeats[2::3]
    lines += ((_AGAIN * count) % tuple(filled)).splitlines(keepends=True)
    return lines
