"""Whether the codes of a system are sound: one row each, the right shape and check digit, no zero lost."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from termserver.content.codesystem_files import SystemSource, several
from termserver.content.csv_files import Row, Table
from termserver.content.letters import has_persian_digit, unseen_in_code
from termserver.content.problems import Place, Problem, error, warning
from termserver.model.check_digits import EXPECTED, is_right
from termserver.model.codes import CodeSystem
from termserver.model.fold import latin_digits
from termserver.model.text import Text

_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+")
_AS_TEXT = Text(
    fa="ستون کد را در صفحه‌گسترده «متن» (Text) کنید و کد را دوباره بنویسید.",
    en="Make the code column 'Text' in the spreadsheet and write the code again.",
)


def check_codes(source: SystemSource) -> list[Problem]:
    """The problems of the codes in ``concepts.csv``."""
    table = source.tables["concepts.csv"]
    problems = list(_duplicates(table, source.system))
    judge = CodeJudge(source.system)
    everybody = [row.cells[0] for row in table.rows]
    lost = {code: padded for level in (everybody, *_levels(table)) for code, padded in lost_zeros(level)}
    codes = {row.cells[0] for row in table.rows}
    own_zeros = zero_widths(codes)
    for row in table.rows:
        code = row.cells[0]
        if not code:
            continue
        place = row.place(0)
        wrong = judge.wrong(code)
        if wrong:
            problems.append(error(table.file, place, *wrong))
        elif code in lost:
            kind = warning if source.system.shape else error
            problems.append(kind(table.file, place, "code.lost-zero", *lost_among_siblings(code, lost[code])))
        else:
            problems += _zero_twin(table, place, code, codes, own_zeros)
    return problems


class CodeJudge:
    """Judges single codes of one system: ``wrong`` names the rule that a code breaks."""

    def __init__(self, system: CodeSystem) -> None:
        self.system = system
        try:
            self.shape = re.compile(system.shape, re.ASCII) if system.shape else None
        except re.error:  # said by pattern_check
            self.shape = None
        self.check = system.check if system.check in EXPECTED else ""

    def wrong(self, code: str) -> tuple[str, Text, Text] | None:
        """The rule, the message and the hint for a code that is not sound, or None."""
        if code.isascii() and code.isprintable() and code == code.strip():
            if not _SCIENTIFIC.fullmatch(code):
                return self._misshapen(code)
            return (
                "code.scientific",
                Text(
                    fa=f"کد «{code}» را صفحه‌گسترده به عدد نمایی برگردانده و رقم‌هایش از دست رفته است.",
                    en=f"A spreadsheet turned the code '{code}' into a scientific number; its digits are lost.",
                ),
                _AS_TEXT,
            )
        return _unclean(code) or self._misshapen(code)

    def fits(self, code: str) -> bool:
        """Whether the code has the shape of the system (a system without one takes any code)."""
        return self.shape is None or self.shape.fullmatch(code) is not None

    def padded(self, code: str) -> str:
        """The code with the zeros that its shape misses, or empty text."""
        if self.shape is None or not code.isdecimal():
            return ""
        candidates = ("0" * n + code for n in range(1, 16))
        return next((candidate for candidate in candidates if self.fits(candidate) and self._keeps(candidate)), "")

    def _keeps(self, code: str) -> bool:
        if not self.check:
            return True
        digits = code.replace("-", "")
        return digits.isascii() and digits.isdecimal() and len(digits) > 1 and _is_right(self.check, code)

    def _misshapen(self, code: str) -> tuple[str, Text, Text] | None:
        title = self.system.title
        if not self.fits(code):
            padded = self.padded(code)
            if padded:
                return (
                    "code.lost-zero",
                    Text(
                        fa=f"کد «{code}» صفر آغازین خود را از دست داده است.",
                        en=f"The code '{code}' has lost its leading zero.",
                    ),
                    Text(
                        fa=f"بنویسید «{padded}»؛ {_AS_TEXT.fa}",
                        en=f"Write '{padded}'. {_AS_TEXT.en}",
                    ),
                )
            if code.endswith(".0") and self.fits(code[:-2]):
                return (
                    "code.decimal",
                    Text(
                        fa=f"کد «{code}» را صفحه‌گسترده عدد اعشاری کرده است.",
                        en=f"A spreadsheet turned the code '{code}' into a decimal number.",
                    ),
                    Text(fa=f"بنویسید «{code[:-2]}»؛ {_AS_TEXT.fa}", en=f"Write '{code[:-2]}'. {_AS_TEXT.en}"),
                )
            return (
                "code.shape",
                Text(
                    fa=f"کد «{code}» شکل کدهای «{title.in_language('fa')}» را ندارد.",
                    en=f"The code '{code}' does not have the shape of a code of {title.in_language('en')}.",
                ),
                Text(
                    fa=f"شکل: {self.system.shape}؛ کد، یا shape در codesystem.yaml، درست شود.",
                    en=f"The shape is {self.system.shape}. Mend the code, or 'shape' in codesystem.yaml.",
                ),
            )
        if self.check and not self._keeps(code):
            return ("code.check-digit", *_check_digit(code, self.check))
        return None


def _is_right(rule: str, code: str) -> bool:
    try:
        return is_right(rule, code)
    except (IndexError, ValueError):  # too short for the rule: it cannot be right
        return False


def _check_digit(code: str, rule: str) -> tuple[Text, Text]:
    try:
        expected = EXPECTED[rule](code)
    except (IndexError, ValueError):
        expected = ""
    hint_fa, hint_en = f"قاعده: {rule}. رقمی جابه‌جا یا نادرست است.", f"The rule is {rule}; a digit is wrong."
    if expected and expected != code[-1]:
        hint_fa += f" با این رقم‌ها باید {expected} باشد."
        hint_en += f" With these digits it would be {expected}."
    return (
        Text(fa=f"رقم کنترل کد «{code}» درست نیست.", en=f"The check digit of the code '{code}' is wrong."),
        Text(fa=hint_fa, en=hint_en),
    )


def _unclean(code: str) -> tuple[str, Text, Text] | None:
    if "\n" in code:
        return (
            "code.line-break",
            Text(fa="کد در دو سطر شکسته است.", en="The code is broken over two lines."),
            Text(fa="آن را در یک سطر بنویسید.", en="Write it on one line."),
        )
    if code.strip(" \t") != code:
        return (
            "code.blanks",
            Text(fa=f"پیش یا پس از کد «{code}» فاصله هست.", en=f"There are blanks before or after the code '{code}'."),
            Text(fa="فاصله را پاک کنید.", en=f"Write '{code.strip()}'."),
        )
    sign = unseen_in_code(code)
    if sign:
        named = sign.named()
        return (
            "code.unseen-sign",
            Text(
                fa=f"نویسهٔ {sign.number} کد، {named.fa} است که دیده نمی‌شود.",
                en=f"Letter {sign.number} of the code is {named.en}, which nobody sees.",
            ),
            Text(fa="آن را پاک کنید.", en="Delete it."),
        )
    if has_persian_digit(code):
        latin = latin_digits(code)
        return (
            "code.persian-digits",
            Text(fa=f"کد «{code}» با رقم فارسی نوشته شده است.", en=f"The code '{code}' is written in Persian digits."),
            Text(fa=f"بنویسید «{latin}».", en=f"Write '{latin}'."),
        )
    return None


def _duplicates(table: Table, system: CodeSystem) -> Iterator[Problem]:
    first: dict[str, Row] = {}
    for row in table.rows:
        code = row.cells[0]
        key = code if system.case_sensitive else code.lower()
        if not code or key not in first:
            first[key] = row
            continue
        line = first[key].line
        yield error(
            table.file,
            row.place(0),
            "code.duplicate",
            Text(
                fa=f"کد «{code}» پیش‌تر در سطر {line} آمده است.",
                en=f"The code '{code}' is already there on line {line}.",
            ),
            Text(
                fa="یکی از دو سطر را پاک کنید؛ نام دوم در designations.csv جای دارد.",
                en="Delete one of the two rows; a second name belongs in designations.csv.",
            ),
        )


def _levels(table: Table) -> list[list[str]]:
    """The codes by their depth under the first parent: provinces among provinces, counties among counties."""
    parents = {row.cells[0]: next(iter(several(row.cells[3])), "") for row in table.rows}
    depths: dict[str, int] = {"": -1}
    for code in parents:
        path: dict[str, None] = {}  # in order, and quick to ask
        step = code
        while step not in depths and step not in path:
            path[step] = None
            step = parents.get(step, "")
        depth = depths.get(step, -1)  # a cycle has no depth of its own; hierarchy_check speaks of it
        for step in reversed(path):
            depth += 1
            depths[step] = depth
    levels: dict[int, list[str]] = {}
    for code in parents:
        levels.setdefault(depths[code], []).append(code)
    return list(levels.values())


def lost_zeros(codes: list[str]) -> list[tuple[str, str]]:
    """Codes that are shorter than nearly all others, which have leading zeros; each with the zeros put back.

    Only where the numeric codes have one width in common (at least three of them, four in five),
    and no shorter code has a leading zero of its own: then widths differ on purpose (provinces and counties).
    """
    numeric = [code for code in codes if code.isascii() and code.isdecimal()]
    widths = Counter(map(len, numeric))
    if not widths:
        return []
    width, count = widths.most_common(1)[0]
    shorter = [code for code in numeric if len(code) < width]
    if count < 3 or count < 0.8 * len(numeric) or not shorter:
        return []
    if not any(code[0] == "0" for code in numeric if len(code) == width):
        return []
    if any(code[0] == "0" and code.strip("0") for code in shorter):
        return []
    return [(code, code.zfill(width)) for code in shorter]


def lost_among_siblings(code: str, padded: str) -> tuple[Text, Text]:
    """What to say of a code found by ``lost_zeros``, and what to do."""
    return (
        Text(
            fa=f"کد «{code}» کوتاه‌تر از کدهای دیگر است و گویا صفر آغازین خود را از دست داده است.",
            en=f"The code '{code}' is shorter than the others and seems to have lost its leading zero.",
        ),
        Text(
            fa=f"اگر چنین است بنویسید «{padded}»؛ وگرنه shape را در codesystem.yaml بنویسید.",
            en=f"If so, write '{padded}'; if not, say the shape in codesystem.yaml.",
        ),
    )


def zero_widths(codes: Iterable[str]) -> set[int]:
    """The widths in which some code has a leading zero: there, zeros have been kept."""
    return {len(code) for code in codes if code[:1] == "0" and code.strip("0")}


def zero_twin(code: str, codes: Collection[str], own_zeros: set[int]) -> str:
    """The code with zeros before it, if it is one of ``codes`` too and this width has lost its zeros; else empty."""
    if not code.isdecimal() or len(code) in own_zeros:
        return ""
    return next(("0" * n + code for n in range(1, 10) if "0" * n + code in codes), "")


def _zero_twin(table: Table, place: Place, code: str, codes: set[str], own_zeros: set[int]) -> Iterator[Problem]:
    twin = zero_twin(code, codes, own_zeros)
    if twin:
        yield warning(
            table.file,
            place,
            "code.zero-twin",
            Text(
                fa=f"هم «{code}» هست و هم «{twin}»؛ شاید یکی صفر آغازین خود را از دست داده است.",
                en=f"Both '{code}' and '{twin}' are there; one may have lost its leading zero.",
            ),
            Text(fa="اگر یکی‌اند، سطر کوتاه‌تر را پاک کنید.", en="If they are one code, delete the shorter row."),
        )
