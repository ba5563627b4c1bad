"""A query tree run over the lists of one release.

Every step is bounded: a pattern looks at so many keys, a phrase at so many texts; what would need
more is refused with the way to ask for less.
"""

import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from pyroaring import FrozenBitMap

from termserver.model.errors import QuerySyntaxError, UsageError
from termserver.model.releases import Table
from termserver.search import tree
from termserver.search.ordinals import NOBODY, together
from termserver.search.postings import CODE, LISTS, TEXTS
from termserver.search.query import Chunk
from termserver.search.word_lists import AFTER, TITLE, WORDS

if TYPE_CHECKING:
    from termserver.search.finder import Finder

MOST_KEYS = 5_000
"""How many keys a pattern or a range may look at."""
MOST_TEXTS = 50_000
"""How many concepts a phrase may be looked up in."""


class Evaluation:
    """Turns nodes into sets of ordinals of one finder."""

    def __init__(self, finder: "Finder") -> None:
        self._finder = finder
        self._postings = finder.postings
        self._all = FrozenBitMap(range(finder.postings.entries))

    def of(self, node: tree.Node, kind: str) -> FrozenBitMap:
        """The ordinals that ``node`` asks for, words looked up in titles or anywhere as ``kind`` says."""
        match node:
            case tree.AllOf(parts):
                found = self._all
                for part in parts:
                    found = found & self.of(part, kind) if found else NOBODY
                return found
            case tree.AnyOf(parts):
                return FrozenBitMap.union(*(self.of(part, kind) for part in parts))
            case tree.NoneOf(part):
                return self._all - self.of(part, kind)
            case tree.Words(chunks, begins, titles_only):
                return self._words(chunks, begins, TITLE if titles_only else kind)
            case tree.Phrase(words, titles_only):
                scope = TITLE if titles_only else kind
                name = f"p{scope} {' '.join(words)} "
                return self._postings.kept(name, lambda _: self._phrase(words, scope))
            case tree.Pattern():
                return self._pattern(node, TITLE if node.titles_only else kind)
            case tree.CodeIs(code, begins):
                return self._postings.beginning(CODE, code) if begins else self._postings.whole(CODE, code)
            case tree.CodeBetween():
                return self._between(node)
            case tree.SystemIs(systems):
                return self._finder.of_systems(systems)
            case tree.StatusIs(retired):
                first = self._postings.retired_from
                return FrozenBitMap(range(first, self._postings.entries) if retired else range(first))
            case tree.Near(word, most, titles_only):
                known = {found.letters for found in self._finder.near.words(word, False, most)} | {word}
                scope = TITLE if titles_only else kind
                return FrozenBitMap.union(*(self._finder.words(scope, found, False) for found in known))
            case tree.Part(scope_of):
                return scope_of.get(self._finder.reader, NOBODY)
            case tree.HasValue():
                return self._valued(node)
            case tree.Everything():
                return self._all

    def _valued(self, node: tree.HasValue) -> FrozenBitMap:
        if node.value:
            return self._finder.narrowing.valued(node.property, node.value)
        found = self._finder.narrowing.between(node.property, node.low, node.high, MOST_KEYS)
        if found is None:
            raise QuerySyntaxError(
                f"'{node.property}' has more than {MOST_KEYS} values; a range is not looked up in so many.",
                f"«{node.property}» بیش از {MOST_KEYS} مقدار دارد؛ بازه در این همه جستجو نمی‌شود.",
                node.position,
            )
        return found

    def _words(self, chunks: tuple[Chunk, ...], begins: bool, kind: str) -> FrozenBitMap:
        found = self._all
        for n, chunk in enumerate(chunks):
            found = found & self._finder.chunk(kind, chunk, begins and n == len(chunks) - 1, False)
            if kind != TITLE and len(chunks) == 1 and chunk.may_be_code:
                found = found | self.of(tree.CodeIs(chunk.joined, begins), kind)
        return found

    def _phrase(self, words: tuple[str, ...], kind: str) -> FrozenBitMap:
        candidates = self._all
        for word in words:
            candidates = candidates & self._finder.words(kind, word, False)
        if len(candidates) > MOST_TEXTS:
            shown = " ".join(words)
            raise UsageError(
                f'The words of the phrase "{shown}" are in {len(candidates)} concepts; a phrase is looked up in at '
                f"most {MOST_TEXTS}. Add a rarer word to the phrase.",
                f"واژه‌های عبارت «{shown}» در {len(candidates)} مفهوم آمده‌اند؛ عبارت حداکثر در {MOST_TEXTS} مفهوم "
                "جستجو می‌شود. واژهٔ کم‌تکرارتری به عبارت بیفزایید.",
            )
        wanted = f" {' '.join(words)} "
        found = []
        for ordinal, titles, names in self._postings.reader.many(TEXTS, candidates).values():
            if wanted in titles or (kind != TITLE and wanted in names):
                found.append(ordinal)
        return FrozenBitMap(found)

    def _pattern(self, node: tree.Pattern, kind: str) -> FrozenBitMap:
        matches = re.compile(translate(node.text)).match
        if node.code:
            codes = self._keys(LISTS, CODE + node.head, CODE + node.head + AFTER, node.position)
            return together(row[1] for row in codes if matches(row[0][1:]))
        rows = self._keys(WORDS, node.head, node.head + AFTER, node.position)
        places = slice(1, 2 if kind == TITLE else 3)
        return together(members for row in rows if matches(row[0]) for members in row[places])

    def _between(self, node: tree.CodeBetween) -> FrozenBitMap:
        high = CODE + node.high if node.high else CODE + AFTER
        if node.high and not node.without_high:
            high += AFTER  # [E10 TO E14] takes E14.9 in, as the ranges of ICD chapters do
        return together(
            members
            for key, members in self._keys(LISTS, CODE + node.low, high, node.position)
            if not (node.without_low and key == CODE + node.low)
        )

    def _keys(self, table: Table, low: str, high: str, position: int) -> list[tuple[Any, ...]]:
        rows = list(self._postings.reader.span(table, low, high, MOST_KEYS + 1))
        if len(rows) > MOST_KEYS:
            raise QuerySyntaxError(
                f"More than {MOST_KEYS} words or codes would have to be looked at. Write more letters before the "
                "wildcard, or a narrower range.",
                f"بیش از {MOST_KEYS} واژه یا کد باید بررسی شود. پیش از نشانهٔ جانشین حرف‌های بیشتری بنویسید یا بازه را "
                "کوچک‌تر کنید.",
                position,
            )
        return rows
