"""A code list opened to be edited row by row: each row judged while it is typed, all of it kept as a change set."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from termserver.comparison.codes import keeps_meaning
from termserver.content.code_check import CodeJudge
from termserver.content.codesystem_files import CONCEPTS, SystemSource, read_base, read_system, several
from termserver.content.csv_writing import csv_text
from termserver.content.label_check import check_label
from termserver.content.problems import Problem, refuse
from termserver.content.tree import Tree
from termserver.model.codes import Kind
from termserver.model.days import parse_day
from termserver.model.errors import UnknownSystem, UsageError
from termserver.model.findings import Severity
from termserver.model.fold import latin_digits
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.changesets import ChangeSet, FileChange
from termserver.publication.differences import Candidate
from termserver.releases.digests import sha256

Cells = tuple[str, ...]
"""The cells of a row in the order of ``CONCEPTS``."""
_CODE, _FA, _EN, _PARENT, _STATUS, _FROM, _TO, _SUCCESSOR, _SOURCE = range(len(CONCEPTS))


@value
class Remark:
    """What is wrong with a row, or worth a look (a warning: a gate will ask for it)."""

    column: str
    rule: str
    severity: Severity
    says: Text

    def as_json(self) -> dict[str, object]:
        return {
            "column": self.column,
            "rule": self.rule,
            "severity": str(self.severity),
            "message": self.says.as_json(),
        }


class CodeList:
    """The list ``id`` as the folders say it, or as the proposal with those ``changes`` would have it.

    Raise UnknownSystem if there is no such list, ContentError if it cannot be read.
    """

    def __init__(self, root: Path, id: str, changes: ChangeSet | None = None) -> None:
        problems: list[Problem] = []
        self._changes = changes
        self.file = f"codesystems/{id}/concepts.csv"
        tree = Candidate(root, changes)
        known = id.replace("-", "").replace(".", "").isalnum() and id in tree.folders("codesystems")
        if not known or tree.read(f"codesystems/{id}/codesystem.yaml") is None:
            raise UnknownSystem(f"There is no code list '{id}' here.", f"فهرست کدی به نام «{id}» اینجا نیست.")
        base = read_base(tree, problems)
        source = read_system(tree, f"codesystems/{id}", base, problems)
        refuse([one for one in problems if one.file == self.file])
        assert isinstance(source, SystemSource)
        self.system = source.system
        self.rows: dict[str, Cells] = {code: tuple(row.cells) for code, row in source.codes.items()}
        published = read_system(Tree(root), f"codesystems/{id}", base, []) if changes else source
        self.published: dict[str, Cells] = {
            code: tuple(row.cells) for code, row in (published.codes.items() if published else ())
        }
        before = Tree(root).read(self.file)
        self.base = "" if before is None else sha256(before)
        """The SHA-256 of the file in the folders, on which an edit is based."""
        self._judge = CodeJudge(self.system)
        self._called: dict[tuple[int, str], set[str]] = {}
        for code, cells in self.rows.items():
            if cells[_STATUS] != "retired":
                self._call(code, cells)

    def _call(self, code: str, cells: Sequence[str]) -> None:
        for column in (_FA, _EN):
            if cells[column]:
                self._called.setdefault((column, cells[column]), set()).add(code)

    def find(self, text: str) -> list[Cells]:
        """The rows whose code begins so, or whose name holds it; all for an empty text."""
        wanted = text.strip().casefold()
        return [
            cells
            for cells in self.rows.values()
            if cells[_CODE].casefold().startswith(wanted) or wanted in f"{cells[_FA]}\n{cells[_EN]}".casefold()
        ]

    def tidy(self, cells: Sequence[str]) -> Cells:
        """The cells as they are kept: no blanks around, days in ISO, no status for an active code."""
        said = [" ".join(cell.split(" ")).strip() for cell in cells]
        said[_STATUS] = "" if said[_STATUS] == "active" else said[_STATUS]
        for column in (_FROM, _TO):
            with contextlib.suppress(UsageError):  # ``check`` says it
                said[column] = parse_day(latin_digits(said[column])) if said[column] else ""
        return tuple(said)

    def check(self, cells: Cells, was: str, others: Iterable[str] = ()) -> list[Remark]:
        """What is to be said of a tidy row; ``was`` is its code in the list (empty: a new one), ``others`` are codes
        that are added at the same time."""
        codes = self.rows.keys() | set(others)
        return [*self._code(cells, was), *self._names(cells, was), *self._standing(cells, codes)]

    def _code(self, cells: Cells, was: str) -> Iterator[Remark]:
        code = cells[_CODE]
        if not code:
            yield _error("code", "code.missing", "این سطر کد ندارد.", "This row has no code.")
        elif not was and code in self.rows:
            name = self.rows[code][_FA] or self.rows[code][_EN]
            yield _error(
                "code", "code.duplicate", f"کد «{code}» هست: {name}.", f"The code '{code}' is there already: {name}."
            )
        elif was and code != was:
            yield _error(
                "code",
                "code.removed",
                f"کد منتشرشده عوض نمی‌شود. «{was}» را بازنشسته کنید و «{code}» را جانشین آن بنویسید.",
                f"A published code does not change. Retire '{was}' and name '{code}' as its successor.",
            )
        elif wrong := self._judge.wrong(code):
            rule, message, hint = wrong
            yield _error("code", rule, f"{message.fa} {hint.fa}", f"{message.en} {hint.en}")

    def _names(self, cells: Cells, was: str) -> Iterator[Remark]:
        for column, language, titled in (
            (_FA, "fa", Text("نام فارسی", "the Persian name")),
            (_EN, "en", Text("نام انگلیسی", "the English name")),
        ):
            name, label = CONCEPTS[column], cells[column]
            for one in check_label("", (1, 1), name, label, language):
                message = Text(one.message.fa.replace(name, titled.fa), one.message.en.replace(name, titled.en))
                says = Text(f"{message.fa} {one.hint.fa}", f"{message.en} {one.hint.en}")
                yield Remark(name, one.rule, one.severity, says)
            if not label:
                yield Remark(
                    name,
                    "display.missing",
                    Severity.WARNING,
                    Text(f"{titled.fa} نیست.", f"T{titled.en[1:]} is missing."),
                )
            elif cells[_STATUS] != "retired" and (
                same := sorted(self._called.get((column, label), set()) - {was, cells[_CODE]})
            ):
                others = ", ".join(same[:3])
                yield _warning(
                    name, "display.duplicate", f"کد «{others}» همین نام را دارد.", f"'{others}' has the same name."
                )
        before = self.published.get(was)
        if before and not keeps_meaning(Text(before[_FA], before[_EN]), Text(cells[_FA], cells[_EN])):
            yield _warning(
                "display_fa",
                "code.meaning",
                f"معنا عوض می‌شود: «{before[_FA] or before[_EN]}» بود. برای چیز دیگر کد تازه بدهید.",
                f"The meaning changes: it was '{before[_EN] or before[_FA]}'. Give another thing a new code.",
            )

    def _standing(self, cells: Cells, codes: Iterable[str]) -> Iterator[Remark]:
        for column, rule in ((_PARENT, "parent.unknown"), (_SUCCESSOR, "replaced-by.unknown")):
            for code in several(cells[column]):
                if code not in codes or code == cells[_CODE]:
                    yield _error(
                        CONCEPTS[column],
                        rule,
                        f"کد «{code}» در این فهرست نیست.",
                        f"There is no other code '{code}' in this list.",
                    )
        for column in (_FROM, _TO):
            try:
                if cells[column]:
                    parse_day(cells[column])
            except UsageError as error:
                yield Remark(CONCEPTS[column], "date.unreadable", Severity.ERROR, error.text)
                return
        if cells[_FROM] and cells[_TO] and cells[_TO] < cells[_FROM]:
            yield _error(
                "valid_to",
                "date.order",
                f"دوره پیش از آغازش در {cells[_FROM]} پایان می‌یابد.",
                f"The period ends before it begins on {cells[_FROM]}.",
            )
        if cells[_STATUS] not in ("", "retired"):
            yield _error(
                "status",
                "status.unknown",
                f"وضعیت «{cells[_STATUS]}» شناخته نیست.",
                f"The status '{cells[_STATUS]}' is not known.",
            )
        if cells[_STATUS] == "retired" and not (cells[_SUCCESSOR] or cells[_TO]):
            yield _warning(
                "replaced_by",
                "retired.successor",
                "کد بازنشسته جانشین یا آخرین روز می‌خواهد.",
                "A retired code wants a successor or a last day.",
            )

    def with_rows(self, edited: Mapping[str, Cells], added: Sequence[Cells]) -> ChangeSet:
        """The change set with those rows in the place of theirs, and those at the end; what else the proposal changes
        is kept. Raise UsageError if a code is added twice, or nothing is changed at all."""
        codes = [cells[_CODE] for cells in added]
        if twice := next((code for code in codes if codes.count(code) > 1), ""):
            raise UsageError(f"The code '{twice}' is added twice.", f"کد «{twice}» دو بار افزوده شده است.")
        rows = [edited.get(code, cells) for code, cells in self.rows.items()]
        data = csv_text(CONCEPTS, [*rows, *added]).encode()
        kept = [one for one in (self._changes.changes if self._changes else ()) if one.path != self.file]
        own = next((one for one in (self._changes.changes if self._changes else ()) if one.path == self.file), None)
        before = own.before if own else self.base
        if sha256(data) != before:
            kept.append(FileChange(self.file, before, data))
        if not kept:
            raise UsageError("Nothing was changed.", "چیزی عوض نشده است.")
        return ChangeSet(tuple(sorted(kept, key=lambda one: one.path)))


def editable(root: Path) -> list[tuple[str, Text, int]]:
    """The lists that have rows of their own here: id, title, how many codes; registries are not edited so."""
    tree = Tree(root)
    base = read_base(tree, [])
    found = []
    for name in tree.folders("codesystems"):
        if tree.read(f"codesystems/{name}/concepts.csv") is not None:
            source = read_system(tree, f"codesystems/{name}", base, [])
            if source and source.system.kind is not Kind.REGISTRY:
                found.append((name, source.system.title, len(source.tables["concepts.csv"].rows)))
    return found


def _error(column: str, rule: str, fa: str, en: str) -> Remark:
    return Remark(column, rule, Severity.ERROR, Text(fa, en))


def _warning(column: str, rule: str, fa: str, en: str) -> Remark:
    return Remark(column, rule, Severity.WARNING, Text(fa, en))
