"""The language of rules: what may be written in ``when`` and ``holds``, parsed and checked against a document type.

A rule is an expression over the logical message. Paths are dotted names, relative to the rule's
``each``; ``root.`` begins at the message, ``here.`` (inside a filter) at the rule's context again::

    amount(TotalCharge) == amount(PatientContribution) + sum(OtherCosts[code(Name) == "4"].Value)
    implies(code(Insurer) == "37", not exists(InsuranceBox))
    code(Insurer) in codes(root.Composition.Insurance.Insurer)

============================  =====================================================================
``code(p)``                   the code of a coded text
``codes(p)``                  the set of codes at a repeating path (``in``, ``==``, ``<=`` subset)
``amount(p)``                 the magnitude of a quantity, an exact decimal
``date(p)``                   a Jalali date as a day; ``moment(date, time)`` with the time of day,
                              ``moment(p)`` where date and time are one field
``sum(p)``                    the exact sum at a repeating path; 0 where there is nothing
``count(p)``, ``exists(p)``   how many there are; whether there is one
``unique(p)``                 whether no code or value comes twice
``mapped(p, "map", q)``       whether the concept map maps the code at p to the code at q
``known(p, "s", "t")``        whether the code at p is in one of these code systems on the document's
                              day; not known where their lists are not here
``day()``                     the day on which the document is judged: its own, or ``--as-of``
``matches(p, "pattern")``     whether the whole text is of that form (digits are 0-9)
``length(p)``                 the number of characters of a text
``implies(a, b)``             b holds wherever a does
============================  =====================================================================

Where an object may come in several forms (``xsi:type``) the fields of all of them can be told, and
one form can be named in brackets. A field that has another type in another form needs the
brackets, except in ``exists``::

    each: Composition.LabResult["PathologyVO"]
    exists(PathologyDiagnosis)

and ``and``, ``or``, ``not``, ``+ - *``, ``== != < <= > >=``, ``in ("a", "b")``, numbers and texts.

**Absent values.** A comparison with a value that is absent is neither true nor false but *not
known*. ``not`` of it, ``and`` with true, ``or`` with false are not known either; ``and`` with
false is false, ``or`` with true is true. A rule is broken only where ``when`` is true (or not
written) and ``holds`` is false; so an absent field never breaks a comparison, only ``exists``.
"""

import ast
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from termserver.model.conditions import (
    Among,
    Arithmetic,
    Both,
    Codes,
    Compare,
    Comparison,
    Condition,
    Day,
    Either,
    Exists,
    Get,
    Kind,
    Known,
    Mapped,
    Matches,
    Moment,
    Not,
    Path,
    Total,
    Truth,
    Unique,
    Value,
    Written,
)
from termserver.model.documents import DocumentType, Rule
from termserver.model.expression_paths import PathReader, Scope, read_text
from termserver.model.expression_words import KIND_EN, KIND_FA, ExpressionError, nearest, not_said
from termserver.model.text import Text

__all__ = ["ExpressionError", "check", "parse", "path_of"]

_COMPARE: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*"]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_MAX_LENGTH = 2000


def path_of(text: str, document_type: DocumentType) -> Path:
    """A plain dotted path of the message (a rule's ``each``); empty text is the message itself."""
    if not text:
        return Path("root", (), "")
    return _Parser(document_type, "").plain(text)


def parse(expression: str, document_type: DocumentType, each: str = "") -> Condition:
    """The condition that ``expression`` says, with every path resolved; raise ExpressionError."""
    return _Parser(document_type, each).condition_of(expression)


def check(rule: Rule, document_type: DocumentType) -> list[Text]:
    """What is wrong with a rule: unknown paths (naming the nearest), mixed kinds, words the language does not have."""
    found: list[Text] = []
    each = rule.each
    try:
        path_of(each, document_type)
    except ExpressionError as error:
        return [error.text]
    said = [rule.when] if rule.when else []
    if rule.holds or not rule.stands_for:
        said.append(rule.holds)
    for expression in said:
        try:
            parse(expression, document_type, each)
        except ExpressionError as error:
            found.append(error.text)
    if rule.at:
        try:
            _Parser(document_type, each).plain(rule.at, any_form=True)
        except ExpressionError as error:
            found.append(error.text)
    return found


