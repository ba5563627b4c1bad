"""A synthetic nation: registries of people, centres, systems and products that are nobody's, and their daily changes.

The same seed gives the same bytes. Everything is written as it is made, so that memory does not
grow with the nation. ``sample_content`` makes code systems of it that are marked as examples: a
list of content ``example`` never tells that a number is missing from it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from termserver.model.codes import Audience, CodeSystem, CodeSystemContent, Concept, Content, Kind
from termserver.model.errors import UsageError
from termserver.model.registries import entry_of
from termserver.model.text import Text
from termserver.model.values import replace, value
from termserver.registries import sample_people, sample_products
from termserver.registries.sample_centres import Centres, Systems
from termserver.registries.sample_chance import Json, iso, ordinal
from termserver.registries.sample_csv import CsvFile
from termserver.registries.sample_lists import Geography, NationalLists
from termserver.registries.sample_people import People
from termserver.registries.sample_products import Products

RELEASE = "registries-sample"
_FA, _EN = "نمونه: ", "Sample: "
FULL, DAILY, MANIFEST = "full", "daily", "nation.json"
_LINES = 1_000
_WHAT = Text("ملت نمونه؛ هیچ کس و هیچ چیز آن واقعی نیست.", "A sample nation; nobody and nothing in it is real.")
Progress = Callable[[int, int], None]


@value
class Plan:
    """How large a nation, from which seed, and how many days of changes follow ``first_day``.

    ``changes`` is how many professionals change on a day (0: one in a thousand); the other
    registries in proportion.
    """

    seed: int = 1
    professionals: int = 300_000
    centres: int = 60_000
    products: int = 30_000
    days: int = 365
    first_day: str = "2025-11-21"
    changes: int = 0

    def check(self) -> None:
        """Raise UsageError if such a nation cannot be made."""
        limits = {
            "professionals": (self.professionals, 1, sample_people.MOST),
            "centres": (self.centres, 1, 10_000_000),
            "products": (self.products, 1, sample_products.MOST),
            "days": (self.days, 0, 3_660),
            "changes": (self.changes, 0, self.professionals),
        }
        for name, (said, least, most) in limits.items():
            if not least <= said <= most:
                raise UsageError(
                    f"--{name} is {said}; it may be {least} to {most}.",
                    f"‎--{name} برابر {said} است؛ از {least} تا {most} می‌شود.",
                )

    def a_day(self, entities: int) -> int:
        """How many of so many entities change on a day."""
        changes = self.changes or max(1, self.professionals // 1_000)
        return min(entities, max(1, round(entities * changes / self.professionals)))


BIG = Plan()
SMALL = Plan(professionals=2_000, centres=600, products=300)
"""What ``make serve`` has to search."""


class Nation:
    """The registries of one plan. ``registries``: those that change from day to day; ``lists``: those that follow."""

    def __init__(self, plan: Plan, lists: NationalLists) -> None:
        plan.check()
        self.plan = plan
        first = ordinal(plan.first_day)
        where = Geography(lists, plan.centres)
        seed = plan.seed
        self.people = People(seed, plan.professionals, plan.a_day(plan.professionals), first, lists, where)
        self.centres = Centres(seed, plan.centres, plan.a_day(plan.centres), first, lists, where)
        self.systems = Systems(seed, max(12, plan.centres // 200), first)
        self.products = Products(seed, plan.products, plan.a_day(plan.products), first, lists)
        self.registries: dict[str, People | Centres | Systems | Products] = {
            "physicians": self.people,
            "centres": self.centres,
            "software": self.systems,
            "irc": self.products,
        }
        self.lists: dict[str, Callable[[], Iterator[Json]]] = {
            "generic": self.products.generics,
            "erx": self.products.prescribed,
            "gtin": self.products.trade_items,
        }

    def day(self, n: int) -> str:
        """The n-th day after the first."""
        return iso(ordinal(self.plan.first_day) + n)

    def full(self, registry: str, days: int = 0) -> Iterator[Json]:
        """Every entry of a registry or list, as known after so many days."""
        known = self.registries.get(registry)
        return known.entries(days) if known is not None else self.lists[registry]()

    def changes(self, registry: str, day: int) -> Iterator[Json]:
        """The delta of a day, from 1."""
        return self.registries[registry].changes(day)


def write(nation: Nation, folder: Path, csv: bool = False, progress: Progress | None = None) -> Json:
    """Write the nation below ``folder``: full files of the first day, a folder for each day of changes, what it is.

    Raise UsageError if something is there already that is no nation of ours.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise UsageError(
            f"{folder} is not empty. Name a new folder for the sample.", f"{folder} خالی نیست. پوشهٔ تازه‌ای نام ببرید."
        )
    plan = nation.plan
    ids = (*nation.registries, *nation.lists)
    total = plan.professionals + plan.centres + plan.products * 3 + plan.days * plan.a_day(plan.professionals)
    counter = _Counter(total, progress)
    entries: dict[str, int] = {}
    changes = dict.fromkeys(nation.registries, 0)
    for id in ids:
        columns = CsvFile(folder / FULL / f"{id}.csv") if csv else None
        entries[id] = _lines(folder / FULL / f"{id}.ndjson", nation.full(id), counter, columns)
    for day in range(1, plan.days + 1):
        for id in nation.registries:
            path = folder / DAILY / nation.day(day) / f"{id}.ndjson"
            changes[id] += _lines(path, nation.changes(id, day), counter)
    counter.finish()
    said: Json = {
        "what": _WHAT.as_json(),
        "seed": plan.seed,
        "first_day": plan.first_day,
        "last_day": nation.day(plan.days),
        "entries": entries,
        "changes": changes,
    }
    (folder / MANIFEST).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return said


