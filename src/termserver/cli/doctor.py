"""``termserver doctor``: what is installed, which edition answers, what is missing and how to mend it."""

import os
from pathlib import Path
from typing import Any

import typer

from termserver.cli import doctor_text, installation
from termserver.cli.shared import EditionPath, Json, Lang, command, spoken, write_json
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.releases import editions
from termserver.releases.shelf import Shelf
from termserver.service import TermServer


def register(app: typer.Typer) -> None:
    """Add ``doctor`` to the application."""
    command(app, "doctor", "doctor", "doctor --json")(doctor)


def doctor(edition: EditionPath = None, lang: Lang = None, json: Json = False) -> int:
    """Say what is installed, which edition answers, what is missing. Each lack with the command that mends it."""
    found = examine(edition)
    if json:
        write_json({**found, "missing": [{"what": what.as_json(), "run": run} for what, run in found["missing"]]})
    else:
        for line in doctor_text.lines(found, spoken(lang)):
            typer.echo(line)
    return 0 if found["edition"] else 4


def examine(edition: Path | None) -> dict[str, Any]:
    """Everything the doctor says, ready for JSON but for ``missing``: pairs of a text and a command."""
    here = installation.read()
    missing: list[tuple[Text, str]] = []
    for part, absent in here.missing.items():
        if absent:
            name = f"termserver[{part}]" if part else "termserver"
            names = ", ".join(absent)
            missing.append((Text(f"نصب نیست: {names}", f"not installed: {names}"), f"pip install '{name}'"))
    found: dict[str, Any] = {
        "termserver": here.termserver,
        "python": here.python,
        "platform": here.platform,
        "checkout": str(here.checkout) if here.checkout else None,
        "libraries": here.libraries,
        "extras": {extra: not here.missing[extra] for extra in installation.EXTRAS},
        "edition": None,
        "content": {},
        "shelf": _shelf(),
        "missing": missing,
    }
    try:
        with TermServer.open(edition) as server:
            found["edition"] = {**server.edition.as_json(), "from": _from(edition)}
            found["content"] = _content(server, missing)
            stale = _stale(server, here.checkout)
            if stale:
                missing.append((stale, "termserver release build"))
    except TermserverError as error:
        missing.append((error.text, "termserver release build" if here.checkout else "termserver release install FILE"))
    return found


def _from(edition: Path | None) -> str:
    """Which of the places that an edition is looked for in had it."""
    if edition is not None:
        return str(edition)
    said = os.environ.get("TERMSERVER_EDITION")
    if said:
        return f"TERMSERVER_EDITION={said}"
    shelf = Shelf()
    return str(shelf.edition_file if shelf.edition_file.is_file() else editions.SHIPPED / editions.EDITION_FILE)


def _shelf() -> dict[str, Any]:
    try:
        shelf = Shelf()
        return {
            "folder": str(shelf.folder),
            "releases": [
                {**one.pin.as_json(), "current": one.current, "problem": one.problem or None}
                for one in shelf.installed()
            ],
        }
    except TermserverError as error:
        return {"folder": None, "releases": [], "problem": error.text.as_json()}


def _content(server: TermServer, missing: list[tuple[Text, str]]) -> dict[str, Any]:
    systems = [server.describe(system) for system in server.systems()]
    by_content: dict[str, int] = {}
    for system in systems:
        by_content[system["content"]] = by_content.get(system["content"], 0) + 1
    absent = [system["id"] for system in systems if system["content"] == "not-present"]
    if "icd10" in absent and not any(system["id"] == "icd10cm" for system in systems):
        what = Text("ICD-10 نیست؛ برای جست‌وجو جایگزینی هم نیست", "ICD-10 is not here, nor a stand-in to search")
        missing.append((what, "termserver import icd10cm"))
    if not any(pin.name == "drugs" for pin in server.edition.releases):
        what = Text("فهرست دارو بارگذاری نشده است", "the drug list is not loaded")
        missing.append((what, "termserver import drugs SHEET.csv …"))
    return {
        "systems": by_content,
        "concepts": sum(system["concepts"] for system in systems),
        "not_present": absent,
        "stand_ins": {system["id"]: system["stands_in_for"] for system in systems if system["stands_in_for"]},
        "document_types": [f"{known.id} {known.version}" for known in server.document_types()],
    }


def _stale(server: TermServer, checkout: Path | None) -> Text | None:
    """Whether the folders of the checkout are younger than the release that was made of them."""
    if checkout is None:
        return None
    built = max((release.path.stat().st_mtime for release in server.releases), default=0.0)
    for folder in ("codesystems", "schemas", "validators"):
        for path in sorted((checkout / folder).rglob("*")):
            if path.is_file() and path.stat().st_mtime > built:
                name = path.relative_to(checkout).as_posix()
                return Text(f"{name} از انتشار کنونی تازه‌تر است", f"{name} is younger than the release in use")
    return None
