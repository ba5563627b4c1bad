"""One difference between two versions, and what it does to those who follow them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from termserver.model.text import Text
from termserver.model.values import value


class Area(StrEnum):
    """What was changed."""

    CODES = "codes"
    VALUE_SETS = "value-sets"
    MAPS = "maps"
    SCHEMAS = "schemas"
    RULES = "rules"
    OTHER = "other"


class Effect(StrEnum):
    """What a change does. A *breaking* one makes something that was right wrong; ``unknown`` is for people to judge."""

    BREAKING = "breaking"
    STRICTER = "stricter"
    MEANING = "meaning"
    LOOSER = "looser"
    COMPATIBLE = "compatible"
    WORDING = "wording"
    UNKNOWN = "unknown"


AREAS = {
    Area.CODES: Text("کدها", "Codes"),
    Area.VALUE_SETS: Text("مجموعه‌های مقدار", "Value sets"),
    Area.MAPS: Text("نگاشت‌ها", "Maps"),
    Area.SCHEMAS: Text("ساختار سندها", "Structure of documents"),
    Area.RULES: Text("قاعده‌ها", "Rules"),
    Area.OTHER: Text("دیگر چیزها", "Everything else"),
}
EFFECTS = {
    Effect.BREAKING: Text("ناسازگار", "breaking"),
    Effect.STRICTER: Text("سخت‌گیرانه‌تر", "stricter"),
    Effect.MEANING: Text("معنا عوض شد", "meaning changed"),
    Effect.LOOSER: Text("آسان‌گیرانه‌تر", "looser"),
    Effect.COMPATIBLE: Text("سازگار", "compatible"),
    Effect.WORDING: Text("نوشتار", "wording"),
    Effect.UNKNOWN: Text("باید دید", "to be judged"),
}
KINDS = {
    "added": Text("افزوده شد", "added"),
    "removed": Text("برداشته شد", "removed"),
    "changed": Text("عوض شد", "changed"),
    "retired": Text("بازنشسته شد", "retired"),
    "reinstated": Text("دوباره برقرار شد", "in force again"),
    "replaced": Text("جایگزین یافت", "replaced"),
    "moved": Text("جابه‌جا شد", "moved"),
}


@value
class Change:
    """``item`` of ``subject`` (a code of a system, a path of a document type) is another one now.

    ``field`` says what of it, ``language`` in which one where it is a text; ``before`` and ``after`` as people read
    them, empty where there is nothing.
    """

    area: Area
    subject: str
    item: str
    kind: str
    effect: Effect
    field: str = ""
    language: str = ""
    before: str = ""
    after: str = ""

    def as_json(self) -> dict[str, Any]:
        said = {
            name: getattr(self, name) for name in ("subject", "item", "kind", "field", "language", "before", "after")
        }
        return {"area": str(self.area), "effect": str(self.effect), **{key: text for key, text in said.items() if text}}


def tally(changes: Iterable[Change]) -> dict[tuple[Area, str, str], int]:
    """How many changes there are of each area, subject and kind; several fields of one item count once."""
    seen = {(one.area, one.subject, one.kind, one.item) for one in changes}
    found: dict[tuple[Area, str, str], int] = {}
    for area, subject, kind, _ in sorted(seen):
        found[area, subject, kind] = found.get((area, subject, kind), 0) + 1
    return found
