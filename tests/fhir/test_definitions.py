"""A code system that is written whole is read again as it was."""

from termserver.fhir.code_system import CodeSystem
from termserver.fhir.definitions import PARENT, whole
from tests.fhir.small_clinic import BEDS, WARDS_1


def test_a_nested_system_written_flat_has_every_parent_once_and_its_definitions() -> None:
    nested = CodeSystem(WARDS_1)
    head, concepts = whole(nested)
    flat = CodeSystem({**head, "concept": list(concepts)})
    assert len(flat.everything) == len(nested.everything)
    for ordinal in flat.everything:
        above = {flat.concept(one).code for one in flat.parents(ordinal)}
        assert above == {nested.concept(one).code for one in nested.parents(ordinal)}
        assert flat.concept(ordinal).definition == nested.concept(ordinal).definition
    told = {concept["code"]: concept.get("property", []) for concept in whole(nested)[1]}
    assert [said["valueCode"] for said in told["NICU"] if said["code"] == "isUnder"] == ["CHILD", "IN"]
    assert PARENT not in head["property"]


def test_the_parent_is_declared_where_concepts_have_one_alone() -> None:
    undeclared = {key: said for key, said in WARDS_1.items() if key != "property"}
    assert PARENT in whole(CodeSystem(undeclared))[0]["property"]
    assert "property" not in whole(CodeSystem(BEDS))[0]
