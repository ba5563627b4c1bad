"""Each single change to a valid document is found by exactly the rule meant for it, in both twins and both engines."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from document_changes import Change, add, both, changed, coded, drop, put, said

from termserver.model.findings import Verdict
from termserver.service import TermServer

LINE = "Composition.BillServices[0]"
SUMMARY = "Composition.BillSummary"
ADMISSION = "Composition.Admission"
ORDER = "Composition.MedicationPrescriptions.Orders[0]"
DRUGS = "Composition.MedicationPrescriptions"


def other(code: str, label: str, amount: int) -> dict[str, Any]:
    return {"Name": coded("thritaEHR.otherCost", code, label), "Value": {"Magnitude": amount, "Unit": "Rial"}}


BILL: dict[str, tuple[Change, str, str]] = {
    # codes
    "a gender that does not exist": (
        put("Person.Gender.Coded_string", "3"),
        "code.unknown",
        "Person.Gender.Coded_string",
    ),
    "gender swapped": (put("Person.Gender", coded("thritaEHR.gender", "مرد", "1")), "code.swapped", "Person.Gender"),
    "insurer of the bill swapped": (
        put(f"{SUMMARY}.Insurer", coded("thritaEHR.insurer", "تامین اجتماعی", "1")),
        "code.swapped",
        f"{SUMMARY}.Insurer",
    ),
    "insurer swapped": (
        put("Composition.Insurance[0].Insurer", coded("thritaEHR.insurer", "تامین اجتماعی", "1")),
        "code.swapped",
        "Composition.Insurance[0].Insurer",
    ),
    "type of a service swapped": (
        put(f"{LINE}.ServiceType", coded("thritaEHR.serviceType", "ویزیت", "19")),
        "code.swapped",
        f"{LINE}.ServiceType",
    ),
    "service swapped": (
        put(f"{LINE}.Service", coded("RVU3", "ویزیت روز اول بستری", "901920")),
        "code.swapped",
        f"{LINE}.Service",
    ),
    "a service code too short": (put(f"{LINE}.Service.Coded_string", "90192"), "code.shape", f"{LINE}.Service"),
    "a service code not in the part that is here": (
        put(f"{LINE}.Service.Coded_string", "901999"),
        "code.unlisted",
        f"{LINE}.Service.Coded_string",
    ),
    "county without its zero": (
        put(f"{ADMISSION}.Institute.Location.City.Coded_string", "19"),
        "code.width",
        f"{ADMISSION}.Institute.Location.City.Coded_string",
    ),
    "a diagnosis from SNOMED": (
        put("Composition.Diagnosis[0].Diagnosis.Terminology_id", "SNOMEDCT"),
        "code.system-not-allowed",
        "Composition.Diagnosis[0].Diagnosis.Terminology_id",
    ),
    "a diagnosis that is no ICD code": (
        put("Composition.Diagnosis[0].Diagnosis.Coded_string", "104"),
        "code.shape",
        "Composition.Diagnosis[0].Diagnosis",
    ),
    "a local service code": (
        put(f"{LINE}.Service.Terminology_id", "Local"),
        "code.system-unknown",
        f"{LINE}.Service.Terminology_id",
    ),
    "another label": (
        put(f"{ADMISSION}.AdmissionType.Value", "اورژانس"),
        "code.display",
        f"{ADMISSION}.AdmissionType.Value",
    ),
    "the system in other letters": (
        put("Composition.Insurance[0].Insurer.Terminology_id", "ThritaEHR.Insurer"),
        "code.system-spelling",
        "Composition.Insurance[0].Insurer.Terminology_id",
    ),
    "a product code of 15 digits": (
        put("Composition.BillServices[3].Service.Coded_string", "306875751549218"),
        "code.shape",
        "Composition.BillServices[3].Service",
    ),
    "a ward in a town": (
        put(f"{ADMISSION}.AdmissionWard.Type", coded("countryDivisions", "019", "تهران")),
        "code.system-not-allowed",
        f"{ADMISSION}.AdmissionWard.Type.Terminology_id",
    ),
    # identifiers
    "a national code with a wrong check digit": (
        put("Person.NationalCode", "0000000028"),
        "identifier.check-digit",
        "Person.NationalCode",
    ),
    "ten equal digits": (put("Person.NationalCode", "1111111111"), "identifier.check-digit", "Person.NationalCode"),
    "nine digits": (put("Person.NationalCode", "000000027"), "identifier.shape", "Person.NationalCode"),
    "a national code left empty": (put("Person.NationalCode", ""), "person-is-identified", "Person.NationalCode"),
    "no service lines at all": (
        drop("Composition.BillServices"),
        "structure.mandatory",
        "Composition.BillServices",
    ),
    "an empty list of service lines": (
        put("Composition.BillServices", []),
        "structure.mandatory",
        "Composition.BillServices",
    ),
    "an empty list of insurances": (put("Composition.Insurance", []), "structure.expected", "Composition.Insurance"),
    "the committer's national code": (
        put("MsgID.Committer.Identifier.ID", "0000000052"),
        "identifier.check-digit",
        "MsgID.Committer.Identifier.ID",
    ),
    "a system id that is no GUID": (put("MsgID.SystemID.ID", "1234"), "identifier.shape", "MsgID.SystemID.ID"),
    "a centre id that is no GUID": (
        put(f"{ADMISSION}.Institute.ID.ID", "00000000-0000-4000-8000-00000000000G"),
        "identifier.shape",
        f"{ADMISSION}.Institute.ID.ID",
    ),
    "the centre's id in the system's place": (
        put("MsgID.SystemID.Type", "Org_ID"),
        "identifier.triplet",
        "MsgID.SystemID",
    ),
    "a council nobody knows": (
        put(f"{LINE}.ServiceProvider.Identifier", {"Issuer": "X", "Assigner": "X", "ID": "1", "Type": "Y"}),
        "identifier.unknown-kind",
        f"{LINE}.ServiceProvider.Identifier",
    ),
    "an identifier without its issuer": (
        drop(f"{LINE}.ServiceProvider.Identifier.Issuer"),
        "structure.expected",
        f"{LINE}.ServiceProvider.Identifier.Issuer",
    ),
    "a council number with letters": (
        put(f"{LINE}.ServiceProvider.Identifier.ID", "MD-100001"),
        "identifier.shape",
        f"{LINE}.ServiceProvider.Identifier.ID",
    ),
    "blanks around a number": (
        put(f"{ADMISSION}.AttendingDoctor.Identifier.ID", "100001  "),
        "identifier.blanks",
        f"{ADMISSION}.AttendingDoctor.Identifier.ID",
    ),
    "a postal code of nine digits": (put("Person.PostalCode", "113461357"), "identifier.shape", "Person.PostalCode"),
    "an eligibility id too short": (
        put("Composition.Insurance[0].SHEBAD.ID", "105K"),
        "identifier.shape",
        "Composition.Insurance[0].SHEBAD.ID",
    ),
    # dates
    "month 13": (put(f"{ADMISSION}.AdmissionDate.Month", 13), "structure.range", f"{ADMISSION}.AdmissionDate.Month"),
    "day 32": (put("Person.BirthDate.Day", 32), "structure.range", "Person.BirthDate.Day"),
    "31 Mehr": (put("Person.BirthDate", {"Year": 1350, "Month": 7, "Day": 31}), "date.impossible", "Person.BirthDate"),
    "30 Esfand of a common year": (
        put("Person.BirthDate", {"Year": 1351, "Month": 12, "Day": 30}),
        "date.impossible",
        "Person.BirthDate",
    ),
    "a Gregorian year": (put("Person.BirthDate.Year", 1971), "structure.range", "Person.BirthDate.Year"),
    "a year of two digits": (put("Person.BirthDate.Year", 50), "date.short-year", "Person.BirthDate.Year"),
    "an admission in a year of two digits": (
        put(f"{ADMISSION}.AdmissionDate.Year", 5),
        "date.short-year",
        f"{ADMISSION}.AdmissionDate.Year",
    ),
    "an hour of 24": (put(f"{ADMISSION}.AdmissionTime.Hour", 24), "structure.range", f"{ADMISSION}.AdmissionTime.Hour"),
    "a text that says another day": (
        put("Person.BirthDate.ISOString", "1350/06/16"),
        "date.text-differs",
        "Person.BirthDate.ISOString",
    ),
    "born after the admission": (put("Person.BirthDate.Year", 1406), "birth-not-after-admission", "Person.BirthDate"),
    "discharged before the admission": (
        put("Composition.Discharge.DischargeDate.Day", 19),
        "discharge-not-before-admission",
        "Composition.Discharge.DischargeDate",
    ),
    "a service before the stay": (put(f"{LINE}.StartDate.Day", 19), "service-within-stay", f"{LINE}.StartDate"),
    # structure
    "no service type": (drop(f"{LINE}.ServiceType"), "structure.mandatory", f"{LINE}.ServiceType"),
    "no total charge": (drop(f"{SUMMARY}.TotalCharge"), "structure.mandatory", f"{SUMMARY}.TotalCharge"),
    "a record number of Persian zeros": (
        put(f"{ADMISSION}.MedicalRecordNumber", "۰۰"),
        "medical-record-number-is-not-zero",
        f"{ADMISSION}.MedicalRecordNumber",
    ),
    "a record number without end": (
        put(f"{ADMISSION}.MedicalRecordNumber", "140500000000000007788"),
        "medical-record-number-is-short",
        f"{ADMISSION}.MedicalRecordNumber",
    ),
    "no record number": (
        drop(f"{ADMISSION}.MedicalRecordNumber"),
        "structure.mandatory",
        f"{ADMISSION}.MedicalRecordNumber",
    ),
    "no message id": (drop("MsgID"), "structure.mandatory", "MsgID"),
    "no code in a coded text": (
        drop(f"{SUMMARY}.MedicalRecordType.Coded_string"),
        "structure.mandatory",
        f"{SUMMARY}.MedicalRecordType.Coded_string",
    ),
    "an empty label": (put("Person.Gender.Value", ""), "structure.empty", "Person.Gender.Value"),
    "no gender": (drop("Person.Gender"), "structure.expected", "Person.Gender"),
    "no unit": (drop(f"{LINE}.ServiceCount.Unit"), "structure.expected", f"{LINE}.ServiceCount.Unit"),
    "an amount in words": (
        put(f"{LINE}.TotalCharge.Magnitude", "یک میلیون"),
        "structure.type",
        f"{LINE}.TotalCharge.Magnitude",
    ),
    "an amount in Persian digits": (
        put(f"{LINE}.TotalCharge.Magnitude", "۱۲۰۰۰۰۰"),
        "structure.type",
        f"{LINE}.TotalCharge.Magnitude",
    ),
    "a field nobody knows": (
        put(f"{ADMISSION}.MedicalRecordNo", "1"),
        "structure.unknown-field",
        f"{ADMISSION}.MedicalRecordNo",
    ),
    # sums
    "the total off by one": (
        put(f"{SUMMARY}.TotalCharge.Magnitude", 8000001),
        "lines-sum-to-total-charge",
        f"{SUMMARY}.TotalCharge",
    ),
    "the patient's share off by one": (
        put(f"{SUMMARY}.TotalPatientContribution.Magnitude", 800001),
        "lines-sum-to-patient-contribution",
        f"{SUMMARY}.TotalPatientContribution",
    ),
    "the insurer's share off by one": (
        put(f"{SUMMARY}.TotalBasicInsuranceContribution.Magnitude", 7199999),
        "lines-sum-to-insurance-contribution",
        f"{SUMMARY}.TotalBasicInsuranceContribution",
    ),
    "a fraction of a Rial too much": (
        put(f"{SUMMARY}.TotalCharge.Magnitude", 8000000.01),
        "lines-sum-to-total-charge",
        f"{SUMMARY}.TotalCharge",
    ),
    "a subsidy nobody reckoned": (
        put(f"{SUMMARY}.TotalOtherCosts[1].Value.Magnitude", 1),
        "summary-balance",
        f"{SUMMARY}.TotalCharge",
    ),
    "a line off by one": (put(f"{LINE}.PatientContribution.Magnitude", 120001), "line-balance", f"{LINE}.TotalCharge"),
    "a group off by one": (
        put(f"{SUMMARY}.ServiceGroupRow[2].TotalCharge.Magnitude", 300001),
        "group-is-sum-of-its-lines",
        f"{SUMMARY}.ServiceGroupRow[2].TotalCharge",
    ),
    "a cost without its amount": (
        drop(f"{LINE}.OtherCosts[0].Value"),
        "structure.mandatory",
        f"{LINE}.OtherCosts[0].Value",
    ),
    "a cost twice": (
        add(f"{LINE}.OtherCosts", other("13", "مبلغ کل در تعهد بیمه پایه", 1200000)),
        "other-cost-once",
        f"{LINE}.OtherCosts",
    ),
    "more than the commitment": (
        put(f"{LINE}.OtherCosts", [other("13", "مبلغ کل در تعهد بیمه پایه", 1000000)]),
        "contribution-within-commitment",
        f"{LINE}.BasicInsuranceContribution",
    ),
    "no service at all": (
        put(f"{LINE}.ServiceCount.Magnitude", 0),
        "service-count-is-positive",
        f"{LINE}.ServiceCount",
    ),
    "an amount in Toman": (put(f"{LINE}.TotalCharge.Unit", "Toman"), "charge-in-rial", f"{LINE}.TotalCharge"),
    # insurance and record
    "record number 0": (
        put(f"{ADMISSION}.MedicalRecordNumber", "0"),
        "medical-record-number-is-not-zero",
        f"{ADMISSION}.MedicalRecordNumber",
    ),
    "another insurer's box": (
        put("Composition.Insurance[0].InsuranceBox", coded("thritaEHR.insuranceBox", "26.3", "روستایی")),
        "insurance-box-of-insurer",
        "Composition.Insurance[0].InsuranceBox",
    ),
    "an insurer the patient has not": (
        put(f"{SUMMARY}.Insurer", coded("thritaEHR.insurer", "3", "نیروهای مسلح")),
        "summary-insurer-is-insured-with",
        f"{SUMMARY}.Insurer",
    ),
    "no box": (drop(f"{SUMMARY}.InsurerBox"), "insured-has-box", f"{SUMMARY}.InsurerBox"),
    "an outpatient record": (
        put(f"{SUMMARY}.MedicalRecordType", coded("thritaEHR.medicalRecordType", "2", "سرپایی")),
        "record-type-fits-admission",
        f"{SUMMARY}.MedicalRecordType",
    ),
    "an inpatient without discharge": (
        drop("Composition.Discharge"),
        "inpatient-has-discharge",
        "Composition.Discharge",
    ),
    "death without its block": (
        put("Composition.Discharge.ConditionOnDischarge", coded("thritaEHR.conditionOnDischarge", "4", "فوت")),
        "death-block-of-deceased",
        "Composition.Death",
    ),
    "nobody's bill": (drop("Person.NationalCode"), "person-is-identified", "Person.NationalCode"),
    "a reserved eligibility id": (
        put("Composition.Insurance[0].SHEBAD.ID", "Z105K9Z8Y7X"),
        "eligibility-id-is-final",
        "Composition.Insurance[0].SHEBAD.ID",
    ),
}
PRESCRIPTION: dict[str, tuple[Change, str, str]] = {
    "a frequency with a wrong check digit": (
        put(f"{ORDER}.Frequency.Coded_string", "229798008"),
        "code.check-digit",
        f"{ORDER}.Frequency.Coded_string",
    ),
    "a drug code of four digits": (
        put(f"{ORDER}.ProductCode.Coded_string", "6003"),
        "code.shape",
        f"{ORDER}.ProductCode",
    ),
    "no drug code": (drop(f"{ORDER}.ProductCode"), "structure.mandatory", f"{ORDER}.ProductCode"),
    "a drug from the service book": (
        put(f"{ORDER}.ProductCode.Terminology_id", "RVU3"),
        "code.system-not-allowed",
        f"{ORDER}.ProductCode.Terminology_id",
    ),
    "a number of nothing": (
        put(f"{ORDER}.TotalNumber.Magnitude", 0),
        "total-number-is-positive",
        f"{ORDER}.TotalNumber",
    ),
    "a dose of nothing": (put(f"{ORDER}.Dosage.Magnitude", 0), "dosage-is-positive", f"{ORDER}.Dosage"),
    "expired before it was issued": (
        put(f"{DRUGS}.ExpiryDate.Month", 7),
        "expiry-not-before-issue",
        f"{DRUGS}.ExpiryDate",
    ),
    "issued before the admission": (
        put(f"{DRUGS}.IssueDate.Day", 19),
        "issue-not-before-admission",
        f"{DRUGS}.IssueDate",
    ),
    "another eligibility id": (
        put(f"{DRUGS}.ePrescriptionID", "105A1B2C3E"),
        "prescription-bears-eligibility-id",
        f"{DRUGS}.ePrescriptionID",
    ),
    "four repeats": (put(f"{DRUGS}.Repeats", 4), "repeats-of-tamin", f"{DRUGS}.Repeats"),
    "repeats below zero": (put(f"{DRUGS}.Repeats", -1), "structure.range", f"{DRUGS}.Repeats"),
    "a drug twice": (
        put(f"{DRUGS}.Orders[1].ProductCode", coded("eRx", "60039", "ACICLOVIR 200 mg TABLET ORAL")),
        "drug-once",
        f"{DRUGS}.Orders",
    ),
    "another insurer's box": (
        put("Composition.Insurance.InsuranceBox", coded("thritaEHR.insuranceBox", "26.1", "کارکنان دولت")),
        "insurance-box-of-insurer",
        "Composition.Insurance.InsuranceBox",
    ),
    "a record number of zeros": (
        put(f"{ADMISSION}.MedicalRecordNumber", "000"),
        "medical-record-number-is-not-zero",
        f"{ADMISSION}.MedicalRecordNumber",
    ),
    "a prescriber's number with a blank": (
        put(f"{DRUGS}.Prescriber.Identifier.ID", "100001 "),
        "identifier.blanks",
        f"{DRUGS}.Prescriber.Identifier.ID",
    ),
}


def _judged(server: TermServer, twins: Callable[..., dict[str, bytes]], type_id: str, message: dict[str, Any]) -> Any:
    written = twins(type_id, message)
    return {
        (form, engine): server.check_document(data, form, engine=engine)
        for form, data in written.items()
        for engine in ("fast", "reference")
    }


@pytest.mark.parametrize("name", BILL)
def test_a_single_change_to_a_bill_is_found_by_its_rule(
    server: TermServer, twins: Callable[..., dict[str, bytes]], bill: dict[str, Any], name: str
) -> None:
    change, rule, path = BILL[name]

    reports = _judged(server, twins, "patient-bill", changed(bill, change))

    assert {key: said(report) for key, report in reports.items()} == {key: [(rule, path)] for key in reports}


@pytest.mark.parametrize("name", PRESCRIPTION)
def test_a_single_change_to_a_prescription_is_found_by_its_rule(
    server: TermServer, twins: Callable[..., dict[str, bytes]], prescription: dict[str, Any], name: str
) -> None:
    change, rule, path = PRESCRIPTION[name]

    reports = _judged(server, twins, "medication-prescription", changed(prescription, change))

    assert {key: said(report) for key, report in reports.items()} == {key: [(rule, path)] for key in reports}


def test_a_service_type_may_have_several_groups(
    server: TermServer, twins: Callable[..., dict[str, bytes]], bill: dict[str, Any]
) -> None:
    group = bill["Composition"]["BillSummary"]["ServiceGroupRow"][1]
    change = both(
        put(f"{SUMMARY}.ServiceGroupRow[1].TotalCharge.Magnitude", 2000000),
        add(
            f"{SUMMARY}.ServiceGroupRow",
            {
                "ServiceType": group["ServiceType"],
                "TotalCharge": {"Magnitude": 4000000, "Unit": "Rial"},
                "BasicInsuranceContribution": {"Magnitude": 0, "Unit": "Rial"},
                "PatientContribution": {"Magnitude": 0, "Unit": "Rial"},
                "ServiceCount": {"Magnitude": 0, "Unit": "Each"},
            },
        ),
    )

    reports = _judged(server, twins, "patient-bill", changed(bill, change))

    assert [said(report) for report in reports.values()] == [[] for _ in reports]


def test_no_rule_speaks_of_a_field_that_could_not_be_read(server: TermServer, bill: dict[str, Any]) -> None:
    document = json.dumps(changed(bill, put("Person.NationalCode", 27))).encode()

    assert said(server.check_document(document)) == [("structure.type", "Person.NationalCode")]


def test_two_changes_are_two_findings(
    server: TermServer, twins: Callable[..., dict[str, bytes]], bill: dict[str, Any]
) -> None:
    change = both(put("Person.Gender.Coded_string", "3"), drop(f"{LINE}.ServiceType"))

    reports = _judged(server, twins, "patient-bill", changed(bill, change))

    for report in reports.values():
        assert report.verdict is Verdict.REJECTED
        assert [rule for rule, _ in said(report)] == ["code.unknown", "structure.mandatory"]
