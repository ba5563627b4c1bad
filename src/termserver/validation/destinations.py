"""Judging a document for where it is sent: may it go there, must it go elsewhere too, does it carry more than it may.

All destinations of one sending are judged in one run; what two of them object to is one finding.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from termserver.model.days import Day
from termserver.model.destinations import Destination, Sending, Sent
from termserver.model.errors import UsageError
from termserver.model.findings import Finding, Layer, Location, Severity
from termserver.model.text import Text
from termserver.model.values import value
from termserver.validation.message import TYPE

_LOGIC = 10
"""SEPAS error category of logic errors (exchange.md 5.4)."""
_ALL = "*"

Pair = tuple[Destination, Sent]
"""A destination, and what holds there for the document."""


def chosen(known: Sequence[Destination], names: Sequence[str]) -> tuple[Destination, ...]:
    """The destinations of these names, each once, in the order of their ids.

    Raise UsageError, naming the nearest, for a name that nobody knows.
    """
    by_name = {name.casefold(): one for one in known for name in one.names()}
    found = {}
    for name in names:
        asked = name.strip().casefold()
        if asked not in by_name:
            raise _unknown(name, known, by_name)
        found[by_name[asked].id] = by_name[asked]
    return tuple(found[id] for id in sorted(found))


def _unknown(name: str, known: Sequence[Destination], by_name: Iterable[str]) -> UsageError:
    from difflib import get_close_matches  # only mistakes pay for it

    near = get_close_matches(name.casefold()[:80], list(by_name), 1, 0.3)
    listed = ", ".join(one.id for one in known)
    if not listed:
        return UsageError(
            f"'{name[:80]}': this edition holds no destinations.", f"«{name[:80]}»: این ویراست هیچ مقصدی ندارد."
        )
    return UsageError(
        f"No destination is called '{name[:80]}'. {f'Did you mean {near[0]!r}? ' if near else ''}Known: {listed}.",
        f"هیچ مقصدی به نام «{name[:80]}» نیست. {f'آیا «{near[0]}» منظور بود؟ ' if near else ''}موجود: {listed}.",
    )


def findings(
    known: Sequence[Destination], to: Sequence[Destination], type: str, day: Day, message: Any
) -> list[Finding]:
    """What is wrong with sending this message of that type to just these destinations on that day.

    ``known`` are all destinations of the edition, ``message`` the logical message as far as it can be read.
    """
    going = [(one, one.on(type, day)) for one in to]
    there = {one.id for one in to}
    elsewhere = [(one, one.on(type, day)) for one in known if one.id not in there]
    found = []
    if forbidden := [pair for pair in going if pair[1].sending is Sending.FORBIDDEN]:
        found.append(_forbidden(type, forbidden))
    if missing := [pair for pair in elsewhere if pair[1].sending is Sending.REQUIRED]:
        found.append(_missing(type, missing, to))
    return [*found, *_beyond([pair for pair in going if pair[1].sending is not Sending.FORBIDDEN], message)]


def _severity(provisional: bool) -> Severity:
    return Severity.WARNING if provisional else Severity.ERROR


def _forbidden(type: str, refused: Sequence[Pair]) -> Finding:
    titles, ids = _titles(refused), ", ".join(one.id for one, _ in refused)
    return Finding(
        "destination.forbidden",
        Layer.RULE,
        _severity(all(sent.provisional for _, sent in refused)),
        Text(
            fa=f"این نوع سند ({type}) به {titles.fa} فرستاده نمی‌شود.",
            en=f"A document of this type ({type}) is not sent to {titles.en}.",
        ),
        Location(),
        Text(
            fa=f"آن را به {ids} نفرستید؛ گیرنده {refused[0][0].receiver.fa} است.",
            en=f"Do not send it to {ids}: those who receive it there are {refused[0][0].receiver.en}.",
        ),
        _LOGIC,
    )


def _missing(type: str, missing: Sequence[Pair], to: Sequence[Destination]) -> Finding:
    titles, ids = _titles(missing), ", ".join(one.id for one, _ in missing)
    given, purpose = ", ".join(one.id for one in to), missing[0][1].purpose
    return Finding(
        "destination.required-missing",
        Layer.RULE,
        _severity(all(sent.provisional for _, sent in missing)),
        Text(
            fa=f"این نوع سند ({type}) باید به {titles.fa} هم فرستاده شود؛ تنها به {given} می‌رود.",
            en=f"A document of this type ({type}) must go to {titles.en} too, not only to {given}.",
        ),
        Location(),
        Text(
            fa=f"هم‌زمان به {ids} هم بفرستید، برای {purpose.fa}.",
            en=f"Send it to {ids} at the same time, for {purpose.en}.",
        ),
        _LOGIC,
    )


def _titles(pairs: Sequence[Pair]) -> Text:
    return Text("، ".join(f"«{one.title.fa}»" for one, _ in pairs), "; ".join(one.title.en for one, _ in pairs))


@value
class _Outside:
    """A field beyond a minimum data set: where it first stands, and how often."""

    first: str
    times: int


def _beyond(going: Sequence[Pair], message: Any) -> Iterator[Finding]:
    """One finding for each field beyond the minimum of some destination, however often the field stands there."""
    outside: dict[str, _Outside] = {}
    refused: dict[str, list[Pair]] = {}
    for one, sent in going:
        if sent.minimum and isinstance(message, dict):
            found: dict[str, _Outside] = {}
            _walk(message, _tree(sent.minimum), "", "", found)
            outside |= found
            for path in found:
                refused.setdefault(path, []).append((one, sent))
    for path, where in outside.items():
        yield _more_than_needed(path, where, refused[path])


def _tree(paths: Iterable[str]) -> dict[str, Any]:
    """The paths as nested names; ``_ALL`` marks where a whole subtree may come."""
    root: dict[str, Any] = {}
    for path in paths:
        here = root
        for name in path.split("."):
            here = here.setdefault(name, {})
        here[_ALL] = True
    return root


def _walk(value: dict[str, Any], tree: dict[str, Any], path: str, plain: str, found: dict[str, _Outside]) -> None:
    for name, member in value.items():
        if member is None or name == TYPE or member in ([], {}):
            continue
        below = tree.get(name)
        here, bare = (f"{path}.{name}", f"{plain}.{name}") if path else (name, name)
        if below is None:
            known = found.get(bare)
            found[bare] = _Outside(here, 1) if known is None else _Outside(known.first, known.times + 1)
        elif _ALL not in below:
            for n, item in enumerate(member) if isinstance(member, list) else ((-1, member),):
                if isinstance(item, dict):
                    _walk(item, below, f"{here}[{n}]" if n >= 0 else here, bare, found)


def _more_than_needed(path: str, where: _Outside, refused: Sequence[Pair]) -> Finding:
    ids = ", ".join(one.id for one, _ in refused)
    purpose = next((sent.purpose for _, sent in refused), Text())
    again_fa, again_en = (f" ({where.times} بار)", f" (it stands {where.times} times)") if where.times > 1 else ("", "")
    return Finding(
        "destination.beyond-minimum",
        Layer.RULE,
        _severity(all(sent.provisional or sent.minimum_provisional for _, sent in refused)),
        Text(
            fa=f"«{path}» در مجموعه دادهٔ کمینهٔ {ids} نیست{again_fa}.",
            en=f"{path} is not in the minimum data set of {ids}{again_en}.",
        ),
        Location(where.first),
        Text(
            fa=f"آن را در نسخه‌ای که به {ids} می‌رود نیاورید؛ برای {purpose.fa} لازم نیست.",
            en=f"Leave it out of what goes to {ids}; it is not needed for {purpose.en}.",
        ),
        _LOGIC,
    )
