"""A destination is checked before it is approved: types and paths that there are, purposes said, nothing twice."""

from pathlib import Path

import pytest

from termserver.content.check import check

GOOD = """id: hix
version: '1'
title:
  fa: تبادل
  en: Exchange
receiver:
  fa: وزارت
  en: the Ministry
otherwise: allowed
documents:
  - type: {type}
    sending: {sending}
    sender:
      fa: مرکز
      en: the centre
{purpose}    source: test
    minimum:
      - {path}
"""
PURPOSE = "    purpose:\n      fa: پرونده\n      en: the record\n"


@pytest.mark.parametrize(
    "change, rule, hint",
    [
        ({"type": "patient-bil"}, "destination.unknown-type", "patient-bill"),
        ({"path": "Person.FirstNam"}, "destination.unknown-path", "Person.FirstName"),
        ({"purpose": ""}, "destination.purpose", "purpose"),
        ({"sending": "forbidden"}, "destination.minimum-of-nothing", "minimum"),
    ],
)
def test_a_mistake_in_a_destination_is_named_with_its_line(
    root: Path, tmp_path: Path, change: dict[str, str], rule: str, hint: str
) -> None:
    for name in ("codesystems", "schemas"):
        (tmp_path / name).symlink_to(root / name)
    folder = tmp_path / "validators" / "destinations"
    folder.mkdir(parents=True)
    usual = {"type": "patient-bill", "sending": "allowed", "purpose": PURPOSE, "path": "Person.FirstName"}

    (folder / "hix.yaml").write_text(GOOD.format(**usual), "utf-8")
    assert [one for one in check(tmp_path) if "destinations" in one.file] == []

    (folder / "hix.yaml").write_text(GOOD.format(**usual | change), "utf-8")
    found = [one for one in check(tmp_path) if "destinations" in one.file]
    assert [one.rule for one in found] == [rule]
    assert hint in found[0].hint.en
    assert found[0].line > 9
