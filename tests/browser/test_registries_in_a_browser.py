"""The registries' pages in a real browser: a misspelt name and a city, then licences on a time line."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import complaints, find, follow

from tests.support.processes import served

PERSON = "99000870"
"""A sample physician of the small nation who was suspended in 1400."""


@pytest.fixture(scope="module")
def nation(standards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the standards and the small sample nation, in a process of its own."""
    shelf = tmp_path_factory.mktemp("nation") / "shelf"
    environment = {**os.environ, "TERMSERVER_SHELF": str(shelf), "TERMSERVER_LANG": "en"}
    environment.pop("TERMSERVER_EDITION", None)

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "termserver", *arguments]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    run("release", "install", str(standards), "--use")
    run("sample", "--small", "--use")
    with served("--judges", "0", env=environment) as base:
        yield base


def shot(browser: Any, name: str) -> None:
    if folder := os.environ.get("TERMSERVER_SCREENSHOTS"):
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def test_a_physician_is_found_by_a_misspelt_name_and_a_city(browser: Any, nation: str) -> None:
    browser.get(f"{nation}/registries")
    assert "نمونه" in find(browser, ".banner.sample").text
    find(browser, "input[name=q]").send_keys("شریپور")  # شریف‌پور, without its ف
    find(browser, "input[name=city]").send_keys("تازه آباد")
    follow(browser, find(browser, ".seek button"))
    rows = browser.find_elements("css selector", ".people li")
    assert len(rows) == 1
    assert PERSON in rows[0].text and "شریف‌پور" in rows[0].text
    shot(browser, "registries-found")
    follow(browser, find(browser, ".people a"))
    assert "شریف‌پور" in find(browser, "h1").text
    assert find(browser, "html").get_attribute("dir") == "rtl"
    assert "نمونه" in find(browser, ".banner.sample").text
    assert re.search(r"[0-9a-f]{64}", find(browser, ".record").text)  # the digest of the release that speaks
    shot(browser, "registry-entry-fa")
    assert not complaints(browser)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_time_line_shows_what_the_table_beside_it_says(browser: Any, nation: str, language: str) -> None:
    browser.get(f"{nation}/registries/physicians/{PERSON}?lang={language}")
    suspended = find(browser, ".time-line .bar.suspended")
    assert "2021-08-16" in suspended.find_element("css selector", "title").get_attribute("textContent")
    table = find(browser, ".beside table").text
    assert "2021-08-16" in table and ("1400/05/25" in table or "۱۴۰۰/۰۵/۲۵" in table)
    before, after = browser.find_elements("css selector", ".time-line .bar.valid")
    places = [bar.rect["x"] for bar in (before, suspended, after)]
    assert places == sorted(places, reverse=language == "fa")  # in Persian time runs from the right
    if language == "en":
        shot(browser, "registry-entry-en")


def test_the_day_decides_how_it_stood(browser: Any, nation: str) -> None:
    browser.get(f"{nation}/registries/physicians/{PERSON}")
    assert find(browser, ".stands").get_attribute("class") == "stands valid"
    find(browser, "input[name=on]").send_keys("۱۴۰۰/۰۶/۰۱")
    follow(browser, find(browser, ".as-of button"))
    assert find(browser, ".stands").get_attribute("class") == "stands suspended"
    assert "on=" in browser.current_url
    find(browser, "input[name=on]").clear()
    find(browser, "input[name=on]").send_keys("someday")
    follow(browser, find(browser, ".as-of button"))
    assert "1405/08/30" in find(browser, ".stands .failure").text


def test_a_place_of_work_leads_to_the_centre(browser: Any, nation: str) -> None:
    browser.get(f"{nation}/registries/physicians/{PERSON}")
    place = find(browser, ".sheet a[href*='/registries/centres/']")
    name = place.text
    follow(browser, place)
    assert find(browser, "h1").text == name
    assert "F-" in find(browser, ".sheets").text  # its licences


def test_without_a_script_and_on_a_telephone_all_of_it_is_there(browser: Any, nation: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    measures = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)
    try:
        for path in (
            "/registries?q=رازی",
            f"/registries/physicians/{PERSON}",
            "/registries/products-sample/9999000000000002",
        ):
            browser.get(f"{nation}{path}")
            assert find(browser, "main").rect["width"] <= 391
            assert find(browser, "body").rect["width"] <= 391
        assert "ریال" in find(browser, ".sheets").text
        shot(browser, "registry-telephone")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_page_prints_without_its_controls(browser: Any, nation: str) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        browser.get(f"{nation}/registries/physicians/{PERSON}")
        assert not find(browser, ".as-of").is_displayed()
        assert find(browser, ".time-line").is_displayed()
        assert find(browser, ".record code").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
