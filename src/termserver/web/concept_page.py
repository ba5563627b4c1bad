"""The page of one code: everything said about it, where it stands, what it is called elsewhere, how it changed."""

import csv
import io
from typing import Any

import orjson

from termserver.model.codes import Coding
from termserver.model.days import parse_day
from termserver.model.errors import TermserverError, UnknownCode, UnknownSystem
from termserver.model.text import Text
from termserver.terminology.crossings import Crossings
from termserver.terminology.terminology import ConceptDetail, Named
from termserver.web.concept_facts import ConceptFacts, fhir_coding
from termserver.web.concept_tree import Tree
from termserver.web.site import Site, concept_path, language_of
from termserver.web.versions import Versions


class ConceptPage:
    """Renders the page, the pane beside the list, and branches of the tree, over one opened edition."""

    def __init__(self, site: Site, versions: Versions) -> None:
        self._site = site
        self._server = site.server
        self._versions = versions
        self._facts = ConceptFacts(site.server)
        self._crossings = Crossings(site.server.releases)
        self.tree = Tree(site.server)

    def render(self, system: str, code: str, language: str, on: str = "", pane: bool = False) -> tuple[str, int]:
        """The page and its HTTP status; 404, naming the nearest code, where nobody knows it."""
        language = language_of(language)
        here = concept_path(system, code)
        template = "_concept.html" if pane else "concept.html"
        try:
            detail = self._server.lookup(Coding(system, code), parse_day(on) if on else None)
        except TermserverError as error:
            status = 404 if isinstance(error, UnknownCode | UnknownSystem) else 400
            told = {"failure": error.text, "asked_system": system, "asked_code": code}
            return self._site.render(template, language, here, detail=None, pane=pane, **told), status
        values = self._values(detail, language)
        return self._site.render(template, language, here, detail=detail, pane=pane, **values), 200

    def branches(self, system: str, code: str, language: str) -> tuple[str, int]:
        """The children of a code as a piece of a page."""
        try:
            below, more = self.tree.children(system, code)
            system = self._server.lookup(Coding(system, code)).system.id
        except TermserverError as error:
            return self._site.render("_tree.html", language, branches=(), more=0, failure=error.text), 404
        return self._site.render("_tree.html", language, branches=below, more=more, system=system, parent=code), 200

    def _values(self, detail: ConceptDetail, language: str) -> dict[str, Any]:
        system = detail.system.id
        notes, properties = self._facts.split(detail, language)
        coding = fhir_coding(detail, language)
        history = self._versions.history(system, detail.code)
        named = Named(detail.code, detail.display, str(detail.status) == "retired")
        title = detail.display.in_language(language)
        other = detail.display.en if language == "fa" else detail.display.fa
        return {
            "failure": None,
            "title": title,
            "second": other if other != title else "",
            "everyday": "" if detail.display.fa else self._everyday(detail),
            "notes": notes,
            "properties": properties,
            "names": _names(detail),
            "above": tuple(reversed(detail.ancestors)),
            "tree": self.tree.around(system, named) if detail.ancestors or detail.children else None,
            "elsewhere": self._elsewhere(system, detail.code),
            "history": history if len(history) > 1 else [],
            "several": len(self._versions.of(system)) > 1,
            "coding": orjson.dumps({name: value for name, value in coding.items() if value}).decode(),
            "csv": _csv([detail.system.native_id or system, detail.code, detail.display.fa, detail.display.en]),
        }

    def _everyday(self, detail: ConceptDetail) -> str:
        return self._server.everyday_name(detail.system, detail.code, detail.display.en)

    def _elsewhere(self, system: str, code: str) -> list[tuple[Any, Text]]:
        """What maps say of the code, each with the name of the other code."""
        crossings = self._crossings.of(system, code)
        return [
            (one, self._server.terminology.display(one.system, one.code) if one.code else Text()) for one in crossings
        ]


def _names(detail: ConceptDetail) -> list[tuple[str, str, str]]:
    """Value, language and use of the other names, those in Persian first."""
    shown = {detail.display.fa, detail.display.en}
    names = [(one.value, one.language, one.use) for one in detail.designations if one.value not in shown]
    return sorted(names, key=lambda name: name[1] != "fa")


def _csv(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()
