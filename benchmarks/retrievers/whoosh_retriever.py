"""Whoosh over the same folded words, tuned: no scoring, documents in static rank order, ``optimize=False``.

``optimize=False`` is needed for the answer to come at all: with a two-letter Persian prefix the
optimised search may never return (whoosh-community 446 and 461).
"""

import warnings
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.retrievers.interface import LIMIT, asked, others_of, titles_of
from termserver.model.codes import Entry

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh import fields, index, query
    from whoosh.analysis import SpaceSeparatedTokenizer


class WhooshRetriever:
    """``scored``: BM25F as it comes; else the matching documents in their order, which is the static rank."""

    def __init__(self, scored: bool = False) -> None:
        self.name = "Whoosh, BM25F (as it comes)" if scored else "Whoosh, tuned: static order, no scoring"
        self._scored = scored

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        path = folder / "whoosh"
        path.mkdir(exist_ok=True)
        if index.exists_in(path):
            self._searcher = index.open_dir(path).searcher()
            return
        words = fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
        schema = fields.Schema(words=words, first=fields.ID(), folded=fields.ID(), code=fields.STORED())
        writer = index.create_in(path, schema).writer(limitmb=256)
        for entry in entries:
            titles, code = titles_of(entry), entry.concept.code
            writer.add_document(
                words=" ".join([*titles, *others_of(entry)]),
                first=titles[0] if titles else "",
                folded=asked(code.replace("-", "")).code,
                code=code,
            )
        writer.commit()
        self._searcher = index.open_dir(path).searcher()

    def find(self, text: str) -> list[str]:
        asked_for = asked(text)
        if not asked_for.begun:
            return []
        every = query.And(
            [*(query.Term("words", word) for word in asked_for.whole), query.Prefix("words", asked_for.begun)]
        )
        code = query.Prefix("folded", asked_for.code)
        if self._scored:
            hits = self._searcher.search(query.Or([code, every]), limit=LIMIT, optimize=False)
            return [hit["code"] for hit in hits]
        first = query.Term("first", asked_for.whole[0]) if asked_for.whole else query.Prefix("first", asked_for.begun)
        found: dict[int, None] = {}
        for step in (query.Term("folded", asked_for.code), code, query.And([first, every]), every):
            if len(found) < LIMIT:
                found.update((number, None) for number in islice(self._searcher.docs_for_query(step), LIMIT))
        return [self._searcher.stored_fields(number)["code"] for number in list(found)[:LIMIT]]

    def close(self) -> None:
        self._searcher.close()
