"""The Markdown summary and the HTML report: whole, safe, right to left for Persian, within their budgets."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hand_made_reports import ALL, BAD, FINE, GENDER, ODD, UNREAD, Written, flood

from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.model.values import replace


def test_the_summary_tells_verdicts_rules_and_documents(written: Written) -> None:
    said = written("markdown", ALL, "en", UNREAD).decode()

    assert said.startswith("## termserver: 2 rejected, 1 undecided, 2 accepted, 1 not read\n")
    assert "checked 178 of 182 codes · standards 1405.2, physicians 2026.11.21 · `efefefefefefefef`" in said
    assert "| `code.unknown` | error | 1 | 1 | There is no such code in thritaEHR.gender. |" in said
    assert "| out/صورت حساب.xml | rejected | 3 | 14:5 | There is no such code" in said
    assert "| gone.xml | undecided | 1 | 1:1 | There is no such file. `document.unread` |" in said


def test_the_summary_carries_no_markup_out_of_a_document(written: Written) -> None:
    said = written("markdown", (ODD,)).decode()

    assert "<script>" not in said and "](http" not in said and " @all" not in said
    assert all(line.count("|") - line.count("\\|") == 6 for line in said.splitlines() if line.startswith("|"))


def test_the_summary_stays_under_a_mebibyte(written: Written) -> None:
    wordy = Text("خطا " * 2_000, "🏥" * 2_000)
    many = [
        replace(
            BAD,
            document=f"{'پوشه/' * 80}{n}.xml",
            findings=tuple(replace(GENDER, rule=f"rule-{n}-{m}", message=wordy, hint=wordy) for m in range(5)),
        )
        for n in range(1_000)
    ]
    data = written("markdown", many, "en")

    assert len(data) < 1_048_576
    assert re.search(r"… and \d+ more", data.decode())


def test_the_persian_summary_runs_from_right_to_left(written: Written) -> None:
    said = written("markdown", (BAD,), "fa").decode()

    assert said.startswith("<div dir=rtl>\n") and said.endswith("</div>\n")
    assert "1 رد" in said and "چنین کدی در thritaEHR" in said


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(data: bytes) -> Page:
    made = Page()
    made.feed(data.decode())
    assert not made.open
    return made


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_page_holds_both_languages_and_nothing_from_elsewhere(language: str, written: Written) -> None:
    data = written("html", ALL, language, UNREAD)
    tags = page(data).tags

    html = dict(tags)["html"]
    assert (html["lang"], html["dir"]) == (("fa", "rtl") if language == "fa" else ("en", "ltr"))
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object", "base", "form")]
    assert not [
        name for _, attrs in tags for name in attrs if name in ("src", "href", "style") or name.startswith("on")
    ]
    assert b"url(" not in data and b"@import" not in data
    checked = [attrs["id"] for tag, attrs in tags if tag == "input" and "checked" in attrs]
    assert checked == [f"choose-{language}"]
    assert "چنین کدی در thritaEHR.gender نیست.".encode() in data and b"There is no such code" in data


def test_the_policy_of_the_page_allows_its_own_style_alone(written: Written) -> None:
    said = written("html", (BAD,)).decode()
    style = said.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" in said


def test_the_page_shows_the_masked_excerpt_with_its_caret(written: Written) -> None:
    said = written("html", (BAD,)).decode()

    shown = "&lt;VM:Gender Value=&quot;•••&quot; Coded_string=&quot;•&quot; /&gt;\n" + " " * 34 + "^</pre>"
    assert shown in said


def test_the_page_counts_what_it_leaves_out(written: Written) -> None:
    data = written("html", [flood(20_000)] + [flood(400, f"{n}.xml", Severity.WARNING) for n in range(60)] + [FINE])

    assert len(data) < 20_000_000
    assert data.count(b"<li>") == 20_000
    assert b"and 19500 more findings" in data and b"more documents that are not listed" in data
