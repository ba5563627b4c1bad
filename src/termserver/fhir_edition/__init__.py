"""An edition as FHIR sees it: its code systems, value sets, maps and naming systems on one shelf."""
