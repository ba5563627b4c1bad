"""What the small releases of these tests are made of."""

from collections.abc import Callable

from termserver.model.codes import CodeSystem, Content
from termserver.model.releases import Manifest, Table
from termserver.model.text import Text

WORDS = Table("words", ("word TEXT", "place INTEGER", "members BLOB"), 2)
BODIES = Table("bodies", ("ordinal INTEGER", "body BLOB"))

Write = Callable[..., Manifest]


def system(id: str = "triage", version: str = "1", content: Content = Content.COMPLETE) -> CodeSystem:
    return CodeSystem(id, f"https://example.org/{id}", Text("تریاژ", "Triage"), version, content)
