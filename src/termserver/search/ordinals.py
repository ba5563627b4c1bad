"""Sets of ordinals as a release keeps them: a few packed, more of them as a compressed bitmap."""

from array import array
from collections.abc import Iterable, Sequence
from sys import byteorder

from pyroaring import BitMap, FrozenBitMap

NOBODY = FrozenBitMap()
_FEW_MEMBERS = 4
_PACKED = frozenset(range(0, 4 * _FEW_MEMBERS + 1, 4))
"""The bytes of so few ordinals: sizes that no bitmap of CRoaring's portable format with a member has."""


def stored(members: BitMap) -> bytes:
    """A set as it is kept: a few ordinals packed, more of them as a bitmap in CRoaring's portable format."""
    if len(members) <= _FEW_MEMBERS:
        return pack(list(members))
    members.run_optimize()
    return bytes(members.serialize())


def members_of(data: bytes) -> FrozenBitMap:
    """The ordinals of ``stored``."""
    return unpack(data) if len(data) in _PACKED else FrozenBitMap.deserialize(data)


def together(lists: Iterable[bytes]) -> FrozenBitMap:
    """What is in any of the stored sets; the packed ones of them are read at one go."""
    packed: list[bytes] = []
    bitmaps: list[bytes] = []
    for data in lists:
        (packed if len(data) in _PACKED else bitmaps).append(data)
    found = [FrozenBitMap.deserialize(data) for data in bitmaps]
    if packed:
        found.append(unpack(b"".join(packed)))
    return union(found)


def pack(ordinals: Sequence[int]) -> bytes:
    """A few ordinals, four bytes each, little-endian."""
    packed = array("I", ordinals)
    if byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(data: bytes) -> FrozenBitMap:
    """The ordinals of ``pack``, or of several of them joined."""
    if not data:
        return NOBODY
    packed = array("I", data)
    if byteorder == "big":
        packed.byteswap()
    return FrozenBitMap(packed)


def union(lists: Sequence[FrozenBitMap]) -> FrozenBitMap:
    """What is in any of the lists; nobody if there is none."""
    if len(lists) < 2:
        return lists[0] if lists else NOBODY
    return FrozenBitMap.union(*lists)
