"""What a search asks and what it answers; the plain reading of what somebody typed into a box.

In plain text nothing is an operator: punctuation only parts words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from termserver.model.days import Day
from termserver.model.errors import UsageError
from termserver.model.fold import fold, key, latin_digits, words
from termserver.model.text import Text

MOST_HITS = 1000
"""The largest page."""
MOST_CHARACTERS = 1000
"""The longest query; longer ones are refused, not cut."""
MOST_WORDS = 64
"""The most different words of one query."""
_TAIL = re.compile(r"[0-9]{2}[.٫][0-9]{0,4}")
_ENDING = re.compile(r"(?<=\w)\s+(ها|ها[یي]|ها[یي][یي])(?=\s|$)")
"""The ending of a plural that stands apart."""
_MEASURED = re.compile(
    r"(?<!\S)([0-9]+(?:[.٫][0-9]+)?)(mg|mcg|gr|g|ml|cc|iu|u|میلی|میلیگرم|گرم|میکروگرم|سیسی)(?!\S)", re.I
)
"""A measure with its unit at once: 50mg is 50 and mg, or one word."""
_DIGIT = re.compile(r"[0-9]")
SYNTAXES = ("plain", "advanced")
STATES = ("", "active", "retired")


class SearchQuery(NamedTuple):
    """A question to the search.

    ``systems`` are folder ids (none: all), ``limit`` 0 to 1000 hits from ``offset`` on, ``language``
    the one whose display is shown ("fa", else English), ``active_only`` leaves out retired concepts,
    as ``status`` "active" does ("retired": only those). ``on``: what is in force on that day;
    ``properties``: name and value of indexed properties, all of which a hit has. ``facets`` are counted:
    "system", "status", "chapter" or an indexed property. ``explain`` and ``highlight`` add "why"
    and "marks" to the hits.
    """

    text: str
    systems: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0
    syntax: str = "plain"
    language: str = "fa"
    active_only: bool = False
    status: str = ""
    on: Day = ""
    properties: tuple[tuple[str, str], ...] = ()
    facets: tuple[str, ...] = ()
    explain: bool = False
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many hits have one value: its id, and what people call it where that is known."""

    value: str
    count: int
    system: str = ""
    title: Text = Text()

    def as_json(self) -> dict[str, Any]:
        known = {"system": self.system, "title": self.title.as_json()} if self.system else {}
        return {"value": self.value, "count": self.count, **known}


class SearchResult(NamedTuple):
    """One page of hits, each a ready JSON object in UTF-8, and how many there are in all.

    ``relaxed`` tells what was loosened because nothing matched as typed: "" (nothing), "prefixes"
    (every word, not only the last, may be the beginning of a word), "code" (a code without its
    first letters), "layout" (the keyboard's other layout), "spelling" (typing errors),
    "transliteration" (Persian in Latin letters), "meant" (what goes on from a name of the glossary)
    or "partial" (not all words match). ``did_you_mean`` is what was searched instead, in words.
    """

    hits: tuple[bytes, ...]
    total: int
    relaxed: str = ""
    did_you_mean: str = ""
    facets: Mapping[str, tuple[FacetCount, ...]] = MappingProxyType({})


class Chunk(NamedTuple):
    """What stood between two blanks: its folded words, and the same letters joined.

    ``others`` are what may have been meant instead; any of them will do.
    """

    parts: tuple[str, ...]
    joined: str
    others: tuple["Chunk", ...] = ()

    def __hash__(self) -> int:  # many are asked for, with what may be meant by them
        return hash(self.joined)

    @property
    def may_be_code(self) -> bool:
        """Whether it carries a digit: among other words, only such a chunk is taken for a code."""
        return not self.joined.isalpha() and any(letter.isdigit() for letter in self.joined)


@dataclass(frozen=True, slots=True)
class PlainText:
    """The chunks of a plain query in order, each once, and all of its letters joined.

    ``tail``: it may be a code without its first letters (11.9).
    """

    chunks: tuple[Chunk, ...]
    joined: str
    tail: bool = False


def chunk(text: str) -> Chunk | None:
    """The words of a text without blanks; None if there is no letter or digit in it."""
    return _kept_chunk(text) if len(text) <= _SHORT else _chunk(text)


def _chunk(text: str) -> Chunk | None:
    if text.isascii() and text.isalnum():
        word = fold(text)
        return Chunk((word,), word)
    joined = key(text)
    found = words(text)
    # the joined form of a compound stands behind its parts and is not one of them
    while len(found) > 1 and len("".join(found)) > len(joined):
        found.pop()
    return Chunk(tuple(found), joined) if found else None


