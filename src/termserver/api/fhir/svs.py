"""IHE SVS for old hospital systems: RetrieveValueSet (ITI-48) and RetrieveMultipleValueSets (ITI-60) over HTTP.

A value set is asked for by its OID; one that has none has the OID that is made of its URL (``2.25.`` and the number of
its UUID). Lists are worked out by the same engine as ``$expand``.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl

from termserver.fhir.budget import Budget
from termserver.fhir.contents import Contents
from termserver.fhir.library import Library, Shelf
from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.regexes import compiled
from termserver.fhir.resources import titles
from termserver.fhir.systems import Concept, Head
from termserver.fhir.value_set import ValueSet
from termserver.fhir.versions import VersionRules
from termserver.fhir_edition.shelf import EditionShelf
from termserver.formats.svs import Described, Listed, describe, write

LANGUAGES = ("fa", "en")
MOST = 50_000
"""Codes in one answer: SVS knows no pages."""
_NAV, _VERUNK = '111 termserver "NAV: Unknown value set"', '112 termserver "VERUNK: Version unknown"'
_DAY = timedelta(days=1)
_CONTAINS: dict[str, Callable[[Described, ValueSet], Iterable[str]]] = {
    "displaynamecontains": lambda described, one: (described.name, *titles(one.resource)),
    "sourcecontains": lambda described, one: (described.source,),
    "purposecontains": lambda described, one: (described.purpose,),
    "definitioncontains": lambda described, one: (described.definition,),
}
_DATES = {
    f"{kind}date{side}": (kind, side)
    for kind in ("effective", "expiration", "creation", "revision")
    for side in ("before", "after")
}
_OTHERS = ("id", "groupcontains", "groupoid", "format", "version", "lang")


class SvsAnswer(NamedTuple):
    status: int
    body: bytes
    content_type: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Refused(Exception):
    """A request that cannot be met, with the warning that the profile asks for."""

    def __init__(self, status: int, text: str, warning: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.warning = warning


class Svs:
    """The value sets and the code systems of one edition, as a value set repository."""

    def __init__(self, shelf: Shelf, edition: EditionShelf) -> None:
        self._shelf = shelf
        self._edition = edition

    def answer(self, operation: str, query: str) -> SvsAnswer:
        """What is sent; nothing is raised."""
        try:
            said = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=100)}
            asked: Callable[[dict[str, str]], SvsAnswer] | None = {
                "RetrieveValueSet": self._one,
                "RetrieveMultipleValueSets": self._several,
            }.get(operation)
            if asked is None:
                raise Refused(404, "Ask for RetrieveValueSet or RetrieveMultipleValueSets")
            return asked(said)
        except FhirProblem as problem:
            too_long = any(issue.id == "TOO_LONG" for issue in problem.issues)
            if problem.status in (403, 404, 422) and not too_long:  # its codes are not here, or not for everybody
                return _refusal(Refused(404, str(problem), _NAV))
            return _refusal(Refused(problem.status, str(problem)))
        except Refused as refused:
            return _refusal(refused)
        except ValueError as error:
            return _refusal(Refused(400, f"The query cannot be read: {error}"))

    def _one(self, said: dict[str, str]) -> SvsAnswer:
        id = said.get("id", "")
        if not id:
            raise Refused(400, "The parameter id is missing: the OID of the value set")
        version, language = said.get("version", ""), said.get("lang", "")
        known = self._known(id)
        if not known:
            raise Refused(404, f"No value set has the id '{id[:80]}'", _NAV)
        found = next((one for one in known if one.version == version), None) if version else known[0]
        if found is None:
            listed = ", ".join(one.version for one in known)
            raise Refused(
                404,
                f"'{id[:80]}' has no version '{version[:40]}'; it has {listed}",
                _VERUNK,
            )
        if language and language not in LANGUAGES:
            raise Refused(404, f"There is no list in '{language[:20]}'; there are {', '.join(LANGUAGES)}", _NAV)
        lists = self._lists(found, (language,) if language else LANGUAGES, Budget())
        expires = datetime.now(UTC).replace(microsecond=0) + _DAY
        text = write(_oid(found), _name(found), found.version, lists, expires.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return _sent(text, ((b"expires", expires.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()),))

    def _several(self, said: dict[str, str]) -> SvsAnswer:
        given = {name: value for name, value in said.items() if value}
        if unknown := sorted(given.keys() - _CONTAINS.keys() - _DATES.keys() - set(_OTHERS)):
            raise Refused(400, f"The parameter {unknown[0][:40]} is not of RetrieveMultipleValueSets")
        if not given.keys() - {"format"}:
            raise Refused(400, "Say at least one parameter: ID, DisplayNameContains, SourceContains, …")
        if given.get("format", "CE-List") != "CE-List":
            raise Refused(400, "Only Format=CE-List is written here")
        if "groupcontains" in given or "groupoid" in given:  # no value set here belongs to a group
            return _sent(describe(()))
        sets = self._known(given["id"]) if "id" in given else list(self._edition.every_value_set())
        tests = [(read, compiled(f"(?is).*({given[name]}).*")) for name, read in _CONTAINS.items() if name in given]
        dates = [(*_DATES[name], _instant(value)) for name, value in given.items() if name in _DATES]
        budget, found, codes = Budget(), [], 0
        for one in sets:
            described = _described(one)
            if not all(any(map(pattern.fullmatch, read(described, one))) for read, pattern in tests):
                continue
            if not all(_dated(described, *date) for date in dates):
                continue
            try:
                lists = self._lists(one, LANGUAGES, budget)
            except FhirProblem as problem:
                if any(issue.id == "TOO_LONG" for issue in problem.issues):
                    raise
                continue  # one whose codes are not here is none that can be sent
            codes += len(lists[0][1])
            if codes > MOST:
                raise Refused(413, f"More than {MOST:,} codes fit; say more parameters, or ask for one value set")
            found.append(_described(one, lists))
        return _sent(describe(found))

    def _known(self, id: str) -> list[ValueSet]:
        """The versions of a value set by OID, URL or name, the newest first; a code system is the set of its codes."""
        url = self._ids.get(id.removeprefix("urn:oid:").lower(), id)
        known = list(self._shelf.value_sets(url))
        if not known:
            implied = Library(self._shelf).value_set(url)
            known = [implied] if implied is not None else []
        return sorted(known, key=lambda one: one.version, reverse=True)

    @cached_property
    def _ids(self) -> dict[str, str]:
        """OIDs and names, in small letters, to URLs."""
        found: dict[str, str] = {}
        for name, url in self._edition.names():
            found.setdefault(name.lower(), url)
            found.setdefault(_oid_of(url), url)
        for one in self._edition.every_value_set():
            for name in (_oid(one), str(one.resource.get("id", "")).lower()):
                found.setdefault(name, one.url)
        return found

    def _lists(self, value_set: ValueSet, languages: tuple[str, ...], budget: Budget) -> list[tuple[str, list[Listed]]]:
        contents = Contents(Library(self._shelf), VersionRules(), budget)
        parts = contents.of(value_set)
        if sum(len(part.members) for part in parts) > MOST:
            raise Refused(
                413, f"The value set has more than {MOST:,} codes; read it in pages at /fhir/r4/ValueSet/$expand"
            )
        rows: dict[str, list[Listed]] = {language: [] for language in languages}
        for part in parts:
            head = part.system.head
            oid, version = _oid_of_head(head), head.version
            name = str(head.resource.get("name") or head.resource.get("id") or "")
            for ordinal in part.order or part.members:
                budget.spend(4)
                concept = part.system.concept(ordinal)
                for language, names in _in_languages(concept, head.language, languages):
                    rows[language].append(
                        Listed(concept.code, names or concept.display or concept.code, oid, name, version)
                    )
        return list(rows.items())


def _in_languages(concept: Concept, own: str, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    known = {one.language: one.value for one in reversed(concept.designations) if one.is_display}
    for language in languages:
        yield language, concept.display if own == language else known.get(language, "")


def _described(one: ValueSet, lists: list[tuple[str, list[Listed]]] | None = None) -> Described:
    said = one.resource
    whole = all(include.listed is not None for include in one.include)
    return Described(
        _oid(one),
        _name(one),
        one.version or "1",
        lists or [],
        str(said.get("publisher") or "termserver"),
        one.url,
        str(said.get("purpose", "")),
        str(said.get("description", "")),
        "Extensional" if whole else "Intensional",
        str(said.get("status", "active")).capitalize(),
        str(said.get("date", ""))[:10],
    )


def _name(one: ValueSet) -> str:
    return str(one.resource.get("title") or one.resource.get("name") or one.url)


def _oid(one: ValueSet) -> str:
    for known in one.resource.get("identifier", ()):
        if str(known.get("value", "")).startswith("urn:oid:"):
            return str(known["value"])[8:]
    return _oid_of(one.url)


def _oid_of_head(head: Head) -> str:
    for known in head.resource.get("identifier", ()):
        if str(known.get("value", "")).startswith("urn:oid:"):
            return str(known["value"])[8:]
    return _oid_of(head.url)


def _oid_of(url: str) -> str:
    """An OID by X.667, of the URL: the same for everybody who makes it."""
    return url[8:] if url.startswith("urn:oid:") else f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, url).int}"


def _instant(text: str) -> datetime:
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused(400, f"'{text[:60]}' is no date: write Sun, 22 Nov 2026 00:00:00 GMT, or 2026-11-22") from None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _dated(one: Described, kind: str, side: str, at: datetime) -> bool:
    if kind != "creation" or not one.created:
        return False
    known = _instant((one.created + "-01-01")[:10])
    return known < at if side == "before" else known > at


def _sent(pieces: Iterator[str], more: tuple[tuple[bytes, bytes], ...] = ()) -> SvsAnswer:
    return SvsAnswer(200, "".join(pieces).encode(), b"text/xml; charset=utf-8", more)


def _refusal(refused: Refused) -> SvsAnswer:
    more = ((b"warning", refused.warning.encode()),) if refused.warning else ()
    return SvsAnswer(refused.status, f"{refused.text}.\n".encode(), b"text/plain; charset=utf-8", more)
