"""How the search index lies in a release file, and how a list of it is read.

One inverted list (a compressed bitmap of ordinals) for each code and each whole title; those of words lie
in rows of their own (``word_lists.py``, which says how the list for a beginning is found).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

from pyroaring import FrozenBitMap

from termserver.model.errors import ReleaseError
from termserver.model.fold import FOLD_VERSION
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.kept import Kept
from termserver.search.keyed import Keyed
from termserver.search.ordinals import NOBODY, unpack
from termserver.search.sieve import Sieve
from termserver.search.word_lists import WordLists

CODE = "c"
"""Codes without separators, in every width in which they travel."""
WHOLE = "t"
"""Whole displays, letters and digits alone."""

TAIL = "n"
"""Codes without the letters that they begin with: 11.9 is asked of E11.9."""

PARTICULAR = "z-"
"""A key of its own: the ordinals below a category, in systems that have chapters and blocks."""

_LONG = 6
"""From so many letters on, few keys are expected under a prefix, and looked for first."""

LAYOUT = 7
"""How the tables below are filled; an index of another layout is refused."""
ABOUT = Table("search_about", ("name TEXT", "value INTEGER"))
"""``fold`` (version), ``layout`` (version), ``entries`` (how many), ``retired`` (the first ordinal that is retired)."""
SYSTEMS = Table("search_system", ("first INTEGER", "entries INTEGER", "system TEXT", "weight INTEGER", "names TEXT",
                                  "head BLOB"))  # fmt: skip
"""The runs of one system in rank order: its lower-case names, one a line, and how the JSON of its hits begins."""
LISTS = Table("search_list", ("key TEXT", "members BLOB"))
"""Kind and key → ordinals, as ``stored`` writes them."""
PREFIXES = Table("search_prefix", ("key TEXT", "members BLOB"))
"""Kind and branching prefix → ordinals of everything below it."""
TEXTS = Table("search_text", ("ordinal INTEGER", "titles TEXT", "names TEXT"))
"""The folded words in order, each text on a line between blanks: what phrases are looked up in."""

BAGS = Table("search_bag", ("hash INTEGER", "titles BLOB", "rests BLOB", "names BLOB"))
"""Hash of the words of a whole text in any order → ordinals of those titled so, of those titled so that hold the rest
("Other ..."), and of those named so otherwise."""
PLAIN = Table("search_plain", ("ordinal INTEGER", "below BLOB"))
"""A category → what it is coded by where nothing more is known, step by step down: J45 → J45.9, J45.90, J45.909."""


Titled = tuple[FrozenBitMap, FrozenBitMap, FrozenBitMap]
"""Whose title is one of these sets of words, whose title holds the rest of it, and whose other names are."""
UNTITLED: Titled = (NOBODY, NOBODY, NOBODY)


def bag(found: Iterable[str]) -> int:
    """The number under which a set of words is kept."""
    said = " ".join(sorted(set(found)))
    return int.from_bytes(blake2b(said.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")


def about_index(reader: ReleaseReader) -> dict[str, Any]:
    """What the index says of itself; raise ReleaseError if this termserver cannot read it."""
    about = dict(reader.rows(ABOUT)) if reader.has(ABOUT) else {"fold": FOLD_VERSION}
    if about.get("fold") != FOLD_VERSION:
        label, other = reader.manifest.label, about.get("fold")
        raise ReleaseError(
            f"The search index of release {label} was folded by rules {other}; this termserver folds by rules "
            f"{FOLD_VERSION}. Build the release again or install the termserver it was built with.",
            f"نمایهٔ جستجوی انتشار {label} با قاعده‌های شمارهٔ {other} ساخته شده و این نسخهٔ termserver قاعده‌های "
            f"شمارهٔ {FOLD_VERSION} را می‌شناسد. انتشار را دوباره بسازید یا نسخهٔ سازندهٔ آن را نصب کنید.",
        )
    if about.get("layout", LAYOUT if not about.get("entries") else 1) != LAYOUT:
        label = reader.manifest.label
        raise ReleaseError(
            f"The search index of release {label} was made by another termserver. Build the release again: "
            "termserver release build, or termserver import for an imported one.",
            f"نمایهٔ جستجوی انتشار {label} را نسخهٔ دیگری از termserver ساخته است. آن را دوباره بسازید: "
            "termserver release build یا برای انتشار واردشده termserver import.",
        )
    return about


class Postings:
    """The lists of one release but those of words, the hot ones kept in a bounded cache; safe to share between threads.

    Lists handed out are frozen: nobody can change a cached one in place.
    """

    def __init__(self, reader: ReleaseReader, budget: int = 24_000_000) -> None:
        """Open the index of ``reader``; ``budget`` bounds the cache in bytes of compressed lists.

        Raise ReleaseError if the index was folded by other rules than ours.
        """
        self.reader = reader
        self._cache: Kept[Hashable, FrozenBitMap] = Kept(budget // 2, bytes_of)
        self._of_bags: Kept[tuple[int, ...], Titled] = Kept(budget // 8, lambda found: sum(map(bytes_of, found)))
        about = about_index(reader)
        self.sieve = Sieve(reader)
        self._lists = Keyed(reader, (LISTS, PREFIXES), self.sieve, _LONG, budget // 2)
        self.words = WordLists(reader, self.sieve)
        self.entries: int = about.get("entries", 0)
        self.retired_from: int = about.get("retired", 0)

    def whole(self, kind: str, key: str) -> FrozenBitMap:
        """The ordinals of exactly that key."""
        name = kind + key
        return self._lists.whole(name, name).of(0)

    def beginning(self, kind: str, prefix: str) -> FrozenBitMap:
        """The ordinals of every key that begins with ``prefix`` (not empty)."""
        name = kind + prefix
        return self._lists.beginning(name, name).of(0)

    def of_bags(self, bags: Sequence[int]) -> Titled:
        """Those whose title consists of one of these sets of words, whose title holds the rest of it, and those one of
        whose other names does."""
        bags = [number for number in bags if self.sieve.lets_through(f"#{number}")]
        rows = list(self.reader.many(BAGS, bags).values()) if bags else ()
        if not rows:
            return UNTITLED
        titles, rests, names = (b"".join([row[n] for row in rows]) for n in (1, 2, 3))
        return unpack(titles), unpack(rests), unpack(names)

    def of_names(self, bags: tuple[int, ...]) -> Titled:
        """As ``of_bags``, kept: the names of one thing are asked for with every key stroke."""
        found = self._of_bags.get(bags)
        if found is None:
            found = self.of_bags(bags)
            self._of_bags.put(bags, found)
        return found

    def plain_below(self, ordinals: Iterable[int]) -> FrozenBitMap:
        """What these are coded by where nothing more is known."""
        return unpack(b"".join([row[1] for row in self.reader.many(PLAIN, list(ordinals)).values()]))

    def kept(self, name: Hashable, read: Callable[[Hashable], FrozenBitMap]) -> FrozenBitMap:
        """The list of that name from the cache, else as ``read(name)`` gives it."""
        found = self._cache.get(name)
        if found is None:
            found = read(name)
            self._cache.put(name, found)
        return found


def bytes_of(members: FrozenBitMap) -> int:
    """About the room that a list takes."""
    # a member takes two bytes at most, a container 8 KB (roaring's array and bitset containers)
    return min(2 * len(members), 8192 * (1 + len(members) // 4096))
