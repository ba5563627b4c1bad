"""What the browser tests do again and again: wait, type, look at the keyboard's place, pretend to be another screen."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException


def until(question: Callable[[], Any], seconds: float = 5) -> Any:
    """The first answer that is true, asked again until the time is over; the last one then."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = question()
        except Exception:  # what is looked at was replaced meanwhile
            answer = None
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.02)


def find(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def follow(browser: Any, element: Any) -> None:
    """Click, and wait for the page that this leads to; a driver may come back while the old one still stands."""
    old = find(browser, "html")

    def left() -> bool:
        try:
            old.is_enabled()
        except StaleElementReferenceException:
            return True
        return False

    element.click()
    assert until(left, 10), "the click led to no other page"
    assert until(lambda: browser.execute_script("return document.readyState") == "complete", 10)


def all_of(browser: Any, selector: str) -> list[Any]:
    browser.implicitly_wait(0)
    try:
        return list(browser.find_elements("css selector", selector))
    finally:
        browser.implicitly_wait(5)


def focused(browser: Any) -> Any:
    return browser.switch_to.active_element


def kept(browser: Any, name: str) -> list[dict[str, str]]:
    """What this browser keeps under the name."""
    said: list[dict[str, str]] = browser.execute_script(
        f"return JSON.parse(localStorage.getItem('termserver.{name}') || '[]')"
    )
    return said


def complaints(browser: Any) -> list[Any]:
    """Errors on the console, blocked by the content policy among them."""
    return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@contextmanager
def screen(browser: Any, width: int, height: int = 740) -> Iterator[None]:
    """A telephone of that width."""
    measures = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@contextmanager
def without_script(browser: Any) -> Iterator[None]:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@contextmanager
def dark(browser: Any) -> Iterator[None]:
    """A system whose theme is dark."""
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def serious(browser: Any, axe: str) -> list[str]:
    """What axe finds that hinders somebody, by rule and place."""
    browser.execute_script(axe)
    found = browser.execute_async_script(
        """
        const done = arguments[0];
        axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] })
          .then((said) => done(said.violations))
          .catch((error) => done([{ id: String(error), impact: "serious", nodes: [] }]));
        """
    )
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
