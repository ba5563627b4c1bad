"""One FHIR request and its answer, as plain values: what batch Bundles and HTTP have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from termserver.access.facts import Facts
from termserver.fhir.budget import SECONDS
from termserver.fhir.outcomes import FhirProblem, Json, refused

R4, R5 = "4.0.1", "5.0.0"
MIME_JSON = "application/fhir+json"
MIME_XML = "application/fhir+xml"
_JSONS = ("application/fhir+json", "application/json", "text/json", "json", "application/json+fhir", "*/*", "")
_XMLS = ("application/fhir+xml", "application/xml", "text/xml", "xml", "application/xml+fhir")


@dataclass
class Exchange:
    """A request: ``path`` is what stands behind the base, without slashes around it."""

    version: str
    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = ""
    resource: Json | None = None
    seconds: float = SECONDS
    facts: Facts | None = None
    """Where entries of registries that are shown are noted."""
    caller: str = "-"
    _parted: tuple[str, list[tuple[str, str]]] = field(default=("", []), init=False, repr=False, compare=False)

    @property
    def r4(self) -> bool:
        return self.version == R4

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, parted once."""
        if self._parted[0] != self.query:
            self._parted = self.query, self._read()
        return self._parted[1]

    def _read(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(self.query, keep_blank_values=True, errors="strict", max_num_fields=500)
        except ValueError as error:
            raise refused(400, "invalid", f"The query cannot be read: {error}", "پرسش نشانی خوانده نمی‌شود") from error

    def searched(self) -> list[tuple[str, str]]:
        """The parameters of a search, of the address and of a form that was posted."""
        if self.method != "POST":
            return self.pairs()
        form = parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
        return [*self.pairs(), *form]

    def format(self) -> str:
        """The format of the answer; raise ``FhirProblem`` with 406 if none of those wished for is spoken here."""
        said = dict(self.pairs()).get("_format", "")
        # '+' of a media type in a query often arrives as a blank
        wished = [said.replace(" ", "+")] if said else self.headers.get("accept", "").split(",")
        kinds = [one.partition(";")[0].strip().lower() for one in wished]
        for kind in kinds:
            if kind in _JSONS or kind.startswith(("application/*", "text/html")):
                return MIME_JSON
            if kind in _XMLS:
                return MIME_XML
        raise refused(
            406,
            "not-supported",
            f"None of these can be sent: {', '.join(kinds)[:200]}. Ask for application/fhir+json",
            "این قالب‌ها فرستاده نمی‌شود؛ application/fhir+json بخواهید",
        )

    def json(self) -> Any:
        """The body; raise ``FhirProblem`` if it is none that can be read."""
        if self.resource is not None:
            return self.resource
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in _XMLS:
            from termserver.fhir.xml import read

            return read(self.body)
        if kind not in _JSONS:
            raise refused(
                415,
                "not-supported",
                f"A body of type {kind} is not understood; send application/fhir+json",
                f"بدنه از نوع {kind} فهمیده نمی‌شود؛ application/fhir+json بفرستید",
            )
        try:
            return orjson.loads(self.body.removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            raise refused(400, "structure", f"The body is not JSON: {error}", f"بدنه JSON نیست: {error}") from error


@dataclass
class Reply:
    """Status, resource (or ready bytes) and further headers."""

    status: int
    resource: Json | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    keep: bool = True
    """Whether the next one who asks the same may get it without asking again."""


__all__ = ["MIME_JSON", "MIME_XML", "R4", "R5", "Exchange", "FhirProblem", "Reply"]
