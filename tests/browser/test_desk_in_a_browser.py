"""The committee's desk in a real browser: from a row that is edited to a release that stands in the calendar."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import all_of, complaints, find, follow, screen, serious, until, without_script

from tests.support.processes import served

ROOT = Path(__file__).resolve().parents[2]
SEATS = ("elham", "anna", "babak", "cyrus", "dara", "farid")
PAGES = ("", "/proposals/1", "/proposals/1/impact", "/proposals/1/history", "/lists", "/lists/ward", "/suggestions",
         "/calendar", "/bodies", "/report")  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the desk of the small committee open, in a process of its own."""
    from termserver.build import build_release
    from termserver.content.folders import read

    folder = tmp_path_factory.mktemp("desk")
    nation = folder / "nation"
    shutil.copytree(ROOT / "examples" / "committee" / "nation", nation)
    build_release(read(nation), folder / "nation.release", "zarland", "1405.1")
    places = (
        "--edition",
        str(folder / "nation.release"),
        "--desk",
        str(folder / "committee.db"),
        "--root",
        str(nation),
    )
    seats = (part for seat in SEATS for part in ("--as", seat))
    with served(
        "--judges", "0", *places, *seats, env={**os.environ, "TERMSERVER_SHELF": str(folder / "shelf")}
    ) as base:
        yield f"{base}/desk"


def write(browser: Any, name: str, text: str) -> None:
    field = find(browser, f"[name='{name}']")
    field.clear()
    field.send_keys(text)


def act_as(browser: Any, desk: str, seat: str) -> None:
    browser.get(desk)
    if find(browser, "select[name=seat]").get_attribute("value") != seat:
        browser.execute_script("arguments[0].value = arguments[1]", find(browser, "select[name=seat]"), seat)
        follow(browser, find(browser, ".acting button"))
    assert find(browser, "select[name=seat]").get_attribute("value") == seat


def decide(browser: Any, desk: str, seat: str, move: str) -> None:
    """One move of one member on the first proposal, the digest typed where it is asked for."""
    act_as(browser, desk, seat)
    browser.get(f"{desk}/proposals/1")
    if move == "approve":
        write(browser, "digest", find(browser, ".digest.big").text)
    follow(browser, find(browser, f"form[action$='/{move}'] button"))
    assert find(browser, ".banner.good[role=status]")


def test_a_row_becomes_a_decision_and_stands_in_the_calendar(browser: Any, desk: str) -> None:
    # a row is judged while it is typed
    act_as(browser, desk, "elham")
    browser.get(f"{desk}/lists/ward")
    assert find(browser, "html").get_attribute("dir") == "rtl"
    write(browser, "code.n1", "020")
    assert until(lambda: "code.duplicate" in find(browser, "#says-n1").text)
    write(browser, "code.n1", "022")
    write(browser, "display_fa.n1", "بخش سوختگی")
    write(browser, "parent.n1", "001")
    assert until(lambda: find(browser, "#says-n1").text.endswith("display.missing"))
    find(browser, "#add-row").click()
    write(browser, "display_en.2", "Cardiology department")
    assert until(lambda: "changed" in find(browser, "[data-row='2']").get_attribute("class"))
    write(browser, "title_fa", "بخش سوختگی افزوده شود")
    follow(browser, find(browser, "button[value=send]"))

    # a gate stops it; the chair waives it, with a reason
    assert browser.current_url.partition("?")[0].endswith("/proposals/1")
    assert "022" in find(browser, ".differences").text and "Cardiology department" in find(browser, "ins").text
    assert "display.missing" in find(browser, ".gate").text
    assert not all_of(browser, "form[action$='/waive']")  # not by whoever wrote it
    act_as(browser, desk, "anna")
    browser.get(f"{desk}/proposals/1")
    write(browser, "reason", "نام انگلیسی با انتشار بعد می‌آید")
    follow(browser, find(browser, "form[action$='/waive'] button"))
    assert "anna" in find(browser, ".gate.open").text

    # what is said of one change stands beside it
    find(browser, ".talk a").click()
    browser.get(f"{desk}/proposals/1?about=ward+022")
    assert find(browser, "select[name=item]").get_attribute("value") == "ward 022"
    comment = find(browser, "form[action$='/comment']")
    comment.find_element("css selector", "textarea").send_keys("بخش است یا واحد؟")
    follow(browser, comment.find_element("css selector", "button"))
    assert "بخش است یا واحد؟" in find(browser, ".differences .said").text

    # nobody approves their own; the digest is typed, and not any eight letters do
    decide(browser, desk, "babak", "review")
    act_as(browser, desk, "elham")
    browser.get(f"{desk}/proposals/1")
    assert not all_of(browser, "form[action$='/approve']")
    assert "کس دیگری باید آن را تصویب کند" in find(browser, ".why-not").text
    act_as(browser, desk, "anna")
    browser.get(f"{desk}/proposals/1")
    write(browser, "digest", "00000000")
    follow(browser, find(browser, "form[action$='/approve'] button"))
    assert "هشت نویسهٔ نخست چکیده نیست" in find(browser, "[role=alert]").text
    for seat in ("anna", "cyrus", "dara"):
        decide(browser, desk, seat, "approve")
    assert find(browser, ".steps .now").text == "تصویب"

    # the secretary schedules and releases
    act_as(browser, desk, "babak")
    browser.get(f"{desk}/proposals/1")
    write(browser, "activate_at", "۱۴۰۵/۱۰/۰۱")
    follow(browser, find(browser, "form[action$='/schedule'] button"))
    write(browser, "version", "1405.2")
    follow(browser, find(browser, "form[action$='/release'] button"))
    assert "zarland 1405.2" in find(browser, ".deciding").text
    browser.get(f"{desk}/calendar")
    assert "۱۴۰۵/۱۰/۰۱" in find(browser, ".on-day").text and "بخش سوختگی" in find(browser, ".on-day").text
    assert "دی ۱۴۰۵" in find(browser, ".month h2").text
    browser.get(f"{desk}/proposals/1/history?lang=en")
    assert len(all_of(browser, ".journal tbody tr")) == 10
    assert "unaltered" in find(browser, ".banner").text
    severe = [one for one in complaints(browser) if "409" not in one["message"]]
    assert not severe


def test_the_desk_works_without_a_script_and_on_a_telephone(browser: Any, desk: str) -> None:
    with without_script(browser), screen(browser, 360):
        for path in (*PAGES, "/report", "/journal"):
            browser.get(f"{desk}{path}")
            assert find(browser, "main").rect["width"] <= 361, path
            assert find(browser, "html").get_property("scrollWidth") <= 361, path
        browser.get(f"{desk}/lists/ward?lang=en")
        write(browser, "code.n1", "023")
        write(browser, "display_fa.n1", "چشم")
        write(browser, "display_en.n1", "Eye")
        follow(browser, find(browser, "button[value=draft]"))
        assert find(browser, ".banner.good")
        assert find(browser, ".row.changed .code").text == "023"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_axe_finds_no_serious_fault_at_the_desk(browser: Any, desk: str, axe: str, language: str) -> None:
    wrong = []
    for path in PAGES:
        browser.get(f"{desk}{path}?lang={language}")
        wrong += [f"{path}: {one}" for one in serious(browser, axe)]
    assert not wrong, "\n".join(wrong)
