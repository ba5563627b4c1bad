"""Model objects ⇄ canonical JSON bytes, as the artefacts of a release hold them.

A field that has its default is left out, so that the bytes are few and a later field with a
default changes no digest. Written by hand: a release is opened by reading these.
"""

from typing import Any

import orjson

from termserver.model.codes import (
    Audience,
    CodeSystem,
    ConceptMap,
    ConceptMapping,
    Content,
    FieldDefinition,
    Include,
    Kind,
    NamingSystem,
    PropertyDefinition,
    Triplet,
    ValueSet,
)
from termserver.model.days import ALWAYS, Period
from termserver.model.text import Text
from termserver.releases.digests import canonical_json

Json = dict[str, Any]
_NOTHING = Text()


def text_out(text: Text | None) -> Json | None:
    """Only the languages that are there; None for no text at all."""
    if text is None:
        return None
    said = {}
    if text.fa:
        said["fa"] = text.fa
    if text.en:
        said["en"] = text.en
    return said or None


def text_in(said: Json | None) -> Text:
    return Text(said.get("fa", ""), said.get("en", "")) if said else _NOTHING


def period_out(period: Period) -> list[str] | None:
    return [period.start, period.end] if period else None


def period_in(said: list[str] | None) -> Period:
    return Period(said[0], said[1]) if said else ALWAYS


def lean(said: Json) -> Json:
    """The members that say something; zero and false are the defaults of every field written this way."""
    return {key: value for key, value in said.items() if value}


def encode_system(system: CodeSystem) -> bytes:
    said = lean(
        {
            "id": system.id,
            "url": system.url,
            "title": text_out(system.title),
            "version": system.version,
            "content": str(system.content),
            "native_id": system.native_id,
            "aliases": system.aliases,
            "oid": system.oid,
            "publisher": system.publisher,
            "source": system.source,
            "licence": system.licence,
            "description": text_out(system.description),
            "provisional": system.provisional,
            "closed": system.closed,
            "closed_evidence": system.closed_evidence,
            "hierarchy": system.hierarchy,
            "shape": system.shape,
            "example": system.example,
            "check": system.check,
            "widths": system.widths,
            "period": period_out(system.period),
            "stands_in_for": system.stands_in_for,
            "properties": [_property_out(p) for p in system.properties],
        }
    )
    if system.kind is not Kind.TERMINOLOGY:
        said["kind"] = str(system.kind)
    if not system.case_sensitive:
        said["case_sensitive"] = False
    if system.weight != 100:
        said["weight"] = system.weight
    return canonical_json(said)


def decode_system(data: bytes) -> CodeSystem:
    said = orjson.loads(data)
    get = said.get
    return CodeSystem(
        id=get("id", ""),
        url=get("url", ""),
        title=text_in(get("title")),
        version=get("version", ""),
        content=Content(said["content"]),
        native_id=get("native_id", ""),
        aliases=tuple(get("aliases", ())),
        oid=get("oid", ""),
        kind=Kind(get("kind", "terminology")),
        publisher=get("publisher", ""),
        source=get("source", ""),
        licence=get("licence", ""),
        description=text_in(get("description")),
        provisional=get("provisional", False),
        closed=get("closed", False),
        closed_evidence=get("closed_evidence", ""),
        case_sensitive=get("case_sensitive", True),
        hierarchy=get("hierarchy", ""),
        shape=get("shape", ""),
        example=get("example", ""),
        check=get("check", ""),
        widths=tuple(get("widths", ())),
        period=period_in(get("period")),
        stands_in_for=get("stands_in_for", ""),
        weight=get("weight", 100),
        properties=tuple(_property_in(p) for p in get("properties", ())),
    )


def _property_out(said: PropertyDefinition) -> Json:
    return lean(
        {
            "code": said.code,
            "title": text_out(said.title),
            "type": said.type,
            "indexed": said.indexed,
            "audience": _audience_out(said.audience),
            "fields": [
                lean(
                    {
                        "code": field.code,
                        "title": text_out(field.title),
                        "type": field.type,
                        "system": field.system,
                        "audience": _audience_out(field.audience),
                    }
                )
                for field in said.fields
            ],
            "key": said.key,
            "repeats": said.repeats,
            "system": said.system,
            "source": said.source,
        }
    )