class _Parser(PathReader):
    """Reads the expressions of one rule: its conditions and values; paths are read as every ``PathReader`` does."""

    def condition_of(self, expression: str) -> Condition:
        if not expression.strip():
            raise ExpressionError("The rule says nothing in 'holds'.", "قاعده در holds چیزی نمی‌گوید.")
        if len(expression) > _MAX_LENGTH:
            raise ExpressionError("The expression is too long.", "عبارت بیش از اندازه دراز است.")
        try:
            tree = read_text(" ".join(expression.split()))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            words = getattr(error, "msg", None) or str(error)
            raise ExpressionError(
                f"'{expression}' cannot be read: {words}.", f"«{expression}» خوانده نمی‌شود: {words}."
            ) from None
        return self.condition(tree, self.here)

    # conditions

    def condition(self, node: ast.expr, scope: Scope) -> Condition:
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(part, scope) for part in node.values)
            return Both(parts) if isinstance(node.op, ast.And) else Either(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand, scope))
        if isinstance(node, ast.Compare):
            return self.comparison(node, scope)
        if isinstance(node, ast.Call):
            return self.call(node, scope)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            path = self.path(node, scope)
            if self.kind(path) == "bool" and not path.repeats:
                return Truth(path)
            raise ExpressionError(
                f"'{path}' is no condition; compare it, or write exists({path}).",
                f"«{path}» شرط نیست؛ آن را بسنجید یا exists({path}) بنویسید.",
            )
        raise not_said(node)

    def comparison(self, node: ast.Compare, scope: Scope) -> Condition:
        parts: list[Condition] = []
        left_node = node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            left = self.value(left_node, scope)
            if isinstance(op, ast.In | ast.NotIn):
                parts.append(self.among(left, right_node, isinstance(op, ast.NotIn), scope))
            elif type(op) in _COMPARE:
                right = self.value(right_node, scope)
                parts.append(self.compare(_COMPARE[type(op)], left, right))
            else:
                raise not_said(node)
            left_node = right_node
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def compare(self, op: Comparison, left: Value, right: Value) -> Compare:
        kinds = {_comparable(left.kind), _comparable(right.kind)}
        if len(kinds) > 1:
            raise ExpressionError(
                f"A {KIND_EN[left.kind]} cannot be compared with a {KIND_EN[right.kind]} ('{op}').",
                f"{KIND_FA[left.kind]} با {KIND_FA[right.kind]} سنجیده نمی‌شود («{op}»).",
            )
        if kinds & {"object", "identifier", "time"}:
            raise ExpressionError(
                f"A {KIND_EN[left.kind]} cannot be compared; name one of its fields.",
                f"{KIND_FA[left.kind]} سنجیدنی نیست؛ یکی از فیلدهای آن را نام ببرید.",
            )
        wanted = {"text": ("==", "!="), "codes": ("==", "<=")}.get(next(iter(kinds)))
        if wanted and op not in wanted:
            raise ExpressionError(
                f"'{op}' does not say anything about a {KIND_EN[left.kind]}.",
                f"«{op}» دربارهٔ {KIND_FA[left.kind]} معنایی ندارد.",
            )
        return Compare(op, left, right)

    def among(self, value: Value, node: ast.expr, negated: bool, scope: Scope) -> Among:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            options = []
            for item in node.elts:
                option = self.value(item, scope)
                if not isinstance(option, Written) or _comparable(option.kind) != _comparable(value.kind):
                    raise ExpressionError(
                        f"After 'in' stand written values of the same kind ({KIND_EN[value.kind]}).",
                        f"پس از in مقدارهای نوشته‌شده از همان گونه می‌آید ({KIND_FA[value.kind]}).",
                    )
                options.append(option.value)
            return Among(value, tuple(options), negated)
        listed = self.value(node, scope)
        if not isinstance(listed, Codes) or _comparable(value.kind) != "text":
            raise ExpressionError(
                'After \'in\' stands a list ("1", "2") or codes(path).',
                'پس از in فهرست ("1", "2") یا codes(path) می‌آید.',
            )
        return Among(value, listed, negated)

    def call(self, node: ast.Call, scope: Scope) -> Condition:
        name, given = self.called(node)
        if name == "implies" and len(given) == 2:
            return Either((Not(self.condition(given[0], scope)), self.condition(given[1], scope)))
        if name == "exists" and len(given) == 1:
            return Exists(self.path(given[0], scope, any_form=True))
        if name == "unique" and len(given) == 1:
            path = self.path(given[0], scope)
            if not path.repeats:
                raise ExpressionError(f"'{path}' does not repeat.", f"«{path}» تکرارشونده نیست.")
            if self.kind(path) not in ("code", "text", "number"):
                raise ExpressionError(
                    f"unique() wants codes or plain values, '{path}' is neither.",
                    f"unique() کد یا مقدار ساده می‌خواهد و «{path}» چنین نیست.",
                )
            return Unique(path)
        if name == "mapped" and len(given) == 3:
            source, target = self.path(given[0], scope), self.path(given[2], scope)
            for path in (source, target):
                self.want_code(path, "mapped")
            return Mapped(source, self.written(given[1]), target)
        if name == "known" and len(given) > 1:
            path = self.path(given[0], scope)
            self.want_code(path, "known")
            return Known(path, tuple(self.written(one) for one in given[1:]))
        if name == "matches" and len(given) == 2:
            path = self.path(given[0], scope)
            self.want(path, "text", "matches")
            pattern = self.written(given[1])
            try:
                re.compile(pattern, re.ASCII)
            except re.error as error:
                raise ExpressionError(
                    f"'{pattern}' is not a pattern: {error}.", f"«{pattern}» الگوی درستی نیست: {error}."
                ) from None
            return Matches(path, pattern)
        if name in _VALUE_FUNCTIONS or name in ("moment", "day"):
            raise ExpressionError(
                f"{name}() is a value, not a condition; compare it.", f"{name}() مقدار است نه شرط؛ آن را بسنجید."
            )
        raise _unknown_function(name, len(given))

    # values

    def value(self, node: ast.expr, scope: Scope) -> Value:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, bool | int | str):
                return Written(node.value)
            if isinstance(node.value, float):
                return Written(Decimal(repr(node.value)))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            operand = self.value(node.operand, scope)
            if isinstance(operand, Written) and isinstance(operand.value, int | Decimal):
                return Written(-operand.value)
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            left, right = self.value(node.left, scope), self.value(node.right, scope)
            if left.kind != "number" or right.kind != "number":
                raise ExpressionError(
                    "Only numbers are added, subtracted and multiplied.", "تنها عددها جمع، کم و ضرب می‌شوند."
                )
            return Arithmetic(_ARITHMETIC[type(node.op)], left, right)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            path = self.path(node, scope)
            found = self.kind(path)
            if path.repeats:
                raise ExpressionError(
                    f"'{path}' repeats; say sum(), count(), codes(), exists() or unique() of it.",
                    f"«{path}» تکرارشونده است؛ sum()، count()، codes()، exists() یا unique() آن را بگویید.",
                )
            if path.type in self.type.classes or found == "day":
                way = _FUNCTION_OF.get(found)
                raise ExpressionError(
                    f"'{path}' is a {KIND_EN[found]}"
                    + (f"; write {way}({path})." if way else "; name one of its fields."),
                    f"«{path}» {KIND_FA[found]} است"
                    + (f"؛ {way}({path}) بنویسید." if way else "؛ یکی از فیلدهای آن را نام ببرید."),
                )
            return Get(path, found)
        if isinstance(node, ast.Call):
            name, given = self.called(node)
            if name == "day" and not given:
                return Day()
            if name == "moment" and len(given) == 2:
                day, time = (self.path(argument, scope) for argument in given)
                self.want(day, "day", name)
                self.want(time, "time", name)
                return Moment(day, time)
            if name == "moment" and len(given) == 1:
                path = self.path(given[0], scope)
                self.want(path, "moment", name)
                return Moment(path, path)
            if name not in _VALUE_FUNCTIONS or len(given) != 1:
                raise _unknown_function(name, len(given))
            kind, repeating, value_of = _VALUE_FUNCTIONS[name]
            path = self.path(given[0], scope)
            if name == "amount" and self.kind(path) == "number" and path.type != "DO_QUANTITY":
                raise ExpressionError(
                    f"'{path}' is a plain number; write it without amount().",
                    f"«{path}» عدد ساده است؛ آن را بی amount() بنویسید.",
                )
            if name == "date" and self.kind(path) == "moment":
                kind = "moment"  # the day of a date with its time
            if kind is not None:
                self.want(path, kind, name, repeating)
            return value_of(path)
        raise not_said(node)


