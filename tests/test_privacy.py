"""No personal data of real persons, no machine's paths, no secrets in the repository."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from termserver.model.check_digits import is_right
from termserver.model.fold import latin_digits

ROOT = Path(__file__).resolve().parent.parent
TEXT = {".py", ".md", ".yaml", ".yml", ".csv", ".xml", ".json", ".toml", ".html", ".js", ".css", ".txt", ".xsd", ""}

MOBILE = re.compile(r"(?<![0-9])09[0-9]{9}(?![0-9])")
TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z.\-])[0-9]{10}(?![0-9A-Za-z.\-])")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
MACHINE_PATH = re.compile(r"(?<![A-Za-z0-9._~])/(?:home|root|Users|work)/[a-z]")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [
        ROOT / name for name in listed.split("\0") if name and (ROOT / name).suffix in TEXT and (ROOT / name).is_file()
    ]


def looks_synthetic(number: str) -> bool:
    """Numbers that nobody was ever given: long runs of zeros, one digit over and over, 1234567891 and the like."""
    return "00000" in number or "1234567" in number or len(set(number)) <= 2


@cache
def places() -> frozenset[str]:
    """Codes of cities and districts; some of them keep the check digit of a national code."""
    listed = (ROOT / "codesystems").glob("*-divisions/concepts.csv")
    return frozenset(line.partition(",")[0] for path in listed for line in path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", tracked(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_personal_data_is_kept(path: Path) -> None:
    text = latin_digits(path.read_text("utf-8"))
    for found in MOBILE.finditer(text):
        assert looks_synthetic(found[0]), f"{path} holds a mobile number that does not look synthetic: {found[0]}"
    if path.parts[len(ROOT.parts)] != "codesystems":  # codes of products and places may look like a national code
        for found in TEN_DIGITS.finditer(text):
            number = found[0]
            if is_right("national-code", number) and number not in places():
                assert looks_synthetic(number), (
                    f"{path} holds a valid national code that does not look synthetic: {number}"
                )
    for found in EMAIL.finditer(text):
        assert found[0].rpartition("@")[2].endswith(("example.org", "example.com", "example.ir")), f"{path}: {found[0]}"


@pytest.mark.parametrize("path", tracked(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_path_of_one_machine_is_kept(path: Path) -> None:
    found = MACHINE_PATH.search(path.read_text("utf-8"))
    assert not found, f"{path} names a path of somebody's machine: {found}"
