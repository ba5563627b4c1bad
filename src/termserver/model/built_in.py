"""What the engine itself can find, by rule id: what is wrong, why it is asked, how it looks and how it should.

Every id that a report can carry and that no rule set declares is here; a test compares it with the source.
"""

from collections.abc import Mapping
from functools import cache

from termserver.model.findings import Layer, Severity
from termserver.model.text import Text
from termserver.model.values import value


@value
class BuiltIn:
    """One finding of the engine. ``severity`` is the usual one; ``bad`` and ``good`` are small excerpts.

    A budget, an archive or a batch has no excerpt.
    """

    id: str
    layer: Layer
    severity: Severity
    sepas_category: int | None
    title: Text
    why: Text
    source: str = ""
    bad: str = ""
    good: str = ""


@cache
def built_in() -> Mapping[str, BuiltIn]:
    """All of them, by id, in the order in which a document meets them."""
    from termserver.model import built_in_documents, built_in_sending, built_in_structure, built_in_values

    parts = (built_in_documents, built_in_structure, built_in_values, built_in_sending)
    return {one.id: one for part in parts for one in part.FINDINGS}
