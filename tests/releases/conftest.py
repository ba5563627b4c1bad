"""A small release to open, alter and move about."""

from pathlib import Path

import pytest
from small_release import BODIES, WORDS, Write, system

from termserver.model.codes import CodeSystem
from termserver.model.releases import Manifest
from termserver.releases.records import encode_system
from termserver.releases.writer import ReleaseWriter


@pytest.fixture
def write() -> Write:
    """Write a release at a path; the same words give the same release."""

    def written(
        path: Path,
        name: str = "standards",
        version: str = "1405.1",
        systems: tuple[CodeSystem, ...] = (system(),),
        rows: int = 300,
        more: bytes = b"{}",
    ) -> Manifest:
        with ReleaseWriter(path, name, version) as writer:
            for known in systems:
                writer.artefact(f"codesystems/{known.id}.json", "codesystem", encode_system(known))
            writer.artefact("schemas/bill/1.0/more.json", "schema", more)
            writer.table(WORDS, ((f"واژه {n * 7 % rows}", n, bytes([n % 256]) * (n % 9)) for n in range(rows)))
            writer.table(BODIES, ((n, f'{{"n":{n}}}'.encode()) for n in reversed(range(rows))))
            return writer.finish()

    return written
