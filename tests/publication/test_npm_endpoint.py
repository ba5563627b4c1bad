"""What is in force comes as FHIR packages: the same bytes on every build, and nothing that is not ours to give."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from termserver.build import build_release
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    ConceptMap,
    ConceptMapping,
    Content,
    Include,
    Kind,
    Status,
    ValueSet,
)
from termserver.model.text import Text
from termserver.publication.fhir_packages import Packages, semver
from termserver.publication.package_files import Tarball
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile
from termserver.service import TermServer

BASE = "https://example.org/fhir"


def unpacked(made: Tarball) -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(made.data), mode="r:gz") as tar:
        return {one.name: json.loads((tar.extractfile(one) or io.BytesIO()).read()) for one in tar}


def nation(version: str = "2026.11") -> list[CodeSystemContent]:
    def system(id: str, **more: Any) -> CodeSystem:
        url = f"{BASE}/CodeSystem/{id}"
        return CodeSystem(id, url, Text(f"فهرست {id}", f"List {id}"), version, Content.COMPLETE, **more)

    wards = (
        Concept("W", Text("بخش", "Ward")),
        Concept("W1", Text("جراحی", "Surgery"), parents=("W",)),
        Concept("W2", Text("داخلی", "Internal"), parents=("W",), status=Status.RETIRED, replaced_by=("W1",)),
    )
    return [
        CodeSystemContent(system("ward", hierarchy="is-a"), wards),
        CodeSystemContent(system("theirs", licence="© Somebody; by licence only"), (Concept("X", Text("ایکس", "X")),)),
        CodeSystemContent(system("people", kind=Kind.REGISTRY), (Concept("1", Text("کسی", "Somebody")),)),
    ]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[TermServer]:
    yield from _opened(tmp_path / "a.release")


def _opened(path: Path) -> Iterator[TermServer]:
    from termserver.content.folders import Content as Everything

    sets = (
        ValueSet("surgical", f"{BASE}/ValueSet/surgical", Text("جراحی", "Surgical"), "1", (Include("ward", ("W1",)),)),
    )
    maps = (
        ConceptMap(
            "old-to-new", f"{BASE}/ConceptMap/old-to-new", Text("نگاشت", "Map"), "1", "ward", "ward",
            (ConceptMapping("W2", "W1", "equivalent"), ConceptMapping("W", "", "not-related-to")),
        ),
    )  # fmt: skip
    content = Everything(tuple(nation()), sets, maps)
    build_release(content, path, "standards", "2026.11")
    release = ReleaseFile.open(path)
    with TermServer(edition_of([release.pin]), [release]) as server:
        yield server


def test_two_builds_in_two_places_give_the_same_bytes(opened: TermServer, tmp_path: Path) -> None:
    building = _opened(tmp_path / "elsewhere.release")
    one, two = Packages([opened]), Packages([next(building)])
    assert one.names() == two.names()
    for name in one.names():
        package = one.find(name)
        assert package is not None
        assert one.tarball(package) == two.tarball(package)
        assert one.described(package) == two.described(package)


def test_a_package_holds_what_the_release_holds(opened: TermServer) -> None:
    packages = Packages([opened])
    package = packages.find("ir.mexa.standards")
    assert package is not None
    files = unpacked(packages.tarball(package))
    about = files["package/package.json"]
    assert (about["name"], about["version"], about["fhirVersions"]) == ("ir.mexa.standards", "2026.11.0", ["4.0.1"])
    assert about["termserver"] == opened.edition.releases[0].as_json()
    indexed = {one["filename"]: one for one in files["package/.index.json"]["files"]}
    resources = {name.removeprefix("package/"): said for name, said in files.items() if "resourceType" in said}
    assert set(indexed) == set(resources)
    for name, said in resources.items():
        assert (indexed[name]["resourceType"], indexed[name]["url"]) == (said["resourceType"], said["url"])
    concepts = {one["code"]: one for one in resources["CodeSystem-ward.json"]["concept"]}
    assert concepts["W1"]["display"] == "جراحی"
    assert concepts["W1"]["designation"] == [{"language": "en", "value": "Surgery"}]
    assert {"code": "parent", "valueCode": "W"} in concepts["W1"]["property"]
    assert {"code": "status", "valueCode": "retired"} in concepts["W2"]["property"]
    assert resources["CodeSystem-ward.json"]["count"] == len(concepts) == 3
    elements = resources["ConceptMap-old-to-new.json"]["group"][0]["element"]
    assert elements[0]["target"] == [{"code": "W1", "equivalence": "equivalent"}]


def test_nothing_is_handed_on_that_is_not_ours_to_give(opened: TermServer) -> None:
    packages = Packages([opened])
    whole = packages.find("ir.mexa.standards")
    assert whole is not None
    files = unpacked(packages.tarball(whole))
    for name in ("theirs", "people"):
        said = files[f"package/CodeSystem-{name}.json"]
        assert said["content"] == "not-present"
        assert "concept" not in said


def test_a_value_set_and_a_map_name_what_they_need(opened: TermServer) -> None:
    packages = Packages([opened])
    for name in ("ir.mexa.vs.surgical", "ir.mexa.map.old-to-new"):
        package = packages.find(name)
        assert package is not None
        assert packages.described(package)["dependencies"] == {"ir.mexa.cs.ward": "2026.11.0"}


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("2026.11", "2026.11.0"),
        ("2026.01.3", "2026.1.3"),
        ("1405.2", "1405.2.0"),
        ("7", "7.0.0"),
        ("1405.2.1.4", "1405.2.1-4"),
        ("1405.2-rc 1", "0.0.0-1405-2-rc-1"),
        ("test", "0.0.0-test"),
    ],
)
def test_a_version_has_the_form_that_npm_takes(version: str, told: str) -> None:
    assert semver(version) == told
