"""FHIR over HTTP: formats, methods, reading, searching, batches, bad input."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fhir.small_clinic import WARDS_1, parameters, value_set

COUNTRIES = "urn:iso:std:iso:3166"
GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
R4 = "/fhir/r4"
PARAMETERS = {"resourceType": "Parameters"}


def post(client, path, resource, **headers):
    return client.post(
        f"{R4}/{path}", content=json.dumps(resource), headers={"content-type": "application/fhir+json", **headers}
    )


def test_the_capabilities_name_only_what_answers(client):
    for base in ("/fhir/r4", "/fhir/r5"):
        said = client.get(f"{base}/metadata").json()
        for resource in said["rest"][0]["resource"]:
            assert client.get(f"{base}/{resource['type']}").status_code == 200
            for operation in resource.get("operation", ()):
                asked = client.get(f"{base}/{resource['type']}/${operation['name']}")
                assert asked.status_code == 400, operation  # nothing was said, but somebody listens
        names = {operation["name"] for operation in said["rest"][0]["operation"]}
        assert names == {"versions", "cache-control", "closure"}


def test_every_version_that_is_held_is_named(client):
    said = client.get(f"{R4}/metadata", params={"mode": "terminology"}).json()
    uris = [system["uri"] for system in said["codeSystem"]]
    assert COUNTRIES in uris and len(uris) == len(set(uris))


def test_codes_of_the_edition_are_looked_up_in_persian_and_english(client):
    said = {"system": COUNTRIES, "code": "IR"}
    assert parameters(client.get(f"{R4}/CodeSystem/$lookup", params=said).json())["display"] == "ایران"
    english = client.get(f"{R4}/CodeSystem/$lookup", params=said, headers={"accept-language": "en"})
    assert "Iran" in parameters(english.json())["display"]


def test_the_codes_of_the_edition_are_searched_as_they_are_typed(client):
    said = {"url": COUNTRIES, "filter": "iran", "count": 3}
    found = client.get(f"{R4}/ValueSet/$expand", params=said).json()["expansion"]
    assert found["total"] >= 1 and found["contains"][0]["code"] == "IR"


def test_a_code_that_cannot_be_one_is_wrong_even_in_a_list_known_in_part(client):
    irc = "https://maxa.behdasht.gov.ir/fhir/CodeSystem/irc"
    for code, right in (("12", False), ("1228022802280228", True)):
        found = parameters(client.get(f"{R4}/CodeSystem/$validate-code", params={"url": irc, "code": code}).json())
        assert found["result"] is right and found["issues"]["issue"][0]["severity"] == ("warning" if right else "error")


def test_pages_of_what_fits_the_words_are_parts_of_the_whole(client):
    def rows(**said):
        found = client.get(f"{R4}/ValueSet/country/$expand", params={"filter": "ا", **said}).json()["expansion"]
        return found["total"], found.get("contains", [])

    total, whole = rows()
    assert len(whole) == total > 20
    pages = [rows(offset=start, count=7) for start in range(0, total + 7, 7)]
    assert {some for some, _ in pages} == {total}
    assert [row for _, page in pages for row in page] == whole
    # with designations every concept is read whole; bare rows say the same
    full = rows(includeDesignations="true")[1]
    assert [(row["code"], row["display"]) for row in full] == [(row["code"], row["display"]) for row in whole]


def test_a_value_set_of_the_edition_is_expanded_by_its_id(client):
    listed = client.get(f"{R4}/ValueSet", params={"_summary": "true", "_count": 100}).json()["entry"]
    country = next(entry["resource"] for entry in listed if entry["resource"]["id"] == "country")
    assert "compose" not in country
    found = client.get(f"{R4}/ValueSet/country/$expand", params={"count": 2})
    assert found.status_code == 200 and len(found.json()["expansion"]["contains"]) == 2
    assert client.get(f"{R4}/ValueSet/country/$expand", params={"url": GENDER}).status_code == 400


def test_resources_are_found_page_by_page(client):
    seen, address = [], f"{R4}/CodeSystem?_count=50&_sort=_id"
    while address:
        bundle = client.get(address).json()
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    assert len(seen) == bundle["total"] == len(set(seen)) and seen == sorted(seen)


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("CodeSystem", {"url": COUNTRIES}, 1),
        ("CodeSystem", {"url": COUNTRIES, "version": "none"}, 0),
        ("CodeSystem", {"name:contains": "31661"}, 1),
        ("CodeSystem", {"name:exact": "iso31661"}, 0),
        ("ValueSet", {"reference": COUNTRIES, "_id": "country"}, 1),
        ("CodeSystem", {"_lastUpdated": "gt2100-01-01"}, 0),
    ],
)
def test_search_parameters_narrow(client, kind, said, found):
    assert client.get(f"{R4}/{kind}", params=said).json()["total"] == found


def test_a_code_system_is_read_with_its_concepts(client):
    said = client.get(f"{R4}/CodeSystem/iso-3166-1").json()
    assert said["count"] == len(said["concept"]) > 200
    assert "concept" not in client.get(f"{R4}/CodeSystem/iso-3166-1?_elements=url").json()
    assert "parent" not in {one["code"] for one in said["property"]}
    tree = client.get(f"{R4}/CodeSystem/country-divisions").json()
    used = {one["code"] for concept in tree["concept"] for one in concept.get("property", ())}
    assert "parent" in used <= {one["code"] for one in tree["property"]}


def test_a_search_may_be_posted_as_a_form(client):
    form = {"url": COUNTRIES, "_elements": "title"}
    (entry,) = client.post(f"{R4}/CodeSystem/_search", data=form).json()["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "title", "_title"}


def test_a_bare_value_set_is_taken_as_the_one_in_question(client):
    resource = value_set("bare", {"system": COUNTRIES, "concept": [{"code": "IR"}]})
    answer = client.post(f"{R4}/ValueSet/$expand?_format=json", json=resource)
    assert answer.json()["expansion"]["contains"][0]["display"] == "ایران"


def test_a_cache_holds_what_was_sent_once(client):
    sent = {"resourceType": "Parameters", "parameter": [{"name": "tx-resource", "resource": WARDS_1}]}
    name = parameters(post(client, "$cache-control?mode=start", sent).json())["cache-id"]
    asked = f"{R4}/CodeSystem/$lookup?system={WARDS_1['url']}&code=ICU"
    assert client.get(asked, headers={"x-cache-id": name}).status_code == 200
    assert client.get(asked).status_code == 404
    client.post(f"{R4}/$cache-control?mode=end&cache-id={name}")
    gone = client.get(asked, headers={"x-cache-id": name})
    assert gone.json()["issue"][0]["details"]["coding"][0]["code"] == "cache-id-unknown"


def test_a_batch_answers_entry_by_entry(client):
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            {"request": {"method": "GET", "url": f"CodeSystem/$lookup?system={COUNTRIES}&code=IR"}},
            {"request": {"method": "GET", "url": "ValueSet/none"}},
            {"request": {"method": "DELETE", "url": "ValueSet/country"}},
            {},
        ],
    }
    entries = client.post(R4 + "/", json=bundle).json()["entry"]
    assert [entry["response"]["status"][:3] for entry in entries] == ["200", "404", "405", "400"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "ValueSet/$expand", b"{", {}, 400),
        ("POST", "ValueSet/$expand", b"[1]", {}, 400),
        ("POST", "ValueSet/$expand", b"{}", {}, 400),
        ("POST", "ValueSet/$expand", b'{"resourceType":"Patient"}', {}, 400),
        ("POST", "ValueSet/$expand", b'{"resourceType":"Parameters","parameter":7}', {}, 400),
        ("POST", "ValueSet/$expand", b"a,b", {"content-type": "text/csv"}, 415),
        ("GET", "ValueSet/$expand?url=" + GENDER, b"", {"accept": "image/png"}, 406),
        ("GET", "ValueSet/$expand?url=" + GENDER + "&count=-1", b"", {}, 400),
        ("GET", "ValueSet/$expand?url=" + GENDER + "&offset=99999999999", b"", {}, 400),
        ("GET", "ValueSet/$expand?url=" + GENDER + "&activeOnly=maybe", b"", {}, 400),
        ("GET", "ValueSet/$expand?url=" + GENDER + "&date=2020-01-01", b"", {}, 400),
        ("GET", "ValueSet/$nonsense", b"", {}, 404),
        ("GET", "Patient/1", b"", {}, 404),
        ("GET", "ValueSet/nowhere", b"", {}, 404),
        ("GET", "CodeSystem?colour=red", b"", {}, 400),
        ("GET", "CodeSystem?_lastUpdated=yesterday", b"", {}, 400),
        ("GET", "ValueSet?_sort=-colour", b"", {}, 400),
        ("GET", "metadata?mode=odd", b"", {}, 400),
        ("GET", "$closure", b"", {}, 405),
        ("PUT", "ValueSet/country", b"{}", {}, 405),
    ],
)
def test_bad_requests_are_answered_with_what_was_wrong(client, method, path, body, headers, status):
    answer = client.request(method, f"{R4}/{path}", content=body, headers=headers)
    issue = answer.json()["issue"][0]
    assert answer.status_code == status and issue["details"]["text"] and issue["diagnostics"]


def test_a_large_body_is_refused_before_it_is_read(client):
    answer = client.post(f"{R4}/ValueSet/$expand", content=b"{}", headers={"content-length": str(100 << 20)})
    assert answer.status_code == 413


def test_browsers_may_ask_from_anywhere(client):
    answer = client.options(f"{R4}/ValueSet/$expand", headers={"origin": "https://forms.example.org"})
    assert answer.status_code == 204 and "x-cache-id" in answer.headers["access-control-allow-headers"]
    wanted = {"origin": "https://forms.example.org", "access-control-request-method": "POST"}
    before = client.options(
        f"{R4}/ValueSet/$expand", headers={**wanted, "access-control-request-headers": "content-type"}
    )
    assert before.headers["access-control-allow-origin"] == "*"


def test_an_answer_that_is_held_already_is_not_sent_again(client):
    first = client.get(f"{R4}/CodeSystem/iso-3166-1")
    again = client.get(f"{R4}/CodeSystem/iso-3166-1", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content


def test_r4_and_r5_carry_properties_each_in_its_own_way(client):
    said = {"url": COUNTRIES, "property": "*", "count": 1}
    r4 = client.get("/fhir/r4/ValueSet/$expand", params=said).json()["expansion"]
    r5 = client.get("/fhir/r5/ValueSet/$expand", params=said).json()["expansion"]
    assert "property" not in r4 and "property" not in r4["contains"][0]
    assert bool(r5.get("property")) == any("expansion.property" in e["url"] for e in r4.get("extension", ()))


def test_a_name_is_translated_into_another_kind_of_name(client):
    said = {"id": COUNTRIES, "type": "uri"}
    assert parameters(client.get(f"{R4}/NamingSystem/$preferred-id", params=said).json())["result"] == COUNTRIES


def test_many_at_once_get_the_same_answers(client):
    def one(n: int) -> bool:
        answer = client.get(f"{R4}/CodeSystem/$validate-code", params={"url": COUNTRIES, "code": "IR", "n": str(n % 7)})
        return answer.status_code == 200 and parameters(answer.json())["result"] is True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(100)))


@pytest.mark.parametrize(
    "broken",
    [
        {"concept": "none"},
        {"concept": [{"code": 7}]},
        {"concept": [{"code": "a"}, {"code": "a"}]},
        {"concept": [{"code": "a", "property": "red"}]},
        {"concept": [{"code": "a", "designation": [1]}]},
        {"url": None},
        {"property": [3]},
    ],
)
def test_a_resource_that_is_none_is_told_to_be_none(client, broken):
    sent = {"name": "tx-resource", "resource": {**WARDS_1, **broken}}
    asked = {"name": "url", "valueUri": WARDS_1["url"]}
    answer = post(
        client, "ValueSet/$expand?includeDesignations=true&property=*", {**PARAMETERS, "parameter": [asked, sent]}
    )
    assert answer.status_code == 400 and answer.json()["resourceType"] == "OperationOutcome"


def test_a_tree_too_deep_to_be_written_is_told_to_be_so(client):
    def asked(concepts: list, more: str = ""):
        system = {**WARDS_1, "url": "urn:deep", "concept": concepts, "version": "1"}
        url = {"name": "url", "valueUri": "urn:deep"}
        sent = {**PARAMETERS, "parameter": [url, {"name": "tx-resource", "resource": system}]}
        return post(client, f"ValueSet/$expand{more}", sent)

    nested: dict = {"code": "c0"}
    for n in range(1, 400):
        nested = {"code": f"c{n}", "concept": [nested]}
    chain = [{"code": f"c{n}", "property": [{"code": "isUnder", "valueCode": f"c{n - 1}"}]} for n in range(400)]
    assert asked([nested]).status_code == 400
    assert asked(chain).status_code == 422 and asked(chain, "?excludeNested=true").status_code == 200
