"""The FHIR terminology service over 98,505 concepts of ICD-10-CM: as a share of FastAPI, and what computes longer."""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from benchmarks.edition import shelf
from benchmarks.served import free_port, measured, running, typed
from termserver.fhir.code_system import CodeSystem
from termserver.fhir.library import Parses
from termserver.importers import icd10cm
from termserver.terminology.closure import ancestors, compressed

CLOSURE = 350_000
TYPED = 24_000
OVERLAY = 40
"""So many small resources come with one request of HL7's tests, about 35 KB."""
_URL = "http://hl7.org/fhir/sid/icd-10-cm"


def _paths() -> dict[str, list[str]]:
    """What is asked in each row, in turn; no question comes twice, but in the row that says so."""
    chance = random.Random(7)
    concepts = icd10cm.read().concepts
    codes = [concept.code for concept in concepts]
    chance.shuffle(codes)
    third = len(codes) // 3
    whole = quote(f"{_URL}?fhir_vs", safe=":/")
    r4 = "/fhir/r4"
    return {
        "`$lookup`, always another code": [f"{r4}/CodeSystem/$lookup?system={_URL}&code={code}" for code in codes],
        "`CodeSystem/$validate-code`, always another code": [
            f"{r4}/CodeSystem/$validate-code?url={_URL}&code={code}" for code in codes
        ],
        "`ValueSet/$validate-code`, always another code": [
            f"{r4}/ValueSet/$validate-code?url={whole}&system={_URL}&code={code}" for code in codes
        ],
        "`$lookup`, one code again and again": [f"{r4}/CodeSystem/$lookup?system={_URL}&code={codes[third]}"],
        "`$expand?filter=`, 20 rows, ranked, words of titles, no question twice": [
            f"{r4}/ValueSet/$expand?url={whole}&count=20&filter={quote(text)}"
            for text in typed([concept.display.en for concept in concepts], TYPED, chance)
        ],
    }


def run() -> str:
    """The tables as Markdown."""
    title = "## FHIR: share of a ready-made answer of the same size\n\n"
    if not shutil.which("wrk"):
        return title + "Not measured: the load generator `wrk` is not installed (Debian package `wrk`)."
    shelf()
    rows = ["| request | bytes | connections | ours /s | FastAPI, ready-made bytes /s | share | p99 ms | target |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-m", "termserver", "serve", "--port", str(port)], f"{base}/ready"):
        for name, paths in _paths().items():
            target = "1,500/s, p99 < 10" if "$expand" in name else "60 %, p99 < 10"
            for row in measured(base, paths):
                figures = f"{row.ours:,.0f} | {row.fastapi:,.0f} | {row.share:.0%} | {row.p99:.1f}"
                rows.append(f"| {name} | {row.size} | {row.connections} | {figures} | {target} |")
    busy = f"Load average of the machine meanwhile, of everything that ran: {os.getloadavg()[1]:.1f}."
    return title + "\n".join(rows) + "\n\n" + busy + "\n\n" + _computed()


def _computed() -> str:
    resources = [_small(n) for n in range(OVERLAY)]
    parses = Parses()

    def overlay() -> None:
        for resource in resources:
            parses.parsed(resource)

    first, again = _took(overlay), min(_took(overlay) for _ in range(20))
    parents = _poly_hierarchy(CLOSURE)
    codes = [str(n) for n in range(CLOSURE)]

    def closure() -> None:
        above = ancestors(parents, codes)
        below: dict[int, list[int]] = {}
        for n, found in enumerate(above):
            for one in found:
                below.setdefault(one, []).append(n)
        for members in below.values():
            compressed(members)

    concepts = [
        {"code": code, "property": [{"code": "parent", "valueCode": str(one)} for one in parents[n]]}
        for n, code in enumerate(codes)
    ]
    sent = {"resourceType": "CodeSystem", "url": "urn:bench", "content": "complete", "concept": concepts}

    def in_memory() -> None:
        CodeSystem(sent).below(0)

    return (
        "| computed in the process | CPU | target |\n|---|---|---|\n"
        f"| {OVERLAY} resources that come with a request, seen for the first time | {first * 1000:.1f} ms | |\n"
        f"| … and known already | {again * 1000:.2f} ms | < 5 ms |\n"
        f"| transitive closure of {CLOSURE:,} concepts with 1.3 parents each, as a release holds it "
        f"| {_took(closure):.1f} s | < 10 s |\n"
        f"| a CodeSystem of as many, with parents by property, read and the tree below its root walked "
        f"| {_took(in_memory):.1f} s | < 10 s |"
    )


def _took(work: Callable[[], None]) -> float:
    began = time.process_time()  # of this process alone: other work on the machine does not count
    work()
    return time.process_time() - began


def _small(n: int) -> dict[str, Any]:
    if n % 2:
        include = [{"system": f"urn:bench:{n - 1}", "filter": [{"property": "concept", "op": "is-a", "value": "c1"}]}]
        return {
            "resourceType": "ValueSet",
            "url": f"urn:bench:{n}",
            "status": "active",
            "compose": {"include": include},
        }
    concepts = [{"code": f"c{k}", "display": f"Concept {k}", "definition": f"What {k} means"} for k in range(20)]
    return {
        "resourceType": "CodeSystem",
        "url": f"urn:bench:{n}",
        "status": "active",
        "content": "complete",
        "concept": concepts,
    }


def _poly_hierarchy(size: int) -> list[tuple[int, ...]]:
    """A tree of eight children each, with a second parent for three in ten."""
    chance = random.Random(11)
    parents: list[tuple[int, ...]] = [()]
    for n in range(1, size):
        first = (n - 1) // 8
        second = chance.randrange(n) if chance.random() < 0.3 else first
        parents.append((first,) if second == first else (first, second))
    return parents


if __name__ == "__main__":
    print(run())
