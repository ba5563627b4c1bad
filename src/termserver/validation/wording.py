"""The words of the built-in findings about structure, in Persian and English, each beside its way out."""

from collections.abc import Iterable
from typing import Any

from termserver.model.documents import Field, Use
from termserver.model.findings import Severity
from termserver.model.text import Text

Said = tuple[Text, Text | None]
_MANDATORY = 6
"""SEPAS error category of what is mandatory (exchange.md 5.4)."""


def name_of(field: Field) -> Text:
    """The field as the reader knows it: its title, else its name."""
    return Text(fa=f"{field.title.fa or field.name} ({field.name})", en=field.name)


def mandatory(field: Field) -> Said:
    name = name_of(field)
    return (
        Text(fa=f"{name.fa} اجباری است و نیامده است.", en=f"{field.name} is mandatory."),
        Text(fa=f"«{field.name}» را بیفزایید.", en=f"Add {field.name}{_what(field)}."),
    )


def expected(field: Field) -> Said:
    name = name_of(field)
    return (
        Text(
            fa=f"{name.fa} نیامده است؛ تقریباً همهٔ بسته‌های واقعی آن را دارند.",
            en=f"{field.name} is absent; nearly every real packet carries it.",
        ),
        Text(fa=f"اگر مقدار آن را دارید «{field.name}» را بیفزایید.", en=f"Add {field.name} if you know it."),
    )


def empty(field: Field) -> Said:
    return (
        Text(fa=f"{name_of(field).fa} تهی است.", en=f"{field.name} is empty!"),
        Text(fa="مقدار آن را بنویسید.", en=f"Write its value{_what(field)}."),
    )


def empty_object(field: Field) -> tuple[Said, Severity, int | None]:
    """What is said of an object without any content, how gravely, and the SEPAS category."""
    if field.use is Use.REQUIRED:
        return empty(field), Severity.ERROR, field.sepas_category or _MANDATORY
    name = name_of(field).fa
    said = Text(fa=f"{name} هیچ مقداری ندارد؛ نیامده شمرده شد.", en=f"{field.name} says nothing; it counts as absent.")
    if field.use is Use.EXPECTED:
        return (said, expected(field)[1]), Severity.WARNING, field.sepas_category
    hint = Text(fa="مقدار آن را بنویسید یا آن را نفرستید.", en=f"Write its value{_what(field)}, or leave it out.")
    return (said, hint), Severity.INFORMATION, None


def _what(field: Field) -> str:
    return f" ({field.title.en})" if field.title.en and field.title.en != field.name else ""


def unknown_field(name: str, fields: Iterable[str]) -> Said:
    near = _nearest(name, list(fields))
    hint = (
        Text(fa=f"آیا منظور «{near}» بود؟", en=f"Did you mean {near}?")
        if near
        else Text(fa="آن را بردارید.", en="Remove it.")
    )
    return Text(fa=f"این نوع سند فیلد «{name[:80]}» را نمی‌شناسد.", en=f"{name[:80]} is not a field here."), hint


def foreign(field: Field, namespace: str, right: str) -> Said:
    """A known name in a namespace that no receiver reads."""
    return (
        Text(
            fa=f"{name_of(field).fa} در فضای نام «{namespace[:80]}» است که هیچ گیرنده‌ای نمی‌خواند.",
            en=f"{field.name} is in the namespace '{namespace[:80]}', which no receiver reads.",
        ),
        Text(fa=f"فضای نام آن {right} است.", en=f"Its namespace is {right}."),
    )


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # only a document with faults pays for it

    lowered = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name[:80].lower(), list(lowered), 1, 0.7)
    return lowered[found[0]] if found else ""


def misspelt(written: str, right: str, source: str) -> Said:
    return (
        Text(
            fa=f"این فیلد «{written[:80]}» نوشته شده است؛ پذیرفته شد، ولی نام درست «{right}» است.",
            en=f"This field is written {written[:80]}; it was accepted, but its right name is {right}.",
        ),
        Text(fa=f"«{right}» بنویسید{_by(source)}.", en=f"Write {right}{_by(source)}."),
    )


