"""The start page in a real browser, served by the real server: type, see, choose."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with chromedriver here; run: make browser"),
]


@pytest.fixture(scope="module")
def address(standards: Path) -> Iterator[str]:
    """The address of a server in a process of its own."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "termserver", "serve", "--port", str(port), "--edition", str(standards)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{base}/ready", timeout=1).read()
            break
        except OSError:
            time.sleep(0.05)
    yield base
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--window-size=1200,900", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    driver.implicitly_wait(5)
    yield driver
    driver.quit()


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
