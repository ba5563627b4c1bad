"""The logical message: the names and values of the wire as nested dictionaries, the same for XML and JSON."""

from typing import Any

Message = dict[str, Any]

TYPE = "$type"
"""The member that tells which subclass an object is (``xsi:type`` in XML)."""


def bare_class(marked: str) -> str:
    """The class that a type mark names, without the namespace and assembly that serializers write with it."""
    return marked.split(",")[0].rpartition(".")[2].strip()


def says_nothing(value: Message) -> bool:
    """Whether an object has no content: no member, or none but nulls and empty texts."""
    return all(member is None or member == "" for member in value.values())


class Foreign(dict[str, Any]):
    """An element whose name is known, in a namespace that no receiver reads."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self.namespace = namespace


class Repeated(list[Any]):
    """The values of a single field that a document gives more than once."""
