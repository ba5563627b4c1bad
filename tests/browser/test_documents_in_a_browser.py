"""The documents page in a real browser: paste or drop, and the findings stand beside their lines."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pages import until

from termserver.service import TermServer


@pytest.fixture(scope="module")
def bad_bill(server: TermServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic bill with faults in several lines, and a text in it that would like to be markup."""
    document = server.example("patient-bill", "xml")
    document = document.replace(b'Coded_string="2"', b'Coded_string="77"', 2).replace(
        b"<VM:Month>", b"<VM:Month><!-- <script>document.title = 1</script> -->9", 1
    )
    path = tmp_path_factory.mktemp("documents") / "bad-bill.xml"
    path.write_bytes(document)
    return path


def shot(browser: Any, name: str) -> None:
    if folder := os.environ.get("TERMSERVER_SCREENSHOTS"):
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def complaints(browser: Any) -> list[Any]:
    return [e for e in browser.get_log("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_chosen_file_is_judged_and_its_findings_stand_beside_their_lines(
    browser: Any, address: str, bad_bill: Path, language: str
) -> None:
    browser.get(f"{address}/documents?lang={language}")
    shot(browser, f"documents-empty-{language}")
    browser.find_element("id", "file").send_keys(str(bad_bill))  # the script sends it off at once
    verdict = browser.find_element("css selector", "#result.rejected")
    assert "bad-bill.xml" in verdict.text
    first = browser.find_element("css selector", ".row.noted ul li")
    line, note = browser.find_element("css selector", ".row.noted > code"), first
    assert abs(line.location["y"] - note.location["y"]) < 60
    beside = line.location["x"] + line.size["width"] <= note.location["x"] + 1
    assert beside
    assert "<script>" not in browser.title
    shot(browser, f"documents-{language}")
    assert not complaints(browser)


def test_on_a_telephone_nothing_is_wider_than_the_screen(browser: Any, address: str, bad_bill: Path) -> None:
    before = browser.get_window_size()
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    )
    try:
        for language in ("fa", "en"):
            browser.get(f"{address}/documents?lang={language}")
            browser.find_element("id", "file").send_keys(str(bad_bill))
            browser.find_element("css selector", "#result.rejected")
            shot(browser, f"documents-telephone-{language}")
            assert browser.execute_script("return document.documentElement.scrollWidth") <= 391
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.set_window_size(before["width"], before["height"])


def test_a_pasted_document_is_judged_by_the_keyboard_alone(browser: Any, address: str, server: TermServer) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{address}/documents?lang=en&example=patient-bill")
    box = browser.find_element("id", "text")
    assert box.get_attribute("value").startswith("<?xml")
    box.send_keys(Keys.CONTROL, Keys.ENTER)
    assert "Accepted" in browser.find_element("css selector", "#result.accepted").text
    shot(browser, "documents-accepted-en")
    assert browser.switch_to.active_element.get_attribute("id") == "said"


def test_a_dropped_file_is_judged(browser: Any, address: str) -> None:
    browser.get(f"{address}/documents?lang=en")
    browser.execute_script(
        """
        const held = new DataTransfer();
        held.items.add(new File(["<a><b></a>"], "dropped.xml"));
        document.dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
        """
    )
    assert "dropped.xml" in browser.find_element("id", "result").text


def test_an_objection_is_downloaded_without_a_value_of_the_document(
    browser: Any, address: str, bad_bill: Path, tmp_path: Path
) -> None:
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.get(f"{address}/documents?lang=en")
    browser.find_element("id", "file").send_keys(str(bad_bill))
    browser.find_element("css selector", "li.error input[type=checkbox]").click()
    browser.find_element("css selector", "details summary").click()
    browser.find_element("id", "comment").send_keys("the list has it")
    shot(browser, "documents-objection-en")
    browser.find_element("css selector", "#objection button").click()
    made = tmp_path / "termserver-objection.json"
    until(made.exists, 30)
    said = json.loads(made.read_bytes())
    assert said["comment"] == "the list has it"
    assert len(said["findings"]) == 1
    assert "bad-bill" not in made.read_text("utf-8")
