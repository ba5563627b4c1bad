"""The reference engines: slower, independent of libxml2 and Rust, and asked for by ``--engine reference`` alone.

They take a hundred times as long as the fast ones. So that no document keeps them busy for more than half a second,
they say no at the first fault and refuse what is larger than they can read in that time.
"""

import re
import sys
from functools import cached_property
from itertools import islice
from typing import Any

from termserver.model.documents import DocumentType
from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.validation.engine_terms import Files, without_values

ELEMENTS = 5_000
"""Elements of an XML document that are read; a bill of three hundred services has as many."""
PREFIXES = 50
"""Namespace prefixes of an XML document: every element is read with all of them."""
VALUES = 40_000
"""Objects, lists, members and items of a JSON document that are read."""

_PREFIX = re.compile(rb"xmlns:([^\s=]+)")


class Xmlschema:
    """The ``xmlschema`` package (pure Python, XSD 1.0)."""

    def __init__(self, document_type: DocumentType, files: Files) -> None:
        self._main = f"{document_type.root}.xsd"
        self._files = files

    @cached_property
    def _schema(self) -> Any:
        import xmlschema

        from termserver.parsing.xml import schema_texts

        main, *others = schema_texts(self._main, self._files).values()
        schema = xmlschema.XMLSchema10(
            _without_locations(main),
            locations={},
            defuse="never",
            allow="none",
            build=False,
        )
        for other in others:
            schema.add_schema(_without_locations(other))
        schema.build()
        return schema

    def accepts(self, root: Any, data: bytes | None) -> bool:
        elements = sum(1 for _ in islice(root.iter(), ELEMENTS + 1))
        if elements > ELEMENTS:
            raise _too_large(Text(fa=f"{ELEMENTS:,} عنصر", en=f"{ELEMENTS:,} elements"))
        if data is not None and data.count(b"xmlns:") > PREFIXES and len(set(_PREFIX.findall(data))) > PREFIXES:
            raise _too_large(Text(fa=f"{PREFIXES} پیشوند", en=f"{PREFIXES} namespace prefixes"))
        from xmlschema import XMLSchemaException

        try:
            self._schema.validate(root)  # ends at the first fault; ``is_valid`` gathers them all
        except XMLSchemaException:  # that fault, or an ``xsi:type`` that the schema does not know
            return False
        return True

    def words(self, root: Any) -> str:
        from xmlschema import XMLSchemaException

        try:
            first = next(self._schema.iter_errors(root), None)
        except XMLSchemaException as refused:
            return without_values(str(refused))
        return without_values(str(first.reason or first.message)) if first else ""


def _without_locations(text: str) -> str:
    return re.sub(r'\s+schemaLocation="[^"]*"', "", text)


class Jsonschema:
    """The ``jsonschema`` package (pure Python, draft of the schema)."""

    def __init__(self, document_type: DocumentType, files: Files) -> None:
        self._name = f"{document_type.id}.schema.json"
        self._files = files

    @cached_property
    def _validator(self) -> Any:
        import orjson

        jsonschema = _jsonschema()
        schema = orjson.loads(self._files(self._name))
        validator = jsonschema.validators.validator_for(schema)
        return validator(schema, format_checker=validator.FORMAT_CHECKER)

    def accepts(self, message: Any) -> bool:
        if _values(message) > VALUES:
            raise _too_large(Text(fa=f"{VALUES:,} مقدار", en=f"{VALUES:,} values"))
        return bool(self._validator.is_valid(message))

    def words(self, message: Any) -> str:
        first = next(iter(self._validator.iter_errors(message)), None)
        return without_values(str(first.message)) if first else ""


_IRIS = "rfc3987_syntax"


def _jsonschema() -> Any:
    """The package without what it checks IRIs by: that takes a second to load, and no schema of ours has an IRI."""
    hidden = _IRIS not in sys.modules
    if hidden:
        sys.modules[_IRIS] = None  # type: ignore[assignment]
    try:
        import jsonschema
    finally:
        if hidden:
            del sys.modules[_IRIS]
    return jsonschema


def _values(message: Any) -> int:
    """How many values a message holds; counted no further than to where there are too many."""
    count, waiting = 1, [message]
    while waiting and count <= VALUES:
        held = waiting.pop()
        if isinstance(held, dict):
            held = list(held.values())
        if isinstance(held, list):
            count += len(held)
            waiting += [inner for inner in held[:VALUES] if isinstance(inner, dict | list)]
    return count


def _too_large(most: Text) -> Unreadable:
    return Unreadable(
        "budget.reference",
        Text(
            fa=f"سند برای موتور مرجع بزرگ است؛ این موتور حداکثر {most.fa} می‌خواند.",
            en=f"The document is too large for the reference engine, which reads at most {most.en}.",
        ),
        hint=Text(
            fa="با موتور fast بسنجید، یا سند را به چند پیام بشکنید.",
            en="Judge it with --engine fast, or split it into several messages.",
        ),
        budget=True,
    )
