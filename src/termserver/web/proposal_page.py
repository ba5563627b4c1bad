"""The form of a proposal, filled in from the page it was opened on."""

from collections.abc import Mapping
from typing import Any

from termserver.model.text import Text
from termserver.web import proposals
from termserver.web.site import Site, address, language_of


class ProposalPage:
    """Renders the form over one opened edition, empty, filled in, refused or thanked for."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def keeps(self) -> bool:
        """Whether a proposal is kept here: at the committee's desk, or in the operator's folder."""
        return self._site.suggest is not None or proposals.folder() is not None

    def keep(self, made: Mapping[str, Any]) -> str:
        """Keep a proposal and give its number; raise OSError or StoreError if it cannot be."""
        if self._site.suggest is not None:
            return self._site.suggest(made)
        place = proposals.folder()
        assert place is not None
        return proposals.keep(made, place)

    def render(self, language: str, said: Mapping[str, str], kept: str = "", failure: Text | None = None) -> str:
        """The page; ``kept`` is the number under which the proposal was recorded."""
        language = language_of(language)
        known = {name: said.get(name, "")[:400] for name in ("kind", *proposals.FIELDS)}
        if known["kind"] not in proposals.KINDS:
            known["kind"] = "missing"
        titled = ((id, title.in_language(language)) for id, title in self._site.titles.items())
        here = address("fa", "/propose", **{name: value for name, value in known.items() if value})
        return self._site.render(
            "propose.html",
            language,
            here,
            said=known,
            kept=kept,
            failure=failure,
            keeps=self.keeps,
            kinds=proposals.KINDS,
            systems=sorted(titled, key=lambda one: one[1]),
            known_title=self._title(known),
        )

    def _title(self, said: Mapping[str, Any]) -> Text:
        """What the named code is called now."""
        system = self._site.server.terminology.system(said["system"]) if said["system"] else None
        return self._site.server.terminology.display(system.id, said["code"]) if system and said["code"] else Text()
