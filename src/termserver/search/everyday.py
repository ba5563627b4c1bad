"""What people call the thing that a title names: the everyday name beside a code, read from the glossary.

It is no translation of the title: a name is shown only where the words of the term are those of the
title, as far as they tell, and the glossary names the code.
"""

from collections import defaultdict
from collections.abc import Iterator

from termserver.model.fold import code_key, parts
from termserver.model.glossary import Glossary
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.heads import LITTLE

EVERYDAY = Table("search_everyday", ("code TEXT", "system TEXT", "names TEXT"))
"""Folded code → the system it is of, and a line for each term: its Persian name, a tab, the words of its English."""


def tables(glossary: Glossary | None) -> Iterator[tuple[Table, list[tuple[str, str, str]]]]:
    """The table of the glossary; an empty one without it."""
    found: dict[str, list[str]] = defaultdict(list)
    for term in glossary.terms if glossary else ():
        for code in term.codes:
            found[code_key(code)].append(f"{term.fa}\t{_telling(term.en)}")
    coded_in = glossary.coded_in if glossary else ""
    yield EVERYDAY, [(code, coded_in, "\n".join(names)) for code, names in sorted(found.items())]


def everyday_name(reader: ReleaseReader, system: str, code: str, title: str) -> str:
    """The Persian name for what the English title of a code of the system names; "" if the glossary has none."""
    row = reader.get(EVERYDAY, code_key(code)) if title and reader.has(EVERYDAY) else None
    if row is None or row[1] != system:
        return ""
    wanted = _telling(title)
    named = (line.split("\t") for line in row[2].split("\n"))
    return next((name for name, words in named if words == wanted), "")


def _telling(text: str) -> str:
    return " ".join(sorted(set(parts(text)) - LITTLE))
