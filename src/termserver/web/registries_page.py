"""The page on which somebody is found: a name in whatever spelling, a city, a registry."""

from dataclasses import dataclass
from typing import Any

import orjson

from termserver.access.facts import Facts
from termserver.api.registry_desk import Desk
from termserver.model.codes import CodeSystem, Content
from termserver.model.days import Day
from termserver.model.errors import TermserverError
from termserver.model.fold import key
from termserver.model.registries import is_registry
from termserver.model.text import Text
from termserver.terminology.registry_views import Verdict, view
from termserver.web.registry_reading import Reading, Shown, entry_path
from termserver.web.registry_words import WORDS
from termserver.web.site import Site, address, language_of

PAGE = 20
_AMONG = 1000
"""So many of the names that are nearest are looked through for a city."""
_TOLD = {
    "physicians": ("group", "specialty-title"),
    "centres": ("type", "specialty-title"),
    "software": ("product-type", "company"),
    "irc": ("form", "strength", "owner"),
    "products-sample": ("form", "strength", "owner"),
}
_EXACT = ("", "prefixes", "code")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form and the address say."""

    text: str = ""
    city: str = ""
    registry: str = ""
    language: str = "fa"
    offset: int = 0

    @classmethod
    def read(cls, query: Any) -> "Asked":
        offset = query.get("offset", "")
        return cls(
            query.get("q", "").strip(),
            query.get("city", "").strip(),
            query.get("registry", ""),
            language_of(query.get("lang", "")),
            int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0,
        )

    def said(self, **other: Any) -> dict[str, Any]:
        return {"q": self.text, "city": self.city, "registry": self.registry} | other


@dataclass(frozen=True, slots=True)
class Row:
    """One entry that was found."""

    path: str
    code: str
    name: str
    second: str
    registry: Text
    told: tuple[Shown, ...]
    city: str
    verdict: Verdict
    sample: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; ``among`` is how many names were looked through for a city, 0 where all were."""

    rows: tuple[Row, ...]
    total: int
    relaxed: str = ""
    meant: str = ""
    among: int = 0
    failure: Text | None = None


class RegistriesPage:
    """Renders the page over one edition, for what anybody may see."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site = site
        self._server = site.server
        self._desk = desk
        self._systems: dict[str, CodeSystem] = {
            system.id: system
            for system in site.server.systems()
            if is_registry(system) and system.content is not Content.NOT_PRESENT
        }
        self._readings = {language: Reading(site.server, language) for language in WORDS}

    def render(self, asked: Asked, today: Day, facts: Facts) -> str:
        found = self._find(asked, today) if asked.text or asked.city else None
        if found is not None:
            codes = tuple(row.code for row in found.rows)
            facts.shown("search", asked.registry or "registries", len(codes), codes)
        return self._site.render(
            "registries.html",
            asked.language,
            address("fa", "/registries", **asked.said(offset=asked.offset or "")),
            r=WORDS[asked.language],
            asked=asked,
            found=found,
            page=PAGE,
            today=today,
            systems=[(system, self._server.describe(system)) for system in self._systems.values()],
            sample=any(system.content is Content.EXAMPLE for system in self._systems.values()),
            question=lambda **other: address(asked.language, "/registries", **asked.said(**other)),
        )

    def _find(self, asked: Asked, today: Day) -> Found:
        systems = [asked.registry] if asked.registry in self._systems else list(self._systems)
        if not systems:
            return Found((), 0)
        try:
            if asked.text and asked.city:
                return self._in_city(asked, systems, today)
            return self._all(asked, asked.text or asked.city, systems, today)
        except TermserverError as error:
            return Found((), 0, failure=error.text)

    def _all(self, asked: Asked, text: str, systems: list[str], today: Day) -> Found:
        result = self._server.search(text, systems, PAGE, asked.offset, asked.language)
        return Found(
            tuple(self._row(hit, asked.language, today) for hit in result.hits),
            result.total,
            result.relaxed,
            getattr(result, "did_you_mean", ""),
        )

    def _in_city(self, asked: Asked, systems: list[str], today: Day) -> Found:
        """Those of a name who are in a city: the name may be spelled anyhow, the city is taken as it is."""
        named = self._server.search(asked.text, systems, _AMONG, 0, asked.language)
        if named.total > _AMONG and named.relaxed in _EXACT:
            both = self._server.search(f"{asked.city} {asked.text}", systems, PAGE, asked.offset, asked.language)
            if both.total and both.relaxed in _EXACT:
                rows = tuple(self._row(hit, asked.language, today) for hit in both.hits)
                return Found(rows, both.total, both.relaxed)
        there = [hit for hit in named.hits if self._is_in(hit, asked.city)]
        some = there[asked.offset : asked.offset + PAGE]
        return Found(
            tuple(self._row(hit, asked.language, today) for hit in some),
            len(there),
            named.relaxed,
            getattr(named, "did_you_mean", ""),
            len(named.hits) if named.total > len(named.hits) else 0,
        )

    def _is_in(self, hit: bytes, city: str) -> bool:
        said = orjson.loads(hit)
        concept = self._server.terminology.entry(said["system"], said["code"])
        if concept is None:
            return False
        wanted = key(city)
        return any(one.code in ("city", "province") and key(one.value) == wanted for one in concept.properties)

    def _row(self, hit: bytes, language: str, today: Day) -> Row:
        said = orjson.loads(hit)
        system = self._systems[said["system"]]
        concept, _ = self._desk.entry(system, said["code"])
        seen = self._desk.shaper(system).properties(concept.properties)
        known = {definition.code: definition for definition in system.properties}
        told = [
            self._readings[language].value(known[code], one.value)
            for code in _TOLD.get(system.id, ())
            for one in seen
            if one.code == code
        ]
        fa, en = concept.display.fa, concept.display.en
        name = (fa or en) if language == "fa" else (en or fa)
        return Row(
            entry_path(system, concept.code),
            concept.code,
            name,
            next((other for other in (en if language == "fa" else fa,) if other != name), ""),
            system.title,
            tuple(dict.fromkeys(told))[:3],
            next((one.value for one in seen if one.code == "city"), ""),
            view(system.id, concept).is_valid(today),
            system.content is Content.EXAMPLE,
        )
