"""Which document type a message is of: XML by its root element, JSON by its distinctive member."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from termserver.model.documents import FORMS, DocumentType, RuleSet, Use
from termserver.model.errors import UnknownDocumentType
from termserver.model.text import Text

_ENVELOPE = {"contenttype", "data", "key", "iv"}
"""The members of the SEPAS secure envelope (exchange.md 5.2)."""


class KnownType(NamedTuple):
    """One document type in one version, with what tells it from others; the rest is read when a document needs it."""

    id: str
    version: str
    title: Text
    root: str
    json_marker: str
    content_type: str
    document_type: Callable[[], DocumentType]
    rule_sets: Callable[[], Sequence[RuleSet]]
    files: Callable[[str], bytes]
    forms: Sequence[str] = FORMS
    json_fallback: str = ""

    @classmethod
    def of(
        cls, document_type: DocumentType, rule_sets: Sequence[RuleSet], files: Callable[[str], bytes]
    ) -> "KnownType":
        return cls(
            document_type.id,
            document_type.version,
            document_type.title,
            document_type.root,
            document_type.json_marker,
            document_type.content_type,
            lambda: document_type,
            lambda: rule_sets,
            files,
            document_type.forms,
            document_type.json_fallback,
        )


class Unidentified(NamedTuple):
    """Why the type is not known: the rule, what to say, and what to do."""

    rule: str
    message: Text
    hint: Text | None


def named(types: Sequence[KnownType], name: str) -> KnownType:
    """The newest version of the type by its id, root element or content type; raise UnknownDocumentType."""
    lowered = name.lower()
    found = [known for known in types if lowered in (known.id.lower(), known.root.lower(), known.content_type.lower())]
    if not found:
        listed = ", ".join(sorted({known.id for known in types}))
        raise UnknownDocumentType(
            f"There is no document type '{name}'. Known: {listed}.",
            f"نوع سند «{name}» نیست. نوع‌های شناخته: {listed}.",
        )
    return newest(found)


def newest(types: Sequence[KnownType]) -> KnownType:
    return max(types, key=lambda known: [int(part) if part.isdigit() else 0 for part in known.version.split(".")])


def of_xml(types: Sequence[KnownType], root: Any) -> KnownType | Unidentified:
    """The type by the root element; ``<root>`` by what it contains."""
    name = str(root.tag).rpartition("}")[2]
    types = [known for known in types if "xml" in known.forms]
    found = [known for known in types if known.root == name]
    if not found and name.lower() == "root":
        found = [known for known in types if _contains(root, known.json_marker.split("."))]
    return _one(found, types, Text(fa=f"عنصر ریشهٔ <{name[:80]}>", en=f"The root element <{name[:80]}>"))


def of_json(types: Sequence[KnownType], message: Any) -> KnownType | Unidentified:
    """The type by its distinctive member; where several types have it, the one that fits its neighbours best."""
    exact = [known for known in types if _at(message, known.json_marker.split("."))]
    if len(exact) == 1:
        return exact[0]
    if isinstance(message, dict) and {key.lower() for key in message if isinstance(key, str)} >= _ENVELOPE:
        return Unidentified(
            "document.encrypted",
            Text(
                fa="این پاکت رمزشدهٔ سپاس است و درون آن دیده نمی‌شود.",
                en="This is an encrypted SEPAS envelope; its content cannot be seen.",
            ),
            Text(fa="سند را پیش از رمزکردن بسنجید.", en="Validate the document before encryption."),
        )
    found = [known for known in types if _has(message, known.json_marker.split("."))]
    path = "json_marker"
    if not found:
        path = "json_fallback"
        found = [known for known in types if known.json_fallback and _has(message, known.json_fallback.split("."))]
    if len({known.id for known in found}) > 1:
        found = _nearest([(known, getattr(known, path)) for known in found], message)
    return _one(found, types, Text(fa="محتوای سند", en="The content of the document"))


def of_form(known: KnownType, form: str) -> KnownType | Unidentified:
    """The type that the caller named, if it is sent in that form at all."""
    if form in known.forms:
        return known
    listed = ", ".join(known.forms)
    return Unidentified(
        "document.form",
        Text(
            fa=f"«{known.title.fa}» به صورت {form} فرستاده نمی‌شود.",
            en=f"{known.title.en} is not sent as {form}.",
        ),
        Text(fa=f"آن را به صورت {listed} بنویسید.", en=f"Write it as {listed}."),
    )


def _nearest(found: Sequence[tuple[KnownType, str]], message: Any) -> list[KnownType]:
    """Of several types those that leave fewest members unexplained, then miss fewest, then say least else."""
    misfits = {}
    for known, path in found:
        document_type = known.document_type()
        above = path.rpartition(".")[0]
        part = message
        for name in above.split(".") if above else ():
            part = _member(part, name)
        owner = document_type.field(above) if above else None
        fields = document_type.fields_at(above, owner.type if owner else document_type.root)
        names = {field.name.lower() for field in fields}
        required = {field.name.lower() for field in fields if field.use is Use.REQUIRED}
        written = {key.lower() for key in part}
        filled = {key.lower() for key, value in part.items() if value is not None}
        misfits[known.id, known.version] = (len(written - names), len(required - filled), len(names - written))
    best = min(misfits.values())
    return [known for known, _ in found if misfits[known.id, known.version] == best]


def _contains(element: Any, names: Sequence[str]) -> bool:
    for name in names:
        element = next((child for child in element if str(child.tag).rpartition("}")[2] == name), None)
        if element is None:
            return False
    return True


def _at(message: Any, names: Sequence[str]) -> bool:
    for name in names:
        if not isinstance(message, dict) or name not in message:
            return False
        message = message[name]
    return message is not None


def _has(message: Any, names: Sequence[str]) -> bool:
    for name in names:
        message = _member(message, name)
        if message is None:
            return False
    return True


def _member(message: Any, name: str) -> Any:
    if not isinstance(message, dict):
        return None
    value = message.get(name)
    if value is None:
        lowered = name.lower()
        value = next((member for key, member in message.items() if key.lower() == lowered), None)
    return value


def _one(found: Sequence[KnownType], types: Sequence[KnownType], said: Text) -> KnownType | Unidentified:
    ids = sorted({known.id for known in found})
    if len(ids) == 1:
        return newest(found)
    if ids:
        listed = ", ".join(ids)
        return Unidentified(
            "document.ambiguous-type",
            Text(
                fa=f"{said.fa} با چند نوع سند می‌خواند: {listed}.",
                en=f"{said.en} fits several document types: {listed}.",
            ),
            Text(fa="نوع را با --type بگویید.", en="Say which with --type."),
        )
    listed = ", ".join(sorted({f"{known.id} ({known.root})" for known in types}))
    return Unidentified(
        "document.unknown-type",
        Text(fa=f"{said.fa} با هیچ نوع سندی نمی‌خواند.", en=f"{said.en} fits no document type."),
        Text(fa=f"نوع‌های شناخته: {listed}.", en=f"Known types: {listed}."),
    )
