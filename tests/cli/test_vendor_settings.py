"""A vendor's settings, waivers, lock and replay: what was judged by what can be said, and done again."""

import datetime
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver import __version__
from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.days import Period
from termserver.model.values import replace
from termserver.releases.shelf import Shelf

Run = Callable[..., Any]
WAIVER = """
waivers:
  - rule: {rule}
    reason: the new HIS comes in spring
    expires: {expires}
{more}"""
FAR, PAST = "2099-12-29", "2020-01-01"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path, bill: bytes) -> Path:
    """A vendor's folder: one bill that is right, one with a gender that is not; the working folder."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "right.xml").write_bytes(bill)
    wrong = root / "validators/patient-bill/1.0/examples/invalid/code.unknown.xml"
    (tmp_path / "out" / "wrong.xml").write_bytes(wrong.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(here: Path, text: str) -> None:
    (here / ".termserver.yaml").write_text(text, "utf-8")


def waiver(rule: str = "code.unknown", expires: str = FAR, **more: str) -> str:
    said = "".join(f'    {key}: "{value}"\n' for key, value in more.items())
    return WAIVER.format(rule=rule, expires=expires, more=said)


def judged(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("validate", "--output", "json", *arguments)
    answer = json.loads(done.out)
    assert answer["summary"]["exit_status"] == done.status
    answer["by_name"] = {Path(report["document"]).name: report for report in answer["reports"]}
    return answer  # type: ignore[no-any-return]


def test_the_settings_of_the_working_folder_say_what_to_judge(run: Run, here: Path) -> None:
    settings(here, 'paths: [out]\noutputs: ["sarif:findings.sarif"]\n')
    done = run("validate")
    assert done.status == 1
    assert "1 accepted, 1 rejected" in done.out
    assert (here / "findings.sarif").is_file()


def test_paths_are_told_from_where_the_settings_stand(run: Run, here: Path) -> None:
    (here / "ci").mkdir()
    (here / "ci" / "settings.yaml").write_text("paths: [../out]\n")
    assert "1 accepted, 1 rejected" in run("validate", "--config", "ci/settings.yaml").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pathes: [out]", "Did you mean 'paths'?"),
        ("waivers:\n  - rule: x\n    reason: y\n", "The key 'expires' is missing"),
        ("waivers:\n  - rule: x\n    reason: y\n    expires: 1405-13-01\n", "is not a day"),
        ("waivers:\n  - rule: x\n    reason: ' '\n    expires: 1405-12-01\n", "'reason' is empty"),
        ("waivers:\n  - rules: x\n    rule: x\n    reason: y\n    expires: 1405-12-01\n", "Did you mean 'rule'?"),
        ("paths: out", "a list of texts"),
        ("{", "This is not YAML"),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_line(run: Run, here: Path, text: str, said: str) -> None:
    settings(here, text)
    done = run("validate", "out")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert ".termserver.yaml:" in done.err


def test_a_waived_finding_stays_with_its_reason_and_rejects_no_more(run: Run, here: Path) -> None:
    settings(here, waiver(document="out/wr*.xml", path="Person.Gender*"))
    answer = judged(run, "out")
    report = answer["by_name"]["wrong.xml"]
    (finding,) = [one for one in report["findings"] if one["rule"] == "code.unknown"]
    assert report["verdict"] == "accepted"
    assert finding["severity"] == "information"
    assert finding["waived"] == {"reason": "the new HIS comes in spring", "expires": FAR}
    assert "waived" not in json.dumps(judged(run, "out", "--referee")["by_name"]), "a referee knows no waivers"


@pytest.mark.parametrize("more", [{"document": "out/right.xml"}, {"path": "Composition*"}, {"rule": "code.shape"}])
def test_a_waiver_reaches_no_further_than_it_says(run: Run, here: Path, more: dict[str, str]) -> None:
    settings(here, waiver(**more))
    assert judged(run, "out")["by_name"]["wrong.xml"]["verdict"] == "rejected"


def test_an_expired_waiver_is_a_finding_where_it_stands(run: Run, here: Path) -> None:
    settings(here, waiver(expires=PAST))
    answer = judged(run, "out/right.xml", "out/wrong.xml")
    (finding,) = answer["by_name"][".termserver.yaml"]["findings"]
    assert (finding["rule"], finding["line"], finding["severity"]) == ("waiver.expired", 3, "error")
    assert answer["by_name"]["wrong.xml"]["verdict"] == "rejected"
    assert judged(run, "out/right.xml")["summary"]["exit_status"] == 1


def test_a_waiver_of_no_rule_is_a_warning_that_names_the_nearest(run: Run, here: Path) -> None:
    settings(here, waiver(rule="code.unknwon"))
    answer = judged(run, "out/right.xml")
    report = answer["by_name"][".termserver.yaml"]
    (finding,) = report["findings"]
    assert (finding["rule"], finding["line"], finding["severity"]) == ("waiver.unknown-rule", 3, "warning")
    assert finding["hint"] == {"fa": "آیا منظور code.unknown بود؟", "en": "Did you mean code.unknown?"}
    assert (report["verdict"], answer["summary"]["exit_status"]) == ("accepted", 0)
    assert judged(run, "out/wrong.xml")["summary"]["exit_status"] == 1, "nothing was waived"
    settings(here, waiver(rule="lines-sum-to-total-charge"))
    assert ".termserver.yaml" not in judged(run, "out/right.xml")["by_name"], "a rule of the committee is known"


def test_what_cannot_be_read_cannot_be_waived(run: Run, here: Path) -> None:
    (here / "out" / "wrong.xml").write_bytes(b"<a>")
    settings(here, waiver(rule="syntax.xml"))
    assert judged(run, "out")["by_name"]["wrong.xml"]["verdict"] == "rejected"


def test_a_waiver_makes_no_unchecked_code_a_checked_one(run: Run, here: Path) -> None:
    settings(here, waiver())
    assert judged(run, "out", "--require-checked")["by_name"]["wrong.xml"]["verdict"] == "undecided"


@pytest.mark.parametrize(
    "option", [["--as-of", "1405-08-30"], ["--type", "patient-bill"], ["--engine", "reference"], ["--config", "x"]]
)
def test_a_referee_refuses_what_could_change_a_verdict(run: Run, here: Path, option: list[str]) -> None:
    done = run("validate", "out", "--referee", *option)
    assert (done.status, done.out) == (2, "")
    assert option[0] in done.err


def test_destinations_are_named_by_option_or_settings_and_stand_in_the_report(run: Run, here: Path) -> None:
    asked = judged(run, "out", "--to", "hix", "--to", "wix")
    settings(here, "to: [hix, wix]\n")
    said = judged(run, "out")
    many = judged(run, "out", "--jobs", "2")
    assert asked["options"] == said["options"] == {"to": "hix,wix"}
    assert asked["reports"] == said["reports"] == many["reports"]
    assert [report["to"] for report in said["reports"]] == [["hix", "wix"]] * 2
    (here / "r.json").write_text(run("validate", "out", "--output", "json").out)
    assert run("replay", "r.json").status == 0
    assert run("validate", "out", "--to", "nobody").status == 2


# the lock


@pytest.fixture
def shelf(standards: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shelf:
    """A shelf with the project's release as its edition; no other edition is named."""
    shelf = Shelf(tmp_path / ".shelf")
    shelf.use_all([shelf.install(standards)])
    monkeypatch.setenv("TERMSERVER_SHELF", str(shelf.folder))
    return shelf


