"""Our types as others write them: reports for CI systems, for FHIR readers and in the Ministry's own form."""
