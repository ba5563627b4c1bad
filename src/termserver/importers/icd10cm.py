"""ICD-10-CM from the PyPI package ``simple-icd-10-cm``: the US clinical modification, in the public domain.

It stands in for the Ministry's ICD-10 in search until that one is loaded, and says so in its title;
documents are never judged by it.
"""

import importlib.resources
import re
from collections.abc import Iterator
from typing import Any

from termserver.importers.icd_packages import IcdPackage
from termserver.importers.report import Progress
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
)
from termserver.model.text import Text

_PACKAGE = IcdPackage("simple-icd-10-cm", ">=1.5,<2", Text("ICD-10-CM", "ICD-10-CM"))
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_TABULAR = re.compile(r"icd10c-?m?-tabular-([A-Z][a-z]+)-[0-9]{1,2}-([0-9]{4})\.xml")

# property, the package's function, title fa, title en
_NOTES = (
    ("includes", "get_includes", "شامل", "Includes"),
    ("excludes1", "get_excludes1", "شامل نمی‌شود (۱: با هم کد نمی‌شوند)", "Excludes 1 (not coded together)"),
    ("excludes2", "get_excludes2", "شامل نمی‌شود (۲: جداگانه کد می‌شود)", "Excludes 2 (coded separately)"),
    ("use-additional-code", "get_use_additional_code", "کد افزوده لازم است", "Use additional code"),
    ("code-first", "get_code_first", "نخست این کد", "Code first"),
    ("code-also", "get_code_also", "این را هم کد کنید", "Code also"),
    ("note", "get_notes", "یادداشت", "Note"),
    ("seventh-character", "get_seven_chr_note", "نویسه هفتم", "Seventh character"),
)


def read(progress: Progress | None = None) -> CodeSystemContent:
    """All of ICD-10-CM: chapters, blocks, categories and subcategories with seventh characters, in book order.

    A block of a single category bears the category's code in the source (``B20``); as a concept it
    is ``B20-B20``, as WHO writes such a block, so that no two concepts share a code. Raise
    ImportFailed if the package is missing or is not the one that this version knows.
    ``termserver import icd10cm`` is: read, then ``build.build_release`` of the release
    ``icd10cm <version>``, then onto the shelf and into the edition.
    """
    concepts = _PACKAGE.concepts(lambda package: _concepts(package, progress), 90_000)
    return CodeSystemContent(system(), concepts)


def system() -> CodeSystem:
    """The metadata of ICD-10-CM as this package brings it; ``version`` is the month of the release, 2026-04."""
    return CodeSystem(
        id="icd10cm",
        url="http://hl7.org/fhir/sid/icd-10-cm",
        native_id="ICD-10-CM",
        aliases=("icd-10-cm", "icd10-cm", "ICD10CM"),
        oid="2.16.840.1.113883.6.90",
        title=Text(
            fa="ICD-10-CM آمریکا (جایگزین موقت تا بارگذاری ICD-10 وزارت)",
            en="ICD-10-CM, United States (stand-in until the Ministry's ICD-10 is loaded)",
        ),
        version=_version(),
        content=Content.COMPLETE,
        publisher="NCHS/CDC and CMS, United States",
        source=f"PyPI {_PACKAGE.distribution} {_PACKAGE.installed}: the CDC's tabular list",
        licence="ICD-10-CM: public domain in the United States. Package: MIT, © 2021-2025 Stefano Travasci.",
        description=Text(
            fa="ویرایش بالینی آمریکا از ICD-10، برای جست‌وجو تا زمانی که ICD-10 وزارت بارگذاری شود. "
            "سندها هرگز با آن داوری نمی‌شوند.",
            en="The United States' clinical modification of ICD-10, for searching until the Ministry's ICD-10 is "
            "loaded. Documents are never judged by it.",
        ),
        case_sensitive=False,
        hierarchy="is-a",
        # of codes that are not in the list; chapters (1-22) and blocks (E08-E13) are concepts and are not asked
        shape=r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?",
        stands_in_for="icd10",
        weight=200,
        properties=(
            PropertyDefinition("kind", Text(fa="گونه", en="Kind"), "code"),
            *(PropertyDefinition(code, Text(fa=fa, en=en)) for code, _, fa, en in _NOTES),
        ),
    )


def _version() -> str:
    """The year and month in the name of the package's data file, else the version of the package."""
    for file in importlib.resources.files(f"{_PACKAGE.module}.data").iterdir():
        named = _TABULAR.fullmatch(file.name)
        if named and named.group(1) in _MONTHS:
            return f"{named.group(2)}-{_MONTHS.index(named.group(1)) + 1:02d}"
    return _PACKAGE.installed


def _concepts(package: Any, progress: Progress | None) -> Iterator[Concept]:
    codes = package.get_all_codes()
    total = len(codes)
    twice = _met_twice(codes)
    notes = [(name, getattr(package, function)) for name, function, _, _ in _NOTES]
    met: set[str] = set()
    for n, code in enumerate(codes):
        # of a code that is met twice the block comes first, the category after it
        as_block = code in twice and code not in met
        met.add(code)
        parent = package.get_parent(code, prioritize_blocks=as_block)
        properties = [Property("kind", _kind(package, code, as_block))]
        for name, function in notes:
            found = function(code, prioritize_blocks=as_block)
            for value in [found] if isinstance(found, str) else found:
                if value:
                    properties.append(Property(name, value))
        yield Concept(
            code=f"{code}-{code}" if as_block else code,
            display=Text(en=package.get_description(code, prioritize_blocks=as_block)),
            parents=((f"{parent}-{parent}" if parent == code else parent),) if parent else (),
            designations=tuple(
                Designation("en", term, "inclusion-term")
                for term in dict.fromkeys(package.get_inclusion_term(code, prioritize_blocks=as_block))
            ),
            properties=tuple(properties),
        )
        if progress and (n + 1 == total or n % 5000 == 4999):
            progress(n + 1, total)


def _met_twice(codes: list[str]) -> set[str]:
    met: set[str] = set()
    return {code for code in codes if code in met or met.add(code)}  # type: ignore[func-returns-value]


def _kind(package: Any, code: str, as_block: bool) -> str:
    if as_block:
        return "block"
    if package.is_category(code):
        return "category"
    if package.is_extended_subcategory(code):
        return "extended-subcategory"
    if package.is_subcategory(code):
        return "subcategory"
    return "chapter" if package.is_chapter(code) else "block"
