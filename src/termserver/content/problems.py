"""What is wrong in the committee's folders: which file, line and column, by which rule, and how to mend it."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from termserver.model.errors import ContentError
from termserver.model.findings import Severity
from termserver.model.text import Text


class Place(NamedTuple):
    """A place in a file: 1-based line and column, in characters."""

    line: int = 1
    column: int = 1


START = Place()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place of the folders; ``file`` is relative to their root, with ``/``."""

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: Text
    hint: Text

    def in_language(self, language: str) -> str:
        """The two lines people read: where, what, which rule; then what to do."""
        return (
            f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message.in_language(language)}"
            f" [{self.rule}]\n    {self.hint.in_language(language)}"
        )

    def __str__(self) -> str:
        return self.in_language("en")

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "rule": self.rule,
            "severity": str(self.severity),
            "message": self.message.as_json(),
            "hint": self.hint.as_json(),
        }


def error(file: str, place: tuple[int, int], rule: str, message: Text, hint: Text) -> Problem:
    """A problem that keeps the folders from being frozen into a release."""
    return Problem(file, place[0], place[1], rule, Severity.ERROR, message, hint)


def warning(file: str, place: tuple[int, int], rule: str, message: Text, hint: Text) -> Problem:
    """A problem that a person should look at; a release may still be built."""
    return Problem(file, place[0], place[1], rule, Severity.WARNING, message, hint)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by file, line and column, each once: the same order on every machine."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.rule, p.message.en))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep the folders from being frozen."""
    return [problem for problem in problems if problem.severity == Severity.ERROR]


def refuse(problems: Sequence[Problem], show: int = 5) -> None:
    """Raise ContentError with the first problems if any of them is an error."""
    found = in_order(errors(problems))
    if not found:
        return
    more = len(found) - show
    first = found[:show]
    raise ContentError(
        f"The content folders have {len(found)} error(s):\n"
        + "\n".join(str(problem) for problem in first)
        + (f"\n… and {more} more." if more > 0 else "")
        + "\nRun: termserver content check",
        f"در پوشه‌های محتوا {len(found)} خطا هست:\n"
        + "\n".join(problem.in_language("fa") for problem in first)
        + (f"\n… و {more} خطای دیگر." if more > 0 else "")
        + "\nاجرا کنید: termserver content check",
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that ``name`` was most likely meant to be, or empty text."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], otherwise: Text) -> Text:
    """A hint naming the nearest known name, else ``otherwise``."""
    near = nearest(name, known)
    return Text(fa=f"آیا منظور «{near}» است؟", en=f"Did you mean '{near}'?") if near else otherwise
