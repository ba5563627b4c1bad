"""A value set read from its FHIR resource: what it includes and excludes, in terms of R5."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from termserver.fhir import urls
from termserver.fhir.outcomes import refused
from termserver.fhir.systems import Designation, Json, designation_of, extension_value, value_of
from termserver.fhir.versions import joined


@dataclass(frozen=True, slots=True)
class Listed:
    """A concept that a value set names, with the display and names that only hold there."""

    code: str
    display: str = ""
    designations: tuple[Designation, ...] = ()
    extension: tuple[Json, ...] = ()

    @property
    def deprecated(self) -> bool:
        marked = extension_value(self.extension, urls.VS_DEPRECATED)
        return str(marked).lower() == "true" or extension_value(self.extension, urls.STANDARDS_STATUS) == "deprecated"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; ``place`` is where it stands, for those who have to mend it."""

    property: str
    op: str
    value: str | None
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Include:
    """One include or exclude. ``listed`` is None where the whole system or a part of it by filters is meant."""

    system: str = ""
    version: str = ""
    listed: tuple[Listed, ...] | None = None
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.listed is None and not self.filters

    @cached_property
    def by_code(self) -> dict[str, Listed]:
        return {one.code: one for one in self.listed or ()}


@dataclass(frozen=True)
class ValueSet:
    """A value set made ready to be asked. ``inactive`` is false where it leaves inactive codes out."""

    resource: Json
    url: str = ""
    version: str = ""
    include: tuple[Include, ...] = ()
    exclude: tuple[Include, ...] = ()
    inactive: bool = True
    parameters: tuple[tuple[str, str], ...] = ()
    contained: dict[str, Json] = field(default_factory=dict)

    @property
    def vurl(self) -> str:
        return joined(self.url, self.version)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.vurl or "(unidentified)"

    @property
    def language(self) -> str:
        return str(self.resource.get("language", ""))

    @property
    def supplements(self) -> tuple[str, ...]:
        """The supplements without which it makes no sense."""
        return tuple(
            str(value_of(extension)[1])
            for extension in self.resource.get("extension", ())
            if extension.get("url") == urls.VS_SUPPLEMENT
        )

    def parameter(self, name: str) -> str:
        return next((value for known, value in self.parameters if known == name), "")


def read_value_set(resource: Json, contained: dict[str, Json] | None = None) -> ValueSet:
    """Raise ``FhirProblem`` where the definition cannot be understood."""
    compose = resource.get("compose") or {}
    if not isinstance(compose, dict):
        raise refused(400, "invalid", "ValueSet.compose is no object", "ValueSet.compose درست نیست", "vs-invalid")
    inner = {f"#{one.get('id', '')}": one for one in resource.get("contained", ()) if isinstance(one, dict)}
    return ValueSet(
        resource,
        str(resource.get("url", "")),
        str(resource.get("version", "")),
        tuple(_includes(compose, "include")),
        tuple(_includes(compose, "exclude")),
        compose.get("inactive") is not False,
        tuple(_parameters([*compose.get("extension", ()), *resource.get("extension", ())])),
        {**(contained or {}), **inner},
    )


def _includes(compose: Json, kind: str) -> Iterator[Include]:
    for n, said in enumerate(compose.get(kind, ())):
        place = f"ValueSet.compose.{kind}[{n}]"
        if not isinstance(said, dict) or not (said.get("system") or said.get("valueSet")):
            raise refused(
                400,
                "invalid",
                f"{place} needs a system or a value set",
                f"{place} باید سامانه یا مجموعهٔ مقادیر داشته باشد",
                "vs-invalid",
            )
        system = str(said.get("system", ""))
        url, _, version = system.partition("|")
        yield Include(
            url,
            str(said.get("version", "")) or version,
            tuple(_listed(one) for one in said["concept"]) if said.get("concept") else None,
            tuple(_filters(said, place)),
            tuple(map(str, said.get("valueSet", ()))),
        )


def _listed(said: Json) -> Listed:
    return Listed(
        str(said.get("code", "")),
        str(said.get("display", "")),
        tuple(designation_of(one) for one in said.get("designation", ())),
        tuple(said.get("extension", ())),
    )


def _filters(said: Json, place: str) -> Iterator[Filter]:
    for n, one in enumerate(said.get("filter", ())):
        op = one.get("op") or extension_value((one.get("_op") or {}).get("extension", ()), urls.R5_FILTER_OP) or ""
        name = str(one.get("property", ""))
        value = one.get("value")
        yield Filter(name, str(op), None if value in (None, "") else str(value), f"{place}.filter[{n}]")


def _parameters(extensions: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for extension in extensions:
        if extension.get("url") in urls.EXPANSION_PARAMETER:
            parts: dict[str, Any] = {part.get("url", ""): value_of(part)[1] for part in extension.get("extension", ())}
            value = parts.get("value")
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield str(parts.get("name", "")), text
