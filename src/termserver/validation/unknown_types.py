"""What to do about a document of no known type: the nearest root element, the document inside it, else all types."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Protocol

from termserver.model.text import Text

_LOOKED_AT = 50
"""So many members of an unknown document are looked into."""


class Named(Protocol):
    id: str
    root: str


def of_root(name: str, types: Sequence[Named]) -> Text:
    """The root element that was meant, else all that are known."""
    roots = {known.root: known.id for known in types}
    near = nearest(name, roots)
    if not near:
        return _all(types)
    return Text(
        fa=f"آیا منظور <{near}> ({roots[near]}) بود؟ نام ریشه را درست کنید؛ نام‌ها به بزرگی و کوچکی حروف حساس‌اند.",
        en=f"Did you mean <{near}> ({roots[near]})? Mend the name of the root; small and capital letters differ.",
    )


def of_content(message: Any, types: Sequence[Named], of: Callable[[Any], Sequence[str]]) -> Text:
    """That it is a list, or holds documents of ours inside; else all the types."""
    if isinstance(message, list):
        first = next((ids for item in islice(message, _LOOKED_AT) if (ids := of(item))), ())
        kind = f" ({' / '.join(first)})" if first else ""
        return Text(
            fa=f"این یک فهرست{kind} است: هر سند را در فایلی از آن خود یا در یک سطر از فایل .ndjson بدهید.",
            en=f"This is a list{kind}: give each document in a file of its own, or on a line of an .ndjson file.",
        )
    found = list(_inside(message, of))
    if found:
        listed = ", ".join(f"{path} ({id})" for path, id in found)
        return Text(
            fa=f"درون آن سند هست: {listed}. هر سند را بی پوشش بیرونی آن بدهید.",
            en=f"There are documents inside it: {listed}. Give each by itself, without what is around it.",
        )
    return _all(types)


def _inside(message: Any, of: Callable[[Any], Sequence[str]]) -> Iterable[tuple[str, str]]:
    """The members, down to two levels, that are documents by themselves."""
    if not isinstance(message, dict):
        return
    for name, member in islice(message.items(), _LOOKED_AT):
        if found := of(member):
            yield name[:80], " / ".join(found)
        elif isinstance(member, dict):
            for inner, value in islice(member.items(), _LOOKED_AT):
                if found := of(value):
                    yield f"{name[:80]}.{inner[:80]}", " / ".join(found)


def _all(types: Iterable[Named]) -> Text:
    listed = ", ".join(sorted({f"{known.id} ({known.root})" for known in types}))
    return Text(fa=f"نوع‌های شناخته: {listed}.", en=f"Known types: {listed}.")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was most likely meant, in any case of letters; empty if none is near."""
    from difflib import get_close_matches  # only mistakes pay for it

    lowered = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name[:80].lower(), list(lowered), 1, 0.7)
    return lowered[found[0]] if found else ""
