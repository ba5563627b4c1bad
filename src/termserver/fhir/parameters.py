"""What a request asks, whether it came as a query or as a Parameters resource, and answers as Parameters.

Clients are sloppy: any ``value[x]`` is taken for any parameter, and booleans may come as strings.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from termserver.fhir.outcomes import Json, refused
from termserver.fhir.systems import value_of


class Asked:
    """The parameters of one request."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = (), more: "Asked | None" = None) -> None:
        """``more`` are those that hold unless said otherwise here."""
        self._said: dict[str, list[Any]] = {}
        for name, value in pairs:
            self._said.setdefault(name, []).append(value)
        if more is not None:
            for name, values in more._said.items():
                self._said.setdefault(name, values)

    @classmethod
    def of(cls, resource: Json, more: "Asked | None" = None) -> "Asked":
        """Read a Parameters resource; raise ``FhirProblem`` if it is none."""
        if not isinstance(resource, dict) or resource.get("resourceType") != "Parameters":
            kind = resource.get("resourceType") if isinstance(resource, dict) else type(resource).__name__
            raise refused(
                400,
                "invalid",
                f"The body must be a Parameters resource, not {kind}",
                f"بدنه باید Parameters باشد، نه {kind}",
            )
        return cls(_pairs(resource.get("parameter", ())), more)

    def __contains__(self, name: str) -> bool:
        return name in self._said

    def names(self) -> Iterable[str]:
        return self._said.keys()

    def all(self, *names: str) -> list[Any]:
        return [value for name in names for value in self._said.get(name, ())]

    def one(self, *names: str) -> Any:
        """The first value under the first of these names that is there, or None."""
        return next((self._said[name][0] for name in names if self._said.get(name)), None)

    def text(self, *names: str) -> str:
        value = self.one(*names)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, dict | list):
            raise refused(400, "invalid", f"{names[0]} must be a simple value", f"{names[0]} باید مقداری ساده باشد")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def texts(self, *names: str) -> list[str]:
        return [str(value) for value in self.all(*names) if isinstance(value, str | int)]

    def flag(self, name: str) -> bool | None:
        """True or false; None if it is not said."""
        value = self.one(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false", "1", "0"):
            return str(value).lower() in ("true", "1")
        raise refused(400, "invalid", f"{name} must be true or false", f"{name} باید true یا false باشد")

    def number(self, name: str) -> int | None:
        value = self.one(name)
        if value is None:
            return None
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 9:
            raise refused(
                400, "invalid", f"{name} must be a whole number from 0", f"{name} باید عددی از ۰ به بالا باشد"
            )
        return int(text)

    def resource(self, name: str, kind: str = "") -> Json | None:
        value = self.one(name)
        if value is None:
            return None
        if not isinstance(value, dict) or (kind and value.get("resourceType") != kind):
            raise refused(400, "invalid", f"{name} must be a {kind}", f"{name} باید {kind} باشد")
        return value

    def parts(self, name: str) -> Iterator[dict[str, list[Any]]]:
        """The parts of every parameter of that name, by their names."""
        for value in self.all(name):
            if isinstance(value, list):
                found: dict[str, list[Any]] = {}
                for inner, said in value:
                    found.setdefault(inner, []).append(said)
                yield found


def _pairs(parameters: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(parameters, list | tuple):
        raise refused(400, "invalid", "Parameters.parameter must be a list", "Parameters.parameter باید فهرست باشد")
    for parameter in parameters:
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            raise refused(400, "invalid", "A parameter has no name", "پارامتری نام ندارد")
        if "resource" in parameter:
            yield parameter["name"], parameter["resource"]
        elif "part" in parameter:
            yield parameter["name"], list(_pairs(parameter["part"]))
        else:
            yield parameter["name"], value_of(parameter)[1]


def said(name: str, kind: str, value: Any) -> Json:
    """One parameter of an answer: ``said("result", "Boolean", True)``."""
    return {"name": name, f"value{kind}": value}


def parts(name: str, part: Sequence[Json]) -> Json:
    return {"name": name, "part": list(part)}


def answer(parameters: Iterable[Json]) -> Json:
    return {"resourceType": "Parameters", "parameter": list(parameters)}
