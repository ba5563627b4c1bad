"""The pictures of the committee's desk: ``python tests/browser/desk_pictures.py FOLDER``.

The project's own lists with a synthetic committee: what is proposed, said and decided here is invented.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pages import find, screen, until
from screenshots import keep

from termserver.build import build_release
from termserver.content.folders import read
from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.model.text import Text
from termserver.publication.changesets import ChangeSet, copy_content
from termserver.publication.committee import Committee
from termserver.publication.editing import CodeList

RULES = "validators/patient-bill/1.0/ruleset.yaml"
STAGES = """  severity_from:
  - {from: '2027-01-21', severity: warning}
  - {from: '2027-06-22', severity: error}
"""
WARDS = {
    "036": ("", "Cardiac intensive care"),
    "711": ("", "Diagnostic laboratory and blood bank", "retired", "2027-03-20", "703"),
}
NEW_WARDS = (("024", "مراقبت‌های ویژهٔ نوزادان", "Neonatal intensive care"), ("038", "بخش سوختگی", "Burns"))


def fill(committee: Committee, release: Path) -> None:
    """Proposals in every state, made over a few weeks."""
    first = propose(committee, "coder-2", "2026-10-11T07:10:00Z", "admission-type", Text(
        "پذیرش «سرپایی ویژهٔ آنفلوانزا»", "Admission: influenza outpatient"),
        {}, [("9", "سرپایی ویژهٔ آنفلوانزا", "Influenza outpatient")], emergency=True)  # fmt: skip
    for who in ("chair", "member-4"):
        committee.act(first, who, "2026-10-28T09:00:00Z", "approve", committee.proposal(first).digest)
    committee.release(first, "secretary", "2026-10-29T06:30:00Z", release)

    ready = propose(committee, "coder-3", "2026-11-02T08:05:00Z", "insurance-box", Text(
        "صندوق «سایر اقشار» و «ایرانیان»", "Boxes: other groups, and Iranians"),
        {}, [("26.7", "سایر اقشار", "Other groups"), ("26.9", "ایرانیان", "Iranians")])  # fmt: skip
    committee.act(ready, "member-2", "2026-11-03T10:20:00Z", "review")
    for n, who in enumerate(("chair", "secretary", "member-1", "member-2", "member-3", "member-5", "member-8")):
        committee.act(ready, who, f"2026-11-0{4 + n // 2}T1{n}:15:00Z", "approve", committee.proposal(ready).digest)
    committee.act(ready, "secretary", "2026-11-09T06:00:00Z", "schedule", activate_at="2026-12-21T20:30:00Z")

    wards = propose(committee, "coder-1", "2026-11-16T07:42:00Z", "ward-type", Text(
        "بخش‌های ویژهٔ نوزادان و سوختگی", "Neonatal intensive care and burns wards"), WARDS, NEW_WARDS)  # fmt: skip
    committee.act(wards, "member-1", "2026-11-17T09:31:00Z", "comment", item="ward-type 711",
                  reason="آزمایشگاه‌های مستقل هنوز 711 می‌فرستند؛ تا پایان سال فرصت بدهیم.")  # fmt: skip
    committee.act(wards, "coder-1", "2026-11-17T11:05:00Z", "comment", item="ward-type 711",
                  reason="روز پایان 1405/12/29 گذاشته شد.")  # fmt: skip
    committee.act(wards, "member-1", "2026-11-18T06:12:00Z", "review")
    for n, who in enumerate(("secretary", "member-1", "member-3", "member-6")):
        committee.act(wards, who, f"2026-11-1{8 + n // 3}T1{n}:40:00Z", "approve", committee.proposal(wards).digest)

    propose(committee, "coder-2", "2026-11-20T08:20:00Z", "specialty", Text(
        "نام یکسان دو تخصص اصلاح شود", "Two specialties of one name"),
        {"171141": ("متخصص پاتولوژی", ""), "171189": ("متخصص پاتولوژی", "")})  # fmt: skip
    propose(committee, "chair", "2026-11-21T12:00:00Z", "ward-type", Text(
        "بخش مراقبت تسکینی", "Palliative care ward"), {}, [("420", "مراقبت تسکینی", "Palliative care")])  # fmt: skip


def propose(
    committee: Committee, who: str, at: str, list: str, title: Text, edited: dict[str, tuple[str, ...]],
    added: Any = (), emergency: bool = False,
) -> int:  # fmt: skip
    known = CodeList(committee.root, list)
    rows = {}
    for code, said in edited.items():
        cells = [*known.rows[code]]
        for at_column, text in zip((1, 2, 4, 6, 7), said, strict=False):
            cells[at_column] = text or cells[at_column]
        rows[code] = tuple(cells)
    new = [(code, fa, en, "", "", "", "", "", "") for code, fa, en in added]
    changes: ChangeSet = known.with_rows(rows, new)
    number = committee.propose(who, at, "code-list", title, changes, emergency).number
    committee.check(number, at)
    return number


@contextmanager
def served(folder: Path, *seats: str) -> Iterator[str]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "termserver", "serve", "--port", str(port), "--judges", "0"]
    command += ["--edition", str(folder / "standards.release"), "--desk", str(folder / "committee.db")]
    command += ["--root", str(folder / "content"), *(part for seat in seats for part in ("--as", seat))]
    environment = {**os.environ, "TERMSERVER_SHELF": str(folder / "shelf")}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/desk"
    finally:
        process.terminate()
        process.wait(10)


def main(pictures: Path) -> None:
    from selenium import webdriver

    root = Path(__file__).resolve().parents[2]
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "content").mkdir()
        copy_content(root, folder / "content")
        rules = (folder / "content" / RULES).read_text("utf-8")
        rules = rules.replace("  severity: error\n", "  severity: error\n" + STAGES, 1)
        (folder / "content" / RULES).write_text(rules, "utf-8")
        build_release(read(folder / "content"), folder / "standards.release", "standards", "1405.1")
        with ProposalStore.open(folder / "committee.db") as store:
            fill(Committee(store, read_governance(folder / "content"), folder / "content"), folder / "first.release")
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium") or shutil.which("chromium-browser"))
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--window-size=1280,1000", f"--user-data-dir={folder / 'profile'}"):  # fmt: skip
            options.add_argument(argument)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        browser.implicitly_wait(5)
        try:
            with served(folder, "member-2") as desk:
                for name, path in (("desk", ""), ("desk-proposal", "/proposals/3"), ("desk-calendar", "/calendar"),
                                   ("desk-proposal-en", "/proposals/4?lang=en")):  # fmt: skip
                    browser.get(desk + path)
                    time.sleep(0.4)
                    keep(browser, pictures / f"{name}.png")
                with screen(browser, 360):
                    browser.get(f"{desk}/proposals/3")
                    time.sleep(0.4)
                    keep(browser, pictures / "desk-telephone.png")
            with served(folder, "coder-1") as desk:
                browser.get(f"{desk}/lists/ward-type?proposal=3")
                for name, text in (("code.n1", "39"), ("display_fa.n1", "بخش پيوند"), ("display_en.n1", "Transplant")):
                    find(browser, f"[name='{name}']").send_keys(text)
                until(lambda: "label.not-persian" in find(browser, "#says-n1").text)
                time.sleep(0.4)
                keep(browser, pictures / "desk-editor.png")
        finally:
            browser.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
