"""The page of a refusal, in the frame of all others: nothing at this address, not allowed, too many, too slow."""

from functools import lru_cache

from fastapi import FastAPI

from termserver.api.answers import Answer, Problem
from termserver.api.refusals import HTML
from termserver.model.text import Text
from termserver.web.coder_routes import POLICY
from termserver.web.site import Site

_WORDS = {
    "fa": {
        "nowhere": "در این نشانی چیزی نیست",
        "look": "شاید نشانی درست نوشته نشده یا صفحه جابه‌جا شده است. آنچه می‌خواهید را بجویید.",
        "refused": "این صفحه نشان داده نشد",
        "login": "ورود",
    },
    "en": {
        "nowhere": "There is nothing at this address",
        "look": "The address may be mistyped, or the page has moved. Search for what you want.",
        "refused": "This page was not shown",
        "login": "Log in",
    },
}


def add(app: FastAPI, site: Site) -> None:
    """Hand the page down to the API and its guard."""

    @lru_cache(64)  # whoever is refused may ask again and again
    def page(status: int, nowhere: bool, message: Text, language: str) -> bytes:
        html = site.render(
            "refused.html", language, p=_WORDS[language], status=status, nowhere=nowhere, failure=message
        )
        return html.encode()

    def refused(problem: Problem, language: str) -> Answer:
        body = page(problem.status, problem.code == "not-found", problem.message, language)
        return Answer(problem.status, body, ((b"content-security-policy", POLICY.encode()),), HTML)

    app.state.refused = refused
