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
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from termserver.model.conditions import (
    Among,
    Arithmetic,
    Base,
    Both,
    Codes,
    Compare,
    Condition,
    Either,
    Exists,
    Get,
    Kind,
    Mapped,
    Matches,
    Moment,
    Not,
    Path,
    Step,
    Total,
    Truth,
    Unique,
    Value,
    Written,
    joined_step,
    looks_here,
)
from termserver.model.documents import DocumentType, Field, Rule
from termserver.model.text import Text

_CLASS_KINDS: dict[str, Kind] = {
    "DO_CODED_TEXT": "code",
    "DO_QUANTITY": "number",
    "DO_DATE": "day",
    "DO_DATE_TIME": "moment",
    "DO_TIME": "time",
    "DO_IDENTIFIER": "identifier",
}
_SCALAR_KINDS: dict[str, Kind] = {
    "string": "text",
    "int": "number",
    "byte": "number",
    "double": "number",
    "bool": "bool",
    "DateTime": "text",
}


class ExpressionError(Exception):
    """An expression that cannot be understood; ``text`` says why, in both languages."""

    def __init__(self, en: str, fa: str = "") -> None:
        super().__init__(en)
        self.text = Text(fa=fa or en, en=en)


_COMPARE: dict[type[ast.cmpop], Literal["==", "!=", "<", "<=", ">", ">="]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*"]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_MAX_LENGTH = 2000


def nearest(name: str, known: list[str]) -> str:
    """The known name that ``name`` may have meant; empty if none is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1, 0.6)
    return found[0] if found else ""


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
    for expression in (rule.when, rule.holds):
        if not expression and expression is rule.when:
            continue
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


@dataclass(slots=True)
class _Scope:
    """Where names are looked up: a logical path without indexes and the class that stands there."""

    at: str
    class_name: str
    filtering: bool = False


@dataclass(slots=True)
class _Parser:
    type: DocumentType
    each: str
    here: _Scope = field(init=False)

    def __post_init__(self) -> None:
        self.here = _Scope("", self.type.root)
        if self.each:
            path = _Parser(self.type, "").plain(self.each)
            self.here = _Scope(path.at, path.type)

    def condition_of(self, expression: str) -> Condition:
        if not expression.strip():
            raise ExpressionError("The rule says nothing in 'holds'.", "قاعده در holds چیزی نمی‌گوید.")
        if len(expression) > _MAX_LENGTH:
            raise ExpressionError("The expression is too long.", "عبارت بیش از اندازه دراز است.")
        try:
            tree = ast.parse(" ".join(expression.split()), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            words = getattr(error, "msg", None) or str(error)
            raise ExpressionError(
                f"'{expression}' cannot be read: {words}.", f"«{expression}» خوانده نمی‌شود: {words}."
            ) from None
        return self.condition(tree.body, self.here)

    def plain(self, text: str, any_form: bool = False) -> Path:
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError) as error:
            raise ExpressionError(f"'{text}' is not a path.", f"«{text}» مسیر نیست.") from error
        return self.path(tree.body, self.here, any_form)

    # conditions

    def condition(self, node: ast.expr, scope: _Scope) -> Condition:
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
        raise _not_said(node)

    def comparison(self, node: ast.Compare, scope: _Scope) -> Condition:
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
                raise _not_said(node)
            left_node = right_node
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def compare(self, op: Literal["==", "!=", "<", "<=", ">", ">="], left: Value, right: Value) -> Compare:
        kinds = {_comparable(left.kind), _comparable(right.kind)}
        if len(kinds) > 1:
            raise ExpressionError(
                f"A {_KIND_EN[left.kind]} cannot be compared with a {_KIND_EN[right.kind]} ('{op}').",
                f"{_KIND_FA[left.kind]} با {_KIND_FA[right.kind]} سنجیده نمی‌شود («{op}»).",
            )
        if kinds & {"object", "identifier", "time"}:
            raise ExpressionError(
                f"A {_KIND_EN[left.kind]} cannot be compared; name one of its fields.",
                f"{_KIND_FA[left.kind]} سنجیدنی نیست؛ یکی از فیلدهای آن را نام ببرید.",
            )
        wanted = {"text": ("==", "!="), "codes": ("==", "<=")}.get(next(iter(kinds)))
        if wanted and op not in wanted:
            raise ExpressionError(
                f"'{op}' does not say anything about a {_KIND_EN[left.kind]}.",
                f"«{op}» دربارهٔ {_KIND_FA[left.kind]} معنایی ندارد.",
            )
        return Compare(op, left, right)

    def among(self, value: Value, node: ast.expr, negated: bool, scope: _Scope) -> Among:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            options = []
            for item in node.elts:
                option = self.value(item, scope)
                if not isinstance(option, Written) or _comparable(option.kind) != _comparable(value.kind):
                    raise ExpressionError(
                        f"After 'in' stand written values of the same kind ({_KIND_EN[value.kind]}).",
                        f"پس از in مقدارهای نوشته‌شده از همان گونه می‌آید ({_KIND_FA[value.kind]}).",
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

    def call(self, node: ast.Call, scope: _Scope) -> Condition:
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
                self.want(path, "code", "mapped")
            return Mapped(source, self.written(given[1]), target)
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
        if name in _VALUE_FUNCTIONS:
            raise ExpressionError(
                f"{name}() is a value, not a condition; compare it.", f"{name}() مقدار است نه شرط؛ آن را بسنجید."
            )
        raise _unknown_function(name, len(given))

    # values

    def value(self, node: ast.expr, scope: _Scope) -> Value:
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
            kind = self.kind(path)
            if path.repeats:
                raise ExpressionError(
                    f"'{path}' repeats; say sum(), count(), codes(), exists() or unique() of it.",
                    f"«{path}» تکرارشونده است؛ sum()، count()، codes()، exists() یا unique() آن را بگویید.",
                )
            if path.type in self.type.classes:
                way = _FUNCTION_OF.get(kind)
                raise ExpressionError(
                    f"'{path}' is a {_KIND_EN[kind]}"
                    + (f"; write {way}({path})." if way else "; name one of its fields."),
                    f"«{path}» {_KIND_FA[kind]} است"
                    + (f"؛ {way}({path}) بنویسید." if way else "؛ یکی از فیلدهای آن را نام ببرید."),
                )
            return Get(path, kind)
        if isinstance(node, ast.Call):
            name, given = self.called(node)
            make = _VALUE_FUNCTIONS.get(name)
            if make is None or len(given) not in ((1, 2) if name == "moment" else (1,)):
                raise _unknown_function(name, len(given))
            return make(self, [self.path(argument, scope) for argument in given])
        raise _not_said(node)

    def called(self, node: ast.Call) -> tuple[str, list[ast.expr]]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise _not_said(node)
        return node.func.id, node.args

    def written(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise ExpressionError("Here stands a text in quotation marks.", "اینجا متنی در گیومه می‌آید.")

    def want(self, path: Path, kind: Kind, function: str, repeating: bool = False) -> None:
        if self.kind(path) != kind:
            raise ExpressionError(
                f"{function}() wants a {_KIND_EN[kind]}; '{path}' is a {_KIND_EN[self.kind(path)]}.",
                f"{function}() {_KIND_FA[kind]} می‌خواهد؛ «{path}» {_KIND_FA[self.kind(path)]} است.",
            )
        if path.repeats and not repeating:
            raise ExpressionError(
                f"'{path}' repeats and {function}() wants one value.",
                f"«{path}» تکرارشونده است و {function}() یک مقدار می‌خواهد.",
            )

    def kind(self, path: Path) -> Kind:
        if path.type in self.type.classes:
            return _CLASS_KINDS.get(path.type, "object")
        return _SCALAR_KINDS.get(path.type, "text")

    # paths

    def path(self, node: ast.expr, scope: _Scope, any_form: bool = False) -> Path:
        """The path that is written; ``any_form``: its last field may be that of a form that was not named."""
        links: list[tuple[str, ast.expr | None]] = []
        condition: ast.expr | None = None
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                links.append((node.attr, condition))
                node, condition = node.value, None
            elif isinstance(node, ast.Subscript) and condition is None:
                condition, node = node.slice, node.value
            else:
                raise _not_said(node)
        links.append((node.id, condition))
        links.reverse()
        base: Base = "item"
        start = scope
        if links[0][0] == "root" and len(links) > 1:
            base, start, links = "root", _Scope("", self.type.root), links[1:]
        elif links[0][0] == "here" and len(links) > 1:
            base, start, links = "here", self.here, links[1:]
        elif not scope.filtering:
            base = "here"
        steps: list[Step] = []
        at, class_name = start.at, start.class_name
        for n, (name, bracket) in enumerate(links):
            found = self.field_of(at, class_name, name, any_form and n == len(links) - 1)
            at = f"{at}.{name}" if at else name
            class_name, narrowed, form = found.type, None, ""
            if isinstance(bracket, ast.Constant) and isinstance(bracket.value, str):
                class_name = form = self.form_of(at, found.type, bracket.value)
            elif bracket is not None:
                if not found.repeats:
                    raise ExpressionError(
                        f"'{at}' does not repeat and takes no filter.", f"«{at}» تکرارشونده نیست و صافی نمی‌پذیرد."
                    )
                narrowed = self.condition(bracket, _Scope(at, class_name, filtering=True))
            steps.append(Step(found, narrowed, form))
        path = Path(base, tuple(steps), at)
        if base == "root" and looks_here(path) and joined_step(path) is None:
            raise ExpressionError(
                "From root, a filter looks at the context by one equality of codes alone: [code(x) == code(here.y)].",
                "از root صافی تنها با یک برابری کد به زمینه می‌نگرد: [code(x) == code(here.y)].",
            )
        return path

    def form_of(self, at: str, class_name: str, form: str) -> str:
        """The form that a bracket names; raise ExpressionError if the class has none of that name."""
        known = list(self.type.forms_of(class_name)) if class_name in self.type.classes else []
        if form not in known:
            near = nearest(form, known)
            raise ExpressionError(
                f"'{at}' has no form '{form}'." + (f" Did you mean '{near}'?" if near else ""),
                f"«{at}» شکل «{form}» ندارد." + (f" آیا منظور «{near}» بود؟" if near else ""),
            )
        return form

    def field_of(self, at: str, class_name: str, name: str, any_form: bool) -> Field:
        """The field of that name; raise ExpressionError, naming the nearest one or the form that has it."""
        known = self.fields(at, class_name)
        if name in known:
            return known[name]
        whole = f"{at}.{name}" if at else name
        forms = self.type.forms_of(class_name) if class_name in self.type.classes else ()
        others = {form: fields[name] for form in forms if name in (fields := self.fields(at, form))}
        if any_form or len({(other.type, other.repeats) for other in others.values()}) == 1:
            for other in others.values():
                return other
        if others:
            last = at.rpartition(".")[2]
            said = ", ".join(f'{last}["{form}"].{name}' for form in others)
            raise ExpressionError(
                f"'{whole}' differs in type between forms; name one: {said}.",
                f"«{whole}» در هر شکل نوع دیگری دارد؛ یکی را نام ببرید: {said}.",
            )
        near = nearest(name, [*known, *(field for form in forms for field in self.fields(at, form))])
        raise ExpressionError(
            f"There is no field '{whole}'." + (f" Did you mean '{near}'?" if near else ""),
            f"فیلد «{whole}» نیست." + (f" آیا منظور «{near}» بود؟" if near else ""),
        )

    def fields(self, at: str, class_name: str) -> dict[str, Field]:
        if class_name not in self.type.classes:
            return {}
        return {known.name: known for known in self.type.fields_at(at, class_name)}


def _code(parser: _Parser, paths: list[Path]) -> Value:
    parser.want(paths[0], "code", "code")
    return Get(paths[0], "code")


def _codes(parser: _Parser, paths: list[Path]) -> Value:
    parser.want(paths[0], "code", "codes", repeating=True)
    return Codes(paths[0])


def _amount(parser: _Parser, paths: list[Path]) -> Value:
    _want_quantity(parser, paths[0], "amount")
    parser.want(paths[0], "number", "amount")
    return Get(paths[0], "number")


def _date(parser: _Parser, paths: list[Path]) -> Value:
    parser.want(paths[0], "moment" if parser.kind(paths[0]) == "moment" else "day", "date")
    return Get(paths[0], "day")


def _moment(parser: _Parser, paths: list[Path]) -> Value:
    if len(paths) == 1:
        parser.want(paths[0], "moment", "moment")
        return Moment(paths[0], paths[0])
    parser.want(paths[0], "day", "moment")
    parser.want(paths[1], "time", "moment")
    return Moment(paths[0], paths[1])


def _sum(parser: _Parser, paths: list[Path]) -> Value:
    parser.want(paths[0], "number", "sum", repeating=True)
    return Total("sum", paths[0])


def _count(parser: _Parser, paths: list[Path]) -> Value:
    return Total("count", paths[0])


def _length(parser: _Parser, paths: list[Path]) -> Value:
    parser.want(paths[0], "text", "length")
    return Total("length", paths[0])


def _want_quantity(parser: _Parser, path: Path, function: str) -> None:
    if path.type != "DO_QUANTITY" and parser.kind(path) == "number":
        raise ExpressionError(
            f"'{path}' is a plain number; write it without {function}().",
            f"«{path}» عدد ساده است؛ آن را بی {function}() بنویسید.",
        )


_VALUE_FUNCTIONS: dict[str, Callable[[_Parser, list[Path]], Value]] = {
    "code": _code,
    "codes": _codes,
    "amount": _amount,
    "date": _date,
    "moment": _moment,
    "sum": _sum,
    "count": _count,
    "length": _length,
}
_CONDITION_FUNCTIONS = ("implies", "exists", "unique", "mapped", "matches")
_FUNCTION_OF: dict[Kind, str] = {"code": "code", "number": "amount", "day": "date", "moment": "moment"}

_KIND_EN: dict[Kind, str] = {
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
_KIND_FA: dict[Kind, str] = {
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


def _comparable(kind: Kind) -> str:
    return "text" if kind == "code" else kind


def _unknown_function(name: str, given: int) -> ExpressionError:
    known = [*_VALUE_FUNCTIONS, *_CONDITION_FUNCTIONS]
    if name in known:
        return ExpressionError(f"{name}() cannot take {given} arguments.", f"{name}() {given} آرگومان نمی‌پذیرد.")
    near = nearest(name, known)
    return ExpressionError(
        f"There is no function '{name}'." + (f" Did you mean '{near}'?" if near else ""),
        f"تابع «{name}» نیست." + (f" آیا منظور «{near}» بود؟" if near else ""),
    )


def _not_said(node: ast.expr) -> ExpressionError:
    words = ast.unparse(node)
    return ExpressionError(f"'{words}' is not in the language of rules.", f"«{words}» در زبان قاعده‌ها نیست.")
