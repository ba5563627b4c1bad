"""The words of the documents page, in Persian and English."""

from termserver.model.findings import Severity, Verdict
from termserver.model.text import Text

VERDICTS = {
    Verdict.ACCEPTED: Text("پذیرفته شد", "Accepted"),
    Verdict.REJECTED: Text("رد شد", "Rejected"),
    Verdict.UNDECIDED: Text("نامعلوم ماند", "Undecided"),
}
SEVERITIES = {
    Severity.ERROR: Text("خطا", "error"),
    Severity.WARNING: Text("هشدار", "warning"),
    Severity.INFORMATION: Text("آگاهی", "note"),
}
COUNTED = {
    Severity.ERROR: Text("خطا", "errors"),
    Severity.WARNING: Text("هشدار", "warnings"),
    Severity.INFORMATION: Text("آگاهی", "notes"),
}
EMPTY = Text(
    "سندی داده نشده است. متن آن را بچسبانید یا فایل آن را برگزینید.",
    "There is no document. Paste its text, or choose its file.",
)
BUSY = Text("همهٔ داوران سرگرم‌اند؛ اندکی بعد دوباره بفرستید.", "All judges are busy; send it again in a moment.")


def too_large(limit: int) -> Text:
    size = limit // 1_000_000
    return Text(
        f"این صفحه سندهای تا {size} مگابایت را می‌گیرد. سند بزرگ‌تر را با فرمان termserver validate بسنجید.",
        f"This page takes documents of up to {size} MB. Judge a larger one with the command termserver validate.",
    )


WORDS = {
    "fa": {
        "title": "سنجش سند سلامت",
        "search": "جست‌وجوی کدها",
        "paste": "متن سند (XML یا JSON، پیش از رمزگذاری)",
        "placeholder": "سند را اینجا بچسبانید، یا فایل آن را روی همین صفحه بیندازید",
        "file": "یا فایل آن",
        "type": "نوع سند",
        "any_type": "از خود سند",
        "judge": "بسنج",
        "judging": "در حال سنجش …",
        "limit": "تا {} مگابایت. چیزی از سند نگه‌داری یا ثبت نمی‌شود.",
        "examples": "نمونهٔ درست برای آغاز",
        "example": "نمونه را بیاور",
        "other": "English",
        "api": "راهنمای API",
        "again": "ویرایش و سنجش دوباره",
        "day": "تاریخ سند",
        "incomplete": "گزارش کامل نیست",
        "more": "و {} یافتهٔ دیگر که اینجا نشان داده نشده است",
        "nothing": "ایرادی یافت نشد.",
        "findings": "یافته‌ها",
        "lines": "متن سند و یافته‌های آن",
        "gap": "سطرهایی نشان داده نشده است",
        "wrong": "این ایراد نادرست است",
        "object": "این رد شدن نادرست است؟",
        "object_says": "گزارشی برای کمیتهٔ استاندارد بسازید و خودتان بفرستید: قاعده، مسیر، پیام، پارهٔ پوشیدهٔ متن، چکیدهٔ "
        "ویراست و نسخهٔ موتور. مقدارهای سند در آن نیست و از اینجا چیزی به جایی فرستاده نمی‌شود. یافته‌های نادرست را کنار "
        "هر یک نشان بزنید؛ اگر هیچ‌کدام را نشان نزنید همهٔ خطاها می‌آید.",
        "comment": "چرا نادرست است؟ (مشخصات بیمار را ننویسید)",
        "download": "دریافت گزارش پوشیده",
        "edition": "ویرایش",
    },
    "en": {
        "title": "Judge a health document",
        "search": "Code search",
        "paste": "The document's text (XML or JSON, before encryption)",
        "placeholder": "Paste the document here, or drop its file anywhere on this page",
        "file": "or its file",
        "type": "Document type",
        "any_type": "as the document tells",
        "judge": "Judge",
        "judging": "Judging …",
        "limit": "Up to {} MB. Nothing of the document is kept or logged.",
        "examples": "A valid example to start from",
        "example": "Show the example",
        "other": "فارسی",
        "api": "API guide",
        "again": "Edit and judge again",
        "day": "day of the document",
        "incomplete": "the report is not complete",
        "more": "and {} more findings that are not shown here",
        "nothing": "Nothing was found.",
        "findings": "Findings",
        "lines": "The document and its findings",
        "gap": "lines left out",
        "wrong": "This finding is wrong",
        "object": "Is this rejection wrong?",
        "object_says": "Make a report for the standards committee and send it yourself: rule, path, message, masked "
        "excerpt, digest of the edition, version of the engine. No value of the document is in it, and nothing is "
        "sent from here. Tick the findings that are wrong; if you tick none, all errors are taken.",
        "comment": "Why is it wrong? (Write nothing about the patient.)",
        "download": "Download the masked report",
        "edition": "Edition",
    },
}
