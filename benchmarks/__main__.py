"""Runs every comparison and writes the table: ``make bench`` → benchmarks/RESULTS.md."""

import datetime
import os
import platform
import sys
from pathlib import Path

from benchmarks import (
    access_bench,
    cli_bench,
    documents_bench,
    fhir_bench,
    publication_bench,
    registries_bench,
    relevance_bench,
    scale_bench,
    search_bench,
    server_bench,
)

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS = {
    "documents": documents_bench.run,
    "command-line": cli_bench.run,
    "search": search_bench.run,
    "relevance": relevance_bench.run,
    "server": server_bench.run,
    "registries": registries_bench.run,
    "fhir": fhir_bench.run,
    "publication": publication_bench.run,
    "scale": scale_bench.run,
    "access": access_bench.run,
}


def machine() -> str:
    """The processor and its number of cores."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def main(chosen: list[str]) -> None:
    """Run the chosen parts (all without any) and keep the others' old figures."""
    kept: dict[str, str] = {}
    if RESULTS.exists():
        for part in RESULTS.read_text("utf-8").split("\n<!-- part: ")[1:]:
            name, _, text = part.partition(" -->\n")
            kept[name] = text.strip()
    for name, run in PARTS.items():
        if not chosen or name in chosen:
            print(f"… {name}", file=sys.stderr, flush=True)
            today = datetime.date.today().isoformat()
            kept[name] = f"{run().strip()}\n\nMeasured {today} on {machine()}."
            write(kept)
    print(RESULTS.read_text("utf-8"))


def write(parts: dict[str, str]) -> None:
    head = (
        "# Measured side by side\n\n"
        "`make bench` runs these comparisons in one go on one machine and writes this file; the ratios travel\n"
        "better than the absolute figures. Ours is compared with what a user would pick instead.\n"
    )
    body = "".join(f"\n<!-- part: {name} -->\n{parts[name]}\n" for name in PARTS if name in parts)
    RESULTS.write_text(head + body, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
