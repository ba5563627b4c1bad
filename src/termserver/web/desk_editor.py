"""The page on which a code list is edited: a table of rows, each said what is wrong with it; and its workbook."""

import tempfile
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from termserver.api.committee_desk import now
from termserver.content.codesystem_files import CONCEPTS
from termserver.formats import xlsx
from termserver.importers.table_files import read_table
from termserver.model import fold
from termserver.model.errors import UsageError
from termserver.model.findings import Severity
from termserver.model.governance import DecisionKind
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.changesets import ChangeSet
from termserver.publication.editing import Cells, CodeList, Remark, editable
from termserver.releases.digests import sha256
from termserver.web.desk_pages import DeskPages, Visit
from termserver.web.site import address

PAGE = 50
BLANKS = 3
"""So many empty rows for new codes are on the page; a script adds more."""
SHOWN = CONCEPTS[:-1]
"""The columns on the page; the source of a row is kept as it is."""


@value
class Row:
    """One row of the table on the page; ``was`` is its code in the list, empty for a new one."""

    was: str
    cells: Cells
    remarks: tuple[Remark, ...] = ()
    changed: bool = False

    @property
    def wrong(self) -> bool:
        return any(one.severity is Severity.ERROR for one in self.remarks)

    @property
    def blank(self) -> bool:
        return not self.was and not any(self.cells)


@value
class Wish:
    """What the form around the table says. ``based_on`` is the digest of the proposal that is edited, or the SHA-256
    of the list's file."""

    proposal: int = 0
    based_on: str = ""
    title: Text = Text()
    kind: str = ""
    emergency: bool = False


