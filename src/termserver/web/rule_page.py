"""The page of one rule: what a finding on the documents page leads to."""

from jinja2 import Environment, PackageLoader, select_autoescape

from termserver import __version__
from termserver.model.errors import UnknownDocumentType, UnknownRule
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web.documents_words import SEVERITIES

_WORDS = {
    "fa": {
        "title": "قاعده",
        "search": "جست‌وجوی کد",
        "documents": "سنجش سند",
        "api": "راهنمای API",
        "other": "English",
        "hint": "چه کنیم",
        "type": "نوع سند",
        "engine": "در هر سند؛ یافتهٔ خود موتور",
        "also": "در این نوع‌ها هم",
        "category": "ردهٔ خطای سپاس",
        "each": "برای هر",
        "when": "هرگاه",
        "holds": "باید",
        "evidence": "شاهد",
        "source": "منبع",
        "bad": "نادرست",
        "good": "درست",
        "provisional": "موقت",
    },
    "en": {
        "title": "Rule",
        "search": "Code search",
        "documents": "Judge a document",
        "api": "API guide",
        "other": "فارسی",
        "hint": "What to do",
        "type": "Document type",
        "engine": "any document; found by the engine itself",
        "also": "Also in",
        "category": "SEPAS error category",
        "each": "Each",
        "when": "When",
        "holds": "Holds",
        "evidence": "Evidence",
        "source": "Source",
        "bad": "Wrong",
        "good": "Right",
        "provisional": "provisional",
    },
}


class RulePage:
    """Renders the page over one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        environment = Environment(
            loader=PackageLoader("termserver.web"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
        )
        self._template = environment.get_template("rule.html")

    def render(self, id: str, type: str, language: str) -> tuple[str, int]:
        """The page and its HTTP status: 404, with the nearest rules, for one that nobody knows."""
        language = language if language in _WORDS else "fa"
        failure: Text | None = None
        rule = None
        try:
            rule = self._server.explain(id, type)
        except (UnknownRule, UnknownDocumentType) as error:
            failure = error.text

        def says(text: Text | None) -> str:
            return text.in_language(language) if text else ""

        html = self._template.render(
            words=_WORDS[language],
            language=language,
            other="en" if language == "fa" else "fa",
            direction="rtl" if language == "fa" else "ltr",
            id=id,
            type=type,
            rule=rule,
            says=says,
            severity=says(SEVERITIES[rule.severity]) if rule else "",
            failure=says(failure),
            releases=self._server.edition.releases,
            version=__version__,
        )
        return html, 200 if rule else 404
