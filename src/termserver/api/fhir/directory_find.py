"""Search of the directory (ITI-90): pages, totals, and what comes along."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from termserver.api.fhir.directory_search import PARAMETERS, Test, references, test
from termserver.api.fhir.directory_shapes import code_of
from termserver.api.fhir.directory_visit import TARGETS, Visit
from termserver.api.fhir.search_parameters import unsearchable, whole_number
from termserver.fhir.outcomes import Json, refused
from termserver.model.codes import CodeSystem
from termserver.terminology.registry_views import canonical_code
from termserver.terminology.whole import WholeSystem

_NAMED_BY = {
    ("PractitionerRole", "organization"): ("workplace", "centre"),
    ("PractitionerRole", "location"): ("workplace", "centre"),
    ("Organization", "partof"): ("parent", ""),
}
"""Parameters that are answered by reading a registry backwards: its property, and the field of a record."""
_OWN = {
    ("PractitionerRole", "practitioner"),
    ("Location", "organization"),
    ("HealthcareService", "organization"),
    ("HealthcareService", "location"),
    ("OrganizationAffiliation", "participating-organization"),
    ("OrganizationAffiliation", "location"),
}
"""Parameters that name the entry itself."""
_RESULT = frozenset(
    ("_count", "_after", "_summary", "_elements", "_format", "_total", "_pretty", "_include", "_revinclude")
)
_PAGE, _MOST = 50, 500


class Search(Visit):
    """A search for resources of one type."""

    def search(self) -> Json:
        kind = self._kind
        known = PARAMETERS[kind]
        tests: list[Test] = []
        system = self._directory.system(kind)
        whole = self._directory.whole(system)
        ordinals: Any = whole.everything
        asked = [pair for pair in self._pairs if pair[0].partition(":")[0] not in _RESULT]
        for name, value in asked:
            plain, _, modifier = name.partition(":")
            if plain not in known:
                raise unsearchable(kind, name, known)
            tests.append(test(kind, plain, modifier, value))
            narrowed = self._narrowed(system, whole, plain, modifier, value)
            if narrowed is not None:
                ordinals = ordinals & narrowed
        count = min(whole_number(self._said, "_count", _PAGE), _MOST)
        matches, after, ended = self._page(system, whole, ordinals, tests, count)
        bundle: Json = {"resourceType": "Bundle", "type": "searchset"}
        total = self._total(system, whole, ordinals, tests, ended and not self._said.get("_after"), len(matches))
        if total is not None:
            bundle["total"] = total
        address = f"{self._exchange.base}/{kind}"
        bundle["link"] = [
            {"relation": "self", "url": f"{address}?{urlencode(self._pairs)}" if self._pairs else address}
        ]
        if count == 0 or self._said.get("_summary") == "count":
            return bundle
        if not ended:
            rest = [(name, value) for name, value in self._pairs if name not in ("_after", "_count")]
            more = urlencode([*rest, ("_count", str(count)), ("_after", after)])
            bundle["link"].append({"relation": "next", "url": f"{address}?{more}"})
        included = self._included(matches)
        entries = [self._entry(one, "match") for one in matches] + [self._entry(one, "include") for one in included]
        if entries:
            bundle["entry"] = entries
        self._note("search")
        return bundle

    def _entry(self, resource: Json, mode: str) -> Json:
        url = f"{self._exchange.base}/{resource['resourceType']}/{quote(resource['id'])}"
        return {"fullUrl": url, "resource": self._sent(resource), "search": {"mode": mode}}

    def _page(
        self, system: CodeSystem, whole: WholeSystem, ordinals: Any, tests: list[Test], count: int
    ) -> tuple[list[Json], str, bool]:
        """The matches of this page, where the next one begins, and whether there is none."""
        start, _, place = self._said.get("_after", "").partition("-")
        if self._said.get("_after") and not (start.isdecimal() and place.isdecimal() and len(start) < 12):
            raise refused(400, "invalid", "_after is of a link to the next page", "‎_after از پیوند صفحهٔ بعد است")
        first, skipped = (int(start), int(place)) if start else (0, 0)
        matches: list[Json] = []
        at = ordinals.rank(first - 1) if first else 0
        for ordinal in ordinals[at:]:
            for n, one in enumerate(self._matching(system, whole, ordinal, tests)):
                if ordinal == first and n < skipped:
                    continue
                if len(matches) == count:
                    return matches, f"{ordinal}-{n}", False
                matches.append(one)
        return matches, "", True

    def _matching(self, system: CodeSystem, whole: WholeSystem, ordinal: int, tests: list[Test]) -> Iterator[Json]:
        self._budget.spend(8)
        for one in self._resources(self._kind, system, whole.entry(ordinal)):
            if all(fits(one) for fits in tests):
                yield one

    def _total(
        self, system: CodeSystem, whole: WholeSystem, ordinals: Any, tests: list[Test], seen: bool, found: int
    ) -> int | None:
        """Exact, or none: it is reckoned where it costs nothing, or where it is asked for."""
        if seen:
            return found
        if not tests and self._kind in ("Practitioner", "Organization", "Medication"):
            return len(ordinals)
        asked = self._said.get("_total") == "accurate" or self._said.get("_summary") == "count"
        if asked or self._said.get("_count") == "0":
            return sum(1 for ordinal in ordinals for _ in self._matching(system, whole, ordinal, tests))
        return None

    def _narrowed(self, system: CodeSystem, whole: WholeSystem, name: str, modifier: str, value: str) -> Any:
        """The entries that can match at all, where an index tells them."""
        wanted = [part for part in value.split(",") if part]
        if modifier not in ("", "exact"):
            return None
        if name == "_id":
            return self._ordinals(system, whole, map(code_of, wanted))
        if name == "identifier" and self._kind != "Location" and not self._other_identifiers:
            return self._ordinals(system, whole, (part.rpartition("|")[2] for part in wanted))
        ids = [code_of(part.rstrip("/").rpartition("/")[2]) for part in wanted]
        if (self._kind, name) in _OWN:
            return self._ordinals(system, whole, ids)
        backwards = _NAMED_BY.get((self._kind, name))
        if backwards is not None:
            property, field = backwards
            named = (code for id in ids for code in self._directory.naming(system.id, property, id, field))
            return self._ordinals(system, whole, named)
        if name == "name" and self._kind in ("Practitioner", "Organization"):
            found: Any = whole.ordinals(())
            for part in wanted:
                for tier in self._directory.desk.server.matching(system.id, part):
                    found = found | tier
            return found
        return None

    @property
    def _other_identifiers(self) -> bool:
        """Whether resources of this type have identifiers beside the code of their entry."""
        return self._kind in ("Organization", "Medication")

    @staticmethod
    def _ordinals(system: CodeSystem, whole: WholeSystem, codes: Any) -> Any:
        return whole.ordinals(canonical_code(system.id, code) or code for code in codes)

    # what comes along

    def _included(self, matches: list[Json]) -> list[Json]:
        found: dict[tuple[str, str], Json] = {}
        have = {(one["resourceType"], one["id"]) for one in matches}
        for name, value in self._pairs:
            if name.partition(":")[0] == "_include":
                self._include(value, matches, found)
            elif name.partition(":")[0] == "_revinclude":
                self._revinclude(value, matches, found)
        if len(found) > _MOST:
            raise refused(
                422,
                "too-costly",
                f"More than {_MOST} resources would come along; ask for a smaller page",
                "صفحه را کوچک‌تر بخواهید",
            )
        return [one for key, one in found.items() if key not in have]

    def _include(self, said: str, matches: list[Json], found: dict[tuple[str, str], Json]) -> None:
        kind, name = self._link(said)
        if kind != self._kind:
            raise refused(400, "invalid", f"_include={said[:80]} is not of {self._kind}", "‎_include از این نوع نیست")
        for one in matches:
            for reference in references(one, name):
                target, _, id = reference.partition("/")
                if (target, id) not in found and (resource := self._found(target, id)) is not None:
                    found[target, id] = resource

    def _revinclude(self, said: str, matches: list[Json], found: dict[tuple[str, str], Json]) -> None:
        kind, name = self._link(said)
        if TARGETS.get(name, kind) != self._kind:
            raise refused(
                400, "invalid", f"_revinclude={said[:80]} does not name {self._kind}", "‎_revinclude نادرست است"
            )
        if kind not in self._directory.kinds:
            return
        for one in matches:
            wanted = f"{self._kind}/{one['id']}"
            other = Search(self._directory, self._exchange, kind)
            system = self._directory.system(kind)
            whole = self._directory.whole(system)
            ordinals = other._narrowed(system, whole, name, "", wanted)
            tests = [test(kind, name, "", wanted)]
            for ordinal in whole.everything if ordinals is None else ordinals:
                self._budget.spend(8)
                for resource in other._matching(system, whole, ordinal, tests):
                    found[kind, resource["id"]] = resource
            if len(found) > _MOST:
                return

    def _link(self, said: str) -> tuple[str, str]:
        kind, _, name = said.partition(":")
        name = name.partition(":")[0]
        if kind not in PARAMETERS or PARAMETERS[kind].get(name) != "reference":
            raise refused(
                400,
                "not-supported",
                f"'{said[:80]}' is no reference of the directory",
                f"«{said[:80]}» ارجاعی از این فهرست نیست",
            )
        return kind, name
