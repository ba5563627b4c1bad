"""Plain substring search: what a page without a search engine does, over the same folded words."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrievers.interface import LIMIT, asked
from termserver.model.codes import Entry
from termserver.model.fold import fold


class SubstringRetriever:
    """Every text that holds the query as it was typed, in static rank order."""

    name = "plain substring"

    def build(self, entries: Sequence[Entry], folder: Path) -> None:
        self._texts = []
        for entry in entries:
            concept = entry.concept
            names = (concept.display.fa, concept.display.en, *(other.value for other in concept.designations))
            code = concept.code
            self._texts.append((code, "\n".join((fold(code), asked(code).code, *map(fold, names)))))

    def find(self, text: str) -> list[str]:
        wanted = fold(text).strip()
        found: list[str] = []
        for code, texts in self._texts if wanted else ():
            if wanted in texts:
                found.append(code)
                if len(found) == LIMIT:
                    break
        return found

    def close(self) -> None:
        self._texts = []
