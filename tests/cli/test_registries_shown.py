"""What the registries are for, with real files and real processes: loads with reports, a judgement that stays."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.model.days import to_jalali

pytestmark = pytest.mark.slow

DOCTOR, SUSPENDED_FROM = "100101", "2026-11-05"
DAY_BEFORE = "2026-11-04"


@pytest.fixture
def termserver(standards: Path, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[bytes]"]:
    """The command line, each run a process of its own, over a shelf that has the standards."""
    environment = {**os.environ, "TERMSERVER_SHELF": str(tmp_path / "shelf"), "TERMSERVER_LANG": "en"}
    for name in ("TERMSERVER_EDITION", "TERMSERVER_DATABASE_URL"):
        environment.pop(name, None)

    def run(*arguments: str | Path, status: int = 0) -> "subprocess.CompletedProcess[bytes]":
        command = [sys.executable, "-m", "termserver", *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, cwd=tmp_path, check=False)
        assert done.returncode == status, done.stderr.decode() + done.stdout.decode()[:2000]
        return done

    run("release", "install", standards, "--use")
    return run


def loaded(run: Any, registry: str, file: Path, folder: Path, *more: str) -> dict[str, Any]:
    """Load a file with its three reports; what the command says of it, once all three are right."""
    base = folder / f"{registry}-{file.stem}"
    reports = [f"{base}.{ending}" for ending in ("html", "xlsx", "json")]
    done = run("registry", "load", registry, file, *[f"--report={one}" for one in reports], *more, "--json")
    said: dict[str, Any] = json.loads(done.stdout)
    html, xlsx, told = (Path(one).read_bytes() for one in reports)
    assert file.name in html.decode() and 'dir="ltr"' in html.decode()
    assert xlsx.startswith(b"PK")
    assert json.loads(told)["rows"] == said["rows"]
    assert sum(said["rows"][verdict] for verdict in ("accepted", "warning", "rejected")) == said["rows"]["read"]
    return said


def test_the_real_sheets_and_the_synthetic_tables_load_with_their_reports(
    termserver: Any, shared: Path, tmp_path: Path
) -> None:
    data = shared / "data"
    physicians = loaded(termserver, "physicians", data / "physicians_synthetic.csv", tmp_path)
    centres = loaded(termserver, "centres", data / "centres_synthetic.csv", tmp_path)
    assert (physicians["rows"]["read"], centres["rows"]["read"]) == (300, 200)
    assert physicians["rows"]["rejected"] == centres["rows"]["rejected"] == 0

    chemical = loaded(termserver, "irc", data / "drug_sheet_chemical.csv", tmp_path)
    natural = loaded(termserver, "irc", data / "drug_sheet_natural.csv", tmp_path, "--delta")
    assert (chemical["rows"]["read"], natural["rows"]["read"]) == (29_454, 3_380)
    rules = {rule["rule"]: rule["rows"] for rule in chemical["rules"]}
    assert (
        rules["gtin.collision"] == 979
    )  # one package code, two drugs: two slips of the sheet, and what follows of them
    assert rules["value.check-digit"] == 15
    assert natural["after"]["entries"] == chemical["after"]["entries"] + natural["changes"]["added"]
    termserver("registry", "snapshot", "irc")
    found = json.loads(termserver("lookup", "irc", "9154715040124503", "--json").stdout)
    assert found["display_en"] == "ACA TABLET ORAL 162.5 mg/32.5 mg/325 mg"


def test_the_sample_nation_loads_and_lives_through_its_days(termserver: Any, tmp_path: Path) -> None:
    nation = tmp_path / "nation"
    termserver("sample", "--small", "--days", "12", "-o", nation)
    for registry in ("centres", "physicians", "software", "generic", "erx", "irc", "gtin"):
        said = loaded(termserver, registry, nation / "full" / f"{registry}.ndjson", tmp_path)
        assert said["status"] == "applied"
        assert said["rows"]["rejected"] == 0, said["rules"]
    cursors = {}
    days = sorted((nation / "daily").iterdir())
    for day in days[:3]:
        for file in sorted(day.iterdir()):
            said = loaded(termserver, file.stem, file, tmp_path, "--delta", f"--day={day.name}")
            assert said["status"] == "applied" and said["rows"]["rejected"] == 0, said["rules"]
            assert said["after"]["cursor"] > cursors.get(file.stem, 0)
            cursors[file.stem] = said["after"]["cursor"]
    made = json.loads(termserver("registry", "snapshot", "physicians", "--complete", "--json").stdout)
    assert made["entries"] >= 2_000
    asked = tmp_path / "numbers.csv"
    asked.write_text("number,date\n99000000,2026-11-21\n1,2026-11-21\n", "utf-8")
    lines = termserver("registry", "verify", "physicians", asked, status=1).stdout.decode().splitlines()
    assert [line.split(",")[3] for line in lines[1:]] == ["valid", "unknown"]


def physician(*suspended: dict[str, str]) -> dict[str, Any]:
    licence = {"number": "1-100101", "kind": "practice", "issuer": "نمونه"}
    facts: list[dict[str, Any]] = [
        {"code": "number", "value": DOCTOR},
        {"code": "group", "value": "physician"},
        {"code": "licence", "value": licence, "period": {"start": "2015-01-01", "end": "2030-01-01"}},
    ]
    facts += [{"code": "suspended", "value": {"reason": "disciplinary"}, "period": one} for one in suspended]
    return {"code": DOCTOR, "display": {"fa": "فرد نمونه"}, "properties": facts}


def on(document: bytes, day: str) -> bytes:
    """The prescription as it would have been written on another day: its first two dates after the birthday."""
    year, month, date = to_jalali(day)
    was = to_jalali(SUSPENDED_FROM)
    old, new = (
        b"<VM:Year>%d</VM:Year>\n        <VM:Month>%d</VM:Month>\n        <VM:Day>%d</VM:Day>" % one
        for one in (was, (year, month, date))
    )
    assert document.count(old) == 2
    return document.replace(old, new)


def test_a_suspension_counts_on_its_day_and_the_first_judgement_can_be_replayed(
    termserver: Any, tmp_path: Path
) -> None:
    def load(entry: dict[str, Any], *more: str) -> None:
        file = tmp_path / f"physicians-{len(list(tmp_path.glob('physicians-*')))}.ndjson"
        file.write_text(json.dumps(entry, ensure_ascii=False) + "\n", "utf-8")
        termserver("registry", "load", "physicians", file, *more)

    def judged(name: str, report: str, status: int) -> list[tuple[str, str]]:
        termserver("validate", name, "--output", f"json:{report}", status=status)
        said = json.loads((tmp_path / report).read_bytes())["reports"][0]
        return [(one["layer"], one["rule"]) for one in said["findings"] if one["severity"] == "error"]

    document = termserver("example", "medication-prescription").stdout
    (tmp_path / "on-the-day.xml").write_bytes(document)
    (tmp_path / "a-day-earlier.xml").write_bytes(on(document, DAY_BEFORE))

    load(physician({"start": SUSPENDED_FROM, "end": "2027-01-01"}))
    first = json.loads(termserver("registry", "snapshot", "physicians", "--complete", "--json").stdout)

    # on the day it is rejected, by the registry and by nothing else; a day earlier it is accepted
    errors = judged("on-the-day.xml", "first.json", status=1)
    assert errors and {layer for layer, _ in errors} == {"registry"}
    assert judged("a-day-earlier.xml", "earlier.json", status=0) == []

    # the court quashes the suspension: it never held
    load(physician(), "--delta")
    second = json.loads(termserver("registry", "snapshot", "physicians", "--complete", "--json").stdout)
    assert second["release"]["digest"] != first["release"]["digest"]
    assert second["changes"] == 1
    assert judged("on-the-day.xml", "corrected.json", status=0) == []

    # what was judged then is judged so again, byte for byte, by the first edition
    before = (tmp_path / "first.json").read_bytes()
    replayed = json.loads(termserver("replay", "first.json", "--json", "-o", "again.json").stdout)
    assert replayed["identical"] is True
    assert (tmp_path / "again.json").read_bytes() == before
    assert first["release"]["digest"] in before.decode()

    # and the store can still say what it said
    history = json.loads(termserver("registry", "history", "physicians", DOCTOR, "--json").stdout)
    told = [sum(fact["code"] == "suspended" for fact in one["entry"]["properties"]) for one in history]
    assert told == [1, 0]
