"""tantivy (Rust, through the PyPI package ``tantivy``) over the same folded words, in static rank order."""

from collections.abc import Sequence
from pathlib import Path

import tantivy

from benchmarks.retrievers.interface import LIMIT, asked, others_of, titles_of
from termserver.model.codes import Entry


class TantivyRetriever:
    """Words and the beginning of the last one, ordered by a fast field; ``near`` allows typing errors in each word."""

    def __init__(self, near: bool = False) -> None:
        self.name = "tantivy, fuzzy terms" if near else "tantivy, static order"
        self._near = near

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
        builder.add_text_field("code", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("folded", tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("rank", fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema, path=str(folder))
        writer = index.writer(heap_size=128_000_000, num_threads=1)
        for entry in entries:
            code = entry.concept.code
            writer.add_document(
                tantivy.Document(
                    words=" ".join([*titles_of(entry), *others_of(entry)]),
                    code=code,
                    folded=asked(code.replace("-", "")).code,
                    rank=len(entries) - entry.ordinal,
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def find(self, text: str) -> list[str]:
        query = asked(text)
        if not query.begun:
            return []
        make = tantivy.Query
        must = [(tantivy.Occur.Must, self._word(word)) for word in query.whole]
        if self._near and len(query.begun) > 3:
            last = make.fuzzy_term_query(self._schema, "words", query.begun, distance=1, prefix=True)
        else:
            last = make.regex_query(self._schema, "words", f"{query.begun}.*")
        every = make.boolean_query([*must, (tantivy.Occur.Must, last)])
        either = make.boolean_query(
            [
                (tantivy.Occur.Should, every),
                (tantivy.Occur.Should, make.regex_query(self._schema, "folded", f"{query.code}.*")),
            ]
        )
        found = self._searcher.search(either, LIMIT, order_by_field="rank", count=False)
        return [self._searcher.doc(address)["code"][0] for _, address in found.hits]

    def _word(self, word: str) -> tantivy.Query:
        if self._near and len(word) > 3:
            return tantivy.Query.fuzzy_term_query(self._schema, "words", word, distance=2 if len(word) > 7 else 1)
        return tantivy.Query.term_query(self._schema, "words", word)

    def close(self) -> None:
        del self._searcher
