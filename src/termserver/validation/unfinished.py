"""The report on a document whose judging never came to its end: undecided, never accepted.

The judge itself cannot say these words: it was killed, ran out of its budget, or failed.
"""

import hashlib

from termserver.model.findings import Finding, Layer, Location, Report, Severity, Verdict
from termserver.model.text import Text
from termserver.model.values import value


@value
class Unfinished:
    """Why nothing more is known about a document."""

    rule: str
    message: Text
    hint: Text | None = None

    def report(self, data: bytes, name: str = "") -> Report:
        """The report that says so; it names the document by its digest as any other does."""
        finding = Finding(self.rule, Layer.SYNTAX, Severity.ERROR, self.message, Location(), self.hint)
        return Report(
            name, Verdict.UNDECIDED, (finding,), complete=False, sha256=hashlib.sha256(data).hexdigest() if data else ""
        )


WORKER_LOST = Unfinished(
    "budget.worker-lost",
    Text(
        fa="پردازه‌ای که این سند را می‌سنجید پیش از پایان کار از میان رفت؛ دربارهٔ سند چیزی دانسته نیست.",
        en="The process that judged this document was lost before it was done; nothing is known of the document.",
    ),
    Text(
        fa="دوباره بفرستید؛ اگر باز چنین شد، سند را با فرمان termserver validate بسنجید.",
        en="Send it again; if it happens again, judge it with the command termserver validate.",
    ),
)

FAILED = Unfinished(
    "budget.failure",
    Text(
        fa="سنجش این سند به خطای داخلی برخورد؛ دربارهٔ سند چیزی دانسته نیست.",
        en="Judging this document failed inside the server; nothing is known of the document.",
    ),
    Text(fa="گرداننده: جزئیات در لاگ سرور است.", en="For the operator: the server's log says where."),
)

BATCH_TIME = Unfinished(
    "budget.time",
    Text(
        fa="زمان این دسته پیش از رسیدن نوبت به این سند به پایان رسید.",
        en="The time of this batch ran out before it was this document's turn.",
    ),
    Text(fa="دسته‌های کوچک‌تر بفرستید.", en="Send smaller batches."),
)


def out_of_time(seconds: float, computing: bool = False) -> Unfinished:
    """The document took more than ``seconds``, of computing or by the clock on the wall."""
    fa, en = ("محاسبه", " of computing") if computing else ("", "")
    return Unfinished(
        "budget.time",
        Text(
            fa=f"سنجش این سند بیش از {seconds:g} ثانیه{' ' + fa if fa else ''} کشید و رها شد.",
            en=f"Judging this document took more than {seconds:g} seconds{en} and was given up.",
        ),
        Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
    )


def bad_item(message: Text, hint: Text | None = None) -> Unfinished:
    """An item of a batch that holds no document to judge."""
    return Unfinished("batch.item", message, hint)