def _lines(path: Path, entries: Iterator[Json], counter: "_Counter", columns: CsvFile | None = None) -> int:
    """Write one entry a line; a day without changes leaves no file."""
    written = 0
    waiting: list[bytes] = []
    file = None
    try:
        for entry in entries:
            if file is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = path.open("wb")
            if columns is not None:
                columns.add(entry)
            waiting.append(orjson.dumps(entry))
            written += 1
            if len(waiting) == _LINES:
                file.write(b"\n".join(waiting) + b"\n")
                waiting.clear()
                counter.add(_LINES)
        if file is not None and waiting:
            file.write(b"\n".join(waiting) + b"\n")
            counter.add(len(waiting))
    finally:
        if file is not None:
            file.close()
        if columns is not None:
            columns.close()
    return written


class _Counter:
    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._done, self._progress = total, 0, progress

    def add(self, n: int) -> None:
        self._done += n
        if self._progress is not None:
            self._progress(min(self._done, self._total), self._total)

    def finish(self) -> None:
        if self._progress is not None:
            self._progress(self._total, self._total)


def sample_content(nation: Nation, lists: NationalLists) -> tuple[CodeSystemContent, ...]:
    """The registries as they stand after the last day, marked as samples in title, version and content.

    What nobody may see is left out. Products stand in a system of their own: the few real ones that
    are known must not give way to invented ones.
    """
    days = nation.plan.days
    made = []
    for id in nation.registries:
        metadata = _marked(lists.system(id), nation.plan)
        hidden = {known.code for known in metadata.properties if known.audience is Audience.NOBODY}
        entries = tuple(_shown(entry_of(entry), hidden) for entry in nation.full(id, days))
        made.append(CodeSystemContent(metadata, entries))
    return tuple(made)


def _shown(entry: Concept, hidden: set[str]) -> Concept:
    return replace(entry, properties=tuple(said for said in entry.properties if said.code not in hidden))


def _marked(system: CodeSystem, plan: Plan) -> CodeSystem:
    marked = replace(
        system,
        title=Text(_FA + system.title.fa.removeprefix(_FA), _EN + system.title.en.removeprefix(_EN)),
        description=Text(
            "ساختگی است؛ هیچ کس و هیچ چیز آن واقعی نیست و سندی با آن رد نمی‌شود.",
            "Synthetic: nobody and nothing in it is real, and no document is refused for not being in it.",
        ),
        version=f"sample-{plan.seed}",
        publisher="termserver",
        source=f"termserver sample --seed {plan.seed}",
        content=Content.EXAMPLE,
        kind=Kind.REGISTRY,
        provisional=True,
    )
    if system.id != "irc":
        return marked
    return replace(
        marked,
        id="products-sample",
        url=f"{system.url.rpartition('/')[0]}/products-sample",
        native_id="",
        aliases=(),
        oid="",
        title=Text(f"{_FA}فرآورده‌های دارویی", f"{_EN}drug products"),
        weight=5,
    )
