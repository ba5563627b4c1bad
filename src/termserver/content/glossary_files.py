"""The folder ``codesystems/glossary/``: the Persian-English glossary, a table that a secretary can edit."""

from dataclasses import dataclass

from termserver.content.codesystem_files import SEPARATOR
from termserver.content.csv_files import Table, read_table
from termserver.content.problems import Place, Problem, error
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.glossary import Glossary, GlossaryCategory, GlossaryTerm
from termserver.model.text import Text

NAME = "glossary"
FOLDER = f"codesystems/{NAME}"
GLOSSARY_FILE = f"{FOLDER}/glossary.yaml"
TERMS_FILE = f"{FOLDER}/terms.csv"
GLOSSARY = Keys(
    {
        "id": TEXT,
        "version": TEXT,
        "title": BOTH,
        "publisher": TEXT,
        "source": TEXT,
        "licence": TEXT,
        "provisional": FLAG,
        "description": BOTH,
        "coded_in": TEXT,
        "categories": Many(
            Keys(
                {
                    "code": TEXT,
                    "title": BOTH,
                    "in_titles": FLAG,
                    "narrows": FLAG,
                    "prefixes": WORDS,
                    "beside": WORDS,
                },
                required=("code", "title"),
            )
        ),
    },
    required=("id", "version", "title", "categories"),
)
TERMS = ("term_fa", "variants_fa", "term_en", "variants_en", "category", "codes")


@dataclass
class GlossarySource:
    """The glossary as its folder says it, with the places that a check points at."""

    glossary: Glossary
    values: Values
    table: Table


def read_glossary(tree: Tree, problems: list[Problem]) -> GlossarySource | None:
    """The glossary, or None if there is none or it cannot be read."""
    metadata, rows = tree.read(GLOSSARY_FILE), tree.read(TERMS_FILE)
    if metadata is None and rows is None and not tree.files(FOLDER):
        return None
    for file, data in ((GLOSSARY_FILE, metadata), (TERMS_FILE, rows)):
        if data is None:
            problems.append(
                error(
                    file,
                    Place(),
                    "file.missing",
                    Text(fa=f"واژه‌نامه {file} ندارد.", en=f"The glossary has no {file}."),
                    Text(
                        fa="آن را بنویسید (docs/content.md) یا پوشه را پاک کنید.",
                        en="Write it (see docs/content.md) or delete the folder.",
                    ),
                )
            )
    if metadata is None or rows is None:
        return None
    values = read_yaml(GLOSSARY_FILE, metadata, GLOSSARY, problems)
    table = read_table(TERMS_FILE, rows, TERMS, problems, optional=("codes",))
    if values is None:
        return None
    glossary = Glossary(
        id=values.text("id"),
        version=values.text("version"),
        title=values.both("title"),
        terms=tuple(_term(row.cells) for row in table.rows),
        categories=tuple(
            GlossaryCategory(
                said.text("code"),
                said.both("title"),
                said.flag("in_titles"),
                said.words("prefixes"),
                said.words("beside"),
                said.flag("narrows"),
            )
            for said in values.children("categories")
        ),
        provisional=values.flag("provisional"),
        publisher=values.text("publisher"),
        source=values.text("source"),
        licence=values.text("licence"),
        description=values.both("description"),
        coded_in=values.text("coded_in"),
    )
    return GlossarySource(glossary, values, table)


def variants(cell: str) -> list[str]:
    """The names in a cell, separated by ``|``, with or without blanks around it."""
    return [name.strip(" ") for name in cell.split(SEPARATOR.strip())] if cell else []


def _term(cells: list[str]) -> GlossaryTerm:
    fa, variants_fa, en, variants_en, category, codes = cells
    return GlossaryTerm(
        fa, en, category, tuple(variants(variants_fa)), tuple(variants(variants_en)), tuple(variants(codes))
    )
