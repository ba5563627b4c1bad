"""What became of the entries of a registry, from the store of record (ITI-91): since an instant, or of one resource."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import orjson

from termserver.api.fhir.directory_shapes import code_of
from termserver.api.fhir.directory_visit import Visit
from termserver.api.fhir.search_parameters import whole_number
from termserver.fhir.outcomes import Json, refused
from termserver.model.codes import CodeSystem, Concept
from termserver.model.registries import RecordedEntry, entry_of
from termserver.terminology.registry_views import canonical_code

_PAGE, _MOST = 50, 500
_HISTORY = "registry-changes"
"""The group of the policy that may read what changed."""


class History(Visit):
    """Versions of resources of one type."""

    def _may(self) -> None:
        standing = self._facts.standing
        if standing is not None and not standing.everything and _HISTORY not in standing.groups:
            raise refused(
                403,
                "forbidden",
                "The history of a registry is for vendors and registrars",
                "سرگذشت ثبت برای فروشندگان و ثبت‌کنندگان است",
            )

    def changes(self) -> Json:
        """ITI-91: every entry that changed since, each once in its last form; a page goes forward in time."""
        self._may()
        system = self._directory.system(self._kind)
        store = self._directory.desk.records(system)
        since, after = self._said.get("_since", ""), self._said.get("_after", "")
        if after and not (after.isdecimal() and len(after) < 18):
            raise refused(400, "invalid", "_after is of a link to the next page", "‎_after از پیوند صفحهٔ بعد است")
        cursor = int(after) if after else store.cursor_on(system.id, _before(since)) if since else 0
        count = max(1, min(whole_number(self._said, "_count", _PAGE), _MOST))
        page = store.changes(system.id, cursor, count)
        entries: list[Json] = []
        for change in page.changes:
            concept = entry_of(orjson.loads(change.body))
            entries += self._versions(system, concept, change.cursor, change.recorded)
        entries.reverse()  # the oldest last, as FHIR wants a history
        links = [{"relation": "self", "url": f"{self._exchange.base}/{self._kind}/_history?{urlencode(self._pairs)}"}]
        if not page.complete:
            more = urlencode(
                {**({"_since": since} if since else {}), "_count": str(count), "_after": str(page.next_cursor)}
            )
            links.append({"relation": "next", "url": f"{self._exchange.base}/{self._kind}/_history?{more}"})
        self._facts.shown("changes", system.id, len(page.changes))
        bundle: Json = {"resourceType": "Bundle", "type": "history", "link": links}
        if page.complete and not after:
            bundle["total"] = len(entries)
        return bundle | ({"entry": entries} if entries else {})

    def history(self, id: str) -> Json:
        """Every recorded version of one resource, the newest first."""
        self._may()
        versions = [entry for one in reversed(self._recorded(id)) for entry in self._version_entries(one, id)]
        if not versions:
            raise refused(404, "not-found", f"There is no {self._kind}/{id[:80]}", f"{self._kind}/{id[:80]} نیست")
        self._note("history")
        link = [{"relation": "self", "url": f"{self._exchange.base}/{self._kind}/{quote(id)}/_history"}]
        return {"resourceType": "Bundle", "type": "history", "total": len(versions), "link": link, "entry": versions}

    def version(self, id: str, number: str) -> Json:
        """One recorded version (vread)."""
        self._may()
        for one in self._recorded(id):
            if str(one.cursor) == number:
                for entry in self._version_entries(one, id):
                    self._note("history")
                    found: Json = entry["resource"]
                    return found
        raise refused(404, "not-found", f"{self._kind}/{id[:80]} has no version {number[:20]}", "چنین نسخه‌ای نیست")

    def _recorded(self, id: str) -> list[RecordedEntry]:
        system = self._directory.system(self._kind)
        code = canonical_code(system.id, code_of(id)) or code_of(id)
        return self._directory.desk.records(system).history(system.id, code)

    def _version_entries(self, one: RecordedEntry, id: str) -> Iterator[Json]:
        system = self._directory.system(self._kind)
        found = self._versions(system, one.concept, one.cursor, one.recorded_from)
        return (entry for entry in found if entry["resource"]["id"] == id)

    def _versions(self, system: CodeSystem, concept: Concept, cursor: int, recorded: str) -> Iterator[Json]:
        for made in self._resources(self._kind, system, concept, recorded):
            made["meta"] = {"versionId": str(cursor), **made["meta"]}
            id = made["id"]
            address = f"{self._kind}/{quote(id)}"
            yield {
                "fullUrl": f"{self._exchange.base}/{address}",
                "resource": self._sent(made),
                "request": {"method": "PUT", "url": address},
                "response": {"status": "200", "etag": f'W/"{cursor}"', "lastModified": recorded},
            }


def _before(since: str) -> str:
    """The moment before an instant or a (partial) date; raise ``FhirProblem`` if it is neither."""
    whole = since + "0001-01-01"[len(since) :] if len(since) < 10 else since
    try:
        moment = datetime.fromisoformat(whole.replace("Z", "+00:00"))
    except ValueError:
        raise refused(
            400, "invalid", "_since is an instant, 2026-11-21T08:30:00Z", "‎_since زمانی است چون 2026-11-21T08:30:00Z"
        ) from None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC) - timedelta(seconds=1)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
