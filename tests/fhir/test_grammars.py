"""Codes that follow a grammar: units, language tags, media types, ICD-10 codes in pairs, country codes."""

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api, in_front
from termserver.build import build_release
from termserver.fhir import tags, ucum
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Property, PropertyDefinition
from termserver.model.text import Text
from termserver.service import TermServer

R4 = "/fhir/r4"


def said(client, path, **query):
    answer = client.get(f"{R4}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found = {}
    for one in answer.json()["parameter"]:
        value = next((value for name, value in one.items() if name.startswith("value")), None)
        if one["name"] == "property":
            part = {inner["name"]: next(v for k, v in inner.items() if k.startswith("value")) for inner in one["part"]}
            found[part["code"]] = part["value"]
        elif value is not None:
            found[one["name"]] = value
    return found


@pytest.mark.parametrize(
    ("code", "units", "factor"),
    [
        ("mg/dL", "g.m-3", "10"),
        ("mm[Hg]", "g.m-1.s-2", "133322"),
        ("10*3/uL", "m-3", "1e+12"),
        ("10^-3", "1", "0.001"),
        ("kg.m/s2", "g.m.s-2", "1000"),
        ("/[HPF]", "1", "1"),
        ("{copies}/mL", "m-3", "1000000"),
        ("umol/(24.h)", "s-1", "6.97007032407e+12"),
        ("mmol/L{fasting}", "m-3", "6.02214076e+23"),
        ("g/kg/(8.h){shift}", "s-1", "3.47222222222e-08"),
        ("/100{WBCs}", "1", "0.01"),
        ("[in_i'H2O]", "g.m-1.s-2", "249088.91"),
        ("Cel", "K", ""),
        ("[pH]", "m-3", ""),
        ("1", "1", "1"),
    ],
)
def test_a_unit_is_told_in_base_units(code, units, factor):
    unit = ucum.read(code)
    assert (unit.quantity.units, unit.quantity.number) == (units, factor)


@pytest.mark.parametrize(
    "code",
    [
        *("", "foo", "mg//dL", "mg/", "mg dL", "(m", "m)", "0", "m0", "m999999", "kkg", "k%", "mol/{", "[iU"),
        *("میلی‌گرم", "m" * 300, "(" * 150 + "m", "mg/dL\n"),
    ],
)
def test_what_is_no_unit_is_refused(code):
    with pytest.raises(ucum.NoUnit):
        ucum.read(code)


def test_every_unit_of_the_table_is_one():
    assert len(ucum.atoms()) == 312
    assert all(ucum.read(code).name == name for code, name in ucum.atoms().items())


def test_units_are_validated_and_looked_up(client):
    good = said(client, "CodeSystem/$validate-code", url=ucum.URL, code="mg/dL", display="mg/dL")
    assert good["result"] and good["display"] == "milligram / deciliter" and good["version"] == "2.2"
    bad = said(client, "CodeSystem/$validate-code", url=ucum.URL, code="mg/dl.")
    assert not bad["result"] and "Unknown code 'mg/dl.'" in bad["message"]
    assert said(client, "ValueSet/$validate-code", url=f"{ucum.URL}?fhir_vs", system=ucum.URL, code="kPa/s")["result"]
    looked = said(client, "CodeSystem/$lookup", system=ucum.URL, code="mmol/L")
    assert looked["canonical"] == "m-3" and looked["factor"] == "6.02214076e+23"
    assert client.get(f"{R4}/CodeSystem/$lookup?system={ucum.URL}&code=nothing").status_code == 404


def test_an_expansion_of_a_grammar_says_that_it_is_not_closed(client):
    answer = client.get(f"{R4}/ValueSet/$expand", params={"url": f"{ucum.URL}?fhir_vs", "filter": "pascal"}).json()
    assert answer["expansion"]["extension"][0]["valueBoolean"] is True
    assert [one["code"] for one in answer["expansion"]["contains"]] == ["Pa"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("fa", "Persian"),
        ("fa-IR", "Persian (Islamic Republic of Iran)"),
        ("FA-arab-ir", "Persian (Arabic, Islamic Republic of Iran)"),
        ("de-CH-1996", "German"),
        ("en-US-u-ca-gregory", "English (United States)"),
        ("i-klingon", "Klingon"),
        ("x-own", "x-own"),
        ("qaa", "Private use"),
        ("xx", None),
        ("en-QQQ", None),
        ("fa_IR", None),
        ("1a", None),
        ("a" * 500, None),
    ],
)
def test_a_language_tag_is_one_of_registered_parts(code, name):
    found = tags.language(code)
    assert found is None if name is None else found is not None and found.startswith(name)


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("application/fhir+json", True),
        ("text/plain; charset=utf-8", True),
        ("image/png", True),
        ("application/vnd.anything.new", True),
        ("foo/bar", False),
        ("text", False),
        ("text/", False),
        ("text/pl ain", False),
    ],
)
def test_media_types_have_a_known_kind(client, code, right):
    assert said(client, "CodeSystem/$validate-code", url=tags.BCP13, code=code)["result"] is right


