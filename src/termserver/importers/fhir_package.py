"""FHIR packages and resources taken: code systems for the house, and every resource as it is for the FHIR service."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver.importers import fhir_files, fhir_sets, fhir_systems
from termserver.importers.fhir_files import Found, Manifest, ReadXml
from termserver.importers.package_registry import NotFound, PackageRegistry
from termserver.importers.report import Outcome, Progress
from termserver.importers.taken import Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import CodeSystem, CodeSystemContent, ConceptMap, ValueSet
from termserver.model.errors import ImportFailed, TermserverError
from termserver.model.text import Text
from termserver.model.values import replace

Json = dict[str, Any]
Judge = Callable[[Json], object]
"""Reads a resource as the FHIR service will; raises an exception whose text says what is wrong with it."""

_AS_IT_IS = 50_000
"""A code system with more concepts is served from the tables of the release alone."""
_LEFT_OUT = ("text",)
"""Narratives say again what the resource says."""
_DEPTH = 20
INDEX = "fhirindex/all.json"
"""Where a release lists the resources that it carries."""


def resolve(name: str, wanted: str, registry: PackageRegistry, notes: Notes, dependencies: bool = True) -> list[Path]:
    """The package and those that it depends on, itself first. One that the registry does not have is flagged, but for
    the first: raise ImportFailed."""
    first = registry.fetch(name, wanted)
    found = {first.label: first.path}
    waiting = list(fhir_files.manifest_of(first.path).dependencies.items()) if dependencies else []
    asked: set[tuple[str, str]] = set()
    for _ in range(_DEPTH * 50):
        if not waiting:
            break
        need = waiting.pop(0)
        if need in asked:
            continue
        asked.add(need)
        try:
            package = registry.fetch(*need)
        except NotFound as error:
            notes.note(0, "", Outcome.FLAGGED, "package.missing", error.text, "@".join(need))
            continue
        if package.label not in found:
            found[package.label] = package.path
            waiting += fhir_files.manifest_of(package.path).dependencies.items()
    return list(found.values())


def read(paths: Sequence[Path], wishes: Wishes, read_xml: ReadXml, judge: Judge, notes: Notes | None = None) -> Taken:
    """Every CodeSystem, ValueSet, ConceptMap and NamingSystem of the files, packages and folders.

    The first one of a url and version counts. Raise ImportFailed where there is none at all.
    """
    notes = notes or Notes(paths[0].name if len(paths) == 1 else f"{len(paths)} files", "FHIR")
    manifest = _manifest(paths)
    taken = _Resources(notes, wishes.registered, judge)
    for found in fhir_files.found(paths, notes, read_xml):
        taken.put(found)
        if wishes.progress:
            wishes.progress(notes.landed, 0)
    if not notes.landed:
        first = f" {notes.rows[0].message.en}" if notes.rows else ""
        raise ImportFailed(
            f"{notes.file} holds no CodeSystem, ValueSet, ConceptMap or NamingSystem that can be read.{first}",
            f"{notes.file} هیچ CodeSystem، ValueSet، ConceptMap یا NamingSystem خوانایی ندارد."
            + (f" {notes.rows[0].message.fa}" if notes.rows else ""),
        )
    systems = tuple(taken.contents())
    digests = {one.name: digest_of(one) for one in paths if one.is_file()}
    notes.facts.update(taken.counts())
    version = wishes.version or manifest.version or _version(systems, digests)
    name = fhir_systems.slug(manifest.name or (systems[0].system.id if len(systems) == 1 else "fhir"))
    return Taken(
        systems,
        reported([notes], systems, digests),
        name[:60],
        label(version),
        tuple(taken.value_sets()),
        tuple(taken.concept_maps()),
        files=taken.files(),
    )


def _manifest(paths: Sequence[Path]) -> Manifest:
    return fhir_files.manifest_of(paths[0]) if paths[0].is_file() and fhir_files.is_package(paths[0]) else Manifest()


def _version(systems: Sequence[CodeSystemContent], digests: Mapping[str, str]) -> str:
    if len(systems) == 1 and systems[0].system.version != "not-stated":
        return systems[0].system.version
    return f"files-{hashlib.sha256(''.join(sorted(digests.values())).encode()).hexdigest()[:12]}"


class _Resources:
    """The resources of one import, each url and version once."""

    def __init__(self, notes: Notes, registered: Mapping[str, CodeSystem], judge: Judge) -> None:
        self._notes = notes
        self._judge = judge
        self._by_url = {system.url: system for system in registered.values()}
        self._registered_ids = set(registered)
        self._known: dict[tuple[str, str, str], Json] = {}
        self._ids: dict[str, str] = {url: system.id for url, system in self._by_url.items()}

    def put(self, found: Found) -> None:
        resource = found.resource
        kind, url = str(resource["resourceType"]), str(resource.get("url") or "")
        version = str(resource.get("version") or "")
        if kind == "NamingSystem":
            url = url or f"NamingSystem/{resource.get('id') or resource.get('name')}"
        if not url:
            self._notes.refuse(
                found.row,
                "url",
                "url.missing",
                f"{found.file}: the {kind} has no url; nobody could ask for it.",
                f"{found.file}: این {kind} نشانی url ندارد و نمی‌توان آن را خواست.",
            )
            return
        key = kind, url, version
        if key in self._known:
            self._notes.flag(
                found.row,
                "url",
                "resource.repeated",
                f"{found.file}: {kind} {url}|{version} was there already; the first one counts.",
                f"{found.file}: {kind} {url}|{version} پیش‌تر آمده بود؛ نخستین به شمار می‌آید.",
                url,
            )
            return
        try:
            if kind != "NamingSystem":
                self._judge(resource)
        except Exception as error:  # the words of the FHIR service, or of Python about a wrong shape
            said = error.text if isinstance(error, TermserverError) else Text(str(error), str(error))
            self._notes.refuse(
                found.row,
                kind,
                "resource.wrong",
                f"{found.file}: {said.en}",
                f"{found.file}: {said.fa}",
                url,
            )
            return
        self._notes.landed += 1
        self._known[key] = {name: value for name, value in resource.items() if name not in _LEFT_OUT}

    def _of(self, kind: str) -> Iterator[tuple[str, Json]]:
        return ((url, resource) for (known, url, _), resource in self._known.items() if known == kind)

    def counts(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for kind, _, _ in self._known:
            counted[kind] = counted.get(kind, 0) + 1
        return counted

    def contents(self) -> Iterator[CodeSystemContent]:
        """The code systems with codes of their own; supplements are only for the FHIR service.

        All versions of a url have one id, that of the registered system, else of the first resource.
        """
        owners: dict[str, str] = {}
        for url, resource in sorted(self._of("CodeSystem"), key=lambda one: one[0] not in self._by_url):
            if resource.get("content") == "supplement" or resource.get("supplements"):
                continue
            id = self._ids.get(url) or fhir_systems.slug(str(resource.get("id") or resource.get("name") or url))
            if owners.setdefault(id, url) != url or (url not in self._by_url and id in self._registered_ids):
                id = f"{id}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
            content = fhir_systems.content_of(resource, id, self._by_url.get(url), self._notes)
            self._ids[url] = id
            yield CodeSystemContent(self._named(content.system, owners), content.concepts)

    def _named(self, system: CodeSystem, owners: dict[str, str]) -> CodeSystem:
        """The system without the names that belong to another url of this import."""
        lost = [name for name in system.names() if owners.setdefault(name.casefold(), system.url) != system.url]
        for name in lost:
            self._notes.flag(
                0,
                "identifier",
                "name.repeated",
                f"{system.url}: the name {name} belongs to another system of the files; it was left out.",
                f"{system.url}: نام {name} از آن سامانهٔ دیگری است و کنار گذاشته شد.",
                name,
            )
        if not lost:
            return system
        return replace(
            system,
            oid="" if {system.oid, f"urn:oid:{system.oid}"} & set(lost) else system.oid,
            native_id="" if system.native_id in lost else system.native_id,
            aliases=tuple(name for name in system.aliases if name not in lost),
        )

    def value_sets(self) -> Iterator[ValueSet]:
        ids = _Ids()
        for url, resource in self._of("ValueSet"):
            made = fhir_sets.value_set_of(resource, ids.of(resource, url), self._ids)
            if made is not None:
                yield made

    def concept_maps(self) -> Iterator[ConceptMap]:
        ids = _Ids()
        for url, resource in self._of("ConceptMap"):
            made = fhir_sets.concept_map_of(resource, ids.of(resource, url), self._ids)
            if made is not None:
                yield made

    def files(self) -> dict[str, bytes]:
        """The resources as the FHIR service reads them, and the list of them."""
        found: dict[str, bytes] = {}
        listed: list[list[str]] = []
        for (kind, url, version), resource in self._known.items():
            if kind == "CodeSystem" and _count(resource.get("concept")) > _AS_IT_IS:
                continue
            name = fhir_systems.slug(str(resource.get("id") or url))
            path = f"fhir/{kind}/{name}.json"
            if path in found:
                path = f"fhir/{kind}/{name}-{hashlib.sha256(f'{url}|{version}'.encode()).hexdigest()[:6]}.json"
            found[path] = orjson.dumps(resource)
            supplement = "1" if resource.get("content") == "supplement" or resource.get("supplements") else ""
            listed.append([path, kind, url, version, str(resource.get("valueSet") or ""), supplement])
        found[INDEX] = orjson.dumps(listed)
        return found


class _Ids:
    """Ids of resources, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, resource: Json, url: str) -> str:
        id = fhir_systems.slug(str(resource.get("id") or resource.get("name") or url))
        if id in self._taken:
            id = f"{id}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        self._taken.add(id)
        return id


def _count(concepts: Iterable[Json] | None) -> int:
    waiting, found = [list(concepts or ())], 0
    while waiting:
        some = waiting.pop()
        found += len(some)
        waiting += [one["concept"] for one in some if one.get("concept")]
    return found


__all__ = ["INDEX", "Progress", "read", "resolve"]
