"""$closure: a client keeps a transitive closure table; we tell it the new pairs.

The tables live in memory and only for a while; a client whose table is gone is told to begin again (404). They outlive
an edition: where another one says the same of the codes of a table, the table goes on; where it says something else, or
has not all of them, the client is told to begin again (422), as FHIR has it (terminology service, maintaining a
closure table).
"""

import re
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from termserver.fhir.lookup import relation
from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem, Json, refused
from termserver.fhir.systems import System

_NAME = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST_TABLES = 1000
_MOST_CONCEPTS = 20_000

Pair = tuple[str, str, str, int]
"""System, narrower code, broader code, and the version of the table that brought it."""


class _Part:
    """The concepts of one code system in a table: code → ordinal in ``system``."""

    def __init__(self, system: System) -> None:
        self.ordinals: dict[str, int] = {}
        self._system = weakref.ref(system)  # an edition that left is not kept open for it

    def of(self, system: System) -> bool:
        """Whether the ordinals are those of this very system."""
        return self._system() is system


@dataclass
class _Table:
    version: int = 0
    parts: dict[str, _Part] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)

    def part(self, name: str, url: str, system: System, request: Request) -> _Part:
        """The concepts of that system; raise ``FhirProblem`` if it says another thing of them than it did before."""
        known = self.parts.get(url)
        if known is None:
            known = self.parts[url] = _Part(system)
        elif not known.of(system):
            known = self.parts[url] = self._again(name, url, known, system, request)
        return known

    def _again(self, name: str, url: str, before: _Part, system: System, request: Request) -> _Part:
        codes: dict[int, str] = {}
        for code in before.ordinals:
            request.clock().spend(1)
            ordinal = system.find(code)
            if ordinal is None:
                raise _changed(name, url)
            codes[ordinal] = code
        found = set()
        for ordinal, code in codes.items():
            request.clock().spend(1)
            found |= {(code, codes[above]) for above in system.above(ordinal) if above != ordinal and above in codes}
        if found != {(narrow, broad) for of, narrow, broad, _ in self.pairs if of == url}:
            raise _changed(name, url)
        after = _Part(system)
        after.ordinals = {code: ordinal for ordinal, code in codes.items()}
        return after


class Closures:
    """The closure tables of this process, by who keeps them and their name."""

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[str, str], _Table] = OrderedDict()
        self._lock = Lock()

    def run(self, request: Request, r4: bool, owner: str = "") -> Json:
        """A ConceptMap with what is new; raise ``FhirProblem``."""
        asked = request.asked
        name, version = asked.text("name"), asked.text("version")
        if not _NAME.fullmatch(name):
            raise refused(400, "invalid", f"'{name[:80]}' is no name for a closure", "نام closure درست نیست")
        concepts = [one for one in asked.all("concept") if isinstance(one, dict)]
        if version and concepts:
            raise refused(400, "invalid", "Send concepts or a version, not both", "یا مفهوم بفرستید یا نسخه")
        with self._lock:
            if not version and not concepts:
                self._tables[owner, name] = _Table()
                while len(self._tables) > _MOST_TABLES:
                    self._tables.popitem(last=False)
                return _map(name, 0, [], r4)
            table = self._tables.get((owner, name))
            if table is None:
                raise refused(
                    404,
                    "not-found",
                    f"The closure '{name}' is not initialised; send its name alone first",
                    f"closure «{name}» آغاز نشده است؛ نخست تنها نام آن را بفرستید",
                )
            if version:
                return self._replayed(name, table, version, r4)
            return self._added(name, table, concepts, request, r4)

    @staticmethod
    def _replayed(name: str, table: _Table, version: str, r4: bool) -> Json:
        if not version.isdigit() or int(version) > table.version:
            raise refused(400, "invalid", f"There is no version '{version}'", f"نسخهٔ «{version}» نیست")
        return _map(name, table.version, [pair for pair in table.pairs if pair[3] > int(version)], r4)

    @staticmethod
    def _added(name: str, table: _Table, concepts: list[Json], request: Request, r4: bool) -> Json:
        fresh: dict[str, tuple[System, dict[str, int]]] = {}
        for coding in concepts:
            url = str(coding.get("system", ""))
            system = request.library.system(url, str(coding.get("version", "")))
            if system is None or system.head.content == "not-present":
                raise refused(404, "not-found", f"The code system '{url}' is not here", f"سامانهٔ «{url}» این‌جا نیست")
            chosen, new = fresh.setdefault(url, (system, {}))
            if chosen is not system:  # two versions in one request
                raise _changed(name, url)
            ordinal = system.find(str(coding.get("code", "")))
            if ordinal is None:
                code = coding.get("code")
                raise refused(404, "not-found", f"Unknown code '{code}' in '{url}'", f"کد «{code}» در «{url}» نیست")
            code = system.concept(ordinal).code
            if code not in table.part(name, url, system, request).ordinals:
                new[code] = ordinal
        added = sum(len(new) for _, new in fresh.values())
        if sum(len(part.ordinals) for part in table.parts.values()) + added > _MOST_CONCEPTS:
            raise refused(
                422, "too-costly", f"A closure holds at most {_MOST_CONCEPTS} concepts", "مفاهیم این closure بسیار است"
            )
        number, found = table.version + 1, []
        for url, (system, new) in fresh.items():
            known = dict(table.parts[url].ordinals)
            for code, ordinal in new.items():
                for other_code, other in known.items():
                    request.clock().spend(1)
                    stands = relation(system, ordinal, other)
                    if stands == "subsumes":
                        found.append((url, other_code, code, number))
                    elif stands == "subsumed-by":
                        found.append((url, code, other_code, number))
                known[code] = ordinal
        if added:  # all of it was worked out: a request whose time ran out leaves the table as it was
            for url, (_, new) in fresh.items():
                table.parts[url].ordinals |= new
            table.version = number
            table.pairs += found
        return _map(name, table.version, found, r4)


def _changed(name: str, url: str) -> FhirProblem:
    return refused(
        422,
        "business-rule",
        f"The code system '{url}' has changed; the closure '{name}' must be reinitialized: send its name alone, "
        "then all its concepts",
        f"سامانهٔ «{url}» عوض شده است؛ closure «{name}» را از نو آغاز کنید: نخست تنها نام، سپس همهٔ مفاهیم",
    )


def _map(name: str, version: int, pairs: list[Pair], r4: bool) -> Json:
    by_system: dict[str, dict[str, list[str]]] = {}
    for system, narrow, broad, _ in pairs:
        by_system.setdefault(system, {}).setdefault(narrow, []).append(broad)
    said: Json = {
        "resourceType": "ConceptMap",
        "id": name,
        "version": str(version),
        "name": "Closure",
        "status": "active",
        "experimental": True,
    }
    # R4 says it of the target, R5 of the source: both mean that the target is the broader one
    kind = {"equivalence": "subsumes"} if r4 else {"relationship": "source-is-narrower-than-target"}
    groups = [
        {
            "source": system,
            "target": system,
            "element": [
                {"code": narrow, "target": [{"code": broad, **kind} for broad in broader]}
                for narrow, broader in elements.items()
            ],
        }
        for system, elements in by_system.items()
    ]
    if groups:
        said["group"] = groups
    return said
