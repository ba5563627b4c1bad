"""Document types and rule sets ⇄ canonical JSON bytes, beside ``records``.

To know a document one needs the head of its type only; the classes are decoded for the type it is of.
"""

from collections.abc import Sequence

import orjson

from termserver.model.documents import FORMS, DocumentClass, DocumentType, Field, Rule, RuleSet, Stage, Use, Variant
from termserver.model.findings import Severity
from termserver.model.values import replace
from termserver.releases.digests import canonical_json
from termserver.releases.records import Json, lean, period_in, period_out, text_in, text_out


def _field_out(field: Field) -> Json:
    said = lean(
        {
            "name": field.name,
            "type": field.type,
            "repeats": field.repeats,
            "attribute": field.attribute,
            "nillable": field.nillable,
            "binding": field.binding,
            "identifiers": field.identifiers,
            "pattern": field.pattern,
            "title": text_out(field.title),
            "source": field.source,
        }
    )
    if field.use is not Use.OPTIONAL:
        said["use"] = str(field.use)
    for key in ("minimum", "maximum", "max_length", "sepas_category"):
        value = getattr(field, key)
        if value is not None:
            said[key] = value
    return said


def _field_in(said: Json) -> Field:
    get = said.get
    return Field(
        get("name", ""),
        get("type", ""),
        get("repeats", False),
        get("attribute", False),
        get("nillable", False),
        Use(get("use", "optional")),
        tuple(get("binding", ())),
        tuple(get("identifiers", ())),
        get("minimum"),
        get("maximum"),
        get("pattern", ""),
        get("max_length"),
        get("sepas_category"),
        text_in(get("title")),
        get("source", ""),
    )


def _class_in(name: str, said: Json) -> DocumentClass:
    fields = tuple(_field_in(field) for field in said.get("fields", ()))
    return DocumentClass(name, fields, said.get("base", ""), said.get("namespace", ""), tuple(said.get("newer", ())))


def encode_document_type(document_type: DocumentType) -> bytes:
    said = lean(
        {
            "id": document_type.id,
            "version": document_type.version,
            "title": text_out(document_type.title),
            "root": document_type.root,
            "classes": {
                name: lean(
                    {
                        "fields": [_field_out(field) for field in known.fields],
                        "base": known.base,
                        "namespace": known.namespace,
                        "newer": known.newer,
                    }
                )
                for name, known in document_type.classes.items()
            },
            "at": {path: _field_out(field) for path, field in document_type.at.items()},
            "json_marker": document_type.json_marker,
            "content_type": document_type.content_type,
            "source": document_type.source,
            "provisional": document_type.provisional,
            "json_fallback": document_type.json_fallback,
            "open": document_type.open,
            "variants": [
                lean({"path": one.path, "names": one.names, "types": one.types, "source": one.source})
                for one in document_type.variants
            ],
        }
    )
    if document_type.forms != FORMS:
        said["forms"] = document_type.forms
    return canonical_json(said)


def decode_document_type(data: bytes) -> DocumentType:
    """The document type; ``classes`` and ``at`` are in the order of their names."""
    said = orjson.loads(data)
    return replace(
        _head(said),
        classes={name: _class_in(name, known) for name, known in said.get("classes", {}).items()},
        at={path: _field_in(field) for path, field in said.get("at", {}).items()},
        variants=tuple(_variant_in(one) for one in said.get("variants", ())),
    )


def _variant_in(said: Json) -> Variant:
    get = said.get
    return Variant(get("path", ""), tuple(get("names", ())), tuple(get("types", ())), get("source", ""))


HEADS = "documents/heads.json"
"""The artefact that tells the document types of a release apart, so that judging one reads only that one."""


def encode_heads(types: Sequence[DocumentType]) -> bytes:
    """The document types without their classes and fields: what tells them from one another, and their titles."""
    return canonical_json([orjson.loads(encode_document_type(replace(one, classes={}, at={}))) for one in types])


def decode_heads(data: bytes) -> list[DocumentType]:
    """What ``encode_heads`` wrote."""
    return [_head(said) for said in orjson.loads(data)]


def _head(said: Json) -> DocumentType:
    get = said.get
    return DocumentType(
        id=get("id", ""),
        version=get("version", ""),
        title=text_in(get("title")),
        root=get("root", ""),
        classes={},
        at={},
        json_marker=get("json_marker", ""),
        content_type=get("content_type", ""),
        source=get("source", ""),
        provisional=get("provisional", False),
        forms=tuple(get("forms", FORMS)),
        json_fallback=get("json_fallback", ""),
        open=get("open", False),
    )


def _rule_out(rule: Rule) -> Json:
    said = lean(
        {
            "id": rule.id,
            "severity": str(rule.severity),
            "holds": rule.holds,
            "says": text_out(rule.says),
            "each": rule.each,
            "when": rule.when,
            "at": rule.at,
            "after": rule.after,
            "stands_for": rule.stands_for,
            "why": rule.why,
            "evidence": rule.evidence,
            "source": rule.source,
        }
    )
    if rule.stages:
        said["stages"] = [[stage.start, str(stage.severity or "")] for stage in rule.stages]
    if rule.hint is not None:
        said["hint"] = text_out(rule.hint) or {}
    if rule.sepas_category is not None:
        said["sepas_category"] = rule.sepas_category
    return said


def _rule_in(said: Json) -> Rule:
    get = said.get
    return Rule(
        id=get("id", ""),
        severity=Severity(said["severity"]),
        holds=get("holds", ""),
        says=text_in(get("says")),
        each=get("each", ""),
        when=get("when", ""),
        at=get("at", ""),
        after=tuple(get("after", ())),
        hint=text_in(said["hint"]) if "hint" in said else None,
        why=get("why", ""),
        evidence=get("evidence", ""),
        source=get("source", ""),
        sepas_category=get("sepas_category"),
        stages=tuple(Stage(day, Severity(said) if said else None) for day, said in get("stages", ())),
        stands_for=tuple(get("stands_for", ())),
    )


def encode_rule_set(rule_set: RuleSet) -> bytes:
    return canonical_json(
        lean(
            {
                "document_type": rule_set.document_type,
                "version": rule_set.version,
                "schema_version": rule_set.schema_version,
                "title": text_out(rule_set.title),
                "day": rule_set.day,
                "rules": [_rule_out(rule) for rule in rule_set.rules],
                "period": period_out(rule_set.period),
                "provisional": rule_set.provisional,
                "source": rule_set.source,
            }
        )
    )


def decode_rule_set(data: bytes) -> RuleSet:
    said = orjson.loads(data)
    get = said.get
    return RuleSet(
        document_type=get("document_type", ""),
        version=get("version", ""),
        schema_version=get("schema_version", ""),
        title=text_in(get("title")),
        day=tuple(get("day", ())),
        rules=tuple(_rule_in(rule) for rule in get("rules", ())),
        period=period_in(get("period")),
        provisional=get("provisional", False),
        source=get("source", ""),
    )
