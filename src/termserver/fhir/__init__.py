"""FHIR's terminology service over JSON resources: expand, validate, look up, translate; no HTTP, no release."""
