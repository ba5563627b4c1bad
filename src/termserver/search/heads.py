"""What a title calls the thing: the words that tell, and the one among them that names its kind."""

import re
from collections.abc import Sequence

from termserver.model.fold import fold, words

LITTLE = frozenset(
    """unspecified classified nec nos essential primary disease diseases disorder disorders type site part cause causes
    form organism origin episode of the in and by to due or with without
    نامشخص بیماری بیماریها بیماریهای اختلال اختلالات های ها و در از ناشی با بدون به یا""".split()  # noqa: SIM905
)
"""Words of a title that say little: "Cataract, unspecified" is titled "cataract" without them."""

_UNCLEAR = frozenset(["unspecified", "نامشخص"])
_PLAIN = ("without complication", "initial encounter")
_LATER = ("subsequent encounter", "sequela")
_NEGATED = re.compile(r"\b(?:not|without|uncomplicated)\b[^,;(]*")
_WITH = re.compile(r"\bwith\b")
_SHOWS_LITTLE = LITTLE | frozenset(["side", "eye", "ear", "limb", "trimester", "initial", "encounter"])
_PATIENCE = 2
"""So many words may the plain part of a category say that the category does not."""

_NARROWS = re.compile(
    r"[,;(\[]|\s(?:of|in|with|without|due|and|or|to|by|from|following|not|at|on|for)\s|\s(?:با|در|و|از|ناشی)\s"
)


def is_plain(title: str) -> bool:
    """Whether the title says of what it names that nothing more is known.

    >>> is_plain("Cataract, unspecified"), is_plain("Senile cataract")
    (True, False)
    """
    folded = fold(title)
    return not _UNCLEAR.isdisjoint(words(folded)) or any(said in folded for said in _PLAIN)


def plainness(title: str) -> int:
    """0 for a title that says that nothing more is known, 2 for what comes after the first time, 1 for the others."""
    folded = fold(title)
    return 2 if any(said in folded for said in _LATER) else 0 if is_plain(title) else 1


def plainest(whole: str, parts: Sequence[str]) -> int | None:
    """The place of the part of a category that says no more than the category itself; None if there is no such part.

    >>> plainest("Asthma", ["Mild asthma", "Severe asthma", "Other and unspecified asthma"])
    2
    """
    said = set(words(whole))
    best: tuple[int, int, int] | None = None
    for n, title in enumerate(parts):
        folded = fold(title)
        telling = set(words(_NEGATED.sub("", folded))) - _SHOWS_LITTLE - said
        if plainness(title) == 2:
            continue
        if is_plain(title):
            worse = 0 if folded.startswith("unspecified") or folded.endswith("unspecified") else 1
        elif _NEGATED.search(folded) and not _WITH.search(folded):
            worse = 2
        else:
            continue
        if worse and len(telling) > _PATIENCE:
            continue
        here = (worse, len(telling), n)
        if best is None or here < best:
            best = here
    return best[2] if best else None


def head_words(title: str) -> set[str]:
    """The word for the kind of thing that a title names: the last one before what only narrows it.

    >>> head_words("Type 2 diabetes mellitus with kidney complications"), head_words("Malignant neoplasm of breast")
    ({'mellitus'}, {'neoplasm'})
    """
    head = _NARROWS.split(fold(title), maxsplit=1)[0]
    found = [word for word in words(head) if word not in LITTLE]
    return {found[-1]} if found else set()
