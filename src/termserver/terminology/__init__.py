"""Exact answers about codes: lookup, validate-code, subsumption, children and ancestors."""
