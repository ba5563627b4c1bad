"""Exchange documents: their types, classes and fields, and the rules that judge them.

One field description per document type; the XSD, the JSON Schema, the bindings, the field
guide and the explanations are all made from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from termserver.model.days import ALWAYS, Day, Period
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.model.values import replace, value

FORMS = ("xml", "json")
"""The forms a document may be sent in."""

SCALARS = ("string", "int", "bool", "double", "byte", "DateTime", "long", "yyyymmdd")
"""The plain types; ``yyyymmdd`` is a Jalali day as a text of eight digits, ``long`` a whole number of 64 bits."""


class Use(StrEnum):
    """How much a field is asked for. ``expected``: a warning when absent (thin evidence)."""

    REQUIRED = "required"
    EXPECTED = "expected"
    OPTIONAL = "optional"


@value
class Field:
    """One field of a class, in the order of the wire.

    ``type`` is a scalar of ``SCALARS`` or the name of a class. ``binding`` lists the ids of the
    code systems or value sets a coded field may use, ``identifiers`` the ids of the naming
    systems an identifier may be of. ``minimum``, ``maximum``, ``pattern`` and ``max_length``
    bound a scalar; ``item`` is the XML element name of one item of a repeating field. A plain text
    or whole number with a ``binding`` is itself the code.
    """

    name: str
    type: str
    repeats: bool = False
    attribute: bool = False
    nillable: bool = False
    use: Use = Use.OPTIONAL
    binding: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""
    max_length: int | None = None
    sepas_category: int | None = None
    title: Text = Text()
    source: str = ""

    @property
    def item(self) -> str:
        return self.type


@value
class DocumentClass:
    """A class of the Ministry's model: its own fields in order, after those of its base.

    ``newer`` names the fields that a newer generation of the model has in it and this one does not describe.
    """

    name: str
    fields: tuple[Field, ...]
    base: str = ""
    namespace: str = ""
    newer: tuple[str, ...] = ()


@value
class Variant:
    """Another way in which a field is known to be written: accepted with a warning that names the right one.

    ``path`` is the field's logical path without indexes, ``names`` are other names of the member
    (in that spelling), ``types`` other scalar types of its value (``int`` for a code that should
    be text); ``source`` says who writes it so.
    """

    path: str
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    source: str = ""


def markers(json_marker: str) -> tuple[str, ...]:
    """The paths that a ``json_marker`` lists."""
    return tuple(path.strip() for path in json_marker.split("|") if path.strip())


@value
class DocumentType:
    """One kind of exchange document in one version.

    ``classes`` holds every class reachable from ``root``. ``at`` holds fields that are said more
    strictly at one path than in their class, by logical path without indexes
    (``Composition.Admission.MedicalRecordNumber``). ``json_marker`` is the path of the member
    that tells this type's JSON from the others' (``Composition.BillSummary``), or several such
    paths separated by ``|``, any of which tells it; ``json_fallback`` that of a member which tells
    it only where no type's marker is there. ``forms`` are the forms it is sent in. ``open`` types
    have receivers that pass over what they do not know: an unknown member, or a name in other
    letters, is a warning there and no error. ``variants`` are the known ways of writing a field
    wrongly.
    """

    id: str
    version: str
    title: Text
    root: str
    classes: Mapping[str, DocumentClass]
    at: Mapping[str, Field]
    json_marker: str
    content_type: str = ""
    source: str = ""
    provisional: bool = False
    forms: tuple[str, ...] = FORMS
    json_fallback: str = ""
    open: bool = False
    variants: tuple[Variant, ...] = ()

    @property
    def json_markers(self) -> tuple[str, ...]:
        return markers(self.json_marker)

    def fields_of(self, class_name: str) -> tuple[Field, ...]:
        """The fields of a class, those of its bases first."""
        known = self.classes[class_name]
        return (*(self.fields_of(known.base) if known.base else ()), *known.fields)

    def newer_of(self, class_name: str) -> tuple[str, ...]:
        """The names of the fields that the newer model adds to a class or to one of its bases."""
        known = self.classes[class_name]
        return (*(self.newer_of(known.base) if known.base else ()), *known.newer)

    def forms_of(self, class_name: str) -> tuple[str, ...]:
        """The class and every class derived from it, which a document may send in its place (``xsi:type``)."""
        found = [class_name]
        for known in self.classes.values():
            if known.base in found and known.name not in found:
                found.append(known.name)
        return tuple(found)

    def fields_at(self, path: str, class_name: str) -> tuple[Field, ...]:
        """The fields of a class as they are said at ``path``.

        Two forms of a class may have fields of one name and of different types; what is said at
        the path is said of the one whose type it has.
        """
        prefix = f"{path}." if path else ""
        said = ((field, self.at.get(prefix + field.name, field)) for field in self.fields_of(class_name))
        return tuple(there if there.type == field.type else field for field, there in said)

    def field(self, path: str) -> Field | None:
        """The field at a logical path without indexes, or None if there is none; forms of a class are looked into."""
        return next(self.fields(path), None)

    def fields(self, path: str) -> Iterator[Field]:
        """Every field at a path: more than one where forms of a class have fields of one name and of other types."""
        return self._below(path.split("."), "", self.root)

    def _below(self, names: Sequence[str], walked: str, class_name: str) -> Iterator[Field]:
        if class_name not in self.classes:
            return
        here = f"{walked}.{names[0]}" if walked else names[0]
        forms = (self.fields_at(walked, form) for form in self.forms_of(class_name))
        found = dict.fromkeys(known for fields in forms for known in fields if known.name == names[0])
        if len(names) == 1:
            yield from found
        else:
            for class_below in dict.fromkeys(known.type for known in found):
                yield from self._below(names[1:], here, class_below)

    def walk(self, path: str = "", class_name: str = "", depth: int = 0) -> Iterator[tuple[str, Field]]:
        """Yield every path with its field, in the order of the wire; a class inside itself is entered once.

        The fields of derived forms follow those of their base.
        """
        forms = self.forms_of(class_name or self.root)
        for field in dict.fromkeys(field for form in forms for field in self.fields_at(path, form)):
            here = f"{path}.{field.name}" if path else field.name
            yield here, field
            if field.type in self.classes and here.split(".").count(field.name) < 2:
                yield from self.walk(here, field.type, depth + 1)


@value
class Stage:
    """From which day on a rule is how severe; without a severity it is not asked. An empty day: since ever."""

    start: Day
    severity: Severity | None


@value
class Rule:
    """One business rule over the logical message.

    ``each`` is the path of the context ("" is the whole message; a repeating path is judged item
    by item), ``when`` and ``holds`` are expressions of ``termserver.model.expressions`` relative
    to it, ``at`` the path (relative to the context) where the finding points. A rule is asked only
    where the rules of ``after`` found nothing, so that one mistake is one finding: a wrong line is
    not reported again by the sum over the lines. ``stages`` are its transition plan, in the order of
    their days: what the severity is from each on; before the first one it is ``severity``.

    ``stands_for`` names built-in findings (``structure.mandatory``, ``identifier.shape``) that are
    said in this rule's words where they are found at its path: the receiver's own sentence in
    place of ours. A rule that only does this has no ``holds``.
    """

    id: str
    severity: Severity
    holds: str
    says: Text
    each: str = ""
    when: str = ""
    at: str = ""
    after: tuple[str, ...] = ()
    hint: Text | None = None
    why: str = ""
    evidence: str = ""
    source: str = ""
    sepas_category: int | None = None
    stages: tuple[Stage, ...] = ()
    stands_for: tuple[str, ...] = ()

    def severity_on(self, day: Day) -> Severity | None:
        """How severe the rule is on a day by its transition plan; None where it is not asked yet, or no more."""
        found: Severity | None = self.severity
        for stage in self.stages:
            if not stage.start or stage.start <= day:
                found = stage.severity
        return found


@value
class RuleSet:
    """The rules that judge one document type during a period.

    ``day`` lists the paths where the document states its own date, the first one present counts.
    """

    document_type: str
    version: str
    schema_version: str
    title: Text
    day: tuple[str, ...]
    rules: tuple[Rule, ...]
    period: Period = ALWAYS
    provisional: bool = False
    source: str = ""

    def turns(self) -> tuple[Day, ...]:
        """The days from which on some rule is judged otherwise, in order."""
        return tuple(sorted({stage.start for rule in self.rules for stage in rule.stages if stage.start}))

    def rules_on(self, day: Day) -> tuple[Rule, ...]:
        """The rules as severe as they are on a day; those that are not asked then are left out."""
        if not any(rule.stages for rule in self.rules):
            return self.rules
        severities = [(rule, rule.severity_on(day)) for rule in self.rules]
        return tuple(replace(rule, severity=found) for rule, found in severities if found is not None)