def tolerated(field: Field, value: Any, source: str) -> Said:
    due = _DUE.get(field.type, Text(fa="متن", en="text"))
    given = _kind(value)
    return (
        Text(
            fa=f"{name_of(field).fa} به صورت {given.fa} آمده است؛ پذیرفته شد، ولی باید {due.fa} باشد.",
            en=f"{field.name} is sent as {given.en}; it was accepted, but it should be {due.en}.",
        ),
        Text(fa=f"آن را {due.fa} بفرستید{_by(source)}.", en=f"Send {due.en}{_by(source)}."),
    )


def _by(source: str) -> str:
    return f" ({source})" if source else ""


def serializer_artefact(name: str) -> Said:
    return (
        Text(
            fa=f"«{name[:80]}» ساختهٔ سریال‌ساز است و نادیده گرفته شد.",
            en=f"{name[:80]} comes from the serializer and is passed over.",
        ),
        Text(fa="می‌توانید آن را نفرستید.", en="You may leave it out."),
    )


def newer_field(name: str) -> Said:
    return (
        Text(
            fa=f"«{name[:80]}» در مدل تازه‌تر (GSB) شناخته است؛ این شِما محتوای آن را شرح نمی‌دهد و بررسی نشد.",
            en=f"{name[:80]} is known in the newer model (GSB);"
            " this schema does not describe its content; not checked.",
        ),
        Text(
            fa="آن را تنها برای گیرنده‌ای بفرستید که مدل تازه‌تر را می‌خواند.",
            en="Send it only to a receiver that reads the newer model.",
        ),
    )


def repeated(field: Field, times: int) -> Said:
    if times < 2:
        return (
            Text(fa=f"{name_of(field).fa} فهرست نیست.", en=f"{field.name} is no list."),
            Text(fa="آن را بی آرایه ([ ]) بنویسید.", en="Write it without the array ([ ]) around it."),
        )
    return (
        Text(
            fa=f"{name_of(field).fa} تنها یک بار می‌آید؛ اینجا {times} بار آمده است.",
            en=f"{field.name} stands once; here it stands {times} times.",
        ),
        Text(fa="یکی را نگه دارید.", en="Keep one of them."),
    )


def not_a_list(field: Field) -> Said:
    return (
        Text(fa=f"{name_of(field).fa} فهرست است.", en=f"{field.name} is a list."),
        Text(
            fa=f"هر مورد را در <{field.item}> (در JSON در آرایه) بگذارید.",
            en=f"Put each item into a <{field.item}> element (in JSON: into an array).",
        ),
    )


def not_an_object(path: str, value: Any) -> Said:
    name = path.rpartition(".")[2] or "Message"
    return (
        Text(
            fa=f"«{name}» باید از فیلدهای خود ساخته شود، نه از یک متن.",
            en=f"{name} is made of fields, not of {_kind(value).en}.",
        ),
        None,
    )


def not_a_subtype(subclass: str, class_name: str) -> Said:
    return (
        Text(
            fa=f"«{subclass[:80]}» گونه‌ای از {class_name} نیست.",
            en=f"{subclass[:80]} is not a kind of {class_name}.",
        ),
        None,
    )


def form_not_named(class_name: str, forms: list[str]) -> Said:
    """Fields of a form stand in an object that does not say that it is one."""
    listed = " / ".join(forms[:3])
    return (
        Text(
            fa=f"این {class_name} نمی‌گوید کدام گونه است؛ فیلدهای آن از {listed} است.",
            en=f"This {class_name} does not say which form it is; its fields are those of {listed}.",
        ),
        Text(
            fa=f'xsi:type="{forms[0]}" (در JSON "$type": "{forms[0]}") را بیفزایید.',
            en=f'Add xsi:type="{forms[0]}" (in JSON "$type": "{forms[0]}").',
        ),
    )


