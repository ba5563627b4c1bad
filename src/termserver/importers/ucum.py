"""UCUM from ucum-essence.xml: base units and units with their names and values."""

from collections.abc import Sequence
from pathlib import Path

from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
)
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import Element, local_name
from termserver.parsing.xml_stream import child_text, children, elements, root_name, said, text_of

_PROPERTIES = (
    PropertyDefinition("kind", Text("گونه", "Kind"), "code"),
    PropertyDefinition("property", Text("کمیت", "Kind of quantity"), indexed=True),
    PropertyDefinition("symbol", Text("نماد", "Print symbol")),
    PropertyDefinition("case-insensitive", Text("کد بی‌حساسیت به حروف", "Case-insensitive code"), "code"),
    PropertyDefinition("value", Text("ارزش", "Value")),
    PropertyDefinition("metric", Text("متریک", "Metric"), "boolean"),
    PropertyDefinition("class", Text("رده", "Class"), "code"),
)


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The atoms of UCUM, of which units in use are made: a fragment. Raise ImportFailed for another file."""
    path = paths[0]
    digest = digest_of(path)
    notes = Notes(path.name, "UCUM")
    gathered = Gathering(notes)
    version = ""
    try:
        if (root := root_name(path)) != "root":
            raise ImportFailed(
                f"{path.name} is no ucum-essence.xml: its root is <{root}>.",
                f"{path.name} پروندهٔ ucum-essence.xml نیست: ریشه <{root}>.",
            )
        for line, element in elements(path, ("root", "prefix", "base-unit", "unit"), keep=True):
            if local_name(element) == "root":
                version = said(element, "version")
            elif local_name(element) == "prefix":
                notes.facts["prefixes (no units by themselves)"] += 1
            elif said(element, "Code"):
                gathered.put(_concept(element), line)
    except Unreadable as error:
        raise ImportFailed(error.text.en, error.text.fa) from None
    concepts = gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{path.name} holds no unit.", f"{path.name} هیچ یکایی ندارد.")
    base = wishes.base(
        CodeSystem(
            id="ucum",
            url="http://unitsofmeasure.org",
            native_id="UCUM",
            oid="2.16.840.1.113883.6.8",
            title=Text("یکاهای اندازه‌گیری (UCUM)", "Unified Code for Units of Measure (UCUM)"),
            version="",
            content=Content.FRAGMENT,
            weight=80,
            properties=_PROPERTIES,
        )
    )
    system = replace(
        base,
        version=wishes.version or version or "not-stated",
        content=Content.FRAGMENT,
        source=f"{path.name} (SHA-256 {digest})",
        licence="UCUM © Regenstrief Institute and the UCUM Organization; free of charge under the UCUM licence.",
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported([notes], systems, {path.name: digest}), system.id, label(system.version))


def _concept(element: Element) -> Concept:
    kind = local_name(element)
    code = said(element, "Code")
    names = [text_of(one) for one in children(element, "name")] or [code]
    value = next(iter(children(element, "value")), None)
    told = [
        ("kind", kind),
        ("property", child_text(element, "property")),
        ("symbol", child_text(element, "printSymbol")),
        ("case-insensitive", said(element, "CODE")),
        ("metric", "true" if said(element, "isMetric") == "yes" else ""),
        ("class", said(element, "class")),
    ]
    if value is not None:
        told.append(("value", f"{said(value, 'value')} {said(value, 'Unit')}".strip()))
    return Concept(
        code,
        Text(en=names[0]),
        designations=tuple(Designation("en", name) for name in dict.fromkeys(names[1:])),
        properties=tuple(Property(name, text) for name, text in told if text),
    )
