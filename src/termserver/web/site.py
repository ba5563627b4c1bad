"""What all of the coder's pages share: frame, languages, days in both calendars, addresses, the release that speaks."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from termserver import __version__
from termserver.model.codes import CodeSystem, Content
from termserver.model.days import jalali_text
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web.site_words import WORDS

STATIC = {
    "site.js": "text/javascript",
    "theme.js": "text/javascript",
    "tree.js": "text/javascript",
    "search.js": "text/javascript",
    "basket.js": "text/javascript",
    "documents.js": "text/javascript",
    "widget.js": "text/javascript",
    "widget-demo.js": "text/javascript",
    "style.css": "text/css",
    "coder.css": "text/css",
    "documents.css": "text/css",
    "registries.css": "text/css",
    "desk.js": "text/javascript",
    "desk.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def number(value: int, language: str) -> str:
    """A count as readers of the language write it: ``۹۸٬۵۰۵``, ``98,505``."""
    text = f"{value:,}"
    return text.translate(_PERSIAN) if language == "fa" else text


def day(iso: str, language: str) -> str:
    """A day in both calendars, the reader's own first."""
    try:
        jalali = jalali_text(iso)
    except ValueError:
        return iso
    # isolated, or a Persian letter before it turns 2026-11-22 into 22-11-2026
    return f"{jalali.translate(_PERSIAN)} (\u2066{iso}\u2069)" if language == "fa" else f"{iso} ({jalali})"


def address(language: str, path: str, /, **query: Any) -> str:
    """An address of ours in the language of the page; empty values are left out, Persian needs no name."""
    said = [(name, value) for name, value in query.items() if value not in ("", None, False, [])]
    if language != "fa":
        said.append(("lang", language))
    return f"{path}?{urlencode(said, doseq=True)}" if said else path


def concept_path(system: str, code: str) -> str:
    return f"/concept/{quote(system, safe='')}/{quote(code, safe='')}"


class Site:
    """Renders the templates of the coder's pages over one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self.server = server
        self.assets = {name: (files("termserver.web") / "static" / name).read_bytes() for name in STATIC}
        self.packed = {name: gzip.compress(data, mtime=0) for name, data in self.assets.items()}
        self._stamps = {name: hashlib.sha256(data).hexdigest()[:10] for name, data in self.assets.items()}
        self._environment = Environment(
            loader=PackageLoader("termserver.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals |= {"asset": self.asset, "concept_path": concept_path, "isolated": _isolated}
        self.has_desk = False
        self.learns = False
        self.suggest: Callable[[Mapping[str, Any]], str] | None = None
        """Hands what a reader proposes to the committee's desk, where one is open; gives its number."""
        self.titles: dict[str, Text] = {system.id: system.title for system in server.systems()}

    def asset(self, name: str) -> str:
        """The address of a static file; it changes when the file does."""
        return f"/static/{name}?v={self._stamps[name]}"

    def etag(self, name: str) -> str:
        return f'"{self._stamps[name]}"'

    def title(self, system: str, language: str) -> str:
        """What a code system is called."""
        found = self.titles.get(system)
        return found.in_language(language) if found else system

    def short_title(self, system: str, language: str) -> str:
        """The title without what stands in brackets behind it, for lists."""
        title = self.title(system, language)
        return title.partition(" (")[0] or title

    def render(self, template: str, language: str, here: str = "/", **values: Any) -> str:
        """A page, or a piece of one; ``here`` is its own address without the language."""
        language = language_of(language)
        other = "en" if language == "fa" else "fa"
        words: Mapping[str, str] = WORDS[language]
        return self._environment.get_template(template).render(
            w=words,
            language=language,
            other=other,
            other_address=_in_language(here, other),
            direction="rtl" if language == "fa" else "ltr",
            says=partial(_says, language=language),
            n=partial(number, language=language),
            day=partial(day, language=language),
            to=partial(address, language),
            edition=self.server.edition,
            has_desk=self.has_desk,
            learns=self.learns,
            version=__version__,
            title_of=partial(self.title, language=language),
            short=partial(self.short_title, language=language),
            banners=lambda system: banners(system, words, language),
            **values,
        )


def language_of(asked: str) -> str:
    """Persian unless English was asked for."""
    return asked if asked in WORDS else "fa"


def banners(system: CodeSystem, words: Mapping[str, str], language: str) -> list[str]:
    """What a reader must know before trusting a list: that it is partial, provisional, or only stands in."""
    said = []
    if system.stands_in_for:
        said.append(words["is_stand_in"])
    if system.content is Content.FRAGMENT:
        said.append(words["is_closed_fragment" if system.closed else "is_fragment"])
    elif system.content is Content.EXAMPLE:
        said.append(words["is_example"])
    elif system.content is Content.NOT_PRESENT:
        said.append(words["is_not_present"])
    if system.provisional:
        said.append(words["is_provisional"])
    return said


def _says(text: Text | None, language: str) -> str:
    return text.in_language(language) if text else ""


def _in_language(here: str, language: str) -> str:
    if language == "fa":
        return here
    return f"{here}{'&' if '?' in here else '?'}lang={language}"


def _isolated(text: str) -> Markup:
    """A code as it is shown: its letters left to right, whatever stands around it."""
    return Markup('<bdi class="code" dir="ltr">{}</bdi>').format(text)
