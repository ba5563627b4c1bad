"""Lists of codes as IHE SVS says them: ``RetrieveValueSetResponse``, which old hospital systems read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "urn:ihe:iti:svs:2008"
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True)
class Listed:
    """One code of a value set; ``system`` is an OID where there is one."""

    code: str
    display: str
    system: str
    system_name: str = ""
    system_version: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A value set with what is said of it; ``type`` is Intensional, Extensional or Expanded."""

    id: str
    name: str
    version: str
    lists: Iterable[tuple[str, Iterable[Listed]]]
    source: str
    uri: str = ""
    purpose: str = ""
    definition: str = ""
    type: str = "Expanded"
    status: str = "Active"
    created: str = ""


def write(
    id: str, name: str, version: str, lists: Iterable[tuple[str, Iterable[Listed]]], expires: str = ""
) -> Iterator[str]:
    """The document in pieces; ``lists`` gives for each language its codes, ``expires`` is the hint for caches."""
    hint = f" cacheExpirationHint={_quoted(expires)}" if expires else ""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<RetrieveValueSetResponse xmlns="{NAMESPACE}"{hint}>\n'
        f"  <ValueSet id={_quoted(id)} displayName={_quoted(name)} version={_quoted(version)}>\n"
    )
    yield from _lists(lists)
    yield "  </ValueSet>\n</RetrieveValueSetResponse>\n"


def describe(sets: Iterable[Described]) -> Iterator[str]:
    """``RetrieveMultipleValueSetsResponse`` in pieces."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<RetrieveMultipleValueSetsResponse xmlns="{NAMESPACE}">\n'
    for one in sets:
        heading = f"id={_quoted(one.id)} displayName={_quoted(one.name)} version={_quoted(one.version)}"
        yield f"  <DescribedValueSet {heading}>\n"
        yield from _lists(one.lists)
        said = (
            ("Source", one.source),
            ("SourceURI", one.uri),
            ("Purpose", one.purpose),
            ("Definition", one.definition),
            ("Type", one.type),
            ("Status", one.status),
            ("CreationDate", one.created),
        )
        yield "".join(f"    <{name}>{escape(text.translate(_UNWRITABLE))}</{name}>\n" for name, text in said if text)
        yield "  </DescribedValueSet>\n"
    yield "</RetrieveMultipleValueSetsResponse>\n"


def _lists(lists: Iterable[tuple[str, Iterable[Listed]]]) -> Iterator[str]:
    for language, codes in lists:
        yield f"    <ConceptList xml:lang={_quoted(language)}>\n"
        for one in codes:
            more = f" codeSystemName={_quoted(one.system_name)}" if one.system_name else ""
            more += f" codeSystemVersion={_quoted(one.system_version)}" if one.system_version else ""
            yield (
                f"      <Concept code={_quoted(one.code)} displayName={_quoted(one.display)} "
                f"codeSystem={_quoted(one.system)}{more}/>\n"
            )
        yield "    </ConceptList>\n"


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_UNWRITABLE), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
