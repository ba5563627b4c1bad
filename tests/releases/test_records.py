"""What goes into a release as JSON comes back equal."""

import types
import typing
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from termserver.model.codes import CodeSystem, ConceptMap, NamingSystem, ValueSet
from termserver.model.documents import DocumentClass, DocumentType, RuleSet
from termserver.model.glossary import Glossary
from termserver.model.text import Text
from termserver.model.values import fields as fields_of
from termserver.model.values import replace
from termserver.releases import document_records, glossary_records, records

PAIRS: list[tuple[type, Any, Any]] = [
    (CodeSystem, records.encode_system, records.decode_system),
    (ValueSet, records.encode_value_set, records.decode_value_set),
    (ConceptMap, records.encode_concept_map, records.decode_concept_map),
    (NamingSystem, records.encode_naming_system, records.decode_naming_system),
    (DocumentType, document_records.encode_document_type, document_records.decode_document_type),
    (Glossary, glossary_records.encode_glossary, glossary_records.decode_glossary),
    (RuleSet, document_records.encode_rule_set, document_records.decode_rule_set),
]

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: st.integers(-(2**31), 2**31),
    bool: st.booleans(),
    type(None): st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a model type, made from its annotations."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values, inner))
    if origin is not None and issubclass(origin, typing.Mapping):
        return st.dictionaries(_TEXTS, values(inner[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    hints = typing.get_type_hints(kind)
    fields = {name: values(hints[name]) for name in fields_of(kind)}
    return st.builds(kind, **fields)


def _named_by_key(known: DocumentType) -> DocumentType:
    """A class is called in its mapping as it calls itself."""
    return replace(known, classes={name: replace(one, name=name) for name, one in known.classes.items()})


@pytest.mark.parametrize(("kind", "encode", "decode"), PAIRS, ids=[pair[0].__name__ for pair in PAIRS])
def test_every_field_comes_back(kind: type, encode: Any, decode: Any) -> None:
    made = values(kind)
    if kind is DocumentType:
        made = made.map(_named_by_key)

    @settings(max_examples=60, deadline=None)
    @given(made)
    def comes_back(value: Any) -> None:
        data = encode(value)
        assert decode(data) == value
        assert encode(decode(data)) == data

    comes_back()


def test_the_head_of_a_type_is_the_type_without_its_fields() -> None:
    title = Text("صورتحساب", "Bill")
    known = DocumentType("bill", "1.0", title, "BillVO", {"BillVO": DocumentClass("BillVO", ())}, {}, "Bill", "BillVO")
    (head,) = document_records.decode_heads(document_records.encode_heads([known]))
    assert head == replace(known, classes={})
