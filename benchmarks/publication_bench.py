"""What publishing costs: building, comparing, the impact on 10,000 documents, pulling, deltas. Wall-clock seconds.

The content is ICD-10-CM with codes added up to 100,000; the second version says one code in a hundred otherwise. The
documents are patient bills of 16 to 20 KB as XML, each judged by what is in force and by a candidate that lost a code
which one in ten of them names, in two processes.
"""

import dataclasses
import datetime
import functools
import http.server
import json
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from benchmarks.documents_bench import TYPE, bills
from benchmarks.edition import ROOT
from termserver import deltas
from termserver.api.pool import Judges
from termserver.build import build_release, label_of
from termserver.comparison import told
from termserver.comparison.releases import compare
from termserver.content.folders import read
from termserver.importers import icd10cm
from termserver.model.codes import CodeSystemContent, Coding, Concept
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.publication import impact, signing
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.trust.metadata import ROOT as ROOT_ROLE
from termserver.trust.metadata import SNAPSHOT, TARGETS, TIMESTAMP, Keys, instant
from termserver.trust.publishers import Publishers
from termserver.trust.source import source_of
from termserver.validation.shape import Shape
from termserver.validation.xml_message import write_xml

CONCEPTS, DOCUMENTS = 100_000, 10_000
_PULLED = 50_000_000
GONE = ("gender", "2")
"""A code of a closed list that the candidate has not; one bill in ten names it."""


def run() -> str:
    """The table, as Markdown."""
    with tempfile.TemporaryDirectory(prefix="termserver-bench-") as place:
        folder = Path(place)
        rows = [*_versions(folder), *_pulling(folder), *_impact(folder)]
    lines = ["## Publishing", "", __doc__.split("\n\n", 1)[1].strip().replace("\n", " "), ""]
    lines += ["| what | measured | asked |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def hundred_thousand() -> CodeSystemContent:
    """ICD-10-CM and codes of nobody, up to 100,000."""
    known = icd10cm.read()
    more = tuple(
        Concept(f"ZZ{n:05d}", Text(f"کد افزودهٔ {n}", f"Added code {n}")) for n in range(CONCEPTS - len(known.concepts))
    )
    return CodeSystemContent(known.system, (*known.concepts, *more))


def changed(content: CodeSystemContent) -> CodeSystemContent:
    """One code in a hundred says something else."""
    concepts = tuple(
        replace(one, display=Text(one.display.fa, f"{one.display.en} (revised)")) if n % 100 == 0 else one
        for n, one in enumerate(content.concepts)
    )
    return CodeSystemContent(content.system, concepts)


def _versions(folder: Path) -> list[tuple[str, str, str]]:
    content = hundred_thousand()
    one, two, delta = folder / "one.release", folder / "two.release", folder / "one-two.delta"
    built, _ = _timed(lambda: build_release([content], one, "icd10cm", "1"))
    build_release([changed(content)], two, "icd10cm", "2")
    compared, found = _timed(lambda: compare(one, two, shelf=folder))
    lines, _ = _timed(lambda: list(told.lines(found, "en")))
    assert len(found.changes) == CONCEPTS // 100, len(found.changes)
    assert deltas.make(one, two, delta)
    share = delta.stat().st_size / two.stat().st_size
    applied, _ = _timed(lambda: deltas.apply(one, delta, folder / "applied.release"))
    size = two.stat().st_size / 1e6
    return [
        (f"release build, {CONCEPTS:,} concepts ({size:.0f} MB)", f"{built:.1f} s", "under 30 s"),
        (f"diff of two versions of {CONCEPTS:,} concepts, the text included", f"{compared + lines:.1f} s", "under 3 s"),
        ("delta of a change of 1 %, of the full size", f"{share:.2%}", "under 5 %"),
        ("the release made out of the delta", f"{applied:.1f} s", "—"),
    ]


def _pulling(folder: Path) -> list[tuple[str, str, str]]:
    """A release of 50 MB over HTTP on this machine: fetched, verified, installed, opened, asked."""
    content = hundred_thousand()
    whole = (folder / "one.release").stat().st_size
    some = CodeSystemContent(content.system, content.concepts[: int(len(content.concepts) * _PULLED / whole)])
    file = folder / "pulled.release"
    build_release([some], file, "icd10cm", "3")
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    members, online = [signatures.make(name) for name in ("anna", "babak")], signatures.make("publisher")
    repository = Repository(folder / "publication")
    keys, one = Keys(tuple(key.public for key in members), 2), Keys((online.public,), 1)
    repository.draft_root({ROOT_ROLE: keys, TARGETS: keys, SNAPSHOT: one, TIMESTAMP: one}, now)
    repository.draft_release(file, instant(now), Text("", ""), now)
    for role in (ROOT_ROLE, TARGETS):
        draft = repository.draft(role)
        assert draft is not None
        for key in members:
            signing.sign(repository.drafts / draft.label, key, draft.digest)
    repository.commit([online], now, lambda step: None)
    with _served(repository.folder) as address:
        shelf = Shelf(folder / "shelf")
        publishers = Publishers(shelf)
        publishers.trust("mexa", (repository.metadata / "1.root.json").read_bytes(), address)

        def pull() -> None:
            pulled = publishers.pull("mexa", source=source_of(address))
            assert pulled.problem is None, pulled.problem
            with TermServer.open(shelf.folder) as server:
                server.lookup(Coding("icd10cm", "A00"))

        took, _ = _timed(pull)
    return [(f"pull, verify, open and ask, {file.stat().st_size / 1e6:.0f} MB over HTTP", f"{took:.1f} s", "under 5 s")]


def _impact(folder: Path) -> list[tuple[str, str, str]]:
    content = read(ROOT)
    name, version = label_of(ROOT)
    lists = tuple(
        CodeSystemContent(one.system, tuple(each for each in one.concepts if each.code != GONE[1]))
        if one.system.id == GONE[0]
        else one
        for one in content.systems
    )
    build_release(content, folder / "now.release", name, version)
    candidate = dataclasses.replace(content, systems=lists)
    build_release(candidate, folder / "candidate.release", name, f"{version}.1")
    with TermServer.open(folder / "now.release") as now, TermServer.open(folder / "candidate.release") as then:
        written = documents(now)
        took, found = _timed(lambda: impact.run(now, then, written, _judging))
    assert found.judged == DOCUMENTS
    return [
        (
            f"impact run over {DOCUMENTS:,} bills, {len(found.turned):,} of which turn, two processes",
            f"{took:.1f} s",
            "under 20 s",
        )
    ]


def documents(server: TermServer) -> list[tuple[str, bytes]]:
    """Ten thousand bills as XML, of two hundred different ones."""
    kind = next(known for known in server.document_types() if known.id == TYPE)
    shape = Shape(kind)
    made = []
    for n, bill in enumerate(bills(json.loads(server.example(TYPE, "json")))):
        bill["Person"]["Gender"] |= {"Coded_string": GONE[1] if n % 10 == 0 else "1"}
        root = write_xml(bill, shape)
        etree.indent(root, " ")
        made.append(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    return [(f"{n:05d}.xml", made[n % len(made)]) for n in range(DOCUMENTS)]


@contextmanager
def _judging(server: TermServer) -> Any:
    with Judges(server, 1) as judges:
        yield judges.check_documents


@contextmanager
def _served(folder: Path) -> Any:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *said: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.monotonic()
    found = work()
    return time.monotonic() - started, found


if __name__ == "__main__":
    print(run())
