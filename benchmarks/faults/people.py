"""A registry of three physicians whom nobody would take for real ones, in as many versions as are asked for."""

from pathlib import Path

from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept, Content, Property
from termserver.model.days import Period
from termserver.model.registries import record_text
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.service import TermServer

CODES = ("900001", "900002", "900003")


def physicians(standards: Path, path: Path, version: str) -> Path:
    """Build the release of that version at ``path``; each version says another name of them."""
    with TermServer.open(standards) as server:
        system = replace(server.resolve("physicians"), version=version, content=Content.COMPLETE)
    licence = Property("licence", record_text({"number": "1", "kind": "office"}), Period("2020-01-01", "2030-01-01"))
    entries = [
        Concept(code, Text(f"فرد نمونه {code} {version}", f"Sample {code} {version}"), properties=(licence,))
        for code in CODES
    ]
    build_release([CodeSystemContent(system, tuple(entries))], path, "physicians", version)
    return path
