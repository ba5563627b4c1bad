"""Lookup, subsumption, translation, closure, matches and comparison."""

import pytest

from termserver.fhir.closure import Closures
from termserver.fhir.compare import compare
from termserver.fhir.find_matches import find_matches
from termserver.fhir.lookup import lookup, subsumes
from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.translate import translate
from tests.fhir.small_clinic import BASE, TO_OLD, WARDS, parameters, request, value_set


def properties(answer):
    found = []
    for parameter in answer["parameter"]:
        if parameter["name"] == "property":
            part = {p["name"]: next(v for k, v in p.items() if k.startswith("value")) for p in parameter["part"]}
            found.append((part["code"], part["value"]))
    return found


def test_a_code_tells_its_names_and_its_family():
    found = lookup(request(system=WARDS, code="nicu", displayLanguage="en"))
    assert parameters(found)["display"] == "Neonatal intensive care" and parameters(found)["version"] == "2.0.0"
    assert {("parent", "IN"), ("parent", "CHILD"), ("floor", 3), ("inactive", False)} <= set(properties(found))


def test_only_what_was_asked_for_is_told():
    assert properties(lookup(request(system=WARDS, code="ICU", property="floor"))) == [("floor", 2)]
    assert properties(lookup(request(system=WARDS, code="CHILD", property="child"))) == [("child", "NICU")]


@pytest.mark.parametrize("said", [{"system": WARDS, "code": "X"}, {"system": "urn:x", "code": "X"}])
def test_what_is_unknown_is_not_found(said):
    with pytest.raises(FhirProblem) as failure:
        lookup(request(**said))
    assert failure.value.status == 404


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("IN", "ICU", "subsumes"),
        ("NICU", "CHILD", "subsumed-by"),
        ("ICU", "icu", "equivalent"),
        ("ICU", "CHILD", "not-subsumed"),
    ],
)
def test_codes_stand_to_each_other_through_any_parent(a, b, outcome):
    assert parameters(subsumes(request(system=WARDS, codeA=a, codeB=b)))["outcome"] == outcome
    codings = {"codingA": {"system": WARDS, "code": a}, "codingB": {"system": WARDS, "code": b}}
    assert parameters(subsumes(request(**codings)))["outcome"] == outcome


def test_codes_of_two_systems_cannot_be_compared():
    with pytest.raises(FhirProblem, match="different systems"):
        subsumes(request(codingA={"system": WARDS, "code": "IN"}, codingB={"system": "urn:x", "code": "IN"}))


def matches(answer):
    found = []
    for parameter in answer["parameter"]:
        if parameter["name"] == "match":
            part = {p["name"]: next(v for k, v in p.items() if k.startswith("value")) for p in parameter["part"]}
            found.append((part["concept"]["code"], part["relationship"], part["equivalence"]))
    return found


def test_a_map_of_r4_is_read_and_told_in_both_tongues():
    found = translate(request(url=TO_OLD["url"], sourceCode="ICU", sourceSystem=WARDS))
    assert matches(found) == [("7", "source-is-narrower-than-target", "wider")]
    assert matches(translate(request(url=TO_OLD["url"], code="ICU", system=WARDS))) == matches(found)


def test_a_map_is_followed_to_the_one_it_names_for_the_rest():
    found = translate(request(url=TO_OLD["url"], sourceCode="IN", sourceSystem=WARDS))
    assert matches(found) == [("99", "related-to", "relatedto")]


def test_what_has_no_match_is_told_with_a_reason():
    found = parameters(translate(request(url=TO_OLD["url"], sourceCode="CHILD", sourceSystem=WARDS)))
    assert found["result"] is False and found["message"]


def test_maps_are_read_backwards_too():
    back = translate(request(url=TO_OLD["url"], targetCode="7", targetSystem=f"{BASE}/CodeSystem/old"))
    assert next(p for p in back["parameter"] if p["name"] == "match")["part"][-1]["valueCoding"]["code"] == "ICU"
    old = translate(request(url=TO_OLD["url"], reverse="true", code="7", system=f"{BASE}/CodeSystem/old"))
    assert matches(old)[0][0] == "ICU"


