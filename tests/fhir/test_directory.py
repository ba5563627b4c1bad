"""The registries as a directory: ITI-90 searches, what comes along, what changed since; nothing that is not public."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.access.facts import ANONYMOUS, facts_of
from termserver.access.policy import Limits, Standing
from termserver.api import entry_limits
from termserver.api.application import create_api
from termserver.api.fhir.directory_shapes import code_of, id_of
from termserver.api.front import Front
from termserver.build import build_release
from termserver.fhir.xml import read
from termserver.model.codes import CodeSystemContent, Concept, Content, Property, Status
from termserver.model.registries import LoadKind
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import editions
from termserver.service import TermServer
from tests.api.guarded import the_policy
from tests.api.test_ditas import CLINIC, HOSPITAL, OTHER, centres, physicians, products, record
from tests.api.test_registry_routes import Registrar, said
from tests.api.told import Told

R4 = "/fhir/r4"
DOCTOR, DOCTOR_ID = "900000د", "900000.u062f"
NAMING = "https://maxa.behdasht.gov.ir/fhir/NamingSystem"
SECRET = ("secret-77", "09000000000", "hmac:", "1350", "contract-9", "serial-1")


def more_centres() -> tuple[Concept, ...]:
    hospital, clinic, other = centres()
    facts = (
        record("unit", id="u1", name="داروخانه", type="pharmacy"),
        record("service", type="1", name="تصویربرداری"),
        record("contract", "2020-01-01", insurer="1", scope="all", number="contract-9"),
        record("equipment", name="MRI", serial="serial-1"),
        record("suspended", "2020-01-01", reason="hygiene"),
    )
    return replace(hospital, properties=(*hospital.properties, *facts)), clinic, other


def more_physicians() -> tuple[Concept, ...]:
    place = record("workplace", "2019-01-01", centre=CLINIC.lower(), role="owner", specialty="171172")
    others = tuple(
        Concept(
            str(900_100 + n),
            Text(f"پزشک نمونه {n}"),
            properties=(Property("family-name", f"نمونه {n}"), record("licence", "2018-01-01", number="1"), place),
        )
        for n in range(7)
    )
    return (*physicians(), *others, Concept("900999", Text("بازنشسته"), status=Status.RETIRED))


@pytest.fixture(scope="module")
def edition(standards: Path, server: TermServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    folder = tmp_path_factory.mktemp("directory")
    entries = {"physicians": more_physicians(), "centres": more_centres(), "irc": products()}
    contents = [
        CodeSystemContent(replace(server.resolve(id), version="2026.11.21", content=Content.COMPLETE), concepts)
        for id, concepts in entries.items()
    ]
    made = build_release(contents, folder / "made", "registries", "2026.11.21")
    pin = editions.pin_of(made)
    (folder / "made").rename(folder / editions.file_name(pin))
    pins = [*server.edition.releases, pin]
    (folder / editions.file_name(pins[0])).symlink_to(standards)
    editions.write(folder / "edition.json", pins)
    with TermServer.open(folder / "edition.json") as opened:
        yield opened


@pytest.fixture
def told(edition: TermServer) -> Told:
    return Told(Front(*create_api(edition)))


@pytest.fixture
def client(told: Told) -> TestClient:
    return TestClient(told)


def bundle(client: TestClient, asked: str, base: str = R4) -> Any:
    answer = client.get(f"{base}/{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(said: Any, mode: str = "match") -> list[str]:
    return [
        f"{one['resource']['resourceType']}/{one['resource']['id']}"
        for one in said.get("entry", ())
        if one["search"]["mode"] == mode
    ]


@pytest.mark.parametrize("code", [DOCTOR, HOSPITAL, "9999000000000001", "a.b_c", "900000"])
def test_an_id_of_fhir_tells_the_code(code):
    assert code_of(id_of(code)) == code == code_of(f"{id_of(code)}.0123456789")
    assert set(id_of(code)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"Practitioner?identifier={NAMING}/med-id|{DOCTOR}", [f"Practitioner/{DOCTOR_ID}"]),
        (f"Practitioner?identifier=urn:other|{DOCTOR}", []),
        ("Practitioner?family=نمونه&given=فرد", [f"Practitioner/{DOCTOR_ID}"]),
        ("Practitioner?name=فرد", [f"Practitioner/{DOCTOR_ID}"]),
        ("Practitioner?name:contains=رد نم", [f"Practitioner/{DOCTOR_ID}"]),
        ("Practitioner?name:exact=فرد", [f"Practitioner/{DOCTOR_ID}"]),
        ("Practitioner?name:exact=فر", []),
        ("Practitioner?active=false", ["Practitioner/900999"]),
        (f"Practitioner?_id={DOCTOR_ID},900100", [f"Practitioner/{DOCTOR_ID}", "Practitioner/900100"]),
        ("Practitioner?_id=900100&_lastUpdated=gt2026-11-20", ["Practitioner/900100"]),
        ("Practitioner?_id=900100&_lastUpdated=lt2026-11-20", []),
        (f"Organization?partof={HOSPITAL}", [f"Organization/{OTHER}", f"Organization/{CLINIC}"]),
        ("Organization?type=32", [f"Organization/{CLINIC}"]),
        ("Organization?address-city=تهران", [f"Organization/{HOSPITAL}"]),
        ("Organization?name=درمانگاه", [f"Organization/{CLINIC}"]),
        (f"Organization?identifier={HOSPITAL.lower()}", [f"Organization/{HOSPITAL}"]),
        ("Location?status=suspended&type=facility", [f"Location/{HOSPITAL}"]),
        ("Location?near=35.71|51.41|5|km", [f"Location/{HOSPITAL}"]),
        ("Location?near=35.71|51.41|0.5|km", []),
        ("Medication?identifier=9999000000000001", ["Medication/9999000000000001"]),
        ("Medication?code=5760&status=active", ["Medication/9999000000000001"]),
    ],
)
def test_a_search_finds_what_fits_all_its_parameters(client, asked, found):
    said = bundle(client, asked)
    assert sorted(ids(said)) == sorted(found) and said["total"] == len(found)


def test_roles_are_found_by_who_and_where(client):
    by_centre = bundle(client, f"PractitionerRole?organization=Organization/{CLINIC}&role=owner&_count=20")
    assert by_centre["total"] == 7 and all("900" in one for one in ids(by_centre))
    assert bundle(client, f"PractitionerRole?organization={CLINIC}&specialty=171166")["total"] == 0
    (mine,) = ids(bundle(client, f"PractitionerRole?practitioner=Practitioner/{DOCTOR_ID}"))
    assert mine.startswith(f"PractitionerRole/{DOCTOR_ID}.")
    assert bundle(client, f"PractitionerRole?location=http://x/fhir/Location/{HOSPITAL}&date=2020")["total"] == 1
    assert bundle(client, f"PractitionerRole?location={HOSPITAL}&date=lt2018")["total"] == 0


def test_what_belongs_together_comes_along(client):
    said = bundle(
        client,
        f"PractitionerRole?practitioner={DOCTOR_ID}&_include=PractitionerRole:practitioner"
        "&_include=PractitionerRole:organization&_include=PractitionerRole:location",
    )
    assert ids(said, "include") == [f"Practitioner/{DOCTOR_ID}", f"Organization/{HOSPITAL}", f"Location/{HOSPITAL}"]
    said = bundle(
        client,
        f"Organization?_id={HOSPITAL}&_revinclude=Location:organization&_revinclude=PractitionerRole:organization"
        "&_revinclude=HealthcareService:organization&_revinclude=OrganizationAffiliation:participating-organization"
        "&_revinclude=Organization:partof",
    )
    kinds = [one.partition("/")[0] for one in ids(said, "include")]
    assert (
        kinds
        == ["Location", "Location", "PractitionerRole", "HealthcareService", "OrganizationAffiliation"]
        + ["Organization"] * 2
    )


def test_the_parts_of_a_centre_have_addresses_of_their_own(client):
    for kind in ("Location", "HealthcareService", "OrganizationAffiliation", "PractitionerRole"):
        for entry in bundle(client, f"{kind}?_count=20")["entry"]:
            again = client.get(f"{R4}/{kind}/{entry['resource']['id']}")
            assert again.status_code == 200 and again.json() == entry["resource"]


def test_pages_hold_every_entry_once(client):
    seen, address = [], f"{R4}/Practitioner?_count=2"
    while address:
        page = client.get(address).json()
        assert page["total"] == 9 and len(ids(page)) <= 2
        seen += ids(page)
        address = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)
    assert len(seen) == len(set(seen)) == 9
    assert "total" not in bundle(client, "Practitioner?active=true&_count=2")
    assert bundle(client, "Practitioner?active=true&_count=2&_total=accurate")["total"] == 8
    counted = bundle(client, "PractitionerRole?_summary=count")
    assert counted["total"] == 8 and "entry" not in counted


@pytest.mark.parametrize(
    "asked",
    ["Practitioner", "Organization", "Location", "OrganizationAffiliation", "HealthcareService", "PractitionerRole"],
)
def test_nothing_leaves_that_is_not_public(client, asked):
    text = client.get(f"{R4}/{asked}?_count=50").text
    assert not [one for one in SECRET if one in text]
    assert client.get(f"{R4}/{asked}?_format=xml").text.startswith('<?xml version="1.0"')


@pytest.mark.parametrize("base", [R4, "/fhir/r5"])
def test_xml_says_what_json_says(client, base):
    xml = client.get(f"{base}/Organization/{HOSPITAL}", headers={"accept": "application/fhir+xml"})
    said = client.get(f"{base}/Organization/{HOSPITAL}").json()
    back = read(xml.content)
    assert back["name"] == said["name"] and back["id"] == said["id"]
    assert list(back) == list(said)
    assert ("contact" in said) is (base == "/fhir/r5") and ("telecom" in said) is (base == R4)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("Practitioner/nobody", 404),
        ("Practitioner?birthdate=1350", 400),
        ("Practitioner?name:missing=true", 400),
        ("Practitioner?_count=many", 400),
        ("Practitioner?_after=x", 400),
        ("Practitioner?_include=Patient:link", 400),
        ("Practitioner?_revinclude=Location:organization", 400),
        ("Practitioner?_lastUpdated=zz2026", 400),
        ("Location?near=here", 400),
        ("Endpoint", 404),
        ("Practitioner/900100/a/b", 404),
    ],
)
def test_wrong_questions_are_told_what_is_wrong(client, asked, status):
    answer = client.get(f"{R4}/{asked}")
    issue = answer.json()["issue"][0]
    assert answer.status_code == status and issue["details"]["text"] and issue["diagnostics"]
    assert client.post(f"{R4}/Practitioner/900100").status_code == 405


def test_a_search_by_post_is_one_by_address(client):
    form = client.post(f"{R4}/Practitioner/_search", data={"family": "نمونه", "given": "فرد"})
    assert ids(form.json()) == [f"Practitioner/{DOCTOR_ID}"]


def test_every_entry_shown_is_noted_and_counted(client, told, edition, monkeypatch):
    bundle(client, f"Practitioner/{DOCTOR_ID}")
    bundle(client, f"Practitioner/{DOCTOR_ID}")
    bundle(client, f"PractitionerRole?practitioner={DOCTOR_ID}&_include=PractitionerRole:organization")
    entries = [{"request": {"method": "GET", "url": "Practitioner/900100"}}]
    batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    assert client.post(R4, json=batch).json()["entry"][0]["resource"]["id"] == "900100"
    assert told.lines() == [
        ("read", "physicians", 1, (DOCTOR,)),
        ("read", "physicians", 1, (DOCTOR,)),
        ("search", "physicians,centres", 2, (DOCTOR, HOSPITAL)),
        ("read", "physicians", 1, ("900100",)),
    ]
    monkeypatch.setattr(entry_limits, "ENTRIES_A_MINUTE", 10)
    few = TestClient(Front(*create_api(edition)))
    assert few.get(f"{R4}/Practitioner").status_code == 200
    assert few.get(f"{R4}/Practitioner/{DOCTOR_ID}").status_code == 200
    refused = few.get(f"{R4}/Practitioner/{DOCTOR_ID}")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert few.get(f"/api/registries/physicians/entries/{DOCTOR}").status_code == 429


def test_the_capability_statement_names_what_is_there(client, monkeypatch, tmp_path):
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path))
    stated = {one["type"]: one for one in bundle(client, "metadata")["rest"][0]["resource"]}
    assert {one["code"] for one in stated["Practitioner"]["interaction"]} == {"read", "search-type"}
    assert "PractitionerRole:practitioner" in stated["Practitioner"]["searchRevInclude"]
    for kind in ("Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Medication"):
        for parameter in stated[kind]["searchParam"]:
            value = "35|51|1|km" if parameter["name"] == "near" else "2026" if parameter["type"] == "date" else "x"
            assert client.get(f"{R4}/{kind}?{parameter['name']}={value}").status_code == 200, (kind, parameter)
    assert client.get(f"{R4}/Practitioner/_history").status_code == 404  # without a store of record


def test_what_changed_since_is_told_once_and_whole(edition, tmp_path, monkeypatch):
    registrar = Registrar(edition, tmp_path)
    monkeypatch.setenv("TERMSERVER_DATABASE_URL", f"sqlite:///{registrar.path}")
    registrar.load([said(n, 1, 1) for n in range(3)], LoadKind.FULL)
    registrar.load([said(1, 2, 2)], LoadKind.DELTA)
    client = TestClient(Front(*create_api(edition)))
    stated = {one["type"]: one for one in bundle(client, "metadata")["rest"][0]["resource"]}
    assert "history-type" in {one["code"] for one in stated["Practitioner"]["interaction"]}
    seen, address = [], f"{R4}/Practitioner/_history?_since=2020-01-01&_count=2"
    while address:
        page = client.get(address).json()
        assert page["type"] == "history"
        seen += [(one["resource"]["id"], one["resource"]["name"][0]["text"]) for one in page["entry"]]
        assert all(one["request"]["url"] == f"Practitioner/{one['resource']['id']}" for one in page["entry"])
        address = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)
    assert sorted(seen) == [("900000", "فرد نمونه 1"), ("900001", "فرد نمونه 2"), ("900002", "فرد نمونه 1")]
    assert "entry" not in client.get(f"{R4}/Practitioner/_history?_since=2100-01-01T00:00:00Z").json()
    assert client.get(f"{R4}/Practitioner/_history?_since=soon").status_code == 400
    versions = client.get(f"{R4}/Practitioner/900001/_history").json()
    assert [one["resource"]["name"][0]["text"] for one in versions["entry"]] == ["فرد نمونه 2", "فرد نمونه 1"]
    old = versions["entry"][1]["resource"]
    assert client.get(f"{R4}/Practitioner/900001/_history/{old['meta']['versionId']}").json() == old
    assert client.get(f"{R4}/Practitioner/900001/_history/99").status_code == 404
    assert not [one for one in SECRET if one in client.get(f"{R4}/Practitioner/_history").text]


def test_the_history_is_for_those_whom_the_policy_names(edition):
    inner = Front(*create_api(edition))
    standing = Standing(ANONYMOUS, frozenset({"fhir"}), Limits(), the_policy())

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        facts_of(scope).standing = standing
        await inner(scope, receive, send)

    client = TestClient(asked)
    assert client.get(f"{R4}/Practitioner/_history").status_code == 403
    entries = [{"request": {"method": "GET", "url": "Practitioner/_history"}}]
    batch = client.post(R4, json={"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert batch.json()["entry"][0]["response"]["status"].startswith("403")
