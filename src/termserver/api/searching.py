"""Search as it is asked over HTTP: hits, suggestions, NLM's array, and all hits as lines.

Four shapes of one search: ``/api/search`` (objects), ``/api/suggest`` (small arrays for type-ahead),
``/api/search?terms=`` (the array of NLM's Clinical Tables, which ``autocomplete-lhc`` reads) and
``/api/search?format=ndjson`` (everything that matches, line by line).
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from termserver.api.answers import Answer, Problem, Stream
from termserver.api.parameters import Parameter, read, typed_alone
from termserver.model.days import parse_day
from termserver.model.text import Text
from termserver.search.query import Asking, SearchResult
from termserver.service import TermServer

_NARROWING = (
    Parameter("system", repeats=True, says="only in this code system (folder id, native id or URL); may repeat"),
    Parameter("status", choices=("active", "retired"), says="only concepts in this state"),
    Parameter("under", repeats=True, says="only this code and what lies below it: `E10-E14`, `icd10|E11`; may repeat"),
    Parameter("chapter", repeats=True, says="only in this top of a hierarchy: `IX`, `9`; may repeat"),
    Parameter("value_set", says="only members of this value set (id or URL)"),
    Parameter("on", says="only what is in force on that day, ISO or Jalali"),
    Parameter("property", repeats=True, says="only with this value of an indexed property, `name:value`; may repeat"),
)
_COMMON = (
    Parameter("lang", "fa", choices=("fa", "en"), says="the language of `display`"),
    Parameter("syntax", "plain", choices=("plain", "advanced"), says="`advanced` switches the query language on"),
    *_NARROWING,
)


def _by_name(*parameters: Parameter) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in parameters}


SEARCH_PARAMETERS = _by_name(
    Parameter("q", required=True, says="what to look for: words, their beginnings, or a code"),
    Parameter("limit", "20", least=0, most=1000, says="how many hits to return"),
    Parameter("offset", "0", least=0, says="how many hits to pass over"),
    *_COMMON,
    Parameter("facet", repeats=True, says="count by `system`, `status`, `chapter` or an indexed property; may repeat"),
    Parameter("explain", choices=("true", "false"), says="`true` adds to each hit why it is where it is"),
    Parameter("highlight", choices=("true", "false"), says="`true` adds to each hit where its words were meant"),
    Parameter("format", "json", choices=("json", "ndjson"), says="`ndjson`: every hit from `offset` on, one a line"),
)
SUGGEST_PARAMETERS = _by_name(
    Parameter("q", required=True, says="what has been typed so far"),
    Parameter("limit", "10", least=0, most=100, says="how many suggestions to return"),
    *_COMMON,
)
CLINICAL_TABLES_PARAMETERS = _by_name(
    Parameter("terms", says="what has been typed so far; this parameter asks for the array of NLM's Clinical Tables"),
    Parameter("field_val", says="what was typed and is in no list, with `suggest=1`"),
    Parameter("suggest", "0", choices=("0", "1"), says="`1`: what `field_val` may have meant"),
    Parameter("maxList", "7", least=0, most=500, says="how many items to return"),
    Parameter("count", "", least=0, most=500, says="the same, for paging"),
    Parameter("offset", "0", least=0, says="how many items to pass over"),
    Parameter("df", "code,display", says="the fields that are shown, comma-separated"),
    Parameter("ef", says="further fields, comma-separated, each perhaps with another name behind a colon"),
    Parameter("cf", "code", choices=("code",), says="the field that is the code"),
    Parameter("sf", says="understood and not needed: all fields are searched"),
    Parameter("authenticity_token", says="passed over"),
    *_COMMON,
)
_FIELDS = ("code", "display", "display_fa", "display_en", "system", "native_id", "status")
_CLINICAL = re.compile(rb"(?:^|&)(?:terms|field_val)=")
_AT_ONCE = 1000
NDJSON = b"application/x-ndjson; charset=utf-8"


class SearchRoutes:
    """The four shapes over one opened edition."""

    def __init__(self, server: TermServer, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self._server = server
        self._headers = headers
        self._tail = b',"release":' + orjson.dumps(server.edition.digest) + b"}"

    def search(self, query_string: bytes) -> Answer | Stream:
        """``GET /api/search``: hits in order, the exact total, what was loosened to find them, the release."""
        if _CLINICAL.search(query_string):
            return self._clinical_tables(read(query_string, CLINICAL_TABLES_PARAMETERS))
        values = read(query_string, SEARCH_PARAMETERS)
        if values["format"] == "ndjson":
            asking = self._asking(values, "q", limit=_AT_ONCE, offset=int(values["offset"]))
            some = asking.each()
            first = next(some, [])  # what cannot be asked is refused before anything is sent
            return Stream(_lines(first, some), self._headers, NDJSON)
        more: dict[str, Any] = {"facets": _listed(values["facet"])} if values["facet"] else {}
        for name in ("explain", "highlight"):
            if values[name] == "true":
                more[name] = True
        found = self._asking(values, "q", limit=int(values["limit"]), offset=int(values["offset"]), **more).find()
        facets = (
            b',"facets":'
            + orjson.dumps({name: [one.as_json() for one in counts] for name, counts in found.facets.items()})
            if found.facets
            else b""
        )
        body = b'{"hits":[%b],"total":%d%b%b%b' % (
            b",".join(found.hits), found.total, _loosened(found), facets, self._tail,
        )  # fmt: skip
        return Answer(200, body, self._headers)

    def suggest(self, query_string: bytes) -> Answer:
        """``GET /api/suggest``: ``[total, [[system, code, display], …], relaxed, did_you_mean]``."""
        typed = typed_alone(query_string)  # nearly every key stroke
        if typed is not None:
            asking = self._server.asking(typed[0], limit=10, language=typed[1])
        else:
            values = read(query_string, SUGGEST_PARAMETERS)
            asking = self._asking(values, "q", limit=int(values["limit"]))
        found = asking.suggest()
        said = orjson.dumps([found.relaxed, found.did_you_mean])[1:-1] if found.relaxed else b""
        body = b"[%d,[%b]%b]" % (found.total, b",".join(found.hits), b"," + said if said else b"")
        return Answer(200, body, self._headers)

    def _clinical_tables(self, values: dict[str, str]) -> Answer:
        suggest = values["suggest"] == "1"
        limit = int(values["count"] or values["maxList"])
        shown, extra = _fields(values["df"]), _fields(values["ef"])
        found = self._asking(
            values, "field_val" if suggest else "terms", limit=limit, offset=int(values["offset"])
        ).find()
        hits = [orjson.loads(hit) for hit in found.hits]
        codes = [hit["code"] for hit in hits]
        more = {name: [hit.get(field, "") for hit in hits] for field, name in extra} or None
        rows = [[hit.get(field, "") for field, _ in shown] for hit in hits]
        systems = [hit["system"] for hit in hits]
        if suggest:
            return Answer(200, orjson.dumps([codes, [" - ".join(row) for row in rows], more, systems]), self._headers)
        return Answer(200, orjson.dumps([found.total, codes, more, rows, systems]), self._headers)

    def _asking(self, values: dict[str, str], text: str, **more: Any) -> Asking:
        for name in ("system", "under", "chapter"):
            if values[name]:
                more["systems" if name == "system" else name] = _listed(values[name])
        for name in ("status", "value_set"):
            if values[name]:
                more[name] = values[name]
        if values["on"]:
            more["on"] = parse_day(values["on"])
        if values["property"]:
            more["properties"] = tuple(map(_property, _listed(values["property"])))
        return self._server.asking(values[text], language=values["lang"], syntax=values["syntax"], **more)


def _listed(values: str) -> tuple[str, ...]:
    return tuple(value for value in values.split("\n") if value)


def _loosened(found: SearchResult) -> bytes:
    said = b',"relaxed":"%b"' % found.relaxed.encode() if found.relaxed else b""
    return said + b',"did_you_mean":%b' % orjson.dumps(found.did_you_mean) if found.did_you_mean else said


def _lines(first: list[bytes], rest: Iterator[list[bytes]]) -> Iterator[bytes]:
    if first:
        yield b"\n".join(first) + b"\n"
    for some in rest:
        yield b"\n".join(some) + b"\n"


def _property(said: str) -> tuple[str, str]:
    name, colon, value = said.partition(":")
    if not colon or not name or not value:
        raise Problem(
            400,
            "bad-parameter",
            Text(f"property «{said[:60]}» باید به شکل name:value باشد.", f"property '{said[:60]}' is not name:value."),
        )
    return name, value


def _fields(said: str) -> list[tuple[str, str]]:
    """Fields with the names they are told by."""
    found = []
    for one in filter(None, (piece.strip() for piece in said.split(","))):
        field, _, name = one.partition(":")
        if field not in _FIELDS:
            listed = ", ".join(_FIELDS)
            raise Problem(
                400,
                "bad-parameter",
                Text(
                    f"میدان «{field[:40]}» وجود ندارد؛ این‌ها هستند: {listed}.",
                    f"There is no field '{field[:40]}'; there are: {listed}.",
                ),
            )
        found.append((field, name or field))
    return found
