"""The server's hot routes as a share of what FastAPI and a raw ASGI answer give for the same bytes."""

import random
import shutil
import sys
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from urllib.parse import quote_plus

from benchmarks.edition import shelf
from benchmarks.served import free_port, measured, running, typed, typed_for
from termserver.importers import icd10cm

WORDS = ("fem", "rad", "tib", "hum", "uln", "pat", "ant", "ope", "clo", "rig", "lef", "dis", "ini", "sub", "enc")
PAGES = 1400
TYPED = 60_000
"""More than are asked in all rounds."""
_TYPISTS = 12_000


def _paths() -> dict[str, list[str]]:
    """What is asked in each row, in turn: one thing, or more different ones than the server keeps answers of."""
    pages = [(word, n) for n in range(PAGES) for word in WORDS]
    return {
        "lookup, one code again and again": ["/api/codesystems/icd10cm/concepts/E11"],
        "search, one query again and again": ["/api/search?q=diabetes+typ"],
        "search, three letters, always another": [f"/api/search?q={word}&offset={n}" for word, n in pages],
        "search, two words, always another": [f"/api/search?q=fracture+{word}&offset={n}" for word, n in pages],
        "search, words of titles, no query twice": [f"/api/search?q={quote_plus(text)}" for text in _typed()],
        "type-ahead, words of titles, no query twice": [f"/api/suggest?q={quote_plus(text)}" for text in _typed()],
        "type-ahead, every key stroke of these words": _strokes(_typed()[:_TYPISTS]),
        f"type-ahead as {_TYPISTS:,} coders type: titles drawn by Zipf's law (s = 1), every key stroke": _strokes(
            _as_coders()
        ),
    }


def _strokes(texts: Sequence[str]) -> list[str]:
    return [f"/api/suggest?q={quote_plus(text[:end])}" for text in texts for end in range(1, len(text) + 1)]


@cache
def _typed() -> list[str]:
    """What people may type who look for titles of ICD-10-CM."""
    return typed(_titles(), TYPED, random.Random(5))


def _as_coders() -> list[str]:
    """What as many coders may type one after another, each for one title and in words of their own: the title at place
    k of an order by chance is wanted 1/k times as often as the first one."""
    chance = random.Random(9)
    titles = chance.sample(_titles(), len(_titles()))
    often = list(accumulate(1 / place for place in range(1, len(titles) + 1)))
    return [typed_for(title, chance) for title in chance.choices(titles, cum_weights=often, k=_TYPISTS)]


@cache
def _titles() -> list[str]:
    return [concept.display.en for concept in icd10cm.read().concepts]


def run() -> str:
    """The table as Markdown."""
    title = "## Server: share of a ready-made answer of the same size\n\n"
    if not shutil.which("wrk"):
        return title + "Not measured: the load generator `wrk` is not installed (Debian package `wrk`)."
    shelf()
    rows = [
        "| route | bytes | connections | ours /s | ours, p99 ms | FastAPI, ready-made bytes /s | raw ASGI /s "
        "| share of FastAPI |"
    ]
    rows.append("|---|---|---|---|---|---|---|---|")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-m", "termserver", "serve", "--port", str(port)], f"{base}/ready"):
        for name, paths in _paths().items():
            for row in measured(base, paths):
                figures = f"{row.ours:,.0f} | {row.p99:.1f} | {row.fastapi:,.0f} | {row.raw:,.0f} | {row.share:.0%}"
                rows.append(f"| {name} | {row.size} | {row.connections} | {figures} |")
    said = (
        "\n\nOne worker. An answer that was given lately is kept: the rows asked again and again tell that, the rows "
        "without a query twice are always made anew, and of the key strokes the first letters are often the same. In "
        "the row of the coders each one looks for a title, the one at place k of an order by chance 1/k times as often "
        "as the first one, and types one to three of its words, the last one cut: what many type is kept, the rest is "
        "made anew."
    )
    return title + "\n".join(rows) + said


if __name__ == "__main__":
    print(run())
