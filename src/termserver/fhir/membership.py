"""Whether a coding is in a value set: include by include, with the versions that come into play."""

from dataclasses import dataclass, field

from termserver.fhir.contents import Contents, refuse_circle
from termserver.fhir.findings import Asked, Finding, Found, unknown_version, version_refused
from termserver.fhir.library import Library
from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.systems import UNLISTED, System
from termserver.fhir.value_set import Include, ValueSet
from termserver.fhir.versions import VersionRules, joined, matches, split
from termserver.fhir.versions import key as version_key


@dataclass
class Seen:
    """What was looked at for one coding."""

    systems: dict[str, System] = field(default_factory=dict)
    untold: bool = False
    fragment: System | None = None


class Membership:
    """Answers for one request."""

    def __init__(self, library: Library, rules: VersionRules, contents: Contents) -> None:
        self._library = library
        self._rules = rules
        self.contents = contents
        self._straight: set[str] = set()

    def refuse_circles(self, value_set: ValueSet, path: tuple[str, ...] = ()) -> None:
        """Raise ``FhirProblem`` where a value set imports itself; what is not here is passed over."""
        refuse_circle(value_set, path)
        if value_set.vurl and value_set.vurl in self._straight:
            return
        for include in (*value_set.include, *value_set.exclude):
            for canonical in include.value_sets:
                try:
                    imported = self.contents.imported(value_set, canonical, noted=False)
                except FhirProblem as error:
                    if error.status != 404:
                        raise
                    continue
                self.refuse_circles(imported, (*path, value_set.vurl))
        self._straight.add(value_set.vurl)

    def find(self, value_set: ValueSet, finding: Finding, seen: Seen, path: tuple[str, ...] = ()) -> list[Found]:
        """Every concept of the value set that the coding may mean, the newest version first."""
        refuse_circle(value_set, path)
        self.contents.budget.spend(16)
        path = (*path, value_set.vurl)
        found: list[Found] = []
        for include in self._concerned(value_set, finding.asked):
            found += self._in_include(value_set, include, finding, seen, path)
        match = value_set.parameter("versionsMatch").lower()
        included = {(one.system.head.url, one.system.head.version) for one in found}
        for include in value_set.exclude:
            if not found:
                break
            gone = self._in_include(value_set, include, Finding(finding.asked), Seen(), path)
            for lost in gone:
                head = lost.system.head
                loose = match == "true" or (match != "false" and (head.url, head.version) not in included)
                found = [
                    one
                    for one in found
                    if one.system.head.url != head.url
                    or one.concept.code != lost.concept.code
                    or not (loose or one.system.head.version == head.version)
                ]
        found.sort(key=lambda one: version_key(one.system.head.version), reverse=True)
        return found

    def _concerned(self, value_set: ValueSet, asked: Asked) -> list[Include]:
        """The includes that may hold the coding; where several versions are pinned, those of its own version."""
        own = [include for include in value_set.include if not include.system or include.system == asked.system]
        pinned = [include for include in own if include.system]
        if asked.version and len({include.version for include in pinned}) > 1:
            fitting = [
                include
                for include in pinned
                if matches(self._rules.determine(asked.system, include.version)[0], asked.version)
                or self._default(include) == asked.version
            ]
            newest = max(pinned, key=lambda include: version_key(include.version))
            kept = fitting or [newest]
            return [include for include in own if not include.system or include in kept]
        return own

    def _default(self, include: Include) -> str:
        version, _ = self._rules.determine(include.system, include.version)
        system = None if version else self._library.system(include.system)
        return system.head.version if system is not None else ""

    def _in_include(
        self, value_set: ValueSet, include: Include, finding: Finding, seen: Seen, path: tuple[str, ...]
    ) -> list[Found]:
        asked = finding.asked
        if include.system and include.system != asked.system:
            return []
        candidates: list[Found] | None = None
        if include.system:
            systems = self._systems(include, finding, seen)
            candidates = []
            for system in systems:
                one = self._one(value_set, include, system, asked, seen, path)
                if one is not None:
                    candidates.append(one)
            if not candidates and seen.fragment is None:
                return []
        for canonical in include.value_sets:
            imported = self._imported(value_set, canonical, finding, seen)
            if imported is None:
                return []
            inner = self.find(imported, finding, seen, path)
            if candidates is None:
                candidates = inner
            else:
                codes = {(one.system.head.url, one.concept.code) for one in inner}
                candidates = [one for one in candidates if (one.system.head.url, one.concept.code) in codes]
        return candidates or []

    def _imported(self, value_set: ValueSet, canonical: str, finding: Finding, seen: Seen) -> ValueSet | None:
        try:
            return self.contents.imported(value_set, canonical)
        except FhirProblem as error:
            if error.status != 404:
                raise
            url, version = split(canonical)
            missing = joined(url, version or self._rules.value_sets.get(url, ""))
            finding.say("error", "not-found", "not-found", "Unable_to_resolve_value_Set_", missing)
            seen.untold = True
            return None

    def _one(
        self,
        value_set: ValueSet,
        include: Include,
        system: System,
        asked: Asked,
        seen: Seen,
        path: tuple[str, ...],
    ) -> Found | None:
        ordinal = system.find(asked.code)
        if ordinal is None:
            part = include.whole and not include.value_sets and system.head.content == "fragment"
            if part and not system.impossible(asked.code):
                seen.fragment = system
            return None
        if include.listed is not None:
            code = system.concept(ordinal).code
            listed = include.by_code.get(code) or include.by_code.get(asked.code)
            if listed is None and not system.head.case_sensitive:
                folded = code.casefold()
                listed = next((one for one in include.listed if one.code.casefold() == folded), None)
            return Found(system, ordinal, listed) if listed is not None else None
        if not include.filters:  # a whole system is what is listed, but where a grammar has no end
            return Found(system, ordinal) if system.head.grammar or ordinal < UNLISTED else None
        members, _, _ = self.contents.chosen(value_set, include, system, path)
        return Found(system, ordinal) if ordinal in members else None

    def _systems(self, include: Include, finding: Finding, seen: Seen) -> list[System]:
        """The version of the system to look in, by value set, rules and the coding; none where it is not here."""
        asked, url = finding.asked, include.system
        base, rule = self._rules.determine(url, include.version)
        resolved = self._library.system(url, base)
        given = asked.version
        if base == "*" and not rule and not given:
            systems = sorted(self._library.systems(url), key=lambda one: version_key(one.head.version), reverse=True)
            return [self._opened(system, seen) for system in systems]
        if given:
            own = self._library.system(url, given)
            if own is not None and (not base or matches(base, own.head.version)):
                resolved = own
            elif not base:
                if resolved is not None:
                    needed = resolved.head.resource.get("versionNeeded") is True
                    finding.say(
                        "error" if needed else "warning",
                        "invalid",
                        "vs-invalid",
                        "VALUESET_VALUE_MISMATCH_DEFAULT",
                        url,
                        resolved.head.version,
                        given,
                        element="version",
                    )
            elif rule:
                finding.say(
                    "error",
                    "invalid",
                    "vs-invalid",
                    "VALUESET_VALUE_MISMATCH_CHANGED",
                    url,
                    base,
                    include.version,
                    given,
                    element="version",
                )
            else:
                finding.say(
                    "error", "invalid", "vs-invalid", "VALUESET_VALUE_MISMATCH", url, base, given, element="version"
                )
            if own is None:
                self._missing(finding, url, given)
        if resolved is None:
            seen.untold = True
            self._missing(finding, url, base)
            return []
        head = resolved.head
        breach = self._rules.breach(url, head.version)
        if breach:
            version_refused(finding, url, head.version, breach)
        if head.content in ("not-present", "example"):
            seen.untold = True
            finding.say("error", "not-found", "not-found", "CODESYSTEM_CONTENT_MISSING", head.vurl, element="system")
            finding.caused_by.append(head.vurl)
            return []
        return [self._opened(resolved, seen)]

    def _opened(self, system: System, seen: Seen) -> System:
        opened = self.contents.open(system)
        seen.systems[system.head.version] = opened
        return opened

    def _missing(self, finding: Finding, url: str, version: str) -> None:
        unknown_version(finding, url, version, self._library.versions(url))
        canonical = joined(url, version)
        if canonical not in finding.caused_by:
            finding.caused_by.append(canonical)
