"""What a title calls the thing: the words that tell, and the one among them that names its kind."""

import re

from termserver.model.fold import fold, words

LITTLE = frozenset(
    """unspecified classified nec nos essential primary disease diseases disorder disorders type site part cause causes
    form organism origin episode of the in and by to due or with without
    نامشخص بیماری بیماریها بیماریهای اختلال اختلالات های ها و در از ناشی با بدون به یا""".split()  # noqa: SIM905
)
"""Words of a title that say little: "Cataract, unspecified" is titled "cataract" without them."""

_NARROWS = re.compile(
    r"[,;(\[]|\s(?:of|in|with|without|due|and|or|to|by|from|following|not|at|on|for)\s|\s(?:با|در|و|از|ناشی)\s"
)


def head_words(title: str) -> set[str]:
    """The word for the kind of thing that a title names: the last one before what only narrows it.

    >>> head_words("Type 2 diabetes mellitus with kidney complications"), head_words("Malignant neoplasm of breast")
    ({'mellitus'}, {'neoplasm'})
    """
    head = _NARROWS.split(fold(title), maxsplit=1)[0]
    found = [word for word in words(head) if word not in LITTLE]
    return {found[-1]} if found else set()
