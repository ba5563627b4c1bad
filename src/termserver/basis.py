"""A release that builds on another publisher's: an insurer's lists on the national ones. It names what it was made on.

The name travels in the release, signed with it (an artefact of kind ``base``). Whatever a value set or a map of it says
of a list that is not its own must be there: in the named release when it is built and published, in the edition in
force beside it when it is to be put in force. A code that is not in a list known in part cannot be told, and passes.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from termserver.content.folders import Content
from termserver.content.known_codes import KnownSystem
from termserver.model.codes import ConceptMap, ValueSet
from termserver.model.errors import ReleaseError, UsageError
from termserver.model.releases import Pin
from termserver.model.values import value
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_concept_map, decode_value_set
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.terminology.terminology import Terminology

KIND = "base"
_SHOWN = 8


class NotInBase(ReleaseError):
    """A release says of another one's lists what is not in them."""


@value
class Missing:
    """A list (``code`` empty) or a code that is not there, and what speaks of it."""

    system: str
    code: str
    where: str

    def __str__(self) -> str:
        return f"{self.system} {self.code} ({self.where})" if self.code else f"{self.system} ({self.where})"


def bound(content: Content, base: Pin) -> Content:
    """The content of a release that names what it builds on."""
    told = orjson.dumps(base.as_json(), option=orjson.OPT_SORT_KEYS)
    return dataclasses.replace(content, files={**content.files, f"bases/{base.name}.json": told})


def named(release: ReleaseFile) -> Pin | None:
    """What a release builds on; None if on nothing."""
    for path in release.artefact_paths(KIND):
        try:
            said = orjson.loads(release.artefact(path) or b"{}")
            return Pin(str(said["name"]), str(said["version"]), str(said["digest"]))
        except (ValueError, KeyError, TypeError):
            raise ReleaseError(
                f"{release.manifest.label} does not say readably what it builds on.",
                f"{release.manifest.label} خوانا نمی‌گوید بر چه ساخته شده است.",
            ) from None
    return None


class BaseSystems(Mapping[str, KnownSystem]):
    """The lists of a base by id, for ``content.check``; their codes are read when they are asked for."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._known: dict[str, KnownSystem] = {}
        self._ids = {one.id: one.key for one in server.terminology.systems.all() if one.key == one.id}

    def __getitem__(self, id: str) -> KnownSystem:
        if id not in self._known:
            opened = self._server.terminology.systems.find(self._ids[id])
            assert opened is not None
            system = self._server.terminology.systems.metadata(opened)
            codes = {entry.code for _, entry in self._server.whole(id).entries()}
            if not system.case_sensitive:
                codes |= {code.lower() for code in codes}
            self._known[id] = KnownSystem(system, frozenset(codes))
        return self._known[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def missing(release: ReleaseFile, base: TermServer) -> list[Missing]:
    """What the value sets and maps of a release say of lists that are not its own, and is not in ``base``."""
    own = {one.id for one in Terminology([release]).systems.all()}
    known = BaseSystems(base)
    found = []
    for system, code, where in _said(release):
        if system in own:
            continue
        if system not in known:
            found.append(Missing(system, "", where))
        elif code and known[system].whole and not known[system].has(code):
            found.append(Missing(system, code, where))
    return list(dict.fromkeys(found))


def demand(release: ReleaseFile, base: TermServer, label: str) -> None:
    """Raise NotInBase if the release says of lists that are not its own what is not in ``base``."""
    found = missing(release, base)
    if not found:
        return
    told = ", ".join(map(str, found[:_SHOWN]))
    more = len(found) - _SHOWN
    raise NotInBase(
        f"{release.manifest.label} refers to what is not in {label}: {told}"
        f"{f', and {more} more' if more > 0 else ''}. Mend it and give it a new version; what is in force stays.",
        f"{release.manifest.label} به چیزی اشاره می‌کند که در {label} نیست: {told}"
        f"{f' و {more} تای دیگر' if more > 0 else ''}. درست کنید و نسخهٔ تازه بدهید؛ آنچه برقرار است می‌ماند.",
    )


def demand_published(file: Path, base: Path | None, shelf: Shelf) -> None:
    """Before a release is published: it agrees with exactly what it says it builds on, which is ``base`` or on the
    shelf. Raise NotInBase, or UsageError where that cannot be found."""
    with ReleaseFile.open(file) as release:
        pin = named(release)
        if pin is None:
            return
        path = base or shelf.path_of(pin)
        if not path.is_file():
            raise UsageError(
                f"{release.manifest.label} builds on {pin.name} {pin.version}, which is not here. Name its "
                "file: --on FILE",
                f"{release.manifest.label} بر {pin.name} {pin.version} ساخته شده که اینجا نیست. پرونده را نام "
                "ببرید: --on FILE",
            )
        with TermServer.open(path) as server:
            if pin not in server.edition.releases:
                there = ", ".join(f"{one.name} {one.version} ({one.digest[:12]})" for one in server.edition.releases)
                raise UsageError(
                    f"{release.manifest.label} builds on {pin.name} {pin.version} ({pin.digest[:12]}), and {path} is "
                    f"{there}.",
                    f"{release.manifest.label} بر {pin.name} {pin.version} ({pin.digest[:12]}) ساخته شده و {path} "
                    f"{there} است.",
                )
            demand(release, server, f"{pin.name} {pin.version}")


def demand_in_force(file: Path, shelf: Shelf) -> None:
    """Before a release is put in force: it agrees with the edition that it will stand in. Raise NotInBase if not."""
    with ReleaseFile.open(file) as release:
        pin = named(release)
        if pin is None:
            return
        current = shelf.current()
        beside = [one for one in (current.releases if current else ()) if one.name != release.manifest.name]
        if pin.name not in {one.name for one in beside}:
            raise NotInBase(
                f"{release.manifest.label} builds on {pin.name} {pin.version}, and no {pin.name} is in force here. "
                "Follow its publisher first, then pull again.",
                f"{release.manifest.label} بر {pin.name} {pin.version} ساخته شده و اینجا {pin.name} برقرار نیست. نخست "
                "ناشر آن را دنبال کنید و دوباره بگیرید.",
            )
        opened = [ReleaseFile.open(shelf.path_of(one), one.digest) for one in beside]
        label = next(f"{one.name} {one.version}" for one in beside if one.name == pin.name)
        with TermServer(edition_of(beside), opened) as server:
            demand(release, server, label)


def _said(release: ReleaseFile) -> Iterator[tuple[str, str, str]]:
    """(list, code or empty, what says it) for all that the value sets and maps of a release say."""
    for path in release.artefact_paths("valueset"):
        yield from _of_value_set(decode_value_set(release.artefact(path) or b"{}"))
    for path in release.artefact_paths("conceptmap"):
        yield from _of_map(decode_concept_map(release.artefact(path) or b"{}"))


def _of_value_set(known: ValueSet) -> Iterator[tuple[str, str, str]]:
    for part in (*known.include, *known.exclude):
        yield part.system, "", f"value set {known.id}"
        for code in (*part.codes, *part.under):
            yield part.system, code, f"value set {known.id}"


def _of_map(known: ConceptMap) -> Iterator[tuple[str, str, str]]:
    where = f"map {known.id}"
    yield known.source_system, "", where
    yield known.target_system, "", where
    for row in known.mappings:
        yield known.source_system, row.source_code, where
        yield known.target_system, row.target_code, where
