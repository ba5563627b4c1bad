"""The versions of a code system that this server can show: those of its edition, and those still on the shelf.

Former releases are opened when somebody asks for them and a few are kept open; nothing is judged by them.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from termserver.model.codes import Coding, Concept, Content
from termserver.model.errors import ReleaseError, UnknownCode
from termserver.model.releases import Pin
from termserver.releases.digests import natural
from termserver.releases.file import ReleaseFile
from termserver.releases.shelf import Installed, Shelf
from termserver.service import TermServer
from termserver.terminology.comparison import Difference, compare
from termserver.terminology.systems import OpenSystem
from termserver.terminology.terminology import Terminology

_OPEN = 12
_COMPARISONS = 8


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a system as one release holds it. ``id`` names it in addresses."""

    id: str
    key: str
    version: str
    release: Pin
    current: bool
    concepts: int
    content: str

    @property
    def label(self) -> str:
        return f"{self.version} · {self.release.name} {self.release.version} · {self.release.digest[:8]}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of releases, oldest first, in which a code was said in one and the same way; None: it was not there."""

    first: Version
    last: Version
    concept: Concept | None


class Versions:
    """Finds, opens and compares; safe to share between threads."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._lock = Lock()
        self._comparing = Lock()
        self._open: OrderedDict[str, Terminology] = OrderedDict()
        self._compared: OrderedDict[tuple[str, str, str], list[Difference]] = OrderedDict()
        self._found: tuple[tuple[Installed, ...], dict[str, list[Version]]] | None = None
        self._shelf: tuple[float, tuple[Installed, ...]] = (-1.0, ())

    def of(self, system: str) -> list[Version]:
        """Every version of the system with content, oldest first."""
        return sorted(self._all().get(system, ()), key=_age)

    def several(self) -> list[str]:
        """The systems of which there are two versions or more."""
        return sorted(system for system, versions in self._all().items() if len(versions) > 1)

    def compare(self, before: Version, after: Version) -> list[Difference]:
        """What differs between two versions of one system; kept, since releases never change."""
        asked = (before.key, before.id, after.id)
        with self._lock:
            known = self._compared.get(asked)
        if known is None:
            with self._comparing:  # one at a time; a large system takes a second or two
                known = compare(self._opened(before), self._opened(after))
            with self._lock:
                self._compared[asked] = known
                while len(self._compared) > _COMPARISONS:
                    self._compared.popitem(last=False)
        return known

    def history(self, system: str, code: str) -> list[Stretch]:
        """How the code was said in each version, versions that say the same joined; oldest first."""
        stretches: list[Stretch] = []
        for version in self.of(system):
            try:
                concept = self._terminology(version).lookup(Coding(version.key, code)).concept
            except UnknownCode:
                concept = None
            except ReleaseError:  # a release that left the shelf meanwhile tells nothing
                continue
            if stretches and stretches[-1].concept == concept:
                stretches[-1] = Stretch(stretches[-1].first, version, concept)
            else:
                stretches.append(Stretch(version, version, concept))
        return stretches

    # how they are found

    def _all(self) -> dict[str, list[Version]]:
        """By system; worked out again when the shelf has changed."""
        installed = self._installed()
        with self._lock:
            if self._found is not None and self._found[0] is installed:
                return self._found[1]
        found: dict[str, list[Version]] = {}
        for system in self._server.terminology.systems.all():
            if system.content is not Content.NOT_PRESENT:
                found.setdefault(system.id, []).append(_version(system, current=True))
        for one in installed:
            try:
                former = self._release(one).systems.all()
            except ReleaseError:  # damaged, or made by another termserver: it has nothing to tell
                continue
            for system in former:
                if system.content is not Content.NOT_PRESENT:
                    found.setdefault(system.id, []).append(_version(system, current=False))
        with self._lock:
            self._found = installed, found
        return found

    def _installed(self) -> tuple[Installed, ...]:
        """The newest former releases on the shelf of those that the edition holds; read again when it changed."""
        try:
            shelf = Shelf()
            changed = shelf.releases.stat().st_mtime
        except (OSError, ReleaseError):
            return ()
        if self._shelf[0] != changed:
            serving = {release.manifest.digest for release in self._server.releases}
            names = {release.manifest.name for release in self._server.releases}
            former = [
                one
                for one in shelf.installed()
                if not one.problem and one.pin.name in names and one.pin.digest not in serving
            ]
            former.sort(key=lambda one: (natural(one.pin.version), one.path.stat().st_mtime))
            self._shelf = changed, tuple(former[-_OPEN:])
        return self._shelf[1]

    def _terminology(self, version: Version) -> Terminology:
        if version.current:
            return self._server.terminology
        installed = next((one for one in self._installed() if one.pin.digest == version.release.digest), None)
        if installed is None:
            raise ReleaseError(
                f"Release {version.release.name} {version.release.version} is no longer on the shelf.",
                f"انتشار {version.release.name} {version.release.version} دیگر در قفسه نیست.",
            )
        return self._release(installed)

    def _opened(self, version: Version) -> OpenSystem:
        return self._terminology(version).systems.resolve(version.key)

    def _release(self, installed: Installed) -> Terminology:
        with self._lock:
            known = self._open.get(installed.pin.digest)
            if known is None:
                known = Terminology([ReleaseFile.open(installed.path, installed.pin.digest)])
                self._open[installed.pin.digest] = known
                while len(self._open) > _OPEN:
                    self._open.popitem(last=False)  # its file is closed with the last answer that reads it
            return known


def _age(version: Version) -> tuple[bool, list[tuple[int, int, str]], list[tuple[int, int, str]], str]:
    return version.current, natural(version.version), natural(version.release.version), version.release.digest


def _version(found: OpenSystem, current: bool) -> Version:
    manifest = found.reader.manifest
    return Version(
        id=f"{manifest.digest[:12]}-{found.version}",
        key=found.key,
        version=found.version,
        release=Pin(manifest.name, manifest.version, manifest.digest),
        current=current,
        concepts=found.concepts,
        content=str(found.content),
    )
