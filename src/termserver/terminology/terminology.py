"""Exact answers over the releases of an edition: lookup, validate-code, subsumption, value sets, maps, identifiers.

``Terminology`` is what judging a document asks of the terminology (``model.ports.Codes``) and what
the doors ask through ``TermServer``. It is immutable and safe to share between threads; its
memories are bounded.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from termserver.model.codes import CodeSystem, Coding, Concept, NamingSystem
from termserver.model.days import Day
from termserver.model.errors import UnknownCode
from termserver.model.fold import key
from termserver.model.ports import CodeState, ReleaseReader
from termserver.model.releases import Pin, Table
from termserver.model.text import Text
from termserver.terminology.closure import NOBODY, Ordinals, opened
from termserver.terminology.details import CodeValidity, ConceptDetail, Named, decode_concept, decode_name, names_of
from termserver.terminology.lookup import CodeStates, find
from termserver.terminology.maps import Maps, NamingSystems, ValueSets
from termserver.terminology.nearest import nearest
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.tables import ANCESTORS, CHILDREN, DESCENDANTS, DETAIL, unpack
from termserver.terminology.wording import unknown_code, validity

if TYPE_CHECKING:
    from termserver.terminology.registry_links import Links
    from termserver.terminology.verification import Verifier

__all__ = ["CodeValidity", "ConceptDetail", "Named", "Terminology"]

_BATCH = 512


class Terminology:
    """Exact answers from the releases that ``readers`` read."""

    def __init__(self, readers: Sequence[ReleaseReader]) -> None:
        self.systems = Systems(readers)
        self._states = CodeStates(self.systems)
        self._value_sets = ValueSets(readers, self.system, self._below)
        self._maps = Maps(readers)
        self._naming = NamingSystems(readers)
        self.state = self._states.state
        """One of ``CodeState`` for (system id, code, day); see ``model.ports.Codes``."""

    # what judging a document asks (model.ports.Codes)

    def system(self, name: str) -> CodeSystem | None:
        found = self.systems.find(name)
        return self.systems.metadata(found) if found is not None else None

    def displays(self, system_id: str, code: str) -> tuple[str, ...]:
        concept = self._concept(system_id, code)
        return tuple(names_of(concept)) if concept is not None else ()

    def display(self, system_id: str, code: str) -> Text:
        """The display of a code in both languages; empty where the code is not here."""
        concept = self._concept(system_id, code)
        return concept.display if concept is not None else Text()

    def entry(self, system_id: str, code: str) -> Concept | None:
        return self._concept(system_id, code)

    def replaced_by(self, system_id: str, code: str) -> tuple[str, ...]:
        concept = self._concept(system_id, code)
        return concept.replaced_by if concept is not None else ()

    def nearest(self, system_id: str, code: str, display: str) -> tuple[str, str] | None:
        system = self.systems.find(system_id)
        found = nearest(system, code, display) if system is not None else None
        return (found.code, found.display.in_language("fa")) if found is not None else None

    def in_value_set(self, value_set_id: str, system_id: str, code: str) -> bool | None:
        value_set = self._value_sets.get(value_set_id)
        if value_set is None:
            return None
        return value_set.holds(system_id, code, lambda asked: self._standing(system_id, asked))

    def value_set_systems(self, value_set_id: str) -> tuple[str, ...] | None:
        value_set = self._value_sets.get(value_set_id)
        return value_set.systems if value_set is not None else None

    def related(self, concept_map_id: str, source_code: str) -> tuple[str, ...] | None:
        return self._maps.related(concept_map_id, source_code)

    def naming_system(self, issuer: str, assigner: str, type: str) -> NamingSystem | None:
        return self._naming.by_triplet(issuer, assigner, type)

    def naming_system_by_id(self, id: str) -> NamingSystem | None:
        return self._naming.by_id(id)

    # what the doors ask

    @cached_property
    def verifier(self) -> "Verifier":
        """Verifies entries of registries by the thousand."""
        from termserver.terminology.verification import Verifier  # judging a document never asks

        return Verifier(self.systems)

    @cached_property
    def links(self) -> "Links":
        """Who names an entry of a registry."""
        from termserver.terminology.registry_links import Links  # judging a document never asks

        return Links(self.systems)

    def resolve(self, name: str) -> CodeSystem:
        """The system by any of its names; raise UnknownSystem, naming the nearest, if nobody knows it."""
        return self.systems.metadata(self.systems.resolve(name))

    def lookup(self, coding: Coding, on: Day | None = None) -> ConceptDetail:
        """All that is known of a code, on the day ``on`` or ever.

        A system whose content is not here is answered by the one that stands in for it, and the
        answer says so. Raise UnknownSystem or UnknownCode, each naming the nearest right one.
        """
        asked, system, row = self._locate(coding)
        concept = self._read(system, row)
        day = on or ""
        above = self._family(system, ANCESTORS, row)
        parents = {code.casefold() if system.folds_case else code for code in concept.parents}
        properties = tuple(p for p in concept.properties if p.period.holds(day)) if day else concept.properties
        return ConceptDetail(
            system=self.systems.metadata(system),
            concept=concept,
            parents=tuple(one for one in above if (one.code.casefold() if system.folds_case else one.code) in parents),
            ancestors=above,
            children=self._family(system, CHILDREN, row),
            replaced_by=tuple(self._name(system, code) for code in concept.replaced_by),
            properties=properties,
            on=day,
            state=self.state(system.key, concept.code, day),
            release=_pin(system.reader),
            stand_in_for=asked.id if asked is not system else "",
        )

    def validate_code(self, coding: Coding, on: Day | None = None) -> CodeValidity:
        """Whether the code is right on the day ``on``, and whether the display is one of its names.

        No stand-in is asked: a code whose list is not here cannot be told to be right. Raise UnknownSystem.
        """
        system = self.systems.resolve(coding.system)
        metadata = self.systems.metadata(system)
        state = self.state(system.key, coding.code, on or "")
        concept = self._concept(system.key, coding.code)
        near = None
        if state in (CodeState.UNKNOWN, CodeState.UNLISTED, CodeState.BAD_SHAPE, CodeState.BAD_CHECK):
            near = nearest(system, coding.code, coding.display)
        display_right = None
        if coding.display and concept is not None:
            display_right = key(coding.display) in {key(name) for name in names_of(concept)}
        return validity(metadata, coding, state, concept, near, display_right, _pin(system.reader))

    def subsumes(self, system: str, a: str, b: str) -> str:
        """``equivalent``, ``subsumes`` (a is above b), ``subsumed-by`` or ``not-subsumed`` (FHIR CodeSystem $subsumes).

        Raise UnknownSystem or UnknownCode.
        """
        _, known, row_a = self._locate(Coding(system, a))
        _, _, row_b = self._locate(Coding(system, b))
        if row_a == row_b:
            return "equivalent"
        if row_a in self._ordinals(known, ANCESTORS, row_b):
            return "subsumes"
        return "subsumed-by" if row_b in self._ordinals(known, ANCESTORS, row_a) else "not-subsumed"

    def children(self, system: str, code: str) -> tuple[Named, ...]:
        """The children in the order of the content; raise UnknownSystem or UnknownCode."""
        _, known, row = self._locate(Coding(system, code))
        return self._family(known, CHILDREN, row)

    def ancestors(self, system: str, code: str) -> tuple[Named, ...]:
        """The ancestors, nearest first; the code itself is not one. Raise UnknownSystem or UnknownCode."""
        _, known, row = self._locate(Coding(system, code))
        return self._family(known, ANCESTORS, row)

    def descendants(self, system: str, code: str) -> Iterator[Named]:
        """Yield everything below the code, the best first; raise UnknownSystem or UnknownCode."""
        _, known, row = self._locate(Coding(system, code))
        return self._names(known, list(self._below_ordinal(known, row)))

    # how it is found

    def _locate(self, coding: Coding) -> tuple[OpenSystem, OpenSystem, int]:
        """The system asked for, the one that answers, and the ordinal of the code in it."""
        asked = self.systems.resolve(coding.system)
        system = self.systems.stand_in(asked) or asked
        row = find(system, coding.code, self.systems.metadata(system).widths)
        if row is None and (stripped := coding.code.strip()) != coding.code:
            row = find(system, stripped, self.systems.metadata(system).widths)
        if row is None:
            raise self._unknown(system, coding)
        return asked, system, row[1]

    def _unknown(self, system: OpenSystem, coding: Coding) -> UnknownCode:
        return unknown_code(self.systems.metadata(system), coding, nearest(system, coding.code, coding.display))

    def _concept(self, system_id: str, code: str) -> Concept | None:
        system = self.systems.find(system_id)
        row = find(system, code, self.systems.metadata(system).widths) if system is not None else None
        return self._read(system, row[1]) if system is not None and row is not None else None

    @staticmethod
    def _read(system: OpenSystem, ordinal: int) -> Concept:
        row = system.reader.get(DETAIL, ordinal)
        return decode_concept(row[1] if row else b'{"c":""}')

    def _name(self, system: OpenSystem, code: str) -> Named:
        row = find(system, code, ())
        detail = system.reader.get(DETAIL, row[1]) if row else None
        return decode_name(detail[1]) if detail else Named(code, Text())

    @staticmethod
    def _ordinals(system: OpenSystem, table: Table, ordinal: int) -> Sequence[int]:
        row = system.reader.get(table, ordinal)
        return unpack(row[1]) if row else ()

    def _family(self, system: OpenSystem, table: Table, ordinal: int) -> tuple[Named, ...]:
        return tuple(self._names(system, self._ordinals(system, table, ordinal)))

    @staticmethod
    def _names(system: OpenSystem, ordinals: Sequence[int]) -> Iterator[Named]:
        for start in range(0, len(ordinals), _BATCH):
            some = ordinals[start : start + _BATCH]
            rows = system.reader.many(DETAIL, some)
            yield from (decode_name(rows[ordinal][1]) for ordinal in some)

    def _standing(self, system_id: str, code: str) -> tuple[str, int]:
        system = self.systems.find(system_id)
        row = find(system, code, self.systems.metadata(system).widths) if system is not None else None
        return self.state(system_id, code, ""), row[1] if row is not None else -1

    def _below(self, system_id: str, code: str) -> Ordinals:
        system = self.systems.find(system_id)
        row = find(system, code, ()) if system is not None else None
        return self._below_ordinal(system, row[1]) if system is not None and row is not None else NOBODY

    @staticmethod
    def _below_ordinal(system: OpenSystem, ordinal: int) -> Ordinals:
        row = system.reader.get(DESCENDANTS, ordinal)
        return opened(row[1]) if row else NOBODY


def _pin(reader: ReleaseReader) -> Pin:
    manifest = reader.manifest
    return Pin(manifest.name, manifest.version, manifest.digest)
