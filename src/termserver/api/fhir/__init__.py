"""FHIR over HTTP: /fhir/r4 and /fhir/r5."""