def test_a_map_that_is_not_here_is_not_found():
    with pytest.raises(FhirProblem) as failure:
        translate(request(url="urn:none", sourceCode="1", sourceSystem=WARDS))
    assert failure.value.status == 404


def coding(code):
    return {"system": WARDS, "code": code}


def test_a_closure_tells_each_pair_once_and_again_on_request():
    closures = Closures()
    assert closures.run(request(name="mine"), True)["version"] == "0"
    first = closures.run(request(name="mine", concept=[coding("ICU"), coding("CHILD")]), True)
    assert "group" not in first
    second = closures.run(request(name="mine", concept=[coding("IN"), coding("NICU")]), True)
    pairs = {
        (element["code"], target["code"])
        for element in second["group"][0]["element"]
        for target in element["target"]
        if target["equivalence"] == "subsumes"
    }
    assert pairs == {("ICU", "IN"), ("NICU", "IN"), ("NICU", "CHILD")}
    assert "group" not in closures.run(request(name="mine", concept=[coding("IN")]), True)
    assert closures.run(request(name="mine", version="0"), True)["group"] == second["group"]


def tree(version, *pairs):
    """A code system of these codes, each with the one that it stands under."""
    return {
        "resourceType": "CodeSystem",
        "url": "urn:tree",
        "version": version,
        "status": "active",
        "content": "complete",
        "concept": [
            {"code": code, "property": [{"code": "parent", "valueCode": above}] if above else []}
            for code, above in pairs
        ],
    }


def test_a_closure_goes_on_with_a_version_that_says_the_same_and_begins_again_with_another():
    closures = Closures()

    def added(resource, *codes):
        said = [{"system": "urn:tree", "code": code} for code in codes]
        return closures.run(request(resource, name="mine", concept=said), True)

    closures.run(request(name="mine"), True)
    assert "group" in added(tree("1", ("a", ""), ("b", "a"), ("c", "a")), "a", "b")
    reordered = tree("2", ("new", ""), ("c", "b"), ("b", "a"), ("a", ""))
    third = added(reordered, "c")  # in another place of the list, and a code more
    assert {target["code"] for one in third["group"][0]["element"] for target in one["target"]} == {"a", "b"}
    for other in (tree("3", ("a", ""), ("b", ""), ("c", "b")), tree("3", ("a", ""), ("c", "a"))):
        with pytest.raises(FhirProblem, match="reinitialized") as failure:
            added(other, "a")
        assert failure.value.status == 422
    assert len(closures.run(request(name="mine", version="0"), True)["group"][0]["element"]) == 2, "nothing was lost"
    closures.run(request(name="mine"), True)
    assert "group" not in added(tree("3", ("a", ""), ("b", ""), ("c", "b")), "a", "b")


def test_a_closure_is_of_who_began_it():
    closures = Closures()
    closures.run(request(name="mine"), True, "vendor-1")
    with pytest.raises(FhirProblem):
        closures.run(request(name="mine", concept=[coding("IN")]), True, "vendor-2")


@pytest.mark.parametrize("said", [{"name": ""}, {"name": "new", "concept": [coding("IN")]}, {"name": "a b"}])
def test_a_closure_is_begun_by_its_name(said):
    with pytest.raises(FhirProblem):
        Closures().run(request(**said), True)


def test_codes_are_found_by_their_properties():
    found = find_matches(request(system=WARDS, exact="true", property=[[("code", "floor"), ("value", 3)]]))
    assert parameters(found)["match"][0]["valueCoding"]["code"] == "NICU"


@pytest.mark.parametrize(
    ("this", "other", "result"),
    [
        (["ICU"], ["ICU"], "same"),
        (["ICU"], ["ICU", "IN"], "subset"),
        (["ICU", "IN"], ["ICU"], "superset"),
        (["ICU", "IN"], ["ICU", "CHILD"], "overlapping"),
        (["ICU"], ["CHILD"], "disjoint"),
    ],
)
def test_value_sets_are_compared_by_what_they_hold(this, other, result):
    first, second = (
        value_set(name, {"system": WARDS, "concept": [{"code": code} for code in some]})
        for name, some in (("this", this), ("other", other))
    )
    assert parameters(compare(request(thisValueSet=first, otherValueSet=second)))["result"] == result
