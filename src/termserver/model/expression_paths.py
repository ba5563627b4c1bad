"""Paths in the language of rules: which field a dotted name means where it stands, and of what kind it is.

The other half of the language, conditions and values, is in ``expressions``; a filter in a path is a
condition, and is read by whoever reads those.
"""

import ast
import re
from abc import ABC, abstractmethod
from typing import NamedTuple

from termserver.model.conditions import Base, Condition, Kind, Path, Step, joined_step, looks_here
from termserver.model.documents import DocumentType
from termserver.model.expression_fields import field_of, form_of
from termserver.model.expression_words import KIND_EN, KIND_FA, ExpressionError, not_said

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
    "long": "number",
    "yyyymmdd": "day",
}
_ESCAPES = "\\'\"abfnrtvxNuU01234567"
_BACKSLASH = re.compile(r"\\(.)")


def read_text(text: str) -> ast.expr:
    """The text as a tree; raise SyntaxError or ValueError (and what a parser raises for too much of it).

    A backslash that begins no escape stands for itself, as in ``"\\d+"``; Python would warn of it.
    """
    return ast.parse(_BACKSLASH.sub(_escaped, text) if "\\" in text else text, mode="eval").body


def _escaped(found: "re.Match[str]") -> str:
    return found[0] if found[1] in _ESCAPES else f"\\{found[0]}"


class Scope(NamedTuple):
    """Where names are looked up: a logical path without indexes and the class that stands there."""

    at: str
    class_name: str
    filtering: bool = False


class PathReader(ABC):
    """Reads the paths of one rule; ``here`` is the rule's context."""

    def __init__(self, document_type: DocumentType, each: str) -> None:
        self.type = document_type
        self.here = Scope("", document_type.root)
        if each:
            path = self.plain(each)
            self.here = Scope(path.at, path.type)

    @abstractmethod
    def condition(self, node: ast.expr, scope: Scope) -> Condition:
        """The condition that stands in a filter; raise ExpressionError."""

    def plain(self, text: str, any_form: bool = False) -> Path:
        try:
            tree = read_text(text.strip())
        except (SyntaxError, ValueError) as error:
            raise ExpressionError(f"'{text}' is not a path.", f"«{text}» مسیر نیست.") from error
        return self.path(tree, self.here, any_form)

    def called(self, node: ast.Call) -> tuple[str, list[ast.expr]]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise not_said(node)
        return node.func.id, node.args

    def written(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise ExpressionError("Here stands a text in quotation marks.", "اینجا متنی در گیومه می‌آید.")

    def want(self, path: Path, kind: Kind, function: str, repeating: bool = False) -> None:
        if self.kind(path) != kind:
            raise ExpressionError(
                f"{function}() wants a {KIND_EN[kind]}; '{path}' is a {KIND_EN[self.kind(path)]}.",
                f"{function}() {KIND_FA[kind]} می‌خواهد؛ «{path}» {KIND_FA[self.kind(path)]} است.",
            )
        if path.repeats and not repeating:
            raise ExpressionError(
                f"'{path}' repeats and {function}() wants one value.",
                f"«{path}» تکرارشونده است و {function}() یک مقدار می‌خواهد.",
            )

    def want_code(self, path: Path, function: str) -> None:
        """A coded text, or a plain value that is a code itself."""
        if path.type in self.type.classes or self.kind(path) not in ("text", "number"):
            self.want(path, "code", function)
        elif path.repeats:
            self.want(path, self.kind(path), function)

    def kind(self, path: Path) -> Kind:
        if path.type in self.type.classes:
            return _CLASS_KINDS.get(path.type, "object")
        return _SCALAR_KINDS.get(path.type, "text")

    def path(self, node: ast.expr, scope: Scope, any_form: bool = False) -> Path:
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
                raise not_said(node)
        links.append((node.id, condition))
        links.reverse()
        base: Base = "item"
        start = scope
        if links[0][0] == "root" and len(links) > 1:
            base, start, links = "root", Scope("", self.type.root), links[1:]
        elif links[0][0] == "here" and len(links) > 1:
            base, start, links = "here", self.here, links[1:]
        elif not scope.filtering:
            base = "here"
        steps: list[Step] = []
        at, class_name = start.at, start.class_name
        for n, (name, bracket) in enumerate(links):
            found = field_of(self.type, at, class_name, name, any_form and n == len(links) - 1)
            at = f"{at}.{name}" if at else name
            class_name, narrowed = found.type, None
            forms: tuple[str, ...] = ()
            if isinstance(bracket, ast.Constant) and isinstance(bracket.value, str):
                class_name = form_of(self.type, at, found.type, bracket.value)
                forms = self.type.forms_of(class_name)
            elif bracket is not None:
                if not found.repeats:
                    raise ExpressionError(
                        f"'{at}' does not repeat and takes no filter.", f"«{at}» تکرارشونده نیست و صافی نمی‌پذیرد."
                    )
                narrowed = self.condition(bracket, Scope(at, class_name, filtering=True))
            steps.append(Step(found, narrowed, forms))
        path = Path(base, tuple(steps), at)
        if (
            base == "root"
            and any(step.filter and looks_here(step.filter) for step in steps)
            and joined_step(path) is None
        ):
            raise ExpressionError(
                "From root, a filter looks at the context by one equality of codes alone: [code(x) == code(here.y)].",
                "از root صافی تنها با یک برابری کد به زمینه می‌نگرد: [code(x) == code(here.y)].",
            )
        return path
