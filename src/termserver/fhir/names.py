"""Which name of a concept is shown: by language, with what a value set says of it first."""

from collections.abc import Iterator

from termserver.fhir import urls
from termserver.fhir.languages import Languages
from termserver.fhir.systems import Concept, Designation
from termserver.fhir.value_set import Listed


def all_names(concept: Concept, language: str, listed: Listed | None = None) -> Iterator[Designation]:
    """The display first, with the language of its system, then the designations; the value set's own before all."""
    if listed is not None and listed.display:
        yield Designation(listed.display, language, urls.PREFERRED)
    if concept.display:
        yield Designation(concept.display, language, urls.PREFERRED)
    yield from concept.designations
    if listed is not None:
        yield from listed.designations


def preferred(
    concept: Concept, language: str, languages: Languages, listed: Listed | None = None, fallback: bool = True
) -> Designation | None:
    """The name to show. Without ``fallback``, or where the reader forbade other languages, none may stand in."""
    base = None
    best: tuple[int, Designation] | None = None
    for name in all_names(concept, language, listed):
        is_base = name.use is urls.PREFERRED
        if is_base and base is None:
            base = name
            if not languages:
                return name
        if name.status or not name.is_display or not name.value:
            continue
        rank = languages.rank(name.language)
        if rank >= 0 and (best is None or rank < best[0]):
            best = rank, name
    if best is not None and languages:
        return best[1]
    if not languages or (fallback and not languages.strict):
        return base
    return base if base is not None and not base.language else None
