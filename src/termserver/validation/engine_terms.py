"""What all schema engines have in common: the files that they read, and words that quote no document."""

import re
from collections.abc import Callable

Files = Callable[[str], bytes]
"""The schema files of one document type by their name."""


def without_values(words: str) -> str:
    """An engine's words without what they quote from the document."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", words)[:300]
