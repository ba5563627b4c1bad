"""The code systems of an edition: every spelling of a name, and the best content where several releases have one.

Complete beats fragment beats example beats not-present; then the later version. The same system in
the same rank and version twice is refused when the edition is made (``releases.shelf``).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from termserver.model.codes import CONTENT_RANK, CodeSystem, Content
from termserver.model.errors import ReleaseError, UnknownSystem
from termserver.model.fold import FOLD_VERSION
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Pin
from termserver.model.values import replace, value
from termserver.releases.digests import natural
from termserver.releases.records import decode_system
from termserver.terminology.tables import ABOUT, SYSTEM


@value
class OpenSystem:
    """One code system in the release where its best content is."""

    reader: ReleaseReader
    key: str
    number: int
    artefact: str
    id: str
    version: str
    content: Content
    weight: int
    stands_in_for: str
    concepts: int
    folds_case: bool
    names: tuple[str, ...]

    def better_than(self, other: "OpenSystem") -> bool:
        mine, theirs = CONTENT_RANK[self.content], CONTENT_RANK[other.content]
        return (mine, natural(self.version)) > (theirs, natural(other.version))


class Systems:
    """Every system of the releases that ``readers`` read, by any of its names."""

    def __init__(self, readers: Sequence[ReleaseReader]) -> None:
        self._best: dict[str, OpenSystem] = {}
        self._ids: dict[str, str] = {}
        self._generations: dict[str, OpenSystem] = {}
        self._everywhere: dict[str, list[OpenSystem]] = {}
        self._metadata: dict[str, CodeSystem] = {}
        for reader in readers:
            for system in _read(reader):
                self._everywhere.setdefault(system.key, []).append(system)
                known = self._best.get(system.key)
                if known is None or system.better_than(known):
                    self._best[system.key] = system
                for name in system.names:
                    if "|" in name:
                        other = self._generations.get(name)
                        if other is None or system.better_than(other):
                            self._generations[name] = system
        for key, found in self._everywhere.items():
            for name in {name for system in found for name in system.names if "|" not in name}:
                other_key = self._ids.get(name)
                if other_key is None or name == key or (name != other_key and self._outranks(key, other_key)):
                    self._ids[name] = key

    def _outranks(self, key: str, other: str) -> bool:
        return CONTENT_RANK[self._best[key].content] > CONTENT_RANK[self._best[other].content]

    def find(self, name: str) -> OpenSystem | None:
        """The system by folder id, native id, URL, OID or alias in any case, with ``|version`` or without."""
        known = self._best.get(name)
        if known is not None:
            return known
        asked = name.strip().casefold()
        key = self._ids.get(asked)
        return self._best[key] if key is not None else self._generations.get(asked)

    def resolve(self, name: str) -> OpenSystem:
        """As ``find``; raise UnknownSystem, naming the nearest, if nobody knows the name."""
        found = self.find(name)
        if found is None:
            raise self.unknown(name)
        return found

    def unknown(self, name: str) -> UnknownSystem:
        nearest = self.suggest(name)
        if nearest:
            return UnknownSystem(
                f"No code system is called '{name}'. Did you mean '{nearest}'?",
                f"هیچ سامانهٔ کدی به نام «{name}» نیست. آیا «{nearest}» منظور بود؟",
            )
        return UnknownSystem(
            f"No code system is called '{name}'. termserver doctor lists those of this edition.",
            f"هیچ سامانهٔ کدی به نام «{name}» نیست. فهرست این ویراست: termserver doctor",
        )

    def suggest(self, name: str) -> str:
        """The id of the system whose name is nearest to ``name``; empty if none is near."""
        from difflib import get_close_matches  # only mistakes pay for it

        asked = name.strip().casefold()[:200]
        near = get_close_matches(asked, list(self._ids), n=1, cutoff=0.6)
        if near:
            return self._ids[near[0]]
        return next((key for known, key in self._ids.items() if len(asked) > 2 and known.startswith(asked)), "")

    def stand_in(self, system: OpenSystem) -> OpenSystem | None:
        """What answers searches and lookups for a system whose content is not here; None if nothing does."""
        if system.content is not Content.NOT_PRESENT:
            return None
        able = [s for s in self.all() if s.stands_in_for == system.id and s.content is not Content.NOT_PRESENT]
        return able[0] if able else None

    def all(self) -> list[OpenSystem]:
        """The best of every system, other generations included, heavier ones first, then by id."""
        return sorted(self._best.values(), key=lambda system: (-system.weight, system.key))

    def of(self, reader: ReleaseReader) -> Iterable[OpenSystem]:
        """The systems of one release, whether they are the best of the edition or not."""
        return (system for found in self._everywhere.values() for system in found if system.reader is reader)

    def is_best(self, system: OpenSystem) -> bool:
        return self._best[system.key] is system

    def metadata(self, system: OpenSystem) -> CodeSystem:
        """What the edition says of the system; names that only another release knows are joined to it."""
        known = self._metadata.get(system.key)
        if known is None:
            data = system.reader.artefact(system.artefact)
            if data is None:
                raise ReleaseError(
                    f"Release {system.reader.manifest.label} lacks {system.artefact}. Build it again: "
                    "termserver release build"
                )
            known = decode_system(data)
            others = [other for other in self._everywhere[system.key] if other is not system]
            if others:
                known = _joined(known, others)
            if self.is_best(system):
                self._metadata[system.key] = known
        return known


def _read(reader: ReleaseReader) -> Iterable[OpenSystem]:
    fold = reader.get(ABOUT, "fold")
    if fold is not None and fold[1] != FOLD_VERSION:
        raise ReleaseError(
            f"Release {reader.manifest.label} was folded by rules {fold[1]}; this termserver folds by rules "
            f"{FOLD_VERSION}. Build the release again: termserver release build",
            f"انتشار {reader.manifest.label} با قاعده‌های {fold[1]} یکسان‌سازی شده است و این termserver قاعده‌های "
            f"{FOLD_VERSION} را دارد. انتشار را دوباره بسازید: termserver release build",
        )
    for key, number, artefact, id, version, content, weight, stands_in_for, concepts, folds_case, names in reader.rows(
        SYSTEM
    ):
        yield OpenSystem(
            reader,
            key,
            number,
            artefact,
            id,
            version,
            Content(content),
            weight,
            stands_in_for,
            concepts,
            bool(folds_case),
            tuple(names.split("\n")),
        )


def _joined(known: CodeSystem, others: Iterable[OpenSystem]) -> CodeSystem:
    names = {name.casefold() for name in known.names()}
    aliases = list(known.aliases)
    native_id, oid = known.native_id, known.oid
    for other in others:
        data = other.reader.artefact(other.artefact)
        said = decode_system(data) if data else known
        native_id, oid = native_id or said.native_id, oid or said.oid
        for name in said.names():
            if name.casefold() not in names:
                names.add(name.casefold())
                aliases.append(name)
    return replace(known, native_id=native_id, oid=oid, aliases=tuple(aliases))


def described(system: CodeSystem, found: OpenSystem, stand_in: OpenSystem | None) -> dict[str, Any]:
    """What the doors tell of a code system: its metadata, how many concepts, from which release."""
    manifest = found.reader.manifest
    return {
        "id": system.id,
        "native_id": system.native_id,
        "url": system.url,
        "oid": system.oid,
        "aliases": list(system.aliases),
        "version": system.version,
        "title": system.title.as_json(),
        "description": system.description.as_json(),
        "kind": str(system.kind),
        "content": str(system.content),
        "closed": system.closed,
        "closed_evidence": system.closed_evidence,
        "provisional": system.provisional,
        "concepts": found.concepts,
        "publisher": system.publisher,
        "source": system.source,
        "licence": system.licence,
        "case_sensitive": system.case_sensitive,
        "hierarchy": system.hierarchy,
        "shape": system.shape,
        "check": system.check,
        "widths": list(system.widths),
        "period": {"start": system.period.start, "end": system.period.end} if system.period else None,
        "properties": [
            {"code": p.code, "title": p.title.as_json(), "type": p.type, "indexed": p.indexed}
            for p in system.properties
        ],
        "stands_in_for": system.stands_in_for or None,
        "answered_by": stand_in.id if stand_in is not None else None,
        "from": Pin(manifest.name, manifest.version, manifest.digest).as_json(),
    }
