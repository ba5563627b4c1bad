"""Mapping as work: how much of each list is said in another, and what is left, with suggestions.

A map has two ends, and each is a list that should be covered: an insurer's codes in the national list, and back. A code
is *mapped* where a row leads to a code in force, *retired* where rows lead to codes that are no more in force, *none*
where the map says that there is no counterpart, and else *unmapped*. Codes that are themselves retired need no map.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from termserver.model.codes import Concept, ConceptMap, Content, Status
from termserver.model.errors import UsageError
from termserver.model.fold import fold, words
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases.records import decode_concept_map
from termserver.service import TermServer
from termserver.terminology.maps import NOT_RELATED

MAPPED, RETIRED, NONE, UNMAPPED = "mapped", "retired", "none", "unmapped"
_SUGGESTED = 5
_SOUGHT = 8
_BY_MEANING = 0.3
"""The score of what the search finds though no word is shared: by the glossary, a slip, another spelling."""
_BY_COMMON = 0.1
_COMMON_SHARE, _COMMON_LEAST = 0.2, 4
"""A word in more than this share of a list's names, and in so many at least, tells nothing of one of them."""


@value
class End:
    """One end of a map as a list to be covered; ``back`` where it is the target's."""

    map: ConceptMap
    back: bool

    @property
    def system(self) -> str:
        return self.map.target_system if self.back else self.map.source_system

    @property
    def against(self) -> str:
        return self.map.source_system if self.back else self.map.target_system

    def rows(self) -> dict[str, list[tuple[str, str]]]:
        """By code of the list: (code of the other list, relationship)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in self.map.mappings:
            mine, other = (row.target_code, row.source_code) if self.back else (row.source_code, row.target_code)
            if mine:
                found.setdefault(mine, []).append((other, row.relationship))
        return found


@value
class Coverage:
    """How the codes of a list stand in one map. Of a list that is not whole here, what is here is counted."""

    map: str
    title: Text
    list: str
    against: str
    owner: str
    mapped: int
    retired: int
    none: int
    unmapped: int
    whole: bool
    checked: bool
    """Whether the codes that rows lead to could be looked at; else every row counts as mapped."""

    @property
    def total(self) -> int:
        return self.mapped + self.retired + self.none + self.unmapped

    @property
    def share(self) -> float:
        """What is settled, of all: mapped, or known to have no counterpart."""
        return (self.mapped + self.none) / self.total if self.total else 1.0

    def as_json(self) -> dict[str, Any]:
        told = ("map", "list", "against", "owner", "total", "mapped", "retired", "none", "unmapped", "whole", "checked")
        return {
            **{name: getattr(self, name) for name in told},
            "title": self.title.as_json(),
            "share": round(self.share, 4),
        }


@value
class Suggestion:
    """A code that may be the counterpart; ``score`` from 0 to 1, ``reason`` why it was thought of."""

    code: str
    display: Text
    score: float
    reason: Text

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "display": self.display.as_json(),
            "score": round(self.score, 2),
            "reason": self.reason.as_json(),
        }


@value
class Waiting:
    """A code that is to be mapped, the best suggestion first; ``leads_to`` what it is mapped to and is retired."""

    map: str
    list: str
    against: str
    code: str
    display: Text
    state: str
    leads_to: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]

    def as_json(self) -> dict[str, Any]:
        told = ("map", "list", "against", "code", "state")
        return {
            **{name: getattr(self, name) for name in told},
            "display": self.display.as_json(),
            "leads_to": list(self.leads_to),
            "suggestions": [one.as_json() for one in self.suggestions],
        }


class Mappings:
    """The maps of one edition as work to be done."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self.maps: dict[str, ConceptMap] = {}
        for release in server.releases:
            for path in release.artefact_paths("conceptmap"):
                known = decode_concept_map(release.artefact(path) or b"{}")
                self.maps.setdefault(known.id, known)

    def end(self, map: str, system: str = "") -> End:
        """One end of a map: of its source, or the one that ``system`` names. Raise UsageError for what is not there."""
        known = self.maps.get(map)
        if known is None:
            from difflib import get_close_matches

            near = next(iter(get_close_matches(map, self.maps, n=1, cutoff=0.3)), next(iter(self.maps), "-"))
            raise UsageError(
                f"There is no map '{map}'. Did you mean '{near}'?",
                f"نگاشتی به نام «{map}» نیست. آیا «{near}» منظور بود؟",
            )
        if system and system not in (known.source_system, known.target_system):
            raise UsageError(
                f"The map {map} is between {known.source_system} and {known.target_system}, not of '{system}'.",
                f"نگاشت {map} میان {known.source_system} و {known.target_system} است، نه «{system}».",
            )
        return End(known, bool(system) and system == known.target_system)

    def coverage(self) -> list[Coverage]:
        """Both ends of every map, the least covered first; an end without codes here is left out."""
        found = [self.covered(End(known, back)) for known in self.maps.values() for back in (False, True)]
        return sorted((one for one in found if one.total), key=lambda one: (one.share, one.map, one.list))

    def covered(self, end: End) -> Coverage:
        rows = end.rows()
        counts = dict.fromkeys((MAPPED, RETIRED, NONE, UNMAPPED), 0)
        for concept in self._codes(end.system):
            counts[self._state(end, rows.get(concept.code, []))] += 1
        system = self._server.terminology.system(end.system)
        against = self._server.terminology.system(end.against)
        return Coverage(
            end.map.id,
            end.map.title,
            end.system,
            end.against,
            system.publisher if system else "",
            counts[MAPPED],
            counts[RETIRED],
            counts[NONE],
            counts[UNMAPPED],
            system is not None and (system.content is Content.COMPLETE or system.closed),
            against is not None and against.content is not Content.NOT_PRESENT,
        )

    def queue(self, end: End, limit: int = 50, offset: int = 0) -> tuple[list[Waiting], int]:
        """A page of the codes that wait, in the order of their list, and how many there are."""
        rows = end.rows()
        waiting = [
            (concept, state)
            for concept in self._codes(end.system)
            if (state := self._state(end, rows.get(concept.code, []))) in (UNMAPPED, RETIRED)
        ]
        common = self._common(end.system)
        page = [
            self._waiting(end, concept, state, rows.get(concept.code, []), common)
            for concept, state in waiting[offset : offset + limit]
        ]
        return page, len(waiting)

    def is_retired(self, system: str, code: str) -> bool:
        """Whether a code is known and no more in force."""
        found = self._concept(system, code)
        return found is not None and found.status is Status.RETIRED

    # one code

    def _state(self, end: End, rows: list[tuple[str, str]]) -> str:
        targets = [code for code, relationship in rows if code and relationship != NOT_RELATED]
        if any(self._in_force(end.against, code) for code in targets):
            return MAPPED
        if targets:
            return RETIRED
        return NONE if any(not code for code, _ in rows) else UNMAPPED

    def _in_force(self, system: str, code: str) -> bool:
        known = self._server.terminology.system(system)
        if known is None or known.content is Content.NOT_PRESENT:
            return True  # nobody can tell
        found = self._concept(system, code)
        if found is None:
            return known.content is not Content.COMPLETE and not known.closed
        return found.status is not Status.RETIRED

    def _waiting(
        self, end: End, concept: Concept, state: str, rows: list[tuple[str, str]], common: frozenset[str]
    ) -> Waiting:
        leads_to = tuple(code for code, relationship in rows if code and relationship != NOT_RELATED)
        refused = {code for code, relationship in rows if relationship == NOT_RELATED}
        found: dict[str, Suggestion] = {}
        for one in (*self._successors(end, leads_to), *self._sought(end, concept, common)):
            if one.code not in refused and (one.code not in found or found[one.code].score < one.score):
                found[one.code] = one
        best = sorted(found.values(), key=lambda one: (-one.score, one.code))[:_SUGGESTED]
        return Waiting(end.map.id, end.system, end.against, concept.code, concept.display, state, leads_to, tuple(best))

    def _successors(self, end: End, leads_to: tuple[str, ...]) -> Iterator[Suggestion]:
        """What takes the place of the retired codes that it leads to."""
        for code in leads_to:
            old = self._concept(end.against, code)
            for new in old.replaced_by if old else ():
                successor = self._concept(end.against, new)
                if successor is not None and successor.status is not Status.RETIRED:
                    says = Text(f"جانشین {code} است", f"takes the place of {code}")
                    yield Suggestion(new, successor.display, 1.0, says)

    def _sought(self, end: End, concept: Concept, common: frozenset[str]) -> Iterator[Suggestion]:
        """What the search finds in the other list by each of the names."""
        known = self._server.terminology.system(end.against)
        if known is None or known.content is Content.NOT_PRESENT:
            return
        names = [concept.display.fa, concept.display.en, *(one.value for one in concept.designations)]
        for name in dict.fromkeys(text for text in names if text):
            hits = self._server.search(name[:200], [known.id], limit=_SOUGHT, active_only=True).hits
            for hit in hits:
                said = orjson.loads(hit)
                if said["system"] != known.id:
                    continue  # of a list that stands in
                other = self._concept(known.id, said["code"])
                if other is not None:
                    yield suggestion(concept, other, common)

    # the lists

    def _common(self, system: str) -> frozenset[str]:
        """The words that many names of a list have."""
        concepts = list(self._codes(system))
        counts = Counter(word for concept in concepts for word in {w for name in _names(concept) for w in words(name)})
        most = max(_COMMON_LEAST, len(concepts) * _COMMON_SHARE)
        return frozenset(word for word, count in counts.items() if count > most)

    def _codes(self, system: str) -> Iterator[Concept]:
        """The codes of a list that are in force."""
        opened = self._server.terminology.systems.find(system)
        if opened is None or opened.content is Content.NOT_PRESENT:
            return
        whole = self._server.whole(system)
        found = [entry for _, entry in whole.entries() if entry.status is not Status.RETIRED]
        yield from sorted(found, key=lambda concept: concept.code)

    def _concept(self, system: str, code: str) -> Concept | None:
        opened = self._server.terminology.systems.find(system)
        if opened is None or opened.content is Content.NOT_PRESENT:
            return None
        whole = self._server.whole(system)
        ordinal = whole.ordinal(code)
        return whole.entry(ordinal) if ordinal is not None else None


