"""The registries as a FHIR directory (IHE mCSD): read, search (ITI-90) and what changed since (ITI-91).

Only what anybody may see leaves: entries are shaped before a resource is made of them, and searched as they are sent.
Every entry that an answer shows is counted and noted as at ``/api/registries``.
"""

from termserver.api.answers import Problem
from termserver.api.fhir.directory_find import Search
from termserver.api.fhir.directory_history import History
from termserver.api.fhir.directory_visit import Registers, Visit
from termserver.api.fhir.exchange import Exchange, Reply
from termserver.fhir.outcomes import Json, operation_outcome, refused
from termserver.model.errors import UnknownCode, UsageError


class Directory(Registers):
    """The directory of one edition; safe to share between threads."""

    def reply(self, exchange: Exchange, kind: str, rest: list[str]) -> Reply:
        """Read, search or history; raise ``FhirProblem``."""
        try:
            return Reply(200, self._answer(exchange, kind, rest), keep=False)
        except Problem as problem:
            wait = problem.extra.get("retry_after")
            more = ((b"retry-after", b"%d" % wait),) if wait else ()
            code = "throttled" if problem.status == 429 else "not-found" if problem.status == 404 else "processing"
            said = refused(problem.status, code, problem.message.en, problem.message.fa)
            return Reply(problem.status, operation_outcome(said.issues), more, keep=False)
        except UnknownCode as error:
            raise refused(404, "not-found", error.text.en, error.text.fa) from None
        except UsageError as error:
            raise refused(400, "invalid", error.text.en, error.text.fa) from None

    def _answer(self, exchange: Exchange, kind: str, rest: list[str]) -> Json:
        if not rest or rest == ["_search"]:
            return Search(self, exchange, kind).search()
        if exchange.method == "POST":
            raise refused(405, "not-supported", "The directory is read, not written", "فهرست خوانده می‌شود، نوشته نه")
        history = History(self, exchange, kind)
        if rest == ["_history"]:
            return history.changes()
        if rest[1:] == ["_history"]:
            return history.history(rest[0])
        if len(rest) == 3 and rest[1] == "_history":
            return history.version(rest[0], rest[2])
        if len(rest) == 1:
            return Visit(self, exchange, kind).read(rest[0])
        raise refused(404, "not-found", "There is nothing at this address", "در این نشانی چیزی نیست")
