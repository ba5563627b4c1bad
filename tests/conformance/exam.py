"""Which software sits the examination in these tests, of which types; and a case to change something in."""

from typing import Any

from termserver.conformance.corpus import Corpus

SYSTEM = "00000000-0000-4000-8000-0000000000aa"
OTHER_SYSTEM = "00000000-0000-4000-8000-0000000000bb"
TYPES = ("referral-feedback", "hid-request")
DAY = "2026-11-21"


def first(corpus: Corpus, accepted: bool, form: str = "", type: str = "") -> Any:
    """The first case with that answer, in that form and of that type, where one is said."""
    return next(
        one
        for one in corpus.cases
        if one.drawn.accepted is accepted and form in ("", one.drawn.form) and type in ("", one.type)
    )
