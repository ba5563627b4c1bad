"""The former service's names answer from the registries, in the former shapes."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.api import entry_limits
from termserver.api.application import create_api
from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept, Content, Property
from termserver.model.days import Period
from termserver.model.registries import record_text
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import editions
from termserver.service import TermServer
from tests.api.told import Told

FIELDS = Path(__file__).parents[3] / "shared" / "domain" / "messages" / "sepas_vo_fields.csv"
HOSPITAL, CLINIC, OTHER = (f"00000000-C0DE-4000-8000-00000000000{n}" for n in "ABC")
IRC, EQUIPMENT_IRC = "9999000000000001", "9999000000000777"


def record(code: str, start: str = "", end: str = "", **fields: Any) -> Property:
    return Property(
        code, record_text({name.replace("_", "-"): said for name, said in fields.items()}), Period(start, end)
    )


def physicians() -> tuple[Concept, ...]:
    return (
        Concept(
            "900000د",
            Text("فرد نمونه", "Sample Person"),
            properties=(
                Property("given-name", "فرد"),
                Property("family-name", "نمونه"),
                Property("birth-year", "1350"),
                Property("national-code-hash", "hmac:" + "0" * 32),
                Property("specialty", "171166"),
                record("licence", "2018-01-01", number="1", kind="office"),
                record("suspended", "2026-03-01", "2026-06-30", reason="disciplinary", decision="secret-77"),
                record("workplace", "2018-01-01", centre=HOSPITAL, role="staff"),
                record("office", phone="02100000000", mobile="09000000000", address="تهران"),
            ),
        ),
    )


def centres() -> tuple[Concept, ...]:
    return (
        Concept(
            HOSPITAL,
            Text("بیمارستان نمونه"),
            properties=(
                Property("organization-type", "5"),
                Property("ownership", "gov"),
                Property("city", "تهران"),
                Property("province", "تهران"),
                Property("area", "23"),
                Property("legal", "true", Period("2010-03-21")),
                Property("active", "true", Period("2011-03-21")),
                record("position", latitude=35.7, longitude=51.4),
                record("contact", postal_code="1111111111", phone="02100000001"),
                record("local-id", issuer="نمونه", type="local", number="17"),
            ),
        ),
        Concept(
            CLINIC,
            Text("درمانگاه نمونه"),
            properties=(
                Property("organization-type", "32"),
                Property("parent", HOSPITAL.lower(), Period("2026-01-01")),
                Property("active", "true", Period("2020-03-21")),
            ),
        ),
        Concept(
            OTHER, Text("بیمارستان دیگر"), properties=(Property("parent", HOSPITAL), Property("organization-type", "5"))
        ),
    )


def products() -> tuple[Concept, ...]:
    return (
        Concept(
            IRC,
            Text("کپسول نمونه", "SAMPLE CAPSULE"),
            properties=(
                Property("generic", "5760"),
                Property("gtin", "00200000000004"),
                Property("owner", "شرکت نمونه"),
                Property("owner-id", "10100000122"),
                record("registration", "2018-01-01", "2030-01-01", number="R1"),
                record("price", "2018-01-01", "2025-05-05", kind="consumer", per="package", amount=100),
                record("price", "2025-05-06", kind="consumer", per="package", amount=250),
            ),
        ),
    )


def equipment() -> tuple[Concept, ...]:
    facts = (Property("irc", EQUIPMENT_IRC), Property("country", "DE"), Property("owner", "شرکت نمونه"))
    return (Concept("16443", Text("پنس نمونه", "SAMPLE FORCEPS"), properties=facts),)


@pytest.fixture(scope="module")
def edition(standards: Path, server: TermServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    folder = tmp_path_factory.mktemp("ditas")
    contents = []
    entries = {"physicians": physicians(), "centres": centres(), "irc": products(), "imed-ir": equipment()}
    for id, concepts in entries.items():
        system = replace(server.resolve(id), version="2026.11.21", content=Content.COMPLETE)
        contents.append(CodeSystemContent(system, concepts))
    made = build_release(contents, folder / "made", "registries", "2026.11.21")
    pin = editions.pin_of(made)
    (folder / "made").rename(folder / editions.file_name(pin))
    pins = [*server.edition.releases, pin]
    (folder / editions.file_name(pins[0])).symlink_to(standards)
    editions.write(folder / "edition.json", pins)
    with TermServer.open(folder / "edition.json") as opened:
        yield opened


@pytest.fixture
def client(edition: TermServer) -> Iterator[TestClient]:
    with TestClient(create_api(edition)[0]) as asked:
        yield asked


def ask(client: TestClient, operation: str, **said: Any) -> Any:
    """By address and by body: the answer is the same."""
    address = client.get(f"/compat/ditas/{operation}", params=said)
    body = client.post(f"/compat/ditas/{operation}", json=said)
    assert address.status_code == body.status_code == 200, address.text + body.text
    assert address.json() == body.json()
    return address.json()


def fields_of(name: str) -> list[str]:
    if not FIELDS.exists():
        pytest.skip("the list of the former service's classes is not beside this folder")
    with FIELDS.open(encoding="utf-8") as lines:
        return [row["field"] for row in csv.DictReader(lines) if row["class"] == name]


@pytest.mark.parametrize(
    ("operation", "argument", "value", "shape"),
    [
        ("GetHealthCareProviderInfo", "ProviderID", "د-900000", "HealthcareProviderVO"),
        ("GetOrganization", "OrganizationID", HOSPITAL.lower(), "OrganizationDetailVO"),
        ("GetDrugInfoByIRC", "DrugIRC", IRC, "DrugInfoVO"),
        ("GetEquipmentInfoByIRC", "EquipmentIRC", EQUIPMENT_IRC, "EquipmentInfoVO"),
    ],
)
def test_an_answer_has_the_fields_of_its_class(
    client: TestClient, operation: str, argument: str, value: str, shape: str
) -> None:
    assert sorted(ask(client, operation, **{argument: value})) == sorted(fields_of(shape))


def test_a_professional_is_told_as_far_as_anybody_may_know(client: TestClient) -> None:
    said = ask(client, "GetHealthCareProviderInfo", ProviderID="900000د")
    assert said["Identifier"] == {"Issuer": "Med_Council", "Assigner": "Med_Council", "ID": "900000د", "Type": "Med_ID"}
    assert (said["FirstName"], said["LastName"], said["FullName"]) == ("فرد", "نمونه", "فرد نمونه")
    assert said["Specialty"]["Terminology_id"] == "thritaEHR.specialty"
    assert said["Specialty"]["Coded_string"] == "171166"
    assert "داخلی" in said["Specialty"]["Value"]
    assert said["Role"]["Coded_string"] == "staff"
    assert [one["Detail"] for one in said["ContactPoint"]] == ["02100000000"]
    text = client.get("/compat/ditas/GetHealthCareProviderInfo", params={"ProviderID": "900000د"}).text
    for hidden in ("hmac", "1350", "0900", "secret-77"):
        assert hidden not in text


def test_the_standing_for_which_the_shape_has_no_place_is_in_a_header(client: TestClient) -> None:
    for day, standing in (("2026-05-01", "suspended"), ("1405-05-01", "valid"), ("2017-01-01", "not-valid")):
        answer = client.get("/compat/ditas/GetHealthCareProviderInfo", params={"ProviderID": "900000د", "on": day})
        assert answer.headers["x-termserver-standing"] == standing
        assert answer.headers["x-termserver-release"]


def test_an_identifier_may_be_said_in_full(client: TestClient) -> None:
    whole = {"ID": "900000د", "Type": "Med_ID", "Issuer": "Med_Council", "Assigner": "Med_Council"}
    answer = client.post("/compat/ditas/GetHealthCareProviderInfo", json={"ProviderID": whole})
    assert answer.json()["LastName"] == "نمونه"
    parts = {f"ProviderID.{name}": value for name, value in whole.items()}
    assert client.get("/compat/ditas/GetHealthCareProviderInfo", params=parts).json() == answer.json()
    national = {"ID": "0010000001", "Type": "National_Code"}
    refused = client.post("/compat/ditas/GetHealthCareProviderInfo", json={"ProviderID": national})
    assert refused.status_code == 400
    assert "Med_ID" in refused.json()["error"]["message"]["en"]


def test_a_centre_is_told_with_its_days_and_place(client: TestClient) -> None:
    said = ask(client, "GetOrganization", OrganizationID=HOSPITAL.lower())
    assert said["OrganizationID"]["ID"] == HOSPITAL
    assert said["Type"] == {"Value": "بیمارستان", "Terminology_id": "thritaEHR.organizationType", "Coded_string": "5"}
    assert said["EstablishmentDate"] == {"Year": 1389, "Month": 1, "Day": 1, "ISOString": "1389/01/01"}
    assert said["ActivationDate"]["Year"] == 1390
    assert (said["Latitude"], said["Longitude"], said["PostalCode"]) == (35.7, 51.4, "1111111111")
    assert said["Area"]["City"]["Value"] == "تهران"
    assert said["ActivityStatus"]["Coded_string"] == "valid"
    assert said["OtherIdentityInfo"] == [{"Issuer": "نمونه", "Assigner": "نمونه", "ID": "17", "Type": "local"}]


def test_centres_are_found_above_and_below(client: TestClient) -> None:
    def below(**said: Any) -> list[str]:
        return [one["ID"] for one in ask(client, "GetChildOrganizations", ParentOrganizationID=HOSPITAL, **said)]

    assert below(on="2026-05-01") == [CLINIC, OTHER]
    assert below(on="2025-05-01") == [OTHER]  # the clinic came under it in 2026
    assert below(on="2026-05-01", OrganizationType="32") == [CLINIC]
    assert below(on="2026-05-01", FromDate="1404-10-01") == [CLINIC]
    assert below(on="2026-05-01", FromDate="1405/01/01") == []
    parts = {"Year": 1404, "Month": 10, "Day": 1}
    body = {"ParentOrganizationID": HOSPITAL, "FromDate": parts, "on": "2026-05-01"}
    assert len(client.post("/compat/ditas/GetChildOrganizations", json=body).json()) == 1
    above = ask(client, "GetParentOrganization", OrganizationID=CLINIC, on="2026-05-01")
    assert above == {"Issuer": "MOHME_IT", "Assigner": "MOHME_IT", "ID": HOSPITAL, "Type": "Org_ID"}
    assert ask(client, "GetParentOrganization", OrganizationID=HOSPITAL) is None


def test_a_product_costs_what_it_cost_on_the_day(client: TestClient) -> None:
    now = ask(client, "GetDrugInfoByIRC", DrugIRC=IRC)
    assert now["ConsumerPrice"] == {"Magnitude": 250.0, "MagnitudeStatus": None, "Unit": "Rial"}
    assert now["PharmacyPrice"] is None
    assert ask(client, "GetDrugInfoByIRC", DrugIRC=IRC, on="2024-01-01")["ConsumerPrice"]["Magnitude"] == 100.0
    assert now["IRC"]["Coded_string"] == IRC
    assert now["GTIN"]["Coded_string"] == "00200000000004"
    assert now["LicenseOwnerCompanyID"]["ID"] == "10100000122"
    assert (now["FaFullTradeName"], now["EnFullTradeName"]) == ("کپسول نمونه", "SAMPLE CAPSULE")


def test_equipment_is_found_by_its_registration_code(client: TestClient) -> None:
    said = ask(client, "GetEquipmentInfoByIRC", EquipmentIRC=EQUIPMENT_IRC)
    assert said["IRC"]["Coded_string"] == EQUIPMENT_IRC
    assert said["ProducerCountry"]["Coded_string"] == "DE"
    assert said["EnFullTradeName"] == "SAMPLE FORCEPS"


@pytest.mark.parametrize(
    ("operation", "said", "status", "says"),
    [
        ("GetOrganization", {"OrganizationID": "00000000-C0DE-4000-8000-0000000000FF"}, 404, "centres"),
        ("GetDrugInfoByIRC", {"DrugIRC": "1"}, 404, "1"),
        ("GetEquipmentInfoByIRC", {"EquipmentIRC": "1"}, 404, "1"),
        ("GetOrganization", {}, 400, "OrganizationID"),
        ("GetOrganization", {"OrganisationID": HOSPITAL}, 400, "OrganizationID"),
        ("GetChildOrganizations", {"ParentOrganizationID": HOSPITAL, "FromDate": "soon"}, 400, "soon"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: TestClient, operation: str, said: dict[str, str], status: int, says: str
) -> None:
    for answer in (
        client.get(f"/compat/ditas/{operation}", params=said),
        client.post(f"/compat/ditas/{operation}", json=said),
    ):
        assert answer.status_code == status, answer.text
        assert says in answer.json()["error"]["message"]["en"]
        assert answer.json()["error"]["message"]["fa"]


@pytest.mark.parametrize("body", [b"[", b"[]", b'{"OrganizationID": []}', b'{"OrganizationID": {"Id": "1"}}'])
def test_a_body_that_is_none_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/compat/ditas/GetOrganization", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad-parameter"


def test_the_former_names_are_limited_and_told_as_everything_is(
    edition: TermServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(create_api(edition)[0])
    with TestClient(told) as client:
        ask(client, "GetOrganization", OrganizationID=HOSPITAL)
    assert set(told.lines()) == {("GetOrganization", "centres", 1, (HOSPITAL,))}
    monkeypatch.setattr(entry_limits, "ENTRIES_A_MINUTE", 3)
    with TestClient(create_api(edition)[0]) as few:
        url, said = "/compat/ditas/GetOrganization", {"OrganizationID": HOSPITAL}
        assert [few.get(url, params=said).status_code for _ in range(4)] == [200, 200, 200, 429]