@pytest.fixture
def locked(run: Run, here: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TERMSERVER_EDITION")
    assert run("lock").status == 0
    return here / "termserver.lock"


def test_a_lock_pins_the_current_edition_by_digest(locked: Path, shelf: Shelf) -> None:
    edition = shelf.current()
    assert edition is not None
    assert json.loads(locked.read_text()) == edition.as_json()


@pytest.mark.parametrize("pin", ["standards@latest", "standards", "standards@", "nobody@1"])
def test_a_lock_pins_no_latest_and_nothing_that_is_not_there(run: Run, locked: Path, pin: str) -> None:
    before = locked.read_bytes()
    assert run("lock", pin).status in (2, 4)
    assert locked.read_bytes() == before


def test_a_lock_takes_a_version_or_the_beginning_of_a_digest(run: Run, locked: Path, shelf: Shelf) -> None:
    before = locked.read_bytes()
    (pin,) = json.loads(before)["releases"]
    for said in (pin["version"], pin["digest"][:8]):
        assert run("lock", f"standards@{said}", "-o", "other.lock").status == 0
        assert Path("other.lock").read_bytes() == before


def test_check_tells_an_old_lock(run: Run, locked: Path) -> None:
    assert run("lock", "--check").status == 0
    locked.write_text(locked.read_text().replace('"version": "test"', '"version": "older"'))
    assert run("lock", "--check").status == 1


def test_validate_judges_by_the_lock_of_the_working_folder(run: Run, locked: Path, shelf: Shelf) -> None:
    digest = json.loads(locked.read_text())["digest"]
    shelf.drop("standards")
    assert json.loads(run("validate", "--json", "out").out)["release"] == digest


def test_a_lock_whose_release_is_not_here_is_refused_with_the_command(run: Run, locked: Path, shelf: Shelf) -> None:
    for file in shelf.releases.iterdir():
        file.unlink()
    done = run("validate", "out")
    assert (done.status, done.out) == (4, "")
    assert "termserver release install" in done.err
    assert run("validate", "out", "--lock", "gone.lock").status == 2


def test_a_lock_that_says_latest_is_refused(run: Run, locked: Path) -> None:
    locked.write_text(locked.read_text().replace('"version": "test"', '"version": "latest"'))
    assert run("validate", "out").status == 4


# replay


def test_a_report_is_made_again_byte_for_byte(run: Run, locked: Path, here: Path) -> None:
    settings(here, waiver())
    asked = ("--as-of", "1405-08-30", "--require-checked", "--jobs", "2")
    run("validate", "out", "gone.xml", *asked, "--output", "json:report.json")
    done = run("replay", "report.json", "-o", "again.json")
    assert (done.status, done.err) == (0, "")
    assert "byte for byte" in done.out
    assert (here / "again.json").read_bytes() == (here / "report.json").read_bytes()


def test_a_replay_knows_waivers_by_the_day_of_the_report(run: Run, locked: Path, here: Path) -> None:
    soon = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
    settings(here, waiver(expires=soon) + waiver(rule="x", expires=PAST).replace("\nwaivers:\n", ""))
    run("validate", "out", "--output", "json:report.json")
    said = json.loads((here / "report.json").read_bytes())
    assert said["options"]["waivers-on"] == datetime.date.today().isoformat()
    assert run("replay", "report.json").status == 0
    settings(here, waiver())
    assert "is not the settings file" in run("replay", "report.json").err


def test_documents_that_moved_are_known_by_their_digests(run: Run, locked: Path, here: Path) -> None:
    run("validate", "out", "--output", "json:report.json")
    (here / "out").rename(here / "moved")
    assert run("replay", "report.json").status == 1
    assert run("replay", "report.json", "moved").status == 0


def test_archives_are_replayed_from_the_archive(run: Run, locked: Path, here: Path) -> None:
    import zipfile

    with zipfile.ZipFile("batch.zip", "w") as archive:
        archive.write("out/right.xml", "a.xml")
        archive.write("out/wrong.xml", "../b.xml")
    (here / "lines.ndjson").write_text('{"nobody": 1}\n{"nobody": 2}\n')
    run("validate", "batch.zip", "lines.ndjson", "--output", "json:report.json")
    done = run("replay", "report.json")
    assert done.status == 0, done.out


def test_a_changed_document_and_a_changed_verdict_are_told_apart(run: Run, locked: Path, here: Path) -> None:
    run("validate", "out", "--output", "json:report.json")
    said = (here / "report.json").read_text()
    (here / "forged.json").write_text(said.replace('"verdict":"rejected"', '"verdict":"accepted"'))
    forged = run("replay", "forged.json")
    assert forged.status == 1 and "The verdict was accepted, now it is rejected." in forged.out
    (here / "out" / "right.xml").write_bytes(b"<a/>")
    changed = run("replay", "report.json")
    assert changed.status == 1 and "The document has changed." in changed.out


def test_another_engine_is_said_and_is_no_difference(run: Run, locked: Path, here: Path) -> None:
    run("validate", "out", "--output", "json:report.json")
    said = (here / "report.json").read_text().replace(f'"version":"{__version__}"', '"version":"9.9.9"', 1)
    (here / "report.json").write_text(said)
    done = run("replay", "report.json")
    assert done.status == 0
    assert "made by termserver 9.9.9" in done.out and "2 of 2 reports are the same" in done.out


@pytest.mark.parametrize("data", [b"", b"[]", b'{"reports": []}', b"{"])
def test_what_is_no_report_is_not_replayed(run: Run, here: Path, data: bytes) -> None:
    (here / "report.json").write_bytes(data)
    assert run("replay", "report.json").status == 2


# a later day, and what git says


@pytest.fixture(scope="module")
def ending(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's release, but the gender 2 retires at the end of 1406 and the rules of prescriptions end then."""
    content = read(root)
    end = Period("", "2028-03-19")
    systems = tuple(
        replace(
            one,
            concepts=tuple(
                replace(concept, period=end, replaced_by=()) if concept.code == "2" else concept
                for concept in one.concepts
            ),
        )
        if one.system.id == "gender"
        else one
        for one in content.systems
    )
    rule_sets = tuple(
        replace(one, period=end) if one.document_type == "medication-prescription" else one for one in content.rule_sets
    )
    path = tmp_path_factory.mktemp("ending") / "standards.release"
    build_release(replace(content, systems=systems, rule_sets=rule_sets), path, "standards", "ending")
    return path


def test_a_verdict_that_will_be_another_is_warned_of_and_stays(run: Run, here: Path, root: Path, ending: Path) -> None:
    prescription = root / "validators/medication-prescription/1.0/examples/valid/one-drug.xml"
    bill = root / "validators/patient-bill/1.0/examples/valid/inpatient.xml"
    asked = (str(prescription), str(bill), "--edition", str(ending))
    plain = judged(run, *asked)["by_name"]
    soon = judged(run, *asked, "--also-as-of", "1406-12-01")["by_name"]
    assert soon == plain
    later = judged(run, *asked, "--also-as-of", "1407-01-01")
    assert later["options"]["also-as-of"] == "2028-03-20"
    for name, then in {"one-drug.xml": "undecided", "inpatient.xml": "rejected"}.items():
        report = later["by_name"][name]
        assert report["verdict"] == "accepted"
        (said,) = [one for one in report["findings"] if one["rule"] == "document.verdict-changes"]
        assert said["severity"] == "warning"
        assert f"Accepted now, but {then} by the rules and codes of 2028-03-20 (1407/01/01)" in said["message"]["en"]


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def test_only_what_changed_since_a_revision_is_judged(run: Run, here: Path, bill: bytes) -> None:
    git("init", "-q", "-b", "main")
    git("add", "out")
    git("commit", "-q", "-m", "first")
    assert run("validate", "out", "--changed-since", "main").status == 0
    (here / "out" / "new ü.xml").write_bytes(bill)
    (here / "out" / "right.xml").write_bytes(bill + b"\n")
    assert set(judged(run, "out", "--changed-since", "main")["by_name"]) == {"new ü.xml", "right.xml"}
    git("checkout", "-q", "-b", "mine")
    git("add", "out")
    git("commit", "-q", "-m", "second")
    assert set(judged(run, "out", "--changed-since", "main")["by_name"]) == {"new ü.xml", "right.xml"}
    (here / "out" / "right.xml").unlink()
    assert run("validate", "out/right.xml", "--changed-since", "main").status == 2


def test_changes_that_git_cannot_tell_are_wrong_usage(run: Run, here: Path, monkeypatch: Any) -> None:
    assert "git says:" in run("validate", "out", "--changed-since", "main").err
    git("init", "-q", "-b", "main")
    assert "no revision 'nobody'" in run("validate", "out", "--changed-since", "nobody").err
    assert run("validate", "out", "--changed-since=--output=x").status == 2
    assert run("validate", "-", "--changed-since", "main").status == 2
    monkeypatch.setenv("PATH", str(here))
    done = run("validate", "out", "--changed-since", "main")
    assert done.status == 2 and "git cannot be run" in done.err
