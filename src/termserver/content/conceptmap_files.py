"""A folder of ``codesystems/conceptmaps/``: how the codes of one system are said in another."""

from dataclasses import dataclass

from termserver.content.codesystem_files import with_base
from termserver.content.csv_files import Table, read_table
from termserver.content.problems import Place, Problem, error
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, TEXT, Keys, Values, read_yaml
from termserver.model.codes import ConceptMap, ConceptMapping
from termserver.model.text import Text

FOLDER = "codesystems/conceptmaps"
MAPPINGS = ("source_code", "target_code", "relationship", "comment")
CONCEPT_MAP = Keys(
    {
        "id": TEXT,
        "url": TEXT,
        "version": TEXT,
        "title": BOTH,
        "source_system": TEXT,
        "target_system": TEXT,
        "source": TEXT,
        "provisional": FLAG,
    },
    required=("id", "url", "version", "title", "source_system", "target_system"),
)


@dataclass
class ConceptMapSource:
    """A concept map as its folder says it, with the places that a check points at."""

    folder: str
    concept_map: ConceptMap
    values: Values
    table: Table


def read_concept_map(tree: Tree, folder: str, base: str, problems: list[Problem]) -> ConceptMapSource | None:
    """The concept map in ``folder``, or None if it cannot be read."""
    contents: dict[str, bytes] = {}
    for name in ("conceptmap.yaml", "mappings.csv"):
        data = tree.read(f"{folder}/{name}")
        if data is None:
            problems.append(
                error(
                    f"{folder}/{name}",
                    Place(),
                    "file.missing",
                    Text(fa=f"پوشهٔ {folder} فایل {name} ندارد.", en=f"The folder {folder} has no {name}."),
                    Text(
                        fa="آن را بنویسید (docs/content.md) یا پوشه را پاک کنید.",
                        en="Write it (see docs/content.md) or delete the folder.",
                    ),
                )
            )
        else:
            contents[name] = data
    if len(contents) < 2:
        return None
    values = read_yaml(f"{folder}/conceptmap.yaml", contents["conceptmap.yaml"], CONCEPT_MAP, problems)
    table = read_table(f"{folder}/mappings.csv", contents["mappings.csv"], MAPPINGS, problems)
    if values is None:
        return None
    concept_map = ConceptMap(
        id=values.text("id"),
        url=with_base(values.text("url"), base),
        title=values.both("title"),
        version=values.text("version"),
        source_system=values.text("source_system"),
        target_system=values.text("target_system"),
        mappings=tuple(ConceptMapping(*row.cells) for row in table.rows),
        source=values.text("source"),
        provisional=values.flag("provisional"),
    )
    return ConceptMapSource(folder, concept_map, values, table)
