"""Plain npm and the tools of FHIR install what is in force here; what was fetched once need not be fetched again."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import tarfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termserver.service import TermServer

VALUE_SET = "ir.mexa.vs.province"
NEEDED = "ir.mexa.cs.country-divisions"


@pytest.fixture(scope="module")
def registry(server: TermServer) -> Iterator[str]:
    """The address of a served registry."""
    import uvicorn

    from termserver.api.application import create_api, in_front

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(in_front(*create_api(server)), host="127.0.0.1", port=port, log_level="error")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/packages"
    running.should_exit = True
    thread.join(10)


def npm(registry: str, folder: Path, *said: str) -> str:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed here; install Node.js to try the registry with npm itself")
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text('{"name": "a-vendor", "version": "1.0.0", "private": true}')
    environment = {**os.environ, "npm_config_cache": str(folder / ".cache"), "npm_config_update_notifier": "false"}
    command = ["npm", *said, "--registry", f"{registry}/", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_npm_sees_installs_and_packs_a_package_unchanged(registry: str, tmp_path: Path, server: TermServer) -> None:
    seen = json.loads(npm(registry, tmp_path / "view", "view", VALUE_SET, "--json"))
    version = seen["version"]
    assert seen["dist-tags"]["latest"] == version
    assert seen["dependencies"] == {NEEDED: version}

    assert VALUE_SET in npm(registry, tmp_path / "search", "search", "vs.province", "--json")

    vendor = tmp_path / "install"
    npm(registry, vendor, "install", VALUE_SET)
    lock = json.loads((vendor / "package-lock.json").read_text("utf-8"))["packages"]
    assert lock[f"node_modules/{VALUE_SET}"]["integrity"] == seen["dist"]["integrity"]
    said = json.loads((vendor / "node_modules" / NEEDED / "CodeSystem-country-divisions.json").read_text("utf-8"))
    assert server.describe("country-divisions")["concepts"] == len(said["concept"])

    packed = json.loads(npm(registry, tmp_path / "pack", "pack", VALUE_SET, "--json"))
    fetched = (tmp_path / "pack" / packed[0]["filename"]).read_bytes()
    assert hashlib.sha1(fetched).hexdigest() == seen["dist"]["shasum"]
    with tarfile.open(tmp_path / "pack" / packed[0]["filename"]) as tar:
        assert "package/ValueSet-province.json" in tar.getnames()


def test_every_concept_of_a_package_is_what_a_lookup_says(client: TestClient, server: TermServer) -> None:
    """The content comes back unchanged: codes, names, parents, standing."""
    from io import BytesIO

    from termserver.model.codes import Coding

    with tarfile.open(fileobj=BytesIO(client.get("/packages/ir.mexa.standards/latest").content)) as tar:
        resources = [json.loads((tar.extractfile(one) or BytesIO()).read()) for one in tar if "CodeSystem" in one.name]
    assert {one["id"] for one in resources} >= {"gender", "specialty", "insurer"}
    count = 0
    for resource in resources:
        for concept in resource.get("concept", ())[:400]:
            known = server.lookup(Coding(resource["id"], concept["code"])).concept
            assert concept.get("display", "") == (known.display.fa or known.display.en)
            english = [one["value"] for one in concept.get("designation", ()) if one.get("language") == "en"]
            assert not (known.display.fa and known.display.en) or known.display.en in english
            parents = [one["valueCode"] for one in concept.get("property", ()) if one["code"] == "parent"]
            assert tuple(parents) == known.parents
            count += 1
    assert count > 1000


def file_of_package(registry: str, name: str) -> Any:
    """A file of the value set's package, as the registry gives it."""
    from io import BytesIO
    from urllib.request import urlopen

    with (
        urlopen(f"{registry}/{VALUE_SET}/latest") as answer,
        tarfile.open(fileobj=BytesIO(answer.read()), mode="r:gz") as tar,
    ):
        return json.loads((tar.extractfile(f"package/{name}") or BytesIO()).read())