def _property_in(said: Json) -> PropertyDefinition:
    get = said.get
    return PropertyDefinition(
        get("code", ""),
        text_in(get("title")),
        get("type", ""),
        get("indexed", False),
        Audience(get("audience", "public")),
        tuple(
            FieldDefinition(
                one.get("code", ""),
                text_in(one.get("title")),
                one.get("type", ""),
                one.get("system", ""),
                Audience(one.get("audience", "public")),
            )
            for one in get("fields", ())
        ),
        tuple(get("key", ())),
        get("repeats", False),
        get("system", ""),
        get("source", ""),
    )


def _audience_out(audience: Audience) -> str:
    return "" if audience is Audience.PUBLIC else str(audience)


def _include_out(include: Include) -> Json:
    return lean({"system": include.system, "codes": include.codes, "under": include.under, "shape": include.shape})


def _includes_in(said: list[Json]) -> tuple[Include, ...]:
    return tuple(
        Include(i.get("system", ""), tuple(i.get("codes", ())), tuple(i.get("under", ())), i.get("shape", ""))
        for i in said
    )


def encode_value_set(value_set: ValueSet) -> bytes:
    said = lean(
        {
            "id": value_set.id,
            "url": value_set.url,
            "title": text_out(value_set.title),
            "version": value_set.version,
            "include": [_include_out(i) for i in value_set.include],
            "exclude": [_include_out(i) for i in value_set.exclude],
            "source": value_set.source,
            "provisional": value_set.provisional,
        }
    )
    if value_set.content is not Content.COMPLETE:
        said["content"] = str(value_set.content)
    return canonical_json(said)


def decode_value_set(data: bytes) -> ValueSet:
    said = orjson.loads(data)
    get = said.get
    return ValueSet(
        id=get("id", ""),
        url=get("url", ""),
        title=text_in(get("title")),
        version=get("version", ""),
        include=_includes_in(get("include", [])),
        exclude=_includes_in(get("exclude", [])),
        source=get("source", ""),
        provisional=get("provisional", False),
        content=Content(get("content", "complete")),
    )


def encode_concept_map(concept_map: ConceptMap) -> bytes:
    return canonical_json(
        lean(
            {
                "id": concept_map.id,
                "url": concept_map.url,
                "title": text_out(concept_map.title),
                "version": concept_map.version,
                "source_system": concept_map.source_system,
                "target_system": concept_map.target_system,
                "mappings": [[m.source_code, m.target_code, m.relationship, m.comment] for m in concept_map.mappings],
                "source": concept_map.source,
                "provisional": concept_map.provisional,
            }
        )
    )


def decode_concept_map(data: bytes) -> ConceptMap:
    said = orjson.loads(data)
    get = said.get
    return ConceptMap(
        id=get("id", ""),
        url=get("url", ""),
        title=text_in(get("title")),
        version=get("version", ""),
        source_system=get("source_system", ""),
        target_system=get("target_system", ""),
        mappings=tuple(ConceptMapping(*row) for row in get("mappings", ())),
        source=get("source", ""),
        provisional=get("provisional", False),
    )


def encode_naming_system(naming: NamingSystem) -> bytes:
    return canonical_json(
        lean(
            {
                "id": naming.id,
                "url": naming.url,
                "title": text_out(naming.title),
                "triplets": [[t.issuer, t.assigner, t.type] for t in naming.triplets],
                "shape": naming.shape,
                "shape_says": text_out(naming.shape_says),
                "check": naming.check,
                "pad_to": naming.pad_to,
                "example": naming.example,
                "registry": naming.registry,
                "aliases": naming.aliases,
                "source": naming.source,
                "provisional": naming.provisional,
                "blanks": naming.blanks,
                "remark": text_out(naming.remark),
            }
        )
    )


def decode_naming_system(data: bytes) -> NamingSystem:
    said = orjson.loads(data)
    get = said.get
    return NamingSystem(
        id=get("id", ""),
        url=get("url", ""),
        title=text_in(get("title")),
        triplets=tuple(Triplet(*triplet) for triplet in get("triplets", ())),
        shape=get("shape", ""),
        shape_says=text_in(get("shape_says")),
        check=get("check", ""),
        pad_to=get("pad_to", 0),
        example=get("example", ""),
        registry=get("registry", ""),
        aliases=tuple(get("aliases", ())),
        source=get("source", ""),
        provisional=get("provisional", False),
        blanks=get("blanks", False),
        remark=text_in(get("remark")),
    )
