"""Both JSON engines keep the official JSON-Schema-Test-Suite, for every keyword that our schemas are written with.

The suite is not part of the project: it is read from JSON_SCHEMA_TEST_SUITE, else fetched inside the source archive of
the jsonschema package, which carries it.
"""

import json
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from termserver.model.documents import DocumentType
from termserver.model.text import Text
from termserver.validation.structure import json_engine

pytestmark = pytest.mark.nightly

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted(ROOT.glob("schemas/*/*/*.schema.json"))
SAYS_NOTHING = {"$schema", "$id", "$comment", "title", "description"}
"""What only describes; members that begin with x- are ours and describe too."""
FILES = {"$ref": "ref", "$defs": "defs"}
"""The suite's file of a keyword, where it is not called like it."""
LEAST_CASES = 300


def _keywords(schema: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(schema, dict):
        for name, value in schema.items():
            found.add(name)
            inner = value.values() if name in ("properties", "$defs") else [value]
            for one in inner:
                found |= _keywords(one)
    elif isinstance(schema, list):
        for one in schema:
            found |= _keywords(one)
    return found


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite's folder of draft 2020-12."""
    named = os.environ.get("JSON_SCHEMA_TEST_SUITE")
    if named:
        return Path(named) / "tests" / "draft2020-12"
    room = tmp_path_factory.mktemp("suite")
    wanted = ["--no-deps", "--no-binary", "jsonschema", f"jsonschema=={version('jsonschema')}"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(room), *wanted],
        capture_output=True,
        text=True,
    )
    archive = next(room.glob("jsonschema-*.tar.gz"), None)
    if archive is None:
        pytest.skip(f"no package index to fetch the suite from; set JSON_SCHEMA_TEST_SUITE ({done.stderr[-200:]})")
    with tarfile.open(archive) as packed:
        packed.extractall(room, filter="data")
    return next(room.glob("jsonschema-*/json/tests/draft2020-12"))


@pytest.fixture(scope="module")
def keywords() -> set[str]:
    """The keywords that decide something in our schemas."""
    assert SCHEMAS
    found = set().union(*(_keywords(json.loads(path.read_bytes())) for path in SCHEMAS))
    return {name for name in found - SAYS_NOTHING if not name.startswith("x-")}


def _verdict(engine: str, schema: Any, instance: Any) -> bool:
    """What our engine of that name says, made as it is made for a document type."""
    known = DocumentType("suite", "1", Text(), "Suite", {}, {}, "")
    return bool(json_engine(engine, known, lambda name: json.dumps(schema).encode()).accepts(instance))


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_an_engine_keeps_the_suite_in_every_keyword_of_ours(suite: Path, keywords: set[str], engine: str) -> None:
    wrong, cases = [], 0
    for keyword in sorted(keywords):
        for group in json.loads((suite / f"{FILES.get(keyword, keyword)}.json").read_bytes()):
            if _elsewhere(group["schema"]):
                continue
            for case in group["tests"]:
                cases += 1
                try:
                    said = _verdict(engine, group["schema"], case["data"])
                except (jsonschema_rs.ValidationError, jsonschema.SchemaError) as refused:
                    said = f"refused: {refused}"  # type: ignore[assignment]
                if said is not case["valid"]:
                    wrong.append((keyword, group["description"], case["description"], said))
    assert wrong == []
    assert cases > LEAST_CASES


def _elsewhere(schema: Any) -> bool:
    """Whether the schema refers to one outside itself; ours never do."""
    text = json.dumps(schema)
    return '"$ref": "http' in text or "localhost" in text


def test_our_schemas_are_written_in_these_keywords_alone(keywords: set[str]) -> None:
    assert keywords <= {
        *("$defs", "$ref", "additionalProperties", "anyOf", "const", "items", "maximum", "maxLength", "minItems"),
        *("minLength", "minimum", "pattern", "properties", "required", "type"),
    }, "a keyword joined the schemas; the engines are asked for it by the suite from now on: name it here"
