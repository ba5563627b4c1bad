"""Two versions of a code system side by side."""

from collections import Counter
from typing import Any

from termserver.model.errors import TermserverError
from termserver.terminology.comparison import KINDS
from termserver.web.site import Site, address, language_of
from termserver.web.versions import Version, Versions

PAGE = 200


class ComparePage:
    """Renders the choice of versions, and what differs between the two that were chosen."""

    def __init__(self, site: Site, versions: Versions) -> None:
        self._site = site
        self._versions = versions

    def render(
        self, language: str, system: str = "", before: str = "", after: str = "", kind: str = "", offset: int = 0
    ) -> tuple[str, int]:
        """The page and its HTTP status; the newest two versions where none was chosen."""
        language = language_of(language)
        values: dict[str, Any] = {"system": "", "versions": [], "result": None, "failure": None, "kind": kind}
        status = 200
        if system:
            try:
                values["system"] = self._site.server.resolve(system).id
            except TermserverError as error:
                values["failure"], status = error.text, 404
        if values["system"]:
            versions = self._versions.of(values["system"])
            values["versions"] = versions
            if len(versions) > 1:
                old, new = _chosen(versions, before, after)
                try:
                    values |= self._result(old, new, kind, max(0, offset))
                except TermserverError as error:
                    values["failure"], status = error.text, 404
        titled = sorted(
            ((id, self._site.title(id, language)) for id in self._versions.several()), key=lambda one: one[1]
        )
        said = {"system": values["system"], "before": before, "after": after, "kind": kind, "offset": offset or ""}
        html = self._site.render("compare.html", language, address("fa", "/compare", **said), choices=titled, **values)
        return html, status

    def _result(self, old: Version, new: Version, kind: str, offset: int) -> dict[str, Any]:
        differences = self._versions.compare(old, new)
        counts = Counter(kind for one in differences for kind in one.kinds)
        shown = [one for one in differences if kind in one.kinds] if kind in KINDS else differences
        return {
            "result": shown[offset : offset + PAGE],
            "old": old,
            "new": new,
            "counts": [(kind, counts[kind]) for kind in KINDS if counts[kind]],
            "all": len(differences),
            "total": len(shown),
            "offset": offset,
            "page": PAGE,
        }


def _chosen(versions: list[Version], before: str, after: str) -> tuple[Version, Version]:
    by_id = {version.id: version for version in versions}
    new = by_id.get(after) or versions[-1]
    old = by_id.get(before) or next(version for version in reversed(versions) if version is not new)
    return old, new
