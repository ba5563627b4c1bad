"""The mapping files of registries: which column of somebody's table fills which fact of an entry.

``codesystems/registry-mappings/*.yaml`` holds those of the files that are known; a registrar
writes one of their own in the same form::

    registry: physicians
    calendar: jalali
    columns:
      code: mc_number
      licence.number: [licence no, شماره پروانه]
      licence.start: valid from
    constants:
      licence.kind: office
    values:
      group: {پزشک: physician}
    split:
      specialty: "،"
"""

from dataclasses import dataclass, field
from typing import Any

from termserver.content.tree import Tree
from termserver.content.yaml_files import as_values
from termserver.model.errors import ImportFailed

FOLDER = "codesystems/registry-mappings"
RELEASED = "registry-mappings"
"""Where they lie in a release."""

_KEYS = ("registry", "system", "title", "calendar", "source", "columns", "constants", "values", "split")


@dataclass(frozen=True)
class RegistryMapping:
    """One mapping file. ``columns`` gives for each target the spellings of its header; a target is ``code``,
    ``display.fa``, ``status``, ``period.start``, ``replaced_by``, ``designation.former.fa``, a property, a field of a
    record (``licence.number``) or its period (``licence.start``); ``licence#2.number`` is a second record. Of a
    record or a dated property the column that is named first tells whether a row has one."""

    name: str
    registry: str
    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    calendar: str = "auto"

    def headers(self) -> tuple[str, ...]:
        """Every header that it knows."""
        return tuple(header for headers in self.columns.values() for header in headers)


def read_mapping(name: str, data: bytes) -> RegistryMapping:
    """The mapping that a file says; raise ImportFailed, saying what is wrong with it."""
    try:
        said = as_values(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _wrong(name, "it is not UTF-8", "UTF-8 نیست") from None
    keys = _pairs(name, said, "the file")
    for key in keys:
        if key not in _KEYS:
            raise _wrong(
                name, f"'{key}' is no key; use {', '.join(_KEYS)}", f"«{key}» کلید نیست؛ یکی از {'، '.join(_KEYS)}"
            )
    columns = {
        target: tuple(headers) if isinstance(headers, list) else (headers,)
        for target, headers in _pairs(name, keys.get("columns", []), "columns").items()
    }
    if "code" not in columns:
        raise _wrong(name, "'columns' does not say which column holds the code", "در columns ستون code گفته نشده است")
    return RegistryMapping(
        name,
        str(keys.get("registry") or keys.get("system", "")),
        columns,
        _pairs(name, keys.get("constants", []), "constants"),
        {
            target: _pairs(name, pairs, f"values.{target}")
            for target, pairs in _pairs(name, keys.get("values", []), "values").items()
        },
        _pairs(name, keys.get("split", []), "split"),
        str(keys.get("calendar", "auto")),
    )


def mapping_files(tree: Tree) -> dict[str, bytes]:
    """The mapping files of the content folders by their path in a release."""
    return {
        f"{RELEASED}/{file}": tree.read(f"{FOLDER}/{file}") or b""
        for file in tree.files(FOLDER)
        if file.endswith(".yaml")
    }


def _pairs(name: str, said: Any, where: str) -> dict[str, Any]:
    if not isinstance(said, list) or not all(isinstance(pair, tuple) and isinstance(pair[0], str) for pair in said):
        raise _wrong(name, f"{where} must be 'key: value' lines", f"{where} باید سطرهای «کلید: مقدار» باشد")
    return dict(said)


def _wrong(name: str, en: str, fa: str) -> ImportFailed:
    return ImportFailed(f"{name} is no mapping file: {en}.", f"{name} پروندهٔ نگاشت نیست: {fa}.")
