"""The one order in which an entry's facts stand, so that a file that tells them in another one changes nothing."""

from operator import itemgetter
from typing import Any

import orjson

_CODE_AND_START = itemgetter(0, 1)


def in_order(found: list[tuple[str, str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The facts by property and beginning; the same fact in two rows of a file is one fact."""
    found.sort(key=_CODE_AND_START)
    for n in range(1, len(found)):
        if found[n][0] == found[n - 1][0] and found[n][1] == found[n - 1][1]:
            by_text = {
                (code, start, orjson.dumps(stated, option=orjson.OPT_SORT_KEYS)): stated
                for code, start, stated in found
            }
            return [by_text[key] for key in sorted(by_text)]
    return [stated for _, _, stated in found]
