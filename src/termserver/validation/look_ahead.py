"""Whether a document's verdict will be another one on a later day: judged twice, compared honestly."""

from termserver.model.days import Day, jalali_text
from termserver.model.findings import Finding, Layer, Location, Report, Severity, Verdict
from termserver.model.text import Text
from termserver.model.values import replace

_NAMED = 5
_WILL = {
    Verdict.ACCEPTED: Text("پذیرفته می‌شود", "accepted"),
    Verdict.REJECTED: Text("رد می‌شود", "rejected"),
    Verdict.UNDECIDED: Text("نامعلوم می‌ماند", "undecided"),
}


def compared(report: Report, later: Report, day: Day) -> Report:
    """The report, with a warning if the same document judged as on ``day`` (``later``) gets another verdict.

    The verdict stays the one of the document's own day.
    """
    if report.verdict is later.verdict:
        return report
    before = {finding.rule for finding in report.findings if finding.severity is Severity.ERROR}
    after = {finding.rule for finding in later.findings if finding.severity is Severity.ERROR}
    changed = sorted(after - before) or sorted(before - after)
    named = ", ".join(changed[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
    said = Finding(
        "document.verdict-changes",
        Layer.RULE,
        Severity.WARNING,
        Text(
            fa=f"اکنون {_WILL[report.verdict].fa}، ولی با قاعده‌های {jalali_text(day)} ({day}) "
            f"{_WILL[later.verdict].fa}: {named}.",
            en=f"{_WILL[report.verdict].en.capitalize()} now, but {_WILL[later.verdict].en} by the rules and codes of "
            f"{day} ({jalali_text(day)}): {named}.",
        ),
        Location(),
        Text(fa=f"ببینید: termserver validate --as-of {day}", en=f"See: termserver validate --as-of {day}"),
    )
    return replace(report, findings=(said, *report.findings))
