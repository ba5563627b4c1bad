"""The tree, the comparison, the basket, proposals, the widget: each in a real browser."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from pages import all_of, complaints, dark, find, focused, kept, serious, until

PAGES = (
    "/",
    "/?q=تهران",
    "/concept/insurer/1",
    "/concept/country-divisions/01",
    "/browse",
    "/browse/country-divisions",
    "/compare?system=insurer",
    "/basket?c=insurer|1",
    "/propose",
    "/help",
    "/widget",
    "/documents",
)


@pytest.fixture(autouse=True)
def clean(browser: Any, address: str) -> None:
    """A browser that keeps nothing yet."""
    browser.get(f"{address}/static/icon.svg")
    browser.execute_script("localStorage.clear()")


def test_a_branch_of_the_tree_opens_by_mouse_and_by_arrow(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{address}/browse/country-divisions?lang=en")
    turn = find(browser, ".turn")
    turn.click()
    assert until(lambda: turn.get_attribute("aria-expanded") == "true")
    assert until(lambda: all_of(browser, ".tree li li a"))
    turn.click()
    assert not [one for one in all_of(browser, ".tree li li a") if one.is_displayed()]
    link = turn.find_element("xpath", "../a")
    browser.execute_script("arguments[0].focus()", link)
    focused(browser).send_keys(Keys.ARROW_RIGHT)
    assert until(lambda: [one for one in all_of(browser, ".tree li li a") if one.is_displayed()])
    focused(browser).send_keys(Keys.ARROW_DOWN)
    child = focused(browser)
    assert child.find_element("xpath", "../../..").get_attribute("outerHTML").startswith("<li")
    child.send_keys(Keys.ENTER)
    assert until(lambda: "/concept/country-divisions/" in browser.current_url)
    assert find(browser, ".tree a[aria-current]")
    assert not complaints(browser)


def test_two_versions_stand_side_by_side(browser: Any, address: str) -> None:
    browser.get(f"{address}/compare?system=insurer&lang=en")
    rows = {row.text.split()[0]: row for row in all_of(browser, "#differences tbody tr")}
    assert set(rows) == {"1", "2", "3", "99"}
    assert "removed" in rows["99"].text
    assert "added" in rows["3"].text
    assert "title changed" in rows["2"].text
    before, after = rows["2"].find_elements("css selector", "td")[2:]
    assert before.text.startswith("Medical Services")
    assert before.text != after.text
    assert before.location["x"] < after.location["x"]
    find(browser, ".facets a[href*='kind=added']").click()
    assert until(lambda: len(all_of(browser, "#differences tbody tr")) == 1)


def test_a_code_tells_how_it_was_called_before(browser: Any, address: str) -> None:
    browser.get(f"{address}/concept/insurer/1")
    history = [one.text for one in all_of(browser, ".history li")]
    assert len(history) == 2
    assert "سازمان تأمین اجتماعی" in history[0]
    assert "2025.11" in history[0]


def test_the_basket_is_filled_read_exported_and_emptied(browser: Any, address: str, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.get(f"{address}/?q=تامین&lang=en")
    until(lambda: all_of(browser, ".hit"))
    for button in all_of(browser, ".hit .add")[:2]:
        button.click()
    assert len(kept(browser, "basket")) == 2
    browser.get(f"{address}/basket?lang=en")
    rows = all_of(browser, "#picked tbody tr")
    assert len(rows) == 2
    assert "Social Security" in rows[0].text
    find(browser, "[data-basket=csv]").click()
    table = tmp_path / "codes.csv"
    assert until(table.exists)
    lines = table.read_text("utf-8-sig").splitlines()
    assert lines[0] == "system,code,display_fa,display_en"
    assert lines[1].startswith("insurer,1,")
    until(lambda: "loading" not in find(browser, "#picked").text)
    table.unlink()
    find(browser, "[data-basket=fhir]").click()
    made = tmp_path / "codes.json"
    assert until(made.exists)
    time.sleep(0.1)
    coding = json.loads(made.read_bytes())["coding"]
    assert coding[0]["system"].endswith("/CodeSystem/insurer")
    rows[0].find_element("css selector", "button").click()
    assert until(lambda: len(all_of(browser, "#picked tbody tr")) == 1)
    find(browser, "[data-basket=clear]").click()
    browser.switch_to.alert.accept()
    assert until(lambda: find(browser, "#nothing").is_displayed())
    assert kept(browser, "basket") == []
    assert not complaints(browser)


def test_a_code_is_copied_in_every_form(browser: Any, address: str) -> None:
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    browser.get(f"{address}/concept/insurer/1?lang=en")

    def copied(what: str) -> str:
        find(browser, f"[data-do={what}]").click()
        until(lambda: find(browser, "#toast").text)
        return str(browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))

    assert copied("copy-code") == "1"
    assert copied("copy-title").startswith("1 Social Security")
    assert json.loads(copied("copy-coding"))["code"] == "1"
    assert copied("copy-csv").startswith("thritaEHR.insurer,1,")
    assert copied("copy-link") == f"{address}/concept/insurer/1?lang=en"


def test_a_proposal_is_two_clicks_from_the_code(browser: Any, address: str, proposals: Path) -> None:
    browser.get(f"{address}/concept/insurer/2?lang=en")
    find(browser, "a[href*='kind=wrong']").click()
    until(lambda: "/propose" in browser.current_url)
    find(browser, "textarea[name=comment]").send_keys("the title is old")
    find(browser, ".proposal .main-button").click()
    number = find(browser, "#kept code").text
    said = json.loads((proposals / f"proposal-{number}.json").read_bytes())
    assert (said["kind"], said["system"], said["code"], said["comment"]) == (
        "wrong",
        "insurer",
        "2",
        "the title is old",
    )


def test_the_widget_is_a_combobox_for_the_keyboard_and_for_screen_readers(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{address}/widget?lang=en")
    box = until(lambda: find(browser, "#insurer[role=combobox]"))
    assert box.get_attribute("aria-expanded") == "false"
    box.send_keys("social")
    assert until(lambda: box.get_attribute("aria-expanded") == "true")
    box.send_keys(Keys.ARROW_DOWN)
    chosen = find(browser, f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("role") == "option"
    assert chosen.get_attribute("aria-selected") == "true"
    assert chosen.find_element("xpath", "..").get_attribute("id") == box.get_attribute("aria-controls")
    assert "found" in browser.execute_script(
        "return [...document.querySelectorAll('.termserver-said')].map((one) => one.textContent).join(' ')"
    )
    box.send_keys(Keys.ENTER)
    assert "Social Security" in box.get_attribute("value")
    assert find(browser, "[name=insurer_code]").get_attribute("value") == "1"
    assert json.loads(find(browser, "#picked-coding").text)["code"] == "1"
    box.send_keys("x")  # a title that nobody picked carries no code
    assert find(browser, "[name=insurer_code]").get_attribute("value") == ""
    box.send_keys(Keys.ESCAPE)
    assert until(lambda: box.get_attribute("aria-expanded") == "false")
    assert not complaints(browser)


def test_another_origin_may_use_the_widget(browser: Any, address: str, tmp_path: Path) -> None:
    page = tmp_path / "ward.html"
    page.write_text(
        f'<!doctype html><script src="{address}/widget.js" defer></script><form><label for=a>A</label>'
        "<input id=a data-termserver data-system=insurer data-lang=en data-code-field=code></form>",
        "utf-8",
    )
    browser.get(page.as_uri())
    box = until(lambda: find(browser, "#a[role=combobox]"))
    box.send_keys("social")
    assert until(lambda: all_of(browser, "[role=option]"))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_axe_finds_no_serious_fault(browser: Any, address: str, axe: str, path: str, language: str) -> None:
    browser.get(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    find(browser, "main")
    assert serious(browser, axe) == []


@pytest.mark.parametrize("path", ["/?q=تهران", "/concept/insurer/1", "/compare?system=insurer", "/documents", "/help"])
def test_axe_finds_no_serious_fault_in_the_dark(browser: Any, address: str, axe: str, path: str) -> None:
    with dark(browser):
        browser.get(address + path)
        find(browser, "main")
        assert serious(browser, axe) == []


def test_axe_finds_no_serious_fault_in_the_open_list_and_pane(browser: Any, address: str, axe: str) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{address}/?q=تهران")
    find(browser, "#q").send_keys(Keys.ENTER)
    until(lambda: find(browser, "#detail article"))
    assert serious(browser, axe) == []
    browser.get(f"{address}/widget")
    find(browser, "#insurer").send_keys("تامین")
    until(lambda: all_of(browser, "[role=option]"))
    assert serious(browser, axe) == []
