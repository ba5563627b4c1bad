"""The page a coder keeps open: one box, the hits while it is typed into, the chosen code beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from termserver.model.codes import Content
from termserver.model.days import parse_day
from termserver.model.errors import QuerySyntaxError, TermserverError
from termserver.model.fold import latin_digits
from termserver.model.text import Text
from termserver.releases.records import decode_value_set
from termserver.search.query import FacetCount, SearchResult
from termserver.service import TermServer
from termserver.web.hit_rows import Group, HitRows
from termserver.web.site import Site, address, language_of

PAGE = 20
_MOST_FACETS = 12
_CARDS = 11
_EXAMPLES = {
    "fa": ("تامین اجتماعی", "دیابت", "E11.9", "تهران", "آزمایش"),
    "en": ("diabetes typ", "E11.9", "Tehran", "insurance"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the box, its filters and the address say."""

    text: str = ""
    system: str = ""
    chapter: str = ""
    under: str = ""
    on: str = ""
    value_set: str = ""
    language: str = "fa"
    syntax: str = "plain"
    active_only: bool = False
    offset: int = 0

    @classmethod
    def read(cls, query: Any) -> "Asked":
        """From the query of an address; what makes no sense counts as not said."""
        offset = query.get("offset", "")
        return cls(
            query.get("q", ""),
            query.get("system", ""),
            query.get("chapter", ""),
            query.get("under", ""),
            query.get("on", "").strip(),
            query.get("value_set", "").strip(),
            language_of(query.get("lang", "")),
            "advanced" if query.get("syntax") == "advanced" else "plain",
            query.get("active") == "1",
            int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0,
        )

    def said(self, **other: Any) -> dict[str, Any]:
        """The same question as the query of an address, with something else in it."""
        said: dict[str, Any] = {
            "q": self.text,
            "system": self.system,
            "chapter": self.chapter,
            "under": self.under,
            "on": self.on,
            "value_set": self.value_set,
            "syntax": "" if self.syntax == "plain" else self.syntax,
            "active": "1" if self.active_only else "",
        }
        return said | other


@dataclass(frozen=True, slots=True)
class Found:
    """The answer as the page shows it."""

    groups: list[Group]
    total: int
    shown: int
    relaxed: str
    meant: str
    systems: Sequence[FacetCount]
    chapters: Sequence[FacetCount]
    failure: Text | None = None
    position: int | None = None


class SearchPage:
    """Renders the page, or only its answer, over one opened edition."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._server: TermServer = site.server
        self._rows = HitRows(site.server)
        systems = [s for s in site.server.systems() if s.content is not Content.NOT_PRESENT]
        self._present = [system.id for system in systems]
        sets = (
            decode_value_set(release.artefact(path) or b"{}")
            for release in site.server.releases
            for path in release.artefact_paths("valueset")
        )
        self._value_sets = {one.id: one.title for one in sets}
        self._concepts = {id: site.server.describe(id)["concepts"] for id in self._present}

    def render(self, asked: Asked, piece: bool = False) -> str:
        """The page; ``piece``: only what changes while somebody types."""
        found = self._find(asked) if asked.text.strip() else None
        language = asked.language
        return self._site.render(
            "_answer.html" if piece else "search.html",
            language,
            address("fa", "/", **asked.said(offset=asked.offset or "")),
            asked=asked,
            found=found,
            page=PAGE,
            question=lambda **other: address(language, "/", **asked.said(**other)),
            choices=[] if piece else self._choices(language),
            value_sets=[] if piece else self._titled_sets(language),
            weightiest=[] if piece or found else self._weightiest(),
            examples=_EXAMPLES[language],
            total_concepts=sum(self._concepts.values()),
            total_systems=len(self._present),
        )

    def _find(self, asked: Asked) -> Found:
        try:
            result = self._search(asked, asked.system, PAGE, asked.offset, facets=("system", "chapter"))
            systems = result.facets.get("system", ())
            if asked.system:  # the others are counted too, to change over to them
                systems = self._search(asked, "", 0, facets=("system",)).facets.get("system", ())
        except TermserverError as error:
            position = error.position if isinstance(error, QuerySyntaxError) else None
            return Found([], 0, 0, "", "", (), (), error.text, position)
        marked = (result.did_you_mean or asked.text) if asked.syntax == "plain" else ""
        return Found(
            self._rows.groups(result.hits, marked, asked.language),
            result.total,
            len(result.hits),
            result.relaxed,
            result.did_you_mean,
            systems[:_MOST_FACETS],
            self._chapters(result.facets.get("chapter", ()), asked),
        )

    def _search(self, asked: Asked, system: str, limit: int, offset: int = 0, **more: Any) -> SearchResult:
        return self._server.search(
            asked.text,
            systems=(system,) if system else (),
            limit=limit,
            offset=offset,
            language=asked.language,
            syntax=asked.syntax,
            active_only=asked.active_only,
            chapter=(asked.chapter,) if asked.chapter else (),
            under=(asked.under,) if asked.under else (),
            value_set=asked.value_set,
            on=parse_day(latin_digits(asked.on)) if asked.on else "",
            highlight=limit > 0,
            explain=limit > 0,
            **more,
        )

    @staticmethod
    def _chapters(counts: Sequence[FacetCount], asked: Asked) -> Sequence[FacetCount]:
        """The chapters, where the hits are of one system and not too many to choose among."""
        of = {count.system for count in counts}
        return counts[:_MOST_FACETS] if len(of) == 1 and (len(counts) > 1 or asked.chapter) else ()

    def _choices(self, language: str) -> list[tuple[str, str]]:
        """The systems that hold something to find, by title."""
        titled = ((id, self._site.title(id, language)) for id in self._present)
        return sorted(titled, key=lambda choice: choice[1])

    def _titled_sets(self, language: str) -> list[tuple[str, str]]:
        """The value sets of the edition, id and title, by title."""
        titled = ((id, title.in_language(language) or id) for id, title in self._value_sets.items())
        return sorted(titled, key=lambda choice: choice[1])

    def _weightiest(self) -> list[tuple[str, int]]:
        """The weightiest systems, to show what is here."""
        return [(id, self._concepts[id]) for id in self._present[:_CARDS]]
