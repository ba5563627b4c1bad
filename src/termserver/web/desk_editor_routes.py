"""The addresses of the editor: open a list, check a row while it is typed, save a draft, a workbook down and up."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response

from termserver.api.committee_desk import now
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication.changesets import ChangeSet
from termserver.publication.editing import CodeList
from termserver.web import posted
from termserver.web.coder_routes import PRIVATE
from termserver.web.desk_door import Answered, Door, said, status_of
from termserver.web.desk_editor import Editor, Row, Wish, remarks_json
from termserver.web.desk_pages import Visit
from termserver.web.site import address

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(door: Door) -> APIRouter:
    router = APIRouter(prefix="/desk/lists", route_class=Answered)
    editor = Editor(door.pages)

    @router.get("")
    async def lists(request: Request) -> Response:
        return await door.page(request, editor.lists)

    @router.get("/{id}.xlsx")
    async def workbook(id: str, request: Request, proposal: int = 0, lang: str = "fa") -> Response:
        door.desk.who(request.scope)
        data = await run_in_threadpool(lambda: editor.workbook(editor.opened(id, proposal), lang))
        headers = {**PRIVATE, "content-disposition": f'attachment; filename="{id}.xlsx"'}
        return Response(data, media_type=_WORKBOOK, headers=headers)

    @router.get("/{id}")
    async def opened(
        id: str, request: Request, proposal: int = 0, q: str = "", offset: int = 0, saved: int = 0
    ) -> Response:
        wish, first = Wish(proposal), max(0, offset)
        return await door.page(request, lambda visit: editor.render(visit, id, wish, q[:100], first, saved=bool(saved)))

    @router.post("/{id}/check")
    async def checked(id: str, request: Request) -> Response:
        _, parts = await door.form(request)
        typed = {part.name: part.text for part in parts}

        def judged() -> dict[str, object]:
            rows = editor.typed_rows(editor.opened(id, _number(typed.get("proposal", ""))), typed)
            return remarks_json(rows[0]) if rows else {"remarks": [], "changed": False}

        return JSONResponse(await run_in_threadpool(judged), headers=PRIVATE)

    @router.post("/{id}/upload")
    async def uploaded(id: str, request: Request) -> Response:
        visit, parts = await door.form(request)
        typed = {part.name: part.text for part in parts if part.file is None}
        data, name = posted.document(parts)
        known = await run_in_threadpool(editor.opened, id, _number(typed.get("proposal", "")))
        rows, _ = await run_in_threadpool(editor.uploaded, known, name, data)
        return await _saved(door, editor, request, visit, id, known, rows, typed)

    @router.post("/{id}")
    async def saved(id: str, request: Request) -> Response:
        visit, parts = await door.form(request)
        typed = {part.name: part.text for part in parts}
        known = await run_in_threadpool(editor.opened, id, _number(typed.get("proposal", "")))
        rows = await run_in_threadpool(editor.typed_rows, known, typed)
        return await _saved(door, editor, request, visit, id, known, rows, typed)

    return router


async def _saved(
    door: Door, editor: Editor, request: Request, visit: Visit, id: str, known: CodeList, rows: list[Row],
    typed: Mapping[str, str],
) -> Response:  # fmt: skip
    """A draft, kept; or the page again with what was typed and why it was not."""
    wish = Wish(
        _number(typed.get("proposal", "")),
        typed.get("based_on", ""),
        Text(typed.get("title_fa", "").strip()[:300], typed.get("title_en", "").strip()[:300]),
        typed.get("kind", ""),
        bool(typed.get("emergency")),
    )
    narrow, offset = typed.get("q", ""), _number(typed.get("offset", ""))
    wrong = sum(row.wrong for row in rows)
    failure: Text | None = None
    status = 400
    number = 0
    if wrong:
        why = said("rows_wrong")
        failure = Text(why.fa.format(wrong), why.en.format(wrong))
    elif not wish.proposal and wish.based_on != known.base:
        failure, status = said("meanwhile"), 412
    else:
        try:
            changes: ChangeSet = editor.change_set(known, rows)
            number = await run_in_threadpool(editor.save, visit, known, changes, wish)
            if typed.get("then") == "send":
                await run_in_threadpool(door.desk.committee.check, number, now())
        except TermserverError as error:
            failure, status = error.text, status_of(error)
    if failure is not None and not number:
        why = failure
        return await door.page(request, lambda visit: editor.render(visit, id, wish, narrow, offset, rows, why), status)
    if typed.get("then") == "send":
        place = address(visit.language, f"/desk/proposals/{number}", done="propose")
    else:
        place = address(visit.language, f"/desk/lists/{id}", proposal=number, q=narrow, offset=offset or "", saved=1)
    return RedirectResponse(place, 303, headers=PRIVATE)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
