"""Bytes to JSON values, strictly: no duplicate keys, NaN, lone surrogates, trailing data or endless depth.

orjson refuses most of it by itself. Duplicate keys it lets pass (the last one wins), so the parsed
value is written back and the quotation marks are counted: a lost key is a lost pair of them. The
count says nothing where the text writes characters as \\u escapes; then, and where the counts
differ, an exact reader decides.
"""

import re
from typing import Any

import orjson

from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.parsing.gate import BOM, DEPTH_LIMIT, ELEMENT_LIMIT, MEMBER_LIMIT, require_few, require_utf8

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|([{\[])|([}\]])', re.DOTALL)


def parse(data: bytes) -> Any:
    """The value; raise Unreadable with the place of the first fault. A BOM is passed over."""
    if data.startswith(BOM):
        data = data[3:]
    if len(data) > ELEMENT_LIMIT:
        require_few(data.count(b"{") + data.count(b"["))
        require_few(data.count(b":"), MEMBER_LIMIT)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        require_utf8(data)
        raise _fault(error) from None
    try:
        written = orjson.dumps(value)
    except TypeError:  # nested deeper than orjson writes
        raise too_deep() from None
    if written.count(b'"') != data.count(b'"') or (b"\\" in data and b"\\u" in data):
        refuse_duplicates(data.decode("utf-8"))
    return value


def too_deep() -> Unreadable:
    return Unreadable(
        "budget.depth",
        Text(
            fa=f"تودرتویی سند بیش از {DEPTH_LIMIT} لایه است.",
            en=f"The document is nested more than {DEPTH_LIMIT} levels deep.",
        ),
        budget=True,
    )


def _fault(error: orjson.JSONDecodeError) -> Unreadable:
    if "recursion" in error.msg or "depth limit" in error.msg:
        return too_deep()
    return Unreadable(
        "syntax.json",
        Text(fa=f"سند JSON درست نیست: {error.msg}.", en=f"The document is not JSON: {error.msg}."),
        error.lineno,
        error.colno,
        Text(
            fa="فایل را با یک کتابخانهٔ JSON بسازید، نه با چسباندن متن.",
            en="Write the file with a JSON library, not by joining text.",
        ),
    )


def refuse_duplicates(text: str, any_case: bool = False) -> None:
    """Raise Unreadable at the second of two equal keys of one object, naming the place of the first.

    With ``any_case`` two keys are equal that differ in the case of letters only.
    """
    objects: list[dict[str, int] | None] = []
    for token in _TOKEN.finditer(text):
        if token[3]:
            objects.append({} if token[3] == "{" else None)
        elif token[4]:
            objects.pop()
        elif token[2] is not None and objects and (keys := objects[-1]) is not None:
            key = orjson.loads(f'"{token[1]}"') if "\\" in token[1] else token[1]
            if any_case:
                key = key.lower()
            first = keys.setdefault(key, token.start())
            if first != token.start():
                raise _duplicate(text, token.start(), first)


def _duplicate(text: str, second: int, first: int) -> Unreadable:
    line, column = place(text, second)
    first_line, first_column = place(text, first)
    return Unreadable(
        "syntax.duplicate-key",
        Text(
            fa=f"این کلید پیش‌تر در سطر {first_line}، ستون {first_column} آمده است.",
            en=f"This key has already been given at line {first_line}, column {first_column}.",
        ),
        line,
        column,
        Text(
            fa="یکی از دو مقدار را بردارید؛ هر برنامه‌ای یکی از آن دو را می‌خواند.",
            en="Remove one of the two; different programs read different ones.",
        ),
    )


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
