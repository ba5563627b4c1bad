"""One entry of a load file, read: brought into canonical form, every doubt a note, what is wrong a reason to reject.

This is the inner loop of a load: 300,000 entries pass here, so plain dictionaries are used and
words are only put together where something is noticed.
"""

import difflib
import re
from hashlib import sha256
from typing import Any

import orjson

from termserver.model import med_numbers
from termserver.model.codes import Audience, PropertyDefinition
from termserver.model.days import Day
from termserver.model.fold import latin_digits
from termserver.model.text import Text
from termserver.registries.days import Calendar, Unreadable, read_day
from termserver.registries.definition import Definition, mended
from termserver.registries.fact_order import in_order

Json = dict[str, Any]
Noted = tuple[str, str, str, Text]
"""Rule, place in the entry, value met, what was said of it."""
Bound = tuple[tuple[str, str], str]
"""System and code of a value that belongs to a list or to another registry, and its place in the entry."""
SORTED = orjson.OPT_SORT_KEYS

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_TRUE = frozenset(("true", "yes", "1", "بله", "بلی", "آری", "دارد"))
_FALSE = frozenset(("false", "no", "0", "خیر", "نه", "ندارد"))
_MEMBERS = frozenset(
    ("code", "display", "period", "status", "replaced_by", "designations", "properties", "closed", "parents", "source")
)
_STATUSES = ("active", "retired")


class Row:
    """An entry of the file: ``body`` is its canonical form, empty where it is rejected; ``bound`` its codes of lists.

    ``closed`` is the day on which a delta closes the entry; then ``body`` may hold successors alone.
    """

    __slots__ = ("body", "bound", "closed", "code", "data", "digest", "number", "rejected", "warned")

    def __init__(self, number: int) -> None:
        self.number = number
        self.code = ""
        self.body: Json = {}
        self.data = b""
        self.digest = b""
        self.closed: Day = ""
        self.rejected: list[Noted] = []
        self.warned: list[Noted] = []
        self.bound: list[Bound] = []

    def reject(self, rule: str, at: str, value: Any, en: str, fa: str) -> None:
        self.rejected.append((rule, at, _short(value), Text(fa=fa, en=en)))

    def warn(self, rule: str, at: str, value: Any, en: str, fa: str) -> None:
        self.warned.append((rule, at, _short(value), Text(fa=fa, en=en)))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= 120 else text[:119] + "…"


