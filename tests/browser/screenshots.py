"""The pictures of the README, taken from a running server: ``python tests/browser/screenshots.py ADDRESS FOLDER``.

Needs chromium with chromedriver, and an edition with ICD-10-CM and the sample registries, as `make serve` has it; what
was before is told where the shelf holds a former release of the standards. Pillow, where it is, makes the files small.
"""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pages import dark, find, focused, screen, until


def main(address: str, folder: Path) -> None:
    from selenium import webdriver
    from selenium.webdriver.common.keys import Keys

    with TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium") or shutil.which("chromium-browser"))
        size, own = "--window-size=1280,900", f"--user-data-dir={profile}"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, own):
            options.add_argument(argument)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        browser.implicitly_wait(5)

        def search() -> None:
            find(browser, "#q").send_keys(Keys.ARROW_DOWN)
            until(lambda: find(browser, "#detail article"))

        def basket() -> None:
            items = [
                {"system": "icd10cm", "code": "E11.9", "en": "Type 2 diabetes mellitus without complications"},
                {"system": "icd10cm", "code": "I10", "en": "Essential (primary) hypertension"},
                {"system": "insurer", "code": "1", "fa": "تامین اجتماعی", "en": "Social Security Organization (TAMIN)"},
            ]
            browser.execute_script("localStorage.setItem('termserver.basket', JSON.stringify(arguments[0]))", items)
            browser.refresh()
            until(lambda: "ICD-10-CM" in find(browser, "#picked").text)

        def widget() -> None:
            find(browser, "#diagnosis").send_keys("diab typ")
            until(lambda: find(browser, "[role=option]"))
            focused(browser).send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)

        def nothing() -> None:
            find(browser, "main")

        def take(name: str, path: str, do: Callable[[], None] = nothing) -> None:
            browser.get(address + path)
            do()
            time.sleep(0.5)
            keep(browser, folder / f"{name}.png")

        try:
            take("search", "/?q=دیابت نوع ۲", search)
            take("concept", "/concept/icd10cm/E11")
            take("elsewhere", "/concept/insurer/1")
            take("compare", "/compare?system=insurer")
            take("basket", "/basket", basket)
            take("help-en", "/help?lang=en")
            take("widget", "/widget?lang=en", widget)
            take("registry-entry", "/registries/physicians/99000870")
            with dark(browser):
                take("dark-en", "/?q=heart attack&lang=en", search)
            with screen(browser, 360):
                take("telephone", "/?q=دیابت نوع ۲")
        finally:
            browser.quit()


def keep(browser: Any, path: Path) -> None:
    browser.save_screenshot(str(path))
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as taken:
        picture = taken.convert("RGB")
    # the colours that are there most, as they are; the rest are the soft edges of letters
    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)[:200]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted for part in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
