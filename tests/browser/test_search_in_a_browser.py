"""The coder's box in a real browser, served by the real server: type, see, choose, with the keyboard alone."""

from typing import Any

import pytest
from pages import all_of, complaints, dark, find, focused, kept, screen, until, without_script

PAGES = (
    "/",
    "/?q=تهران",
    "/concept/insurer/1",
    "/browse",
    "/browse/country-divisions",
    "/compare?system=insurer",
    "/basket?c=insurer|1",
    "/propose",
    "/help",
    "/widget",
)


@pytest.fixture(autouse=True)
def clean(browser: Any, address: str) -> None:
    """A browser that keeps nothing yet."""
    browser.get(f"{address}/static/icon.svg")
    browser.execute_script("localStorage.clear()")


def typed(browser: Any, address: str, text: str, path: str = "/") -> Any:
    browser.get(address + path)
    box = find(browser, "#q")
    box.send_keys(text)
    until(lambda: all_of(browser, "#hits .hit"))
    return box


def test_hits_appear_while_typing_and_a_choice_shows_the_concept(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    box = typed(browser, address, "تامین")
    first = find(browser, "#hits li[data-system=insurer]")
    assert first.get_attribute("data-code") == "1"
    box.send_keys(Keys.ARROW_DOWN)
    assert focused(browser).find_element("xpath", "..").get_attribute("data-code") == "1"
    focused(browser).send_keys(Keys.ENTER)
    heading = find(browser, "#detail h2")
    assert "تامین اجتماعی" in heading.text
    assert until(lambda: focused(browser).get_attribute("id") == "detail")  # to be read, and its buttons reached
    focused(browser).send_keys("b")
    assert [one["code"] for one in kept(browser, "basket")] == ["1"]
    focused(browser).send_keys(Keys.ESCAPE)
    assert focused(browser).find_element("xpath", "..").get_attribute("data-code") == "1"
    assert browser.find_element("tag name", "html").get_attribute("dir") == "rtl"
    assert not complaints(browser)


def test_the_first_hit_is_painted_within_a_tenth_of_a_second(browser: Any, address: str) -> None:
    browser.get(address)
    find(browser, "#q")
    took = browser.execute_async_script(
        """
        const done = arguments[0];
        const box = document.getElementById("q");
        const answer = document.getElementById("answer");
        const times = [];
        const texts = ["ت", "تا", "تام", "تامی", "تامین", "تامین ا", "تامین اج", "تامین اجت", "تامین اجتم"];
        const next = () => {
          if (!texts.length) return done(times);
          const start = performance.now();
          const watch = new MutationObserver(() => {
            if (!answer.querySelector(".hit")) return;
            watch.disconnect();
            requestAnimationFrame(() => setTimeout(() => {
              times.push(performance.now() - start);
              setTimeout(next, 50);
            }));
          });
          watch.observe(answer, { childList: true, subtree: true });
          box.value = texts.shift();
          box.dispatchEvent(new Event("input", { bubbles: true }));
        };
        next();
        """
    )
    assert len(took) == 9
    assert sorted(took)[len(took) // 2] < 100, took


def test_arrows_move_among_the_hits_and_escape_leads_back(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    box = typed(browser, address, "تهران")
    codes = [hit.get_attribute("data-code") for hit in all_of(browser, ".hit")]
    assert len(codes) > 2

    def here() -> str:
        return str(focused(browser).find_element("xpath", "..").get_attribute("data-code"))

    box.send_keys(Keys.ARROW_DOWN)
    assert here() == codes[0]
    focused(browser).send_keys(Keys.ARROW_DOWN)
    assert here() == codes[1]
    # what is passed over slowly enough is shown beside the list
    assert until(lambda: find(browser, "#detail article").get_attribute("data-code") == codes[1])
    focused(browser).send_keys(Keys.ARROW_UP)
    focused(browser).send_keys(Keys.ARROW_UP)
    assert focused(browser).get_attribute("id") == "q"
    focused(browser).send_keys(Keys.END, Keys.ARROW_DOWN, Keys.ESCAPE)
    assert focused(browser).get_attribute("id") == "q"
    focused(browser).send_keys(Keys.ESCAPE)  # the pane
    assert until(lambda: not find(browser, "#detail").is_displayed())
    focused(browser).send_keys(Keys.ESCAPE)  # the words
    assert until(lambda: not all_of(browser, ".hit"))
    assert find(browser, "#front").is_displayed()


def test_a_slash_leads_to_the_box_and_a_letter_picks(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    box = typed(browser, address, "تامین")
    box.send_keys(Keys.ARROW_DOWN)
    focused(browser).send_keys("b")
    assert [(one["system"], one["code"]) for one in kept(browser, "basket")] == [("insurer", "1")]
    assert find(browser, "#tally").text in ("1", "۱")
    focused(browser).send_keys("b")
    assert kept(browser, "basket") == []
    focused(browser).send_keys("p")
    assert [one["code"] for one in kept(browser, "pinned")] == ["1"]
    focused(browser).send_keys("/")
    assert focused(browser).get_attribute("id") == "q"
    focused(browser).send_keys("b")  # in the box it is a letter
    assert kept(browser, "basket") == []


def test_why_a_hit_stands_where_it_does_is_one_key_away(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    typed(browser, address, "تامین").send_keys(Keys.ARROW_DOWN)
    why = find(browser, ".hit .why")
    assert not why.is_displayed()
    focused(browser).send_keys("e")
    assert why.is_displayed()
    assert why.text


def test_pins_and_recent_codes_wait_on_the_first_page(browser: Any, address: str) -> None:
    browser.get(f"{address}/concept/insurer/2")
    find(browser, "[data-do=pin]").click()
    browser.get(f"{address}/concept/gender/1")
    browser.get(address)
    shelves = until(lambda: [one.text for one in all_of(browser, "#kept section")])
    assert len(shelves) == 2
    assert "خدمات درمانی" in shelves[0]
    assert "مرد" in shelves[1] or "مذکر" in shelves[1]


def test_one_system_is_left_by_a_click_on_its_count(browser: Any, address: str) -> None:
    typed(browser, address, "تامین")
    before = len(all_of(browser, ".hit"))
    find(browser, ".facets a[data-system=insurer]").click()
    assert until(lambda: 0 < len(all_of(browser, ".hit")) < before)
    assert {hit.get_attribute("data-system") for hit in all_of(browser, ".hit")} == {"insurer"}
    assert find(browser, "#system").get_attribute("value") == "insurer"
    assert "system=insurer" in browser.current_url


def test_a_value_set_is_kept_to_by_the_page_its_address_and_the_way_back(browser: Any, address: str) -> None:
    typed(browser, address, "تهران")
    assert any(len(hit.get_attribute("data-code")) > 2 for hit in all_of(browser, ".hit"))
    find(browser, ".more-filters summary").click()
    find(browser, "[name=value_set] option[value=province]").click()

    def provinces_alone() -> bool:
        hits = [(hit.get_attribute("data-system"), hit.get_attribute("data-code")) for hit in all_of(browser, ".hit")]
        return bool(hits) and all(system == "country-divisions" and len(code) == 2 for system, code in hits)

    assert until(provinces_alone)
    assert "value_set=province" in browser.current_url
    browser.get(browser.current_url)  # as it is sent to a colleague
    assert provinces_alone()
    browser.get(f"{address}/help")
    browser.back()
    assert until(provinces_alone)
    assert find(browser, "[name=value_set]").get_attribute("value") == "province"
    assert find(browser, ".more-filters").get_attribute("open") is not None


def test_the_box_says_when_nothing_is_found(browser: Any, address: str) -> None:
    browser.get(f"{address}/?lang=en")
    find(browser, "#q").send_keys("qqxzqqxz")
    assert until(lambda: find(browser, "#count").text.startswith("Nothing found"))
    assert "kind=missing" in find(browser, ".missing a").get_attribute("href")


def test_the_language_is_switched_where_one_is(browser: Any, address: str) -> None:
    typed(browser, address, "تامین")
    find(browser, "#language").click()
    assert until(lambda: browser.find_element("tag name", "html").get_attribute("dir") == "ltr")
    assert find(browser, "#q").get_attribute("value") == "تامین"
    assert "Social Security" in find(browser, ".hit .name").text
    assert all_of(browser, ".hit")


def test_everything_is_there_without_a_script(browser: Any, address: str) -> None:
    from selenium.webdriver.common.keys import Keys

    with without_script(browser):
        browser.get(address)
        find(browser, "#q").send_keys("تامین", Keys.ENTER)
        assert until(lambda: all_of(browser, ".hit"))
        assert not [one for one in all_of(browser, "button[data-do], .turn, #theme") if one.is_displayed()]
        find(browser, ".hit[data-system=insurer] > a").click()
        assert until(lambda: "تامین اجتماعی" in find(browser, "h1").text)
        find(browser, ".elsewhere a").click()
        assert until(lambda: "/concept/insurer/1" not in browser.current_url)
        browser.get(f"{address}/browse/country-divisions")
        find(browser, ".tree a").click()
        assert until(lambda: find(browser, ".tree a[aria-current]"))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_on_a_telephone_nothing_is_wider_than_the_screen(browser: Any, address: str, path: str, language: str) -> None:
    with screen(browser, 360):
        browser.get(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        find(browser, "main")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 361


def test_on_a_telephone_a_hit_leads_to_its_own_page(browser: Any, address: str) -> None:
    with screen(browser, 360):
        typed(browser, address, "تامین")
        find(browser, ".hit > a").click()
        assert until(lambda: "/concept/insurer/1" in browser.current_url)


def test_light_and_dark_follow_the_system_and_then_the_switch(browser: Any, address: str) -> None:
    def paper() -> int:
        said = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        return int(said.partition("(")[2].split(",")[0])

    browser.get(address)
    assert paper() > 200
    with dark(browser):
        browser.get(address)
        assert paper() < 60
        find(browser, "#theme").click()
        assert paper() > 200
        browser.get(f"{address}/help")
        assert paper() > 200  # the choice is kept


def test_little_is_transferred_on_the_first_load(browser: Any, address: str) -> None:
    browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.get(address)
    find(browser, "#q")
    sizes = browser.execute_script(
        """
        const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
        return all.map((one) => [one.name, one.transferSize]);
        """
    )
    assert all(name.startswith(address) for name, _ in sizes)
    assert sum(size for _, size in sizes) < 60_000, sizes
