"""What was decided about codes that waited to be mapped: read from a table, made into a change of the map's file.

accept   the two codes belong together, by a relationship
reject   they do not; the pair is kept as ``not-related-to``, and is not suggested again
none     the code has no counterpart, and is not asked again
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from termserver.content.conceptmap_check import RELATIONSHIPS
from termserver.content.conceptmap_files import FOLDER, MAPPINGS
from termserver.content.csv_files import Row, split
from termserver.content.csv_writing import csv_text
from termserver.content.problems import Problem
from termserver.model.errors import UsageError
from termserver.model.values import value
from termserver.publication.changesets import ChangeSet, FileChange
from termserver.publication.mapping import Mappings, Waiting
from termserver.releases.digests import sha256
from termserver.terminology.maps import NOT_RELATED

ACCEPT, REJECT, NO_COUNTERPART = "accept", "reject", "none"
COLUMNS = ("map", "list", "code", "display_fa", "display_en", "state", "decision", "target", "relationship", "comment",
           "suggested", "score", "reason", "others")  # fmt: skip
EQUIVALENT = "equivalent"


@value
class Decision:
    """One decision about a code of ``list`` in a map."""

    map: str
    list: str
    code: str
    decision: str
    target: str = ""
    relationship: str = EQUIVALENT
    comment: str = ""


def table(waiting: Iterable[Waiting]) -> str:
    """The queue as CSV, to be filled in: the best suggestion stands in ``target``, ``decision`` is empty."""
    rows = []
    for one in waiting:
        best = one.suggestions[0] if one.suggestions else None
        others = "; ".join(f"{other.code} {other.display.fa or other.display.en}" for other in one.suggestions[1:])
        rows.append(
            (
                one.map, one.list, one.code, one.display.fa, one.display.en, one.state, "",
                best.code if best else "", EQUIVALENT if best else "", "",
                (best.display.fa or best.display.en) if best else "", f"{best.score:.2f}" if best else "",
                best.reason.en if best else "", others,
            )
        )  # fmt: skip
    return csv_text(COLUMNS, rows)


def read_table(data: bytes, name: str) -> list[Decision]:
    """The decisions of a filled-in table, rows without one left out. Raise UsageError with the line of a mistake."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{name} is no CSV in UTF-8: {error}.", f"{name} فایل CSV با UTF-8 نیست: {error}.") from None
    missing = [column for column in ("map", "code", "decision", "target") if not rows or column not in rows[0]]
    if missing:
        raise UsageError(
            f"{name} has no column {', '.join(missing)}. Begin with: termserver mapping queue MAP --csv",
            f"{name} ستون {', '.join(missing)} ندارد. از این آغاز کنید: termserver mapping queue MAP --csv",
        )
    found = []
    for line, row in enumerate(rows, start=2):
        said = {key: (text or "").strip() for key, text in row.items() if key is not None}
        decision = said.get("decision", "").lower()
        if not decision:
            continue
        made = Decision(
            said["map"], said.get("list", ""), said["code"], decision, said.get("target", ""),
            said.get("relationship", "") or EQUIVALENT, said.get("comment", ""),
        )  # fmt: skip
        check(made, f"{name}:{line}")
        found.append(made)
    if not found:
        raise UsageError(
            f"{name} decides nothing: fill in the column 'decision' with accept, reject or none.",
            f"{name} چیزی تصمیم نمی‌گیرد: ستون decision را با accept، reject یا none پر کنید.",
        )
    return found


def check(one: Decision, where: str) -> None:
    """Raise UsageError for a decision that cannot be one."""
    if one.decision not in (ACCEPT, REJECT, NO_COUNTERPART):
        raise UsageError(
            f"{where}: '{one.decision}' is no decision. Use accept, reject or none.",
            f"{where}: «{one.decision}» تصمیم نیست. accept، reject یا none بنویسید.",
        )
    if one.decision != NO_COUNTERPART and not one.target:
        raise UsageError(
            f"{where}: {one.decision} needs the code in the column 'target'.",
            f"{where}: {one.decision} کدی در ستون target می‌خواهد.",
        )
    if one.decision == ACCEPT and one.relationship not in RELATIONSHIPS[:-1]:
        raise UsageError(
            f"{where}: '{one.relationship}' is no relationship. Use one of {', '.join(RELATIONSHIPS[:-1])}.",
            f"{where}: «{one.relationship}» رابطه نیست. یکی از {', '.join(RELATIONSHIPS[:-1])}.",
        )


def change_set(
    root: Path, mappings: Mappings, decisions: Sequence[Decision], before: ChangeSet | None = None
) -> ChangeSet:
    """The change of the maps' files; put upon ``before``, a change set of one's own, where there is one.

    Raise UsageError for a map that is not in the folders, or where nothing would change.
    """
    changes = {one.path: one for one in before.changes} if before else {}
    for id in dict.fromkeys(one.map for one in decisions):
        path = f"{FOLDER}/{id}/mappings.csv"
        file = root / path
        if not file.is_file():
            raise UsageError(f"There is no {path} in {root}.", f"{path} در {root} نیست.")
        was = file.read_bytes()
        known = changes.get(path)
        now = (known.after if known else None) or was
        rows = [row.cells for row in _rows(path, now)]
        for one in decisions:
            if one.map == id:
                end = mappings.end(id, one.list)
                rows = decided(rows, one, end.back, partial(mappings.is_retired, end.against))
        text = csv_text(MAPPINGS, rows).encode()
        if text != was:
            changes[path] = FileChange(path, sha256(was), text)
    if not changes or (before is not None and tuple(changes.values()) == before.changes):
        raise UsageError(
            "The maps say that already; there is nothing to propose.",
            "نگاشت‌ها همین را می‌گویند؛ چیزی برای پیشنهاد نیست.",
        )
    return ChangeSet(tuple(changes[path] for path in sorted(changes)))


def decided(rows: Sequence[list[str]], one: Decision, back: bool, is_retired: Callable[[str], bool]) -> list[list[str]]:
    """The rows of a map with a decision: a retired target gives way to an accepted one, a pair stands once."""
    mine, other = (1, 0) if back else (0, 1)
    if one.decision == NO_COUNTERPART and back:
        raise UsageError(
            f"{one.map} can say of its source alone that a code has no counterpart; '{one.code}' is of its target.",
            f"{one.map} تنها دربارهٔ کدهای مبدأ می‌گوید همتایی ندارند؛ «{one.code}» از مقصد است.",
        )
    pair = ["", ""]
    pair[mine], pair[other] = one.code, one.target if one.decision != NO_COUNTERPART else ""
    relationship = one.relationship if one.decision == ACCEPT else NOT_RELATED

    def stays(row: list[str]) -> bool:
        if row[mine] != one.code:
            return True
        if row[:2] == pair or not row[other]:
            return False
        return not (one.decision == ACCEPT and row[2] != NOT_RELATED and is_retired(row[other]))

    at = max((n for n, row in enumerate(rows, start=1) if row[mine] == one.code), default=len(rows))
    kept = [row for row in rows[:at] if stays(row)]
    return [*kept, [*pair, relationship, one.comment], *rows[at:]]


def _rows(path: str, data: bytes) -> list[Row]:
    problems: list[Problem] = []
    rows = split(path, data.decode("utf-8"), problems)
    if not rows or rows[0].cells != list(MAPPINGS) or any(len(row.cells) != len(MAPPINGS) for row in rows):
        raise UsageError(
            f"{path} cannot be read as it is. Run: termserver content check",
            f"{path} خوانده نمی‌شود. اجرا کنید: termserver content check",
        )
    return rows[1:]
