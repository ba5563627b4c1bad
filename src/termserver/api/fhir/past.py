"""What a CodeSystem, ValueSet, ConceptMap or NamingSystem was in the releases of the shelf: ``_history`` and vread.

A version is a release in which the resource is not what it was in the one before; its id is the version of the
release. Lists that are read without their concepts count as changed in every release.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from termserver.api.fhir.exchange import Exchange
from termserver.api.fhir.resources import Resources
from termserver.fhir.outcomes import FhirProblem, Json, refused
from termserver.fhir_edition.shelf import EditionShelf, json_shelf
from termserver.model.errors import TermserverError
from termserver.model.releases import Pin
from termserver.releases.shelf import Shelf
from termserver.service import TermServer

_OPEN = 6
_MOST = 50
"""So many releases are looked into, the newest."""
_DATED = re.compile(r"((?:19|20)[0-9]{2})[.-]([0-9]{2})(?:[.-]([0-9]{2}))?")


class Past:
    """The releases of the shelf that have the names of those in the edition; for one release of FHIR."""

    def __init__(self, server: TermServer, version: str, updated: str) -> None:
        """``updated``: the instant told of releases whose version names no day."""
        self._server = server
        self._version = version
        self._updated = updated
        self._lock = Lock()
        self._opened: OrderedDict[str, tuple[TermServer, Resources]] = OrderedDict()

    def history(self, exchange: Exchange, kind: str, id: str) -> Json:
        """Every version, the newest first; raise ``FhirProblem`` with 404."""
        versions = list(self._versions(exchange, kind, id))
        if not versions:
            raise refused(404, "not-found", f"There is no {kind}/{id[:80]}", f"{kind}/{id[:80]} نیست")
        address = f"{kind}/{quote(id)}"
        entries = [
            {
                "fullUrl": f"{exchange.base}/{address}",
                "resource": one,
                "request": {"method": "PUT", "url": address},
                "response": {
                    "status": "200",
                    "etag": f'W/"{one["meta"]["versionId"]}"',
                    "lastModified": one["meta"]["lastUpdated"],
                },
            }
            for one in reversed(versions)
        ]
        link = [{"relation": "self", "url": f"{exchange.base}/{address}/_history"}]
        return {"resourceType": "Bundle", "type": "history", "total": len(entries), "link": link, "entry": entries}

    def version(self, exchange: Exchange, kind: str, id: str, version: str) -> Json:
        """One version (vread); raise ``FhirProblem`` with 404."""
        for one in self._versions(exchange, kind, id):
            if one["meta"]["versionId"] == version:
                return one
        raise refused(404, "not-found", f"{kind}/{id[:80]} has no version {version[:40]}", "چنین نسخه‌ای نیست")

    def _versions(self, exchange: Exchange, kind: str, id: str) -> Iterator[Json]:
        before: dict[str, Json] = {}
        for pin, path in self._releases():
            try:
                found = self._resources(pin, path).shown(exchange, kind, id)
            except (FhirProblem, TermserverError):  # it is not in that release, or the release cannot be read
                continue
            said = {key: value for key, value in found.items() if key != "meta"}
            part = kind == "CodeSystem" and "concept" not in said and said.get("count")
            if before.get(pin.name) == said and not part:
                continue
            before[pin.name] = said
            day = _DATED.match(pin.version)
            updated = f"{day[1]}-{day[2]}-{day[3] or '01'}T00:00:00Z" if day else self._updated
            yield {**found, "meta": {**found.get("meta", {}), "versionId": pin.version, "lastUpdated": updated}}

    def _releases(self) -> list[tuple[Pin, Path]]:
        """Those of the edition and their older versions, the oldest first; newer ones are not in force."""
        current = {release.pin.name: release for release in self._server.releases}
        try:
            shelved = [(one.pin, one.path) for one in Shelf().installed() if not one.problem]
        except TermserverError:
            shelved = []
        found: list[tuple[Pin, Path]] = []
        for name, release in current.items():
            older: list[tuple[Pin, Path]] = []
            for pin, path in shelved:
                if pin.name == name:
                    if pin == release.pin:
                        break
                    older.append((pin, path))
            found += [*older[-_MOST:], (release.pin, release.path)]
        return found

    def _resources(self, pin: Pin, path: Path) -> Resources:
        with self._lock:
            known = self._opened.get(pin.digest)
            if known is None:
                server = TermServer.open(path)
                resources = Resources(json_shelf(server, self._version), EditionShelf(server), self._updated)
                known = self._opened[pin.digest] = server, resources
                if len(self._opened) > _OPEN:
                    _, (old, _) = self._opened.popitem(last=False)
                    old.close()
            self._opened.move_to_end(pin.digest)
        return known[1]
