"""Two documents say the same message, whatever their form and spelling; or the first other place is named."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from termserver.parsing.faults import Unreadable
from termserver.service import TermServer
from termserver.validation import same_message
from termserver.validation.shape import Shape

Twins = Callable[[str, dict[str, Any]], dict[str, bytes]]
OWN = "00000000-0000-4000-8000-0000000000bb"


def difference(first: bytes, second: bytes, shape: Shape, own: str = "") -> str | None:
    return same_message.first_difference(same_message.read(first, shape), same_message.read(second, shape), shape, own)


def test_every_example_says_the_same_in_both_forms(server: TermServer, shapes: dict[str, Shape]) -> None:
    release = server.releases[0]
    compared = 0
    for path in release.artefact_paths("example"):
        twin = release.artefact(path.replace(".xml", ".json"))
        if path.endswith(".xml") and twin:
            shape = shapes[path.split("/")[1]]
            assert difference(release.artefact(path) or b"", twin, shape) is None, path
            compared += 1
    assert compared > 40


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Person.FirstName", "Other"),
        ("Person.FirstName", None),
        ("Composition.BillSummary.TotalCharge.Magnitude", 1),
        ("Composition.Admission.AdmissionDate.Day", 1),
        ("Person.Gender.Coded_string", "2"),
        ("Composition.Diagnosis", []),
    ],
)
def test_another_value_is_found_where_it_stands(
    path: str, value: Any, bill: dict[str, Any], shapes: dict[str, Shape], twins: Twins
) -> None:
    changed = copy.deepcopy(bill)
    here = changed
    *above, name = path.split(".")
    for step in above:
        here = here[step]
    assert here.get(name) != value
    here[name] = value

    before = twins("patient-bill", bill)
    after = twins("patient-bill", changed)
    for form in ("xml", "json"):
        assert difference(before["json"], after[form], shapes["patient-bill"]) == path


def test_absent_null_and_empty_are_the_same(bill: dict[str, Any], shapes: dict[str, Shape]) -> None:
    other = bill | {"Nothing": None, "Empty": {}, "List": [None, {}], "Text": ""}

    assert difference(json.dumps(bill).encode(), json.dumps(other).encode(), shapes["patient-bill"]) is None


def test_numbers_are_the_same_by_value_and_no_truth(bill: dict[str, Any], shapes: dict[str, Shape]) -> None:
    shape = shapes["patient-bill"]
    path = "Composition.BillSummary.TotalCharge.Magnitude"
    total = bill["Composition"]["BillSummary"]["TotalCharge"]["Magnitude"]
    for value, found in ((float(total), None), (str(total), path), (True, path)):
        other = copy.deepcopy(bill)
        other["Composition"]["BillSummary"]["TotalCharge"]["Magnitude"] = value
        assert difference(json.dumps(bill).encode(), json.dumps(other).encode(), shape) == found


def test_the_writer_may_name_itself_and_nobody_else(bill: dict[str, Any], shapes: dict[str, Shape]) -> None:
    other = copy.deepcopy(bill)
    other["MsgID"]["SystemID"]["ID"] = OWN.upper()
    one, two = json.dumps(bill).encode(), json.dumps(other).encode()

    assert difference(one, two, shapes["patient-bill"], OWN) is None
    assert difference(one, two, shapes["patient-bill"]) == "MsgID.SystemID.ID"
    other["MsgID"]["HealthCareFacilityID"]["ID"] = OWN
    two = json.dumps(other).encode()
    assert difference(one, two, shapes["patient-bill"], OWN) == "MsgID.HealthCareFacilityID.ID"


@pytest.mark.parametrize("data", [b"", b"<", b"{", b"[" * 100_000, b'{"a":1,"a":2}', b"<!DOCTYPE a>"])
def test_what_is_no_document_is_refused(data: bytes, shapes: dict[str, Shape]) -> None:
    with pytest.raises(Unreadable):
        same_message.read(data, shapes["patient-bill"])


@pytest.mark.parametrize("data", [b"[]", b'"text"', b"<a/>", b"{}"])
def test_what_is_no_message_says_something_else(data: bytes, bill: dict[str, Any], shapes: dict[str, Shape]) -> None:
    shape = shapes["patient-bill"]
    if data == b'"text"':
        with pytest.raises(Unreadable):
            same_message.read(data, shape)
    else:
        assert difference(json.dumps(bill).encode(), data, shape) is not None
