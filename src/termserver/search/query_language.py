"""The query language of ``syntax=advanced``: parsed by Whoosh, handed on as a tree of our own.

    diabetes AND NOT gestational        "type 2 diabetes"        neph*        diab?tes
    system:icd10cm code:E1*             status:retired           code:[E10 TO E14]
    under:E10-E14  chapter:IX           diabets~  melitus~2      gtin:06260152310019

Whoosh forgives what it cannot read; a person who writes a query wants to be told. So the query is
looked over first (quotes, parentheses, operators, fields), every complaint with its place.
"""

import re
import threading
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from termserver.model.errors import QuerySyntaxError
from termserver.model.fold import fold, key
from termserver.search.query import check_words, chunk, folded_value
from termserver.search.tree import (
    AllOf,
    AnyOf,
    CodeBetween,
    CodeIs,
    Everything,
    HasValue,
    Known,
    Near,
    Node,
    NoneOf,
    Part,
    Pattern,
    Phrase,
    StatusIs,
    SystemIs,
    Words,
)

FIELDS = {
    "system": "system",
    "code": "code",
    "status": "status",
    "display": "display",
    "title": "display",
    "under": "under",
    "chapter": "chapter",
    "سامانه": "system",
    "کد": "code",
    "وضعیت": "status",
    "عنوان": "display",
    "زیر": "under",
    "فصل": "chapter",
}
"""What may stand before a colon, and what it means."""
STATES = {"active": False, "retired": True, "فعال": False, "بازنشسته": True}
DEEPEST = 30
"""How many parentheses may stand inside one another."""

_FIELD = re.compile(r"(\w+):")
_TOKEN = re.compile(r'"[^"]*"|[()]|[^\s()"]+')
_LETTERS = re.compile(r"[^\W_]+")
_TILDE = re.compile(r"(.*\w)~([12]?)")
_WILD = re.compile(r"[*?\u055e\u061f\u1367]")
_OPERATORS = ("AND", "OR", "NOT")
_first_import = threading.Lock()


def parse(text: str, known: Known) -> Node | None:
    """The tree of a query; None if it holds no word at all.

    Raise QuerySyntaxError, with the position, for what cannot be read: an open quote or parenthesis,
    an operator without its words, an unknown field, system, status or code.
    """
    text = re.sub(r"\s", " ", text)  # one blank each, so that positions stay
    fields = _Fields(known)
    _look_over(text, fields)
    syntax_tree = _parser().process(text)
    return _Reading(text, known, fields).node(syntax_tree)


def _wrong(position: int, en: str, fa: str) -> QuerySyntaxError:
    return QuerySyntaxError(f"Character {position + 1}: {en}", f"نویسهٔ {position + 1}: {fa}", position)


# what Whoosh would forgive


def _look_over(text: str, fields: "_Fields") -> None:
    open_at: list[int] = []
    before = "("  # what stood before: "(", ")", "AND", "OR", "NOT" or "word"
    before_at = 0
    text = _range().sub(lambda found: "…" * len(found.group()), text)  # what is in brackets is one word
    for found in _TOKEN.finditer(text):
        token, at = found.group(), found.start()
        if token == "(":
            open_at.append(at)
            if len(open_at) > DEEPEST:
                raise _wrong(
                    at,
                    f"more than {DEEPEST} parentheses stand inside one another; write the query flatter.",
                    f"بیش از {DEEPEST} پرانتز تودرتو است؛ عبارت را ساده‌تر بنویسید.",
                )
        elif token == ")":
            if not open_at:
                raise _wrong(at, "this ')' closes nothing; open it with '('.", "این «)» باز نشده است.")
            if before == "(":
                raise _wrong(open_at[-1], "there is nothing between these parentheses.", "میان این پرانتزها چیزی نیست.")
            open_at.pop()
        if token == ")" or token in ("AND", "OR"):
            if before in _OPERATORS:
                raise _needs_word(before, before_at)
            if token != ")" and before == "(":
                raise _wrong(
                    at,
                    f"{token} needs something before it; to search for the word itself write {token.lower()}.",
                    f"پیش از {token} باید واژه‌ای باشد؛ برای جستجوی خود واژه آن را با حروف کوچک بنویسید.",
                )
        elif token == "NOT" and before == "NOT":
            raise _needs_word(before, before_at)
        elif token not in ("(", "NOT"):
            _look_at_word(text, token, at, fields)
        before = token if token in ("(", ")", *_OPERATORS) else "word"
        before_at = at
    if text.count('"') % 2:
        at = text.rindex('"')
        raise _wrong(at, "this quote is not closed; add a second '\"'.", "این گیومه بسته نشده است؛ یک '\"' بیفزایید.")
    if open_at:
        raise _wrong(open_at[-1], "this '(' is not closed; add a ')'.", "این «(» بسته نشده است؛ یک «)» بیفزایید.")
    if before in _OPERATORS:
        raise _needs_word(before, before_at)