def suggestion(concept: Concept, other: Concept, common: frozenset[str] = frozenset()) -> Suggestion:
    """How alike two codes are by their names, in whichever language they are most; ``common`` words tell little."""
    best, reason = 0.0, Text("جست‌وجو آن را به معنا می‌یابد", "the search finds it by its meaning")
    for one in _names(concept):
        for two in _names(other):
            if fold(one) == fold(two):
                return Suggestion(other.code, other.display, 1.0, Text(f"همان نام: {two}", f"the same name: {two}"))
            mine, theirs = (frozenset(word for word in words(name) if len(word) > 1) for name in (one, two))
            shared = mine & theirs
            telling = shared - common
            if telling:
                score = 0.95 if mine == theirs else 0.9 * 2 * len(telling) / (len(mine) + len(theirs))
            else:
                score = _BY_COMMON if shared else 0.0
            if score > best:
                told = ", ".join(sorted(telling or shared))
                best = score
                reason = (
                    Text(f"واژه‌های مشترک: {told}", f"words in common: {told}")
                    if telling
                    else Text(f"تنها واژه‌ای که بسیاری دارند: {told}", f"only a word that many have: {told}")
                )
    return Suggestion(other.code, other.display, best or _BY_MEANING, reason)


def _names(concept: Concept) -> list[str]:
    found = (concept.display.fa, concept.display.en, *(one.value for one in concept.designations))
    return [text for text in dict.fromkeys(found) if text]
