"""Faults of real processes under load: ``make faults`` tries each and writes docs/reliability.md."""
