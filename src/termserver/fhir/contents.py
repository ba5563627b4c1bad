"""What a value set holds: its includes worked out to sets of concepts, less its excludes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pyroaring import BitMap

from termserver.fhir.budget import Budget
from termserver.fhir.filters import passing
from termserver.fhir.library import Library
from termserver.fhir.outcomes import problem
from termserver.fhir.systems import System
from termserver.fhir.value_set import Include, Listed, ValueSet, read_value_set
from termserver.fhir.versions import VersionRules, joined, split
from termserver.fhir.versions import key as version_key


@dataclass
class Part:
    """Some concepts of one system, in the order they are shown; ``listed``: those that a value set names."""

    system: System
    members: BitMap
    order: list[int] | None = None
    nested: bool = False
    filtered: bool = False
    listed: dict[int, Listed] = field(default_factory=dict)


@dataclass
class Used:
    """What an answer was made from: to be told in ``expansion.parameter``."""

    systems: dict[str, System] = field(default_factory=dict)
    value_sets: dict[str, ValueSet] = field(default_factory=dict)
    supplements: dict[str, None] = field(default_factory=dict)
    rules: dict[tuple[str, str], None] = field(default_factory=dict)
    versions_match: bool = False


class Contents:
    """Works value sets out, for one request."""

    def __init__(self, library: Library, rules: VersionRules, budget: Budget, supplements: Sequence[str] = ()) -> None:
        self.library = library
        self.rules = rules
        self.used = Used()
        self._worked_out: dict[str, list[Part]] = {}
        self.budget = budget
        self._supplements = supplements
        self.without: frozenset[str] = frozenset()

    def of(self, value_set: ValueSet, path: tuple[str, ...] = ()) -> list[Part]:
        """The parts of a value set, in the order of its includes; no concept is in two of them."""
        refuse_circle(value_set, path)
        known = self._worked_out.get(value_set.vurl)
        if known is None:
            known = self._work_out(value_set, (*path, value_set.vurl))
            if value_set.vurl:
                self._worked_out[value_set.vurl] = known
        return [replace(part, members=BitMap(part.members)) for part in known]

    def _work_out(self, value_set: ValueSet, path: tuple[str, ...]) -> list[Part]:
        parts: list[Part] = []
        flat = bool(value_set.exclude)
        match = value_set.parameter("versionsMatch").lower()
        for include in _newest_first(value_set.include):
            for part in self._included(value_set, include, path):
                part.nested = part.nested and not flat
                _add(parts, part, match == "true")
        if match == "true":
            self.used.versions_match = True
        included = {(part.system.head.url, part.system.head.version) for part in parts}
        for include in value_set.exclude:
            for gone in self._included(value_set, include, path):
                head = gone.system.head
                other_version = (head.url, head.version) not in included and any(url == head.url for url, _ in included)
                loose = match == "true" or (match != "false" and other_version)
                if loose and other_version:
                    self.used.versions_match = True
                for part in parts:
                    if part.system.head.vurl == head.vurl:
                        part.members -= gone.members
                    elif loose and part.system.head.url == head.url:
                        part.members -= _carried(gone, part.system)
        if not value_set.inactive:
            for part in parts:
                part.members -= part.system.inactive
        return parts

    def _included(self, value_set: ValueSet, include: Include, path: tuple[str, ...]) -> list[Part]:
        self.budget.spend(16)
        if include.system and include.system in self.without:
            return []
        imported = [self.of(self.imported(value_set, canonical), path) for canonical in include.value_sets]
        if not include.system:
            found = imported[0]
            for other in imported[1:]:
                found = [_narrowed(part, other) for part in found]
            return [Part(p.system, p.members, p.order, listed=p.listed) for p in found if p.members]
        found = [self._of_system(value_set, include, system, path) for system in self.resolved(include)]
        for other in imported:
            found = [_narrowed(part, other) for part in found]
        return found

    def _of_system(self, value_set: ValueSet, include: Include, system: System, path: tuple[str, ...]) -> Part:
        members, order, listed = self.chosen(value_set, include, system, path)
        nested = order is None and not include.value_sets
        return Part(system, members, order, nested, nested and bool(include.filters), listed)

    def chosen(
        self, value_set: ValueSet, include: Include, system: System, path: tuple[str, ...]
    ) -> tuple[BitMap, list[int] | None, dict[int, Listed]]:
        """What the include takes from the system, its imports left aside."""
        if include.listed is not None:
            listed: dict[int, Listed] = {}
            for one in include.listed:
                ordinal = system.find(one.code)
                if ordinal is not None:
                    listed.setdefault(ordinal, one)
            return BitMap(listed), list(listed), listed
        if not system.head.listed:
            raise problem(403, "too-costly", "REGISTRY_NOT_LISTED", system.head.url)
        if not include.filters:
            return BitMap(system.everything), None, {}

        def in_set(canonical: str) -> BitMap | None:
            parts = self.of(self.imported(value_set, canonical), path)
            return next((part.members for part in parts if part.system.head.vurl == system.head.vurl), None)

        members: BitMap | None = None
        for filter in include.filters:
            found = passing(system, filter, self.budget, in_set)
            members = BitMap(found) if members is None else members & found
        return members or BitMap(), None, {}

    def resolved(self, include: Include) -> list[System]:
        """The versions of the system that are meant, by value set and rules; raise ``FhirProblem`` if there is none."""
        url = include.system
        version, rule = self.rules.determine(url, include.version)
        if version == "*" and not rule:
            systems = self.library.systems(url)
        else:
            system = self.library.system(url, version)
            systems = [system] if system is not None else []
        if not systems:
            raise unknown_system(self.library, url, version)
        for system in systems:
            head = system.head
            breach = self.rules.breach(url, head.version)
            if breach:
                raise problem(
                    422, "exception", "VALUESET_VERSION_CHECK", head.version, url, breach, type="version-error"
                )
            if head.content in ("not-present", "example"):
                raise problem(422, "business-rule", "CODESYSTEM_CONTENT_MISSING_EXP", head.vurl, type="not-found")
        if rule:
            self.used.rules[rule, joined(url, version)] = None
        return [self.open(system) for system in systems]

    def open(self, system: System) -> System:
        """The system with the supplements that the request wants, noted as used."""
        found = self.library.supplemented(system, self._supplements)
        self.used.systems[system.head.vurl] = system
        self.used.supplements.update(dict.fromkeys(found.supplements))
        return found

    def imported(self, value_set: ValueSet, canonical: str, noted: bool = True) -> ValueSet:
        """The value set that another one imports; raise ``FhirProblem`` if it is not here."""
        if canonical in value_set.contained:
            return read_value_set(value_set.contained[canonical], value_set.contained)
        url, version = split(canonical)
        pinned = version or self.rules.value_sets.get(url, "")
        found = self.library.value_set(url, pinned)
        if pinned and not version and noted:
            self.used.rules["default-valueset-version", joined(url, pinned)] = None
        if found is None:
            if pinned and not version:
                raise problem(404, "not-found", "VS_EXP_IMPORT_UNK_PINNED", url, pinned, type="not-found")
            raise problem(404, "not-found", "Unable_to_resolve_value_Set_", joined(url, pinned), type="not-found")
        if noted:
            self.used.value_sets[found.vurl] = found
        return found


def unknown_system(library: Library, url: str, version: str) -> Exception:
    if not version:
        return problem(404, "not-found", "UNKNOWN_CODESYSTEM_EXP", url, type="not-found")
    known = library.versions(url)
    if not known:
        return problem(404, "not-found", "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE", url, version, type="not-found")
    return problem(
        404, "not-found", "UNKNOWN_CODESYSTEM_VERSION_EXP", url, version, listed_versions(known), type="not-found"
    )


def listed_versions(versions: Sequence[str]) -> str:
    known = sorted((version for version in versions if version), key=version_key)
    return " or ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)


def _newest_first(includes: Sequence[Include]) -> list[Include]:
    """The includes in their order; those that pin several versions of one system, the newest of them first."""
    found = list(includes)
    for url in dict.fromkeys(include.system for include in includes if include.system):
        places = [n for n, include in enumerate(found) if include.system == url]
        if len({found[n].version for n in places}) > 1:
            ordered = sorted((found[n] for n in places), key=lambda one: version_key(one.version), reverse=True)
            for n, include in zip(places, ordered, strict=True):
                found[n] = include
    return found


def _add(parts: list[Part], part: Part, merge: bool) -> None:
    """Join a part to what is there already; with ``merge`` a code gives way to the same in a newer version."""
    for known in parts:
        if known.system.head.vurl == part.system.head.vurl:
            part.members = part.members - known.members
        elif merge and known.system.head.url == part.system.head.url:
            part.members = part.members - _carried(known, part.system)
    parts.append(part)


def _carried(part: Part, system: System) -> BitMap:
    """The concepts of ``part`` by their codes in another version of the system."""
    found = (system.find(part.system.concept(ordinal).code) for ordinal in part.members)
    return BitMap(one for one in found if one is not None)


def _narrowed(part: Part, other: Sequence[Part]) -> Part:
    members, listed = BitMap(), dict(part.listed)
    for one in other:
        if one.system.head.url != part.system.head.url:
            continue
        same = one.system.head.version == part.system.head.version
        shared = part.members & (one.members if same else _carried(one, part.system))
        members |= shared
        if same:
            for ordinal in shared:
                if ordinal in one.listed:
                    listed.setdefault(ordinal, one.listed[ordinal])
    return Part(part.system, members, part.order, listed=listed)


def refuse_circle(value_set: ValueSet, path: tuple[str, ...]) -> None:
    """Raise ``FhirProblem`` where the value set is one of those that led to it."""
    if value_set.vurl and value_set.vurl in path:
        raise problem(
            400,
            "processing",
            "VALUESET_CIRCULAR_REFERENCE",
            value_set.vurl,
            ", ".join(path[path.index(value_set.vurl) :]),
            type="vs-invalid",
        )