def pieces(text: str) -> list[str]:
    """What stands between two blanks, as far as it may be a chunk of its own.

    >>> pieces("losartan 50mg") == ["losartan", "50\u200cmg"]
    True
    """
    if not text.isascii():
        text = _ENDING.sub("\u200c\\1", latin_digits(text))
    return (_MEASURED.sub("\\1\u200c\\2", text) if _DIGIT.search(text) else text).split()


_SHORT = 32
_kept_chunk = lru_cache(16384)(_chunk)
"""The words before the one that is typed come again with each key stroke."""


def plain(text: str) -> PlainText:
    """Read a plain query. Raise UsageError if it has too many words."""
    found = [one for one in map(chunk, pieces(text)) if one]
    chunks = tuple(dict.fromkeys(found))
    check_words(sum([len(one.parts) for one in chunks]))
    joined = "".join([one.joined for one in found])
    return PlainText(chunks, joined, len(chunks) == 1 and _TAIL.fullmatch(latin_digits(text).strip()) is not None)


def check_words(number: int) -> None:
    """Raise UsageError if a query of so many words is too long."""
    if number > MOST_WORDS:
        raise UsageError(
            f"The query has {number} words; at most {MOST_WORDS} are searched at once. Leave the commonest words out.",
            f"عبارت جستجو {number} واژه دارد؛ حداکثر {MOST_WORDS} واژه با هم جستجو می‌شود. واژه‌های پرتکرار را بردارید.",
        )


def check(query: SearchQuery) -> None:
    """Raise UsageError if the query cannot be asked, saying what may be."""
    if not 0 <= query.limit <= MOST_HITS:
        raise UsageError(
            f"limit is {query.limit}; it may be 0 to {MOST_HITS}. Read further pages with offset.",
            f"مقدار limit برابر {query.limit} است؛ باید از ۰ تا {MOST_HITS} باشد. صفحه‌های بعد را با offset بخوانید.",
        )
    if query.offset < 0:
        raise UsageError(
            f"offset is {query.offset}; it counts hits from 0 on.",
            f"مقدار offset برابر {query.offset} است؛ شمارش نتیجه‌ها از ۰ آغاز می‌شود.",
        )
    if query.syntax not in SYNTAXES:
        raise UsageError(
            f"syntax is {query.syntax!r}; it may be 'plain' or 'advanced'.",
            f"مقدار syntax برابر {query.syntax!r} است؛ باید plain یا advanced باشد.",
        )
    if query.status not in STATES:
        raise UsageError(
            f"status is {query.status!r}; it may be 'active' or 'retired', or be left out.",
            f"مقدار status برابر {query.status!r} است؛ باید active یا retired باشد یا نباشد.",
        )
    if len(query.text) > MOST_CHARACTERS:
        raise UsageError(
            f"The query has {len(query.text)} characters; at most {MOST_CHARACTERS} are searched. "
            "Search for the name of one thing.",
            f"عبارت جستجو {len(query.text)} نویسه دارد؛ حداکثر {MOST_CHARACTERS} نویسه جستجو می‌شود. "
            "نام یک چیز را جستجو کنید.",
        )


def folded_value(text: str) -> str:
    """A field's value as names and states are compared: folded, without blanks at its ends."""
    return fold(latin_digits(text)).strip()


class Finding(Protocol):
    """What ``search.Search`` does with a query."""

    def find(self, query: SearchQuery, scopes: Sequence[Any] = ()) -> SearchResult: ...
    def suggest(self, query: SearchQuery, scopes: Sequence[Any] = ()) -> SearchResult: ...
    def each(self, query: SearchQuery, scopes: Sequence[Any] = ()) -> Iterator[list[bytes]]: ...


@dataclass(frozen=True, slots=True)
class Asking:
    """A query with the parts of the edition it is asked of, ready to be answered."""

    search: Finding
    query: SearchQuery
    scopes: Sequence[Any] = ()

    def find(self) -> SearchResult:
        """One page of hits."""
        return self.search.find(self.query, self.scopes)

    def suggest(self) -> SearchResult:
        """One page of small arrays: system, code, display."""
        return self.search.suggest(self.query, self.scopes)

    def each(self) -> Iterator[list[bytes]]:
        """All hits, ``limit`` of them at a time."""
        return self.search.each(self.query, self.scopes)
