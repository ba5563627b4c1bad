"""Whether parents and successors are there, and nobody is their own ancestor."""

from collections.abc import Iterator

from termserver.content.codesystem_files import SystemSource, several
from termserver.content.csv_files import Row
from termserver.content.known_codes import KnownSystem, meant
from termserver.content.problems import Problem, error, warning
from termserver.model.text import Text

_PARENT, _STATUS, _REPLACED = 3, 4, 7


def check_hierarchy(source: SystemSource, known: KnownSystem) -> list[Problem]:
    """The problems of the columns ``parent`` and ``replaced_by``."""
    table = source.tables["concepts.csv"]
    codes = source.codes
    problems = []
    for row in table.rows:
        if row.cells[_PARENT]:
            for parent in several(row.cells[_PARENT]):
                if parent not in codes:
                    problems.append(
                        error(
                            table.file,
                            row.place(_PARENT),
                            "parent.unknown",
                            Text(
                                fa=f"پدر «{row.cells[0]}»، یعنی «{parent}»، در این نظام نیست.",
                                en=f"The parent '{parent}' of '{row.cells[0]}' is not in this code system.",
                            ),
                            _hint(parent, known),
                        )
                    )
        if row.cells[_REPLACED]:
            problems += _successors(source, row, codes, known)
    problems += _cycles(source, codes)
    return problems


def _successors(source: SystemSource, row: Row, codes: dict[str, Row], known: KnownSystem) -> Iterator[Problem]:
    file = source.tables["concepts.csv"].file
    code = row.cells[0]
    for successor in several(row.cells[_REPLACED]):
        if successor == code or successor not in codes:
            yield error(
                file,
                row.place(_REPLACED),
                "replaced-by.unknown",
                Text(
                    fa=f"جانشین «{code}»، یعنی «{successor}»، کد دیگری از این نظام نیست.",
                    en=f"'{successor}', which replaces '{code}', is not another code of this code system.",
                ),
                _hint(successor, known),
            )
    if row.cells[_STATUS] != "retired":
        yield warning(
            file,
            row.place(_REPLACED),
            "replaced-by.active",
            Text(fa=f"«{code}» جانشین دارد و هنوز در کار است.", en=f"'{code}' has been replaced and is still active."),
            Text(fa="وضعیت آن را retired کنید.", en="Set its status to 'retired'."),
        )


def _hint(code: str, known: KnownSystem) -> Text:
    if "|" in code:
        return Text(
            fa="چند کد را با « | » (فاصله، خط، فاصله) از هم جدا کنید.",
            en="Separate several codes by ' | ' (blank, bar, blank).",
        )
    return meant(code, known)


def _cycles(source: SystemSource, codes: dict[str, Row]) -> Iterator[Problem]:
    table = source.tables["concepts.csv"]
    done: set[str] = set()
    for start in codes:
        if start in done or not codes[start].cells[_PARENT]:
            continue
        path = [start]
        on_path = {start: 0}
        waiting = [iter(several(codes[start].cells[_PARENT]))]
        while waiting:
            parent = next(waiting[-1], None)
            if parent is None:
                waiting.pop()
                code = path.pop()
                del on_path[code]
                done.add(code)
            elif parent in on_path:
                cycle = path[on_path[parent] :]
                first = min(cycle, key=lambda code: codes[code].line)
                at = cycle.index(first)
                named = " → ".join([*cycle[at:], *cycle[:at], first])
                yield error(
                    table.file,
                    codes[first].place(_PARENT),
                    "parent.cycle",
                    Text(fa=f"این کدها پدر یکدیگرند: {named}", en=f"These codes are their own ancestors: {named}"),
                    Text(fa="پدر یکی از آن‌ها را درست کنید.", en="Mend the parent of one of them."),
                )
            elif parent not in done and parent in codes:
                path.append(parent)
                on_path[parent] = len(path) - 1
                waiting.append(iter(several(codes[parent].cells[_PARENT])))
