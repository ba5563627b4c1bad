"""The fields that a newer generation of the model adds to the shared classes: known by name, not described yet.

``schemas/newer-fields.csv`` lists them. A document that carries one is not refused for it; nothing
in the field is looked at, and the report says so.
"""

from termserver.content.classes import Classes, unknown_class
from termserver.content.csv_files import read_table
from termserver.content.problems import Problem, error
from termserver.content.tree import Tree
from termserver.model.text import Text
from termserver.model.values import replace

NEWER_FILE = "schemas/newer-fields.csv"
NEWER_COLUMNS = ("class", "field", "title_fa", "title_en", "source")


def add_newer(tree: Tree, classes: Classes, problems: list[Problem]) -> None:
    """Say in the classes which fields are the newer model's; what is wrong joins ``problems``."""
    data = tree.read(NEWER_FILE)
    if data is None:
        return
    table = read_table(NEWER_FILE, data, NEWER_COLUMNS, problems)
    for row in table.rows:
        name, field = row.cells[0], row.cells[1]
        known = classes.by_name.get(name)
        if known is None:
            problems.append(unknown_class(NEWER_FILE, table.place(row, "class"), name, classes.by_name))
        elif field in known.newer or any(other.name == field for other in classes.members_of(name)):
            problems.append(
                error(
                    NEWER_FILE,
                    table.place(row, "field"),
                    "schema.duplicate-field",
                    Text(fa=f"«{name}» فیلد «{field}» را دارد.", en=f"'{name}' has the field '{field}' already."),
                    Text(fa="این سطر را پاک کنید.", en="Delete this row."),
                )
            )
        else:
            classes.by_name[name] = replace(known, newer=(*known.newer, field))
