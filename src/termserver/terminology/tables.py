"""How exact answers lie in a release file: the tables that ``index`` fills and the others read."""

from array import array
from sys import byteorder

from termserver.model.fold import key
from termserver.model.releases import Table

ABOUT = Table("term_about", ("name TEXT", "value INTEGER"))
"""``fold``: the version of the fold by which display keys were made."""
SYSTEM = Table(
    "term_system",
    ("key TEXT", "number INTEGER", "artefact TEXT", "id TEXT", "version TEXT", "content TEXT", "weight INTEGER",
     "stands_in_for TEXT", "concepts INTEGER", "folds_case INTEGER", "names TEXT"),
)  # fmt: skip
"""The systems of the release: the id, or ``id|version`` for another generation; its lower-case names, one a line."""
CONCEPT = Table("term_concept", ("key TEXT", "ordinal INTEGER", "retired INTEGER", "first TEXT", "last TEXT"))
"""``<system number>:<code>`` → where the concept stands and when it holds; lower-case where case has no meaning."""
DETAIL = Table("term_detail", ("ordinal INTEGER", "body BLOB"))
"""All that is said about a concept, as ``details`` writes it."""
ANCESTORS = Table("term_ancestors", ("ordinal INTEGER", "members BLOB"))
"""The transitive closure upwards, nearest first, as packed numbers; roots have no row."""
CHILDREN = Table("term_children", ("ordinal INTEGER", "members BLOB"))
"""The children in the order of the content, as packed numbers; leaves have no row."""
DESCENDANTS = Table("term_descendants", ("ordinal INTEGER", "members BLOB"))
"""The transitive closure downwards as a compressed set; leaves have no row."""
DISPLAY = Table("term_display", ("system INTEGER", "hash INTEGER", "ordinal INTEGER"), 3)
"""Concepts by the hash of a folded display or designation, best first."""


def pack(ordinals: list[int]) -> bytes:
    """Ordinals in order, four bytes each, little-endian."""
    packed = array("I", ordinals)
    if byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(data: bytes) -> "array[int]":
    packed = array("I")
    packed.frombytes(data)
    if byteorder == "big":
        packed.byteswap()
    return packed


def display_hash(name: str) -> int:
    """48 bits of the folded name; who finds a concept by them compares the name itself."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(key(name).encode(), digest_size=6).digest(), "big")


def code_key(number: int, code: str, folds_case: bool) -> str:
    return f"{number}:{code.casefold() if folds_case else code}"
