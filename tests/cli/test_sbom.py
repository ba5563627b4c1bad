"""The bill of materials names what is really installed, once each, and what needs what."""

import importlib.metadata
import json

import pytest

from termserver.cli.main import run


def test_the_bill_of_materials_is_of_this_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sbom"]) == 0
    bill = json.loads(capsys.readouterr().out)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {one["name"]: one["version"] for one in bill["components"]}
    for name in ("lxml", "orjson", "fastapi"):
        assert parts[name] == importlib.metadata.version(name)
    references = [one["bom-ref"] for one in bill["components"]] + [bill["metadata"]["component"]["bom-ref"]]
    assert len(set(references)) == len(references)
    assert {one for said in bill["dependencies"] for one in (said["ref"], *said["dependsOn"])} <= set(references)
