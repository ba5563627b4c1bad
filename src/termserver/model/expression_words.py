"""How the language of rules speaks: the names of its kinds of values, and its refusals."""

import ast

from termserver.model.conditions import Kind
from termserver.model.text import Text


class ExpressionError(Exception):
    """An expression that cannot be understood; ``text`` says why, in both languages."""

    def __init__(self, en: str, fa: str = "") -> None:
        super().__init__(en)
        self.text = Text(fa=fa or en, en=en)


KIND_EN: dict[Kind, str] = {
    "code": "coded text",
    "number": "number or quantity",
    "day": "date",
    "time": "time",
    "text": "text",
    "bool": "true or false",
    "identifier": "identifier",
    "object": "group of fields",
    "codes": "set of codes",
    "moment": "date with time",
}
KIND_FA: dict[Kind, str] = {
    "code": "متن کدگذاری‌شده",
    "number": "عدد یا کمیت",
    "day": "تاریخ",
    "time": "ساعت",
    "text": "متن",
    "bool": "درست یا نادرست",
    "identifier": "شناسه",
    "object": "گروهی از فیلدها",
    "codes": "مجموعهٔ کدها",
    "moment": "تاریخ و ساعت",
}


def nearest(name: str, known: list[str]) -> str:
    """The known name that ``name`` may have meant; empty if none is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1, 0.6)
    return found[0] if found else ""


def not_said(node: ast.expr) -> ExpressionError:
    words = ast.unparse(node)
    return ExpressionError(f"'{words}' is not in the language of rules.", f"«{words}» در زبان قاعده‌ها نیست.")
