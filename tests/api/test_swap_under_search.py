"""The edition of a running server is exchanged while people search: nobody fails, and no answer is of two editions."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content
from termserver.model.text import Text
from termserver.releases.shelf import Shelf
from termserver.web.serving import serving

MARKS = ("elder", "younger")
TYPED = (b"q=diab", b"q=type+7", b"q=diabetse&lang=en", b"q=mellitus+zzzz", b"q=E1&facet=system", b"q=ndhfj")


def _release(path: Path, mark: str) -> Path:
    system = CodeSystem("diseases", "urn:test:diseases", Text(en="diseases"), mark, Content.COMPLETE)
    concepts = tuple(Concept(f"E{n:03}", Text(f"دیابت {n} {mark}", f"Type {n} diabetes {mark}")) for n in range(120))
    build_release([CodeSystemContent(system, concepts)], path, "diseases", mark)
    return path


def test_a_running_server_changes_its_edition_under_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termserver.api.swap.LOOK", 0.01)
    shelf = Shelf(tmp_path / "shelf")
    pins = [shelf.install(_release(tmp_path / f"{mark}.release", mark)) for mark in MARKS]
    shelf.use_all(pins[:1])
    app = serving(shelf.folder, 0, lambda _: None)
    releases: dict[str, set[str]] = {}  # digest of the edition → marks of the titles that it answered with
    failed: list[Any] = []

    async def ask(path: bytes, query: bytes) -> tuple[int, bytes]:
        told: list[Any] = []
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
                 "path": path.decode(), "raw_path": path, "root_path": "", "query_string": query,
                 "headers": [(b"host", b"h")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            told.append(message)

        await app(scope, receive, send)
        return told[0]["status"], b"".join(message.get("body", b"") for message in told[1:])

    async def search(done: asyncio.Event) -> None:
        n = 0
        while not done.is_set():
            status, body = await ask(b"/api/search", TYPED[n % len(TYPED)] + b"&offset=%d" % (n % 3))
            answer = orjson.loads(body)
            if status != 200:
                failed.append(answer)
            marks = {hit["display_en"].rpartition(" ")[2] for hit in answer.get("hits", ())}
            releases.setdefault(answer["release"], set()).update(marks)
            n += 1
            await asyncio.sleep(0.001)  # else the thread that opens the edition hardly has a turn

    async def play() -> None:
        told: asyncio.Queue[Any] = asyncio.Queue()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        life = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, told.get, heard.put))
        await told.put({"type": "lifespan.startup"})
        await heard.get()
        done = asyncio.Event()
        searching = [asyncio.ensure_future(search(done)) for _ in range(4)]
        for n in range(1, 7):
            shelf.use_all([pins[n % 2]])
            for _ in range(1000):
                await asyncio.sleep(0.01)
                if app.node.metrics.swaps == n:
                    break
            assert app.node.metrics.swaps == n, app.node.trouble
        done.set()
        await asyncio.gather(*searching)
        await told.put({"type": "lifespan.shutdown"})
        await life

    asyncio.run(play())
    assert not failed, failed[:2]
    assert sorted(map(sorted, releases.values())) == [["elder"], ["younger"]]
