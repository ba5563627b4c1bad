"""What is surely not in an index, told without reading it: most of what is looked up is not there.

A Bloom filter over the keys, their beginnings and the bags of a release: eight bits for each, read
once when the release is opened. A key that it lets through may still be missing (5 %).
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table

SIEVE = Table("search_sieve", ("number INTEGER", "bits BLOB"))
"""One row: the bits."""
LONGEST = 8
"""Beginnings are told apart by so many letters, the kind of key among them."""
_BITS = 8
_FACTOR = 0x9E3779B1


def bits_of(keys: Iterable[str]) -> bytes:
    """The filter for these keys."""
    hashes = {crc32(key.encode("utf-8", "surrogatepass")) for key in keys}
    size = max(64, len(hashes) * _BITS) // 8 * 8
    found = bytearray(size // 8)
    for code in hashes:
        first, second = code % size, (code * _FACTOR >> 8) % size
        found[first >> 3] |= 1 << (first & 7)
        found[second >> 3] |= 1 << (second & 7)
    return bytes(found)


class Sieve:
    """The filter of one release; without one everything may be there."""

    __slots__ = ("_bits", "_size")

    def __init__(self, reader: ReleaseReader) -> None:
        row = reader.get(SIEVE, 0) if reader.has(SIEVE) else None
        self._bits: bytes = row[1] if row else b"\xff" * 8
        self._size = len(self._bits) * 8

    def lets_through(self, key: str) -> bool:
        """False: the key is not there."""
        code = crc32(key.encode("utf-8", "surrogatepass"))
        bits, size = self._bits, self._size
        at = code % size
        if not bits[at >> 3] >> (at & 7) & 1:
            return False
        at = (code * _FACTOR >> 8) % size
        return bool(bits[at >> 3] >> (at & 7) & 1)

    @property
    def filter(self) -> tuple[bytes, int]:
        """The bits and how many they are, for ``through``."""
        return self._bits, self._size


def through(code: int, filters: Sequence[tuple[bytes, int, int]]) -> int:
    """The numbers of the filters (bits, how many, number) that let a key's CRC through, added up."""
    found = 0
    other = code * _FACTOR >> 8
    for bits, size, number in filters:
        at = code % size
        if bits[at >> 3] >> (at & 7) & 1:
            at = other % size
            if bits[at >> 3] >> (at & 7) & 1:
                found += number
    return found
