"""What a log says of a path under /fhir/: every kind and operation by its name, nothing of what was typed."""

import pytest

from termserver.api.fhir.directory_visit import REGISTRIES
from termserver.api.fhir.names import route


@pytest.mark.parametrize("kind", [*REGISTRIES, "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem"])
def test_every_kind_that_is_served_is_named_without_its_id(kind: str) -> None:
    assert route(f"/fhir/r4/{kind}/99000870") == f"/fhir/r4/{kind}"
    assert route(f"/fhir/r5/{kind}/99000870/_history/2026.10") == f"/fhir/r5/{kind}/_history"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fhir/r4/ValueSet/a-patient/$expand", "/fhir/r4/ValueSet/$expand"),
        ("/fhir/r4/$closure", "/fhir/r4/$closure"),
        ("/fhir/r4/NamingSystem/$preferred-id", "/fhir/r4/NamingSystem/$preferred-id"),
        ("/fhir/r4/metadata", "/fhir/r4/metadata"),
        ("/fhir/r4", "/fhir/r4"),
        ("/fhir/r4/Patient/0012345679", "/fhir/?"),
        ("/fhir/r4/0012345679/$lookup", "/fhir/?"),
        ("/fhir/0012345679/metadata", "/fhir/?"),
        ("/svs/RetrieveValueSet", "/svs/RetrieveValueSet"),
        ("/svs/0012345679", "/svs/?"),
    ],
)
def test_what_is_not_known_is_not_told(path: str, told: str) -> None:
    assert route(path) == told
