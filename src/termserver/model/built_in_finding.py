"""What is known of a finding that the engine itself can make, before any document is read."""

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
