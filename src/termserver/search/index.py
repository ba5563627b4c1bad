"""The search index of a release: what is found by which word, code or title.

Built once, from entries in static rank order; read by ``postings.py``, which says what each table is.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

import orjson
from pyroaring import BitMap

from termserver.model.codes import CodeSystem, Concept, Entry, Status
from termserver.model.fold import FOLD_VERSION, chunks, code_key, key, parts, words
from termserver.model.glossary import Glossary
from termserver.model.releases import Table
from termserver.search import everyday, finglish, hits, narrowing, near, word_lists
from termserver.search.glossary import glossary_words
from termserver.search.glossary import tables as glossary_tables
from termserver.search.heads import LITTLE, head_words, plainest
from termserver.search.keyed import FEW
from termserver.search.ordinals import pack, stored
from termserver.search.postings import (
    ABOUT,
    BAGS,
    CODE,
    LAYOUT,
    LISTS,
    PARTICULAR,
    PLAIN,
    PREFIXES,
    SYSTEMS,
    TAIL,
    TEXTS,
    WHOLE,
    bag,
)
from termserver.search.ranking import is_heading
from termserver.search.sieve import LONGEST, SIEVE, bits_of
from termserver.search.word_lists import END, OTHER, PLACES, START, TITLE, merged

Lists = dict[str, list[int]]
_TAIL = re.compile(r"[a-z]{1,3}([0-9]{2}[0-9a-z]*)")
REST = frozenset("other others specified elsewhere not سایر دیگر مشخص".split())  # noqa: SIM905
"""Words of a title that holds the rest: "Other cataract" is titled "cataract", behind those that are no rest."""
_RANGE = re.compile(r"[a-z][0-9][0-9a-z]+")


def tables(
    entries: Sequence[Entry], glossary: Glossary | None = None
) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    """The tables of the index with their rows in key order; ``entries`` in static rank order, numbered from 0.

    ``glossary`` is what the release brings for all of the edition.
    """
    yield from list_tables(entries, glossary)
    yield from entry_tables(entries)


def entry_tables(entries: Sequence[Entry]) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    """Those that say something of each entry: made by one process while another makes ``list_tables``."""
    yield from hit_tables(entries)
    yield TEXTS, (_texts(entry) for entry in entries)
    yield from narrowing.tables(entries)


def hit_tables(entries: Sequence[Entry]) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    """What is shown of them."""
    yield from hits.tables(entries)


def list_tables(
    entries: Sequence[Entry], glossary: Glossary | None = None
) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    """Those that lead from words to entries."""
    retired = next((entry.ordinal for entry in entries if entry.concept.status is Status.RETIRED), len(entries))
    yield ABOUT, [("entries", len(entries)), ("fold", FOLD_VERSION), ("layout", LAYOUT), ("retired", retired)]
    yield SYSTEMS, list(_systems(entries))
    lists, words = _lists(entries)
    lists[PARTICULAR] = _particular(entries)
    keys = sorted(lists)
    bitmaps = [BitMap(lists[name]) for name in keys]
    del lists
    yield LISTS, ((name, stored(bitmap)) for name, bitmap in zip(keys, bitmaps, strict=True))
    yield PREFIXES, sorted((prefix, stored(members)) for prefix, members in merged(keys, bitmaps, FEW, 2))
    yield from word_lists.tables(words)
    bags = list(_bags(entries))
    yield BAGS, bags
    yield PLAIN, _plain(entries)
    sifted = (_sifted(keys), word_lists.sifted(words), (f"#{row[0]}" for row in bags))
    yield SIEVE, [(0, bits_of(chain.from_iterable(sifted)))]
    del bags
    known = dict.fromkeys(glossary_words(glossary), 1)
    for place in (TITLE, OTHER):
        for word, members in words[place].items():
            known[word] = known.get(word, 0) + len(members)
    yield from near.tables(known)
    yield from finglish.tables(known)
    yield from glossary_tables(glossary)
    yield from everyday.tables(glossary)


def _systems(entries: Sequence[Entry]) -> Iterator[tuple[int, int, str, int, str, bytes]]:
    for _, run in groupby(entries, key=_run):
        members = list(run)
        system = members[0].system
        names = "\n".join(sorted({name.lower() for name in system.names()}))
        yield members[0].ordinal, len(members), system.id, system.weight, names, _head(system)


def _run(entry: Entry) -> tuple[bool, str, str]:
    return entry.concept.status is Status.RETIRED, entry.system.id, entry.system.version


def _head(system: CodeSystem) -> bytes:
    said = {"system": system.id, "native_id": system.native_id}
    if system.stands_in_for:
        said["stand_in_for"] = system.stands_in_for
    return orjson.dumps(said)[:-1] + b',"code":'


def _lists(entries: Iterable[Entry]) -> tuple[Lists, dict[str, Lists]]:
    """Those of codes and whole titles, and those of the words by their places."""
    lists: Lists = defaultdict(list)
    words: dict[str, Lists] = {place: defaultdict(list) for place in PLACES}
    indexed: dict[int, set[str]] = {}  # by the identity of a system: the properties whose values are found
    for entry in entries:
        concept = entry.concept
        titles: set[str] = set()
        starts: set[str] = set()
        ends: set[str] = set()
        names: set[str] = set()
        for display in _displays(concept):
            whole = ""
            for some, compounds, letters in chunks(display):
                titles.update(some)
                titles.update(compounds)
                if some and not whole:
                    starts.update(_first(some, compounds, letters))
                whole += letters
            names.add(WHOLE + whole)
            ends.update(head_words(display))
        names.update(CODE + form for form in code_forms(concept.code, entry.system.widths))
        tail = _TAIL.fullmatch(code_key(concept.code))
        if tail:
            names.add(TAIL + tail.group(1))
        for name in names:
            if len(name) > 1:
                lists[name].append(entry.ordinal)
        named = indexed.get(id(entry.system))
        if named is None:
            named = indexed[id(entry.system)] = {known.code for known in entry.system.properties if known.indexed}
        others: set[str] = set()
        if concept.designations or named:
            others = {word for word in _other_words(concept, named) if word and word not in titles}
        for place, found in ((TITLE, titles), (OTHER, others), (START, starts), (END, ends)):
            here = words[place]
            for word in found:
                here[word].append(entry.ordinal)
    return lists, words


def _particular(entries: Sequence[Entry]) -> list[int]:
    """Those below a category, in systems that have headings."""
    headings = {_place(entry, entry.concept.code) for entry in entries if is_heading(entry.concept)}
    systems = {place[:2] for place in headings}
    known = {
        _place(entry, entry.concept.code) for entry in entries if (entry.system.id, entry.system.version) in systems
    }
    return [
        entry.ordinal
        for entry in entries
        if any((place := _place(entry, code)) in known and place not in headings for code in entry.concept.parents)
    ]


def _plain(entries: Sequence[Entry]) -> list[tuple[int, bytes]]:
    """The plain parts of each entry, step by step down, in systems that have headings."""
    systems = {(entry.system.id, entry.system.version) for entry in entries if is_heading(entry.concept)}
    below: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if (entry.system.id, entry.system.version) in systems and entry.concept.status is not Status.RETIRED:
            for code in entry.concept.parents:
                below[_place(entry, code)].append(entry)
    nearest: dict[int, int] = {}
    for entry in entries:
        parts = sorted(below.get(_place(entry, entry.concept.code), ()), key=lambda part: part.concept.code)
        if parts and not is_heading(entry.concept):
            found = plainest(entry.concept.display.en, [part.concept.display.en for part in parts])
            if found is not None:
                nearest[entry.ordinal] = parts[found].ordinal
    rows = []
    for ordinal in sorted(nearest):
        steps: list[int] = []
        at = ordinal
        while at in nearest and nearest[at] not in steps:
            at = nearest[at]
            steps.append(at)
        rows.append((ordinal, pack(steps)))
    return rows


def _place(entry: Entry, code: str) -> tuple[str, str, str]:
    return entry.system.id, entry.system.version, code


def _displays(concept: Concept) -> list[str]:
    return list(dict.fromkeys(text for text in (concept.display.fa, concept.display.en) if text))


def first_words(title: str) -> set[str]:
    """The word that begins a title; where it is a compound, its first part and the joined form.

    >>> sorted(first_words("«کم‌خونی» حاد"))
    ['کم', 'کمخونی']
    """
    return next((_first(*chunk) for chunk in chunks(title) if chunk[0]), set())


def _first(parts: tuple[str, ...], compounds: tuple[str, ...], letters: str) -> set[str]:
    last = (compounds or parts)[-1]
    return {parts[0], last} if last == letters else {parts[0]}


def _other_words(concept: Concept, indexed: Collection[str]) -> Iterator[str]:
    for designation in concept.designations:
        yield from words(designation.value)
    if not indexed:
        return
    for stated in concept.properties:
        if stated.code in indexed:
            yield from _value_words(stated.value) if len(stated.value) <= 64 else _words_of_value(stated.value)


def _words_of_value(value: str) -> frozenset[str]:
    """The words by which a value is found: identifiers also without their separators, and their leading zeros."""
    found = [*words(value), key(value) if len(value) <= 64 else ""]
    return frozenset(form for word in found for form in (word, unpadded(word)))


_value_words = lru_cache(16384)(_words_of_value)
"""A specialty is that of many entries."""


def unpadded(word: str) -> str:
    """A number without its leading zeros; any other word as it is."""
    return (word.lstrip("0") or "0") if word.startswith("0") and word.isdecimal() else word


def code_forms(code: str, widths: Sequence[int]) -> set[str]:
    """The keys by which a code is found: as it is, and bare and padded where its system has padded widths."""
    plain = code_key(code)
    if not widths or not plain.isdecimal():
        return {plain}
    bare = unpadded(plain)
    return {plain, bare, *(bare.zfill(width) for width in widths)}


def _bags(entries: Sequence[Entry]) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    columns: tuple[dict[int, set[int]], ...] = (defaultdict(set), defaultdict(set), defaultdict(set))
    titles, rests, names = columns
    rest_of: dict[int, set[int]] = {}
    owned: list[set[int]] = []
    for entry in entries:
        own, rest = bags_of(_displays(entry.concept))
        owned.append(own)
        for number in own:
            titles[number].add(entry.ordinal)
        if rest:
            rest_of[entry.ordinal] = rest
            for number in rest:
                rests[number].add(entry.ordinal)
        for number in {bag(form) for other in entry.concept.designations for form in _split_and_joined(other.value)}:
            names[number].add(entry.ordinal)
    places = {_place(entries[ordinal], entries[ordinal].concept.code): ordinal for ordinal in rest_of}
    for entry, own in zip(entries, owned, strict=True):
        # where "Unspecified cataract" is a part of "Other cataract", that one is titled "cataract", too
        for code in entry.concept.parents:
            above = places.get(_place(entry, code), -1)
            if above >= 0:
                for number in own & rest_of[above]:
                    titles[number].add(above)
    for number in sorted(set().union(*columns)):
        yield number, _packed(titles.get(number)), _packed(rests.get(number)), _packed(names.get(number))


def _packed(found: set[int] | None) -> bytes:
    """``pack`` of a few; of one, as nearly all bags have it, at a fifth of the cost."""
    if not found:
        return b""
    if len(found) == 1:
        (one,) = found
        return one.to_bytes(4, "little")
    return pack(sorted(found))


def bags_of(displays: Iterable[str]) -> tuple[set[int], set[int]]:
    """The sets of words of the titles, without those that say little; and without those of the rest, too."""
    own: set[int] = set()
    rest: set[int] = set()
    for display in displays:
        for form in _split_and_joined(display):
            own.add(bag(form))
            telling = {word for word in form if _tells(word)}
            if telling and len(telling) < len(form):
                own.add(bag(telling))
            if telling & REST and telling - REST:
                rest.add(bag(telling - REST))
    return own, rest


@lru_cache(65536)
def _tells(word: str) -> bool:
    return word not in LITTLE and not _RANGE.fullmatch(word)


def _split_and_joined(text: str) -> list[set[str]]:
    split: set[str] = set()
    joined: set[str] = set()
    for some, _, letters in chunks(text):
        split.update(some)
        joined.add(letters)
    joined.discard("")
    forms = [split] if split == joined else [split, joined]
    return [form for form in forms if form]


def _sifted(keys: Iterable[str]) -> Iterator[str]:
    """What the sieve is asked for: whole keys and the beginnings of keys."""
    former = ""
    for name in keys:
        yield "=" + name
        for end in range(2, min(LONGEST, len(name)) + 1):
            if name[:end] != former[:end]:
                yield name[:end]
        former = name


def _texts(entry: Entry) -> tuple[int, str, str]:
    titles = "\n".join(line(display) for display in _displays(entry.concept))
    names = "\n".join(line(other.value) for other in entry.concept.designations)
    return entry.ordinal, titles, names


def line(text: str) -> str:
    """The folded words in order, compounds split, a blank before and after each.

    >>> line("Non-ketotic coma")
    ' non ketotic coma '
    """
    return f" {' '.join(parts(text))} "
