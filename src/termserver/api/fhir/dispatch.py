"""From a path to what answers it: metadata, operations, resources, batches."""

import logging
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import chain

from termserver.api.fhir.capabilities import capability_statement, terminology_capabilities, versions
from termserver.api.fhir.client_state import ClientState
from termserver.api.fhir.directory import Directory
from termserver.api.fhir.directory_visit import REGISTRIES
from termserver.api.fhir.exchange import R4, Exchange, Reply
from termserver.api.fhir.operations import OPERATIONS, Operations
from termserver.api.fhir.past import Past
from termserver.api.fhir.resources import Resources
from termserver.fhir.grammars import URLS
from termserver.fhir.library import Shelf
from termserver.fhir.naming import preferred_id
from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem, Json, operation_outcome, refused
from termserver.fhir.r4 import as_r4
from termserver.fhir.shape import malformed
from termserver.fhir.systems import Head
from termserver.model.errors import TermserverError

_MOST_ENTRIES = 1000


log = logging.getLogger("termserver.api")


def _sent(exchange: Exchange) -> Json | None:
    """The resource that came with a request; None if what came is none."""
    try:
        found: Json = exchange.json()
    except FhirProblem:
        return None
    return found


class Dispatch:
    """The FHIR service of one release of FHIR, over one opened edition."""

    def __init__(
        self,
        version: str,
        shelf: Shelf,
        resources: Resources,
        clients: ClientState,
        stateful: bool,
        directory: Directory,
        past: Past,
        nested: bool = True,
    ) -> None:
        """``stateful``: caches and closures live as long as this process, so they need it to be the only one."""
        self.version = version
        self._caches = clients.caches
        self._operations = Operations(shelf, clients.parses, self._caches, nested)
        self._resources = resources
        self.shelf = shelf
        self._directory = directory
        self._past = past
        self._closures = clients.closures
        self._stateful = stateful
        self._system: dict[str, Callable[[Exchange], Json]] = {"$versions": lambda exchange: versions(exchange)}
        if stateful:
            self._system["$cache-control"] = self._cache_control
            self._system["$closure"] = self._closure

    def answer(self, exchange: Exchange) -> Reply:
        """The reply to any request; nothing is raised."""
        try:
            reply = self._answer(exchange)
        except FhirProblem as error:
            persian = exchange.headers.get("accept-language", "").lower().startswith("fa")
            return Reply(error.status, operation_outcome(error.issues, persian))
        except TermserverError as error:
            return Reply(400, operation_outcome(refused(400, "processing", error.text.en, error.text.fa).issues))
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            if exchange.method != "POST":
                raise
            log.info("what came with a request could not be used", exc_info=True)
            persian = exchange.headers.get("accept-language", "").lower().startswith("fa")
            return Reply(400, operation_outcome(malformed(_sent(exchange)).issues, persian))
        if reply.resource is not None and exchange.version == R4:
            as_r4(reply.resource)
        return reply

    def request(self, exchange: Exchange) -> Request:
        """What an operation is asked; raise ``FhirProblem``."""
        return self._operations.request(exchange, exchange.path.partition("/")[0])

    def _answer(self, exchange: Exchange) -> Reply:
        path, method = exchange.path, exchange.method
        if method not in ("GET", "HEAD", "POST"):
            raise refused(405, "not-supported", f"This server does not take {method}", f"این سرور {method} نمی‌پذیرد")
        if not path:
            if method != "POST":
                raise refused(
                    404, "not-found", "Ask for metadata, or POST a batch", "metadata بخواهید یا batch بفرستید"
                )
            return self._batch(exchange)
        if path == "metadata":
            return Reply(200, self._metadata(exchange))
        first, *rest = path.split("/")
        if first in self._system and not rest:
            return Reply(200, self._system[first](exchange))
        if first == "NamingSystem" and rest == ["$preferred-id"]:
            return Reply(200, preferred_id(self._operations.asked(exchange), self._resources.named()))
        if first in OPERATIONS and len(rest) == 1 and rest[0].startswith("$"):
            return Reply(200, self._operations.run(exchange, first, rest[0]))
        if first in OPERATIONS and len(rest) == 2 and rest[1].startswith("$"):
            instance = self._resources.definition(first, rest[0])
            return Reply(200, self._operations.run(exchange, first, rest[1], instance))
        if first in self._resources.kinds and len(rest) > 1 and rest[1] == "_history" and method != "POST":
            return Reply(200, self._history(exchange, first, rest))
        if first in self._resources.kinds:
            return self._resources.reply(exchange, first, rest)
        if first in REGISTRIES:
            return self._directory.reply(exchange, first, rest)
        raise refused(
            404,
            "not-found",
            f"There is nothing at '{path[:200]}'; metadata lists what is here",
            "این‌جا چیزی نیست؛ فهرست در metadata است",
        )

    def _metadata(self, exchange: Exchange) -> Json:
        mode = dict(exchange.pairs()).get("mode", "full")
        if mode == "terminology":
            return terminology_capabilities(exchange, self._offered())
        if mode not in ("full", "normative"):
            raise refused(400, "invalid", f"There is no mode '{mode}'", f"حالت «{mode}» وجود ندارد")
        return capability_statement(exchange, self._system, self._resources.search_parameters, self._directory)

    def _history(self, exchange: Exchange, kind: str, rest: list[str]) -> Json:
        if len(rest) == 2:
            return self._past.history(exchange, kind, rest[0])
        return self._past.version(exchange, kind, rest[0], "/".join(rest[2:]))

    def _offered(self) -> Iterator[Head]:
        """The heads of all code systems that are answered from: those with content, and the grammars."""
        listed = (head for head in self._resources.offered() if head.url not in URLS)
        return chain(listed, (system.head for url in URLS for system in self.shelf.systems(url)))

    def _cache_control(self, exchange: Exchange) -> Json:
        asked = self._operations.asked(exchange)
        return self._caches.control(asked)

    def _closure(self, exchange: Exchange) -> Json:
        if exchange.method != "POST":
            raise refused(405, "not-supported", "$closure changes state; use POST", "$closure را با POST بفرستید")
        owner = exchange.facts.caller.name if exchange.facts is not None else ""
        return self._closures.run(self._operations.request(exchange, ""), exchange.r4, owner)

    def _batch(self, exchange: Exchange) -> Reply:
        bundle = exchange.json()
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise refused(400, "invalid", "The body must be a Bundle", "بدنه باید Bundle باشد")
        if bundle.get("type") != "batch":
            raise refused(
                400, "not-supported", "Only Bundles of type batch are taken", "تنها Bundle از نوع batch پذیرفته است"
            )
        entries = bundle.get("entry", ())
        if len(entries) > _MOST_ENTRIES:
            raise refused(413, "too-costly", f"At most {_MOST_ENTRIES} entries", f"حداکثر {_MOST_ENTRIES} ورودی")
        end = time.monotonic() + exchange.seconds
        answers = [self._entry(exchange, entry, max(0.0, end - time.monotonic())) for entry in entries]
        return Reply(200, {"resourceType": "Bundle", "type": "batch-response", "entry": answers})

    def _entry(self, exchange: Exchange, entry: Json, seconds: float) -> Json:
        asked = entry.get("request") or {} if isinstance(entry, dict) else {}
        url = str(asked.get("url", "")).removeprefix(exchange.base)
        path, _, query = url.partition("?")
        inner = Exchange(
            exchange.version,
            str(asked.get("method", "GET")).upper(),
            path.strip("/"),
            query,
            exchange.headers,
            b"",
            exchange.base,
            entry.get("resource"),
            seconds,
            exchange.facts,
            exchange.caller,
        )
        if not inner.path:
            reply = Reply(
                400, operation_outcome(refused(400, "invalid", "The entry has no url", "ورودی نشانی ندارد").issues)
            )
        else:
            reply = self.answer(inner)
        said: Json = {"response": {"status": f"{reply.status} {HTTPStatus(reply.status).phrase}"}}
        if reply.status >= 400:
            said["response"]["outcome"] = reply.resource
        elif reply.resource is not None:
            said = {"resource": reply.resource, **said}
        return said
