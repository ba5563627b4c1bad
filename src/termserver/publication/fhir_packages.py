"""What an edition holds, as FHIR packages (R4): one of each release, and one of each code system, value set and map.

    ir.mexa.standards                 all of a release
    ir.mexa.cs.gender                 one code system
    ir.mexa.vs.diagnosis              one value set; depends on the packages of its code systems
    ir.mexa.map.specialty-to-…        one map; depends on those of both its systems

The version of a package is that of the release it comes from, in the form of semver: ``2026.11`` is ``2026.11.0``.
Entries of registries are in none (they are given where every access is logged), nor are concepts of a system whose
licence does not let them be handed on: such a system is named, with ``content: not-present``.
"""

import re
from collections.abc import Iterator, Sequence
from threading import RLock

import orjson

from termserver.fhir.definitions import r4_map, r4_naming_system, whole
from termserver.fhir.resources import concept_map_json, fhir_id, naming_system_json, value_set_json
from termserver.fhir.stored import StoredSystem
from termserver.model.codes import CodeSystem
from termserver.model.errors import UsageError
from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.package_files import FHIR, Json, Tarball, tarball
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_concept_map, decode_naming_system, decode_value_set
from termserver.service import TermServer
from termserver.terminology.systems import OpenSystem
from termserver.terminology.whole import WholeSystem

SCOPE = "ir.mexa"
"""How the names of packages begin where nobody says otherwise; provisional, as the base of the URLs is."""
_SCOPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*", re.ASCII)
_OPEN = re.compile(r"public domain|\bMIT\b|LGPL|\bCC0\b|\bCC BY\b|Unicode|UCUM licence", re.IGNORECASE)
_KEPT = 96_000_000
"""Bytes of tarballs that are kept; what is asked again beyond that is built again."""

ALL, SYSTEM, VALUE_SET, MAP = "all", "cs", "vs", "map"


@value
class Package:
    """One package that can be had; ``item`` is the id of its code system, value set or map."""

    name: str
    version: str
    kind: str
    item: str
    title: Text
    canonical: str
    publisher: str
    pin: Pin
    retracted: Text | None = None

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.tgz"

    @property
    def fixed_file(self) -> str:
        """Its name with the digest of the release: what is behind it never changes, whoever builds what again."""
        return f"{self.name}-{self.version}-{self.pin.digest[:12]}.tgz"


def semver(version: str) -> str:
    """The version of a release in the form that npm takes; what has no numbers comes before all that have."""
    numbers = version.split(".")
    if len(numbers) <= 3 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in numbers):
        return ".".join(str(int(part)) for part in (*numbers, "0", "0")[:3])
    if len(numbers) > 3 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in numbers):
        return f"{'.'.join(str(int(part)) for part in numbers[:3])}-{'.'.join(str(int(part)) for part in numbers[3:])}"
    return f"0.0.0-{re.sub(r'[^0-9A-Za-z-]+', '-', version).strip('-') or 'x'}"


def may_be_handed_on(system: CodeSystem) -> bool:
    """Whether its text may be given to anybody: nobody claims it, or an open licence says so."""
    return "©" not in system.licence or bool(_OPEN.search(system.licence))