@pytest.mark.slow
def test_a_package_with_what_it_needs_is_imported_back_unchanged(
    registry: str, server: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By our own importer, over HTTP: every code with its names, its parents and its standing."""
    from termserver.cli.main import run
    from termserver.releases.shelf import Shelf

    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    asked = [f"{VALUE_SET}@latest", "--registry", registry, "--cache", str(tmp_path / "cache"), "--no-use"]
    assert run(["import", "fhir", *asked]) == 0
    (release,) = Shelf(tmp_path / "shelf").installed()

    def told(one: TermServer) -> dict[str, Any]:
        return {
            entry.code: (entry.display.fa, entry.display.en, entry.parents, str(entry.status), entry.replaced_by)
            for _, entry in one.whole("country-divisions").entries()
        }

    with TermServer.open(release.path) as back:
        assert told(back) == told(server)
        kept = back.releases[0]
        resources = [json.loads(kept.artefact(path) or b"{}") for path in kept.artefact_paths("fhir")]
    there = file_of_package(registry, "ValueSet-province.json")
    assert [one["compose"] for one in resources if one["resourceType"] == "ValueSet"] == [there["compose"]]


def test_every_version_says_what_its_file_is(client: TestClient) -> None:
    said = client.get(f"/packages/{VALUE_SET}").json()
    version = said["versions"][said["dist-tags"]["latest"]]
    path = version["dist"]["tarball"].removeprefix(str(client.base_url))
    got = client.get(path)
    assert got.headers["content-type"] == "application/gzip"
    assert "immutable" in got.headers["cache-control"]
    assert hashlib.sha1(got.content).hexdigest() == version["dist"]["shasum"]
    assert version["dist"]["integrity"] == f"sha512-{b64encode(hashlib.sha512(got.content).digest()).decode()}"
    again = client.get(path, headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_tools_of_fhir_get_the_file_by_name_and_version(client: TestClient) -> None:
    version = client.get(f"/packages/{VALUE_SET}").json()["dist-tags"]["latest"]
    for asked in (version, "latest"):
        got = client.get(f"/packages/{VALUE_SET}/{asked}", headers={"Accept": "application/json, text/plain, */*"})
        assert got.content[:2] == b"\x1f\x8b"
        assert "immutable" not in got.headers["cache-control"]
    told = client.get(f"/packages/{VALUE_SET}/{version}", headers={"Accept": "application/json"}).json()
    assert (told["name"], told["version"]) == (VALUE_SET, version)


def test_packages_are_found_in_both_ways_of_asking(client: TestClient) -> None:
    listed = client.get("/packages/catalog", params={"name": "vs.province"}).json()
    assert [one["Name"] for one in listed] == [VALUE_SET]
    found = client.get("/packages/catalog", params={"op": "find", "name": "استان"}).json()
    assert VALUE_SET in [one["name"] for one in found]
    assert client.get("/packages/catalog", params={"fhirversion": "R5"}).json() == []
    searched = client.get("/packages/-/v1/search", params={"text": "vs.province", "size": 1}).json()
    assert searched["total"] == 1
    assert searched["objects"][0]["package"]["name"] == VALUE_SET


@pytest.mark.parametrize("path", ["nobody", f"{VALUE_SET}/9.9.9", f"{VALUE_SET}/-/x.tgz", "..%2f..%2fsecret"])
def test_what_is_not_there_is_said_in_the_one_form(client: TestClient, path: str) -> None:
    answer = client.get(f"/packages/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not-found"


def test_older_releases_of_the_shelf_are_versions_and_a_retracted_one_is_deprecated(
    tmp_path: Path, standards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from termserver.api import packages as door
    from termserver.build import build_release
    from termserver.content.folders import Content
    from termserver.model.text import Text
    from termserver.releases.shelf import Shelf

    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path))
    older = tmp_path / "older.release"
    build_release(Content(), older, "standards", "2025.9")
    pin = Shelf().install(older)
    with TermServer.open(standards) as server:
        registry = door.PackageRegistry(server)
        found: Any = registry.packages.versions("ir.mexa.standards")
        registry.close()
        assert [one.version for one in found] == ["0.0.0-test", "2025.9.0"]
        taken = door.Packages([server], retracted={server.edition.releases[0].digest: Text("غلط", "Wrong")})
        package = taken.find("ir.mexa.standards")
        assert package is not None
        assert taken.described(package)["deprecated"] == "Wrong غلط"
    assert pin.version == "2025.9"
