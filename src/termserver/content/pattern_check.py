"""Whether a regular expression of the folders is sound: it compiles, means ASCII digits, and cannot run for ever."""

import re
from dataclasses import dataclass, field

from termserver.content.problems import Problem, error
from termserver.model.text import Text

_LOOSE = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "a blank", "D": "[^0-9]", "W": "[^A-Za-z0-9_]", "S": "[^ ]"}


def check_pattern(file: str, place: tuple[int, int], key: str, pattern: str) -> list[Problem]:
    """The problems of one pattern; an empty one has none."""
    if not pattern:
        return []
    try:
        re.compile(pattern)
    except re.error as failure:
        return [
            error(
                file,
                place,
                "pattern.syntax",
                Text(
                    fa=f"{key} عبارت منظم درستی نیست: {failure.msg} (نویسهٔ {(failure.pos or 0) + 1}).",
                    en=f"'{key}' is not a regular expression: {failure.msg} (at letter {(failure.pos or 0) + 1}).",
                ),
                Text(fa="نمونه: ^[0-9]{3}$", en="An example: ^[0-9]{3}$"),
            )
        ]
    problems = []
    for match in re.finditer(r"\\(.)", pattern):
        loose = match.group(1)
        if loose in _LOOSE:
            problems.append(
                error(
                    file,
                    place,
                    "pattern.loose-class",
                    Text(
                        fa=f"\\{loose} در {key} رقم‌ها و نویسه‌های فارسی را هم می‌پذیرد.",
                        en=f"\\{loose} in '{key}' accepts Persian digits and letters too.",
                    ),
                    Text(fa=f"به جای آن {_LOOSE[loose]} بنویسید.", en=f"Write {_LOOSE[loose]} instead."),
                )
            )
            break
    if runs_away(pattern):
        problems.append(
            error(
                file,
                place,
                "pattern.runs-away",
                Text(
                    fa=f"در {key} تکرارِ بی‌کران درون تکرارِ بی‌کران آمده است و برخی متن‌ها آن را بی‌پایان می‌کنند.",
                    en=f"'{key}' repeats without bound what already repeats without bound; some texts never end.",
                ),
                Text(fa="یکی را کران‌دار کنید، مانند {1,20}.", en="Bound one of them, as in {1,20}."),
            )
        )
    return problems


_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]*,?[0-9]*\}|\((?:\?(?:P?<[^>=!]*[>=!]|[:=!>]))?|.", re.DOTALL
)
_UNBOUNDED = re.compile(r"[*+]|\{[0-9]+,\}")
_VARYING = re.compile(r"\{([0-9]*),(?!\1\})[0-9]*\}")
_OPTIONAL = re.compile(r"[*?]|\{0,?[0-9]*\}")


@dataclass
class _Group:
    repeats: bool = False  # whether a repeat of no fixed length was met in it
    tokens: list[str] = field(default_factory=list)

    def fenced(self) -> bool:
        """Whether every round begins with a sign that nothing else in it matches: ``([.][0-9]+)*`` has one reading."""
        if not self.tokens or (len(self.tokens) > 1 and _OPTIONAL.fullmatch(self.tokens[1])):
            return False
        fence = self.tokens[0].removeprefix("\\").removeprefix("[").removesuffix("]")
        if len(fence) != 1 or fence.isalnum() or self.tokens[0][0] in ".^$(":
            return False
        return not any(
            token in (".", "|") or token.startswith("(") or (token[0] in "[\\" and re.fullmatch(token, fence))
            for token in self.tokens[1:]
        )


def runs_away(pattern: str) -> bool:
    """Whether an unbounded repeat has one of no fixed length inside: ``(a+)+`` takes exponential time."""
    groups = [_Group()]
    closed: _Group | None = None  # the group just read
    for token in _TOKEN.findall(pattern):
        if token.startswith("("):
            groups[-1].tokens.append(token)
            groups.append(_Group())
            closed = None
        elif token == ")":
            closed = groups.pop() if len(groups) > 1 else None
            groups[-1].repeats |= bool(closed and closed.repeats)
        elif _UNBOUNDED.fullmatch(token):
            if closed and closed.repeats and not closed.fenced():
                return True
            groups[-1].repeats = True
            groups[-1].tokens.append(token)
        else:
            groups[-1].repeats |= _VARYING.fullmatch(token) is not None
            groups[-1].tokens.append(token)
            if token != "?":
                closed = None
    return False
