"""The corpus is the same for everybody, tells no answers, and asks nothing that is in doubt."""

import itertools
import json
from pathlib import Path

import pytest
from exam import first

from termserver.conformance.corpus import Corpus, Examiner, write
from termserver.model.errors import ReleaseError, UnknownDocumentType, UsageError
from termserver.service import TermServer


def test_the_same_edition_draws_the_same_corpus(corpus: Corpus, server: TermServer) -> None:
    again = Examiner(server).corpus(["hid-request", "referral-feedback", "hid-request"])

    assert again.manifest == corpus.manifest
    assert [case.data for case in again.cases] == [case.data for case in corpus.cases]


def test_the_manifest_does_not_tell_the_answers(corpus: Corpus) -> None:
    said = json.loads(corpus.manifest)

    assert {frozenset(case) for case in said["cases"]} == {frozenset(("id", "type", "version", "file", "sha256"))}
    for word in ("valid", "reject", "rule", "mutant"):
        assert word not in corpus.manifest.decode().replace(said["task"], "")
    verdicts = [case.drawn.accepted for case in corpus.cases]
    turns = sum(one != other for one, other in itertools.pairwise(verdicts))
    assert turns > 5  # right and wrong ones stand mixed


def test_every_answer_is_the_edition_s_own_verdict(corpus: Corpus, server: TermServer) -> None:
    for case in corpus.cases:
        report = server.check_document(case.data)
        assert (report.document_type, str(report.verdict)) == (
            case.type,
            "accepted" if case.drawn.accepted else "rejected",
        ), case.file


def test_no_document_is_asked_twice(corpus: Corpus) -> None:
    assert len({case.data for case in corpus.cases}) == len(corpus.cases)


def test_examples_variations_rules_and_faults_are_asked_in_both_forms(corpus: Corpus) -> None:
    of_type = [case for case in corpus.cases if case.type == "referral-feedback"]

    assert {case.drawn.form for case in of_type} == {"xml", "json"}
    assert sum(case.drawn.accepted for case in of_type) > 4  # more than the examples
    rules = set().union(*(case.drawn.rules for case in of_type))
    assert any("." not in rule for rule in rules), "no rule of the committee is asked"
    assert any(rule.startswith("structure.") for rule in rules)


@pytest.mark.slow
def test_every_type_has_right_and_wrong_documents(examiner: Examiner, server: TermServer) -> None:
    whole = examiner.corpus()

    found = {(case.type, case.drawn.accepted) for case in whole.cases}
    assert found == {(known.id, accepted) for known in server.document_types() for accepted in (True, False)}


def test_an_unknown_type_is_named(examiner: Examiner) -> None:
    with pytest.raises(UnknownDocumentType, match="no document type 'bill'"):
        examiner.corpus(["bill"])


def test_a_corpus_goes_into_a_new_folder_alone(corpus: Corpus, tmp_path: Path) -> None:
    write(corpus, tmp_path / "new")
    assert len(list((tmp_path / "new" / "cases").iterdir())) == len(corpus.cases)
    assert (tmp_path / "new" / first(corpus, True).file).read_bytes() == first(corpus, True).data

    with pytest.raises(UsageError, match="is not empty"):
        write(corpus, tmp_path / "new")


def test_an_edition_without_documents_has_no_corpus(tmp_path: Path) -> None:
    from termserver.build import build_release

    build_release([], tmp_path / "empty.release", "empty", "1")
    with TermServer.open(tmp_path / "empty.release") as server, pytest.raises(ReleaseError, match="no corpus"):
        Examiner(server)
