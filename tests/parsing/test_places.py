"""Every finding's place: line and column in characters, in XML and JSON, on one line or many, with values masked."""

import pytest

from termserver.parsing import xml
from termserver.parsing.excerpt import MASK, WIDTH, Excerpts
from termserver.parsing.positions import JsonPlaces, Place, XmlPlaces

XML = """<?xml version="1.0"?>
<r xmlns:v="urn:v">
  <v:نام الف="مقدار"><v:Name A='1' B="دو"/></v:نام>
  <v:List><v:Item><v:Code C="x>y" D="2"/></v:Item><v:Item/></v:List>
</r>
"""
JSON = """{
  "Name": "علی", "List": [ {"Code": {"C": 1}}, 2 ],
  "Deep": {"a\\"b": [[1], [2, {"x": null}]]}
}"""


def xml_places(data: bytes, *paths: str) -> XmlPlaces:
    return XmlPlaces(data, xml.parse(data), paths)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("", 2, 1),
        ("نام", 3, 3),
        ("نام.الف", 3, 10),
        ("نام.Name", 3, 22),
        ("نام.Name.A", 3, 30),
        ("نام.Name.B", 3, 36),
        ("List[0].Code", 4, 19),
        ("List[0].Code.D", 4, 35),
        ("List[1]", 4, 51),
        ("List[7].Code", 4, 3),
        ("List[0].Nothing.Below", 4, 11),
        ("list[0].code.d", 4, 35),
    ],
)
def test_an_xml_path_has_its_place(path: str, line: int, column: int) -> None:
    for data in (XML.encode(), b"\xef\xbb\xbf" + XML.encode()):
        place = xml_places(data, path).find(path)
        assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("", 1, 1),
        ("Name", 2, 3),
        ("List", 2, 18),
        ("List[0]", 2, 28),
        ("List[0].Code", 2, 29),
        ("List[0].Code.C", 2, 38),
        ("List[1]", 2, 48),
        ("Deep", 3, 3),
        ("deep", 3, 3),
        ("Deep.Nothing", 3, 3),
    ],
)
def test_a_json_path_has_its_place(path: str, line: int, column: int) -> None:
    for data in (JSON.encode(), b"\xef\xbb\xbf" + JSON.encode()):
        place = JsonPlaces(data).find(path)
        assert (place.line, place.column) == (line, column)


def test_places_far_into_a_long_persian_line_count_characters() -> None:
    data = ("<r>" + "<a>سلام</a>" * 5000 + "<b/></r>").encode()

    assert xml_places(data, "b").find("b") == Place(1, 3 + 11 * 5000 + 1, 3 + 11 * 5000)


def test_an_excerpt_shows_names_and_masks_values() -> None:
    text = '<a b="secret">متن محرمانه</a>'

    window, caret = Excerpts(text, "xml").at(text.index("b="))

    assert window == f'<a b="{MASK * 6}">{MASK * 3} {MASK * 7}</a>'
    assert window[caret:].startswith("b=")


def test_a_json_excerpt_keeps_keys_and_masks_texts_and_numbers() -> None:
    text = '{"Name": "علی \\" رضا", "Age": 42.5, "Alive": true}'

    window, _ = Excerpts(text, "json").at(1)

    assert window == f'{{"Name": "{MASK * 10}", "Age": {MASK * 4}, "Alive": true}}'


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_a_window_of_one_long_line_never_shows_a_value(kind: str) -> None:
    if kind == "xml":
        text = "<r>" + '<Name First="secret" Last="secret secret">secret secret</Name>' * 200 + "</r>"
    else:
        text = "[" + ", ".join('{"Name": "secret secret", "Age": "secret"}' for _ in range(200)) + "]"
    marks = [at for at in range(len(text)) if text.startswith(("<Name", "First", "Last", '"Name"', '"Age"', "{"), at)]
    excerpts = Excerpts(text, kind)

    for at in marks:
        window, caret = excerpts.at(at)
        assert "secret" not in window
        assert len(window) <= WIDTH + 2
        assert window[caret] == text[at]


@pytest.mark.parametrize("text", ["<a><![CDATA[ <secret x='secret'> ]]><b/></a>", "<a><!-- <secret> --><b/></a>"])
def test_sections_that_may_hold_anything_are_masked_whole(text: str) -> None:
    window, _ = Excerpts(text, "xml").at(text.index("<b/>"))

    assert "secret" not in window


def test_the_values_may_be_asked_for() -> None:
    text = '<a b="value"/>'

    assert Excerpts(text, "xml", masked=False).at(3) == (text, 3)


def test_many_paths_are_found_in_one_reading() -> None:
    paths = ["List[1]", "list[0].code", "List[0].Code.D", "List", "نام.Name", "List[9].Code", "", "Nothing"]
    together = xml_places(XML.encode(), *paths)

    assert [together.find(path) for path in paths] == [xml_places(XML.encode(), path).find(path) for path in paths]


def test_what_looks_like_a_tag_in_a_comment_or_a_section_is_none() -> None:
    data = b"<?a <b/> ?><!-- <b/> --><r c='>'><a><![CDATA[ <b> ]]><?a <b/> ?></a><!-- <b> --> > <b/></r>"

    place = xml_places(data, "b").find("b")

    assert place.offset == data.rindex(b"<b/>")


def test_the_line_of_a_place_is_counted_over_long_and_many_lines() -> None:
    for data in (b"<r>" + b"\n" * 20_000 + b"<b/></r>", b"<r>\n" + b" " * 20_000 + b"<b/></r>"):
        before = data[: data.index(b"<b/>")].decode()

        place = xml_places(data, "b").find("b")

        assert place.line == before.count("\n") + 1
        assert place.column == len(before) - before.rindex("\n")
