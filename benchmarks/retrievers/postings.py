"""Ours: the posting lists in the release file. Its answer is the whole one: ready JSON and the exact total."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrievers.interface import LIMIT
from termserver.model.codes import Entry
from termserver.model.glossary import Glossary
from termserver.releases.file import ReleaseFile
from termserver.releases.writer import ReleaseWriter
from termserver.search import index
from termserver.search.finder import Finder
from termserver.search.search import Search, SearchQuery

_CODE = re.compile(rb'"code":"([^"]*)"')


class PostingRetriever:
    name = "termserver: posting lists"

    def __init__(self, glossary: Glossary | None = None) -> None:
        self._glossary = glossary

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        path = folder / "bench.release"
        if not path.exists():
            with ReleaseWriter(path, "bench", "1") as writer:
                for table, rows in index.tables(entries, self._glossary):
                    writer.table(table, rows)
                writer.finish()
        self._file = ReleaseFile.open(path)
        self.search = Search([Finder(self._file)])

    def find(self, text: str) -> list[bytes]:  # the ready hits; the codes are read out of them by ``codes``
        return list(self.search.find(SearchQuery(text, limit=LIMIT, language="en")).hits)

    @staticmethod
    def codes(hits: Sequence[bytes]) -> list[str]:
        return [found.group(1).decode() for hit in hits if (found := _CODE.search(hit))]

    def close(self) -> None:
        self._file.close()
