"""The page of one entry of a registry: how it stands on a day, its time line, and everything that anybody may see."""

from functools import partial
from typing import Any
from urllib.parse import quote

from termserver.access.facts import Facts
from termserver.api.registry_desk import Desk
from termserver.model.codes import CodeSystem, Concept, Content
from termserver.model.days import Day, parse_day
from termserver.model.errors import TermserverError, UsageError
from termserver.model.fold import latin_digits
from termserver.model.registries import is_registry
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.terminology.registry_standing import Standing, Verdict
from termserver.terminology.registry_views import View, view
from termserver.web.registry_reading import Reading, Shown, entry_path
from termserver.web.registry_words import NOT_A_DAY, WORDS
from termserver.web.site import Site, day, language_of
from termserver.web.time_line import LANE, TOP, Stretch, draw

_BELOW = 50
"""So many of the centres under a centre are listed; how many more there are is said."""


class EntryPage:
    """Renders entries over one edition, for what anybody may see."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site = site
        self._server = site.server
        self._desk = desk
        self._readings = {language: Reading(site.server, language) for language in WORDS}

    def render(self, registry: str, code: str, language: str, on: str, today: Day, facts: Facts) -> tuple[str, int]:
        """The page and its HTTP status, 404 where nobody knows the entry; what it shows is noted in ``facts``."""
        language = language_of(language)
        here = f"/registries/{quote(registry, safe='')}/{quote(code, safe='')}"
        try:
            system = self._server.resolve(registry)
            if not is_registry(system):
                raise UsageError(
                    f"'{system.id}' is a list of codes, not a registry.", f"«{system.id}» فهرست کد است، نه ثبت."
                )
            concept, _ = self._desk.entry(system, code)
        except TermserverError as error:
            return self._page(language, here, entry=None, failure=error.text), 404
        facts.shown("page", system.id, 1, (concept.code,))
        asked, failure = _day(on)
        values = self._values(system, concept, language, asked, today, facts)
        return self._page(language, here, **values, failure=failure), 200

    def _page(self, language: str, here: str, **values: Any) -> str:
        dated = partial(_isolated_day, language=language)
        return self._site.render("registry_entry.html", language, here, r=WORDS[language], dated=dated, **values)

    def _values(
        self, system: CodeSystem, concept: Concept, language: str, on: Day, today: Day, facts: Facts
    ) -> dict[str, Any]:
        words, reading = WORDS[language], self._readings[language]
        seen = self._desk.shaper(system, facts.standing).properties(concept.properties)
        entry = view(system.id, replace(concept, properties=seen))
        lines, sheets = reading.facts(system, [one for one in seen if not on or one.period.holds(on)])
        stretches = [(one.period, one.verdict, self._why(one.verdict, language)) for one in entry.standings.stretches()]
        told = [stretch for stretch in stretches if stretch[0].start or stretch[1].standing is Standing.VALID]
        dated = [Stretch(period, str(verdict.standing), why) for period, verdict, why in told]
        lanes = [(words["standing"], dated), *reading.lanes(system, entry, seen)]
        title = concept.display.in_language(language)
        other = concept.display.en if language == "fa" else concept.display.fa
        verdict = entry.is_valid(on or today)
        return {
            "system": system,
            "entry": entry,
            "concept": concept,
            "title": title or concept.code,
            "second": other if other != title else "",
            "on": on,
            "day_shown": on or today,
            "verdict": verdict,
            "why": self._why(verdict, language),
            "sample": system.content is Content.EXAMPLE,
            "release": self._server.describe(system)["from"],
            "lines": lines,
            "sheets": sheets,
            "stretches": told,
            "time_line": draw(lanes, on or today, language),
            "lane": LANE,
            "top": TOP,
            "names": [one for one in concept.designations if one.value not in (title, other)],
            "replaced_by": [self._named(system, code, language) for code in entry.successors()],
            "below": self._below(system, entry, language),
            "api": f"/api/registries/{system.id}/entries/{quote(concept.code, safe='')}",
        }

    def _why(self, verdict: Verdict, language: str) -> str:
        says = verdict.says.in_language(language)
        if not verdict.detail:
            return says
        reason = self._readings[language].coded("sanction-reason", verdict.detail)
        return f"{says} ({reason.text or reason.code})"

    def _named(self, system: CodeSystem, code: str, language: str) -> Shown:
        name = self._server.terminology.display(system.id, code)
        return Shown(name.in_language(language) or code, entry_path(system, code), code)

    def _below(self, system: CodeSystem, entry: View, language: str) -> tuple[list[Shown], int]:
        if system.id != "centres":
            return [], 0
        codes = self._server.terminology.links.naming(system.id, "parent", entry.code)
        return [self._named(system, code, language) for code in codes[:_BELOW]], max(0, len(codes) - _BELOW)


def _isolated_day(iso: Day, language: str) -> str:
    """A day within a sentence of either direction (between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE)."""
    return f"\u2068{day(iso, language)}\u2069"


def _day(said: str) -> tuple[Day, Text | None]:
    """The day in either calendar and any digits; what is none is told, and all of time is shown."""
    text = latin_digits(said).strip()
    if not text:
        return "", None
    try:
        return parse_day(text), None
    except UsageError:
        return "", NOT_A_DAY
