"""A load report as a file that somebody opens: a page in both languages, a workbook, or JSON.

The page and the workbook need nothing else. The page shows the samples; the workbook and the JSON
hold every row that was noticed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import orjson

from termserver.formats import xlsx
from termserver.formats.html_style import STYLE
from termserver.model.errors import UsageError
from termserver.model.registries import RowNote
from termserver.model.text import Text
from termserver.registries import report_words as w
from termserver.releases import atomic

Json = Mapping[str, Any]
KINDS = (".html", ".xlsx", ".json")


def refuse_other_kinds(path: Path) -> None:
    """Raise UsageError unless the name of the file asks for a form that there is."""
    if path.suffix.lower() not in KINDS:
        raise UsageError(
            f"A report is written as {', '.join(KINDS)}, not as '{path.name}'.",
            f"گزارش با پسوند {'، '.join(KINDS)} نوشته می‌شود، نه «{path.name}».",
        )


def write(path: Path, summary: Json, notes: Iterable[RowNote], trend: Sequence[Json], language: str) -> None:
    """Write the report in the form that the name of the file asks for; raise UsageError for another one."""
    refuse_other_kinds(path)
    kind = path.suffix.lower()
    try:
        if kind == ".html":
            atomic.write(path, page(summary, trend, language).encode())
        elif kind == ".xlsx":
            xlsx.write(path, list(_sheets(summary, notes, trend, language)), language.startswith("fa"))
        else:
            said = {**summary, "trend": list(trend), "notes": [note.as_json() for note in notes]}
            atomic.write(path, orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {path}: {error.strerror}.",
            f"گزارش در {path} نوشته نمی‌شود: {error.strerror}.",
        ) from None


# the page


def _both(text: Text) -> str:
    return f'<span class="fa" lang="fa">{escape(text.fa)}</span><span class="en" lang="en">{escape(text.en)}</span>'


def _said(said: Json) -> str:
    return _both(Text(**said))


def page(summary: Json, trend: Sequence[Json], language: str) -> str:
    """The report as one HTML file without a script."""
    fa = language.startswith("fa")
    lang, direction = ("fa", "rtl") if fa else ("en", "ltr")
    body = "".join((_head(summary), _rules(summary), _changes(summary), _trend(trend)))
    return (
        f'<!doctype html>\n<html lang="{lang}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(w.TITLE.in_language(language))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<input class="choice" type="radio" name="language" id="choose-fa"{" checked" if fa else ""}>'
        '<label for="choose-fa" lang="fa">فارسی</label>\n'
        f'<input class="choice" type="radio" name="language" id="choose-en"{"" if fa else " checked"}>'
        f'<label for="choose-en" lang="en">English</label>\n<main>\n{body}</main>\n</body>\n</html>\n'
    )


def _head(said: Json) -> str:
    color = {"applied": "accepted", "stopped": "rejected"}.get(said["status"], "warning")
    rows, changes, before, after = said["rows"], said["changes"], said["before"], said["after"]
    messages = "".join(f'<p class="rejected">{_said(message)}</p>' for message in said["messages"])
    facts = [
        (w.FILE, f"<code>{escape(said['file'])}</code> <code>{said['sha256'][:16]}</code>"),
        (w.SOURCE, escape(said["source"]) or "–"),
        (w.DAY, escape(said["day"])),
        (w.RECORDED, escape(said["recorded"])),
        (w.READ, f"{rows['read']:,}"),
        *((text, f"{rows[name]:,}") for name, text in w.VERDICTS.items()),
        *((text, f"{changes[name]:,}") for name, text in w.CHANGES.items()),
        (w.ENTRIES, f"{before['entries']:,} → {after['entries']:,}"),
        (w.OPEN, f"{before['active']:,} → {after['active']:,}"),
    ]
    table = "".join(f"<tr><th>{_both(name)}</th><td>{value}</td></tr>" for name, value in facts)
    return (
        f'<section><h1>{_both(w.TITLE)}: {_said(said["title"])}</h1>\n<p class="{color}"><strong>'
        f"{_both(w.STATUS[said['status']])}</strong></p>{messages}<table><tbody>{table}</tbody></table></section>\n"
    )


def _rules(said: Json) -> str:
    if not said["rules"]:
        return ""
    parts = []
    heads = "".join(f"<th>{_both(head)}</th>" for head in (w.ROW, w.CODE, w.AT, w.VALUE, w.MESSAGE))
    for rule in said["rules"]:
        color = "rejected" if rule["verdict"] == "rejected" else "warning"
        rows = "".join(
            f"<tr><td>{one['row']}</td><td><code>{escape(one['code'])}</code></td><td><code>{escape(one['at'])}</code>"
            f"</td><td>{escape(one['value'])}</td><td>{_said(one['message'])}</td></tr>"
            for one in rule["samples"]
        )
        parts.append(
            f"<details{' open' if color == 'rejected' else ''}><summary><code>{escape(rule['rule'])}</code> "
            f'<span class="{color}">{_both(w.VERDICTS[rule["verdict"]])}</span> {rule["rows"]:,}</summary>'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>\n"
        )
    return f"<h2>{_both(w.RULES)}</h2>\n{''.join(parts)}"


def _changes(said: Json) -> str:
    if not said["samples"]:
        return ""
    parts = []
    if said["changed_facts"]:
        facts = " · ".join(f"<code>{escape(name)}</code> {count:,}" for name, count in said["changed_facts"].items())
        parts.append(f"<p>{_both(w.FACTS)}: {facts}</p>\n")
    for kind, samples in said["samples"].items():
        rows = "".join(
            f"<tr><td><code>{escape(one['code'])}</code></td><td>{escape(_name(one))}</td><td>{_differs(one)}</td></tr>"
            for one in samples
        )
        parts.append(
            f"<details><summary>{_both(w.CHANGES[kind])} {said['changes'][kind]:,}</summary><table><tbody>{rows}"
            "</tbody></table></details>\n"
        )
    return f"<h2>{_both(w.CHANGED)}</h2>\n{''.join(parts)}"


def _name(one: Json) -> str:
    display = one.get("display", {})
    return str(display.get("fa") or display.get("en") or "")


def _differs(one: Json) -> str:
    return "<br>".join(
        f"<code>{escape(said['at'])}</code>: {escape(_short(said['before']))} → {escape(_short(said['after']))}"
        for said in one.get("differs", ())
    )


def _short(said: Any) -> str:
    text = orjson.dumps(said).decode() if said else "–"
    return text if len(text) <= 200 else text[:199] + "…"


def _trend(trend: Sequence[Json]) -> str:
    if len(trend) < 2:
        return ""
    heads = "".join(
        f"<th>{_both(head)}</th>"
        for head in (w.LOAD, w.RECORDED, w.STATE, w.READ, w.VERDICTS["warning"], w.VERDICTS["rejected"], w.RULES)
    )
    rows = "".join(
        f"<tr><td>{one['load']}</td><td>{escape(one['recorded'])}</td><td>{_both(w.STATUS[one['status']])}</td>"
        f"<td>{one['read']:,}</td><td>{one['warning']:,}</td><td>{one['rejected']:,}</td>"
        f"<td>{escape(', '.join(f'{rule} {count:,}' for rule, count in one['rules'].items()))}</td></tr>"
        for one in trend
    )
    return f"<h2>{_both(w.TREND)}</h2>\n<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>\n"


# the workbook


def _sheets(
    said: Json, notes: Iterable[RowNote], trend: Sequence[Json], language: str
) -> Iterator[tuple[str, Iterable[Sequence[xlsx.Cell]]]]:
    def word(text: Text) -> str:
        return text.in_language(language)

    yield word(w.TITLE), _totals(said, language)
    yield (
        word(w.ROWS),
        _rows(notes, language),
    )
    yield word(w.CHANGED), _changed(said, language)
    if trend:
        head = (w.LOAD, w.RECORDED, w.STATE, w.READ, w.VERDICTS["warning"], w.VERDICTS["rejected"])
        rows: list[Sequence[xlsx.Cell]] = [tuple(map(word, head))]
        rows += [
            (
                one["load"],
                one["recorded"],
                word(w.STATUS[one["status"]]),
                one["read"],
                one["warning"],
                one["rejected"],
            )
            for one in trend
        ]
        yield word(w.TREND)[:31], rows


def _totals(said: Json, language: str) -> Iterator[Sequence[xlsx.Cell]]:
    def word(text: Text) -> str:
        return text.in_language(language)

    yield word(w.TITLE), Text(**said["title"]).in_language(language)
    yield word(w.STATE), word(w.STATUS[said["status"]])
    for message in said["messages"]:
        yield "!", Text(**message).in_language(language)
    for name, member in ((w.FILE, "file"), (w.SOURCE, "source"), (w.DAY, "day"), (w.RECORDED, "recorded")):
        yield word(name), said[member]
    yield word(w.READ), said["rows"]["read"]
    for verdict, text in w.VERDICTS.items():
        yield word(text), said["rows"][verdict]
    for change, text in w.CHANGES.items():
        yield word(text), said["changes"][change]
    for rule in said["rules"]:
        yield f"{word(w.VERDICTS[rule['verdict']])}: {rule['rule']}", rule["rows"]


def _rows(notes: Iterable[RowNote], language: str) -> Iterator[Sequence[xlsx.Cell]]:
    yield tuple(text.in_language(language) for text in (w.ROW, w.CODE, w.VERDICT, w.RULE, w.AT, w.VALUE, w.MESSAGE))
    for note in notes:
        yield (
            note.row,
            note.code,
            w.VERDICTS[note.verdict].in_language(language),
            note.rule,
            note.at,
            note.value,
            note.message.in_language(language),
        )


def _changed(said: Json, language: str) -> Iterator[Sequence[xlsx.Cell]]:
    yield tuple(text.in_language(language) for text in (w.CHANGED, w.CODE, w.NAME, w.AT, w.BEFORE, w.AFTER))
    for kind, samples in said["samples"].items():
        for one in samples:
            for differs in one.get("differs", ()) or ({"at": "", "before": None, "after": None},):
                yield (
                    w.CHANGES[kind].in_language(language),
                    str(one["code"]),
                    _name(one),
                    str(differs["at"]),
                    _short(differs["before"]),
                    _short(differs["after"]),
                )
