"""What an importer hands over, and how it gathers it: each concept once, its family whole, each doubt reported.

``Taken`` is what ``build.build_release`` freezes and ``content.writing`` writes into folders.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from termserver.importers.reading import reading
from termserver.importers.report import FileReport, ImportReport, Outcome, Progress, ReportRow
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, ConceptMap, NamingSystem, ValueSet
from termserver.model.destinations import Destination
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import ImportFailed
from termserver.model.glossary import Glossary
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases.digests import file_sha256

_PER_RULE = 2_000
"""So many entries of one rule are kept; the rest are only counted."""
_HOPELESS = 200
"""A file whose first rows are all refused is another file."""


@dataclass(frozen=True)
class Wishes:
    """What the user asks of an import, beside the files.

    ``registered``: the systems of the current edition by id; ``on`` an ISO day; ``mapping`` a file that says which
    column is what.
    """

    registered: Mapping[str, CodeSystem] = field(default_factory=dict)
    version: str = ""
    system: str = ""
    on: str = ""
    languages: tuple[str, ...] = ()
    mapping: Path | None = None
    sheet: str = ""
    mend: bool = False
    complete: bool = False
    progress: Progress | None = None

    def base(self, default: CodeSystem) -> CodeSystem:
        """The system as it is registered, else ``default``: names and weight that people know stay."""
        known = self.registered.get(default.id)
        if known is None:
            return default
        own = {one.code for one in default.properties}
        return replace(
            known,
            properties=(*default.properties, *(one for one in known.properties if one.code not in own)),
            publisher=known.publisher or default.publisher,
            hierarchy=known.hierarchy or default.hierarchy,
        )


@dataclass(frozen=True)
class Taken:
    """All that came of the files of one import."""

    systems: tuple[CodeSystemContent, ...]
    report: ImportReport
    name: str
    version: str
    value_sets: tuple[ValueSet, ...] = ()
    concept_maps: tuple[ConceptMap, ...] = ()
    naming_systems: tuple[NamingSystem, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    document_types: tuple[DocumentType, ...] = ()
    rule_sets: tuple[RuleSet, ...] = ()
    destinations: tuple[Destination, ...] = ()
    glossary: Glossary | None = None


class Notes:
    """The entries about one file, and how many of its rows landed."""

    def __init__(self, file: str, sheet: str = "") -> None:
        self.file = file
        self.sheet = sheet
        self.rows: list[ReportRow] = []
        self.landed = 0
        self.refused = 0
        self.facts: Counter[str] = Counter()
        self._by_rule: Counter[str] = Counter()

    def note(
        self, row: int, column: str, outcome: Outcome, rule: str, message: Text, before: str = "", after: str = ""
    ) -> None:
        self._by_rule[rule] += 1
        if self._by_rule[rule] > _PER_RULE:
            self.facts[f"{rule} (not listed)"] += 1
            return
        self.rows.append(ReportRow(self.file, row, column, outcome, rule, message, before[:200], after[:200]))

    def flag(self, row: int, column: str, rule: str, en: str, fa: str, before: str = "") -> None:
        """Somebody has to look; what was read is kept."""
        self.note(row, column, Outcome.FLAGGED, rule, Text(fa, en), before)

    def refuse(self, row: int, column: str, rule: str, en: str, fa: str, before: str = "") -> None:
        """The row is in no code system. Raise ImportFailed where nothing but such rows was met."""
        self.refused += 1
        self.note(row, column, Outcome.REFUSED, rule, Text(fa, en), before)
        if self.refused == _HOPELESS and not self.landed:
            raise ImportFailed(
                f"{self.file}: none of the first {_HOPELESS} rows can be read; is it another file? Line {row}: {en}",
                f"{self.file}: هیچ‌یک از {_HOPELESS} سطر نخست خوانده نمی‌شود؛ آیا پروندهٔ دیگری است؟ سطر {row}: {fa}",
            )

    def told(self, digest: str = "") -> FileReport:
        read = self.landed + self.refused
        return FileReport(
            self.file, self.sheet, digest, read, self.landed, self.refused, dict(sorted(self.facts.items()))
        )


class Gathering:
    """The concepts of one code system as they are met: each code once, parents checked at the end."""

    def __init__(self, notes: Notes, folds_case: bool = False) -> None:
        self.notes = notes
        self._folds = folds_case
        self._known: dict[str, tuple[int, Concept]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, code: str) -> bool:
        return (code.casefold() if self._folds else code) in self._known

    def put(self, concept: Concept, row: int, column: str = "code") -> bool:
        """Take a concept; an empty code, and one that is there already, are refused with an entry."""
        code = concept.code
        if not code or code.isspace():
            self.notes.refuse(row, column, "code.missing", "The row has no code.", "سطر کد ندارد.")
            return False
        if code != code.strip():
            self.notes.note(
                row,
                column,
                Outcome.REPAIRED,
                "text.spaces",
                Text("فاصلهٔ دو سر کد برداشته شد.", "Blanks around the code were taken away."),
                code,
                code.strip(),
            )
            code = code.strip()
            concept = replace(concept, code=code)
        key = code.casefold() if self._folds else code
        known = self._known.get(key)
        if known is not None:
            self.notes.refuse(
                row,
                column,
                "code.duplicate",
                f"The code '{code}' is already in line {known[0]}; keep one of the two.",
                f"کد «{code}» پیش‌تر در سطر {known[0]} آمده است؛ یکی را نگه دارید.",
                code,
            )
            return False
        self._known[key] = row, concept
        self.notes.landed += 1
        return True

    def change(self, code: str, **changes: object) -> bool:
        """Say more about a concept that was met; whether it was."""
        key = code.casefold() if self._folds else code
        known = self._known.get(key)
        if known is None:
            return False
        self._known[key] = known[0], replace(known[1], **changes)
        return True

    def get(self, code: str) -> Concept | None:
        known = self._known.get(code.casefold() if self._folds else code)
        return known[1] if known else None

    def concepts(self) -> tuple[Concept, ...]:
        """All of them in the order met. A parent that is not here, and one that closes a circle, is left out with an
        entry."""
        for key, (row, concept) in self._known.items():
            if not concept.parents:
                continue
            kept = tuple(code for code in concept.parents if code in self and code != concept.code)
            if len(kept) != len(concept.parents):
                for code in concept.parents:
                    if code == concept.code:
                        self._circle(row, concept.code, code)
                    elif code not in self:
                        self.notes.flag(
                            row,
                            "parent",
                            "parent.unknown",
                            f"The parent '{code}' of '{concept.code}' is not in the file; it was left out. Add its row "
                            "or mend the code.",
                            f"والد «{code}» برای «{concept.code}» در پرونده نیست و کنار گذاشته شد. سطر آن را بیفزایید "
                            "یا کد را درست کنید.",
                            code,
                        )
                self._known[key] = row, replace(concept, parents=kept)
        self._open_circles()
        return tuple(concept for _, concept in self._known.values())

    def _circle(self, row: int, code: str, parent: str) -> None:
        self.notes.flag(
            row,
            "parent",
            "parent.circle",
            f"'{code}' would be its own ancestor through '{parent}'; this parent was left out.",
            f"«{code}» از راه «{parent}» بالادست خودش می‌شد؛ این والد کنار گذاشته شد.",
            parent,
        )

    def _open_circles(self) -> None:
        """Leave out the parents that close circles: those that a walk from below meets while it is still under them."""
        key_of = str.casefold if self._folds else str
        above = {key: [key_of(one) for one in said.parents] for key, (_, said) in self._known.items() if said.parents}
        done: set[str] = set()
        for start in above:
            if start in done:
                continue
            path = {start: None}
            waiting = [(start, iter(above[start]))]
            while waiting:
                at, rest = waiting[-1]
                for parent in rest:
                    if parent in path:
                        row, concept = self._known[at]
                        name = next(one for one in concept.parents if key_of(one) == parent)
                        self._circle(row, concept.code, name)
                        self._known[at] = (
                            row,
                            replace(concept, parents=tuple(one for one in concept.parents if key_of(one) != parent)),
                        )
                    elif parent not in done and parent in above:
                        path[parent] = None
                        waiting.append((parent, iter(above[parent])))
                        break
                else:
                    waiting.pop()
                    path.pop(at, None)
                    done.add(at)


def reported(notes: Sequence[Notes], systems: Iterable[CodeSystemContent], digests: Mapping[str, str]) -> ImportReport:
    """The report over all files."""
    concepts = Counter[str]()
    for content in systems:
        concepts[content.system.id] += len(content.concepts)
    return ImportReport(
        tuple(one.told(digests.get(one.file, "")) for one in notes),
        tuple(row for one in notes for row in one.rows),
        dict(concepts),
    )


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; raise ImportFailed where it cannot be read."""
    with reading(path):
        return file_sha256(path)[0]


def bytes_of(path: Path, most: int) -> bytes:
    """All bytes of a file; raise ImportFailed where it cannot be read or is larger than ``most``."""
    with reading(path):
        if path.stat().st_size > most:
            raise ImportFailed(
                f"{path.name} has more than {most:,} bytes. Split it, or give it as NDJSON.",
                f"{path.name} از {most:,} بایت بزرگ‌تر است. آن را بشکنید یا NDJSON بدهید.",
            )
        return path.read_bytes()


def label(text: str, most: int = 64) -> str:
    """A version as a release may be called: Latin letters, digits, ``.``, ``+`` and ``-``."""
    said = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".+_-") else "-" for letter in text)
    return said.strip("-._+")[:most] or "0"
