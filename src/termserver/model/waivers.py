"""Findings that a vendor lets pass for a while: which they are, and what becomes of the verdict.

A waived finding stays in the report as information, with the reason; it rejects no more. What keeps a
document from being judged (syntax, budgets, an unknown type) cannot be waived, and a document whose
findings are not all known is not accepted by a waiver.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from termserver.model.days import Day
from termserver.model.findings import Finding, Layer, Location, Report, Severity, Verdict, Waived
from termserver.model.text import Text
from termserver.model.values import replace, value


@value
class Waiver:
    """One rule, at places and in documents like these (patterns with ``*`` and ``?``), until a day, it included.

    ``path`` is matched with the indexes of the place and without; ``[`` and ``]`` stand for themselves.
    """

    rule: str
    reason: str
    expires: Day
    path: str = "*"
    document: str = "*"
    line: int = 1
    column: int = 1

    def covers(self, document: str, finding: Finding) -> bool:
        """Whether it is meant for that finding."""
        if finding.rule != self.rule or finding.layer is Layer.SYNTAX:
            return False
        where = finding.where.path
        name = document.replace("\\", "/").removeprefix("./")
        return (_like(name, self.document) or _like(name, f"*/{self.document}")) and (
            _like(where, self.path) or _like(_without_indexes(where), self.path)
        )


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _without_indexes(path: str) -> str:
    return "".join(part.partition("]")[2] if n else part for n, part in enumerate(path.split("[")))


def applied(report: Report, waivers: Sequence[Waiver], today: Day, require_checked: bool = False) -> Report:
    """The report with what is waived on ``today`` as information, and the verdict that is left.

    ``require_checked`` as the report was made with.
    """
    findings = tuple(_waived(finding, report.document, waivers, today) for finding in report.findings)
    if findings == report.findings:
        return report
    verdict = report.verdict
    if verdict is Verdict.REJECTED and not any(finding.severity is Severity.ERROR for finding in findings):
        whole = report.complete and not (require_checked and report.share.checked < report.share.codes)
        verdict = Verdict.ACCEPTED if whole else Verdict.UNDECIDED
    return replace(report, findings=findings, verdict=verdict)


def _waived(finding: Finding, document: str, waivers: Sequence[Waiver], today: Day) -> Finding:
    for waiver in waivers:
        if today <= waiver.expires and waiver.covers(document, finding):
            return replace(
                finding,
                severity=Severity.INFORMATION,
                hint=Text(
                    fa=f"تا {waiver.expires} از آن چشم پوشیده شده است: {waiver.reason}",
                    en=f"Waived until {waiver.expires}: {waiver.reason}",
                ),
                waived=Waived(waiver.reason, waiver.expires),
            )
    return finding


def about(waivers: Sequence[Waiver], today: Day, file: str, sha256: str, rules: Sequence[str]) -> Report | None:
    """The report on the file that holds the waivers; None if nothing is to be said of them.

    One that has expired is an error where it stands. One of a rule that is not among ``rules``, all that there are,
    is a warning that names the nearest: it waives nothing.
    """
    found = (*_expired(waivers, today), *_of_nothing(waivers, rules))
    if not found:
        return None
    wrong = any(one.severity is Severity.ERROR for one in found)
    placed = sorted(found, key=lambda one: (one.where.line, one.where.column, one.rule))
    return Report(file, Verdict.REJECTED if wrong else Verdict.ACCEPTED, tuple(placed), sha256=sha256)


def _of_nothing(waivers: Sequence[Waiver], rules: Sequence[str]) -> Iterator[Finding]:
    known = set(rules)
    for number, waiver in enumerate(waivers):
        if waiver.rule in known:
            continue
        from difflib import get_close_matches  # only mistakes pay for it

        near = get_close_matches(waiver.rule.lower(), rules, 1, 0.5)
        yield Finding(
            "waiver.unknown-rule",
            Layer.RULE,
            Severity.WARNING,
            Text(
                fa=f"قاعده‌ای به نام «{waiver.rule}» نیست؛ این چشم‌پوشی کاری نمی‌کند.",
                en=f"There is no rule '{waiver.rule}'; this waiver waives nothing.",
            ),
            Location(f"waivers[{number}].rule", waiver.line, waiver.column),
            Text(fa=f"آیا منظور {near[0]} بود؟", en=f"Did you mean {near[0]}?")
            if near
            else Text(fa="docs/rules را ببینید.", en="See docs/rules."),
        )


def _expired(waivers: Sequence[Waiver], today: Day) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "waiver.expired",
            Layer.RULE,
            Severity.ERROR,
            Text(
                fa=f"چشم‌پوشی از {waiver.rule} از {waiver.expires} گذشته است: {waiver.reason}",
                en=f"The waiver of {waiver.rule} expired on {waiver.expires}: {waiver.reason}",
            ),
            Location(f"waivers[{number}]", waiver.line, waiver.column),
            Text(
                fa="سند را درست کنید و چشم‌پوشی را بردارید، یا با دلیل تمدید کنید.",
                en="Mend the documents and remove the waiver, or extend it with a reason.",
            ),
        )
        for number, waiver in enumerate(waivers)
        if waiver.expires < today
    )
