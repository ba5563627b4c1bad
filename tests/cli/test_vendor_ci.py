"""The sample vendor repository runs as it stands, with the network cut; so do the bundle and the pytest plugin."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from termserver.releases import editions
from termserver.releases.shelf import Shelf

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "examples" / "vendor-ci"
Here = Callable[..., "subprocess.CompletedProcess[str]"]

posix = pytest.mark.skipif(os.name != "posix", reason="a shell and signals as POSIX has them")


def no_network() -> list[str]:
    """What a command is started with so that it has no network; nothing where the system cannot do that."""
    cut = ["unshare", "--net"]
    try:
        return cut if subprocess.run([*cut, "true"], capture_output=True).returncode == 0 else []
    except OSError:
        return []


@pytest.fixture
def here(tmp_path: Path, standards: Path) -> Here:
    """Run a command in a fresh copy of the sample, offline, with the project's release on the shelf and locked."""
    repository = tmp_path / "vendor"
    shutil.copytree(SAMPLE, repository)
    shelf = Shelf(tmp_path / "shelf")
    shelf.use_all([shelf.install(standards)])
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "termserver").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m termserver "$@"\n')
    (programs / "termserver").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TERMSERVER_SHELF": str(shelf.folder),
        "TERMSERVER_LANG": "en",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step.md"),
    }
    environment.pop("TERMSERVER_EDITION", None)
    cut = no_network()

    def call(*command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*cut, *command], cwd=repository, env={**environment, **more}, capture_output=True, text=True
        )

    locked = call(sys.executable, "-m", "termserver", "lock")
    assert locked.returncode == 0, locked.stderr
    return call


@posix
def test_the_sample_is_judged_reported_and_replayed_offline(here: Here, tmp_path: Path) -> None:
    done = here("termserver", "validate")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "4 accepted" in done.stdout and "Waived until" in done.stdout
    for name in ("findings.sarif", "junit.xml", "summary.md", "report.json"):
        assert (tmp_path / "vendor" / name).stat().st_size
    again = here("termserver", "replay", "report.json")
    assert again.returncode == 0 and "byte for byte" in again.stdout


@posix
def test_the_network_is_really_cut(here: Here) -> None:
    if not no_network():
        pytest.skip("this system lets no process cut its network; only the proxies are cut")
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    assert here(sys.executable, "-c", probe).returncode != 0


def test_the_sample_pins_an_edition_by_digest() -> None:
    assert editions.read(SAMPLE / "termserver.lock").releases


@pytest.mark.nightly
def test_the_lock_of_the_sample_pins_what_this_checkout_builds(tmp_path: Path) -> None:
    from termserver.build import build_release, label_of
    from termserver.content.folders import read

    manifest = build_release(read(ROOT), tmp_path / "standards.release", *label_of(ROOT))
    pinned = {pin.digest for pin in editions.read(SAMPLE / "termserver.lock").releases}
    assert pinned == {manifest.digest}, (
        "examples/vendor-ci/termserver.lock is old. Run: termserver release build; "
        "termserver lock -o examples/vendor-ci/termserver.lock"
    )


def plugin() -> list[str]:
    """What makes pytest know our plugin where the package is not installed, but on the path."""
    known = {point.value for point in importlib.metadata.entry_points(group="pytest11")}
    return [] if "termserver.pytest_plugin" in known else ["-p", "termserver.pytest_plugin"]


@posix
def test_the_tests_of_the_sample_pass(here: Here) -> None:
    done = here(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin(), "tests")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@posix
def test_a_test_that_expects_the_wrong_verdict_shows_the_report(here: Here, tmp_path: Path) -> None:
    (tmp_path / "vendor" / "tests" / "test_wrong.py").write_text(
        "def test_a(assert_accepted): assert_accepted('documents/legacy/old-gender-code.xml')\n"
        "def test_b(assert_rejected): assert_rejected('documents/prescription.xml')\n"
        "def test_c(assert_rejected): assert_rejected('documents/legacy/old-gender-code.xml', rule='code.shape')\n"
    )
    done = here(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin(), "tests/test_wrong.py")
    assert "3 failed" in done.stdout
    assert "error: There is no such code in thritaEHR.gender. [code.unknown]" in done.stdout
    assert "prescription.xml: accepted" in done.stdout
    assert "does not break code.shape, but code.unknown" in done.stdout