class Packages:
    """The packages of an edition; later ``servers`` give what the earlier ones have not: the older releases."""

    def __init__(
        self, servers: Sequence[TermServer], scope: str = SCOPE, retracted: dict[str, Text] | None = None
    ) -> None:
        """``retracted`` says by digest why a release was taken back. Raise UsageError for a scope that no package can
        have."""
        if not _SCOPE.fullmatch(scope):
            raise UsageError(
                f"'{scope}' cannot begin the name of a package. Use a form as in {SCOPE}.",
                f"«{scope}» نمی‌تواند آغاز نام بسته باشد. به شکل {SCOPE} بنویسید.",
            )
        self.scope = scope
        self._lock = RLock()
        self._tarballs: dict[tuple[str, str], Tarball] = {}
        self._told: dict[tuple[str, str], Json] = {}
        self._of: dict[str, dict[str, tuple[Package, TermServer, ReleaseFile]]] = {}
        for server in servers:
            for release in server.releases:
                for package in self._listed(server, release, (retracted or {}).get(release.manifest.digest)):
                    self._of.setdefault(package.name, {}).setdefault(package.version, (package, server, release))

    def names(self) -> list[str]:
        return sorted(self._of)

    def versions(self, name: str) -> list[Package]:
        """Every version of a package, the one in force first; none for a name that is not known."""
        return [package for package, _, _ in self._of.get(name, {}).values()]

    def find(self, name: str, version: str = "") -> Package | None:
        """A version of a package: by its number, ``latest`` or nothing for the one in force, ``2026.11.x`` for the
        newest patch."""
        known = self._of.get(name, {})
        if version in ("", "latest"):
            return next((package for package, _, _ in known.values()), None)
        if version.endswith(".x"):
            start = version.removesuffix("x")
            able = [one for one in known if one.startswith(start) and one[len(start) :].isdigit()]
            version = max(able, key=lambda one: int(one[len(start) :]), default="")
        found = known.get(version)
        return found[0] if found else None

    def whole(self, release: Pin) -> Package:
        """The package of all of a release."""
        every = (package for known in self._of.values() for package, _, _ in known.values())
        return next(package for package in every if package.kind == ALL and package.pin == release)

    def tarball(self, package: Package) -> Tarball:
        """The bytes of a package; built when they are first asked for."""
        key = (package.name, package.version)
        with self._lock:
            known = self._tarballs.pop(key, None) or self._built(package)[1]
            self._tarballs[key] = known
            while len(self._tarballs) > 1 and sum(len(one.data) for one in self._tarballs.values()) > _KEPT:
                del self._tarballs[next(iter(self._tarballs))]
            return known

    def described(self, package: Package) -> Json:
        """The ``package.json`` with what a registry adds: ``dist`` without the address, and ``deprecated``."""
        key = (package.name, package.version)
        with self._lock:
            known = self._told.get(key)
            if known is None:
                about, made = self._built(package)
                self._tarballs[key] = made
                known = {**about, "dist": {"shasum": made.sha1, "integrity": made.integrity}}
                if package.retracted:
                    known["deprecated"] = f"{package.retracted.in_language('en')} {package.retracted.fa}".strip()
                self._told[key] = known
            return known

    # what is there

    def _listed(self, server: TermServer, release: ReleaseFile, retracted: Text | None) -> Iterator[Package]:
        version, pin = semver(release.manifest.version), release.pin
        metadata = server.terminology.systems.metadata
        systems = [metadata(one) for one in self._systems(server, release)]
        base = _base([one.url for one in systems])
        publishers = [one.publisher for one in systems if one.publisher]
        publisher = max(sorted(set(publishers)), key=publishers.count, default="")
        title = Text(f"انتشار {pin.name}", f"Release {pin.name}")
        yield Package(f"{self.scope}.{_part(pin.name)}", version, ALL, "", title, base, publisher, pin, retracted)
        for opened, one in zip(self._systems(server, release), systems, strict=True):
            name = f"{self.scope}.{SYSTEM}.{_part(opened.key)}"
            yield Package(name, version, SYSTEM, opened.key, one.title, one.url, one.publisher, pin, retracted)
        for path in release.artefact_paths("valueset"):
            known = decode_value_set(release.artefact(path) or b"{}")
            name = f"{self.scope}.{VALUE_SET}.{_part(known.id)}"
            yield Package(name, version, VALUE_SET, known.id, known.title, known.url, publisher, pin, retracted)
        for path in release.artefact_paths("conceptmap"):
            each = decode_concept_map(release.artefact(path) or b"{}")
            name = f"{self.scope}.{MAP}.{_part(each.id)}"
            yield Package(name, version, MAP, each.id, each.title, each.url, publisher, pin, retracted)

    @staticmethod
    def _systems(server: TermServer, release: ReleaseFile) -> list[OpenSystem]:
        systems = server.terminology.systems
        return sorted((one for one in systems.of(release) if systems.is_best(one)), key=lambda one: (one.id, one.key))

    # what is in it

    def _built(self, package: Package) -> tuple[Json, Tarball]:
        _, server, release = self._of[package.name][package.version]
        resources = sorted(self._resources(package, server, release), key=lambda one: one[0])
        about: Json = {
            "name": package.name,
            "version": package.version,
            "type": "Conformance",
            "title": package.title.en or package.title.fa,
            "description": " — ".join(text for text in (package.title.fa, package.title.en) if text),
            "author": package.publisher or "termserver",
            "canonical": package.canonical,
            "url": package.canonical,
            "fhirVersions": [FHIR],
            "dependencies": self._dependencies(package, server),
            "termserver": package.pin.as_json(),
        }
        return about, tarball({key: said for key, said in about.items() if said not in ("", None)}, resources)

    def _resources(
        self, package: Package, server: TermServer, release: ReleaseFile
    ) -> Iterator[tuple[str, Json, bytes]]:
        def url_of(name: str) -> str:
            known = server.terminology.system(name)
            return known.url if known is not None else name

        every = package.kind == ALL
        for opened in self._systems(server, release):
            if every or (package.kind, package.item) == (SYSTEM, opened.key):
                yield _system(server, opened)
        for path in release.artefact_paths("valueset"):
            known = decode_value_set(release.artefact(path) or b"{}")
            if every or (package.kind, package.item) == (VALUE_SET, known.id):
                yield _plain(value_set_json(known, url_of))
        for path in release.artefact_paths("conceptmap"):
            each = decode_concept_map(release.artefact(path) or b"{}")
            if every or (package.kind, package.item) == (MAP, each.id):
                yield _plain(r4_map(concept_map_json(each, url_of)))
        for path in release.artefact_paths("namingsystem") if every else ():
            naming = decode_naming_system(release.artefact(path) or b"{}")
            yield _plain(r4_naming_system(naming_system_json(naming)))

    def _dependencies(self, package: Package, server: TermServer) -> dict[str, str]:
        """The packages of the code systems that a value set or a map speaks of, each in the version beside it."""
        if package.kind not in (VALUE_SET, MAP):
            return {}
        release = self._of[package.name][package.version][2]
        folder = "valuesets" if package.kind == VALUE_SET else "conceptmaps"
        data = release.artefact(f"{folder}/{package.item}.json") or b"{}"
        if package.kind == MAP:
            known = decode_concept_map(data)
            names = [known.source_system, known.target_system]
        else:
            value_set = decode_value_set(data)
            names = [part.system for part in (*value_set.include, *value_set.exclude)]
        found = {}
        for name in names:
            opened = server.terminology.systems.find(name)
            if opened is None:
                continue
            needed = f"{self.scope}.{SYSTEM}.{_part(opened.key)}"
            beside = [one for one, at, _ in self._of.get(needed, {}).values() if at is server]
            if beside:
                found[needed] = beside[0].version
        return dict(sorted(found.items()))


