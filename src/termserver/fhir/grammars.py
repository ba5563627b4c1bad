"""Code systems whose codes follow a grammar: units, language tags, media types, ICD-10 codes in pairs, country codes.

A grammar stands alone, or behind a list of the edition: what the list has is the list's, every other code is read by
the grammar. Only listed codes are expanded, and such an expansion says that it is not closed.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from threading import Lock

from pyroaring import BitMap

from termserver.fhir import tags, ucum
from termserver.fhir.code_system import CodeSystem
from termserver.fhir.concept_map import ConceptMap
from termserver.fhir.library import Shelf
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import UNLISTED, Concept, Designation, System, plain, value_of
from termserver.fhir.value_set import ValueSet

Read = Callable[[str], Concept | None]
"""The concept of a code; None if the grammar does not know it."""
_MOST = 20_000
_COUNTRY_CODES = ("alpha-3", "numeric")


class GrammarSystem:
    """``systems.System``: a list, and a grammar behind it."""

    def __init__(self, listed: System, read: Read, others: Callable[[], Iterable[str]] | None = None) -> None:
        """``others`` are all further codes that the grammar reads; without it there is no end of them."""
        self._listed = listed
        self._grammar = read
        self._others = others
        self.head = replace(listed.head, content="complete", grammar=True) if others is None else listed.head
        self.supplements = listed.supplements
        self._lock = Lock()
        self._ordinals: dict[str, int] = {}
        self._concepts: OrderedDict[int, Concept] = OrderedDict()
        self._next = UNLISTED

    def find(self, code: str) -> int | None:
        found = self._listed.find(code)
        if found is None:
            found = self._ordinals.get(code)
        if found is None:
            concept = self._grammar(code)
            if concept is not None:
                found = self._kept(code, concept)
        return found

    def _kept(self, code: str, concept: Concept) -> int:
        with self._lock:
            known = self._ordinals.get(code)
            if known is None:
                known = self._ordinals[code] = self._next
                self._next += 1
                self._concepts[known] = concept
                if len(self._concepts) > _MOST:
                    _, old = self._concepts.popitem(last=False)
                    self._ordinals.pop(old.code, None)
        return known

    def concept(self, ordinal: int) -> Concept:
        return self._concepts[ordinal] if ordinal >= UNLISTED else self._listed.concept(ordinal)

    def named(self, ordinal: int) -> tuple[str, str]:
        concept = self.concept(ordinal)
        return concept.code, concept.display

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        return None

    def each(self) -> Iterator[tuple[int, Concept]]:
        yield from self._listed.each()
        for code in self._others() if self._others is not None else ():
            ordinal = self.find(code)
            if ordinal is not None:
                yield ordinal, self.concept(ordinal)

    @property
    def everything(self) -> BitMap:
        return self._listed.everything

    @property
    def inactive(self) -> BitMap:
        return self._listed.inactive

    @property
    def abstract(self) -> BitMap:
        return self._listed.abstract

    def impossible(self, code: str) -> bool:
        return self.find(code) is None and (self.head.grammar or self._listed.impossible(code))

    def parents(self, ordinal: int) -> tuple[int, ...]:
        return () if ordinal >= UNLISTED else self._listed.parents(ordinal)

    def children(self, ordinal: int) -> tuple[int, ...]:
        return () if ordinal >= UNLISTED else self._listed.children(ordinal)

    def below(self, ordinal: int) -> BitMap:
        return BitMap() if ordinal >= UNLISTED else self._listed.below(ordinal)

    def above(self, ordinal: int) -> BitMap:
        return BitMap() if ordinal >= UNLISTED else self._listed.above(ordinal)

    def matching(self, text: str) -> Iterable[BitMap]:
        return self._listed.matching(text)

    def remembered(self, key: object) -> BitMap | None:
        return self._listed.remembered(key)

    def remember(self, key: object, found: BitMap) -> BitMap:
        return self._listed.remember(key, found)


def _written(code: str) -> tuple[Designation, ...]:
    """The code as a name of itself: that is how most senders call a unit."""
    return (Designation(code),)


def _unit(code: str) -> Concept | None:
    try:
        unit = ucum.read(code)
    except ucum.NoUnit:
        return None
    properties: list[Json] = [{"code": "canonical", "valueString": unit.quantity.units}]
    if unit.quantity.number:
        properties.append({"code": "factor", "valueString": unit.quantity.number})
    if unit.quantity.special:
        properties.append({"code": "special", "valueBoolean": True})
    return Concept(code, unit.name, designations=_written(code), properties=tuple(properties))


def _tag(code: str) -> Concept | None:
    name = tags.language(code)
    return Concept(code, name, designations=_written(code)) if name is not None else None


def _media(code: str) -> Concept | None:
    name = tags.media_type(code)
    return Concept(code, name) if name is not None else None


def _pairs_of(listed: System) -> Read:
    def usage(code: str) -> str | None:
        ordinal = listed.find(code)
        if ordinal is None:
            return None
        said = (one for one in listed.concept(ordinal).properties if one.get("code") == "usage")
        return next((str(one.get("valueCode") or one.get("valueString") or "") for one in said), "")

    def read(code: str) -> Concept | None:
        found = tags.icd10_pair(code, usage)
        if found is None:
            return None
        names = [listed.concept(ordinal).display for one in found if one and (ordinal := listed.find(one)) is not None]
        marks = zip(
            ("dagger", "asterisk") if found[1] or not code.endswith("*") else ("asterisk",), found, strict=False
        )
        properties = tuple({"code": mark, "valueCode": one} for mark, one in marks if one)
        display = names[0] if len(names) == 1 else f"{names[0]} ({names[1]})"
        return Concept(code, display, properties=properties)

    return read


def _with_other_codes(listed: System) -> GrammarSystem:
    """Countries, with the other two codes of each, as its list says them: ``IRN`` and ``364`` of ``IR``."""

    @cache
    def others() -> dict[str, int]:
        found: dict[str, int] = {}
        for wanted in _COUNTRY_CODES:
            for ordinal, concept in listed.each():
                for said in concept.properties:
                    if said.get("code") == wanted:
                        found.setdefault(plain(value_of(said)[1]), ordinal)
        return found

    def read(code: str) -> Concept | None:
        ordinal = others().get(code)
        if ordinal is None:
            return None
        known = listed.concept(ordinal)
        return replace(known, code=code, properties=({"code": "alpha-2", "valueCode": known.code}, *known.properties))

    return GrammarSystem(listed, read, others)


def _own(url: str, id: str, name: str, title: str, version: str, concepts: Iterable[Json]) -> CodeSystem:
    head = {
        "resourceType": "CodeSystem",
        "id": id,
        "url": url,
        "version": version,
        "name": name,
        "title": title,
        "status": "active",
        "experimental": False,
        "language": "en",
        "caseSensitive": url != tags.BCP47 and url != tags.BCP13,
        "content": "complete",
        "concept": list(concepts),
    }
    if not version:
        del head["version"]
    return CodeSystem(head)


def _made(url: str) -> CodeSystem:
    if url == ucum.URL:
        units = (
            {"code": code, "display": name, "designation": [{"value": code}]} for code, name in ucum.atoms().items()
        )
        return _own(url, "ucum-grammar", "UCUM", "Unified Code for Units of Measure", ucum.VERSION, units)
    if url == tags.BCP47:
        listed = ({"code": code, "display": tags.language(code) or code} for code in tags.languages())
        return _own(url, "bcp47", "BCP47", "Tags for identifying languages (BCP 47)", "", listed)
    listed = ({"code": code, "display": code} for code in tags.media_types())
    return _own(url, "bcp13", "BCP13", "Media types (BCP 13)", "", listed)


_BEHIND: dict[str, Callable[[System], GrammarSystem]] = {
    tags.ICD10: lambda listed: GrammarSystem(listed, _pairs_of(listed)),
    "urn:iso:std:iso:3166": _with_other_codes,
}
_GRAMMARS: dict[str, Read] = {ucum.URL: _unit, tags.BCP47: _tag, tags.BCP13: _media}
URLS = tuple(_GRAMMARS)


class WithGrammars:
    """``library.Shelf`` that knows the grammars beside what another one keeps."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._known: dict[int, tuple[System, GrammarSystem]] = {}
        self._own: dict[str, GrammarSystem] = {}
        self._lock = Lock()

    def systems(self, url: str) -> Sequence[System]:
        found = self._shelf.systems(url)
        grammar = _GRAMMARS.get(url)
        if grammar is None and url not in _BEHIND:
            return found
        here = [one for one in found if one.head.content not in ("not-present", "example", "supplement")]
        with self._lock:
            if here:
                return [self._extended(one, url) for one in here]
            if grammar is None:
                return found
            known = self._own.get(url)
            if known is None:
                known = self._own[url] = GrammarSystem(_made(url), grammar)
            return [known]

    def _extended(self, listed: System, url: str) -> GrammarSystem:
        known = self._known.get(id(listed))
        if known is None:  # the list is held too, so that nobody else gets its id
            made = _BEHIND[url](listed) if url in _BEHIND else GrammarSystem(listed, _GRAMMARS[url])
            known = self._known[id(listed)] = listed, made
        return known[1]

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return self._shelf.value_sets(url)

    def concept_maps(self) -> Iterable[ConceptMap]:
        return self._shelf.concept_maps()

    def supplements(self) -> Iterable[Json]:
        return self._shelf.supplements()

    def system_of_value_set(self, url: str) -> System | None:
        return self._shelf.system_of_value_set(url)


__all__ = ["URLS", "GrammarSystem", "WithGrammars"]
