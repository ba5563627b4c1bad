"""The files of ``validators/destinations/``: where documents go, and how much of each."""

from dataclasses import dataclass

from termserver.content.problems import Problem
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, PERIOD, TEXT, WORDS, Keys, Many, Values, choice, read_yaml
from termserver.model.destinations import Destination, Sending, Sent

FOLDER = "validators/destinations"
_SENT = Keys(
    {
        "type": TEXT,
        "sending": TEXT,
        "sender": BOTH,
        "purpose": BOTH,
        "period": PERIOD,
        "provisional": FLAG,
        "source": TEXT,
        "minimum_provisional": FLAG,
        "minimum": WORDS,
    },
    required=("type", "sending", "source"),
)
DESTINATION = Keys(
    {
        "id": TEXT,
        "version": TEXT,
        "title": BOTH,
        "receiver": BOTH,
        "aliases": WORDS,
        "provisional": FLAG,
        "source": TEXT,
        "otherwise": TEXT,
        "documents": Many(_SENT),
    },
    required=("id", "version", "title", "receiver", "otherwise", "documents"),
)


@dataclass
class DestinationSource:
    """A destination as its file says it, with the places that a check points at."""

    file: str
    destination: Destination
    values: Values


def read_destination(tree: Tree, file: str, problems: list[Problem]) -> DestinationSource | None:
    """The destination in ``file``, or None if it cannot be read."""
    values = read_yaml(file, tree.read(file) or b"", DESTINATION, problems)
    if values is None:
        return None
    destination = Destination(
        id=values.text("id"),
        version=values.text("version"),
        title=values.both("title"),
        documents=tuple(_sent(said, problems) for said in values.children("documents")),
        otherwise=choice(values, "otherwise", Sending, Sending.FORBIDDEN, problems),
        receiver=values.both("receiver"),
        aliases=values.words("aliases"),
        provisional=values.flag("provisional"),
        source=values.text("source"),
    )
    return DestinationSource(file, destination, values)


def _sent(said: Values, problems: list[Problem]) -> Sent:
    return Sent(
        type=said.text("type"),
        sending=choice(said, "sending", Sending, Sending.FORBIDDEN, problems),
        sender=said.both("sender"),
        purpose=said.both("purpose"),
        minimum=said.words("minimum"),
        period=said.period(),
        provisional=said.flag("provisional"),
        minimum_provisional=said.flag("minimum_provisional"),
        source=said.text("source"),
    )
