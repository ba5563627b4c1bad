"""``autocomplete-lhc`` of the NLM, from npm as it is, driven by our search in a page of its own."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pages import all_of, complaints, find, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def autocompleter() -> str:
    """Its modules as one script; fetched from npm once and kept in ``var/``, never in the project."""
    folder = ROOT / "var" / "autocomplete-lhc"
    if not (folder / "package").is_dir():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm here to fetch autocomplete-lhc with")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", "autocomplete-lhc@20", "--silent"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"autocomplete-lhc cannot be fetched: {done.stderr[-200:]}")
        with tarfile.open(folder / done.stdout.split()[-1]) as packed:
            packed.extractall(folder, filter="data")
    package = folder / "package"
    sources = [*sorted((package / "source").glob("*.js")), package / "soundmanager" / "bonk.js"]
    modules = {path.stem: path.read_text("utf-8") for path in sources}
    wrapped = ",\n".join(
        f"{json.dumps(name)}: function (module, exports, require) {{\n{text}\n}}" for name, text in modules.items()
    )
    return (
        f"(function () {{ var modules = {{ {wrapped} }}, done = {{}};"
        " function load(path) { var name = path.split('/').pop().replace(/\\.js$/, '');"
        " if (!done[name]) { done[name] = { exports: {} };"
        " modules[name].call(done[name].exports, done[name], done[name].exports, load); }"
        " return done[name].exports; }"
        " window.Def = load('index'); })();"
    )


def test_the_autocompleter_of_the_nlm_lists_and_picks_our_codes(
    browser: Any, address: str, autocompleter: str, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    script = tmp_path / "autocompleter.js"
    script.write_text(autocompleter, "utf-8")
    page = tmp_path / "form.html"
    page.write_text(
        f"""<!doctype html><meta charset="utf-8"><title>form</title>
        <label for="insurer">Insurer</label> <input id="insurer">
        <script src="autocompleter.js"></script>
        <script>
          var url = "{address}/api/search?system=insurer&lang=en";
          var shown = {{ tableFormat: true, valueCols: [1], colHeaders: ["Code", "Name"] }};
          new Def.Autocompleter.Search("insurer", url, shown);
          Def.Autocompleter.Event.observeListSelections("insurer", function (picked) {{ window.picked = picked; }});
        </script>""",
        "utf-8",
    )
    browser.get(page.as_uri())
    box = find(browser, "#insurer")
    box.send_keys("social")
    rows = until(lambda: [row.text for row in all_of(browser, ".form_auto_complete tbody tr") if row.is_displayed()])
    assert rows, complaints(browser)
    assert "Social Security" in rows[0]
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    picked = until(lambda: browser.execute_script("return window.picked && window.picked.item_code"))
    assert picked == "1"
    assert "Social Security" in box.get_attribute("value")
