"""The posting lists give what reading every concept gives: the same hits in the same order."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_land import codes, finder, system

from termserver.model.codes import (
    CodeSystemContent,
    Concept,
    Designation,
    Entry,
    Property,
    PropertyDefinition,
    Status,
)
from termserver.model.errors import UsageError
from termserver.model.fold import fold, key, latin_digits, words
from termserver.model.text import Text
from termserver.search.glossary import PASSED_OVER
from termserver.search.heads import LITTLE, head_words
from termserver.search.ranking import in_rank_order
from termserver.search.search import Search, SearchQuery

SAID = """
    diabetes diabetic type typed 1 2 kidney non-insulin insulin Crohn's crohn cat cataract iron x-ray ray
    دیابت ديابت نوع قلبی قلبي بیماری‌های بیماری بیماریهای کم‌خونی كم خونی تأمین تامین آهن 12 ۱۲ 05
"""
WORDS = SAID.split()


def corpus(seed: int) -> list[CodeSystemContent]:
    chance = random.Random(seed)

    def title(most: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randint(0, most)))

    contents = []
    for n, widths in enumerate(((), (), (5,))):
        concepts = []
        for code in sorted({f"{chance.choice('ABDE' if n else '0123')}{chance.randint(0, 99)}" for _ in range(60)}):
            shown = code if chance.random() < 0.5 or len(code) < 3 else f"{code[:2]}.{code[2:]}"
            concepts.append(
                Concept(
                    shown,
                    Text(title(4), title(4)),
                    status=chance.choice((Status.ACTIVE, Status.ACTIVE, Status.RETIRED)),
                    designations=tuple(Designation("en", title(3)) for _ in range(chance.randint(0, 2))),
                    properties=(Property("gtin", chance.choice(("0012", "12", "7-1", "05"))),),
                )
            )
        known = system(f"s{n}", weight=100 - n, widths=widths, properties=(PropertyDefinition("gtin", indexed=n == 1),))
        contents.append(CodeSystemContent(known, tuple(concepts)))
    return contents


class Reader:
    """Reads every concept for every query, by the rules as they are written down."""

    def __init__(self, contents: list[CodeSystemContent]) -> None:
        self.known = [(entry, self.texts(entry)) for entry in in_rank_order(contents)]

    @staticmethod
    def texts(entry: Entry) -> dict[str, set[str]]:
        concept = entry.concept
        displays = [concept.display.fa, concept.display.en]
        plain = key(concept.code)
        forms = {plain}
        if entry.system.widths and plain.isdecimal():
            forms |= {str(int(plain)), *(str(int(plain)).zfill(width) for width in entry.system.widths)}
        values = [p.value for p in concept.properties] if entry.system.properties[0].indexed else []
        numbers = {word for value in values for word in (*words(value), key(value))}
        starts = set()
        for display in displays:
            chunk = next((chunk for chunk in display.split() if key(chunk)), "")
            starts |= {words(chunk)[0], *([key(chunk)] if key(chunk) in words(chunk) else [])} if chunk else set()
        titles = {word for display in displays for word in words(display)}
        other = {word for name in concept.designations for word in words(name.value)}
        return {
            "codes": forms,
            "whole": {key(display) for display in displays if key(display)},
            "titles": titles,
            "all": titles | other | numbers | {str(int(n)) for n in numbers if n.isdecimal()},
            "not titles": (other | numbers | {str(int(n)) for n in numbers if n.isdecimal() and n[0] == "0"}) - titles,
            "starts": starts,
            "ends": {word for display in displays for word in head_words(display)},
            "tails": {plain.lstrip("abcde")} if re.fullmatch("[a-e][0-9]{2}", plain) else set(),
            "titled": {form for display in displays for form in Reader.forms(display)}
            | {
                frozenset(f - LITTLE - {w for w in f if re.fullmatch("[a-z][0-9][0-9a-z]+", w)})
                for display in displays
                for f in Reader.forms(display)
            },
            "named": {form for name in concept.designations for form in Reader.forms(name.value)},
        }

    @staticmethod
    def forms(text: str) -> set[frozenset[str]]:
        return {frozenset(re.findall(r"[^\W_]+", fold(text))), frozenset(k for c in text.split() if (k := key(c)))}

    def find(self, text: str) -> list[str]:
        """What matches as typed, or with every word begun; what is looser than that is judged elsewhere."""
        found = self.matching(text, False)
        if not found and len({key(chunk) for chunk in text.split() if key(chunk)}) > 1:
            found = self.matching(text, True)
        return [code for _, _, code in sorted(found)]

    def matching(self, text: str, every: bool) -> list[tuple[int, int, str]]:
        chunks = list(dict.fromkeys((tuple(re.findall(r"[^\W_]+", fold(c))), key(c)) for c in text.split() if key(c)))
        if not chunks:
            return []
        found = []
        for entry, texts in self.known:
            tail = len(chunks) == 1 and re.fullmatch(r"[0-9]{2}\.[0-9]{0,4}", latin_digits(text).strip()) is not None
            tier = self.tier(chunks, key(text), texts, every, tail)
            if tier is not None:
                found.append((tier, entry.ordinal, f"{entry.system.id}|{entry.concept.code}"))
        return found

    @staticmethod
    def tier(chunks: list, joined: str, texts: dict[str, set], every: bool, tail: bool) -> int | None:
        def has(kind: str, word: str, begins: bool) -> bool:
            if any(known.startswith(word) if begins else known == word for known in texts[kind]):
                return True
            bare = word.lstrip("0") if word.isdecimal() and word[0] == "0" else ""
            return bool(kind == "all" and bare) and any(
                known.startswith(bare) if begins else known == bare for known in texts["not titles"]
            )

        def matches(kind: str, last_begins: bool) -> bool:
            for n, (split, whole) in enumerate(chunks):
                begins = every or (last_begins and n == len(chunks) - 1)
                one = all(has(kind, part, False) for part in split[:-1]) and has(kind, split[-1], begins)
                two = len(split) > 1 and has(kind, whole, begins)
                code = (
                    len(chunks) > 1 and kind == "all" and any(c.isdigit() for c in whole) and has("codes", whole, True)
                )
                if not (one or two or code):
                    return False
            return True

        def starts(last_begins: bool) -> bool:
            parts = [part for split, _ in chunks for part in split]
            return any(part in texts["starts"] for part in parts) or (last_begins and has("starts", parts[-1], True))

        split_up = frozenset(p for split, _ in chunks for p in split)
        asked = {split_up, frozenset(whole for _, whole in chunks), split_up - PASSED_OVER} - {frozenset()}
        beside = {whole for _, whole in chunks if len(chunks) > 1 and re.search("[0-9]", whole)}
        tests = (
            lambda: joined in texts["codes"] or (beside & texts["codes"] and matches("all", True)),
            lambda: joined in texts["whole"],
            lambda: asked & texts["titled"] and matches("all", True),
            lambda: asked & texts["named"] and matches("all", True),
            lambda: has("whole", joined, True) and matches("titles", False),
            lambda: matches("titles", False) and any(p in texts["ends"] for split, _ in chunks for p in split),
            lambda: has("codes", joined, True) or has("whole", joined, True),
            lambda: matches("titles", False) and starts(False),
            lambda: matches("titles", True) and starts(True),
            lambda: matches("titles", False),
            lambda: matches("titles", True),
            lambda: tail and has("tails", joined, True),
            lambda: matches("all", False),
            lambda: matches("all", True),
        )
        return next((n for n, test in enumerate(tests) if test()), None)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Search, Reader]]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    pairs = []
    for seed in range(3):
        contents = corpus(seed)
        pairs.append((Search([finder(folder / f"{seed}.release", *contents)]), Reader(contents)))
        # and the same systems in three releases: one edition, one order
        apart = [finder(folder / f"{seed}{n}.release", content) for n, content in enumerate(contents)]
        pairs.append((Search(apart), Reader(contents)))
    return pairs


def found(search: Search, text: str) -> list[str]:
    hits = search.find(SearchQuery(text, limit=1000))
    assert hits.total == len(hits.hits)
    return [f"{hit['system']}|{hit['code']}" for hit in map(json.loads, hits.hits)]


word = st.sampled_from(WORDS) | st.sampled_from(WORDS).flatmap(lambda w: st.integers(1, len(w)).map(lambda n: w[:n]))
code = st.builds("{}{}{}".format, st.sampled_from("ABDEabde0123"), st.sampled_from(["", ".", "0"]), st.integers(0, 99))
query = st.lists(word | code | st.sampled_from(["-", "،", "00012"]), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query)
def test_a_search_finds_what_reading_every_concept_finds_in_the_same_order(both: list, text: str) -> None:
    for search, reader in both:
        known, expected = found(search, text), reader.find(text)
        if search.find(SearchQuery(text, limit=0)).relaxed in ("", "prefixes"):
            assert known == expected, repr(text)
        else:  # guessed: nothing matches as typed, or too little, and that is found too
            assert set(expected) <= set(known)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=40) | st.text('دی‌ابك ۱٢ E1.(")*?~:-ANDORT[]{}^\u200c\u064e', max_size=60))
def test_no_text_in_any_syntax_raises_anything_but_a_usage_error(both: list, text: str) -> None:
    for syntax in ("plain", "advanced"):
        for search, _ in both[:2]:
            try:
                search.find(SearchQuery(text, syntax=syntax))
            except UsageError as error:
                assert error.text.fa and error.text.en


PIECES = """
    AND OR NOT ANDNOT ( ) " code: system: status: display: کد: foo: s0 retired E1* di?b* * ? ؟ diabetes دیابت ،
    [E1 TO E9] [ ] { } ~ ~2 : ^2 ' + -
"""
pieces = st.sampled_from([*PIECES.split(), "type 2", "{a TO b}", "\n"])


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces, max_size=12), st.sampled_from(["", " "]))
def test_no_query_however_garbled_raises_anything_but_a_usage_error(both: list, garbled: list[str], glue: str) -> None:
    text = glue.join(garbled)
    for search, _ in both[:2]:
        try:
            found_so = search.find(SearchQuery(text, syntax="advanced"))
            assert found_so.total >= len(found_so.hits)
        except UsageError as error:
            assert 0 <= getattr(error, "position", 0) < len(text)


def test_the_invented_words_are_really_searched(both: list) -> None:
    search, reader = both[0]
    assert len(reader.find("diabetes typ")) > 3 and codes(search, "diabetes typ")
