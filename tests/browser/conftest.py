"""A real browser, and the real server in a process of its own."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import served

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder needs a browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if not (CHROMIUM and DRIVER):
                item.add_marker(pytest.mark.skip(reason="no chromium with chromedriver here; run: make browser"))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf with a former release: two insurers were called otherwise, one was not known, one is gone since."""
    from termserver.build import build_release
    from termserver.content.folders import read
    from termserver.model.codes import CodeSystemContent, Concept
    from termserver.model.text import Text
    from termserver.model.values import replace
    from termserver.releases.shelf import Shelf

    (insurers,) = (content for content in read(ROOT).systems if content.system.id == "insurer")
    first, second, _, *others = insurers.concepts
    former = (
        replace(first, display=Text("سازمان تأمین اجتماعی", first.display.en)),
        replace(second, display=Text(second.display.fa, "Medical Services")),
        *others,
        Concept("99", Text("بیمهٔ پیشین", "Former insurer")),
    )
    folder = tmp_path_factory.mktemp("former")
    content = CodeSystemContent(replace(insurers.system, version="2025-11-21"), former)
    build_release([content], folder / "former.release", "standards", "2025.11")
    shelf = Shelf(folder / "shelf")
    shelf.install(folder / "former.release")
    return shelf.folder


@pytest.fixture(scope="session")
def proposals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps what readers propose."""
    return tmp_path_factory.mktemp("proposals")


@pytest.fixture(scope="session")
def address(standards: Path, shelf: Path, proposals: Path) -> Iterator[str]:
    """The address of a server in a process of its own."""
    places = {**os.environ, "TERMSERVER_SHELF": str(shelf), "TERMSERVER_PROPOSALS": str(proposals)}
    with served("--edition", str(standards), env=places) as base:
        yield base


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, fetched from npm once and kept in ``var/``, never in the project."""
    folder = ROOT / "var" / "axe"
    script = folder / "axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm here to fetch axe-core with")
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([npm, "pack", "axe-core@4", "--silent"], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"axe-core cannot be fetched: {done.stderr[-200:]}")
        with tarfile.open(folder / done.stdout.split()[-1]) as packed:
            held = packed.extractfile("package/axe.min.js")
            assert held is not None
            script.write_bytes(held.read())
    return script.read_text("utf-8")
