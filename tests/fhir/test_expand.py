"""What $expand promises beyond the examples of HL7's suite."""

import pytest

from termserver.fhir.expand import expand
from termserver.fhir.outcomes import FhirProblem
from tests.fhir.small_clinic import BASE, BEDS, BIG, WARDS, codes, request, value_set


def expanded(*include, **said):
    vs = value_set("asked", *include)
    return expand(request(vs, url=vs["url"], **said))


def filtered(op, value, property="concept", **said):
    one = {"system": WARDS, "version": "1.0.0", "filter": [{"property": property, "op": op, "value": value}]}
    return sorted(codes(expanded(one, **said)))


@pytest.mark.parametrize(
    ("op", "value", "property", "found"),
    [
        ("is-a", "in", "concept", ["ICU", "IN", "NICU", "OLD"]),
        ("descendent-of", "CHILD", "concept", ["NICU"]),
        ("child-of", "IN", "code", ["ICU", "NICU", "OLD"]),
        ("descendent-leaf", "IN", "concept", ["ICU", "NICU", "OLD"]),
        ("is-not-a", "IN", "concept", ["CHILD"]),
        ("generalizes", "NICU", "concept", ["CHILD", "IN", "NICU"]),
        ("in", "ICU,CHILD", "concept", ["CHILD", "ICU"]),
        ("not-in", "ICU,CHILD", "concept", ["IN", "NICU", "OLD"]),
        ("regex", "N?ICU", "code", ["ICU", "NICU"]),
        ("regex", "ICU", "code", ["ICU"]),
        ("=", "3", "floor", ["NICU"]),
        ("exists", "true", "floor", ["ICU", "NICU"]),
        ("exists", "false", "floor", ["CHILD", "IN", "OLD"]),
        ("in", "2, 3", "floor", ["ICU", "NICU"]),
        ("=", "CHILD", "parent", ["NICU"]),
        ("=", "retired", "status", ["OLD"]),
        ("=", "true", "inactive", ["OLD"]),
    ],
)
def test_every_filter_finds_what_it_names(op, value, property, found):
    assert filtered(op, value, property) == found


@pytest.mark.parametrize(("property", "op"), [("colour", "="), ("floor", "is-a"), ("concept", "near")])
def test_a_filter_that_is_not_understood_is_refused(property, op):
    with pytest.raises(FhirProblem) as refusal:
        filtered(op, "x", property)
    assert refusal.value.issues[0].type == "vs-invalid"


def test_a_hostile_expression_costs_no_time():
    assert filtered("regex", "((I+)+)+C(U|U)*!?", "code") == ["ICU"]


def test_a_concept_with_two_parents_stands_under_one_of_them_once():
    found = codes(expanded({"system": WARDS, "version": "1.0.0"}))
    assert sorted(found) == ["CHILD", "ICU", "IN", "NICU", "OLD"]


def test_pages_are_cut_without_loss_and_totals_are_exact():
    whole = []
    for offset in range(0, 1500, 400):
        page = expanded({"system": BIG}, offset=offset, count=400)
        assert page["expansion"]["total"] == 1500
        whole += codes(page)
    assert whole == [one["code"] for one in BEDS["concept"]]


def test_a_list_that_is_too_long_is_given_in_pages_only():
    with pytest.raises(FhirProblem) as refusal:
        expanded({"system": BIG})
    assert refusal.value.issues[0].code == "too-costly"


def test_a_page_beyond_the_end_is_empty():
    page = expanded({"system": BIG}, offset=5000, count=10)
    assert codes(page) == [] and page["expansion"]["total"] == 1500


def test_words_are_found_in_both_languages_and_with_arabic_letters():
    assert codes(expanded({"system": WARDS, "version": "1.0.0"}, filter="intensive")) == ["ICU", "NICU"]
    assert codes(expanded({"system": WARDS, "version": "1.0.0"}, filter="مراقبت ويژه")) == ["ICU", "NICU"]


def test_the_display_follows_the_weights_of_the_reader():
    one = {"system": WARDS, "version": "1.0.0", "concept": [{"code": "ICU"}, {"code": "OLD"}]}
    shown = expanded(one, displayLanguage="de,en;q=0.8")["expansion"]["contains"]
    assert [concept["display"] for concept in shown] == ["Intensive care", "مسلولین"]
    shown = expanded(one, displayLanguage="en,*;q=0")["expansion"]["contains"]
    assert [concept.get("display") for concept in shown] == ["Intensive care", None]


