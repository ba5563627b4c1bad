"""GET questions about one code, answered without taking the request apart again (``fhir.ready``).

All that stands in the address beside ``code=`` is the key of a plan; a plan is kept once it has given, byte for byte,
the answer that was worked out in full. One thread uses it: that of the event loop.
"""

from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import unquote_plus

import orjson

from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.ready import Ready, ready
from termserver.model.errors import TermserverError

_MOST = 512
_LONGEST = 2000
"""An address with more characters is not remembered."""

Key = tuple[str, str, str, str]
"""Path, query without the code, ``Accept``, ``Accept-Language``."""


def split_code(query: str) -> tuple[str, str] | None:
    """The query without its one ``code=``, and the code; None if it is not there, or there more than once."""
    at = 0 if query.startswith("code=") else query.find("&code=") + 1
    if at == 0 and not query.startswith("code="):
        return None
    end = query.find("&", at)
    said, rest = (query[at + 5 :], query[:at]) if end < 0 else (query[at + 5 : end], query[:at] + query[end + 1 :])
    if rest.startswith("code=") or "&code=" in rest or not said:
        return None
    return rest, unquote_plus(said) if "%" in said or "+" in said else said


class Quick:
    """The plans of one edition."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Key, Ready | None] = OrderedDict()

    def answer(self, key: Key, code: str) -> bytes | None:
        """The JSON of the answer; None if it must be worked out."""
        plan = self._plans.get(key)
        if plan is None:
            return None
        try:
            found = plan(code)
        except (FhirProblem, TermserverError):
            return None
        return None if found is None else orjson.dumps(found)

    def learn(self, key: Key, code: str, full: bytes, path: str, asked: Callable[[], Request]) -> None:
        """Keep a plan that gives ``full`` for ``code``; ``asked`` makes the request it is made from."""
        if key in self._plans or len(key[1]) > _LONGEST:
            return
        try:
            plan = ready(path, asked())
            said = plan(code) if plan is not None else None
        except (FhirProblem, TermserverError):
            plan = said = None
        if plan is not None and (said is None or orjson.dumps(said) != full):
            return  # this code may be the odd one; the next may show it
        self._plans[key] = plan
        if len(self._plans) > _MOST:
            self._plans.popitem(last=False)
