"""Whether the properties that a ``codesystem.yaml`` defines are sound: types, record fields, keys, titles."""

from collections.abc import Iterable, Iterator

from termserver.content.label_check import check_text
from termserver.content.problems import Problem, did_you_mean, error
from termserver.content.yaml_files import Values
from termserver.model.text import Text

PROPERTY_TYPES = ("string", "code", "integer", "decimal", "boolean", "date", "dateTime", "Coding", "record")
"""FHIR CodeSystem.property.type, and date and record."""
FIELD_TYPES = ("string", "code", "day", "number", "boolean", "reference")
RECORD = "record"


def check_properties(values: Values, systems: Iterable[str]) -> Iterator[Problem]:
    """The problems of the ``properties`` of a code system; ``systems`` are the names that a binding may use."""
    known = frozenset(systems)
    yield from _twice(values.children("properties"), "property.duplicate", "ویژگی", "property")
    for said in values.children("properties"):
        kind = said.text("type", "string")
        if kind not in PROPERTY_TYPES:
            yield _type(said, kind, PROPERTY_TYPES)
        yield from check_text(said.file, said.places, "title", said.both("title"))
        yield from _bound(said, known)
        yield from _record(said, kind, known)


def _record(said: Values, kind: str, known: frozenset[str]) -> Iterator[Problem]:
    fields = said.children("fields")
    codes = [field.text("code") for field in fields]
    yield from _twice(fields, "property.field-duplicate", "فیلد", "field")
    if (kind == RECORD) != bool(fields):
        yield error(
            said.file,
            said.place("type"),
            "property.fields",
            Text(
                fa="ویژگی از نوع record فیلد دارد، و تنها همان.",
                en="A property of type 'record' has fields, and no other has.",
            ),
            Text(fa="fields را بنویسید، یا نوع را درست کنید.", en="Write 'fields', or mend the type."),
        )
    for n, code in enumerate(said.words("key")):
        if code not in codes:
            yield error(
                said.file,
                said.place("key", n),
                "property.key",
                Text(fa=f"کلید «{code}» فیلد این ویژگی نیست.", en=f"The key '{code}' is none of the fields."),
                did_you_mean(code, codes, one_of(codes)),
            )
    for field in fields:
        kind = field.text("type", "string")
        if kind not in FIELD_TYPES:
            yield _type(field, kind, FIELD_TYPES)
        yield from check_text(field.file, field.places, "title", field.both("title"))
        yield from _bound(field, known)


def _twice(defined: Iterable[Values], rule: str, what_fa: str, what_en: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for said in defined:
        code = said.text("code")
        if code in seen:
            yield error(
                said.file,
                said.place("code"),
                rule,
                Text(fa=f"{what_fa} «{code}» دو بار تعریف شده است.", en=f"The {what_en} '{code}' is defined twice."),
                Text(fa="یکی را پاک کنید.", en="Delete one of the two."),
            )
        seen.add(code)


def _type(said: Values, kind: str, known: tuple[str, ...]) -> Problem:
    return error(
        said.file,
        said.place("type"),
        "property.type",
        Text(fa=f"نوع «{kind}» شناخته نیست.", en=f"The property type '{kind}' is not known."),
        did_you_mean(kind, known, one_of(known)),
    )


def _bound(said: Values, known: frozenset[str]) -> Iterator[Problem]:
    system = said.text("system")
    if system and system not in known:
        yield error(
            said.file,
            said.place("system"),
            "property.system",
            Text(fa=f"نظام «{system}» این‌جا نیست.", en=f"There is no system '{system}' here."),
            did_you_mean(system, known, Text(fa="شناسهٔ یک نظام یا نوع شناسه.", en="Name a code or naming system.")),
        )


def one_of(names: Iterable[str]) -> Text:
    listed = ", ".join(names)
    return Text(fa=f"یکی از این‌ها: {listed}", en=f"Use one of: {listed}")
