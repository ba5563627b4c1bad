"""How the API describes itself: the shapes of its answers, for OpenAPI only.

The answers themselves are written as bytes elsewhere; tests hold them to these shapes.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from termserver.model.destinations import Destination


class Bilingual(BaseModel):
    fa: str
    en: str


class ErrorBody(BaseModel):
    code: str = Field(description="stable, for programs", examples=["unknown-system"])
    status: int
    message: Bilingual


class ErrorAnswer(BaseModel):
    """Every answer from 400 up has this one shape."""

    error: ErrorBody
    release: str


class DesignationShape(BaseModel):
    language: str
    value: str
    use: str


class HitShape(BaseModel):
    system: str = Field(description="folder id of the code system")
    native_id: str = Field(description="the system's name on the wire, as `thritaEHR.insurer`")
    code: str
    display: str = Field(description="in the language asked for, else in the other one")
    display_fa: str
    display_en: str
    designations: list[DesignationShape]
    status: Literal["active", "retired"]
    stand_in_for: str | None = Field(None, description="the system this one replaces until it is loaded")
    why: "WhyShape | None" = Field(None, description="with `explain=true`: why the hit is where it is")
    marks: dict[str, list[tuple[int, int]]] | None = Field(
        None, description="with `highlight=true`: for each display, first and end (not included) of the words meant"
    )


class FacetShape(BaseModel):
    value: str
    count: int
    system: str | None = Field(None, description="of a chapter: its code system")
    title: Bilingual | None = Field(None, description="of a chapter: what it is called")


class WhyShape(BaseModel):
    match: str = Field(description="the kind of match, stable, for programs", examples=["title", "meant-title"])
    says: Bilingual = Field(description="the same for people")
    weight: int = Field(description="of the code system; of two hits of one kind the heavier system's comes first")
    place: int = Field(description="in the static order of its system: general before special, short titles first")


Suggestions = RootModel[list[Any]]
"""``[total, [[system, code, display], …], relaxed?, did_you_mean?]``"""


class SearchAnswer(BaseModel):
    hits: list[HitShape]
    total: int = Field(description="the exact number of matches, whatever the limit")
    relaxed: Literal["prefixes", "code", "layout", "spelling", "transliteration", "meant", "partial"] | None = Field(
        None,
        description="only where nothing matched as typed: what was loosened. `prefixes`: every word was taken as the "
        "beginning of one; `code`: a code without its first letters; `layout`: the keyboard's other layout; "
        "`spelling`: typing errors; `transliteration`: Persian in Latin letters; `meant`: what goes on from a name "
        "of the glossary; `partial`: the best partial match",
    )
    did_you_mean: str | None = Field(None, description="the words that were searched instead")
    facets: dict[str, list[FacetShape]] | None = Field(None, description="with `facet`: exact counts over all matches")
    release: str = Field(description="digest of the edition that answered")


class ConceptAnswer(BaseModel):
    """One code with everything said about it. More members may be added; none is ever taken away."""

    system: str
    code: str
    display: str
    display_fa: str
    display_en: str
    status: Literal["active", "retired"]
    designations: list[DesignationShape]
    properties: list[dict[str, Any]]
    parents: list[dict[str, Any]]
    ancestors: list[dict[str, Any]] = Field(description="nearest first")
    children: list[dict[str, Any]]
    release: str


class SystemsAnswer(BaseModel):
    codesystems: list[dict[str, Any]]
    release: str


class FindingShape(BaseModel):
    rule: str
    layer: Literal["syntax", "structure", "code", "identifier", "registry", "rule"]
    severity: Literal["error", "warning", "information"]
    line: int
    column: int
    path: str
    message: Bilingual
    hint: Bilingual | None
    sepas_category: int | None
    excerpt: str | None = Field(description="what stands there, with its values masked")
    page: str = Field(description="where the rule is explained, below the address of a server")


class ReportShape(BaseModel):
    document: str
    verdict: Literal["accepted", "rejected", "undecided"]
    complete: bool
    type: str
    type_version: str
    day: str | None
    share: dict[str, Any]
    sha256: str
    findings: list[FindingShape]
    to: list[str] | None = Field(None, description="the destinations for which it was judged, where any were named")


class ReportsAnswer(BaseModel):
    reports: list[ReportShape]
    release: str


class BatchItem(BaseModel):
    id: str = Field("", description="how the report calls the document; its place in the list where absent")
    content: str | None = Field(None, description="the document as text, XML or JSON")
    content_base64: str | None = Field(None, description="the document's bytes; one of both is given")
    type: str = Field("", description="the document type, where the document does not tell")


def destination(known: Destination) -> dict[str, Any]:
    """A destination as the API tells it."""
    return {
        "id": known.id,
        "aliases": list(known.aliases),
        "version": known.version,
        "title": known.title.as_json(),
        "receiver": known.receiver.as_json(),
        "otherwise": str(known.otherwise),
        "provisional": known.provisional,
        "source": known.source,
        "documents": [
            {
                "type": one.type,
                "sending": str(one.sending),
                "sender": one.sender.as_json(),
                "purpose": one.purpose.as_json(),
                "period": {"start": one.period.start, "end": one.period.end} if one.period else None,
                "minimum": list(one.minimum),
                "minimum_provisional": one.minimum_provisional,
                "provisional": one.provisional,
                "source": one.source,
            }
            for one in known.documents
        ],
    }


class RuleAnswer(BaseModel):
    """A rule of a rule set, or a finding of the engine itself (then `document_type` is null)."""

    id: str
    layer: str
    severity: Literal["error", "warning", "information"] = Field(
        description="of a finding of the engine, the usual one"
    )
    title: Bilingual
    why: Bilingual
    hint: Bilingual | None
    sepas_category: int | None
    sepas_words: Bilingual | None
    source: str
    evidence: str
    each: str = Field(description="where it is asked, in the language of validators/README.md; so are the next two")
    when: str
    holds: str
    bad: str = Field(description="excerpt of the invalid example")
    good: str = Field(description="the same place of the valid one")
    example: str = Field(description="the name of the invalid example")
    document_type: str | None
    version: str
    provisional: bool
    also_in: list[str] = Field(description="the other document types with a rule of this id")
    release: str
