"""What deploy/ holds is right by its own judges, and the topology runs on one machine without containers."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
from deploy.here import DEPLOY, Room, asked

from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys
from termserver.access.audit_reading import Wanted, events
from termserver.model.settings import SETTINGS

KNOWN = (
    {one.name for one in SETTINGS} | {f"{one.name}_FILE" for one in SETTINGS if one.secret} | {"TERMSERVER_SETTINGS"}
)


def test_the_compose_file_is_one() -> None:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["compose.yaml", "Containerfile", "termserver.service", "termserver-follow.service"])
def test_every_setting_that_is_deployed_is_known(name: str) -> None:
    used = set(re.findall(r"\bTERMSERVER_[A-Z_]+", (DEPLOY / name).read_text("utf-8")))
    assert used <= KNOWN


def test_the_settings_file_is_one() -> None:
    said = tomllib.loads((DEPLOY / "node.toml").read_text("utf-8"))
    assert said.keys() <= {one.short for one in SETTINGS}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("name", ["termserver.service", "termserver-follow.service"])
def test_the_units_are_units(name: str, tmp_path: Path) -> None:
    unit = (DEPLOY / name).read_text("utf-8").replace("/opt/termserver/bin/termserver", "/bin/true")
    (tmp_path / name).write_text(unit)
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True)
    assert name not in done.stderr, done.stderr


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
def test_the_topology_runs_without_containers(standards: Path, tmp_path: Path) -> None:
    with Room(tmp_path / "room", standards) as room:
        release = {one.release() for one in room.followers}
        assert len(release) == 1
        for _ in range(20):
            with urllib.request.urlopen(f"{room.address}/api/search?q=diabetes", timeout=10) as answer:
                assert json.load(answer)["release"] in release
        said = asked(f"{room.address}/ready")
        assert said["publishers"][0]["behind"] == [] and said["access_log"]["kept"]
        if room.door is not None:
            with pytest.raises(urllib.error.HTTPError, match="403"):
                asked(f"{room.address}/metrics")
        audits = [one.audit for one in room.followers]
    for audit in audits:
        assert check(audit, node_keys(audit)).faults == []
    assert len(list(events(audits, Wanted(action="search")))) == 20
