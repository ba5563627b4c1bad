"""What is asked of the former service's names: an address with ``Name`` or ``Name.Member``, or the same as JSON.

``?ProviderID=900000`` and ``?ProviderID.ID=900000&ProviderID.Type=Med_ID`` say the same as the body
``{"ProviderID": {"ID": "900000", "Type": "Med_ID"}}``. Read strictly: what is not known is told.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import orjson

from termserver.api.answers import Problem
from termserver.api.parameters import Parameter, read
from termserver.model.days import Day, from_jalali, parse_day
from termserver.model.text import Text

IDENTIFIER = ("ID", "Type", "Issuer", "Assigner")
CODED_TEXT = ("Coded_string", "Terminology_id", "Value")
DATE_TIME = ("ISOString", "Year", "Month", "Day", "Hour", "Minute", "Second")
STRING: tuple[str, ...] = ()
ON = Parameter("on", says="the day that counts, ISO or Jalali; default: today (not of the former service)")

Shape = Mapping[str, tuple[str, ...]]
"""The arguments of an operation, each with the members of its class; the first one is meant where a bare text is."""
Asked = dict[str, dict[str, Any]]
"""Argument → what is said of it; a bare text stands under the empty name."""


def parameters(shape: Shape, says: Mapping[str, str]) -> dict[str, Parameter]:
    """The arguments as query parameters."""
    known = {}
    for name, members in shape.items():
        known[name] = Parameter(name, says=says.get(name, ""))
        for member in members:
            known[f"{name}.{member}"] = Parameter(f"{name}.{member}", says=f"{member} of {name}")
    return known | {ON.name: ON}


def from_address(query_string: bytes, shape: Shape) -> tuple[Asked, str]:
    """The arguments in an address, and the day."""
    said = read(query_string, parameters(shape, {}))
    asked: Asked = {}
    for name, value in said.items():
        if value and name != ON.name:
            argument, _, member = name.partition(".")
            asked.setdefault(argument, {})[member] = value
    return asked, said[ON.name]


def from_body(body: bytes, shape: Shape) -> tuple[Asked, str]:
    """The arguments in a JSON body, and the day; raise Problem (400) for what is none."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise wrong(f"the body is not JSON: {error}", f"بدنه JSON نیست: {error}") from None
    if not isinstance(said, dict):
        raise wrong("the body must be an object", "بدنه باید یک شیء باشد")
    asked: Asked = {}
    for name, value in said.items():
        _known(name, [*shape, ON.name], "argument", "آرگومان")
        if name == ON.name or value is None:
            continue
        if isinstance(value, dict) and shape[name]:
            for member in value:
                _known(member, shape[name], f"member of {name}", f"عضو {name}")
            asked[name] = {member: one for member, one in value.items() if one is not None}
        elif isinstance(value, str | int) and not isinstance(value, bool):
            asked[name] = {"": str(value)}
        else:
            raise wrong(f"{name} is neither a text nor its object", f"{name} نه متن است و نه شیء آن")
    day = said.get(ON.name) or ""
    if not isinstance(day, str):
        raise wrong("'on' is a day as text", "«on» یک روز به صورت متن است")
    return asked, day


def text(asked: Asked, name: str, shape: Shape, required: bool = True) -> str:
    """The bare text of an argument, or its first member; raise Problem (400) if it is missing."""
    said = asked.get(name, {})
    value = said.get("") or (said.get(shape[name][0]) if shape[name] else "") or ""
    if required and not str(value).strip():
        raise wrong(f"{name} is missing", f"{name} داده نشده است")
    return str(value).strip()


def identifier(asked: Asked, name: str, shape: Shape, issuer: str, type: str) -> str:
    """The ID of a DO_IDENTIFIER; raise Problem (400) if it is the identifier of something else."""
    said = asked.get(name, {})
    for member, expected in (("Type", type), ("Issuer", issuer), ("Assigner", issuer)):
        given = said.get(member)
        if given and str(given).strip().casefold() != expected.casefold():
            raise wrong(
                f"{name}.{member} is '{str(given)[:40]}'; here only {expected} is understood",
                f"{name}.{member} برابر «{str(given)[:40]}» است؛ اینجا تنها {expected} شناخته می‌شود",
            )
    return text(asked, name, shape)


def since(asked: Asked, name: str) -> Day:
    """The day of a DO_DATE_TIME: its parts (Jalali), its ISOString, or a bare day; empty if it says none."""
    said = asked.get(name, {})
    written = str(said.get("") or said.get("ISOString") or "").strip()
    if written:
        return parse_day(written[:10])
    parts = [said.get(part) for part in ("Year", "Month", "Day")]
    if not any(parts):
        return ""
    try:
        day = from_jalali(*(int(str(part)) for part in parts))
    except ValueError:
        day = None
    if day is None:
        raise wrong(f"{name} is no day: {parts}", f"{name} روز نیست: {parts}")
    return day


def wrong(en: str, fa: str) -> Problem:
    return Problem(400, "bad-parameter", Text(f"{fa}.", f"{en[:1].upper()}{en[1:]}."))


def _known(name: str, known: Any, en: str, fa: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    listed = ", ".join(known)
    raise wrong(
        f"'{name[:40]}' is no {en}; {f'did you mean {near[0]!r}?' if near else f'known are: {listed}'}",
        f"«{name[:40]}» {fa} نیست؛ {f'شاید «{near[0]}»؟' if near else f'این‌ها هستند: {listed}'}",
    )
