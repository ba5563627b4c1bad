"""Which document type a message is of: XML by its root element, JSON by its distinctive member."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from termserver.model.documents import FORMS, DocumentType, Field, RuleSet, Use, markers
from termserver.model.errors import UnknownDocumentType
from termserver.model.text import Text
from termserver.validation import unknown_types

_ENVELOPE = {"contenttype", "data", "key", "iv"}
"""The members of the SEPAS secure envelope (exchange.md 5.2)."""


class KnownType:
    """One document type in one version, with what tells it from others; the rest is read when a document needs it.

    ``markers`` are the paths any of which tells this type's JSON, as names.
    """

    __slots__ = (
        *("id", "version", "title", "root", "json_marker", "content_type", "document_type", "rule_sets", "files"),
        *("forms", "json_fallback", "markers", "_places"),
    )

    def __init__(
        self,
        id: str,
        version: str,
        title: Text,
        root: str,
        json_marker: str,
        content_type: str,
        document_type: Callable[[], DocumentType],
        rule_sets: Callable[[], Sequence[RuleSet]],
        files: Callable[[str], bytes],
        forms: Sequence[str] = FORMS,
        json_fallback: str = "",
    ) -> None:
        self.id = id
        self.version = version
        self.title = title
        self.root = root
        self.json_marker = json_marker
        self.content_type = content_type
        self.document_type = document_type
        self.rule_sets = rule_sets
        self.files = files
        self.forms = forms
        self.json_fallback = json_fallback
        self.markers = tuple(tuple(path.split(".")) for path in markers(json_marker))
        self._places: dict[tuple[str, str], dict[str, Field]] = {}

    def fields_at(self, path: str, class_name: str) -> dict[str, Field]:
        """The fields at a path in a class and its forms, by lower-case name."""
        known = self._places.get((path, class_name))
        if known is None:
            described = self.document_type()
            forms = described.forms_of(class_name) if class_name in described.classes else ()
            fields = (found for form in forms for found in described.fields_at(path, form))
            known = self._places[path, class_name] = {found.name.lower(): found for found in fields}
        return known

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
        near = unknown_types.nearest(name, [known.id for known in types])
        raise UnknownDocumentType(
            f"There is no document type '{name}'. {f'Did you mean {near}? ' if near else ''}Known: {listed}.",
            f"نوع سند «{name}» نیست. {f'آیا منظور «{near}» بود؟ ' if near else ''}نوع‌های شناخته: {listed}.",
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
        found = [known for known in types if any(_contains(root, names) for names in known.markers)]
    said = Text(fa=f"عنصر ریشهٔ <{name[:80]}>", en=f"The root element <{name[:80]}>")
    return _one(found, said, lambda: unknown_types.of_root(name, types))


def of_json(types: Sequence[KnownType], message: Any) -> KnownType | Unidentified:
    """The type by its distinctive member; where several types have it, the one that fits the message best."""
    exact = _exact(tuple(types), message)
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
    said = Text(fa="محتوای سند", en="The content of the document")
    return _one(
        _candidates(types, message, exact),
        said,
        lambda: unknown_types.of_content(message, types, partial(_inner, types)),
    )


def _candidates(types: Sequence[KnownType], message: Any, exact: list[KnownType]) -> list[KnownType]:
    found = exact or [known for known in types if any(_has(message, names) for names in known.markers)]
    if not found:
        found = [known for known in types if known.json_fallback and _has(message, known.json_fallback.split("."))]
    return _best(found, message) if len({known.id for known in found}) > 1 else found


def _inner(types: Sequence[KnownType], part: Any) -> list[str]:
    """The ids of the types that a part of a message is of, if it is a document by itself."""
    exact = _exact(tuple(types), part)
    return sorted({known.id for known in _candidates(types, part, exact)}) if exact else []


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


def _best(types: Sequence[KnownType], message: Any) -> list[KnownType]:
    """The types that know the most of the message's members and, of these, miss the fewest mandatory ones.

    The outer members decide; the inner ones are looked at only where these do not.
    """
    left = list(types)
    for depth in (2, 3, 4, 100):
        faults = [_faults(message, known, "", known.root, depth) for known in left]
        left = [known for known, count in zip(left, faults, strict=True) if count == min(faults)]
        if len(left) == 1:
            break
    return left


def _faults(value: Any, known: KnownType, path: str, class_name: str, depth: int) -> tuple[int, int]:
    """How many members of an object the type does not know, and how many mandatory ones are not there; those of the
    objects in it count too, down to ``depth``. A null member is one that its sender's class has: it counts as known
    or not known."""
    fields = known.fields_at(path, class_name)
    if not isinstance(value, dict) or not fields:
        return 0, 0
    written = {name.lower() for name in value}
    there = {name.lower() for name, member in value.items() if member is not None}
    unknown = sum(not name.startswith(("$", "@")) for name in written - fields.keys())
    missing = sum(said.use is Use.REQUIRED and name not in there for name, said in fields.items())
    for name, member in value.items() if depth > 1 else ():
        said = fields.get(name.lower())
        if said is None or not isinstance(member, dict | list):
            continue
        below = f"{path}.{said.name}" if path else said.name
        for item in member if isinstance(member, list) else [member]:
            inner = _faults(item, known, below, said.type, depth - 1)
            unknown, missing = unknown + inner[0], missing + inner[1]
    return unknown, missing


def _exact(types: tuple[KnownType, ...], message: Any) -> list[KnownType]:
    """The types one of whose markers is in the message as it is written; only markers whose first two names are
    there are looked for."""
    if not isinstance(message, dict):
        return []
    known = _by_beginning(types)
    found = [one for name in message for one in known.get((name,), ())]
    for name, member in message.items():
        if isinstance(member, dict):
            found += [one for inner in member for one in known.get((name, inner), ())]
    there = {known.id + known.version: known for names, known in found if _at(message, names)}
    return [there[key] for key in sorted(there)]


@lru_cache(maxsize=8)
def _by_beginning(types: tuple[KnownType, ...]) -> dict[tuple[str, ...], list[tuple[tuple[str, ...], KnownType]]]:
    """The markers of all types, by their first two names."""
    found: dict[tuple[str, ...], list[tuple[tuple[str, ...], KnownType]]] = {}
    for known in types:
        for names in known.markers:
            found.setdefault(tuple(names[:2]), []).append((tuple(names), known))
    return found


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


def _one(found: Sequence[KnownType], said: Text, hint: Callable[[], Text]) -> KnownType | Unidentified:
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
    return Unidentified(
        "document.unknown-type",
        Text(fa=f"{said.fa} با هیچ نوع سندی نمی‌خواند.", en=f"{said.en} fits no document type."),
        hint(),
    )
