"""One HTML file that needs nothing else: no script, no font, no address outside itself.

Both languages are in it; two radio buttons and a style sheet show one of them. What is said about
the whole run is known last and shown first (CSS ``order``), so that the file is written as it comes.
"""

import base64
import hashlib
from html import escape

from termserver.formats import words
from termserver.formats.faults import faults, unread_report
from termserver.formats.html_style import STYLE
from termserver.formats.run import RunInfo, Summary
from termserver.formats.tally import Tally
from termserver.formats.writing import place, plain
from termserver.model.findings import Finding, Report, Severity, Verdict
from termserver.model.text import Text

FINDINGS_SHOWN = 20_000
FINDINGS_PER_DOCUMENT = 500
DOCUMENTS_SHOWN = 5_000
"""A browser still opens a file of this many; what is beyond is counted."""

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


class HtmlWriter:
    """A document per ``details`` element, open where it was not accepted."""

    def __init__(self, language: str = "en") -> None:
        self._fa = language.lower().startswith("fa")
        self._about: RunInfo | None = None
        self._tally = Tally()
        self._findings = 0
        self._documents = 0
        self._left_documents = 0

    def begin(self, about: RunInfo) -> bytes:
        self._about = about
        lang, direction = ("fa", "rtl") if self._fa else ("en", "ltr")
        fa, en = (" checked", "") if self._fa else ("", " checked")
        return (
            f'<!doctype html>\n<html lang="{lang}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>termserver</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<input class="choice" type="radio" name="language" id="choose-fa"{fa}>'
            '<label for="choose-fa" lang="fa">فارسی</label>\n'
            f'<input class="choice" type="radio" name="language" id="choose-en"{en}>'
            '<label for="choose-en" lang="en">English</label>\n<main>\n'
        ).encode()

    def report(self, report: Report) -> bytes:
        found = faults(report)
        self._tally.add(found)
        if self._documents >= DOCUMENTS_SHOWN or (found and self._findings >= FINDINGS_SHOWN):
            self._left_documents += 1
            return b""
        self._documents += 1
        room = min(FINDINGS_PER_DOCUMENT, FINDINGS_SHOWN - self._findings)
        head = (
            f'<code>{escape(place(report.document))}</code> <strong class="{report.verdict}">'
            f"{_both(words.VERDICTS[report.verdict])}</strong>{_kind(report)}"
        )
        if not found:
            return f'<div class="document">{head}</div>\n'.encode()
        items = "".join(_item(finding) for finding in found[:room])
        self._findings += min(room, len(found))
        more = len(found) - room
        left = f"<p>{_both(_more(more))}</p>" if more > 0 else ""
        opened = "" if report.verdict is Verdict.ACCEPTED else " open"
        return f"<details{opened}><summary>{head}</summary><ol>{items}</ol>{left}</details>\n".encode()

    def end(self, summary: Summary) -> bytes:
        said = b"".join(self.report(unread_report(unread)) for unread in summary.unread)
        assert self._about is not None, "begin comes first"
        about = self._about
        left = f"<p>{_both(_LEFT, self._left_documents)}</p>\n" if self._left_documents else ""
        pins = " · ".join(
            f"{escape(pin.name)} {escape(pin.version)} <code>{pin.digest[:16]}</code>" for pin in about.edition.releases
        )
        return (
            said
            + (
                f'{left}<section id="summary">\n<h1>termserver: {_both(words.counted(summary))}</h1>\n'
                f"<p>{_both(words.share(summary))}</p>\n<p>{pins} · termserver {escape(about.engine_version)}</p>\n"
                f"{self._rules()}</section>\n</main>\n</body>\n</html>\n"
            ).encode()
        )

    def _rules(self) -> str:
        counts = self._tally.most_frequent()
        if not counts:
            return ""
        heads = "".join(f"<th>{_both(head)}</th>" for head in _HEADS)
        rows = "".join(
            f'<tr><td><code>{escape(count.rule)}</code></td><td class="{count.severity}">'
            f"{_both(words.SEVERITIES[count.severity])}</td><td>{count.findings}</td><td>{count.documents}</td>"
            f"<td>{_both(count.sample)}</td></tr>\n"
            for count in counts
        )
        return f"<h2>{_both(_RULES)}</h2>\n<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table>\n"


_RULES = Text("قاعده‌هایی که شکسته شد", "Rules broken")
_HEADS = (
    Text("قاعده", "rule"),
    Text("شدت", "severity"),
    Text("یافته‌ها", "findings"),
    Text("سندها", "documents"),
    Text("نمونه", "for example"),
)
_LEFT = Text("… و {} سند دیگر که اینجا نیامده است", "… and {} more documents that are not listed here")


def _more(number: int) -> Text:
    return Text(f"… و {number} یافتهٔ دیگر", f"… and {number} more findings")


def _both(text: Text, *numbers: int) -> str:
    """The words in both languages, each in an element that knows its direction."""
    fa, en = plain(text.in_language("fa")), plain(text.in_language("en"))
    if numbers:
        fa, en = fa.format(*numbers), en.format(*numbers)
    return (
        f'<span class="fa" lang="fa" dir="rtl">{escape(fa)}</span>'
        f'<span class="en" lang="en" dir="ltr">{escape(en)}</span>'
    )


def _kind(report: Report) -> str:
    if not report.document_type:
        return ""
    day = f", {escape(report.day)}" if report.day else ""
    return f" <code>{escape(report.document_type)} {escape(report.type_version)}{day}</code>"


def _item(finding: Finding) -> str:
    where = finding.where
    path = f" <code>{escape(plain(where.path))}</code>" if where.path else ""
    hint = f'<div class="hint">{_both(finding.hint)}</div>' if finding.hint else ""
    excerpt = ""
    if finding.excerpt:
        shown = plain(finding.excerpt).replace("\n", " ").replace("\t", " ")
        excerpt = f'<pre dir="ltr">{escape(shown)}\n{" " * finding.caret}^</pre>'
    kind = finding.severity if finding.severity is not Severity.INFORMATION else "note"
    return (
        f'<li><strong class="{kind}">{_both(words.SEVERITIES[finding.severity])}</strong> '
        f"<code>{where.line}:{where.column}</code>{path} <code>{escape(finding.rule)}</code>"
        f"<div>{_both(finding.message)}</div>{excerpt}{hint}</li>\n"
    )
