"""Query parameters, read strictly: an unknown, repeated or misshapen one is an error that says what was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote_to_bytes

from termserver.api.answers import Problem
from termserver.model.fold import latin_digits
from termserver.model.text import Text

_MOST_FIELDS = 64
_TYPED = re.compile(rb"q=([^&\x80-\xff]*)(?:&lang=(fa|en))?").fullmatch


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: its default, what it may be, and its words for the API's description."""

    name: str
    default: str = ""
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    repeats: bool = False
    required: bool = False
    says: str = ""


def typed_alone(query_string: bytes) -> tuple[str, str] | None:
    """What is typed and the language, where ``q`` and perhaps ``lang`` are all that is said; else None: ``read`` it."""
    plain = _TYPED(query_string)
    if plain is None:
        return None
    typed, language = plain.groups()
    if b"+" in typed:
        typed = typed.replace(b"+", b" ")
    if b"%" not in typed:
        return typed.decode("ascii"), "en" if language == b"en" else "fa"
    try:
        return unquote_to_bytes(typed).decode(), "en" if language == b"en" else "fa"
    except UnicodeDecodeError:
        return None


def read(query_string: bytes, known: Mapping[str, Parameter]) -> dict[str, str]:
    """The given values with the defaults filled in; a repeating parameter's values are joined by a newline.

    Raise ``Problem`` (400) for what cannot be understood.
    """
    values: dict[str, str] = {}
    if query_string:
        try:
            pairs = list(_pairs(query_string))
        except ValueError as error:
            raise _problem(
                "the query string is not percent-encoded UTF-8", "نشانی با UTF-8 کدگذاری نشده است"
            ) from error
        for name, value in pairs:
            parameter = known.get(name)
            if parameter is None:
                raise unknown_parameter(name, known)
            if name in values:
                if not parameter.repeats:
                    raise _problem(f"the parameter '{name}' is given twice", f"پارامتر «{name}» دو بار آمده است")
                value = f"{values[name]}\n{value}"
            values[name] = value
    for name, parameter in known.items():
        if name not in values:
            if parameter.required:
                raise _problem(
                    f"the parameter '{name}' is missing: {parameter.says}", f"پارامتر «{name}» داده نشده است"
                )
            values[name] = parameter.default
        elif parameter.least is not None:
            values[name] = str(_number(name, values[name], parameter))
        elif parameter.choices and values[name] not in parameter.choices:
            allowed = ", ".join(parameter.choices)
            raise _problem(
                f"'{values[name][:40]}' is not a value of '{name}'; use one of: {allowed}",
                f"«{values[name][:40]}» مقدار «{name}» نیست؛ یکی از این‌ها: {allowed}",
            )
    return values


def _pairs(query_string: bytes) -> Iterator[tuple[str, str]]:
    """Names and values as forms write them; raise ValueError for what is not percent-encoded UTF-8, or too many."""
    fields = query_string.decode("ascii").split("&")
    if len(fields) > _MOST_FIELDS:
        raise ValueError
    for field in fields:
        if field:
            name, _, value = field.replace("+", " ").partition("=")
            if "%" in field:
                name, value = unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()
            yield name, value


def _number(name: str, value: str, parameter: Parameter) -> int:
    text = latin_digits(value)
    least, most = parameter.least or 0, parameter.most
    digits = text.removeprefix("-")
    en, fa = (
        (f"{least} to {most}", f"از {least} تا {most}") if most is not None else (f"at least {least}", f"دست‌کم {least}")
    )
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        raise _problem(f"'{name}' must be a whole number, {en}", f"«{name}» باید عدد صحیح باشد، {fa}")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise _problem(f"'{name}' is {number}; it must be {en}", f"«{name}» برابر {number} است؛ باید {fa} باشد")
    return number


def unknown_parameter(name: str, known: Iterable[str]) -> Problem:
    """The answer to a parameter that is not one of those known."""
    known = list(known)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    names = ", ".join(known) or "–"
    if near:
        return _problem(
            f"unknown parameter '{name[:40]}'; did you mean '{near[0]}'?",
            f"پارامتر «{name[:40]}» شناخته نیست؛ شاید «{near[0]}»؟",
        )
    return _problem(
        f"unknown parameter '{name[:40]}'; known are: {names}",
        f"پارامتر «{name[:40]}» شناخته نیست؛ این‌ها شناخته‌اند: {names}",
    )


def _problem(en: str, fa: str) -> Problem:
    return Problem(400, "bad-parameter", Text(fa=f"{fa}.", en=f"{en[:1].upper()}{en[1:]}."))
