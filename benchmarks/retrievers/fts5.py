"""SQLite FTS5 over the same folded words: with static order and prefix indexes, or as it comes (bm25)."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrievers.interface import LIMIT, asked, others_of, titles_of
from termserver.model.codes import Entry
from termserver.search.word_lists import AFTER


class Fts5Retriever:
    """``bm25``: its own ranking over all matches; else codes, then titles that begin so, then the rest,
    each in static rank order (rowid), which is the best we could make of it."""

    def __init__(self, bm25: bool = False) -> None:
        self.name = "SQLite FTS5, bm25 (as it comes)" if bm25 else "SQLite FTS5, static order, prefix index"
        self._bm25 = bm25

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        self._database = database = sqlite3.connect(folder / ("bm25.db" if self._bm25 else "static.db"))
        prefix = "" if self._bm25 else ", prefix='1 2 3'"
        database.execute(f"CREATE VIRTUAL TABLE words USING fts5(title, other, tokenize='unicode61'{prefix})")
        database.execute(
            "CREATE TABLE codes (folded TEXT, ordinal INTEGER, PRIMARY KEY (folded, ordinal)) WITHOUT ROWID"
        )
        database.execute("CREATE TABLE shown (ordinal INTEGER PRIMARY KEY, code TEXT)")
        database.executemany(
            "INSERT INTO words(rowid, title, other) VALUES (?, ?, ?)",
            ((entry.ordinal, " ".join(titles_of(entry)), " ".join(others_of(entry))) for entry in entries),
        )
        database.executemany(
            "INSERT INTO codes VALUES (?, ?)",
            ((asked(e.concept.code.replace("-", "")).code, e.ordinal) for e in entries),
        )
        database.executemany("INSERT INTO shown VALUES (?, ?)", ((e.ordinal, e.concept.code) for e in entries))
        database.execute("INSERT INTO words(words) VALUES ('optimize')")
        database.commit()

    def find(self, text: str) -> list[str]:
        query = asked(text)
        if not query.begun:
            return []
        found: dict[int, None] = {}
        read = self._database.execute
        for (ordinal,) in read("SELECT ordinal FROM codes WHERE folded = ? LIMIT ?", (query.code, LIMIT)):
            found[ordinal] = None
        for (ordinal,) in read(
            "SELECT ordinal FROM codes WHERE folded >= ? AND folded < ? LIMIT ?",
            (query.code, query.code + AFTER, LIMIT),
        ):
            found[ordinal] = None
        every = " AND ".join([*(f'"{word}"' for word in query.whole), f'"{query.begun}"*'])
        order = "rank" if self._bm25 else "rowid"
        matches = [every]
        if not self._bm25:
            first = f'"{query.whole[0]}"' if query.whole else f'"{query.begun}"*'
            matches.insert(0, f"({every}) AND title : ^{first}")
        for match in matches:
            if len(found) >= LIMIT:
                break
            rows = read(f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY {order} LIMIT {LIMIT}", (match,))
            found.update((rowid, None) for (rowid,) in rows)
        page = list(found)[:LIMIT]
        marks = ", ".join("?" * len(page))
        shown = dict(read(f"SELECT ordinal, code FROM shown WHERE ordinal IN ({marks})", page))
        return [shown[ordinal] for ordinal in page]

    def close(self) -> None:
        self._database.close()
