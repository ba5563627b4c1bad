"""$closure: a client keeps a transitive closure table; we tell it the new pairs.

The tables live in memory and only for a while; a client whose table is gone is told to begin again.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from termserver.fhir.lookup import relation
from termserver.fhir.options import Request
from termserver.fhir.outcomes import Json, refused
from termserver.fhir.systems import System

_NAME = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MOST_TABLES = 1000
_MOST_CONCEPTS = 20_000

Pair = tuple[str, str, str, str, int]
"""System, narrower code, broader code, version of the system, and the version of the table that brought it."""


@dataclass
class _Table:
    version: int = 0
    concepts: dict[tuple[str, str], int] = field(default_factory=dict)
    editions: dict[str, str] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)


class Closures:
    """The closure tables of this process, by name."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, _Table] = OrderedDict()
        self._lock = Lock()

    def run(self, request: Request, r4: bool) -> Json:
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
                self._tables[name] = _Table()
                while len(self._tables) > _MOST_TABLES:
                    self._tables.popitem(last=False)
                return _map(name, 0, [], r4)
            table = self._tables.get(name)
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
        return _map(name, table.version, [pair for pair in table.pairs if pair[4] > int(version)], r4)

    @staticmethod
    def _added(name: str, table: _Table, concepts: list[Json], request: Request, r4: bool) -> Json:
        fresh: list[tuple[System, int, str]] = []
        for coding in concepts:
            url = str(coding.get("system", ""))
            system = request.library.system(url, str(coding.get("version", "")))
            if system is None or system.head.content == "not-present":
                raise refused(404, "not-found", f"The code system '{url}' is not here", f"سامانهٔ «{url}» این‌جا نیست")
            edition = table.editions.setdefault(url, system.head.version)
            if edition != system.head.version:
                raise refused(
                    422,
                    "business-rule",
                    f"The code system '{url}' has changed; the closure '{name}' must be reinitialized",
                    f"سامانهٔ «{url}» عوض شده است؛ closure «{name}» را از نو آغاز کنید",
                )
            ordinal = system.find(str(coding.get("code", "")))
            if ordinal is None:
                code = coding.get("code")
                raise refused(404, "not-found", f"Unknown code '{code}' in '{url}'", f"کد «{code}» در «{url}» نیست")
            if (url, system.concept(ordinal).code) not in table.concepts:
                fresh.append((system, ordinal, url))
        if len(table.concepts) + len(fresh) > _MOST_CONCEPTS:
            raise refused(
                422, "too-costly", f"A closure holds at most {_MOST_CONCEPTS} concepts", "مفاهیم این closure بسیار است"
            )
        number, found = table.version + 1, []
        for system, ordinal, url in fresh:
            code = system.concept(ordinal).code
            if (url, code) in table.concepts:
                continue
            for (other_url, other_code), other in table.concepts.items():
                if other_url != url:
                    continue
                request.clock().spend(1)
                stands = relation(system, ordinal, other)
                if stands == "subsumes":
                    found.append((url, other_code, code, system.head.version, number))
                elif stands == "subsumed-by":
                    found.append((url, code, other_code, system.head.version, number))
            table.concepts[url, code] = ordinal
        if fresh:
            table.version = number
            table.pairs += found
        return _map(name, table.version, found, r4)


def _map(name: str, version: int, pairs: list[Pair], r4: bool) -> Json:
    by_system: dict[tuple[str, str], dict[str, list[str]]] = {}
    for system, narrow, broad, edition, _ in pairs:
        by_system.setdefault((system, edition), {}).setdefault(narrow, []).append(broad)
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
        for (system, _), elements in by_system.items()
    ]
    if groups:
        said["group"] = groups
    return said
