"""Lists of codes as IHE SVS says them: ``RetrieveValueSetResponse``, which old hospital systems read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

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


def write(id: str, name: str, version: str, lists: Iterable[tuple[str, Iterable[Listed]]]) -> Iterator[str]:
    """The document in pieces; ``lists`` gives for each language its codes."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<RetrieveValueSetResponse xmlns="{NAMESPACE}">\n'
        f"  <ValueSet id={_quoted(id)} displayName={_quoted(name)} version={_quoted(version)}>\n"
    )
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
    yield "  </ValueSet>\n</RetrieveValueSetResponse>\n"


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_UNWRITABLE), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
