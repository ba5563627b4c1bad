"""The page of one rule: what a finding on the documents page leads to."""

from urllib.parse import quote

from termserver.model.errors import UnknownDocumentType, UnknownRule
from termserver.model.text import Text
from termserver.web.documents_words import SEVERITIES
from termserver.web.site import Site, address

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

    def __init__(self, site: Site) -> None:
        self._server = site.server
        self._site = site

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

        html = self._site.render(
            "rule.html",
            language,
            address("fa", f"/rules/{quote(id, safe='')}", type=type),
            words=_WORDS[language],
            id=id,
            type=type,
            rule=rule,
            severity=says(SEVERITIES[rule.severity]) if rule else "",
            failure=says(failure),
        )
        return html, 200 if rule else 404
