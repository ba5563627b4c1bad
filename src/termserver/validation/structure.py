"""The schema engines: whether a document keeps its schema, decided by one of two independent engines.

``fast`` is libxml2's XMLSchema and jsonschema-rs, ``reference`` is xmlschema and jsonschema. They
only say yes or no (and, should nothing else explain a no, their own words); the walker explains.
"""

import threading
from typing import Any, Protocol

from termserver.model.documents import DocumentType
from termserver.model.errors import UsageError
from termserver.validation.engine_terms import Files, without_values


class XmlEngine(Protocol):
    def accepts(self, root: Any, data: bytes | None) -> bool:
        """Whether the tree keeps the schema; ``data`` are the bytes it was parsed from, if it was."""

    def words(self, root: Any) -> str:
        """What the engine says about a tree that does not, without the document's values."""


class JsonEngine(Protocol):
    def accepts(self, message: Any) -> bool: ...

    def words(self, message: Any) -> str: ...


ENGINES = ("fast", "reference")


def xml_engine(engine: str, document_type: DocumentType, files: Files) -> XmlEngine:
    """The XML engine of that name; raise UsageError for another name."""
    _require(engine)
    if engine == "fast":
        return _Libxml2(document_type, files)
    from termserver.validation.reference import Xmlschema

    return Xmlschema(document_type, files)


def json_engine(engine: str, document_type: DocumentType, files: Files) -> JsonEngine:
    """The JSON engine of that name; raise UsageError for another name."""
    _require(engine)
    if engine == "fast":
        return _JsonschemaRs(document_type, files)
    from termserver.validation.reference import Jsonschema

    return Jsonschema(document_type, files)


def _require(engine: str) -> None:
    if engine not in ENGINES:
        raise UsageError(
            f"There is no engine '{engine}'. Use fast or reference.",
            f"موتور «{engine}» نیست. fast یا reference بنویسید.",
        )


class _Libxml2:
    """One XMLSchema per thread: shared, its error logs mix one document's errors into another's report."""

    def __init__(self, document_type: DocumentType, files: Files) -> None:
        self._root = f"{document_type.root}.xsd"
        self._files = files
        self._own = threading.local()

    def _schema(self) -> Any:
        try:
            return self._own.schema
        except AttributeError:
            from termserver.parsing.xml import schema_of

            self._own.schema = schema_of(self._root, self._files)
            return self._own.schema

    def accepts(self, root: Any, data: bytes | None) -> bool:
        from termserver.parsing.xml import keeps_schema

        if data is None:
            return bool(self._schema().validate(root))
        return keeps_schema(root, data, self._schema())

    def words(self, root: Any) -> str:
        schema = self._schema()
        schema.validate(root)
        return without_values(str(schema.error_log.last_error.message)) if schema.error_log.last_error else ""


class _JsonschemaRs:
    def __init__(self, document_type: DocumentType, files: Files) -> None:
        import jsonschema_rs
        import orjson

        schema = orjson.loads(files(f"{document_type.id}.schema.json"))
        self._validator = jsonschema_rs.validator_for(
            schema, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), mask="…"
        )
        self.accepts = self._validator.is_valid

    def words(self, message: Any) -> str:
        first = next(iter(self._validator.iter_errors(message)), None)
        return without_values(str(first.message)) if first else ""