def _needs_word(operator: str, at: int) -> QuerySyntaxError:
    return _wrong(
        at,
        f"{operator} needs something after it; to search for the word itself write {operator.lower()}.",
        f"پس از {operator} باید واژه‌ای باشد؛ برای جستجوی خود واژه آن را با حروف کوچک بنویسید.",
    )


def _look_at_word(text: str, token: str, at: int, fields: "_Fields") -> None:
    if token.startswith('"'):
        after = at + len(token)
        if text[after : after + 1] == "~":
            raise _no_tilde(after)
        return
    tilde = re.search(r"\w(~)([0-9.]*)$", token)
    if tilde and tilde.group(2) not in ("", "1", "2"):
        raise _wrong(
            at + tilde.start(1),
            "a word may have one or two typing errors: word~ or word~2.",
            "واژه می‌تواند یک یا دو خطا داشته باشد: واژه~ یا واژه~2.",
        )
    for field in _FIELD.finditer(token):
        name, place = field.group(1), at + field.start()
        fields.meant(name, place)
        rest = text[at + field.end() : at + field.end() + 1]
        if not rest or rest in " )" or _FIELD.match(token, field.end()):
            raise _wrong(
                place,
                f"'{name}:' needs its value directly behind it, as in {name}:E11.",
                f"مقدار «{name}:» باید بی‌فاصله پس از آن بیاید.",
            )
        if rest in "[{":  # a whole range is one word by now
            raise _wrong(
                at + field.end(),
                f"this range is not complete; write {name}:[E10 TO E14].",
                f"این بازه کامل نیست؛ بنویسید {name}:[E10 TO E14].",
            )


class _Fields:
    """What may stand before a colon: our own fields, then the indexed properties of the edition."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def meant(self, name: str, at: int) -> tuple[str, str]:
        """The field, or "property" and the property's own name. Raise QuerySyntaxError for anything else."""
        field = FIELDS.get(fold(name))
        if field:
            return field, name
        properties = sorted(self._known.properties())
        own = next((known for known in properties if key(known) == key(name)), "")
        if own:
            return "property", own
        near = get_close_matches(fold(name), [*FIELDS, *properties], 1, 0.0)[0]
        listed = "، ".join(properties[:12])
        raise _wrong(
            at,
            f"there is no field '{name}'; did you mean '{near}:'? The fields are system, code, status, display, under "
            f"and chapter, and the indexed properties ({listed.replace('،', ',') or 'none here'}). "
            "Put the text in quotes if the colon belongs to it.",
            f"میدان «{name}» وجود ندارد؛ آیا «{near}:» را می‌خواستید؟ میدان‌ها system، code، status، display، under و "
            f"chapter و ویژگی‌های نمایه‌شده ({listed or 'هیچ'}) هستند. "
            "اگر دونقطه بخشی از متن است آن را در گیومه بگذارید.",
        )


def _no_tilde(at: int) -> QuerySyntaxError:
    return _wrong(
        at,
        "'~' is not understood behind a phrase; it stands behind a word.",
        "نشانهٔ «~» پس از عبارت معنا ندارد؛ پس از یک واژه می‌آید.",
    )


# Whoosh, as little of it as we need


