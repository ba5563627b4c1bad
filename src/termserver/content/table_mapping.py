"""Which column of a committee's table is which of ours: as told, or guessed from usual headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termserver.content.codesystem_files import CONCEPTS
from termserver.content.letters import is_persian
from termserver.content.problems import nearest
from termserver.model import fold
from termserver.model.codes import CodeSystem
from termserver.model.errors import UsageError

PROPERTY = "property:"
DESIGNATION = "designation:"

_USUAL = {
    "code": ("code", "کد", "کد آیتم", "کد خدمت", "کد مورد", "کد استاندارد", "شناسه", "concept code", "codes", "id"),
    "display_fa": (
        *("display fa", "title fa", "name fa", "persian", "farsi", "persian title", "persian name", "farsi title"),
        *("نام فارسی", "عنوان فارسی", "شرح فارسی", "معادل فارسی", "فارسی"),
    ),
    "display_en": (
        *("display en", "title en", "name en", "english", "english title", "english name", "english description"),
        *("نام انگلیسی", "عنوان انگلیسی", "شرح انگلیسی", "نام لاتین", "عنوان لاتین", "انگلیسی", "لاتین"),
    ),
    "parent": ("parent", "parent code", "parentid", "کد والد", "والد", "کد پدر", "پدر", "کد سرگروه", "کد مافوق"),
    "status": ("status", "state", "active", "is active", "وضعیت", "فعال"),
    "valid_from": (
        *("valid from", "start", "start date", "from date", "effective date"),
        *("از تاریخ", "تاریخ شروع", "تاریخ آغاز", "شروع اعتبار", "تاریخ شروع اعتبار"),
    ),
    "valid_to": (
        *("valid to", "end", "end date", "to date", "expiry date"),
        *("تا تاریخ", "تاریخ پایان", "پایان اعتبار", "تاریخ پایان اعتبار", "تاریخ انقضا"),
    ),
    "replaced_by": ("replaced by", "replacement", "جایگزین", "کد جایگزین", "کد جدید"),
    "source": ("source", "reference", "منبع", "مأخذ", "مرجع"),
}
"""The headers met in tables of the Ministry and the insurers, by our column."""

_EITHER_LANGUAGE = (
    "title",
    "name",
    "display",
    "description",
    "term",
    "label",
    "عنوان",
    "نام",
    "شرح",
    "توضیحات",
    "شرح کد",
)
"""Headers of a name whose language only its values tell."""

USUAL_HEADERS = tuple(header for headers in _USUAL.values() for header in headers) + _EITHER_LANGUAGE
"""Every header that a guess knows; helps a reader of tables to find the header row."""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """Our columns with the header and the index of theirs; ``guessed`` where nobody told."""

    columns: dict[str, tuple[str, int]]
    unused: tuple[str, ...]
    guessed: bool

    def as_json(self) -> dict[str, str]:
        return {ours: header for ours, (header, _) in self.columns.items()}


def told_mapping(mapping: Mapping[str, str], headers: Sequence[str], system: CodeSystem) -> TableMapping:
    """The mapping that was told; raise UsageError for a column of ours or theirs that is not there."""
    columns: dict[str, tuple[str, int]] = {}
    by_key = {fold.key(header): n for n, header in reversed(list(enumerate(headers)))}
    for ours, theirs in mapping.items():
        _check_ours(ours, system)
        if fold.key(theirs) not in by_key:
            near = nearest(theirs, headers)
            listed = ", ".join(headers)
            raise UsageError(
                f"The table has no column '{theirs}'. {f'Did you mean {near!r}?' if near else f'It has: {listed}'}",
                f"جدول ستونی به نام «{theirs}» ندارد. {f'آیا منظور «{near}» است؟' if near else f'ستون‌ها: {listed}'}",
            )
        at = by_key[fold.key(theirs)]
        columns[ours] = (headers[at], at)
    return _whole(columns, headers, guessed=False)


def guessed_mapping(
    headers: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]], system: CodeSystem
) -> TableMapping:
    """The mapping that the headers suggest; raise UsageError if no column looks like the code."""
    keys = [fold.key(header) for header in headers]
    usual: dict[str, tuple[str, ...]] = {ours: (ours, *said) for ours, said in _USUAL.items()}
    for defined in system.properties:
        usual[PROPERTY + defined.code] = (defined.code, defined.title.fa, defined.title.en)
    columns: dict[str, tuple[str, int]] = {}
    taken: set[int] = set()
    for ours, said in usual.items():
        # the first spelling that is there: "code" is meant before "id"
        at = next((keys.index(key) for key in map(fold.key, said) if key and key in keys), None)
        if at is not None and at not in taken:
            columns[ours] = (headers[at], at)
            taken.add(at)
    either = {fold.key(header) for header in _EITHER_LANGUAGE}
    for n, header in enumerate(headers):
        if fold.key(header) in either and n not in taken:
            values = [cells[n] for _, cells in rows[:200] if n < len(cells) and cells[n]]
            persian = 2 * sum(map(is_persian, values)) > len(values)
            columns.setdefault("display_fa" if persian else "display_en", (header, n))
    return _whole(columns, headers, guessed=True)


def _check_ours(ours: str, system: CodeSystem) -> None:
    if ours in CONCEPTS or ours.startswith(DESIGNATION):
        return
    known = [*CONCEPTS, *(PROPERTY + defined.code for defined in system.properties), DESIGNATION + "fa"]
    if ours not in known:
        near = nearest(ours, known)
        listed = ", ".join(known)
        raise UsageError(
            f"There is no column '{ours}' to fill. {f'Did you mean {near!r}?' if near else f'There are: {listed}'}",
            f"ستونی به نام «{ours}» برای پر کردن نیست. {f'آیا منظور «{near}» است؟' if near else f'ستون‌ها: {listed}'}",
        )


def _whole(columns: dict[str, tuple[str, int]], headers: Sequence[str], guessed: bool) -> TableMapping:
    if "code" not in columns:
        listed = ", ".join(headers)
        raise UsageError(
            f"No column of the table looks like the code: {listed}. Name it: --map code=… --map display_fa=…",
            f"ستون کد در جدول شناخته نشد. ستون‌ها: {listed}. آن را نام ببرید: --map code=… --map display_fa=…",
        )
    taken = {at for _, at in columns.values()}
    unused = tuple(header for n, header in enumerate(headers) if n not in taken and header)
    order = {name: n for n, name in enumerate(CONCEPTS)}
    return TableMapping(dict(sorted(columns.items(), key=lambda item: order.get(item[0], 99))), unused, guessed)
