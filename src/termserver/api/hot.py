"""The hot routes, as plain ASGI handlers in front of the FastAPI application: search and lookup.

Bytes in, bytes out: a hit is a ready-made JSON fragment of the release, and the entity tag is
known before any work is done, because an edition never changes; for the same reason an answer
that was given once is kept, up to a bounded number of bytes.
"""

from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import unquote

import orjson

from termserver import __version__
from termserver.access.audiences import Shaper
from termserver.api.answers import SECURITY, Answer, Problem, Stream
from termserver.api.entries_shown import Entries
from termserver.api.parameters import Parameter, read
from termserver.api.searching import SearchRoutes
from termserver.api.security_headers import EXPOSED, SHARED_DATA
from termserver.model.codes import Coding, Kind
from termserver.model.days import parse_day
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.service import TermServer

LOOKUP_PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("on", says="the day that counts, ISO or Jalali; default: every day"),
        Parameter("lang", "fa", choices=("fa", "en"), says="the language of `display`"),
    )
}
_KEPT_BYTES = 32 * 1024 * 1024


class HotRoutes:
    """Search and lookup over one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self.server = self._server = server
        self.release = server.edition.digest
        # what is learned from picks changes the order of an edition's answers
        order = f"-{server.order}" if server.order else ""
        tag = f'"{self.release.rpartition(":")[2][:24]}-{__version__}{order}"'.encode()
        self.tag = tag
        self.headers = (
            (b"etag", tag),
            (b"cache-control", b"no-cache"),
            (b"x-termserver-release", self.release.encode()),
            # what everybody may read, a page of any hospital software may read too (docs/widget.md)
            (b"access-control-allow-origin", b"*"),
            EXPOSED,
            *(one for one in SHARED_DATA if one not in SECURITY),
        )
        self._tail = b',"release":' + orjson.dumps(self.release) + b"}"
        self._searches = SearchRoutes(server, self.headers)
        self.entries = Entries(server)
        self._kept: OrderedDict[tuple[bytes, bytes], Answer] = OrderedDict()
        self._kept_bytes = 0

    def route(self, path: str) -> Callable[[bytes, bytes], Answer | Stream] | None:
        """The handler of a path, or None if another application answers it."""
        if path in ("/api/search", "/api/suggest") or (path.startswith("/api/codesystems/") and "/concepts/" in path):
            return self.answer
        return None

    def answer(self, raw_path: bytes, query_string: bytes) -> Answer | Stream:
        """The answer of a search or of ``lookup``, kept from the last time or made now."""
        asked = (raw_path, query_string)
        answer = self._kept.get(asked)
        if answer is None:
            made = self._made(raw_path, query_string)
            if isinstance(made, Stream):
                return made
            answer = self._kept[asked] = made._replace(shows=self.entries.in_json(made.body))
            self._kept_bytes += len(answer.body) + len(query_string) + len(raw_path)
            while self._kept_bytes > _KEPT_BYTES:
                (old_path, old_query), old = self._kept.popitem(last=False)
                self._kept_bytes -= len(old.body) + len(old_query) + len(old_path)
        return answer

    def _made(self, raw_path: bytes, query_string: bytes) -> Answer | Stream:
        if b"/concepts/" in raw_path:
            return self.lookup(raw_path, query_string)
        return (
            self._searches.suggest(query_string)
            if raw_path.endswith(b"/suggest")
            else self._searches.search(query_string)
        )

    def not_modified(self, if_none_match: bytes) -> Answer | None:
        """304 if the caller holds this edition's answer already."""
        if if_none_match and (self.tag in if_none_match or if_none_match.strip() == b"*"):
            return Answer(304, b"", self.headers)
        return None

    def lookup(self, raw_path: bytes, query_string: bytes) -> Answer:
        """``GET /api/codesystems/{id}/concepts/{code}``: everything said about one code."""
        values = read(query_string, LOOKUP_PARAMETERS)
        system, _, code = raw_path[len(b"/api/codesystems/") :].partition(b"/concepts/")
        try:
            coding = Coding(unquote(system, errors="strict"), unquote(code, errors="strict"))
        except UnicodeDecodeError as error:
            raise Problem(
                400, "bad-parameter", Text("نشانی با UTF-8 کدگذاری نشده است.", "The address is not UTF-8.")
            ) from error
        day = parse_day(values["on"]) if values["on"] else None
        detail = self._server.lookup(coding, day)
        if detail.system.kind is Kind.REGISTRY:  # of an entry, only what anybody may see
            detail = replace(detail, properties=Shaper(detail.system).properties(detail.properties))
        return Answer(200, orjson.dumps(detail.as_json(values["lang"]))[:-1] + self._tail, self.headers)
