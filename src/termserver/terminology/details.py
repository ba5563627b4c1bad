"""What is said about one concept: how a release keeps it, and how an answer shows it."""

from collections.abc import Iterable
from typing import Any

import orjson

from termserver.model.codes import CodeSystem, Concept, Designation, Property, Status
from termserver.model.days import ALWAYS, Day, Period
from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.model.values import value


def encode_concept(concept: Concept) -> bytes:
    """The canonical bytes of a concept; what has its default is left out."""
    said: dict[str, Any] = {"c": concept.code}
    if concept.display.fa:
        said["f"] = concept.display.fa
    if concept.display.en:
        said["e"] = concept.display.en
    if concept.parents:
        said["a"] = concept.parents
    if concept.status is Status.RETIRED:
        said["s"] = 1
    if concept.period:
        said["w"] = (concept.period.start, concept.period.end)
    if concept.replaced_by:
        said["r"] = concept.replaced_by
    if concept.designations:
        said["d"] = [(d.language, d.value, d.use) for d in concept.designations]
    if concept.properties:
        said["p"] = [
            (p.code, p.value, p.period.start, p.period.end) if p.period else (p.code, p.value)
            for p in concept.properties
        ]
    if concept.source:
        said["o"] = concept.source
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def decode_concept(data: bytes) -> Concept:
    said = orjson.loads(data)
    get = said.get
    period = get("w")
    return Concept(
        said["c"],
        Text(get("f", ""), get("e", "")),
        tuple(get("a", ())),
        Status.RETIRED if "s" in said else Status.ACTIVE,
        Period(*period) if period else ALWAYS,
        tuple(get("r", ())),
        tuple(Designation(*row) for row in get("d", ())),
        tuple(Property(row[0], row[1], Period(*row[2:]) if len(row) > 2 else ALWAYS) for row in get("p", ())),
        get("o", ""),
    )


def names_of(concept: Concept) -> list[str]:
    """Every name of a concept, the displays first."""
    names = (concept.display.fa, concept.display.en, *(other.value for other in concept.designations))
    return list(dict.fromkeys(name for name in names if name))


def decode_name(data: bytes) -> "Named":
    """Only the code and the display of a concept."""
    said = orjson.loads(data)
    return Named(said["c"], Text(said.get("f", ""), said.get("e", "")), "s" in said)


@value
class Named:
    """A concept as it is named in the answer about another one."""

    code: str
    display: Text
    retired: bool = False

    def as_json(self, language: str = "fa") -> dict[str, Any]:
        return {
            "code": self.code,
            "display": self.display.in_language(language),
            "display_fa": self.display.fa,
            "display_en": self.display.en,
            "status": str(Status.RETIRED if self.retired else Status.ACTIVE),
        }


@value
class ConceptDetail:
    """All that is known of one code, with its place in the hierarchy and the release it comes from.

    ``ancestors`` are nearest first and begin with the parents. ``on`` is the day that was asked
    for (empty: every day) and ``state`` how the code stands on it (``model.ports.CodeState``);
    with a day, ``properties`` holds what was true on it. ``stand_in_for`` names the system that
    was asked for where another one answered.
    """

    system: CodeSystem
    concept: Concept
    parents: tuple[Named, ...]
    ancestors: tuple[Named, ...]
    children: tuple[Named, ...]
    replaced_by: tuple[Named, ...]
    properties: tuple[Property, ...]
    on: Day
    state: str
    release: Pin
    stand_in_for: str = ""

    @property
    def code(self) -> str:
        return self.concept.code

    @property
    def display(self) -> Text:
        return self.concept.display

    @property
    def status(self) -> Status:
        return self.concept.status

    @property
    def period(self) -> Period:
        return self.concept.period

    @property
    def designations(self) -> tuple[Designation, ...]:
        return self.concept.designations

    def as_json(self, language: str = "fa") -> dict[str, Any]:
        """The answer of the lookup doors; ``display`` in ``language`` where it is known."""
        titles = {definition.code: definition.title for definition in self.system.properties}
        said: dict[str, Any] = {
            "system": self.system.id,
            "native_id": self.system.native_id,
            "url": self.system.url,
            "code": self.code,
            "display": self.display.in_language(language),
            "display_fa": self.display.fa,
            "display_en": self.display.en,
            "status": str(self.status),
            "state": self.state,
            "period": _period_json(self.period),
            "replaced_by": _named_json(self.replaced_by, language),
            "designations": [{"language": d.language, "use": d.use, "value": d.value} for d in self.designations],
            "properties": [
                {
                    "code": p.code,
                    "title": (titles.get(p.code) or Text()).as_json(),
                    "value": p.value,
                    "period": _period_json(p.period),
                }
                for p in self.properties
            ],
            "parents": _named_json(self.parents, language),
            "ancestors": _named_json(self.ancestors, language),
            "children": _named_json(self.children, language),
            "source": self.concept.source,
            "from": self.release.as_json(),
        }
        if self.on:
            said["on"] = self.on
        if self.stand_in_for:
            said["stand_in_for"] = self.stand_in_for
        return said


def _named_json(named: Iterable[Named], language: str) -> list[dict[str, Any]]:
    return [one.as_json(language) for one in named]


def _period_json(period: Period) -> dict[str, str] | None:
    return {"start": period.start, "end": period.end} if period else None


@value
class CodeValidity:
    """Whether a coding is right. ``result`` is None where that cannot be told (the content is not here).

    ``display_right`` is None where no display was given or none is known.
    """

    system: CodeSystem
    code: str
    result: bool | None
    state: str
    message: Text
    display: Text = Text()
    display_right: bool | None = None
    release: Pin | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "system": self.system.id,
            "code": self.code,
            "result": self.result,
            "state": self.state,
            "message": self.message.as_json(),
            "display": self.display.as_json(),
            "display_right": self.display_right,
            "from": self.release.as_json() if self.release else None,
        }
