"""FHIR packages and resources come in whole, from files and by name, and hostile ones do not."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from termserver.build import build_release
from termserver.cli.import_files import _import
from termserver.fhir import library, xml
from termserver.importers import archives, fhir_package
from termserver.importers.package_registry import NotFound, PackageRegistry, asked
from termserver.importers.taken import Notes, Taken, Wishes
from termserver.model.errors import ImportFailed
from termserver.service import TermServer

PARENT = "http://hl7.org/fhir/concept-properties#parent"
RED = {
    "code": "red",
    "display": "Red",
    "definition": "As blood",
    "property": [{"code": "warm", "valueBoolean": True}],
    "designation": [{"language": "fa", "value": "سرخ"}, {"language": "de", "value": "Rot"}],
}
COLOURS: dict[str, Any] = {
    "resourceType": "CodeSystem",
    "id": "colours",
    "url": "http://example.org/colours",
    "version": "1.0",
    "status": "active",
    "content": "complete",
    "caseSensitive": True,
    "hierarchyMeaning": "is-a",
    "property": [{"code": "warm", "type": "boolean"}, {"code": "under", "uri": PARENT, "type": "code"}],
    "concept": [
        {"code": "c", "display": "Colour", "concept": [RED]},
        {"code": "old", "display": "Old", "property": [{"code": "status", "valueCode": "retired"}]},
        {"code": "pink", "display": "Pink", "property": [{"code": "under", "valueCode": "red"}]},
    ],
}
IS_RED = {"property": "concept", "op": "is-a", "value": "red"}
WARM = {
    "resourceType": "ValueSet",
    "id": "warm",
    "url": "http://example.org/warm",
    "version": "1.0",
    "status": "active",
    "compose": {"include": [{"system": "http://example.org/colours", "filter": [IS_RED]}]},
}


def tgz(path: Path, files: dict[str, Any], links: tuple[str, ...] = ()) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, said in files.items():
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for name in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)
    return path


def package(name: str, version: str, needs: dict[str, str] | None = None) -> dict[str, Any]:
    return {"name": name, "version": version, "dependencies": needs or {}}


def read(*paths: Path) -> Taken:
    return fhir_package.read(paths, Wishes(), xml.read, library.parse)


def test_a_package_becomes_code_systems_and_keeps_its_resources(tmp_path: Path) -> None:
    made = tgz(
        tmp_path / "p.tgz",
        {
            "package/package.json": package("org.example.colours", "2.0.1"),
            "package/.index.json": {"files": []},
            "package/CodeSystem-colours.json": COLOURS,
            "package/ValueSet-warm.json": WARM,
            "package/StructureDefinition-x.json": {"resourceType": "StructureDefinition", "id": "x"},
            "package/example/CodeSystem-other.json": {**COLOURS, "url": "http://example.org/example"},
        },
    )
    taken = read(made)
    assert (taken.name, taken.version) == ("org-example-colours", "2.0.1")
    system = taken.systems[0]
    by_code = {one.code: one for one in system.concepts}
    assert list(by_code) == ["c", "red", "old", "pink"]
    assert by_code["red"].display.fa == "سرخ" and by_code["red"].display.en == "Red"
    assert by_code["red"].parents == ("c",) and by_code["pink"].parents == ("red",)
    assert by_code["old"].status == "retired"
    assert [one.under for one in taken.value_sets[0].include] == [(), ("red",)]
    assert sorted(taken.files) == ["fhir/CodeSystem/colours.json", "fhir/ValueSet/warm.json", fhir_package.INDEX]

    path = tmp_path / "colours.release"
    build_release(taken, path, taken.name, taken.version)
    with TermServer.open(path) as server:
        assert server.search("Rot").total == 1
        from termserver.fhir.expandable import examine
        from termserver.fhir.library import Library
        from termserver.fhir_edition.shelf import json_shelf

        shelf = json_shelf(server, "4.0.1")
        told = {one.canonical: one.total for one in examine(Library(shelf), shelf.every_value_set())}
        assert told["http://example.org/warm|1.0"] == 2


def test_resources_come_as_xml_lines_and_bundles(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(xml.write({**COLOURS, "url": "http://example.org/xml"}))
    lines = [json.dumps({**COLOURS, "url": f"http://example.org/{n}", "id": f"n{n}"}) for n in range(3)]
    (tmp_path / "b.ndjson").write_text("\n".join([lines[0], "{broken", lines[1]]), "utf-8")
    bundle = {"resourceType": "Bundle", "entry": [{"resource": json.loads(lines[2])}, {"resource": WARM}]}
    (tmp_path / "c.json").write_text(json.dumps(bundle), "utf-8-sig")
    taken = read(tmp_path)
    urls = sorted(one.system.url.rpartition("/")[2] for one in taken.systems)
    assert urls == ["0", "1", "2", "xml"]
    assert [one.code for one in taken.systems[0].concepts] == ["c", "red", "old", "pink"]
    (refused,) = [row for row in taken.report.rows if row.rule == "syntax.json"]
    assert refused.row == 2 and "b.ndjson:2:" in refused.message.en


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({**COLOURS, "concept": [{"code": "a"}, {"code": "a"}]}, "resource.wrong"),
        ({**COLOURS, "url": ""}, "url.missing"),
        (
            {**COLOURS, "concept": [{"code": "a", "property": [{"code": "under", "valueCode": "b"}]},
                                    {"code": "b", "property": [{"code": "under", "valueCode": "a"}]}]},
            "resource.wrong",
        ),
        ({**WARM, "compose": {"include": [{"concept": [{"code": "x"}]}]}}, "resource.wrong"),
    ],
)  # fmt: skip
def test_a_wrong_resource_is_refused_with_its_reason_and_the_others_come(
    tmp_path: Path, wrong: dict[str, Any], rule: str
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(wrong), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps({**COLOURS, "url": "http://example.org/good"}), "utf-8")
    taken = read(tmp_path)
    assert [one.system.url for one in taken.systems] == ["http://example.org/good"]
    (row,) = [row for row in taken.report.rows if row.rule == rule]
    assert row.message.en and row.message.fa


def test_files_that_hold_no_terminology_are_told_apart(tmp_path: Path) -> None:
    for name, data in {"a.json": b"[1,2", "b.json": b'{"resourceType": "Patient"}', "c.tgz": b"not packed"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ImportFailed):
            read(tmp_path / name)


@pytest.mark.parametrize("name", ["../evil.json", "/etc/evil.json", "package/../../evil.json", "c:\\evil.json"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportFailed, match="leads out"):
        read(tgz(tmp_path / "p.tgz", {name: COLOURS}))


def test_links_bombs_and_broken_archives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportFailed, match="link"):
        read(tgz(tmp_path / "l.tgz", {"package/a.json": COLOURS}, ("package/passwd.json",)))
    whole = tgz(tmp_path / "w.tgz", {f"package/{n}.json": {**COLOURS, "url": f"http://x/{n}"} for n in range(20)})
    (tmp_path / "cut.tgz").write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(ImportFailed, match="broken or cut short"):
        read(tmp_path / "cut.tgz")
    # a header that claims a long name of a gigabyte: nothing of the kind is ever read into memory
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    with gzip.open(tmp_path / "b.tgz", "wb") as out:
        out.write(member.tobuf(tarfile.GNU_FORMAT))
        for _ in range(16):
            out.write(bytes(1 << 20))
    with pytest.raises(ImportFailed, match="unpacks to more"):
        read(tmp_path / "b.tgz")
    monkeypatch.setattr(archives, "TOTAL_LIMIT", 1000)
    with pytest.raises(ImportFailed, match="unpacks to more"):
        read(whole)


class _Registry(BaseHTTPRequestHandler):
    """A registry of packages in memory, as npm's clients know it."""

    packages: ClassVar[dict[str, dict[str, bytes]]] = {}
    asked: ClassVar[list[str]] = []
    wrong_sum = False

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name, _, file = self.path.strip("/").partition("/-/")
        known = self.packages.get(name)
        if known is None:
            self.send_error(404)
            return
        if file:
            data = known[file]
        else:
            host = f"http://{self.headers['Host']}"
            versions = {
                version: {
                    "dist": {
                        "tarball": f"{host}/{name}/-/{version}",
                        "integrity": "sha512-" + base64.b64encode(
                            hashlib.sha512(b"" if self.wrong_sum else packed).digest()
                        ).decode(),
                    }
                }
                for version, packed in known.items()
            }  # fmt: skip
            data = json.dumps({"name": name, "versions": versions, "dist-tags": {"latest": max(versions)}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    def packed(name: str, version: str, needs: dict[str, str]) -> bytes:
        files = {
            "package/package.json": package(name, version, needs),
            "package/CodeSystem-x.json": {
                **COLOURS,
                "id": name,
                "url": f"http://example.org/{name}",
                "version": version,
            },
        }
        return tgz(tmp_path / f"{name}-{version}.tgz", files).read_bytes()

    _Registry.packages.clear()
    _Registry.packages |= {
        "org.base": {one: packed("org.base", one, {}) for one in ("4.0.1", "4.0.10", "4.0.9", "4.1.0", "4.0.11-draft")},
        "org.top": {"1.0.0": packed("org.top", "1.0.0", {"org.base": "4.0.x", "org.lost": "1.0.0"})},
    }
    _Registry.asked.clear()
    _Registry.wrong_sum = False
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_package_comes_by_name_with_what_it_needs(tmp_path: Path, registry: str) -> None:
    notes = Notes("org.top")
    cache = tmp_path / "cache"
    paths = fhir_package.resolve("org.top", "latest", PackageRegistry(registry, cache), notes)
    assert [path.name for path in paths] == ["org.top#1.0.0.tgz", "org.base#4.0.10.tgz"]
    (missing,) = notes.rows
    assert missing.rule == "package.missing" and missing.before == "org.lost@1.0.0"
    taken = read(*paths)
    assert sorted(one.system.id for one in taken.systems) == ["org-base", "org-top"]
    # what is in the cache is not fetched again, and is read without any registry
    _Registry.asked.clear()
    PackageRegistry(registry, cache).fetch("org.top", "1.0.0")
    assert not [path for path in _Registry.asked if "/-/" in path]
    assert PackageRegistry("", cache).fetch("org.base", "4.0.x").version == "4.0.10"


def test_a_package_that_is_not_what_the_registry_says_is_not_kept(tmp_path: Path, registry: str) -> None:
    _Registry.wrong_sum = True
    with pytest.raises(ImportFailed, match="checksum"):
        PackageRegistry(registry, tmp_path / "cache").fetch("org.top", "1.0.0")
    assert not list((tmp_path / "cache").iterdir())
    _Registry.wrong_sum = False
    PackageRegistry(registry, tmp_path / "cache").fetch("org.top", "1.0.0")
    (tmp_path / "cache" / "org.top#1.0.0.tgz").write_bytes(b"changed")
    with pytest.raises(ImportFailed, match="checksum"):
        PackageRegistry("", tmp_path / "cache").fetch("org.top", "1.0.0")


def test_what_the_registry_has_not_is_said(tmp_path: Path, registry: str) -> None:
    source = PackageRegistry(registry, tmp_path / "cache")
    with pytest.raises(NotFound, match="no package"):
        source.fetch("org.none", "1.0.0")
    with pytest.raises(NotFound, match=r"It has: 4\.0\.1"):
        source.fetch("org.base", "9.9.9")
    with pytest.raises(ImportFailed, match="no package registry is configured"):
        PackageRegistry("", tmp_path / "cache").fetch("org.base", "1.0.0")
    assert asked("org.base@4.0.x") == asked("org.base#4.0.x") == ("org.base", "4.0.x")
    assert asked("folder/file.json") is None


def test_the_command_reports_stores_and_names_value_sets_that_do_not_expand(
    tmp_path: Path, standards: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERMSERVER_EDITION", str(standards))
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    lost = {**WARM, "id": "lost", "url": "http://example.org/lost", "compose": {"include": [{"system": "http://no"}]}}
    units = {
        "include": [{"system": "http://unitsofmeasure.org", "concept": [{"code": "mg/dL"}]}]
    }  # read by the grammar
    grammar = {**WARM, "id": "units", "url": "http://example.org/units", "compose": units}
    told = {**COLOURS, "description": "Two\r\nlines  here "}
    for name, resource in {"a": told, "b": WARM, "c": lost, "d": grammar}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(resource), "utf-8")
    files = [tmp_path / f"{name}.json" for name in "abcd"]
    from termserver.cli.import_files import FORMATS

    def run(**more: Any) -> str:
        options = {"report": None, "dry_run": False, "into": None, "use": True, "name": "", "lang": "en", "json": False}
        own = {"version": "", "registry": "", "cache": tmp_path / "cache", "dependencies": True}
        assert _import(FORMATS[0], files, **{**options, **own, **more}) == 0
        return capsys.readouterr().out

    out = run(dry_run=True, report=tmp_path / "report.csv")
    assert "value sets that expand: 2, value sets refused: 1" in out
    assert "http://example.org/lost|1.0,flagged,valueset.refused" in (tmp_path / "report.csv").read_text("utf-8-sig")
    assert not (tmp_path / "shelf").exists()
    assert "On the shelf: colours 1.0" in run(use=False)
    out = run(into=tmp_path / "folders")
    from termserver.content.folders import read as read_folders

    (back,) = read_folders(tmp_path / "folders").systems
    assert {one.code: one.parents for one in back.concepts}["pink"] == ("red",)
    assert back.system.description.en == "Two lines here"
    from termserver.content.check import check

    assert {one.rule for one in check(tmp_path / "folders")} <= {"title.one-language", "valueset.unknown-system"}


def test_an_expansion_that_comes_along_is_compared(tmp_path: Path) -> None:
    from termserver.fhir.expandable import examine
    from termserver.fhir.library import Library
    from termserver.fhir.shelves import JsonShelf

    contains = [{"system": COLOURS["url"], "code": code} for code in ("red", "blue")]
    told = {"name": "version", "valueUri": f"{COLOURS['url']}|0.9"}
    brings = {**WARM, "expansion": {"total": 2, "contains": contains, "parameter": [told]}}
    same = {
        **WARM,
        "url": "http://example.org/same",
        "expansion": {"contains": [contains[0], {**contains[1], "code": "pink"}]},
    }
    shelf = JsonShelf([COLOURS, brings, same])
    first, second = examine(Library(shelf), shelf.every_value_set())
    assert (first.missing, first.extra) == (("blue",), ("pink",))
    assert first.other_versions == ("http://example.org/colours|0.9 (1.0)",)
    assert second.compared and not second.missing and not second.extra
