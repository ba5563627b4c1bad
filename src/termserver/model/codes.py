"""Code systems and what belongs to them, in the words of FHIR."""

from enum import StrEnum

from termserver.model.days import ALWAYS, Period
from termserver.model.text import Text
from termserver.model.values import value


class Content(StrEnum):
    """How much of a code system is here (FHIR CodeSystem.content)."""

    COMPLETE = "complete"
    FRAGMENT = "fragment"
    NOT_PRESENT = "not-present"
    EXAMPLE = "example"


CONTENT_RANK = {Content.COMPLETE: 3, Content.FRAGMENT: 2, Content.EXAMPLE: 1, Content.NOT_PRESENT: 0}
"""Complete beats fragment beats not-present where an edition holds a system twice."""


class Status(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


class Audience(StrEnum):
    """Who may see a fact: everybody, those whom the law names, the keeper of the registry, or nobody at all."""

    PUBLIC = "public"
    QUALIFIED = "qualified"
    REGISTRAR = "registrar"
    NOBODY = "nobody"


class Kind(StrEnum):
    """A registry is a code system whose concepts are entries: physicians, centres, drugs."""

    TERMINOLOGY = "terminology"
    REGISTRY = "registry"


@value
class Coding:
    """A code in a system; the system by folder id, native id, URL or OID, in any case of letters."""

    system: str
    code: str
    display: str = ""


@value
class Designation:
    """Another name of a concept: a synonym, a brand, a former title."""

    language: str
    value: str
    use: str = "synonym"


@value
class Property:
    """One value of one property, true during its period (a licence, a price, a flag)."""

    code: str
    value: str
    period: Period = ALWAYS


@value
class Concept:
    """One code with what is said about it. ``parents`` are codes of the same system."""

    code: str
    display: Text
    parents: tuple[str, ...] = ()
    status: Status = Status.ACTIVE
    period: Period = ALWAYS
    replaced_by: tuple[str, ...] = ()
    designations: tuple[Designation, ...] = ()
    properties: tuple[Property, ...] = ()
    source: str = ""


@value
class FieldDefinition:
    """One field of a property whose values are records.

    ``type`` is string, code, day, number, boolean or reference; ``system`` the code system, registry
    or naming system that its values belong to.
    """

    code: str
    title: Text = Text()
    type: str = "string"
    system: str = ""
    audience: Audience = Audience.PUBLIC


@value
class PropertyDefinition:
    """A property that concepts of a system may carry. ``indexed`` values find the concept in search.

    A value of type ``record`` is one canonical JSON object of the ``fields``; those named by ``key``
    tell two records of an entry apart. ``repeats``: an entry may have several values on one day.
    ``system`` is the code system or registry that plain values belong to.
    """

    code: str
    title: Text = Text()
    type: str = "string"
    indexed: bool = False
    audience: Audience = Audience.PUBLIC
    fields: tuple[FieldDefinition, ...] = ()
    key: tuple[str, ...] = ()
    repeats: bool = False
    system: str = ""
    source: str = ""


@value
class CodeSystem:
    """The metadata of one code system, as its ``codesystem.yaml`` says it.

    ``shape`` is a regular expression for the whole code (ASCII, as ``re.fullmatch``); ``check`` a
    rule of ``check_digits``; ``widths`` the padded widths in which a code also travels ("5760" as
    "05760"); ``closed`` tells whether the list is known to be whole although ``content`` may say
    fragment, by ``closed_evidence``; ``stands_in_for`` names the system that this one replaces in
    search until it is loaded; ``weight`` orders systems in a search over all of them; ``example`` is
    a code, for those who are told that theirs has not the shape of one.
    """

    id: str
    url: str
    title: Text
    version: str
    content: Content
    native_id: str = ""
    aliases: tuple[str, ...] = ()
    oid: str = ""
    kind: Kind = Kind.TERMINOLOGY
    publisher: str = ""
    source: str = ""
    licence: str = ""
    description: Text = Text()
    provisional: bool = False
    closed: bool = False
    closed_evidence: str = ""
    case_sensitive: bool = True
    hierarchy: str = ""
    shape: str = ""
    check: str = ""
    widths: tuple[int, ...] = ()
    period: Period = ALWAYS
    stands_in_for: str = ""
    weight: int = 100
    properties: tuple[PropertyDefinition, ...] = ()
    example: str = ""

    def names(self) -> tuple[str, ...]:
        """Every name by which the system is asked for."""
        known = (self.id, self.native_id, self.url, self.oid, f"urn:oid:{self.oid}" if self.oid else "", *self.aliases)
        return tuple(dict.fromkeys(name for name in known if name))


@value
class Include:
    """A part of a value set: all of a system, listed codes, or the codes under some."""

    system: str
    codes: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    shape: str = ""


@value
class ValueSet:
    """Codes that belong together for one purpose: includes, less the excludes."""

    id: str
    url: str
    title: Text
    version: str
    include: tuple[Include, ...]
    exclude: tuple[Include, ...] = ()
    source: str = ""
    provisional: bool = False
    content: Content = Content.COMPLETE


@value
class ConceptMapping:
    """One row of a map.

    ``relationship`` is equivalent, source-is-narrower-than-target, source-is-broader-than-target,
    related-to or not-related-to (FHIR R5).
    """

    source_code: str
    target_code: str
    relationship: str
    comment: str = ""


@value
class ConceptMap:
    """How the codes of one system are said in another (FHIR ConceptMap; relationships of R5)."""

    id: str
    url: str
    title: Text
    version: str
    source_system: str
    target_system: str
    mappings: tuple[ConceptMapping, ...]
    source: str = ""
    provisional: bool = False


@value
class Triplet:
    """Issuer, assigner and type, by which a DO_IDENTIFIER says whose number it is."""

    issuer: str
    assigner: str
    type: str


@value
class NamingSystem:
    """A kind of identifier: who issues it, how it looks, how its check digit is reckoned.

    ``registry`` is the id of the registry whose entries it names, where there is one. ``blanks``:
    blanks around it are passed over, with a note. ``remark`` is noted wherever one is met. A shape
    that is ``provisional`` makes a warning, not an error.
    """

    id: str
    url: str
    title: Text
    triplets: tuple[Triplet, ...] = ()
    shape: str = ""
    shape_says: Text = Text()
    check: str = ""
    pad_to: int = 0
    example: str = ""
    registry: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    provisional: bool = False
    blanks: bool = False
    remark: Text = Text()


@value
class CodeSystemContent:
    """A code system with its concepts, as the content folders or an importer give it."""

    system: CodeSystem
    concepts: tuple[Concept, ...] = ()


@value
class Entry:
    """A concept at its place in a release: ``ordinal`` counts from 0 in static rank order over all systems."""

    ordinal: int
    system: CodeSystem
    concept: Concept
