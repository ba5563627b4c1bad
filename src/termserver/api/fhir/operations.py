"""Which operation a request means, and what it can see."""

from collections.abc import Callable, Iterable
from typing import Any

from termserver.api.fhir.caches import Caches
from termserver.api.fhir.exchange import Exchange
from termserver.fhir.batch import batch_validate
from termserver.fhir.budget import Budget
from termserver.fhir.compare import compare
from termserver.fhir.expand import expand
from termserver.fhir.find_matches import find_matches
from termserver.fhir.library import Library, Overlay, Parses, Shelf
from termserver.fhir.lookup import lookup, subsumes
from termserver.fhir.options import Request, refuse_undone
from termserver.fhir.outcomes import Json, refused
from termserver.fhir.parameters import Asked
from termserver.fhir.translate import translate
from termserver.fhir.validate import validate_in_system, validate_in_value_set

Operation = Callable[[Request], Json]

OPERATIONS: dict[str, dict[str, Operation]] = {
    "CodeSystem": {
        "$lookup": lookup,
        "$validate-code": validate_in_system,
        "$batch-validate-code": lambda request: batch_validate(request, in_system=True),
        "$subsumes": subsumes,
        "$find-matches": find_matches,
    },
    "ValueSet": {
        "$compare": compare,
        "$expand": expand,
        "$validate-code": validate_in_value_set,
        "$batch-validate-code": lambda request: batch_validate(request, in_system=False),
    },
    "ConceptMap": {"$translate": translate},
}
_BARE = {"ValueSet": "valueSet", "CodeSystem": "codeSystem", "ConceptMap": "conceptMap"}
_TYPE_LEVEL = ("url", "valueSet", "codeSystem", "conceptMap")


class Operations:
    """The operations over one shelf."""

    def __init__(self, shelf: Shelf, parses: Parses, caches: Caches, nested: bool = True) -> None:
        """``nested``: whether expansions may be trees."""
        self._shelf = shelf
        self._parses = parses
        self._caches = caches
        self._nested = nested

    def run(self, exchange: Exchange, kind: str, name: str, instance: Json | None = None) -> Json:
        """Do it; raise ``FhirProblem``."""
        operation = OPERATIONS.get(kind, {}).get(name)
        if operation is None:
            raise refused(
                404,
                "not-supported",
                f"{kind}/{name} is not an operation of this server; /metadata lists them",
                f"{kind}/{name} از عملیات این سرور نیست؛ فهرست در /metadata است",
            )
        return operation(self.request(exchange, kind, instance))

    @staticmethod
    def asked(exchange: Exchange) -> Asked:
        """The parameters of query and body; a body that is a resource itself is the one in question."""
        pairs: Iterable[tuple[str, Any]] = exchange.pairs()
        asked = Asked(pairs)
        if exchange.method == "POST" and (exchange.body or exchange.resource is not None):
            body = exchange.json()
            bare = _BARE.get(body.get("resourceType", "")) if isinstance(body, dict) else None
            asked = Asked([(bare, body)], asked) if bare else Asked.of(body, asked)
        return asked

    def request(self, exchange: Exchange, kind: str, instance: Json | None = None) -> Request:
        """What is asked, by query or body, with the resources that came along."""
        asked = self.asked(exchange)
        if instance is not None:
            if any(name in asked for name in _TYPE_LEVEL):
                raise refused(
                    400,
                    "invalid",
                    f"{kind}/[id] names the resource already; leave out {', '.join(_TYPE_LEVEL)}",
                    f"نشانی {kind}/[id] خود منبع را نام می‌برد؛ {'، '.join(_TYPE_LEVEL)} را نفرستید",
                )
            asked = Asked(_instance_pairs(kind, instance), asked)
        refuse_undone(asked)
        overlays = [Overlay(tuple(self._parses.parsed(one) for one in asked.all("tx-resource")))]
        cache = exchange.headers.get("x-cache-id") or asked.text("cache-id")
        if cache:
            overlays.insert(0, self._caches.overlay(cache, overlays[0], by_parameter="cache-id" in asked))
        language = exchange.headers.get("accept-language", "")
        return Request(asked, Library(self._shelf, overlays), language, Budget(exchange.seconds), self._nested)


def _instance_pairs(kind: str, instance: Json) -> list[tuple[str, Any]]:
    url, version = instance.get("url", ""), instance.get("version", "")
    if kind == "CodeSystem":
        found = [("url", url), ("system", url)]
        return [*found, ("version", version)] if version else found
    canonical = f"{url}|{version}" if version else url
    return [("url", canonical)]
