"""Which systems and codes the folders know, for those that point at them."""

from collections.abc import Iterable
from dataclasses import dataclass

from termserver.content.codesystem_files import SystemSource
from termserver.content.problems import did_you_mean
from termserver.model.codes import CodeSystem, Content
from termserver.model.text import Text


@dataclass(frozen=True)
class KnownSystem:
    """A system and its codes; ``whole`` tells whether a code that is not there does not exist."""

    system: CodeSystem
    codes: frozenset[str]

    @property
    def whole(self) -> bool:
        return self.system.content == Content.COMPLETE or self.system.closed

    def has(self, code: str) -> bool:
        return code in self.codes or (not self.system.case_sensitive and code.lower() in self.codes)


def known_systems(sources: Iterable[SystemSource]) -> dict[str, KnownSystem]:
    """The systems by folder id, the codes of all generations together."""
    found: dict[str, KnownSystem] = {}
    for source in sources:
        codes = {row.cells[0] for row in source.tables["concepts.csv"].rows}
        if not source.system.case_sensitive:
            codes |= {code.lower() for code in codes}
        before = found.get(source.system.id)
        found[source.system.id] = KnownSystem(
            before.system if before else source.system,
            frozenset(codes | before.codes if before else codes),
        )
    return found


def meant(code: str, known: KnownSystem) -> Text:
    """A hint for a code that is not in a system: the one with its leading zeros, else where to add it."""
    for zeros in range(1, 10):
        if "0" * zeros + code in known.codes:
            return did_you_mean("0" * zeros + code, ["0" * zeros + code], Text())
    bare = code.lstrip("0")
    if bare and bare != code and bare in known.codes:
        return Text(
            fa=f"«{bare}» هست؛ اگر صفر آغازین خود را از دست داده، آن را «{code}» بنویسید.",
            en=f"There is a '{bare}'; if it has lost its leading zero, write it '{code}'.",
        )
    bare = code.strip()
    if bare != code and bare in known.codes:
        return did_you_mean(bare, [bare], Text())
    id = known.system.id
    return Text(
        fa=f"کد را درست کنید، یا آن را به codesystems/{id}/concepts.csv بیفزایید.",
        en=f"Mend the code, or add it to codesystems/{id}/concepts.csv.",
    )
