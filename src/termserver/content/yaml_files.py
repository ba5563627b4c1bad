"""The committee's YAML files: read by their known keys, every value as text with its line and column.

The values are taken as they are written: ``version: 1.10`` stays "1.10" and ``codes: [NO, 01]``
stays "NO" and "01". What YAML would make of them is never asked.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from termserver.content.problems import Place, Problem, did_you_mean, error
from termserver.content.tree import decode
from termserver.model.days import Day, Period
from termserver.model.text import Text

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TEXT, DAY, FLAG, NUMBER, WORDS, NUMBERS, BOTH = "text", "day", "flag", "number", "words", "numbers", "both"
"""Kinds of values: a text, an ISO day, true or false, a whole number, a list of texts, a list of
whole numbers, a text in Persian and English."""


@dataclass(frozen=True)
class Keys:
    """The known keys of a mapping in their canonical order; a nested ``Keys`` is a mapping, ``Many`` a list of them."""

    kinds: dict[str, "str | Keys | Many"]
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Many:
    """A list of mappings."""

    of: Keys


Kind = str | Keys | Many

PERIOD = Keys({"start": DAY, "end": DAY})
_BOTH = Keys({"fa": TEXT, "en": TEXT})
_NULLS = ("", "~", "null", "Null", "NULL")
TRUE_WORDS = ("true", "yes")
_FALSE = ("false", "no")
_E = TypeVar("_E")


@dataclass
class Values:
    """The values of one mapping, by key, with their places; an absent key gives the default asked for."""

    file: str
    at: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, default: str = "") -> str:
        value: str = self.values.get(key, default)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value: bool = self.values.get(key, default)
        return value

    def number(self, key: str, default: int = 0) -> int:
        value: int = self.values.get(key, default)
        return value

    def number_or_none(self, key: str) -> int | None:
        value: int | None = self.values.get(key)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value: tuple[str, ...] = self.values.get(key, ())
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        value: tuple[int, ...] = self.values.get(key, ())
        return value

    def both(self, key: str) -> Text:
        value: Text = self.values.get(key, Text())
        return value

    def child(self, key: str) -> "Values":
        value: Values = self.values.get(key) or Values(self.file, self.at)
        return value

    def children(self, key: str) -> "tuple[Values, ...]":
        value: tuple[Values, ...] = self.values.get(key, ())
        return value

    def period(self, key: str = "period") -> Period:
        """The period under ``key``, open where nothing is said."""
        said = self.child(key)
        return Period(said.text("start"), said.text("end"))

    def place(self, key: str, n: int | None = None) -> Place:
        """Where the value of a key begins (of its n-th item, if asked for); else where the mapping begins."""
        if n is not None:
            places = self.places.get(f"{key}[]", ())
            if n < len(places):
                return Place(*places[n])
        return Place(*self.places.get(key, self.at))


def read_yaml(file: str, data: bytes, keys: Keys, problems: list[Problem]) -> Values | None:
    """The values of a YAML file with these keys, or None if it is no YAML mapping; what is wrong joins ``problems``."""
    text = decode(file, data, problems)
    node = None if text is None else compose(file, text, problems)
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.append(_wants(file, _place(node), "", Text(fa="کلید: مقدار", en="'key: value' lines")))
        return None
    return _Reading(file, problems).mapping(node, keys)


def compose(file: str, text: str, problems: list[Problem]) -> yaml.Node | None:
    """The node tree of one YAML document, or None; syntax errors, anchors and own tags join ``problems``."""
    before = len(problems)
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None) or getattr(failure, "context_mark", None)
        what = getattr(failure, "problem", None) or getattr(failure, "reason", None) or "unreadable"
        problems.append(
            error(
                file,
                Place(mark.line + 1, mark.column + 1) if mark else Place(),
                "yaml.syntax",
                Text(fa=f"این‌جا YAML درستی نیست: {what}.", en=f"This is not YAML: {what}."),
                Text(
                    fa="تورفتگی با فاصله (نه Tab) باشد و متنی که «: » یا # دارد میان دو گیومه بیاید.",
                    en="Indent with blanks, not tabs, and put a text that contains ': ' or '#' between quotes.",
                ),
            )
        )
        return None
    if node is None:
        problems.append(
            error(
                file,
                Place(),
                "yaml.empty",
                Text(fa="فایل خالی است.", en="The file is empty."),
                Text(fa="کلیدهای آن را بنویسید یا فایل را پاک کنید.", en="Write its keys, or delete the file."),
            )
        )
        return None
    _refuse_references(file, node, set(), problems)
    return node if len(problems) == before else None


def as_values(text: str) -> Any:
    """The texts, lists and pairs of a YAML text, to compare two of them; None where it is not YAML."""
    try:
        return _plain(yaml.compose(text, Loader=Loader))
    except yaml.YAMLError:
        return None


def _plain(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.MappingNode):
        return [(_plain(key), _plain(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value if node else None


def _refuse_references(file: str, node: yaml.Node, seen: set[int], problems: list[Problem]) -> None:
    if id(node) in seen or not node.tag.startswith(("tag:yaml.org,2002:", "?")):
        problems.append(
            error(
                file,
                _place(node),
                "yaml.reference",
                Text(
                    fa="ارجاع (& و *) و برچسب (!) در این فایل‌ها به کار نمی‌رود.",
                    en="References (& and *) and tags (!) are not used in these files.",
                ),
                Text(fa="خود مقدار را بنویسید.", en="Write the value itself."),
            )
        )
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_references(file, item, seen, problems)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _refuse_references(file, key, seen, problems)
            _refuse_references(file, value, seen, problems)


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _wants(file: str, place: Place, key: str, what: Text) -> Problem:
    name_fa, name_en = (f"«{key}»", f"'{key}'") if key else ("فایل", "The file")
    return error(
        file,
        place,
        "yaml.wrong-kind",
        Text(fa=f"{name_fa} مقدار دیگری می‌خواهد.", en=f"{name_en} wants another kind of value."),
        Text(fa=f"بنویسید: {what.fa}", en=f"Write {what.en}."),
    )


_WANTED = {
    TEXT: Text(fa="یک متن", en="a text"),
    DAY: Text(fa="روزی به شکل 2026-03-21", en="a day such as 2026-03-21"),
    FLAG: Text(fa="true یا false", en="true or false"),
    NUMBER: Text(fa="یک عدد صحیح", en="a whole number"),
    WORDS: Text(fa="فهرستی از متن‌ها، مانند [a, b]", en="a list of texts, such as [a, b]"),
    NUMBERS: Text(fa="فهرستی از عددها، مانند [5, 10]", en="a list of whole numbers, such as [5, 10]"),
    BOTH: Text(fa="دو کلید fa و en", en="the two keys fa and en"),
}
_A_MAPPING = Text(fa="کلیدهای آن را در سطرهای تورفته", en="its keys on indented lines")
_A_LIST = Text(fa="فهرستی که هر قلم آن با «- » آغاز می‌شود", en="a list whose items begin with '- '")


class _Reading:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def mapping(self, node: yaml.MappingNode, keys: Keys) -> Values:
        values = Values(self.file, _place(node))
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            if key not in keys.kinds:
                self._unknown(key, _place(key_node), keys)
            elif key in values.places:
                self.problems.append(
                    error(
                        self.file,
                        _place(key_node),
                        "yaml.duplicate-key",
                        Text(fa=f"کلید «{key}» دو بار آمده است.", en=f"The key '{key}' is there twice."),
                        Text(fa="یکی را پاک کنید.", en="Delete one of the two."),
                    )
                )
            else:
                values.places[key] = _place(value_node)
                if not is_null(value_node):
                    self._value(values, key, value_node, keys.kinds[key])
        for key in keys.required:
            if key not in values.places:
                self.problems.append(
                    error(
                        self.file,
                        values.at,
                        "yaml.missing-key",
                        Text(fa=f"کلید «{key}» نیست.", en=f"The key '{key}' is missing."),
                        Text(fa=f"سطر «{key}:» را بیفزایید.", en=f"Add a line '{key}:'."),
                    )
                )
        return values

    def _unknown(self, key: str, place: Place, keys: Keys) -> None:
        known = ", ".join(keys.kinds)
        self.problems.append(
            error(
                self.file,
                place,
                "yaml.unknown-key",
                Text(fa=f"کلید «{key}» شناخته نیست.", en=f"The key '{key}' is not known."),
                did_you_mean(key, keys.kinds, Text(fa=f"کلیدهای شناخته: {known}", en=f"Known keys: {known}")),
            )
        )

    def _value(self, values: Values, key: str, node: yaml.Node, kind: str | Keys | Many) -> None:
        value: Any = None
        if isinstance(kind, Keys):
            if isinstance(node, yaml.MappingNode):
                value = self.mapping(node, kind)
            else:
                self.problems.append(_wants(self.file, _place(node), key, _A_MAPPING))
        elif isinstance(kind, Many):
            value = self._many(values, key, node, kind)
        elif kind == BOTH:
            if isinstance(node, yaml.MappingNode):
                said = self.mapping(node, _BOTH)
                value = Text(fa=said.text("fa"), en=said.text("en"))
                values.places |= {f"{key}.{part}": place for part, place in said.places.items()}
            else:
                self.problems.append(_wants(self.file, _place(node), key, _WANTED[BOTH]))
        elif kind in (WORDS, NUMBERS):
            value = self._list(values, key, node, kind)
        else:
            value = self._scalar(key, node, kind)
        if value is not None:
            values.values[key] = value

    def _many(self, values: Values, key: str, node: yaml.Node, kind: Many) -> tuple[Values, ...] | None:
        if not isinstance(node, yaml.SequenceNode):
            self.problems.append(_wants(self.file, _place(node), key, _A_LIST))
            return None
        found = []
        for item in node.value:
            if isinstance(item, yaml.MappingNode):
                found.append(self.mapping(item, kind.of))
            else:
                self.problems.append(_wants(self.file, _place(item), key, _A_MAPPING))
        values.places[f"{key}[]"] = [item.at for item in found]
        return tuple(found)

    def _list(self, values: Values, key: str, node: yaml.Node, kind: str) -> tuple[Any, ...] | None:
        if not isinstance(node, yaml.SequenceNode):
            self.problems.append(_wants(self.file, _place(node), key, _WANTED[kind]))
            return None
        values.places[f"{key}[]"] = [_place(item) for item in node.value]
        items = [self._scalar(key, item, TEXT if kind == WORDS else NUMBER) for item in node.value]
        return tuple(item for item in items if item is not None)

    def _scalar(self, key: str, node: yaml.Node, kind: str) -> Any:
        text = node.value if isinstance(node, yaml.ScalarNode) else None
        if text is not None:
            if kind == TEXT:
                return text
            if kind == DAY and is_day(text):
                return text
            if kind == FLAG and text.lower() in (*TRUE_WORDS, *_FALSE):
                return text.lower() in TRUE_WORDS
            if kind == NUMBER and re.fullmatch(r"-?[0-9]+", text):
                return int(text)
        self.problems.append(_wants(self.file, _place(node), key, _WANTED[kind]))
        return None


def is_null(node: yaml.Node) -> bool:
    """Whether a key has no value: nothing, or ``~``."""
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null") and node.value in _NULLS


def is_day(text: str) -> bool:
    """Whether the text is a day as the folders write it, ``YYYY-MM-DD`` (Gregorian)."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or text < "1700":
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def bad_day(file: str, place: Place, text: Day) -> Problem:
    """The problem with a day that is none, or Jalali."""
    return error(
        file,
        place,
        "date.unreadable",
        Text(fa=f"«{text}» روزی از تقویم میلادی نیست.", en=f"'{text}' is not a day of the Gregorian calendar."),
        Text(
            fa="تاریخ را میلادی و به شکل 2026-03-21 بنویسید (1405-01-01 جلالی می‌شود 2026-03-21).",
            en="Write it Gregorian, as 2026-03-21 (the Jalali day 1405-01-01 is 2026-03-21).",
        ),
    )


def choice(values: Values, key: str, known: Iterable[_E], default: _E, problems: list[Problem]) -> _E:
    """The member of ``known`` that the text under ``key`` names; ``default`` where nothing is said."""
    said = values.text(key)
    if not said:
        return default
    by_name = {str(member): member for member in known}
    if said in by_name:
        return by_name[said]
    names = ", ".join(by_name)
    problems.append(
        error(
            values.file,
            values.place(key),
            "yaml.unknown-value",
            Text(fa=f"«{said}» برای «{key}» شناخته نیست.", en=f"'{said}' is not known for '{key}'."),
            did_you_mean(said, by_name, Text(fa=f"یکی از این‌ها: {names}", en=f"Use one of: {names}")),
        )
    )
    return default