_VALUE_FUNCTIONS: dict[str, tuple[Kind | None, bool, Callable[[Path], Value]]] = {
    "code": ("code", False, lambda path: Get(path, "code")),
    "codes": ("code", True, Codes),
    "amount": ("number", False, lambda path: Get(path, "number")),
    "date": ("day", False, lambda path: Get(path, "day")),
    "moment": ("moment", False, lambda path: Moment(path, path)),
    "sum": ("number", True, lambda path: Total("sum", path)),
    "count": (None, True, lambda path: Total("count", path)),
    "length": ("text", False, lambda path: Total("length", path)),
}
"""What each wants (None: anything), whether at a repeating path, and what it is of one path."""

_CONDITION_FUNCTIONS = ("implies", "exists", "unique", "mapped", "known", "matches")
_FUNCTION_OF: dict[Kind, str] = {"code": "code", "number": "amount", "day": "date", "moment": "moment"}


def _comparable(kind: Kind) -> str:
    return "text" if kind == "code" else kind


def _unknown_function(name: str, given: int) -> ExpressionError:
    known = [*_VALUE_FUNCTIONS, "moment", "day", *_CONDITION_FUNCTIONS]
    if name in known:
        return ExpressionError(f"{name}() cannot take {given} arguments.", f"{name}() {given} آرگومان نمی‌پذیرد.")
    near = nearest(name, known)
    return ExpressionError(
        f"There is no function '{name}'." + (f" Did you mean '{near}'?" if near else ""),
        f"تابع «{name}» نیست." + (f" آیا منظور «{near}» بود؟" if near else ""),
    )
