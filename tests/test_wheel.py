"""What ``pip install`` brings is enough: the wheel carries a release and judges a document with it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it alone."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_the_source_archive_carries_the_content_folders(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"codesystems/insurer/concepts.csv", "schemas/classes.csv", "hatch_build.py"} <= names
    assert any(name.startswith("validators/patient-bill/") for name in names)


@pytest.mark.slow
def test_an_installed_wheel_judges_a_document_without_anything_else(built: Path, tmp_path: Path) -> None:
    site = tmp_path / "نصب" / "site-packages"
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    script = (
        "from termserver import Validator\n"
        "with Validator() as validator:\n"
        "    print(validator.server.releases[0].path.parent.name)\n"
        "    print(validator.check(validator.server.example('patient-bill', 'xml')).verdict)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "TERMSERVER_SHELF": str(tmp_path / "shelf")},
    )
    assert done.stdout.split() == ["shipped", "accepted"], done.stderr
    assert not (tmp_path / "shelf").exists()
