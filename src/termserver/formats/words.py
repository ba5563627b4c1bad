"""The words that the outputs for people share, in Persian and English."""

from termserver.formats.run import Summary
from termserver.model.findings import Layer, Severity, Verdict
from termserver.model.text import Text

SEVERITIES = {
    Severity.ERROR: Text("خطا", "error"),
    Severity.WARNING: Text("هشدار", "warning"),
    Severity.INFORMATION: Text("آگاهی", "note"),
}
VERDICTS = {
    Verdict.ACCEPTED: Text("پذیرفته", "accepted"),
    Verdict.REJECTED: Text("رد", "rejected"),
    Verdict.UNDECIDED: Text("نامعلوم", "undecided"),
}
LAYERS = {
    Layer.SYNTAX: Text("خوانده‌شدن سند", "The document can be read"),
    Layer.STRUCTURE: Text("ساختار سند", "The structure of the document"),
    Layer.CODE: Text("کدهای سند", "The codes of the document"),
    Layer.IDENTIFIER: Text("شناسه‌های سند", "The identifiers of the document"),
    Layer.REGISTRY: Text("فهرست‌های پایه", "The registries"),
    Layer.RULE: Text("قاعده‌های نوع سند", "The rules of the document type"),
}
_UNREAD = Text("خوانده‌نشده", "not read")


def counted(summary: Summary) -> Text:
    """How many documents came to which verdict: ``2 rejected, 97 accepted``."""
    order = (Verdict.REJECTED, Verdict.UNDECIDED, Verdict.ACCEPTED)
    parts = [(summary.verdicts.get(verdict, 0), VERDICTS[verdict]) for verdict in order]
    parts.append((len(summary.unread), _UNREAD))
    said = [(number, words) for number, words in parts if number]
    if not said:
        return Text("سندی نبود", "no documents")
    return Text(
        "، ".join(f"{number} {words.fa}" for number, words in said),
        ", ".join(f"{number} {words.en}" for number, words in said),
    )


def share(summary: Summary) -> Text:
    """How many codes could be checked."""
    return Text(
        f"{summary.checked} از {summary.codes} کد بررسی شد",
        f"checked {summary.checked} of {summary.codes} codes",
    )