def _system(server: TermServer, opened: OpenSystem) -> tuple[str, Json, bytes]:
    """A code system with its concepts, as far as they may be given."""
    metadata = server.terminology.systems.metadata(opened)
    stored = StoredSystem(WholeSystem(opened, metadata), lambda text: (), lambda code: False)
    head = {**stored.head.resource, "id": fhir_id(opened.key)}
    if not stored.head.listed or head["content"] == "not-present":
        return _plain(head)
    if not may_be_handed_on(metadata):
        return _plain({**head, "content": "not-present"})
    shown, concepts = whole(stored)
    head = {**shown, "id": fhir_id(opened.key)}
    pieces = b",".join(orjson.dumps(one) for one in concepts)
    data = orjson.dumps(head)
    data = b"%s,%s[%s]}" % (data[:-1], b'"concept":', pieces) if pieces else data
    return f"CodeSystem-{head['id']}.json", head, data


def _plain(resource: Json) -> tuple[str, Json, bytes]:
    return f"{resource['resourceType']}-{resource['id']}.json", resource, orjson.dumps(resource)


def _part(id: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")


def _base(urls: Sequence[str]) -> str:
    """What most URLs begin with, up to the kind of resource."""
    starts = [url.rpartition("/CodeSystem/")[0] for url in urls if "/CodeSystem/" in url]
    return max(sorted(set(starts)), key=starts.count, default="")
