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


@pytest.fixture(scope="module")
def address(server: TermServer) -> Iterator[str]:
    with served(server) as base:
        yield f"{base}/fhir"


@pytest.mark.slow
@pytest.mark.parametrize("release", ["r4", "r5"])
def test_no_test_of_hl7_is_lost(release: str, address: str, shared: Path, tmp_path: Path) -> None:
    runner = shared / "fhir" / "tx-tests" / "run_tx.py"
    if not runner.is_file():
        pytest.skip(
            f"HL7's terminology tests are not at {runner.parent}; set TERMSERVER_SHARED to the folder above fhir/"
        )
    out = tmp_path / "results.json"
    run = subprocess.run(
        [sys.executable, str(runner), "--base", f"{address}/{release}", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
    )
    results = json.loads(out.read_text("utf-8"))
    exact = sum(suite["exact"] for suite in results["suites"])
    assert results["passed"] >= PASSED and exact >= EXACT, run.stdout[-4000:]
