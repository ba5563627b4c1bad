"""The files of ``codesystems/valuesets/``: which codes belong together."""

from dataclasses import dataclass

from termserver.content.codesystem_files import with_base
from termserver.content.problems import Problem
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, TEXT, WORDS, Keys, Many, Values, choice, read_yaml
from termserver.model.codes import Content, Include, ValueSet

FOLDER = "codesystems/valuesets"
_INCLUDE = Keys({"system": TEXT, "codes": WORDS, "under": WORDS, "shape": TEXT}, required=("system",))
VALUE_SET = Keys(
    {
        "id": TEXT,
        "url": TEXT,
        "version": TEXT,
        "title": BOTH,
        "source": TEXT,
        "provisional": FLAG,
        "content": TEXT,
        "include": Many(_INCLUDE),
        "exclude": Many(_INCLUDE),
    },
    required=("id", "url", "version", "title", "include"),
)


@dataclass
class ValueSetSource:
    """A value set as its file says it, with the places that a check points at."""

    file: str
    value_set: ValueSet
    values: Values


def read_value_set(tree: Tree, file: str, base: str, problems: list[Problem]) -> ValueSetSource | None:
    """The value set in ``file``, or None if it cannot be read."""
    values = read_yaml(file, tree.read(file) or b"", VALUE_SET, problems)
    if values is None:
        return None
    value_set = ValueSet(
        id=values.text("id"),
        url=with_base(values.text("url"), base),
        title=values.both("title"),
        version=values.text("version"),
        include=tuple(map(_include, values.children("include"))),
        exclude=tuple(map(_include, values.children("exclude"))),
        source=values.text("source"),
        provisional=values.flag("provisional"),
        content=choice(values, "content", Content, Content.COMPLETE, problems),
    )
    return ValueSetSource(file, value_set, values)


def _include(said: Values) -> Include:
    return Include(said.text("system"), said.words("codes"), said.words("under"), said.text("shape"))
