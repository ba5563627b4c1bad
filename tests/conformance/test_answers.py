"""Answers are judged case by case, and nothing that a vendor writes makes the judge fall."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exam import DAY, OTHER_SYSTEM, SYSTEM, first

from termserver.conformance.certificate import examine
from termserver.conformance.corpus import Corpus, Examiner
from termserver.conformance.judgement import Result, Software, lines
from termserver.model.errors import UsageError

Change = Callable[[Callable[[dict[str, Any]], Any]], None]


def judged(folder: Path, examiner: Examiner) -> Result:
    return examine(folder, examiner, Software(SYSTEM, "Sample HIS", "1.2"), DAY)


def failed(folder: Path, examiner: Examiner) -> list[tuple[str, str]]:
    return [(one.case, one.code) for one in judged(folder, examiner).failures]


def test_right_answers_pass_every_case(passed: Path, examiner: Examiner, corpus: Corpus) -> None:
    result = judged(passed, examiner)

    assert result.conformant
    assert sum(one.passed for one in result.types) == len(corpus.cases)
    assert "Conformant." in list(lines(result, "en")) and "سازگار است." in list(lines(result, "fa"))


def test_the_same_answers_give_the_same_bytes(passed: Path, exam: Path, examiner: Examiner) -> None:
    assert judged(passed, examiner).as_bytes() == judged(exam, examiner).as_bytes()


def test_a_wrong_document_accepted_is_a_failure(exam: Path, change: Change, examiner: Examiner, corpus: Corpus) -> None:
    case = first(corpus, False)
    change(lambda said: said["answers"].update({case.id: {"verdict": "accepted"}}))

    assert failed(exam, examiner) == [(case.id, "accepted-wrong")]


def test_a_right_document_refused_is_a_failure(exam: Path, change: Change, examiner: Examiner, corpus: Corpus) -> None:
    case = first(corpus, True)
    change(lambda said: said["answers"].update({case.id: {"verdict": "rejected"}}))

    assert failed(exam, examiner) == [(case.id, "refused-right")]


def test_a_case_without_an_answer_is_a_failure(exam: Path, change: Change, examiner: Examiner, corpus: Corpus) -> None:
    case = first(corpus, False)
    change(lambda said: said["answers"].pop(case.id))

    assert failed(exam, examiner) == [(case.id, "unanswered")]


def test_nobody_passes_by_refusing_or_accepting_everything(
    exam: Path, change: Change, examiner: Examiner, corpus: Corpus
) -> None:
    right = sum(case.drawn.accepted for case in corpus.cases)
    change(lambda said: said["answers"].update({case.id: {"verdict": "rejected"} for case in corpus.cases}))
    assert len(failed(exam, examiner)) == right

    change(lambda said: said["answers"].update({case.id: {"verdict": "accepted"} for case in corpus.cases}))
    assert len(failed(exam, examiner)) == len(corpus.cases)


def test_a_document_that_is_not_written_again_is_a_failure(
    exam: Path, change: Change, examiner: Examiner, corpus: Corpus
) -> None:
    case = first(corpus, True)
    change(lambda said: said["answers"][case.id].pop("document"))

    assert failed(exam, examiner) == [(case.id, "not-rewritten")]


def _json_case(exam: Path, corpus: Corpus) -> tuple[Any, Path, dict[str, Any]]:
    case = first(corpus, True, "json", "referral-feedback")
    path = exam / "answers" / f"{case.id}.json"
    return case, path, json.loads(path.read_bytes())


def test_what_was_written_again_must_be_accepted(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    case, path, said = _json_case(exam, corpus)
    del said["Person"]["FirstName"]
    said["Nobody"] = 1
    path.write_text(json.dumps(said))

    found = judged(exam, examiner).failures
    assert [(one.case, one.code, one.place) for one in found] == [(case.id, "rewritten-refused", "Nobody")]


def test_what_was_written_again_must_say_the_same(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    case, path, said = _json_case(exam, corpus)
    said["Person"]["FirstName"] = "نوشین"
    path.write_text(json.dumps(said))

    found = judged(exam, examiner).failures
    assert [(one.case, one.code, one.place) for one in found] == [(case.id, "another-message", "Person.FirstName")]
    assert "نوشین" not in found[0].says.fa  # paths are told, never values


def test_another_spelling_of_the_same_message_passes(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    _, path, said = _json_case(exam, corpus)
    said = {name[0].lower() + name[1:]: member for name, member in reversed(said.items())} | {"insurance": None}
    path.write_text(json.dumps(said, indent=3), "utf-8")

    assert failed(exam, examiner) == []


def test_a_software_may_name_itself_where_another_was_named(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    _, path, said = _json_case(exam, corpus)
    said["MsgID"]["SystemID"]["ID"] = OTHER_SYSTEM
    path.write_text(json.dumps(said))

    assert failed(exam, examiner) == [(path.stem, "another-message")]
    result = examine(exam, examiner, Software(OTHER_SYSTEM.upper()), DAY)
    assert result.conformant


def test_the_other_form_of_the_same_message_passes(
    exam: Path, change: Change, examiner: Examiner, corpus: Corpus
) -> None:
    from termserver.validation import same_message
    from termserver.validation.mutation import written

    case, _, _ = _json_case(exam, corpus)
    shape = corpus.shape(case.type)
    (exam / "answers" / "other.xml").write_bytes(written(same_message.read(case.data, shape), shape, "xml"))
    change(lambda said: said["answers"][case.id].update({"document": "answers/other.xml"}))

    assert failed(exam, examiner) == []


@pytest.mark.parametrize(
    "name",
    ["../corpus.json", "/etc/passwd", "answers/../../x", "answers\\x", "C:x", "con", "", ".", "answers//x", "a\x00b"],
)
def test_a_name_that_leads_out_of_the_folder_is_not_followed(
    name: str, exam: Path, change: Change, examiner: Examiner, corpus: Corpus
) -> None:
    case = first(corpus, True)
    change(lambda said: said["answers"][case.id].update({"document": name}))

    result = judged(exam, examiner)
    assert [(one.case, one.code) for one in result.failures] == [(case.id, "not-readable")]
    assert "plain path" in result.failures[0].says.en


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    exam: Path, examiner: Examiner, corpus: Corpus, tmp_path: Path
) -> None:
    case = first(corpus, True)
    path = exam / "answers" / f"{case.id}.{case.drawn.form}"
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")

    assert failed(exam, examiner) == [(case.id, "not-readable")]


def test_a_file_that_is_not_there_is_said(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    case = first(corpus, True)
    (exam / "answers" / f"{case.id}.{case.drawn.form}").unlink()

    assert failed(exam, examiner) == [(case.id, "not-readable")]


@pytest.mark.parametrize("data", [b"", b"<", b"{", b"\xff\xfe", b"<!DOCTYPE a>", b'{"a":1}', b"[" * 100_000])
def test_whatever_was_written_again_is_judged_and_no_more(
    data: bytes, exam: Path, examiner: Examiner, corpus: Corpus
) -> None:
    case = first(corpus, True)
    (exam / "answers" / f"{case.id}.{case.drawn.form}").write_bytes(data)

    assert failed(exam, examiner) == [(case.id, "rewritten-refused")]


def test_files_that_no_answer_names_are_counted_and_not_read(exam: Path, corpus: Corpus) -> None:
    from termserver.conformance.answers import read

    (exam / "answers" / "stray.xml").write_text("<a>")

    assert read(exam, corpus).strays == ("answers/stray.xml",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty|JSON"),
        (b'{"format": "termserver-answers/1", "corp', "answers.json:1:"),
        (b"<a/>", "not JSON"),
        (b"[]", "must be JSON such as"),
        (b'{"format": "termserver-answers/2", "corpus": "", "answers": {}}', "must be JSON such as"),
        (b'{"format": "termserver-answers/1", "corpus": "1", "answers": {}}', "are of the corpus 1,"),
        (b'{"format": "termserver-answers/1", "corpus": "1", "answers": {}, "more": 1}', "'more'"),
        (b'{"format": "termserver-answers/1", "format": "", "corpus": "", "answers": {}}', "already been given"),
    ],
)
def test_answers_that_cannot_be_read_are_a_mistake_with_its_place(
    data: bytes, says: str, exam: Path, examiner: Examiner
) -> None:
    (exam / "answers.json").write_bytes(data)

    with pytest.raises(UsageError, match=says) as raised:
        judged(exam, examiner)
    assert raised.value.text.fa != raised.value.text.en


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "must have a verdict"),
        ("accepted", "must have a verdict"),
        ({"verdict": "yes"}, "must have a verdict"),
        ({"verdict": "rejected", "rule": "x"}, "'rule'"),
        ({"verdict": "accepted", "document": 7}, "must be text"),
        ({"verdict": "rejected", "places": "x"}, "list of texts"),
        ({"verdict": "rejected", "rules": [1]}, "list of texts"),
    ],
)
def test_an_answer_in_another_shape_is_a_mistake(
    answer: Any, says: str, exam: Path, change: Change, examiner: Examiner
) -> None:
    change(lambda said: said["answers"].update({"0001": answer}))

    with pytest.raises(UsageError, match=says):
        judged(exam, examiner)


def test_an_answer_to_no_case_is_a_mistake(exam: Path, change: Change, examiner: Examiner) -> None:
    change(lambda said: said["answers"].update({"9999": {"verdict": "rejected"}}))

    with pytest.raises(UsageError, match="no case '9999'"):
        judged(exam, examiner)


def test_without_answers_there_is_nothing_to_judge(exam: Path, examiner: Examiner) -> None:
    (exam / "answers.json").unlink()

    with pytest.raises(UsageError, match="cannot be read"):
        judged(exam, examiner)


def test_a_document_changed_on_its_way_is_no_question(exam: Path, examiner: Examiner, corpus: Corpus) -> None:
    path = exam / corpus.cases[0].file
    path.write_bytes(path.read_bytes() + b"\r\n")

    with pytest.raises(UsageError, match="is not the document that was published"):
        judged(exam, examiner)


def _manifest(exam: Path, **said: Any) -> None:
    path = exam / "corpus.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | said))


def test_the_corpus_of_another_edition_or_engine_is_refused(exam: Path, examiner: Examiner) -> None:
    _manifest(exam, edition={"digest": "f" * 64, "releases": []})
    with pytest.raises(UsageError, match="edition ffffffffffff"):
        judged(exam, examiner)

    _manifest(exam, edition=examiner.edition, engine="9.9")
    with pytest.raises(UsageError, match=r"termserver 9\.9"):
        judged(exam, examiner)


@pytest.mark.parametrize(
    ("said", "why"),
    [({"cases": []}, "not the one that was published"), ({"types": []}, "no corpus"), ({"types": [1]}, "no corpus")],
)
def test_a_corpus_that_was_changed_is_refused(said: Any, why: str, exam: Path, examiner: Examiner) -> None:
    _manifest(exam, **said)

    with pytest.raises(UsageError, match=why):
        judged(exam, examiner)


def test_naming_the_right_place_is_counted(exam: Path, change: Change, examiner: Examiner, corpus: Corpus) -> None:
    case = first(corpus, False)
    place = sorted(case.drawn.places)[0]
    change(lambda said: said["answers"][case.id].update({"places": [place]}))

    assert sum(one.told for one in judged(exam, examiner).types) == 1


@pytest.mark.parametrize("name", ["x" * 101, "two\nlines", "a\x1b[31m"])
def test_a_software_is_named_in_one_plain_line(name: str, passed: Path, examiner: Examiner) -> None:
    with pytest.raises(UsageError, match="one line"):
        examine(passed, examiner, Software(SYSTEM, name), DAY)
