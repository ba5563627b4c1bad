"""How each value of a drug sheet is read: what it means for sure, what is noted, what is left out.

Every function takes the text of a cell and gives the value with the notes on it; an empty value
is no value. The shapes are those measured on the sheets of 1404 (29,454 + 3,380 rows): IRC 16
digits without a check digit, generic code 1 to 5 digits, ERX 5 digits, GTIN 14 with GS1's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from termserver.importers.report import Outcome
from termserver.importers.tables import SCIENTIFIC
from termserver.model import check_digits, fold
from termserver.model.text import Text


@dataclass(frozen=True, slots=True)
class Note:
    """One thing noticed about one value."""

    outcome: Outcome
    rule: str
    before: str = ""
    after: str = ""


Read = tuple[str, list[Note]]

MESSAGES: dict[str, Text] = {
    "text.null": Text("متن NULL به معنای نبودن مقدار خوانده شد.", "The text NULL was read as no value."),
    "text.spaces": Text("فاصلهٔ زائد برداشته شد: «{after}».", "Stray spaces were removed: '{after}'."),
    "digits.persian": Text("رقم‌های فارسی به لاتین نوشته شد: {after}.", "Persian digits were written 0-9: {after}."),
    "number.decimal": Text("پسوند اعشار برداشته شد: {after}.", "The decimal ending was removed: {after}."),
    "number.scientific": Text(
        "«{before}» عددی است که صفحه‌گسترده کوتاه کرده؛ رقم‌هایش از دست رفته و قابل بازسازی نیست.",
        "'{before}' is a number that a spreadsheet has shortened; its digits are lost and cannot be restored.",
    ),
    "number.digits-lost": Text(
        "«{before}» خانهٔ عددی با بیش از ۱۵ رقم است؛ اکسل رقم‌های آخر را از دست داده است. ستون را متن کنید.",
        "'{before}' is a number cell of more than 15 digits; Excel has lost the last ones. Format the column as text.",
    ),
    "irc.missing": Text("کد IRC خالی است.", "The IRC is empty."),
    "irc.shape": Text("«{before}» کد IRC نیست: ۱۶ رقم لازم است.", "'{before}' is not an IRC: it has 16 digits."),
    "irc.padded": Text(
        "صفر ازدست‌رفتهٔ آغاز IRC بازگردانده شد: {before} ← {after}.",
        "The lost leading zero of the IRC was restored: {before} is {after}.",
    ),
    "generic.missing": Text("کد ژنریک خالی است.", "The generic code is empty."),
    "generic.shape": Text(
        "«{before}» کد ژنریک نیست (۱ تا ۵ رقم)؛ همان‌گونه نگه داشته شد.",
        "'{before}' is not a generic code (1 to 5 digits); it was kept as it stands.",
    ),
    "generic.padded": Text(
        "کد ژنریک بدون صفر آغاز نگه داشته می‌شود: {before} ← {after}.",
        "The generic code is kept without leading zeros: {before} is {after}.",
    ),
    "erx.missing": Text("کد ERX خالی است.", "The ERX code is empty."),
    "erx.shape": Text(
        "«{before}» کد ERX نیست (۵ رقم)؛ همان‌گونه نگه داشته شد.",
        "'{before}' is not an ERX code (5 digits); it was kept as it stands.",
    ),
    "gtin.missing": Text("کد GTIN خالی است.", "The GTIN is empty."),
    "gtin.padded": Text(
        "کد GTIN با صفر به ۱۴ رقم رسید: {before} ← {after}.", "The GTIN was padded to 14 digits: {before} is {after}."
    ),
    "gtin.check-digit": Text(
        "رقم کنترل GTIN «{before}» درست نیست؛ همان‌گونه نگه داشته شد.",
        "The check digit of the GTIN '{before}' is wrong; it was kept as it stands.",
    ),
    "gtin.shape": Text(
        "«{before}» کد GTIN نیست (۸، ۱۲، ۱۳ یا ۱۴ رقم)؛ کنار گذاشته شد و تنها در این گزارش هست.",
        "'{before}' is not a GTIN (8, 12, 13 or 14 digits); it is left out and stands only in this report.",
    ),
    "gtin.repeated": Text(
        "این GTIN پیش‌تر برای IRC «{before}» آمده بود؛ هر دو فرآورده زیر یک GTIN نشست.",
        "This GTIN was met before for the IRC {before}; both products stand under it.",
    ),
    "package-count.shape": Text(
        "«{before}» تعداد نیست؛ همان‌گونه نگه داشته شد.", "'{before}' is not a count; it was kept as it stands."
    ),
    "owner-id.shape": Text(
        "«{before}» شناسهٔ ملی شخص حقوقی (۱۱ رقم) نیست؛ همان‌گونه نگه داشته شد.",
        "'{before}' is not a legal person's id (11 digits); it was kept as it stands.",
    ),
    "owner.two-names": Text(
        "این شناسهٔ صاحب پروانه پیش‌تر با نام «{before}» آمده بود؛ هر فرآورده نام خودش را نگه داشت.",
        "This owner's id was met before under the name '{before}'; each product keeps its own.",
    ),
    "owner.two-ids": Text(
        "این نام صاحب پروانه پیش‌تر با شناسهٔ «{before}» آمده بود؛ هر فرآورده شناسهٔ خودش را نگه داشت.",
        "This owner's name was met before with the id {before}; each product keeps its own.",
    ),
    "name.missing": Text("نام خالی است؛ کد به جای نام آمد.", "The name is empty; the code stands in its place."),
    "irc.repeated": Text(
        "همین IRC با همین مقدارها در سطر {before} آمده بود.", "The same IRC with the same values is in row {before}."
    ),
    "irc.differs": Text(
        "همین IRC با مقدارهای دیگر در سطر {before} آمده بود؛ مقدارهای هر دو سطر نگه داشته شد ({after}).",
        "The same IRC with other values is in row {before}; the values of both rows are kept ({after}).",
    ),
    "erx.repeated": Text(
        "همین ERX با همین عنوان و ژنریک در سطر {before} آمده بود.",
        "The same ERX with the same title and generic code is in row {before}.",
    ),
    "erx.two-titles": Text(
        "این ERX پیش‌تر عنوان «{before}» داشت؛ عنوان تازه نام دیگر آن شد.",
        "This ERX had the title '{before}' before; the new one became another name of it.",
    ),
    "erx.two-names": Text(
        "فرآوردهٔ پیشین این ERX «{before}» نام داشت؛ «{after}» نام دیگری از آن شد.",
        "The product met before under this ERX is named '{before}'; '{after}' became another name of it.",
    ),
    "erx.two-generics": Text(
        "این ERX پیش‌تر به ژنریک {before} تعلق داشت؛ هر دو نگه داشته شد.",
        "This ERX belonged to the generic code {before} before; both are kept.",
    ),
    "row.cells": Text(
        "سطر {before} خانه دارد و عنوان {after}؛ جابه‌جایی ستون‌ها محتمل است.",
        "The row has {before} cells and the header {after}; its columns may have shifted.",
    ),
}
"""The sentence of each rule."""

_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]+)\.0+")


def message(note: Note) -> Text:
    """The rule's sentence about this value, in Persian and English."""
    words = MESSAGES[note.rule]
    said = {"before": note.before, "after": note.after}
    return Text(words.fa.format(**said), words.en.format(**said))


