"""HL7's terminology tests, run against the server: what was reached is a floor."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.service import TermServer
from tests.fhir.served import served

PASSED, EXACT = 426, 421
FLAT_PASSED, FLAT_EXACT = 416, 409
"""The other ten ask of a flat expansion less than of a tree (no status property), or have no flat answer at all."""


@pytest.fixture(scope="module")
def address(server: TermServer) -> Iterator[str]:
    with served(server) as base:
        yield f"{base}/fhir"


@pytest.fixture(scope="module")
def flat(server: TermServer) -> Iterator[str]:
    """A server that never makes a tree."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMSERVER_FHIR_FLAT", "1")
        with served(server) as base:
            yield f"{base}/fhir"


@pytest.mark.slow
@pytest.mark.parametrize("release", ["r4", "r5"])
def test_no_test_of_hl7_is_lost(release: str, address: str, shared: Path, tmp_path: Path) -> None:
    run(f"{address}/{release}", "general", shared, tmp_path, PASSED, EXACT)


@pytest.mark.slow
def test_a_server_that_never_nests_passes_too(flat: str, shared: Path, tmp_path: Path) -> None:
    run(f"{flat}/r4", "flat", shared, tmp_path, FLAT_PASSED, FLAT_EXACT)


def run(base: str, mode: str, shared: Path, folder: Path, passed: int, least_exact: int) -> None:
    runner = shared / "fhir" / "tx-tests" / "run_tx.py"
    if not runner.is_file():
        pytest.skip(
            f"HL7's terminology tests are not at {runner.parent}; set TERMSERVER_SHARED to the folder above fhir/"
        )
    out = folder / "results.json"
    done = subprocess.run(
        [sys.executable, str(runner), "--base", base, "--mode", mode, "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
    )
    results = json.loads(out.read_text("utf-8"))
    exact = sum(suite["exact"] for suite in results["suites"])
    assert results["passed"] >= passed and exact >= least_exact, done.stdout[-4000:]
