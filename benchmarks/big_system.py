"""A made-up code system of any size for measuring: concepts with several parents, names in two languages.

python -m benchmarks.big_system FILE.ndjson [CONCEPTS]
"""

import random
import sys
from pathlib import Path

import orjson

CONCEPTS = 500_000
NAMES = 3
"""Designations of each concept, beside its display in two languages."""
_LATIN = ("ka", "mo", "ri", "ten", "sol", "vi", "dra", "pel", "nu", "gos", "hax", "bly", "fer", "qui", "zor", "lim")
_PERSIAN = ("کا", "مو", "ری", "تن", "سول", "وی", "درا", "پل", "نو", "گس", "هک", "بل", "فر", "کی", "زر", "لیم")
_WORDS = 20_000
_CHILDREN = 5


def write(path: Path, concepts: int = CONCEPTS, seed: int = 7) -> None:
    """Write the lines of the system, the same for the same size and seed; every parent comes before its children."""
    chance = random.Random(seed)
    latin = [_word(chance, _LATIN) for _ in range(_WORDS)]
    persian = [_word(chance, _PERSIAN) for _ in range(_WORDS)]
    with path.open("wb") as out:
        for n in range(concepts):
            words = [chance.randrange(_WORDS) for _ in range(chance.choice((2, 3, 3, 4)))]
            parents = _parents(chance, n)
            other, more = chance.randrange(_WORDS), chance.randrange(_WORDS)
            line = {
                "code": f"{100_000_000 + n}",
                "display": {
                    "fa": " ".join(persian[word] for word in words),
                    "en": " ".join(latin[word] for word in words),
                },
                "parents": [f"{100_000_000 + parent}" for parent in parents],
                "designations": [
                    {"language": "en", "value": f"{latin[words[0]]} {latin[other]}"},
                    {"language": "en", "value": f"{latin[more]} of {latin[words[-1]]}"},
                    {"language": "fa", "value": f"{persian[words[0]]} {persian[other]}"},
                ],
                "properties": [{"code": "kind", "value": latin[words[0] % 40]}],
            }
            out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _parents(chance: random.Random, n: int) -> list[int]:
    """One to three neighbours, a few levels deep: about as many ancestors as in SNOMED CT, twenty each."""
    if not n:
        return []
    first = (n - 1) // _CHILDREN
    more = (first + chance.randint(-8, 8) for _ in range(chance.choice((0, 0, 0, 1, 1, 2))))
    return sorted({first, *(one for one in more if 0 <= one < n)})


def _word(chance: random.Random, syllables: tuple[str, ...]) -> str:
    return "".join(chance.choice(syllables) for _ in range(chance.randint(2, 5)))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else CONCEPTS)