def text(cell: str) -> Read:
    """Any text: surrounding and doubled spaces and the word NULL are cleared away."""
    value = " ".join(cell.split()) if "  " in cell or cell != cell.strip() or not cell.isprintable() else cell
    if value.upper() == "NULL":
        return "", [Note(Outcome.REPAIRED, "text.null", cell)]
    return value, [Note(Outcome.REPAIRED, "text.spaces", cell, value)] if value != cell else []


def _number(cell: str) -> Read:
    """A code made of digits, as far as its meaning is sure."""
    value, notes = text(cell)
    bare = value.removeprefix("'")  # how a spreadsheet marks a number to be kept as text
    latin = fold.latin_digits(bare)
    if latin != value:
        notes.append(Note(Outcome.REPAIRED, "digits.persian" if latin != bare else "text.spaces", value, latin))
    whole = _DECIMAL.fullmatch(latin)
    if whole:
        notes.append(Note(Outcome.REPAIRED, "number.decimal", latin, whole.group(1)))
        return whole.group(1), notes
    return latin, notes


def irc(cell: str) -> Read:
    """Sixteen digits, or no value and a refusal. One or two lost zeros are restored; more is another number
    (the old IRC had 12 digits)."""
    if len(cell) == 16 and cell.isascii() and cell.isdigit():
        return cell, []
    value, notes = _number(cell)
    if not value:
        return "", [Note(Outcome.REFUSED, "irc.missing", cell)]
    if SCIENTIFIC.fullmatch(value):
        return "", [Note(Outcome.REFUSED, "number.scientific", cell)]
    if not _DIGITS.fullmatch(value) or not 14 <= len(value) <= 16:
        return "", [Note(Outcome.REFUSED, "irc.shape", cell)]
    if len(value) < 16:
        notes.append(Note(Outcome.REPAIRED, "irc.padded", value, value.zfill(16)))
    return value.zfill(16), notes


