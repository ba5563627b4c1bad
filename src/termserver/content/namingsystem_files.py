"""The files of ``codesystems/namingsystems/``: kinds of identifiers."""

from dataclasses import dataclass

from termserver.content.codesystem_files import with_base
from termserver.content.problems import Problem
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, NUMBER, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.codes import NamingSystem, Triplet

FOLDER = "codesystems/namingsystems"
NAMING_SYSTEM = Keys(
    {
        "id": TEXT,
        "url": TEXT,
        "title": BOTH,
        "triplets": Many(
            Keys({"issuer": TEXT, "assigner": TEXT, "type": TEXT}, required=("issuer", "assigner", "type"))
        ),
        "shape": TEXT,
        "shape_says": BOTH,
        "check": TEXT,
        "pad_to": NUMBER,
        "example": TEXT,
        "registry": TEXT,
        "aliases": WORDS,
        "source": TEXT,
        "provisional": FLAG,
        "blanks": FLAG,
        "remark": BOTH,
    },
    required=("id", "url", "title"),
)


@dataclass
class NamingSystemSource:
    """A naming system as its file says it, with the places that a check points at."""

    file: str
    naming_system: NamingSystem
    values: Values


def read_naming_system(tree: Tree, file: str, base: str, problems: list[Problem]) -> NamingSystemSource | None:
    """The naming system in ``file``, or None if it cannot be read."""
    values = read_yaml(file, tree.read(file) or b"", NAMING_SYSTEM, problems)
    if values is None:
        return None
    naming_system = NamingSystem(
        id=values.text("id"),
        url=with_base(values.text("url"), base),
        title=values.both("title"),
        triplets=tuple(
            Triplet(said.text("issuer"), said.text("assigner"), said.text("type"))
            for said in values.children("triplets")
        ),
        shape=values.text("shape"),
        shape_says=values.both("shape_says"),
        check=values.text("check"),
        pad_to=values.number("pad_to"),
        example=values.text("example"),
        registry=values.text("registry"),
        aliases=values.words("aliases"),
        source=values.text("source"),
        provisional=values.flag("provisional"),
        blanks=values.flag("blanks"),
        remark=values.both("remark"),
    )
    return NamingSystemSource(file, naming_system, values)
