"""Regular expressions of strangers, run in linear time: RE2, never a backtracking engine."""

from functools import lru_cache
from typing import Protocol

from termserver.fhir.outcomes import refused

_LONGEST = 1000


class Pattern(Protocol):
    def fullmatch(self, text: str) -> object: ...


@lru_cache(256)
def compiled(expression: str) -> Pattern:
    """The pattern, for ``fullmatch``; raise ``FhirProblem`` if it is none, or one that needs backtracking."""
    try:
        import re2
    except ImportError as error:
        raise refused(
            501,
            "not-supported",
            "Filters by regular expression need google-re2. Run: pip install google-re2",
            "پالایه با عبارت منظم به google-re2 نیاز دارد. اجرا کنید: pip install google-re2",
        ) from error
    if len(expression) > _LONGEST:
        raise refused(400, "invalid", "The regular expression is too long", "عبارت منظم بسیار بلند است", "vs-invalid")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        made: Pattern = re2.compile(expression, options)
        return made
    except re2.error as error:
        raise refused(
            400,
            "invalid",
            f"The regex '{expression}' could not be executed: {error}",
            f"عبارت منظم «{expression}» اجرا نمی‌شود: {error}",
            "vs-invalid",
        ) from error
