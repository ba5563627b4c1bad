"""Whatever is made wrong in a valid example is caught by the finding meant for it: a sample here, all at night."""

from pathlib import Path

import pytest

from termserver.content.ruleset_files import shown
from termserver.model.findings import Report
from termserver.service import TermServer
from termserver.validation import mutation_page
from termserver.validation.mutation import BESIDES, CAUGHT, EXCUSED, Outcome, of_example, outcomes

ROOT = Path(__file__).resolve().parents[2]
ENGINES_SAMPLE = 11
SAMPLE = 41
"""Each so-many-th field; a prime, so that the sample meets every kind."""


def _run(server: TermServer, every: int) -> list[Outcome]:
    done: list[Outcome] = []
    for known in server.document_types():
        folder = ROOT / "validators" / known.id / known.version / "examples"
        valid = [path.read_bytes() for path in sorted(folder.glob("valid/*.json"))]
        assert valid, f"{known.id} has no valid JSON example"
        done += outcomes(known, valid, server.terminology, server.check_document, every)
    return done


def _told(done: list[Outcome]) -> str:
    return "\n".join(f"{one.document_type} {one.path} {one.kind} {one.form}: {one.found}" for one in done)


@pytest.mark.slow
def test_a_sample_of_the_mutants_is_caught(server: TermServer) -> None:
    done = _run(server, SAMPLE)

    assert not mutation_page.worst(done), _told(mutation_page.worst(done))
    assert {one.kind for one in done} >= {"dropped", "other system", "nobody's system", "wrong code", "type"}
    assert sum(one.state == CAUGHT for one in done) > 0.95 * len(done)


@pytest.mark.nightly
def test_every_mutant_is_caught_and_the_page_says_which_are_not(server: TermServer) -> None:
    done = _run(server, 1)
    for known in server.document_types():
        folder = ROOT / "validators" / known.id / known.version / "examples"
        for path in sorted([*folder.glob("invalid/*.xml"), *folder.glob("invalid/*.json")]):
            rule, as_of = shown(path.name)
            report = server.check_document(path.read_bytes(), as_of=as_of)
            done.append(of_example(known.id, path.suffix[1:], rule, report))

    assert not mutation_page.worst(done), _told(mutation_page.worst(done))
    assert {one.state for one in done} <= {CAUGHT, BESIDES, EXCUSED}
    assert all(one.reason for one in done if one.state == EXCUSED)
    page = (ROOT / "docs" / "mutation.md").read_text("utf-8")
    written = mutation_page.page(sorted(done, key=lambda one: one.document_type))
    assert page == written, "run: termserver content mutate --write"
    assert {one.kind for one in done} >= {
        *("dropped", "other system", "nobody's system", "wrong code", "swapped", "wrong form", "check digit"),
        *("other kind", "nobody's kind", "no such day", "no such month", "below", "above", "too long", "type"),
        *("empty", "rule"),
    }


@pytest.mark.nightly
def test_both_engines_say_the_same_of_the_mutants(server: TermServer) -> None:
    def reference(data: bytes) -> Report:
        return server.check_document(data, engine="reference")

    for known in server.document_types():
        folder = ROOT / "validators" / known.id / known.version / "examples"
        valid = [path.read_bytes() for path in sorted(folder.glob("valid/*.json"))]
        fast = list(outcomes(known, valid, server.terminology, server.check_document, ENGINES_SAMPLE))
        assert list(outcomes(known, valid, server.terminology, reference, ENGINES_SAMPLE)) == fast
