"""One concept as the API says it."""

from typing import Any

from termserver.terminology.terminology import ConceptDetail


def concept_json(detail: ConceptDetail, language: str) -> dict[str, Any]:
    """Everything said about one code, ``display`` in ``language`` where it is known."""
    return detail.as_json(language)
