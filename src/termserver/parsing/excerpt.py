"""The window of a line around a place, with the values masked so that no patient is in a log."""

import re

WIDTH = 96
_BEFORE = 36
_BACK = 4 * WIDTH
MASK = "•"

_XML = re.compile(r"""(<[/?!]?[^\s<>/="']*)|(\s+[^\s=<>/"']+\s*=\s*)("[^"]*"?|'[^']*'?)|(\s*/?>)|([^<>\s])""")
_JSON = re.compile(r'("(?:[^"\\]|\\.)*"\s*:)|("(?:[^"\\]|\\.)*"?)|(true|false|null)|([^\s{}\[\],:"])')


class Excerpts:
    """Windows of one text; ``kind`` is "xml", "json" or "" (not well-formed)."""

    def __init__(self, text: str, kind: str, masked: bool = True) -> None:
        self._text = text
        self._masked = masked
        # CDATA and comments may hold a "<" that is no tag
        self._kind = "" if kind == "xml" and "<!" in text else kind

    def at(self, offset: int) -> tuple[str, int]:
        """The window around a place, and the 0-based offset of the place in it."""
        text = self._text
        # a line may have megabytes: neither its beginning nor its end is looked for farther off than is shown
        farthest = max(offset - _BACK - 1, 0)
        start = max(text.rfind("\n", farthest, offset) + 1, farthest)
        first = start
        if offset - start > _BEFORE:
            first = self._boundary(offset - _BEFORE, offset)
        end = text.find("\n", offset, first + WIDTH + 1)
        end = min(len(text), first + WIDTH + 1) if end < 0 else end
        last = min(end, first + WIDTH)
        window = text[first:last].rstrip("\r")
        if self._masked:
            window = self._mask(window)
        lead = len(window) - len(window.lstrip()) if first == start else 0
        window, caret = window[lead:], offset - first - lead
        if first > start:
            window, caret = "…" + window, caret + 1
        if last < end:
            window += "…"
        return window.replace("\t", " ").rstrip(), max(caret, 0)

    def _boundary(self, first: int, offset: int) -> int:
        """Where the lexing may begin so that names and values are told apart: at a tag, or at the place itself."""
        if not self._kind or not self._masked:
            return first
        if self._kind == "xml":
            inside = self._text.find("<", first, offset + 1)
            if inside >= 0:
                return inside
            at = self._text.rfind("<", max(offset - _BACK, 0), offset + 1)
            return at if at >= 0 else max(offset - _BACK, 0)
        return offset

    def _mask(self, window: str) -> str:
        if self._kind == "xml":
            return _XML.sub(_mask_xml, window)
        if self._kind == "json":
            return _JSON.sub(_mask_json, window)
        return _all(window)


def _all(window: str) -> str:
    return re.sub(r"\w", MASK, window)


def _mask_xml(found: "re.Match[str]") -> str:
    if found[3]:
        quote = found[3][0]
        closed = len(found[3]) > 1 and found[3].endswith(quote)
        return f"{found[2]}{quote}{MASK * (len(found[3]) - 1 - closed)}{quote if closed else ''}"
    return MASK if found[5] else found[0]


def _mask_json(found: "re.Match[str]") -> str:
    if found[1] or found[3]:
        return found[0]
    if found[2]:
        closed = len(found[2]) > 1 and found[2].endswith('"')
        return f'"{MASK * (len(found[2]) - 1 - closed)}{chr(34) if closed else ""}'
    return MASK
