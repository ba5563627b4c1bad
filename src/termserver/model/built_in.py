"""What the engine itself can find, by rule id: what is wrong, why it is asked, how it looks and how it should.

Every id that a report can carry and that no rule set declares is here; a test compares it with the source.
"""

from collections.abc import Mapping
from functools import cache

from termserver.model.built_in_finding import BuiltIn


@cache
def built_in() -> Mapping[str, BuiltIn]:
    """All of them, by id, in the order in which a document meets them."""
    from termserver.model import built_in_documents, built_in_sending, built_in_structure, built_in_values

    parts = (built_in_documents, built_in_structure, built_in_values, built_in_sending)
    return {one.id: one for part in parts for one in part.FINDINGS}
