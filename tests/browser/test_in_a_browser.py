"""The start page in a real browser, served by the real server: type, see, choose."""

import os
import time
from pathlib import Path
from typing import Any


def test_hits_appear_while_typing_and_a_choice_shows_the_concept(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(address)
    box = browser.find_element("id", "q")
    box.send_keys("تامین")
    first = browser.find_element("css selector", "#hits li[data-system=insurer]")
    assert first.get_attribute("data-code") == "1"
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    heading = browser.find_element("css selector", "#detail h2")
    assert heading.text.strip()
    assert browser.find_element("tag name", "html").get_attribute("dir") == "rtl"
    shots = os.environ.get("TERMSERVER_SCREENSHOTS")
    if shots:
        browser.save_screenshot(str(Path(shots) / "start-page.png"))
    complaints = [
        entry
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE" and "favicon" not in entry["message"]
    ]
    assert not complaints


def test_the_box_searches_one_system_and_says_when_nothing_is_found(browser: Any, address: str) -> None:
    browser.get(f"{address}/?lang=en")
    browser.find_element("id", "q").send_keys("zzzzzz")
    for _ in range(50):
        count = browser.find_element("id", "count").text
        if count:
            break
        time.sleep(0.05)
    assert count.startswith("Nothing found")