def test_language_tags_are_answered(client):
    assert said(client, "CodeSystem/$lookup", system=tags.BCP47, code="fa-IR")["display"].startswith("Persian (")
    assert not said(client, "CodeSystem/$validate-code", url=tags.BCP47, code="xx")["result"]
    held = client.get(f"{R4}/metadata?mode=terminology").json()["codeSystem"]
    assert {ucum.URL, tags.BCP47, tags.BCP13} <= {one["uri"] for one in held}


@pytest.fixture(scope="module")
def icd10(tmp_path_factory):
    usage = PropertyDefinition("usage", Text("خنجر و ستاره", "Dagger and asterisk"), "code")
    system = CodeSystem(
        "icd10", tags.ICD10, Text("ICD-10", "ICD-10"), "2019", Content.COMPLETE, properties=(usage,), hierarchy="is-a"
    )
    concepts = (
        Concept("J21.8", Text("", "Acute bronchiolitis due to other specified organisms")),
        Concept("B95.6", Text("", "Staphylococcus aureus as the cause of diseases")),
        Concept("A17.0", Text("", "Tuberculous meningitis"), properties=(Property("usage", "dagger"),)),
        Concept("G01", Text("", "Meningitis in bacterial diseases"), properties=(Property("usage", "aster"),)),
    )
    path = tmp_path_factory.mktemp("icd") / "icd10.release"
    build_release([CodeSystemContent(system, concepts)], path, "icd10", "2019")
    with TermServer.open(path) as server, TestClient(in_front(*create_api(server))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("J21.8", True),
        ("J21.8+ B95.6*", True),
        ("J21.8+B95.6", True),
        ("A17.0+ G01*", True),
        ("A17.0† G01*", True),
        ("A17.0+", True),
        ("G01*", True),
        ("G01+ A17.0*", False),
        ("J21.8+ A17.0*", False),
        ("A17.0*", False),
        ("G01+", False),
        ("J21.8+ X99.9*", False),
        ("J21.8 B95.6", False),
        ("J21.8+ B95.6* G01*", False),
    ],
)
def test_a_pair_of_icd10_is_right_where_both_are_and_stand_in_their_order(icd10, code, right):
    assert said(icd10, "CodeSystem/$validate-code", url=tags.ICD10, code=code)["result"] is right


def test_a_pair_tells_both_of_its_codes(icd10):
    found = said(icd10, "CodeSystem/$lookup", system=tags.ICD10, code="A17.0+ G01*")
    assert found["display"] == "Tuberculous meningitis (Meningitis in bacterial diseases)"
    assert (found["dagger"], found["asterisk"]) == ("A17.0", "G01")
    expanded = icd10.get(f"{R4}/ValueSet/$expand?url={tags.ICD10}?fhir_vs").json()["expansion"]
    assert expanded["total"] == 4


def test_a_country_has_three_codes_and_is_listed_by_one(client):
    iso = "urn:iso:std:iso:3166"
    for code in ("IR", "IRN", "364"):
        looked = said(client, "CodeSystem/$lookup", system=iso, code=code)
        assert (looked["code"], looked["display"], looked["alpha-3"]) == (code, "ایران", "IRN")
    assert not said(client, "CodeSystem/$validate-code", url=iso, code="irn")["result"]
    whole = {"url": f"{iso}?fhir_vs", "system": iso}
    assert said(client, "ValueSet/$validate-code", **whole, code="IR")["result"]
    assert not said(client, "ValueSet/$validate-code", **whole, code="IRN")["result"]
    listed = {"include": [{"system": iso, "concept": [{"code": "IRN"}, {"code": "004"}]}]}
    named = {"resourceType": "ValueSet", "url": "urn:three", "status": "active", "compose": listed}
    expansion = client.post(f"{R4}/ValueSet/$expand", json=named).json()["expansion"]
    assert [one["code"] for one in expansion["contains"]] == ["IRN", "004"] and "extension" not in expansion
    three = [
        {"system": iso, "filter": [{"property": "code", "op": "regex", "value": "[A-Z]{3}"}]}
    ]  # as HL7's v3-Country
    countries = {"resourceType": "ValueSet", "url": "urn:v3", "status": "active", "compose": {"include": three}}
    page = client.post(f"{R4}/ValueSet/$expand?count=2", json=countries).json()["expansion"]
    assert page["total"] == 249 and all(len(one["code"]) == 3 for one in page["contains"])