def test_the_newest_version_answers_unless_another_is_asked_for():
    assert "DAY" in codes(expanded({"system": WARDS}))
    assert "DAY" not in codes(expanded({"system": WARDS}, system__version=f"{WARDS}|1.0.0"))
    assert "DAY" not in codes(expanded({"system": WARDS, "version": "2.0.0"}, force__system__version=f"{WARDS}|1.x.x"))
    with pytest.raises(FhirProblem):
        expanded({"system": WARDS, "version": "2.0.0"}, check__system__version=f"{WARDS}|1.x.x")
    with pytest.raises(FhirProblem):
        expanded({"system": WARDS}, system__version=[f"{WARDS}|1.0.0", f"{WARDS}|2.0.0"])


def test_all_versions_are_listed_with_their_version():
    found = expanded({"system": WARDS, "version": "*", "concept": [{"code": "ICU"}]}, excludeNested="true")
    assert sorted(one["version"] for one in found["expansion"]["contains"]) == ["1.0.0", "2.0.0"]


def test_value_sets_in_one_include_narrow_each_other():
    first = value_set("first", {"system": WARDS, "version": "1.0.0", "concept": [{"code": "ICU"}, {"code": "NICU"}]})
    second = value_set("second", {"system": WARDS, "version": "1.0.0", "concept": [{"code": "NICU"}, {"code": "IN"}]})
    both = value_set("both", {"valueSet": [first["url"], second["url"]]})
    assert codes(expand(request(first, second, both, url=both["url"]))) == ["NICU"]


def test_a_filter_by_a_value_set_follows_the_value_set_of_its_request():
    inner = "https://example.org/fhir/ValueSet/inner"
    by = {"system": WARDS, "version": "1.0.0", "filter": [{"property": "concept", "op": "in", "value": inner}]}
    for code in ("ICU", "NICU"):
        vs = value_set("by", by)
        named = value_set("inner", {"system": WARDS, "version": "1.0.0", "concept": [{"code": code}]})
        assert codes(expand(request(vs, named, url=vs["url"]))) == [code]


def test_a_system_answers_for_the_value_set_of_all_its_codes():
    assert codes(expand(request(url=f"{WARDS}?fhir_vs=isa/CHILD", excludeNested="true"))) == ["NICU", "CHILD"]
    assert len(codes(expand(request(url=WARDS)))) == 6
    assert len(codes(expand(request(url=f"{WARDS}|1.0.0")))) == 5


def test_a_supplement_adds_names_and_is_named():
    vs = value_set("icu", {"system": WARDS, "version": "1.0.0", "concept": [{"code": "ICU"}]})
    found = expand(request(vs, url=vs["url"], useSupplement=f"{BASE}/CodeSystem/wards-fr", displayLanguage="fr"))
    assert found["expansion"]["contains"][0]["display"] == "Réanimation"
    assert {"name": "used-supplement", "valueUri": f"{BASE}/CodeSystem/wards-fr|1"} in found["expansion"]["parameter"]


def test_a_circle_of_value_sets_is_refused():
    first = value_set("a", {"valueSet": [f"{BASE}/ValueSet/b"]})
    second = value_set("b", {"valueSet": [f"{BASE}/ValueSet/a"]})
    with pytest.raises(FhirProblem, match="circularity"):
        expand(request(first, second, url=first["url"]))


def test_a_code_system_whose_codes_go_round_is_refused():
    parent = [{"code": "up", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}]
    concepts = [
        {"code": "a", "property": [{"code": "up", "valueCode": "b"}]},
        {"code": "b", "property": [{"code": "up", "valueCode": "a"}]},
    ]
    round_ = {
        "resourceType": "CodeSystem",
        "url": "x:y",
        "content": "complete",
        "property": parent,
        "concept": concepts,
    }
    with pytest.raises(FhirProblem, match="its own ancestor"):
        request(round_)


def test_inactive_codes_leave_on_request_and_their_children_move_up():
    assert "OLD" not in codes(expanded({"system": WARDS, "version": "1.0.0"}, activeOnly="true"))
