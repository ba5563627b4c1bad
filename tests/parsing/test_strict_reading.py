"""What the parsers take and what they refuse, with the place of the fault."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from termserver.parsing import gate, json, xml
from termserver.parsing.faults import Unreadable

KEYS = st.text(st.sampled_from('abA"\\:{}, \nآ\u200c'), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=4).map(tuple),
    max_leaves=12,
)


def _written(value: object, ascii_only: bool, gap: str) -> str:
    """JSON text with the members in the order given, equal keys kept."""
    if isinstance(value, tuple):
        members = (f"{_text(key, ascii_only)}{gap}:{gap}{_written(inner, ascii_only, gap)}" for key, inner in value)
        return "{" + gap + f",{gap}".join(members) + "}"
    if isinstance(value, list):
        return "[" + f"{gap},".join(_written(inner, ascii_only, gap) for inner in value) + "]"
    return _text(value, ascii_only)


def _text(value: object, ascii_only: bool) -> str:
    import json as standard

    return standard.dumps(value, ensure_ascii=ascii_only)


def _has_duplicates(value: object) -> bool:
    if isinstance(value, tuple):
        keys = [key for key, _ in value]
        return len(set(keys)) < len(keys) or any(_has_duplicates(inner) for _, inner in value)
    return isinstance(value, list) and any(map(_has_duplicates, value))


@given(VALUES, st.booleans(), st.sampled_from(["", " ", "\n\t"]))
def test_duplicate_keys_are_found_exactly_where_they_are(value: object, ascii_only: bool, gap: str) -> None:
    data = _written(value, ascii_only, gap).encode()

    if _has_duplicates(value):
        with pytest.raises(Unreadable) as fault:
            json.parse(data)
        assert fault.value.rule == "syntax.duplicate-key"
    else:
        assert json.parse(data) == orjson.loads(data)


@pytest.mark.parametrize(
    ("data", "rule", "line", "column"),
    [
        (b'{"a": 1,\n "b": {"c": 1,\n "c": 2}}', "syntax.duplicate-key", 3, 2),
        ('{"آ": 1, "آ": 2}'.encode(), "syntax.duplicate-key", 1, 10),
        (b'{"a": 1,}', "syntax.json", 1, 8),
        (b'{"a": NaN}', "syntax.json", 1, 7),
        ('{"آ": NaN}'.encode(), "syntax.json", 1, 7),
        (b'{"a":\n "\xff"}', "syntax.encoding", 2, 3),
    ],
)
def test_a_fault_in_json_has_its_place(data: bytes, rule: str, line: int, column: int) -> None:
    with pytest.raises(Unreadable) as fault:
        json.parse(data)

    assert (fault.value.rule, fault.value.line, fault.value.column) == (rule, line, column)


@pytest.mark.parametrize(
    ("data", "rule", "line", "column"),
    [
        (b"<!DOCTYPE a><a/>", "syntax.doctype", 1, 1),
        (b'<?xml version="1.0"?>\n<!-- x -->\n <!DOCTYPE a>\n<a/>', "syntax.doctype", 3, 2),
        (b'<?xml version="1.0" encoding="windows-1256"?><a/>', "syntax.encoding", 1, 31),
        ("<a>\n<آ>\n</ب></a>".encode(), "syntax.xml", 3, 5),
        ("<a>سلام &x;</a>".encode(), "syntax.xml", 1, 12),
        (b"<a>\n\xff</a>", "syntax.encoding", 2, 1),
    ],
)
def test_a_fault_in_xml_has_its_place(data: bytes, rule: str, line: int, column: int) -> None:
    with pytest.raises(Unreadable) as fault:
        xml.parse(data)

    assert (fault.value.rule, fault.value.line, fault.value.column) == (rule, line, column)


def test_the_parser_s_words_do_not_quote_the_document() -> None:
    with pytest.raises(Unreadable) as fault:
        xml.parse(b"<a b='secret' b='secret'/>")

    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("data", [b"  <a/>", b"\xef\xbb\xbf<a/>", b"\n\n<a/>"])
def test_xml_is_told_by_its_first_sign(data: bytes) -> None:
    assert gate.kind_of(data) == "xml"


@pytest.mark.parametrize("data", [b' {"a": 1}', b"\xef\xbb\xbf[]", b" " * 100 + b"{}"])
def test_json_is_told_by_its_first_sign(data: bytes) -> None:
    assert gate.kind_of(data) == "json"