def generic(cell: str) -> Read:
    """One to five digits without leading zeros, the way the sheets write it."""
    value, notes = _number(cell)
    if not value:
        return "", notes or [Note(Outcome.FLAGGED, "generic.missing")]
    if SCIENTIFIC.fullmatch(value):
        return "", [*notes, Note(Outcome.FLAGGED, "number.scientific", cell)]
    bare = value.lstrip("0")
    if not _DIGITS.fullmatch(value) or not 1 <= len(bare) <= 5:
        return value, [*notes, Note(Outcome.FLAGGED, "generic.shape", value, value)]
    if bare != value:
        notes.append(Note(Outcome.REPAIRED, "generic.padded", value, bare))
    return bare, notes


def erx(cell: str) -> Read:
    """Five digits; another text is kept as it stands and flagged, for nobody knows which digits it lacks."""
    value, notes = _number(cell)
    if not value:
        return "", notes or [Note(Outcome.FLAGGED, "erx.missing")]
    if SCIENTIFIC.fullmatch(value):
        return "", [*notes, Note(Outcome.FLAGGED, "number.scientific", cell)]
    if not _DIGITS.fullmatch(value) or len(value) != 5:
        notes.append(Note(Outcome.FLAGGED, "erx.shape", value, value))
    return value, notes


def gtin(cell: str) -> Read:
    """Fourteen digits, shorter GTINs padded with zeros (GS1 General Specifications 3.3.2).

    A wrong check digit is flagged and the number kept; 9 to 11 digits are padded only if their check digit is right.
    """
    value, notes = _number(cell)
    if not value:
        return "", notes or [Note(Outcome.FLAGGED, "gtin.missing")]
    if SCIENTIFIC.fullmatch(value):
        return "", [*notes, Note(Outcome.FLAGGED, "number.scientific", cell)]
    if not _DIGITS.fullmatch(value) or not value.strip("0") or not 8 <= len(value) <= 14:
        return "", [*notes, Note(Outcome.FLAGGED, "gtin.shape", value)]
    right = check_digits.is_right("gs1", value)
    if len(value) in (9, 10, 11) and not right:
        return "", [*notes, Note(Outcome.FLAGGED, "gtin.shape", value)]
    padded = value.zfill(14)
    if padded != value:
        notes.append(Note(Outcome.REPAIRED, "gtin.padded", value, padded))
    if not right:
        notes.append(Note(Outcome.FLAGGED, "gtin.check-digit", padded, padded))
    return padded, notes


def package_count(cell: str) -> Read:
    """A whole number of units in the package."""
    value, notes = _number(cell)
    if value and not _DIGITS.fullmatch(value):
        notes.append(Note(Outcome.FLAGGED, "package-count.shape", value, value))
    return value, notes


def owner_id(cell: str) -> Read:
    """The eleven digits of a legal person's national id."""
    value, notes = _number(cell)
    if value and not (_DIGITS.fullmatch(value) and len(value) == 11):
        notes.append(Note(Outcome.FLAGGED, "owner-id.shape", value, value))
    return value, notes


READERS: dict[str, Callable[[str], Read]] = {
    "irc": irc,
    "generic": generic,
    "erx": erx,
    "gtin": gtin,
    "package-count": package_count,
    "owner-id": owner_id,
}
"""How the cell of each field is read; the other fields are plain text."""
