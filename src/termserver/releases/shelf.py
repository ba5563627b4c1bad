"""The shelf: the folder of installed releases, the current edition among them, and the way back.

Promise: whenever a process is killed, the current edition is the old one or the new one, whole.
The current edition and the ones before it are one file, replaced in one step; a release file has
its digest in its name and is put there only after it was verified in full.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from termserver.model.codes import CONTENT_RANK, CodeSystem
from termserver.model.errors import ReleaseError
from termserver.model.releases import Edition, Manifest, Pin
from termserver.model.values import value
from termserver.releases import atomic, digests, editions, locks, stamps, verification
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_system

_KEPT = 50
"""So many former editions can be gone back to."""


@value
class Installed:
    """A release on the shelf. ``problem`` says what is wrong with its file, empty if nothing is."""

    pin: Pin
    path: Path
    size: int
    current: bool
    problem: str = ""


@value
class _State:
    current: Edition
    former: tuple[list[dict[str, str]], ...] = ()


class Shelf:
    """The installed releases in ``folder``, else in ``editions.default_folder()``; made when first put to use."""

    def __init__(self, folder: Path | str | None = None) -> None:
        chosen = Path(folder) if folder else editions.default_folder()
        if chosen is None:
            raise ReleaseError(
                "There is no place for the shelf: set TERMSERVER_SHELF to a folder.",
                "جایی برای قفسه نیست: TERMSERVER_SHELF را برابر نام یک پوشه بگذارید.",
            )
        self.folder = chosen.absolute()
        self.releases = self.folder / "releases"
        self.edition_file = self.folder / editions.EDITION_FILE

    # what is there

    def current(self) -> Edition | None:
        """The current edition; None if none was chosen yet."""
        state = self._state()
        return state.current if state else None

    def installed(self) -> list[Installed]:
        """Every release file on the shelf, by name, then older versions first; damaged ones say so."""
        edition = self.current()
        used = {pin.digest for pin in edition.releases} if edition else set()
        found = []
        for path in sorted(self.releases.glob("*.release")):
            try:
                pin = editions.pin_of(verification.read_manifest(path))
                problem = ""
            except ReleaseError as error:
                pin, problem = Pin(path.stem, "", ""), str(error)
            found.append(Installed(pin, path, path.stat().st_size, pin.digest in used, problem))
        return sorted(found, key=lambda one: (one.pin.name, digests.natural(one.pin.version), one.pin.digest))

    def verify(self) -> list[Installed]:
        """Hash every release on the shelf again, bytes and rows; ``problem`` says which does not hold."""
        checked = []
        for one in self.installed():
            problem = one.problem
            try:
                self._verified(one.path)
            except ReleaseError as error:
                problem = str(error)
            checked.append(Installed(one.pin, one.path, one.size, one.current, problem))
        return checked

    @staticmethod
    def _verified(path: Path) -> Manifest:
        stamp = stamps.read(path)
        manifest = verification.verify_in_full(path)
        if stamp is not None:
            verification.compare_bytes(path, stamp.sha256)
        return manifest

    def path_of(self, pin: Pin) -> Path:
        """Where the release is or would be."""
        return self.releases / editions.file_name(pin)

    # what changes it

    def install(self, path: Path | str, digest: str = "", move: bool = False) -> Pin:
        """Put a release on the shelf after hashing all of it; the edition stays as it is.

        ``digest`` is the one it must have, where that is known; ``move`` takes the file itself, which must lie
        on the shelf's own disk. Raise ReleaseError or DigestMismatch, with nothing changed.
        """
        source = Path(path).absolute()
        verification.refuse_stranger(source)
        with self._changing():
            return self._take(source, digest, move)

    def adopt(self, path: Path, manifest: Manifest) -> Pin:
        """Put a release on the shelf that this process has written just now, on the shelf's own disk; it is moved.

        Its rows were hashed when they were written and are not hashed again.
        """
        with self._changing():
            stamp = stamps.read(path)
            if stamp is None or verification.read_manifest(path) != manifest:
                return self._take(path)
            pin = editions.pin_of(manifest)
            place = self.path_of(pin)
            if not self._holds(place, stamp.sha256):
                stamps.remove(place)
                atomic.put(path, place)
                stamps.write(place, stamps.look(place), stamp.sha256)
        return pin

    def _take(self, source: Path, digest: str = "", move: bool = False) -> Pin:
        temporary = source if move else atomic.neighbour(self.releases / "incoming")
        try:
            if not move:
                shutil.copyfile(source, temporary)
            manifest = verification.verify_in_full(temporary)
            if digest and manifest.digest != digest:
                raise verification.not_the_pinned(source, manifest, digest)
            pin = editions.pin_of(manifest)
            place = self.path_of(pin)
            sha256, _ = digests.file_sha256(temporary)
            if not self._holds(place, sha256):
                stamps.remove(place)
                atomic.put(temporary, place)
                stamps.write(place, stamps.look(place), sha256)
        finally:
            temporary.unlink(missing_ok=True)
        return pin

    @staticmethod
    def _holds(place: Path, sha256: str) -> bool:
        try:
            return digests.file_sha256(place)[0] == sha256
        except OSError:
            return False

    def use(self, name: str, wanted: str = "") -> Edition:
        """Let the current edition hold release ``name`` in the version or digest ``wanted`` (the beginning of a
        digest will do; nothing: the only one there is), in place of another version of it.

        Raise ReleaseError if there is no such release, or if two releases of the edition would hold
        the same code system in the same version and equally complete.
        """
        return self.use_all([self._find(name, wanted)])

    def use_all(self, pins: Iterable[Pin]) -> Edition:
        """As ``use``, several releases in one step."""
        with self._changing():
            state = self._state()
            before = state.current.releases if state else self._shipped()
            chosen = {pin.name: pin for pin in before} | {pin.name: pin for pin in pins}
            return self._put(state, tuple(chosen.values()))

    def drop(self, name: str) -> Edition:
        """Take a release out of the current edition; its file stays. Raise ReleaseError if it is not in."""
        with self._changing():
            state = self._state()
            pins = state.current.releases if state else ()
            left = tuple(pin for pin in pins if pin.name != name)
            if len(left) == len(pins):
                listed = ", ".join(pin.name for pin in pins) or "-"
                raise ReleaseError(
                    f"The current edition has no release '{name}'. It has: {listed}.",
                    f"ویراست کنونی انتشار «{name}» ندارد. دارد: {listed}.",
                )
            return self._put(state, left)

    def rollback(self) -> Edition:
        """Go back to the edition before the current one. Raise ReleaseError if there is none, or it is not whole."""
        with self._changing():
            state = self._state()
            if state is None or not state.former:
                raise ReleaseError(
                    "There is no edition before the current one to go back to.",
                    "پیش از ویراست کنونی ویراستی نیست که به آن برگردید.",
                )
            former = editions.from_json(self.edition_file, {"releases": state.former[-1]})
            self._check(former.releases)
            atomic.write(self.edition_file, editions.as_bytes(former.releases, former=state.former[:-1]))
            return former

    def _put(self, state: _State | None, pins: tuple[Pin, ...]) -> Edition:
        edition = edition_of(pins)
        if state is not None and state.current == edition:
            return edition
        self._check(pins)
        former = [*state.former, [pin.as_json() for pin in state.current.releases]] if state else []
        atomic.write(self.edition_file, editions.as_bytes(pins, former=former[-_KEPT:]))
        return edition

    def _check(self, pins: Iterable[Pin]) -> None:
        """Every release opens, and no two say the same of a code system."""
        seen: dict[tuple[str, str, int], Pin] = {}
        for pin in pins:
            with ReleaseFile.open(editions.locate(pin, [self.releases], self.edition_file), pin.digest) as release:
                for system in _systems(release):
                    other = seen.setdefault((system.id, system.version, CONTENT_RANK[system.content]), pin)
                    if other is not pin:
                        raise _same_twice(system, other, pin)

    def _shipped(self) -> tuple[Pin, ...]:
        """What an installation starts from: the release in the wheel, put on the shelf."""
        file = editions.SHIPPED / editions.EDITION_FILE
        if not file.is_file():
            return ()
        pins = editions.read(file).releases
        for pin in pins:
            if not self.path_of(pin).is_file():
                self._take(editions.locate(pin, [editions.SHIPPED], file))
        return pins

    def _find(self, name: str, wanted: str) -> Pin:
        here = [one.pin for one in self._sound() if one.pin.name == name]
        found = [
            pin
            for pin in here
            if not wanted or pin.version == wanted or (len(wanted) >= 6 and pin.digest.startswith(wanted))
        ]
        if len(found) == 1:
            return found[0]
        listed = "; ".join(f"{pin.version} {pin.digest[:12]}" for pin in here) or "-"
        if found:
            raise ReleaseError(
                f"Several releases are '{f'{name} {wanted}'.strip()}'. Name one by its digest: {listed}.",
                f"چند انتشار «{f'{name} {wanted}'.strip()}» هست. یکی را با چکیده‌اش نام ببرید: {listed}.",
            )
        label = f"{name} {wanted}".strip()
        shelf = listed if here else "; ".join(f"{one.pin.name} {one.pin.version}" for one in self._sound()) or "-"
        raise ReleaseError(
            f"There is no release '{label}' on the shelf. There is: {shelf}.",
            f"انتشار «{label}» در قفسه نیست. آنچه هست: {shelf}.",
        )

    def _sound(self) -> list[Installed]:
        return [one for one in self.installed() if not one.problem]

    def _state(self) -> _State | None:
        if not self.edition_file.is_file():
            return None
        said = editions.read_json(self.edition_file)
        return _State(editions.from_json(self.edition_file, said), tuple(said.get("former", ())))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time changes the shelf; what the disk refuses is said in the reader's words."""
        try:
            self.releases.mkdir(parents=True, exist_ok=True)
            with locks.held(self.folder / ".lock"):
                atomic.sweep(self.releases)
                yield
        except OSError as error:
            raise ReleaseError(
                f"The shelf {self.folder} cannot be written: {error.strerror}. Make room or make it writable, or set "
                "TERMSERVER_SHELF.",
                f"در قفسهٔ {self.folder} نوشته نمی‌شود: {error.strerror}. جا باز کنید یا نوشتنی‌اش کنید، یا "
                "TERMSERVER_SHELF را تغییر دهید.",
            ) from None


def _systems(release: ReleaseFile) -> Iterable[CodeSystem]:
    return (decode_system(release.artefact(path) or b"{}") for path in release.artefact_paths("codesystem"))


def _same_twice(system: CodeSystem, one: Pin, other: Pin) -> ReleaseError:
    first, second = f"{one.name} {one.version}", f"{other.name} {other.version}"
    return ReleaseError(
        f"Both {first} and {second} hold the code system '{system.id}' {system.version} ({system.content}). "
        f"Take one out: termserver release drop {one.name}",
        f"هر دو انتشار {first} و {second} سامانهٔ کد «{system.id}» {system.version} ({system.content}) را دارند. "
        f"یکی را بردارید: termserver release drop {one.name}",
    )