class Editor:
    """Opens, checks and saves code lists for the person who edits."""

    def __init__(self, pages: DeskPages) -> None:
        self._pages = pages
        self._desk = pages.desk

    def lists(self, visit: Visit) -> str:
        """The lists that can be edited."""
        return self._pages.render("desk_lists.html", visit, "/desk/lists", lists=editable(self._desk.root))

    def opened(self, id: str, proposal: int) -> CodeList:
        """The list as it is, or as the proposal would have it."""
        if proposal:
            self._desk.lines(proposal)
        return CodeList(self._desk.root, id, self._desk.committee.change_set(proposal) if proposal else None)

    def render(
        self,
        visit: Visit,
        id: str,
        wish: Wish,
        narrow: str = "",
        offset: int = 0,
        typed: Sequence[Row] = (),
        failure: Text | None = None,
        saved: bool = False,
    ) -> str:
        """The page; ``typed`` are rows that were posted and could not be saved."""
        known = self.opened(id, wish.proposal)
        committee = self._desk.committee
        found = known.find(narrow)
        by_code = {row.was: row for row in typed if row.was}
        shown = [
            by_code.get(cells[0])
            or Row(cells[0], cells, tuple(known.check(cells, cells[0])), known.published.get(cells[0]) != cells)
            for cells in found[offset : offset + PAGE]
        ]
        fresh = [row for row in typed if not row.was and not row.blank]
        fresh += [Row("", ("",) * len(CONCEPTS))] * max(1, BLANKS - len(fresh))
        one = committee.proposal(wish.proposal) if wish.proposal else None
        return self._pages.render(
            "desk_editor.html",
            visit,
            address("fa", f"/desk/lists/{id}", proposal=wish.proposal or "", q=narrow, offset=offset or ""),
            known=known,
            id=id,
            rows=shown,
            fresh=fresh,
            total=len(found),
            offset=offset,
            page=PAGE,
            narrow=narrow,
            wish=wish,
            one=one,
            based_on=one.digest if one else known.base,
            kinds=self.kinds(visit.who, known.file),
            columns=SHOWN,
            mark=lambda row: mark(known.rows.get(row.was, row.cells)),
            failure=failure,
            saved=saved,
        )

    def kinds(self, who: str, file: str) -> list[DecisionKind]:
        """The kinds of decisions that cover the list, those first that this person may prepare."""
        known = self._desk.governance
        day = now()[:10]
        covering = [kind for kind in known.kinds if any(fnmatchcase(file, one) for one in kind.covers)]
        return sorted(covering, key=lambda kind: not known.holds(who, day, kind.proposers))

    def typed_rows(self, known: CodeList, said: Mapping[str, str]) -> list[Row]:
        """The rows that a form holds, judged; those that say nothing new are as they were."""
        numbers = [name.partition(".")[2] for name in said if name.startswith("was.")]
        drafts: list[tuple[str, Cells]] = []
        for n in numbers:
            was = said[f"was.{n}"]
            before = known.rows.get(was) or ("",) * len(CONCEPTS)
            was = was if was in known.rows else ""
            cells = [said.get(f"{column}.{n}", before[at]) for at, column in enumerate(CONCEPTS)]
            tidy = known.tidy([was or cells[0], *cells[1:]])
            # who did not touch a row does not write an older one over another's work
            drafts.append((was, before if was and said.get(f"old.{n}") == mark(tidy) else tidy))
        new = [cells[0] for was, cells in drafts if not was]
        return [
            Row(was, cells, tuple(known.check(cells, was, new)), known.rows.get(was) != cells)
            for was, cells in drafts
            if was or any(cells)
        ]

    def change_set(self, known: CodeList, rows: Sequence[Row]) -> ChangeSet:
        """What the rows make of the list; raise UsageError if they change nothing."""
        edited = {row.was: row.cells for row in rows if row.was and row.changed}
        return known.with_rows(edited, [row.cells for row in rows if not row.was])

    def save(self, visit: Visit, known: CodeList, changes: ChangeSet, wish: Wish) -> int:
        """Keep the change set as a draft: the same proposal, or a new one. Its number."""
        committee = self._desk.committee
        if wish.proposal:
            return committee.revise(wish.proposal, visit.who, now(), changes, wish.based_on).number
        list_title = known.system.title
        title = Text(
            wish.title.fa or f"ویرایش {list_title.in_language('fa')}",
            wish.title.en or f"Edit of {list_title.in_language('en')}",
        )
        kinds = [kind.id for kind in self.kinds(visit.who, known.file)]
        kind = wish.kind if wish.kind in kinds else (kinds or [wish.kind])[0]
        return committee.propose(visit.who, now(), kind, title, changes, wish.emergency).number

    def workbook(self, known: CodeList, language: str) -> bytes:
        """The list as a workbook, to be edited and sent back."""
        with tempfile.TemporaryDirectory(prefix="termserver-") as place:
            path = Path(place, "list.xlsx")
            xlsx.write(path, [(known.system.id, [CONCEPTS, *known.rows.values()])], right_to_left=language == "fa")
            return path.read_bytes()

    def uploaded(self, known: CodeList, name: str, data: bytes) -> tuple[list[Row], list[str]]:
        """The rows of a workbook that say something new, judged, and what its reader was not sure of.

        A column that is not there changes nothing. Raise ImportFailed or UsageError for what cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="termserver-") as place:
            path = Path(place, "upload" + (".xlsx" if data.startswith(b"PK") else ".csv"))
            path.write_bytes(data)
            table = read_table(path, known=CONCEPTS)
            read = [cells for _, cells in table.rows]
        at = {fold.key(header): n for n, header in enumerate(table.headers)}
        places = {column: at[fold.key(column)] for column in CONCEPTS if fold.key(column) in at}
        if "code" not in places:
            raise UsageError(
                f"{name or 'The table'} has no column 'code'. Its columns are: {', '.join(table.headers)}.",
                f"{name or 'جدول'} ستون code ندارد. ستون‌ها: {'، '.join(table.headers)}",
            )
        said: dict[str, str] = {}
        for n, cells in enumerate(read):
            code = cells[places["code"]].strip()
            said[f"was.{n}"] = code if code in known.rows else ""
            said |= {f"{column}.{n}": cells[place] for column, place in places.items() if place < len(cells)}
        rows = [row for row in self.typed_rows(known, said) if row.changed]
        return rows, [f"{note.row}: {note.message.fa}" for note in table.notes]


def mark(cells: Sequence[str]) -> str:
    """What a row on the page was, so that one that nobody touched is known."""
    return sha256("\x1f".join(cells).encode())[:12]


def remarks_json(row: Row) -> dict[str, Any]:
    """What a script shows beside a row."""
    return {"remarks": [one.as_json() for one in row.remarks], "changed": row.changed}
