"""The page of maps as work: how much of each list is said in another, and the codes of one that wait."""

from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from termserver.api.mapping import MappingDesk
from termserver.model.errors import TermserverError
from termserver.web.coder_routes import HEADERS
from termserver.web.site import Site, address, language_of

_PAGE = 50

_FA = {
    "heading": "نگاشت‌ها",
    "lead": "هر فهرست تا چه اندازه در فهرست دیگر گفته می‌شود، و چه مانده است.",
    "list": "فهرست",
    "against": "در برابر",
    "share": "تمام",
    "percent": "٪",
    "arrow": "←",
    "mapped": "نگاشته",
    "retired": "به بازنشسته",
    "none": "بی‌همتا",
    "unmapped": "مانده",
    "unchecked": "مقصد اینجا نیست و وارسی نشد",
    "partial": "فهرست ناقص است",
    "nothing": "در این ویراست نگاشتی نیست.",
    "queue": "کدهای در انتظار",
    "all_done": "چیزی نمانده است.",
    "code": "کد",
    "suggestions": "پیشنهادها",
    "score": "همانندی",
    "no_suggestion": "چیزی پیدا نشد",
    "leads_to": "اکنون به {} که بازنشسته است",
    "csv": "CSV برای پر کردن",
    "how": "ستون decision را با accept، reject یا none پر کنید و با این فرمان پیشنهاد دهید:",
    "from_to": "{} تا {} از {}",
    "next": "پسین",
    "previous": "پیشین",
}
_EN = {
    "heading": "Maps",
    "lead": "How much of each list is said in another, and what is left.",
    "list": "list",
    "against": "in",
    "share": "done",
    "percent": "%",
    "arrow": "→",
    "mapped": "mapped",
    "retired": "to retired",
    "none": "no counterpart",
    "unmapped": "left",
    "unchecked": "the other list is not here; unchecked",
    "partial": "the list is partial",
    "nothing": "There are no maps in this edition.",
    "queue": "Codes that wait",
    "all_done": "Nothing is left.",
    "code": "code",
    "suggestions": "suggestions",
    "score": "likeness",
    "no_suggestion": "nothing was found",
    "leads_to": "leads to {} now, which is retired",
    "csv": "CSV to be filled in",
    "how": "Fill in the column decision with accept, reject or none, and propose it by:",
    "from_to": "{} to {} of {}",
    "next": "next",
    "previous": "previous",
}
WORDS = {"fa": _FA, "en": _EN}


def add(app: FastAPI, site: Site, desk: MappingDesk) -> None:
    """Put the page into the application."""

    def rendered(language: str, map: str, of: str, offset: int) -> tuple[str, int]:
        language = language_of(language)
        values: dict[str, Any] = {"m": WORDS[language], "coverage": desk.coverage, "end": None, "failure": None}
        here = address("fa", "/mapping", map=map, list=of, offset=offset or "")
        status = 200
        if map:
            try:
                end = desk.mappings.end(map, of)
                waiting, total = desk.mappings.queue(end, _PAGE, offset)
                values |= {"end": end, "queue": waiting, "total": total, "offset": offset, "page": _PAGE}
            except TermserverError as error:
                values["failure"], status = error.text, 404
        return site.render("mapping.html", language, here, **values), status

    @app.get("/mapping", include_in_schema=False)
    async def mapping(lang: str = "fa", map: str = "", list: str = "", offset: int = 0) -> Response:
        html, status = await run_in_threadpool(rendered, lang, map, list, max(0, offset))
        return HTMLResponse(html, status, headers=HEADERS)
