"""What deploy/ holds is right by its own judges, and the topology runs on one machine without containers."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy.here import DEPLOY, Room, asked, until

from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys
from termserver.access.audit_reading import Wanted, events
from termserver.model.settings import SETTINGS

KNOWN = (
    {one.name for one in SETTINGS} | {f"{one.name}_FILE" for one in SETTINGS if one.secret} | {"TERMSERVER_SETTINGS"}
)


@pytest.fixture(scope="module")
def compose() -> Any:
    """The compose file as it is read, its anchors merged."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_the_compose_file_is_one() -> None:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_docker_reads_the_compose_file() -> None:
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("no docker compose here")
    command = ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_secret_and_volume_of_the_compose_file_is_declared_and_used(compose: Any) -> None:
    services = compose["services"]
    for name, one in services.items():
        for secret in one.get("secrets", ()):
            assert secret in compose["secrets"]
            assert f"/run/secrets/{secret}" in one["environment"].values(), (
                f"{name} is given {secret} and never reads it"
            )
    assert {secret for one in services.values() for secret in one.get("secrets", ())} == compose["secrets"].keys()
    mounted = {said.partition(":")[0] for one in services.values() for said in one.get("volumes", ())}
    assert {said for said in mounted if not said.startswith((".", "$"))} == compose["volumes"].keys()
    for said in mounted:
        if said.startswith("./"):
            assert (DEPLOY / said).exists(), said


def test_what_a_node_writes_in_a_container_is_on_a_volume(compose: Any) -> None:
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    places = re.findall(r"TERMSERVER_(?:SHELF|AUDIT|CACHE)=(\S+)", image)
    assert len(places) == 3
    nodes = {name: one for name, one in compose["services"].items() if one["image"] == "termserver:latest"}
    assert nodes.keys() == {"publisher", "follower-a", "follower-b"}
    for name, one in nodes.items():
        assert one["read_only"] is True
        writable = [said.split(":")[1] for said in one["volumes"] if not said.endswith(":ro")]
        for place in places:
            assert any(place.startswith(f"{folder}/") for folder in writable), f"{name} cannot write {place}"
        assert f"COPY deploy/{one['command'][0]}" in image or f" deploy/{one['command'][0]} " in image
        (own,) = [said for said in one["volumes"] if said.endswith(":/var/lib/termserver")]
        assert own == f"{name}:/var/lib/termserver"  # no two nodes write to one folder


def test_every_container_says_whether_it_is_well(compose: Any) -> None:
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    asked = re.search(r"HEALTHCHECK[^\n]*\\\n.*http://127.0.0.1:(\d+)(/\w+)", image)
    assert asked is not None and asked.groups() == ("8000", "/ready")
    assert compose["services"]["database"]["healthcheck"]["test"][1] == "pg_isready"
    assert compose["services"]["publisher"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_nginx_asks_the_services_that_there_are(compose: Any) -> None:
    said = (DEPLOY / "nginx.conf").read_text("utf-8")
    asked = re.findall(r"^    server ([\w-]+):(\d+) ", said, re.M)
    assert asked == [("follower-a", "8000"), ("follower-b", "8000")]
    assert {name for name, _ in asked} <= compose["services"].keys()
    (port,) = compose["services"]["nginx"]["ports"]
    assert re.findall(r"^    listen (\d+);", said, re.M) == [port.rpartition(":")[2]]


def test_whatever_the_compose_file_asks_the_environment_for_is_explained(compose: Any) -> None:
    asked = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", (DEPLOY / "compose.yaml").read_text("utf-8")))
    example = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "env.example").read_text("utf-8"), re.M))
    assert asked == example


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_reads_its_configuration(tmp_path: Path) -> None:
    said = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/tmp/nginx", str(tmp_path / "nginx"))
    (tmp_path / "nginx.conf").write_text(re.sub(r"follower-[ab]:", "127.0.0.1:", said), "utf-8")
    done = subprocess.run(["nginx", "-t", "-q", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_a_follower_goes_on_following_when_that_dies_and_ends_with_its_server(tmp_path: Path) -> None:
    for name, body in (
        ("termserver", f'echo "$*" >> {tmp_path}/calls; case $1 in serve) exec /bin/sleep 60;; follow) exit 1;; esac'),
        ("sleep", "exec /bin/sleep 0.05"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FROM": "x"}
    environment |= {"TERMSERVER_SHELF": str(tmp_path / "shelf"), "PUBLISHER": "mexa"}

    def calls() -> list[str]:
        return (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []

    process = subprocess.Popen(["sh", str(DEPLOY / "follower.sh")], env=environment, start_new_session=True)
    try:
        until(lambda: calls().count("follow mexa --every 300") >= 3, 20)
        assert calls()[:2] == ["trust mexa /etc/termserver/root.json --from x", "pull mexa"]
        assert calls().count("serve") == 1
        process.terminate()
        process.wait(20)
        until(lambda: _gone(process.pid), 20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _gone(group: int) -> bool:
    """Whether no process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


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
