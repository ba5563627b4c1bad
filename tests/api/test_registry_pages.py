"""The registries' pages: only what anybody may see, in both languages, limited and told as the API is."""

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termserver.api import entry_limits
from termserver.model.days import Period
from termserver.service import TermServer
from termserver.web.application import create
from termserver.web.time_line import Stretch, draw
from tests.api.told import Told


@pytest.fixture(scope="module")
def edition(standards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    """The standards and a few of the sample nation."""
    shelf = tmp_path_factory.mktemp("pages") / "shelf"
    few = ("--professionals", "300", "--centres", "150", "--products", "40", "--days", "2")
    for arguments in (("release", "install", str(standards), "--use"), ("sample", *few, "--use")):
        command = [sys.executable, "-m", "termserver", *arguments]
        subprocess.run(command, check=True, capture_output=True, env={"TERMSERVER_SHELF": str(shelf), "PATH": ""})
    with TermServer.open(shelf) as opened:
        yield opened


@pytest.fixture
def client(edition: TermServer) -> Iterator[TestClient]:
    with TestClient(create(edition, 0)) as opened:
        yield opened


class Balanced(HTMLParser):
    """Whether every element is closed by the one that opened it."""

    VOID = frozenset(("meta", "link", "input", "line", "path", "rect", "circle", "br"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return None

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    reader = Balanced()
    reader.feed(answer.text)
    assert not reader.faults, reader.faults
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    return answer.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_kind_of_entry_has_its_page(client: TestClient, edition: TermServer, language: str) -> None:
    for system in ("physicians", "centres", "software", "products-sample"):
        found = client.get("/api/search", params={"q": "نمونه", "system": system, "limit": 5}).json()["hits"]
        assert found, system
        for hit in found:
            text = page(client, f"/registries/{system}/{hit['code']}?lang={language}")
            for hidden in ("hmac:", "birth-year", "سال تولد", "Year of birth"):
                assert hidden not in text
            assert edition.describe(system)["from"]["digest"] in text
            assert ("نمونه: هیچ‌یک" if language == "fa" else "Sample: none") in text
            assert '<svg class="time-line"' in text


def test_any_spelling_of_a_number_leads_to_the_page(client: TestClient) -> None:
    first = page(client, "/registries/physicians/99000000د")
    for spelling in ("د-99000000", "۹۹۰۰۰۰۰۰د", "99000000%D8%AF"):
        assert f"<h1>{first.partition('<h1>')[2].partition('</h1>')[0]}" in page(
            client, f"/registries/physicians/{spelling}"
        )


def test_what_is_not_there_is_told(client: TestClient) -> None:
    assert "99000005" not in page(client, "/registries/physicians/1", 404).partition("<footer")[2]
    assert "فهرست کد" in page(client, "/registries/gender/1", 404)
    assert "physicians" in page(client, "/registries/physican/1?lang=en", 404)
    assert "<script>alert" not in page(client, "/registries/physicians/<script>alert(1)</script>", 404)
    assert "<script>alert" not in page(client, "/registries?q=<script>alert(1)</script>&city=<script>alert(2)</script>")


def test_a_city_keeps_those_who_are_there_and_pages_hold_all_of_them(client: TestClient, edition: TermServer) -> None:
    entries = [edition.terminology.entry("physicians", f"990{n:05}") for n in range(300)]
    cities = [fact.value for one in entries if one for fact in one.properties if fact.code == "city"]
    city = max(set(cities), key=cities.count)
    said = client.get("/api/search", params={"q": city, "system": "physicians", "limit": 1000}).json()
    expected = set()
    for hit in said["hits"]:
        entry = edition.terminology.entry("physicians", hit["code"])
        assert entry is not None
        if any(fact.code == "city" and fact.value == city for fact in entry.properties):
            expected.add(hit["code"])
    seen: list[str] = []
    offset = 0
    while True:
        text = page(client, f"/registries?q=نمونه&city={city}&registry=physicians&offset={offset}")
        rows = [piece.partition("</bdi>")[0] for piece in text.split('<bdi class="code" dir="ltr">')[1:]]
        if not rows:
            break
        seen += rows
        offset += 20
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_pages_are_limited_and_told_to_the_access_log(edition: TermServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_limits, "ENTRIES_A_MINUTE", 3)
    told = Told(create(edition, 0))
    with TestClient(told) as client:
        codes = [client.get("/registries/physicians/99000000د").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert told.lines() == [("page", "physicians", 1, ("99000000د",))] * 3


def test_a_line_runs_from_the_readers_own_side() -> None:
    stretches = [Stretch(Period("2020-01-01", "2021-12-31"), "valid", "a"), Stretch(Period("2023-01-01"), "valid", "b")]
    left, right = (draw([("lane", stretches)], "2024-01-01", language) for language in ("en", "fa"))
    assert left is not None and right is not None
    for here, there in zip(left.lanes[0].bars, right.lanes[0].bars, strict=True):
        assert here.x + there.x + there.width == pytest.approx(100, abs=0.01)
    first, second = left.lanes[0].bars
    assert first.x + first.width < second.x
    assert second.x + second.width == pytest.approx(100)  # goes on
    assert [year for _, year in left.ticks] == sorted(year for _, year in left.ticks)
    assert 1395 < right.ticks[0][1] < 1410


def test_nothing_with_a_date_makes_no_line() -> None:
    assert draw([("lane", [Stretch(Period(), "valid", "always")])], "2026-01-01", "fa") is None


def test_a_day_is_visible_and_a_century_has_few_years_above_it() -> None:
    line = draw([("lane", [Stretch(Period("1925-01-01", "1925-01-01"), "valid", "")])], "2026-01-01", "en")
    assert line is not None
    assert line.lanes[0].bars[0].width >= 0.5
    assert 2 <= len(line.ticks) <= 9