def test_the_plugin_is_announced_to_pytest_and_loads_nothing_before_it_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"termserver": "termserver.pytest_plugin"}
    probe = "import sys, termserver.pytest_plugin; print('lxml' in sys.modules or 'termserver.service' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


# the pieces that other tools read


@posix
def test_the_hooks_judge_the_files_of_a_commit(here: Here) -> None:
    sample = yaml.safe_load((SAMPLE / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in (*sample, *ours):
        right = here(*hook["entry"].split(), "documents/bill-outpatient.xml", "documents/prescription.xml")
        assert (right.returncode, right.stdout) == (0, ""), right.stderr
        wrong = here(*hook["entry"].split(), "--referee", "documents/legacy/old-gender-code.xml")
        assert wrong.returncode == 1 and "code.unknown" in wrong.stdout


@posix
def test_the_action_annotates_uploads_and_fails_by_the_status(here: Here, tmp_path: Path) -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    script = next(step["run"] for step in steps if step["name"] == "Judge the documents")
    done = here("bash", "-e", "-c", script, FILES="", LOCK="termserver.lock", SARIF="findings.sarif")
    assert done.returncode == 0, done.stderr
    assert "::notice" in done.stdout
    assert (tmp_path / "step.md").read_text().startswith("## termserver: 4 accepted")
    assert json.loads((tmp_path / "vendor" / "findings.sarif").read_text())["version"] == "2.1.0"
    (tmp_path / "vendor" / ".termserver.yaml").unlink()
    two = "documents/prescription.xml\ndocuments/legacy/*.xml\n"
    done = here("bash", "-e", "-c", script, FILES=two, LOCK="", SARIF="")
    assert done.returncode == 1
    assert "::error file=documents/legacy/old-gender-code.xml,line=15" in done.stdout


@posix
def test_the_gitlab_job_writes_what_it_hands_over(here: Here, tmp_path: Path) -> None:
    jobs = yaml.safe_load((SAMPLE / "gitlab" / "termserver.gitlab-ci.yml").read_text())
    job = jobs["health-documents"]
    done = here("bash", "-e", "-c", "\n".join(job["script"]), TERMSERVER_DOCUMENTS="documents")
    assert done.returncode == 0, done.stderr
    for file in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (tmp_path / "vendor" / file).is_file()


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed")
def test_the_powershell_sample_ends_with_our_status(here: Here) -> None:
    script = "windows/Check-Documents.ps1"
    assert here("pwsh", "-NoProfile", "-File", script, "documents/prescription.xml").returncode == 0


def test_the_samples_read_members_that_the_reports_have(here: Here) -> None:
    written = (SAMPLE / "windows" / "DocumentJudge.cs").read_text()
    report = json.loads(here("termserver", "validate", "--json", "documents/legacy", "--referee").stdout)["reports"][0]
    asked = {part.partition('"')[0] for part in written.split('GetProperty("')[1:]}
    finding = report["findings"][0]
    assert asked <= {"reports", *report, *finding, *finding["message"]}


# the bundle


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an empty shelf."""
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "empty"))


@pytest.mark.parametrize("name", ["offline", "offline.zip"])
def test_a_bundle_judges_where_nothing_is_installed(
    run: Any, alone: None, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("bundle", str(tmp_path / name), "--no-wheels").status == 0
    folder = tmp_path / name
    if name.endswith(".zip"):
        folder = tmp_path / "unpacked"
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(folder)
    monkeypatch.delenv("TERMSERVER_EDITION")
    document = str(SAMPLE / "documents" / "prescription.xml")
    assert run("validate", "--lock", str(folder / "termserver.lock"), document).status == 0
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {
        "README.txt",
        "termserver.lock",
        *(f"releases/{p.name}" for p in folder.glob("releases/*.release")),
    }
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)


def test_the_same_bundle_has_the_same_bytes(run: Any, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        run("bundle", str(tmp_path / name), "--no-wheels")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_bundle_overwrites_nothing(run: Any, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("mine")
    assert run("bundle", str(tmp_path / "there.zip"), "--no-wheels").status == 2
    assert (tmp_path / "there.zip").read_text() == "mine"
