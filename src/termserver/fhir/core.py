"""The few value sets of FHIR itself that every terminology server is asked for, with their Persian names."""

from collections.abc import Iterator

from termserver.fhir.outcomes import Json

_HL7 = "http://hl7.org/fhir/"
_SETS: tuple[tuple[str, str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "administrative-gender",
        "AdministrativeGender",
        "The gender of a person used for administrative purposes.",
        (
            ("male", "Male", "مرد", "Male."),
            ("female", "Female", "زن", "Female."),
            ("other", "Other", "دیگر", "Other."),
            ("unknown", "Unknown", "نامعلوم", "Unknown."),
        ),
    ),
    (
        "publication-status",
        "PublicationStatus",
        "The lifecycle status of an artifact.",
        (
            ("draft", "Draft", "پیش‌نویس", "This resource is still under development."),
            ("active", "Active", "در کار", "This resource is ready for normal use."),
            ("retired", "Retired", "بازنشسته", "This resource has been withdrawn or superseded."),
            ("unknown", "Unknown", "نامعلوم", "The authoring system does not know which status applies."),
        ),
    ),
)


def resources(version: str) -> Iterator[Json]:
    """CodeSystems and ValueSets of the FHIR release ``version`` (4.0.1 or 5.0.0)."""
    for id, name, description, concepts in _SETS:
        head = {"id": id, "version": version, "name": name, "title": name, "status": "active", "experimental": False}
        yield {
            "resourceType": "CodeSystem",
            **head,
            "url": _HL7 + id,
            "language": "en",
            "description": description,
            "publisher": "HL7 (FHIR Project)",
            "caseSensitive": True,
            "valueSet": f"{_HL7}ValueSet/{id}",
            "content": "complete",
            "concept": [
                {
                    "code": code,
                    "display": display,
                    "definition": definition,
                    "designation": [{"language": "fa", "value": persian}],
                }
                for code, display, persian, definition in concepts
            ],
        }
        yield {
            "resourceType": "ValueSet",
            **head,
            "url": f"{_HL7}ValueSet/{id}",
            "description": description,
            "publisher": "HL7 (FHIR Project)",
            "immutable": True,
            "compose": {"include": [{"system": _HL7 + id}]},
        }