class RowReading:
    """Reads the entries of one registry; ``calendar`` is what the mapping says about all days."""

    def __init__(self, definition: Definition, calendar: Calendar = Calendar.AUTO, delta: bool = False) -> None:
        self._definition = definition
        self._calendar = calendar
        self._delta = delta
        self._days: dict[str, Day] = {}
        self._kept: dict[tuple[str, str], tuple[Json, Bound | None]] = {}
        self._kept_fields: dict[tuple[str, str, str], tuple[Any, Bound | None]] = {}
        self._nobody = frozenset(
            (known.code, field)
            for known in definition.system.properties
            for field in ("", *(one.code for one in known.fields))
            if definition.audience(known.code, field) == Audience.NOBODY
        )

    def read(self, number: int, said: Any) -> Row:
        """The entry that one line or one group of rows says."""
        row = Row(number)
        if not isinstance(said, dict):
            row.reject("row.form", "", said, "The row is no entry.", "این سطر ورودی نیست.")
            return row
        get = said.get
        self._code(row, said)
        if row.rejected:
            return row
        body: Json = {"code": row.code}
        for member in said.keys() - _MEMBERS:
            self._unknown(row, str(member), _MEMBERS, "row.member")
        self._display(row, get("display"), body)
        if get("period"):
            period = self._period(row, get("period"), "period")
            if period:
                body["period"] = period
        status = get("status") or "active"
        if status not in _STATUSES:
            row.reject(
                "status.unknown",
                "status",
                status,
                f"The status '{status}' is not known; active or retired.",
                f"وضعیت «{status}» شناخته نیست؛ active یا retired.",
            )
        elif status != "active":
            body["status"] = status
        if get("replaced_by"):
            body["replaced_by"] = self._codes(row, get("replaced_by"), "replaced_by")
        if get("parents"):
            body["parents"] = self._codes(row, get("parents"), "parents")
        if get("designations"):
            self._designations(row, get("designations"), body)
        if get("properties"):
            self._properties(row, get("properties"), body)
        if get("source"):
            body["source"] = mended(str(get("source")))
        if get("closed"):
            self._closing(row, get("closed"))
        if not row.rejected:
            row.body = body
            row.data = orjson.dumps(body, option=SORTED)
            row.digest = sha256(row.data).digest()
        return row

    # the parts of an entry

    def _code(self, row: Row, said: Json) -> None:
        written = said.get("code")
        if isinstance(written, int) and not isinstance(written, bool):
            written = str(written)
        if not isinstance(written, str) or not written.strip():
            row.reject("code.missing", "code", written, "The row has no code.", "این سطر کد ندارد.")
            return
        definition = self._definition
        group = ""
        if definition.id == "physicians" and isinstance(properties := said.get("properties"), list):
            for one in properties:
                if isinstance(one, dict) and one.get("code") == "group":
                    group = str(one.get("value", ""))
                    break
        row.code = code = definition.canonical(written, group)
        if not definition.has_shape(code):
            example = definition.system.example
            row.reject(
                "code.shape",
                "code",
                written,
                f"'{code}' has not the form of a code of {definition.system.title.en}"
                + (f", such as {example}." if example else "."),
                f"«{code}» شکل کد «{definition.system.title.fa}» را ندارد"
                + (f"، مانند {example}." if example else "."),
            )
        elif not definition.has_check(code):
            row.reject(
                "code.check-digit",
                "code",
                written,
                f"The check digit of '{code}' is wrong.",
                f"رقم کنترل «{code}» درست نیست.",
            )

    def _display(self, row: Row, said: Any, body: Json) -> None:
        if not said:
            return
        if isinstance(said, str):
            said = {"fa": said}
        if not isinstance(said, dict) or said.keys() - {"fa", "en"}:
            row.reject("display.form", "display", said, "The display has 'fa' and 'en'.", "نام، fa و en دارد.")
            return
        names = {language: mended(str(words)) for language, words in said.items() if words}
        if names:
            body["display"] = names

    def _period(self, row: Row, said: Any, at: str) -> Json:
        if not isinstance(said, dict):
            row.reject("period.form", at, said, "A period has 'start' and 'end'.", "دوره start و end دارد.")
            return {}
        found: Json = {}
        for side in ("start", "end"):
            written = said.get(side)
            if written:
                day = self._day(row, written, f"{at}.{side}")
                if day:
                    found[side] = day
        if len(found) == 2 and found["end"] < found["start"]:
            row.reject(
                "period.order",
                at,
                f"{found['start']} – {found['end']}",
                f"The period ends on {found['end']}, before it begins on {found['start']}.",
                f"دوره در {found['end']} پایان می‌یابد، پیش از آغازش در {found['start']}.",
            )
        return found

    def _day(self, row: Row, written: Any, at: str) -> Day:
        text = str(written)
        known = self._days.get(text)
        if known is not None:
            return known
        try:
            day = read_day(text, self._calendar)
            if len(self._days) < _KEPT:
                self._days[text] = day
            return day
        except Unreadable as unreadable:
            row.rejected.append((unreadable.rule, at, _short(written), unreadable.text))
            return ""

    def _closing(self, row: Row, said: Any) -> None:
        if not self._delta:
            row.reject(
                "closed.full",
                "closed",
                said,
                "Only a delta closes entries by name; a full file leaves them out. Say --delta.",
                "تنها فایل تغییرات ورودی را به نام می‌بندد؛ فایل کامل آن را نمی‌آورد. ‎--delta‎ بدهید.",
            )
            return
        row.closed = self._day(row, said, "closed")

    def _codes(self, row: Row, said: Any, at: str) -> list[str]:
        listed = said if isinstance(said, list) else [said]
        codes = [self._definition.canonical(str(one)) for one in listed if one]
        for code in codes:
            row.bound.append(((self._definition.id, code), at))
        return sorted(set(codes))

    def _designations(self, row: Row, said: Any, body: Json) -> None:
        found = []
        for one in said if isinstance(said, list) else ():
            if not (isinstance(one, dict) and isinstance(one.get("value"), str)):
                row.reject("designation.form", "designations", one, "A name has a 'value'.", "نام دیگر value دارد.")
                continue
            name = mended(one["value"])
            if name:
                found.append(
                    {"language": one.get("language") or "fa", "use": one.get("use") or "synonym", "value": name}
                )
        if found:
            found.sort(key=lambda one: (one["use"], one["language"], one["value"]))
            body["designations"] = found

    def _properties(self, row: Row, said: Any, body: Json) -> None:
        if not isinstance(said, list):
            row.reject("properties.form", "properties", said, "Properties are a list.", "ویژگی‌ها فهرست‌اند.")
            return
        found: list[tuple[str, str, Json]] = []
        known_properties, kept, bound = self._definition.properties, self._kept, row.bound
        for one in said:
            if not isinstance(one, dict) or "code" not in one:
                row.reject("property.form", "properties", one, "A property has a 'code'.", "ویژگی code دارد.")
                continue
            code, value, period = one["code"], one.get("value"), one.get("period")
            if not period and value.__class__ is str:
                seen = kept.get((code, value))
                if seen is not None:  # most plain facts are those of many entries
                    found.append((code, "", seen[0]))
                    if seen[1] is not None:
                        bound.append(seen[1])
                    continue
            known = known_properties.get(code)
            if known is None:
                self._unknown(row, str(code), known_properties, "property.unknown")
                continue
            stated: Json = {"code": code}
            taken = self._value(row, known, value)
            if taken is None:
                continue
            stated["value"] = taken
            start = ""
            if period:
                period = self._period(row, period, f"{code}.period")
                if period:
                    stated["period"] = period
                    start = period.get("start", "")
            elif value.__class__ is str and known.type == "code" and len(kept) < _KEPT:
                kept[code, value] = (stated, bound[-1] if known.system else None)
            found.append((code, start, stated))
        if found:
            body["properties"] = in_order(found)

    def _value(self, row: Row, known: PropertyDefinition, said: Any) -> Any:
        """The canonical value of a property; None where there is none, or it is rejected."""
        code = known.code
        if known.type != "record":
            if said is None or said == "":
                return None
            if isinstance(said, dict | list):
                row.reject("value.type", code, said, f"{code} is one value.", f"{code} یک مقدار است.")
                return None
            return self._one(row, known.type, known.system, code, said, (code, ""))
        fields = self._definition.fields[code]
        if isinstance(said, dict):
            record: Json = {}
            kept = self._kept_fields
            for name, value in said.items():
                if value.__class__ is str:
                    seen = kept.get((code, name, value))
                    if seen is not None:
                        record[name] = seen[0]
                        if seen[1] is not None:
                            row.bound.append(seen[1])
                        continue
                field = fields.get(name)
                if field is None:
                    self._unknown(row, f"{code}.{name}", [f"{code}.{one}" for one in fields], "field.unknown")
                elif value is not None and value != "":
                    one = self._one(row, field.type, field.system, f"{code}.{name}", value, (code, name))
                    if one is not None:
                        record[name] = taken = _typed(field.type, one)
                        if value.__class__ is str and field.type == "code" and len(kept) < _KEPT:
                            kept[code, name, value] = (taken, row.bound[-1] if field.system else None)
            return record
        if said is True or (isinstance(said, str) and said.strip().lower() in _TRUE):
            return {}  # that it is so is all that is known
        if said is None or said is False or (isinstance(said, str) and said.strip().lower() in (*_FALSE, "")):
            return None
        row.reject(
            "value.type",
            code,
            said,
            f"{code} is a record of {', '.join(fields)}.",
            f"{code} رکوردی از {'، '.join(fields)} است.",
        )
        return None

    def _one(self, row: Row, kind: str, system: str, at: str, said: Any, place: tuple[str, str]) -> str | None:
        if said.__class__ is str:
            text = mended(said)
        else:
            text = "true" if said is True else "false" if said is False else str(said)
        if not text:
            return None
        if place in self._nobody:
            return self._definition.hashed(text)
        if kind in ("code", "reference"):
            if system == "physicians":
                text = med_numbers.canonical(text) or text
            elif not text.isascii():
                text = latin_digits(text)
            if system == "gtin" and len(text) in (12, 13) and text.isdigit():
                text = text.zfill(14)  # as naming system gtin pads it
            if system:
                row.bound.append(((system, text), at))
            return text
        if kind == "string":
            return text
        if kind in ("day", "date"):
            return self._day(row, text, at) or None
        if kind == "boolean":
            low = text.lower()
            if low in _TRUE or low in _FALSE:
                return "true" if low in _TRUE else "false"
            row.reject("value.type", at, said, f"'{text}' is neither true nor false.", f"«{text}» درست یا نادرست نیست.")
            return None
        if kind in ("integer", "decimal", "number"):
            number = latin_digits(text).replace("٫", ".").replace(",", "").replace("٬", "")
            if _NUMBER.fullmatch(number) and (kind != "integer" or "." not in number):
                return number
            row.reject("value.type", at, said, f"'{text}' is no number.", f"«{text}» عدد نیست.")
            return None
        return text

    @staticmethod
    def _unknown(row: Row, name: str, known: Any, rule: str) -> None:
        near = difflib.get_close_matches(name, list(known), 1)
        row.reject(
            rule,
            name,
            name,
            f"'{name}' is not defined in this registry." + (f" Did you mean '{near[0]}'?" if near else ""),
            f"«{name}» در این ثبت تعریف نشده است." + (f" آیا منظور «{near[0]}» بود؟" if near else ""),
        )


_KEPT = 100_000


def _typed(kind: str, text: str) -> Any:
    """The value of a field as JSON says it."""
    if kind == "boolean":
        return text == "true"
    if kind == "number":
        return int(text) if "." not in text else float(text)
    return text
