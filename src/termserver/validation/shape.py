"""A document type as a table to walk by: for every class its fields by name, in order.

Made lazily and once per document type; reading XML, normalising JSON and explaining faults all
go by it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from termserver.model.documents import DocumentType, Field

CODED_TEXT = "DO_CODED_TEXT"
IDENTIFIER = "DO_IDENTIFIER"
DATE = "DO_DATE"
DATE_TIME = "DO_DATE_TIME"
QUANTITY = "DO_QUANTITY"
YYYYMMDD = "yyyymmdd"


class ClassShape(NamedTuple):
    """The fields of one class: by name in order, and by lower-case name for tolerant reading.

    ``newer``: the lower-case names of those that the newer model has in it.
    """

    name: str
    fields: Mapping[str, Field]
    order: Mapping[str, int]
    by_lower: Mapping[str, str]
    newer: frozenset[str]


class Shape:
    """The classes of one document type."""

    def __init__(self, document_type: DocumentType) -> None:
        self.type = document_type
        self._classes: dict[str, ClassShape] = {}
        self._at: dict[tuple[str, str], tuple[Field, ...]] = {}
        self._forms: dict[str, tuple[str, ...]] = {}

    def of(self, class_name: str) -> ClassShape:
        """The class; raise KeyError if the type does not know it."""
        known = self._classes.get(class_name)
        if known is None:
            fields = self.type.fields_of(class_name)
            known = self._classes[class_name] = ClassShape(
                class_name,
                {field.name: field for field in fields},
                {field.name: n for n, field in enumerate(fields)},
                {field.name.lower(): field.name for field in fields},
                frozenset(name.lower() for name in self.type.newer_of(class_name)),
            )
        return known

    def is_class(self, type_name: str) -> bool:
        return type_name in self.type.classes

    def fields_at(self, path: str, class_name: str) -> tuple[Field, ...]:
        """The fields as they are said at a path without indexes; cached."""
        key = (path, class_name)
        known = self._at.get(key)
        if known is None:
            known = self._at[key] = self.type.fields_at(path, class_name)
        return known

    def forms_of(self, class_name: str) -> tuple[str, ...]:
        """The class and those derived from it; cached."""
        known = self._forms.get(class_name)
        if known is None:
            known = self._forms[class_name] = self.type.forms_of(class_name)
        return known

    def extends(self, class_name: str, base: str) -> bool:
        """Whether ``class_name`` is ``base`` or one of its subclasses."""
        while class_name and class_name != base:
            known = self.type.classes.get(class_name)
            class_name = known.base if known else ""
        return class_name == base

    def namespace(self, class_name: str) -> str:
        """The XML namespace of the elements in the class; that of the root's members where it has attributes alone."""
        fields = self.type.fields_of(class_name)
        owner = class_name if any(not field.attribute for field in fields) else self.type.root
        return self.type.classes[owner].namespace

    def is_opaque(self, class_name: str) -> bool:
        """Whether the inside of the class is not described and may hold anything."""
        known = self.type.classes[class_name]
        return not known.fields and not known.base and len(self.forms_of(class_name)) == 1
