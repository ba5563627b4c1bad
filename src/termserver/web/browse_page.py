"""The code systems as a list, and one of them from its top."""

from typing import Any

from termserver.model.codes import Content
from termserver.model.errors import TermserverError
from termserver.terminology.browsing import Tops
from termserver.web.concept_tree import Branch
from termserver.web.site import Site, address, banners, language_of
from termserver.web.site_words import WORDS
from termserver.web.versions import Versions

PAGE = 100


class BrowsePage:
    """Renders both over one opened edition."""

    def __init__(self, site: Site, versions: Versions) -> None:
        self._site = site
        self._server = site.server
        self._versions = versions
        self._tops = Tops()

    def systems(self, language: str) -> str:
        """Every system: those with content, most weight first, then those that are only registered."""
        described = [(system, self._server.describe(system)) for system in self._server.systems()]
        present = [one for one in described if one[0].content is not Content.NOT_PRESENT]
        registered = [one for one in described if one[0].content is Content.NOT_PRESENT]
        return self._site.render("browse.html", language, "/browse", lists=(present, registered))

    def system(self, name: str, language: str, offset: int = 0) -> tuple[str, int]:
        """One system with its top level; the HTTP status beside it."""
        language = language_of(language)
        here = address("fa", f"/browse/{name}", offset=offset or "")
        try:
            system = self._server.resolve(name)
            found = self._server.terminology.systems.resolve(name)
        except TermserverError as error:
            return self._site.render("system.html", language, here, system=None, failure=error.text), 404
        tops, total = self._tops.page(found, max(0, offset), PAGE)
        values: dict[str, Any] = {
            "system": system,
            "failure": None,
            "described": self._server.describe(name),
            "branches": [Branch(top.code, top.display, top.retired, opens) for top, opens in tops],
            "is_tree": any(opens for _, opens in tops) or bool(system.hierarchy),
            "total": total,
            "offset": offset,
            "page": PAGE,
            "several": len(self._versions.of(system.id)) > 1,
            "said": banners(system, WORDS[language], language),
        }
        return self._site.render("system.html", language, here, **values), 200
