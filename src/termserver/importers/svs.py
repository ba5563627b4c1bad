"""Value sets of IHE SVS: the answers of RetrieveValueSet and RetrieveMultipleValueSets, as XML files."""

from collections.abc import Sequence
from pathlib import Path

from termserver.importers.fhir_systems import slug
from termserver.importers.listed_codes import ListedCodes
from termserver.importers.taken import Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import Include, ValueSet
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import Element
from termserver.parsing.xml_stream import children, elements, line_of, root_name, said

_ROOTS = ("RetrieveValueSetResponse", "RetrieveMultipleValueSetsResponse")


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The value sets, and of each code system the codes that they name. Raise ImportFailed for another file."""
    digests = {path.name: digest_of(path) for path in paths}
    sets: list[ValueSet] = []
    all_notes: list[Notes] = []
    first = Notes(paths[0].name, "SVS")
    listed = ListedCodes(wishes, first)
    for path in paths:
        notes = first if path == paths[0] else Notes(path.name, "SVS")
        all_notes.append(notes)
        try:
            if (root := root_name(path)) not in _ROOTS:
                raise ImportFailed(
                    f"{path.name} is no answer of SVS: its root is <{root}>, not <{_ROOTS[0]}>.",
                    f"{path.name} پاسخ SVS نیست: ریشه <{root}> است، نه <{_ROOTS[0]}>.",
                )
            for line, element in elements(path, ("ValueSet", "DescribedValueSet")):
                known = _value_set(element, listed, notes, line)
                if known is not None:
                    sets.append(known)
                if wishes.progress:
                    wishes.progress(first.landed, 0)
        except Unreadable as error:
            raise ImportFailed(error.text.en, error.text.fa) from None
    issue = f"svs-{''.join(digests.values())[:10]}"
    systems = tuple(listed.contents(issue, "; ".join(digests)))
    if not sets:
        raise ImportFailed(f"{paths[0].name} holds no value set.", f"{paths[0].name} مجموعهٔ مقدار ندارد.")
    name = slug(sets[0].id if len(sets) == 1 else "svs")
    version = wishes.version or (sets[0].version if len(sets) == 1 and sets[0].version != "not-stated" else issue)
    return Taken(
        systems, reported(all_notes, systems, digests), name[:60], label(version), value_sets=tuple(_once(sets))
    )


def _once(sets: Sequence[ValueSet]) -> list[ValueSet]:
    return list({one.id: one for one in reversed(sets)}.values())[::-1]


def _value_set(element: Element, listed: ListedCodes, notes: Notes, line: int) -> ValueSet | None:
    id = said(element, "id") or said(element, "ID")
    name = said(element, "displayName")
    if not id:
        notes.refuse(line, "id", "id.missing", "The ValueSet has no id (an OID).", "‏ValueSet شناسه (OID) ندارد.", name)
        return None
    members: dict[str, dict[str, None]] = {}
    for codes in children(element, "ConceptList"):
        language = next((str(value) for key, value in codes.items() if str(key).endswith("lang")), "")
        for one in children(codes, "Concept"):
            code, system = said(one, "code"), said(one, "codeSystem")
            row = line_of(one)
            if not code or not system:
                notes.refuse(
                    row,
                    "codeSystem" if code else "code",
                    "concept.incomplete",
                    "A Concept needs code and codeSystem.",
                    "‏Concept باید code و codeSystem داشته باشد.",
                    code,
                )
                continue
            known = listed.system(system, said(one, "codeSystemName"), said(one, "codeSystemVersion"))
            shown = said(one, "displayName")
            display = Text(fa=shown) if language.startswith("fa") else Text(en=shown)
            listed.put(known, code, display, row)
            members.setdefault(known.id, {})[code] = None
    if not members:
        notes.flag(
            line, "ConceptList", "list.empty", f"The value set '{name}' holds no code.", f"مجموعهٔ «{name}» تهی است.", id
        )
        return None
    is_oid = all(part.isdigit() for part in id.split("."))
    return ValueSet(
        slug(name or id),
        f"urn:oid:{id}" if is_oid else id,
        Text(en=name or id),
        said(element, "version") or "not-stated",
        tuple(Include(system, tuple(codes)) for system, codes in members.items()),
        source=f"SVS {id}",
    )
