"""What a load met and did is counted here while it runs: verdicts, rules with samples, changes, and every row noticed.

The single notes go to a file of their own as they come, so that a million of them take no memory.
"""

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

import orjson

from termserver.model.registries import ChangeKind, RowNote, Verdict, note_of
from termserver.registries.rows import Json, Noted, Row

SAMPLES = 10
"""So many rows of a rule, and so many changes of a kind, stand in the summary; all of them are in the notes."""
_IN_MEMORY = 4_000_000


class Tally:
    """The counts of one load."""

    def __init__(self) -> None:
        self.read = 0
        self.verdicts = Counter(dict.fromkeys(Verdict, 0))
        self.changes = Counter(dict.fromkeys(ChangeKind, 0))
        self.unchanged = 0
        self.by_property: Counter[str] = Counter()
        self.change_samples: dict[ChangeKind, list[Json]] = {kind: [] for kind in ChangeKind}
        self._rules: Counter[tuple[Verdict, str]] = Counter()
        self._samples: dict[tuple[Verdict, str], list[Json]] = {}
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the tally
        self._packed = gzip.GzipFile(fileobj=self._spool, mode="wb", compresslevel=6, mtime=0)

    def row(self, row: Row) -> None:
        """Count a row that is done with."""
        self.read += 1
        if row.rejected:
            self.verdicts[Verdict.REJECTED] += 1
        elif row.warned:
            self.verdicts[Verdict.WARNED] += 1
        else:
            self.verdicts[Verdict.ACCEPTED] += 1
            return
        self._notes(row, Verdict.REJECTED, row.rejected)
        self._notes(row, Verdict.WARNED, row.warned)
        row.warned = []

    def warned_later(self, row: Row, known_good: bool) -> None:
        """Count warnings of a row that was counted before; ``known_good`` if it was accepted then."""
        if known_good:
            self.verdicts[Verdict.ACCEPTED] -= 1
            self.verdicts[Verdict.WARNED] += 1
        self._notes(row, Verdict.WARNED, row.warned)

    def table_note(self, row: int, rule: str, at: str, value: str, message: Any) -> None:
        """Something that the reader of a table noticed; the verdict of the row is another matter."""
        self._note(RowNote(row, "", Verdict.WARNED, f"table.{rule}", at, value, message))

    def _notes(self, row: Row, verdict: Verdict, noted: list[Noted]) -> None:
        for rule, at, value, message in noted:
            self._note(RowNote(row.number, row.code, verdict, rule, at, value, message))

    def _note(self, note: RowNote) -> None:
        said = note.as_json()
        key = (note.verdict, note.rule)
        self._rules[key] += 1
        samples = self._samples.setdefault(key, [])
        if len(samples) < SAMPLES:
            samples.append(said)
        self._packed.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))

    def change(self, kind: ChangeKind, code: str, before: Json | None, after: Json) -> None:
        """Count what became of an entry, and which of its facts differ."""
        self.changes[kind] += 1
        samples = self.change_samples[kind]
        if kind is ChangeKind.ADDED:
            if len(samples) < SAMPLES:
                samples.append({"code": code, "display": after.get("display", {})})
            return
        differing = differences(before or {}, after)
        for name in differing:
            self.by_property[name] += 1
        if len(samples) < SAMPLES:
            samples.append(
                {
                    "code": code,
                    "display": after.get("display", {}),
                    "differs": [
                        {"at": name, "before": said[0][:5], "after": said[1][:5]} for name, said in differing.items()
                    ],
                }
            )

    def rules(self) -> list[Json]:
        """Every rule that was met: rejections first, then the most frequent."""
        ordered = sorted(self._rules.items(), key=lambda one: (one[0][0] is not Verdict.REJECTED, -one[1], one[0][1]))
        return [
            {"verdict": str(verdict), "rule": rule, "rows": count, "samples": self._samples[verdict, rule]}
            for (verdict, rule), count in ordered
        ]

    def notes(self) -> bytes:
        """All notes as compressed NDJSON; after this none can be added."""
        self._packed.close()
        self._spool.seek(0)
        return self._spool.read()


def unpacked(notes: bytes) -> Iterator[RowNote]:
    """The single notes of a load."""
    for line in gzip.decompress(notes).splitlines() if notes else ():
        yield note_of(orjson.loads(line))


def differences(before: Json, after: Json) -> dict[str, tuple[list[Any], list[Any]]]:
    """What only the one and only the other says, by property or member of the entry."""
    found: dict[str, tuple[list[Any], list[Any]]] = {}
    for member in sorted((before.keys() | after.keys()) - {"properties", "code"}):
        if before.get(member) != after.get(member):
            found[member] = (_several(before.get(member)), _several(after.get(member)))
    old, new = ([_without_code(one) for one in side.get("properties", ())] for side in (before, after))
    for code, said in old:
        if (code, said) not in new:
            found.setdefault(code, ([], []))[0].append(said)
    for code, said in new:
        if (code, said) not in old:
            found.setdefault(code, ([], []))[1].append(said)
    return found


def _several(said: Any) -> list[Any]:
    return [] if said is None else said if isinstance(said, list) else [said]


def _without_code(stated: Json) -> tuple[str, Json]:
    return stated["code"], {member: said for member, said in stated.items() if member != "code"}
