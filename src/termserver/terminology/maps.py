"""Value sets, concept maps and naming systems of the releases, each read when it is first asked for."""

from collections.abc import Callable, Sequence

from termserver.model.codes import CodeSystem, NamingSystem
from termserver.model.ports import ReleaseReader
from termserver.releases.records import decode_concept_map, decode_naming_system, decode_value_set
from termserver.terminology.closure import Ordinals
from termserver.terminology.value_sets import OpenValueSet

NOT_RELATED = "not-related-to"
ANYTHING = "*"
"""A part of a triplet that fits whatever the document says."""


def _artefact(readers: Sequence[ReleaseReader], path: str) -> bytes | None:
    return next((data for reader in readers if (data := reader.artefact(path)) is not None), None)


class ValueSets:
    """Value sets by id; the first release of the edition that has one counts."""

    def __init__(
        self,
        readers: Sequence[ReleaseReader],
        system: Callable[[str], CodeSystem | None],
        below: Callable[[str, str], Ordinals],
    ) -> None:
        self._readers = readers
        self._system = system
        self._below = below
        self._known: dict[str, OpenValueSet] = {}

    def get(self, id: str) -> OpenValueSet | None:
        known = self._known.get(id)
        if known is None:
            data = _artefact(self._readers, f"valuesets/{id}.json")
            if data is None:
                return None
            known = self._known[id] = OpenValueSet(decode_value_set(data), self._system, self._below)
        return known


class Maps:
    """Concept maps by id, from source code to target codes."""

    def __init__(self, readers: Sequence[ReleaseReader]) -> None:
        self._readers = readers
        self._known: dict[str, dict[str, tuple[str, ...]]] = {}

    def related(self, id: str, source_code: str) -> tuple[str, ...] | None:
        """The targets in the order of the map; None if it does not know the source code, or nobody knows the map."""
        known = self._known.get(id)
        if known is None:
            data = _artefact(self._readers, f"conceptmaps/{id}.json")
            if data is None:
                return None
            targets: dict[str, list[str]] = {}
            for mapping in decode_concept_map(data).mappings:
                found = targets.setdefault(mapping.source_code, [])
                if mapping.relationship != NOT_RELATED and mapping.target_code:
                    found.append(mapping.target_code)
            known = self._known[id] = {source: tuple(found) for source, found in targets.items()}
        return known.get(source_code)


class NamingSystems:
    """Kinds of identifier by triplet, in any case of letters."""

    def __init__(self, readers: Sequence[ReleaseReader]) -> None:
        self._readers = readers
        self._by_id: dict[str, NamingSystem] | None = None
        self._by_triplet: dict[tuple[str, str, str], NamingSystem] = {}

    def _all(self) -> dict[str, NamingSystem]:
        if self._by_id is None:
            found: dict[str, NamingSystem] = {}
            triplets: dict[tuple[str, str, str], NamingSystem] = {}
            for reader in self._readers:
                for artefact in reader.manifest.artefacts:
                    if artefact.kind != "namingsystem":
                        continue
                    naming = decode_naming_system(reader.artefact(artefact.path) or b"")
                    found.setdefault(naming.id, naming)
                    for said in naming.triplets:
                        triplets.setdefault(_folded(said.issuer, said.assigner, said.type), naming)
            self._by_triplet = triplets
            self._by_id = found
        return self._by_id

    def all(self) -> list[NamingSystem]:
        return sorted(self._all().values(), key=lambda naming: naming.id)

    def by_id(self, id: str) -> NamingSystem | None:
        return self._all().get(id)

    def by_triplet(self, issuer: str, assigner: str, type: str) -> NamingSystem | None:
        """The one that says just this triplet, else one that leaves open (``*``) what differs; None if none does."""
        self._all()
        asked = _folded(issuer, assigner, type)
        exact = self._by_triplet.get(asked)
        if exact is not None:
            return exact
        return next(
            (
                naming
                for said, naming in self._by_triplet.items()
                if ANYTHING in said and all(part in (ANYTHING, given) for part, given in zip(said, asked, strict=True))
            ),
            None,
        )


def _folded(issuer: str, assigner: str, type: str) -> tuple[str, str, str]:
    return issuer.strip().casefold(), assigner.strip().casefold(), type.strip().casefold()
