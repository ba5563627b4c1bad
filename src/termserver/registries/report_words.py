"""The words of a load report, in both languages, and the report in lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from termserver.model.text import Text

STATUS = {
    "applied": Text("بار شد", "applied"),
    "unchanged": Text("بی تغییر", "nothing changed"),
    "stopped": Text("متوقف شد؛ چیزی بار نشد", "stopped; nothing was loaded"),
    "dry-run": Text("آزمایشی؛ چیزی بار نشد", "dry run; nothing was loaded"),
}
VERDICTS = {
    "accepted": Text("پذیرفته", "accepted"),
    "warning": Text("پذیرفته با هشدار", "accepted with a warning"),
    "rejected": Text("پذیرفته‌نشده", "rejected"),
}
CHANGES = {
    "added": Text("تازه", "new"),
    "changed": Text("تغییرکرده", "changed"),
    "closed": Text("بسته‌شده", "closed"),
    "reopened": Text("بازگشوده", "opened again"),
    "unchanged": Text("بی تغییر", "as before"),
}
TITLE = Text("گزارش بارگذاری", "Load report")
RULES = Text("آنچه در سطرها دیده شد", "What was noticed in the rows")
CHANGED = Text("آنچه تغییر کرد", "What changed")
FACTS = Text("فیلدهایی که تغییر کردند", "Facts that changed")
TREND = Text("روند کیفیت دادهٔ این منبع", "Data quality of this source over time")
ROWS = Text("سطرها", "rows")
READ = Text("خوانده‌شده", "read")
ROW = Text("سطر", "row")
CODE = Text("کد", "code")
VERDICT = Text("داوری", "verdict")
RULE = Text("قاعده", "rule")
AT = Text("جا", "place")
VALUE = Text("مقدار", "value")
MESSAGE = Text("پیام", "message")
BEFORE = Text("پیش از این", "before")
AFTER = Text("اکنون", "now")
NAME = Text("نام", "name")
LOAD = Text("بارگذاری", "load")
RECORDED = Text("زمان ثبت", "recorded")
ENTRIES = Text("ورودی‌ها", "entries")
OPEN = Text("باز", "open")
FILE = Text("فایل", "file")
SOURCE = Text("منبع", "source")
DAY = Text("روز", "day")
STATE = Text("وضعیت", "state")


def lines(said: Mapping[str, Any], language: str, samples: int = 3) -> Iterator[str]:
    """The summary of a load as lines to read."""

    def word(text: Text) -> str:
        return text.in_language(language)

    title = Text(**said["title"]).in_language(language)
    number = f" #{said['load']}" if said["load"] and said["status"] != "dry-run" else ""
    yield f"{title}{number}: {word(STATUS[said['status']])} ({said['file']}, {said['day']})"
    for message in said["messages"]:
        yield f"  ! {Text(**message).in_language(language)}"
    rows = said["rows"]
    counted = ", ".join(f"{rows[name]:,} {word(text)}" for name, text in VERDICTS.items())
    yield f"  {word(ROWS)}: {rows['read']:,} {word(READ)}; {counted}"
    changes = said["changes"]
    yield f"  {word(CHANGED)}: " + ", ".join(f"{changes[name]:,} {word(text)}" for name, text in CHANGES.items())
    if said["changed_facts"]:
        facts = ", ".join(f"{name} {count:,}" for name, count in said["changed_facts"].items())
        yield f"  {word(FACTS)}: {facts}"
    before, after = said["before"], said["after"]
    yield (
        f"  {word(ENTRIES)}: {before['entries']:,} → {after['entries']:,}; {word(OPEN)}: {before['active']:,} → "
        f"{after['active']:,}; cursor {before['cursor']:,} → {after['cursor']:,}"
    )
    for rule in said["rules"]:
        yield f"{rule['rows']:>8,}  {word(VERDICTS[rule['verdict']])}  {rule['rule']}"
        for sample in rule["samples"][:samples]:
            message = Text(**sample["message"]).in_language(language)
            yield f"          {said['file']}:{sample['row']}: {sample['code']} {sample['at']}: {message}"
