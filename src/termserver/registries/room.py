"""The registries of this installation: the store, what the current edition says of them, and how files get in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from termserver.build import Progress
from termserver.content.registry_mappings import RELEASED, RegistryMapping, read_mapping
from termserver.database.registry_store import RegistryStore
from termserver.model.codes import CodeSystem, Content
from termserver.model.days import today
from termserver.model.errors import UnknownCode
from termserver.model.registries import Load, RecordedEntry, RegistryError, is_registry
from termserver.registries.definition import Definition, definition_of, hasher
from termserver.registries.lists import Lists
from termserver.registries.loading import Loading
from termserver.registries.snapshots import EXTRACT, Made, make
from termserver.releases.editions import default_folder
from termserver.releases.records import decode_system
from termserver.releases.shelf import Shelf
from termserver.service import TermServer

_MAPPING = RELEASED.removesuffix("s")


class Room:
    """A store with the definitions of the registries that it may hold."""

    def __init__(self, store: RegistryStore, server: TermServer, key_folder: Path | None) -> None:
        self.store = store
        self._server = server
        hashed = hasher(key_folder)
        self._systems = {system.id: system for system in server.systems()} | _defined(server)
        self._hashed = hashed
        self.definitions = {
            system.id: Definition(system, hashed) for system in self._systems.values() if is_registry(system)
        }

    def definition(self, name: str) -> Definition:
        """The registry by any of its names; raise UnknownRegistry or UsageError."""
        return definition_of(name, self._systems, self._hashed)

    def loading(self, registry: str) -> Loading:
        """What loads files into the registry."""
        return Loading(
            self.store,
            self.definition(registry),
            Lists(self._server.terminology).state,
            self.definitions,
            self.mappings(),
        )

    def mappings(self) -> list[RegistryMapping]:
        """The mapping files of the edition."""
        return [
            read_mapping(path.rpartition("/")[2], release.artefact(path) or b"")
            for release in self._server.releases
            for path in release.artefact_paths(_MAPPING)
        ]

    def snapshot(
        self,
        registry: str,
        day: str = "",
        known_on: str = "",
        complete: bool | None = None,
        *,
        extract: bool = False,
        use: bool = True,
        shared: bool = False,
        progress: Progress | None = None,
    ) -> Made:
        """A release of the registry, on the shelf; see ``snapshots.make``."""
        from termserver.model.days import parse_day

        return make(
            self.store,
            self.definition(registry),
            parse_day(day) if day else today(),
            Shelf(),
            known_on=known_on,
            complete=complete,
            extract=extract,
            use=use,
            shared=shared,
            progress=progress,
        )

    def entry(self, registry: str, code: str, known_on: str = "") -> RecordedEntry:
        """What is, or was, known of an entry; raise UnknownCode if nothing."""
        definition = self.definition(registry)
        found = self.store.entry(definition.id, definition.canonical(code), known_on)
        if found is None:
            raise _unknown(definition, code, known_on)
        return found

    def history(self, registry: str, code: str) -> list[RecordedEntry]:
        """Every version of an entry, the oldest first; raise UnknownCode if there is none."""
        definition = self.definition(registry)
        found = self.store.history(definition.id, definition.canonical(code))
        if not found:
            raise _unknown(definition, code, "")
        return found

    def load_of(self, registry: str, number: int = 0) -> Load:
        """A load of the registry by its number, the last one without; raise RegistryError if there is none."""
        definition = self.definition(registry)
        for one in self.store.loads(definition.id):
            if number in (0, one.number):
                return one
        raise RegistryError(
            f"The registry {definition.id} has no load {number or ''}.".replace(" .", "."),
            f"ثبت {definition.id} بارگذاری {number or ''} ندارد.".replace("  ", " "),
        )

    def lines(self, recorded: RecordedEntry, language: str) -> Iterator[str]:
        """A version of an entry as lines to read."""
        concept = recorded.concept
        until = recorded.recorded_to or "…"
        yield f"{concept.code}  {concept.display.in_language(language)}  [{concept.status}]"
        yield f"  {recorded.change} #{recorded.cursor}: {recorded.recorded_from} → {until}"
        for stated in concept.properties:
            period = f"  ({stated.period.start} → {stated.period.end})" if stated.period else ""
            yield f"  {stated.code}: {stated.value}{period}"


def _defined(server: TermServer) -> dict[str, CodeSystem]:
    """The registries as the standards define them now.

    A snapshot of one tells how it was defined when it was made, and a sample that it is one: a real registry is
    defined by neither.
    """
    found = {}
    for release in server.releases:
        for path in release.artefact_paths("codesystem"):
            system = decode_system(release.artefact(path) or b"")
            if system.content is Content.EXAMPLE:
                continue
            if is_registry(system) and release.pin.name not in (system.id, system.id + EXTRACT):
                found[system.id] = system
    return found


def _unknown(definition: Definition, code: str, known_on: str) -> UnknownCode:
    when_en, when_fa = (f" on {known_on}", f" در {known_on}") if known_on else ("", "")
    return UnknownCode(
        f"Nothing is known of {code} in the registry {definition.id}{when_en}.",
        f"در ثبت {definition.id}{when_fa} از {code} چیزی دانسته نیست.",
    )


@contextmanager
def open_room(database: str = "") -> Iterator[Room]:
    """The store at ``database`` (see ``RegistryStore.open``) beside the current edition."""
    with TermServer.open() as server, RegistryStore.open(database) as store:
        yield Room(store, server, default_folder())
