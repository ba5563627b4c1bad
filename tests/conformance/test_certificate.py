"""A statement is made of what was judged, holds while it is true, and no byte of it can be another one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exam import DAY, SYSTEM, first

from termserver.conformance import certificate
from termserver.conformance.certificate import Checked, Refused, check, examine, sign
from termserver.conformance.corpus import Corpus, Examiner
from termserver.conformance.judgement import Software
from termserver.model.errors import UsageError
from termserver.releases import signatures
from termserver.releases.digests import canonical_json
from termserver.releases.signatures import SigningKey

SOFTWARE = Software(SYSTEM, "Sample HIS", "1.2")
SIGNED, UNTIL = "2026-11-25", "2027-11-24"


@pytest.fixture(scope="session")
def result(passed: Path, examiner: Examiner) -> bytes:
    return examine(passed, examiner, SOFTWARE, DAY).as_bytes()


@pytest.fixture(scope="session")
def signed(passed: Path, examiner: Examiner, result: bytes, key: SigningKey) -> bytes:
    return sign(result, passed, examiner, key, SIGNED)


@pytest.fixture
def checked(examiner: Examiner, key: SigningKey) -> Callable[..., Checked]:
    def call(data: bytes, on: str = SIGNED) -> Checked:
        return check(data, [key.public], examiner, on)

    return call


def codes(found: Checked) -> list[str]:
    assert all(one.says.fa and one.says.en and one.says.fa != one.says.en for one in found.problems)
    return [one.code for one in found.problems]


def test_a_statement_holds_from_its_first_day_to_its_last(signed: bytes, checked: Callable[..., Checked]) -> None:
    assert checked(signed).holds
    assert checked(signed, UNTIL).holds
    assert codes(checked(signed, "2026-11-24")) == ["not-yet"]
    assert codes(checked(signed, "2027-11-25")) == ["expired"]


def test_it_says_what_was_judged_and_nothing_of_a_person(signed: bytes, corpus: Corpus, result: bytes) -> None:
    stated = json.loads(signed)["statement"]

    assert stated["software"] == {"system_id": SYSTEM, "name": "Sample HIS", "version": "1.2"}
    assert (stated["corpus"], stated["edition"]) == (corpus.digest, corpus.edition)
    assert stated["answers"] == json.loads(result)["answers"]
    assert {one["type"] for one in stated["types"]} == {known.id for known in corpus.types}
    assert set(stated) == {
        *("says", "software", "edition", "engine", "corpus", "answers", "result", "types", "signed_on", "until")
    }


def test_the_same_day_and_key_sign_the_same_bytes(
    signed: bytes, passed: Path, examiner: Examiner, result: bytes, key: SigningKey
) -> None:
    assert sign(result, passed, examiner, key, SIGNED) == signed


def test_no_byte_can_be_another_one(signed: bytes, checked: Callable[..., Checked]) -> None:
    for place in range(len(signed)):
        for changed in {signed[place] ^ 1, 0x20, ord("1")} - {signed[place]}:
            data = signed[:place] + bytes([changed]) + signed[place + 1 :]
            assert not checked(data).holds, (place, changed)


@pytest.mark.parametrize("more", [b"\n", b" ", b"\x00", b"{}"])
def test_nothing_can_be_added_or_taken_away(more: bytes, signed: bytes, checked: Callable[..., Checked]) -> None:
    assert not checked(signed + more).holds
    assert not checked(more + signed).holds
    assert not checked(signed[:-1]).holds
    for length in range(0, len(signed), 97):
        assert codes(checked(signed[:length])) == ["unreadable"]


def _places(said: Any, steps: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(said, dict):
        return [steps, *(place for name, one in said.items() for place in _places(one, (*steps, name)))]
    if isinstance(said, list):
        return [steps, *(place for n, one in enumerate(said) for place in _places(one, (*steps, n)))]
    return [steps]


def test_no_field_can_say_something_else(signed: bytes, checked: Callable[..., Checked]) -> None:
    places = [place for place in _places(json.loads(signed)) if place]
    assert len(places) > 20
    for place in places:
        for value in ("2099-01-01", 0, None, {}, []):
            said = json.loads(signed)
            here = said
            for step in place[:-1]:
                here = here[step]
            if here[place[-1]] == value:
                continue
            here[place[-1]] = value
            found = checked(certificate.as_bytes(said))
            assert not found.holds and found.statement is None, (place, value)
            assert codes(found)[0] in ("unreadable", "other-key", "bad-signature"), place


def test_another_key_says_so(signed: bytes, examiner: Examiner) -> None:
    other = signatures.make("other").public

    found = check(signed, [other], examiner, SIGNED)
    assert codes(found) == ["other-key"]
    assert other.id[:12] in found.problems[0].says.en


def test_a_signature_of_another_kind_of_statement_is_none(
    signed: bytes, key: SigningKey, checked: Callable[..., Checked]
) -> None:
    said = json.loads(signed)
    said["signature"] = key.sign("termserver-release/1", canonical_json(said["statement"])).as_json()

    assert codes(checked(certificate.as_bytes(said))) == ["bad-signature"]


def test_a_statement_is_for_its_edition(signed: bytes, key: SigningKey, checked: Callable[..., Checked]) -> None:
    said = json.loads(signed)
    said["statement"]["edition"]["digest"] = "f" * 64
    said["signature"] = key.sign(certificate.FORMAT, canonical_json(said["statement"])).as_json()

    found = checked(certificate.as_bytes(said))
    assert codes(found) == ["other-edition"]
    assert "ffffffffffff" in found.problems[0].says.fa


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"<a/>", b"\xff" * 9, b"[" * 100_000, b"1" * 2_000_000])
def test_what_is_no_certificate_is_said_so(data: bytes, checked: Callable[..., Checked]) -> None:
    assert codes(checked(data)) == ["unreadable"]


# signing


def test_a_result_that_the_answers_do_not_give_is_not_signed(
    passed: Path, examiner: Examiner, result: bytes, key: SigningKey
) -> None:
    said = json.loads(result)
    said["types"][0]["passed"] += 1
    for data in (json.dumps(said).encode(), result + b" ", result.replace(b"Sample HIS", b"Other HIS")[:-1]):
        with pytest.raises(Refused, match="do not give this result"):
            sign(data, passed, examiner, key, SIGNED)


def test_answers_changed_since_the_result_are_not_signed(
    exam: Path, examiner: Examiner, result: bytes, key: SigningKey, corpus: Corpus
) -> None:
    case = first(corpus, True)
    (exam / "answers" / f"{case.id}.{case.drawn.form}").write_bytes(case.data + b"\n")

    with pytest.raises(Refused):
        sign(result, exam, examiner, key, SIGNED)


def test_what_is_not_conformant_is_not_signed(
    exam: Path, change: Any, examiner: Examiner, key: SigningKey, corpus: Corpus
) -> None:
    change(lambda said: said["answers"].pop(first(corpus, False).id))
    result = examine(exam, examiner, SOFTWARE, DAY)

    with pytest.raises(Refused, match="not conformant"):
        sign(result.as_bytes(), exam, examiner, key, SIGNED)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"format": "termserver-conformance/1"}',
        b'{"format": "termserver-conformance/1", "software": {}}',
    ],
)
def test_what_is_no_result_is_not_signed(data: bytes, passed: Path, examiner: Examiner, key: SigningKey) -> None:
    with pytest.raises(UsageError, match="no result"):
        sign(data, passed, examiner, key, SIGNED)


@pytest.mark.parametrize(("on", "until"), [("2026-11-20", ""), (SIGNED, "2026-11-24")])
def test_the_days_of_a_statement_are_in_order(
    on: str, until: str, passed: Path, examiner: Examiner, result: bytes, key: SigningKey
) -> None:
    with pytest.raises(UsageError, match="not in order"):
        sign(result, passed, examiner, key, on, until)


def test_a_statement_of_a_leap_day_holds_a_year(passed: Path, examiner: Examiner, key: SigningKey) -> None:
    result = examine(passed, examiner, SOFTWARE, "2028-02-29").as_bytes()

    said = json.loads(sign(result, passed, examiner, key, "2028-02-29"))
    assert said["statement"]["until"] == "2029-02-28"
