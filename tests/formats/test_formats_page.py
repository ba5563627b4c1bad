"""docs/formats.md shows every form of output, and what it shows is what the program writes."""

import re
from pathlib import Path

import pytest
from hand_made_reports import Written

from termserver.formats.registry import NAMES
from termserver.service import TermServer

SECTION = re.compile(r"^## ([a-z-]+)\n(.*?)(?=^## [A-Za-z -]+\n|\Z)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sections(root: Path) -> dict[str, str]:
    return dict(SECTION.findall((root / "docs" / "formats.md").read_text("utf-8")))


def test_every_form_has_a_section(root: Path) -> None:
    assert [name for name in sections(root) if name in NAMES] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_what_the_program_writes(name: str, root: Path, server: TermServer, written: Written) -> None:
    examples = root / "validators" / "patient-bill" / "1.0" / "examples"
    bad = server.check_document((examples / "invalid" / "code.unknown.xml").read_bytes(), name="out/bill-7.xml")
    good = server.check_document((examples / "valid" / "inpatient.xml").read_bytes(), name="out/bill-8.xml")
    said = "".join(written(name, (bad, good)).decode().split())

    shown = FENCE.search(sections(root)[name])
    assert shown, f"docs/formats.md shows no example of {name}"
    for part in re.split(r"\n\n", shown[1].strip()):
        whole = "".join(part.split())
        assert whole in said, f"docs/formats.md shows another output of {name} than the program writes:\n{part}"