_DUE = {
    "int": Text(fa="عدد صحیح", en="a whole number"),
    "long": Text(fa="عدد صحیح", en="a whole number"),
    "byte": Text(fa="متن base64", en="base64 text"),
    "DateTime": Text(fa="تاریخ و ساعت به شکل 2026-11-21T08:30:00", en="a date and time such as 2026-11-21T08:30:00"),
    "double": Text(fa="عدد", en="a number"),
    "bool": Text(fa="true یا false", en="true or false"),
}


def wrong_type(field: Field, value: Any) -> Said:
    due = _DUE.get(field.type, Text(fa="متن", en="text"))
    hint = None
    if isinstance(value, str) and field.type in ("int", "long", "double"):
        if not value.isascii() and any(sign.isdigit() for sign in value):
            hint = Text(fa="ارقام را لاتین (0-9) بنویسید.", en="Write the digits 0-9, not Persian or Arabic ones.")
        else:
            hint = Text(
                fa="تنها رقم بنویسید؛ بی جداکننده و در JSON بی گیومه.",
                en="Write digits alone, without separators, and in JSON without quotation marks.",
            )
    elif field.type in ("string", "yyyymmdd") and isinstance(value, int | float) and not isinstance(value, bool):
        hint = Text(
            fa="کد و شماره را در گیومه بنویسید تا صفرهای آغازین گم نشود.",
            en="Put it in quotation marks, so that leading zeros are kept.",
        )
    return Text(fa=f"{name_of(field).fa} باید {due.fa} باشد.", en=f"{field.name} must be {due.en}."), hint


def _kind(value: Any) -> Text:
    if isinstance(value, list):
        return Text(fa="فهرست", en="a list")
    return Text(fa="متن", en="text") if isinstance(value, str) else Text(fa="عدد", en="a plain value")


def too_long(field: Field, length: int) -> Said:
    return (
        Text(
            fa=f"{name_of(field).fa} حداکثر {field.max_length} نویسه است؛ اینجا {length} نویسه است.",
            en=f"{field.name} has at most {field.max_length} characters; here it has {length}.",
        ),
        None,
    )


def pattern(field: Field) -> Said:
    return (
        Text(fa=f"شکل {name_of(field).fa} درست نیست.", en=f"{field.name} is invalid: its form is not right."),
        Text(
            fa=f"{field.title.fa or field.name} را به شکل درست بنویسید؛ الگوی آن: {field.pattern}",
            en=f"Write the {(field.title.en or field.name).lower()} in its due form; its pattern: {field.pattern}",
        ),
    )


def out_of_range(field: Field) -> Said:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        fa, en = f"باید از {low} تا {high} باشد", f"must be from {low} to {high}"
    elif low is not None:
        fa, en = f"باید دست‌کم {low} باشد", f"must be at least {low}"
    else:
        fa, en = f"باید حداکثر {high} باشد", f"must be at most {high}"
    hint = None
    if field.name == "Year":
        hint = Text(
            fa="تاریخ‌ها شمسی‌اند؛ سال را چهاررقمی بنویسید.", en="Dates are Jalali; write the year with four digits."
        )
    return Text(fa=f"{name_of(field).fa} {fa}.", en=f"{field.name} {en}."), hint


def out_of_order(name: str, before: str) -> Said:
    return (
        Text(
            fa=f"«{name}» باید پیش از «{before}» بیاید.",
            en=f"{name} must come before {before}.",
        ),
        Text(
            fa="ترتیب عنصرها در XML ثابت است؛ راهنمای نوع سند را ببینید.",
            en="The order of elements in XML is fixed; see the guide of the document type.",
        ),
    )


def engine_says(words: str) -> Said:
    return (
        Text(fa=f"سند با شِما نمی‌خواند: {words}", en=f"The document does not keep the schema: {words}"),
        None,
    )
