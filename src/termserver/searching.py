"""The search of one opened edition: its releases side by side, narrowed to parts of it by name."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from threading import RLock
from typing import Any

from termserver.model.codes import Content, ValueSet
from termserver.model.errors import UsageError
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_value_set
from termserver.search.finder import Finder
from termserver.search.query import Asking, SearchQuery
from termserver.search.search import Search
from termserver.terminology.scopes import Scope, Scopes, united
from termserver.terminology.systems import OpenSystem, Systems


class EditionSearch:
    """Makes searches ready over the releases of an edition; safe to share between threads."""

    def __init__(self, releases: Sequence[ReleaseFile], systems: Systems) -> None:
        self._releases = releases
        self._systems = systems
        self._weights: dict[tuple[str, str], float] = {}
        self._lock = RLock()

    def prefer(self, weights: Mapping[tuple[str, str], float]) -> None:
        """Put codes (system id, code) that are picked often before others that match as well; before the first
        search."""
        self._weights = dict(weights)

    def asking(
        self,
        q: str,
        systems: Sequence[str],
        limit: int,
        offset: int,
        language: str,
        syntax: str,
        active_only: bool,
        *,
        under: Sequence[str],
        chapter: Sequence[str],
        value_set: str,
        **more: Any,
    ) -> Asking:
        """A search made ready; see ``TermServer.search`` for what may be asked."""
        if not (systems or under or chapter or value_set or more):
            return Asking(self._search, SearchQuery(q, (), limit, offset, syntax, language, active_only))
        wanted: tuple[str, ...] = ()
        if systems:
            wanted = tuple(dict.fromkeys(self._answering(self._systems.resolve(name)) for name in systems))
        more = {name: tuple(value) if isinstance(value, list) else value for name, value in more.items()}
        query = SearchQuery(q, wanted, limit, offset, syntax, language, active_only, **more)
        search = self._search if not wanted or self._everything is self._search else self._everything
        scopes = self._scopes(under, chapter, value_set, wanted) if under or chapter or value_set else ()
        return Asking(search, query, scopes)

    def matching(self, system: str, text: str) -> Iterable[Any]:
        """The concepts of one system that fit a user's words, the best kind of match first."""
        opened = self._systems.resolve(system)
        return self._everything.tiers(opened.reader, SearchQuery(text, (opened.id,)))

    def _scopes(
        self, under: Sequence[str], chapter: Sequence[str], value_set: str, systems: Sequence[str]
    ) -> list[Scope]:
        scopes = []
        for codes, below, en, fa in (
            (under, self._parts.below, "code", "کد"),
            (chapter, self._parts.chapter, "chapter", "فصل"),
        ):
            if not codes:
                continue
            some = {code: below(code, systems) for code in codes}
            nowhere = [code for code, scope in some.items() if not any(scope.values())]
            if nowhere:
                raise UsageError(
                    f"There is no {en} {nowhere[0]!r} to search under.",
                    f"{fa} «{nowhere[0]}» نیست تا زیر آن جستجو شود.",
                )
            scopes.append(united(some.values()))
        if value_set:
            scopes.append(self._parts.members(self._value_set(value_set)))
        return scopes

    def _value_set(self, name: str) -> ValueSet:
        wanted = name.partition("|")[0]
        for release in self._releases:
            data = release.artefact(f"valuesets/{wanted}.json")
            if data is not None:
                return decode_value_set(data)
        for release in self._releases:
            for path in release.artefact_paths("valueset"):
                found = decode_value_set(release.artefact(path) or b"{}")
                if wanted in (found.url, found.id):
                    return found
        raise UsageError(f"There is no value set {name!r}.", f"مجموعهٔ مقدار «{name}» وجود ندارد.")

    @cached_property
    def _parts(self) -> Scopes:
        return Scopes(self._systems)

    def _part(self, kind: str, code: str) -> Scope:
        return self._parts.chapter(code) if kind == "chapter" else self._parts.below(code)

    def _answering(self, system: OpenSystem) -> str:
        return (self._systems.stand_in(system) or system).id

    def _ids(self, name: str) -> Sequence[str]:
        found = self._systems.find(name)
        return (self._answering(found),) if found is not None else ()

    @cached_property
    def _search(self) -> Search:
        """The search over all that is current: a stand-in rests once what it stood in for is here."""
        return self._searching(self._resting())

    @cached_property
    def _everything(self) -> Search:
        """The search in systems asked for by name: stand-ins answer for themselves."""
        return self._searching(frozenset()) if self._resting() else self._search

    def _resting(self) -> frozenset[str]:
        systems = self._systems
        return frozenset(
            system.id
            for system in systems.all()
            if system.stands_in_for
            and (real := systems.find(system.stands_in_for)) is not None
            and real.content is not Content.NOT_PRESENT
        )

    def _searching(self, resting: frozenset[str]) -> Search:
        systems = self._systems
        with self._lock:
            finders = [
                Finder(
                    release,
                    resting | {s.id for s in systems.of(release) if s.key == s.id and not systems.is_best(s)},
                )
                for release in self._releases
            ]
            if self._weights:
                for finder in finders:
                    finder.use(self._weights)
            return Search(finders, self._ids, self._part)
