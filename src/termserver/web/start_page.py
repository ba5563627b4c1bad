"""The start page: one box that searches as you type, right-to-left, and works without a script too."""

import orjson
from jinja2 import Environment, PackageLoader, select_autoescape

from termserver import __version__
from termserver.model.codes import CodeSystem, Content
from termserver.model.errors import TermserverError
from termserver.service import TermServer

_WORDS = {
    "fa": {
        "title": "جست‌وجوی کدهای ملی سلامت",
        "placeholder": "بیماری، دارو، شهر، بیمه یا خود کد …",
        "all": "همهٔ نظام‌های کدگذاری",
        "search": "جست‌وجو",
        "hint": "هر چند واژه، با هر ترتیبی؛ واژهٔ آخر تا همان‌جا که نوشته‌اید. ↑ ↓ و Enter کار می‌کنند.",
        "edition": "ویرایش",
        "found": "یافته",
        "nothing": "چیزی پیدا نشد. واژه‌ها را کوتاه‌تر کنید یا نظام کدگذاری دیگری برگزینید.",
        "other": "English",
        "api": "راهنمای API",
        "documents": "سنجش سند",
        "standin": "جایگزین موقت",
    },
    "en": {
        "title": "National health code search",
        "placeholder": "a disease, a drug, a city, an insurer, or a code …",
        "all": "All code systems",
        "search": "Search",
        "hint": "Any words in any order; the last one as far as you typed it. ↑ ↓ and Enter work.",
        "edition": "Edition",
        "found": "found",
        "nothing": "Nothing found. Shorten the words, or choose another code system.",
        "other": "فارسی",
        "api": "API guide",
        "documents": "Judge a document",
        "standin": "stand-in",
    },
}


class StartPage:
    """Renders the page over one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        environment = Environment(
            loader=PackageLoader("termserver.web"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
        )
        self._template = environment.get_template("start.html")

    def render(self, text: str, system: str, language: str) -> str:
        """The page; with the hits of ``text`` in it where one is given."""
        language = language if language in _WORDS else "fa"
        hits, total, failure = [], 0, ""
        if text.strip():
            try:
                found = self._server.search(text, systems=(system,) if system else (), language=language)
                hits, total = [orjson.loads(hit) for hit in found.hits], found.total
            except TermserverError as error:
                failure = error.text.in_language(language)
        return self._template.render(
            words=_WORDS[language],
            language=language,
            other="en" if language == "fa" else "fa",
            direction="rtl" if language == "fa" else "ltr",
            text=text,
            system=system,
            systems=self._choices(language),
            titles={known.id: known.title.in_language(language) for known in self._server.systems()},
            hits=hits,
            total=total,
            failure=failure,
            releases=self._server.edition.releases,
            version=__version__,
        )

    def _choices(self, language: str) -> list[tuple[str, str]]:
        """The systems that hold something to find, by title."""
        held = [s for s in self._server.systems() if self._holds(s)]
        return sorted(((s.id, s.title.in_language(language)) for s in held), key=lambda choice: choice[1])

    @staticmethod
    def _holds(system: CodeSystem) -> bool:
        return system.content != Content.NOT_PRESENT