@lru_cache(1)
def _whoosh() -> Any:
    with _first_import, warnings.catch_warnings():
        # Whoosh is of 2016: its escapes are SyntaxWarnings since Python 3.12, DeprecationWarnings before
        warnings.filterwarnings("ignore", category=SyntaxWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from whoosh.qparser import default, plugins, syntax
    return default, plugins, syntax


@lru_cache(1)
def _range() -> re.Pattern[str]:
    # as Whoosh writes it, but TO stands between blanks: [STOMACH TO ...] begins with STOMACH
    return re.compile(
        r"(?P<open>[\[{])(?P<start>[^\[{\]}\"]*?(?=\sTO[\s\]}]))?\s?TO(?P<end>\s[^\[{\]}\"]+)?\s?(?P<close>[\]}])"
    )


@lru_cache(1)
def _parser() -> Any:
    default, plugins, _ = _whoosh()
    operators = plugins.OperatorsPlugin(
        And=r"(?<=[\s)])AND(?=[\s(])",
        Or=r"(?<=[\s)])OR(?=[\s(])",
        Not=r"(^|(?<=[\s()]))NOT(?=[\s(])",
        AndNot=None,
        AndMaybe=None,
        Require=None,
    )
    # nothing is said about a schema: the words are folded by our own rules
    return default.QueryParser(
        "words",
        None,
        plugins=[
            plugins.FieldsPlugin(r"(?P<text>\w+):"),
            plugins.WildcardPlugin(),
            plugins.PhrasePlugin(),
            plugins.RangePlugin(_range()),
            plugins.GroupPlugin(),
            operators,
        ],
    )


# from Whoosh's tree to ours


class _Reading:
    def __init__(self, text: str, known: Known, fields: _Fields) -> None:
        self._text = text
        self._known = known
        self._fields = fields
        self._words = 0

    def node(self, read: Any) -> Node | None:
        """Our node for one of Whoosh's; None if it holds no word."""
        _, plugins, syntax = _whoosh()
        if isinstance(read, syntax.NotGroup):
            part = self.node(read.nodes[0]) if read.nodes else None
            return NoneOf(part) if part else None
        if isinstance(read, syntax.GroupNode):
            parts = tuple(self._parts(read))
            if len(parts) < 2:
                return parts[0] if parts else None
            return AnyOf(parts) if isinstance(read, syntax.OrGroup) else AllOf(parts)
        named = getattr(read, "fieldname", None)
        field, name = self._fields.meant(named, read.startchar) if named else ("", "")
        if isinstance(read, syntax.RangeNode):
            return self._range(read, field, name)
        if not read.is_text():
            return None
        text, at = read.text, read.startchar
        if field == "system":
            return self._system(text, at)
        if field == "status":
            return self._status(text, at)
        if field in ("under", "chapter"):
            return self._part(field, text, at)
        if field == "property":
            self._count(1)
            return HasValue(name, text, position=at)
        if isinstance(read, plugins.PhrasePlugin.PhraseNode):
            return self._phrase(text, field)
        if isinstance(read, plugins.PrefixPlugin.PrefixNode):
            return self._words_of(text, field, True)
        if isinstance(read, plugins.WildcardPlugin.WildcardNode):
            return self._pattern(text, at, field)
        return self._words_of(text, field, False)

    def _parts(self, group: Any) -> Iterator[Node]:
        for read in group.nodes:
            part = self.node(read)
            if part:
                yield part

    def _count(self, words: int) -> None:
        self._words += words
        check_words(self._words)

    def _words_of(self, text: str, field: str, begins: bool) -> Node | None:
        if field == "code":
            self._count(1)
            return CodeIs(key(text), begins) if key(text) else None
        tilde = _TILDE.fullmatch(text)
        if tilde and (word := key(tilde.group(1))):
            self._count(1)
            return Near(word, int(tilde.group(2) or 1), field == "display")
        found = chunk(text)
        if not found:
            return None
        self._count(len(found.parts))
        return Words((found,), begins, field == "display")

    def _phrase(self, text: str, field: str) -> Node | None:
        words = tuple(_LETTERS.findall(fold(text)))
        if len(words) < 2 or field == "code":
            return self._words_of(text, field, False)
        self._count(len(words))
        return Phrase(words, field == "display")

    def _pattern(self, text: str, at: int, field: str) -> Node | None:
        pieces = [key(piece) for piece in _WILD.split(text)]
        signs = ["*" if sign == "*" else "?" for sign in _WILD.findall(text)]
        pattern = "".join(piece + sign for piece, sign in zip(pieces, [*signs, ""], strict=True))
        self._count(1)
        if set(pattern) == {"*"}:
            return Everything()
        if not pieces[0]:
            raise _wrong(
                at,
                "a word cannot begin with a wildcard; write its first letters.",
                "واژه نمی‌تواند با نشانهٔ جانشین آغاز شود؛ حرف‌های نخست آن را بنویسید.",
            )
        return Pattern(pattern, pieces[0], at, field == "code", field == "display")

    def _range(self, read: Any, field: str, name: str) -> Node:
        if field == "property":
            self._count(2)
            return HasValue(name, "", (read.start or "").strip(), (read.end or "").strip(), read.startchar)
        if field != "code":
            raise _wrong(
                read.startchar,
                "a range is asked of codes and properties, as in code:[E10 TO E14].",
                "بازه برای کد و ویژگی است، مانند code:[E10 TO E14].",
            )
        self._count(2)
        low, high = key(read.start or ""), key(read.end or "")
        return CodeBetween(low, high, read.startexcl, read.endexcl, read.startchar)

    def _system(self, text: str, at: int) -> Node:
        self._count(1)
        systems = tuple(self._known.resolve(text.strip()))
        if not systems:
            near = get_close_matches(text.strip().lower(), self._known.names(), 1, 0.4)
            raise _wrong(
                at,
                f"no code system is known as '{text}'" + (f"; did you mean '{near[0]}'?" if near else "."),
                f"سامانهٔ کدی با نام «{text}» شناخته نیست" + (f"؛ آیا «{near[0]}» را می‌خواستید؟" if near else "."),
            )
        return SystemIs(systems)

    def _part(self, field: str, text: str, at: int) -> Node:
        self._count(1)
        scope = self._known.part(field, text.strip())
        if not any(scope.values()):
            what, fa = ("chapter", "فصلی") if field == "chapter" else ("code", "کدی")
            raise _wrong(
                at, f"there is no {what} '{text}' in this edition.", f"{fa} با نام «{text}» در این ویراست نیست."
            )
        return Part(scope)

    def _status(self, text: str, at: int) -> Node:
        self._count(1)
        value = folded_value(text)
        if value not in STATES:
            raise _wrong(
                at, f"status is 'active' or 'retired', not '{text}'.", f"وضعیت active یا retired است، نه «{text}»."
            )
        return StatusIs(STATES[value])
