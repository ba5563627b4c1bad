"""The reference engines: slower, independent of libxml2 and Rust, and asked for by ``--engine reference`` alone."""

from typing import Any

from termserver.model.documents import DocumentType
from termserver.validation.structure import Files, without_values


class Xmlschema:
    """The ``xmlschema`` package (pure Python, XSD 1.0)."""

    def __init__(self, document_type: DocumentType, files: Files) -> None:
        import xmlschema

        from termserver.parsing.xml import schema_texts

        texts = schema_texts(f"{document_type.root}.xsd", files)
        main, *others = texts.values()
        self._schema = xmlschema.XMLSchema10(
            _without_locations(main),
            locations={},
            defuse="never",
            allow="none",
            build=False,
        )
        for other in others:
            self._schema.add_schema(_without_locations(other))
        self._schema.build()
        self._refused = xmlschema.XMLSchemaException

    def accepts(self, root: Any, data: bytes | None) -> bool:
        try:
            return bool(self._schema.is_valid(root))
        except self._refused:  # an ``xsi:type`` that the schema does not know
            return False

    def words(self, root: Any) -> str:
        try:
            first = next(self._schema.iter_errors(root), None)
        except self._refused as refused:
            return without_values(str(refused))
        return without_values(str(first.reason or first.message)) if first else ""


def _without_locations(text: str) -> str:
    import re

    return re.sub(r'\s+schemaLocation="[^"]*"', "", text)


class Jsonschema:
    """The ``jsonschema`` package (pure Python, draft of the schema)."""

    def __init__(self, document_type: DocumentType, files: Files) -> None:
        import jsonschema
        import orjson

        schema = orjson.loads(files(f"{document_type.id}.schema.json"))
        validator = jsonschema.validators.validator_for(schema)
        self._validator = validator(schema, format_checker=validator.FORMAT_CHECKER)

    def accepts(self, message: Any) -> bool:
        return bool(self._validator.is_valid(message))

    def words(self, message: Any) -> str:
        first = next(iter(self._validator.iter_errors(message)), None)
        return without_values(str(first.message)) if first else ""
