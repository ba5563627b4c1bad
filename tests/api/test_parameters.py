"""A query string means what forms mean by it, however it is encoded."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termserver.api.answers import Problem
from termserver.api.parameters import Parameter, read, typed_alone
from termserver.api.searching import SUGGEST_PARAMETERS

KNOWN = {"q": Parameter("q", repeats=True), "system": Parameter("system", repeats=True)}
PIECES = ("q", "system", "=", "&", "+", "%", "%20", "%D8%AA", "%d8", "%FF", "%2B", "%26", "%3D", "%00", "a", "2", ";")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_query_string_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pairs = None
    if pairs is None or any(name not in KNOWN for name, _ in pairs):
        with pytest.raises(Problem):
            read(text.encode(), KNOWN)
        return
    expected = {name: "\n".join(value for key, value in pairs if key == name) for name in KNOWN}
    assert read(text.encode(), KNOWN) == expected


@pytest.mark.parametrize("text", ["q=%FF", "q=\u06a9", "&".join(["q=a"] * 65)])
def test_what_is_not_percent_encoded_utf_8_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        read(text.encode(), KNOWN)
    assert refused.value.status == 400


@pytest.mark.parametrize("given", ["-1", "1001", "-99999", "many", "1.5"])
def test_a_number_out_of_bounds_is_told_them(given: str) -> None:
    with pytest.raises(Problem) as refused:
        read(f"limit={given}".encode(), {"limit": Parameter("limit", "20", least=0, most=1000)})
    assert "0 to 1000" in refused.value.message.en
    assert "از 0 تا 1000" in refused.value.message.fa


@given(st.lists(st.sampled_from((*PIECES, "lang=", "fa", "en", "&lang=en")), max_size=6).map("".join))
def test_what_is_typed_alone_is_read_as_every_other_query_string(text: str) -> None:
    for asked in (text, f"q={text}"):
        typed = typed_alone(asked.encode())
        if typed is not None:
            values = read(asked.encode(), SUGGEST_PARAMETERS)
            assert typed == (values["q"], values["lang"])
            assert {name for name, value in values.items() if value} <= {"q", "lang", "limit", "syntax"}


def test_a_key_stroke_is_read_at_one_go() -> None:
    assert typed_alone(b"q=%D8%AA%20a+b&lang=en") == ("ت a b", "en")
    assert typed_alone(b"q=") == ("", "fa")
    assert typed_alone(b"q=a&lang=de") is None
