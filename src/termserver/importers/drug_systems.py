"""Gathered drug codes as code systems: product (IRC), generic code, ERX and GTIN."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from termserver.importers.drug_gathering import Draft, Gathering
from termserver.model import fold
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Kind,
    Property,
    PropertyDefinition,
)
from termserver.model.text import Text
from termserver.model.values import replace

_BASE = "https://maxa.behdasht.gov.ir/fhir/CodeSystem"
_PUBLISHER = "سازمان غذا و دارو (Food and Drug Organisation)"
_LICENCE = (
    "No licence is attached to the sheets. The codes and texts belong to the Food and Drug Organisation of Iran; "
    "they are read on this machine and are not part of termserver."
)

_GENERIC = PropertyDefinition("generic", Text("کد ژنریک", "Generic code"), "code", indexed=True)
_ERX = PropertyDefinition("erx", Text("کد ERX", "ERX code"), "code", indexed=True)
_PRODUCTS = PropertyDefinition("irc", Text("فرآورده‌ها (IRC)", "Products (IRC)"), "code")
_OF_PRODUCT = (
    _GENERIC,
    _ERX,
    PropertyDefinition("gtin", Text("GTIN", "GTIN"), "code", indexed=True),
    PropertyDefinition("package-count", Text("تعداد در بسته", "Units in the package"), "integer"),
    PropertyDefinition("owner", Text("صاحب پروانه", "Licence owner"), indexed=True),
    PropertyDefinition("owner-id", Text("شناسه ملی صاحب پروانه", "National id of the licence owner"), indexed=True),
    PropertyDefinition("action", Text("تغییر در این انتشار", "Change in this issue"), "code"),
    PropertyDefinition("atc", Text("ATC", "ATC"), "code", indexed=True),
    PropertyDefinition("sheet", Text("برگه", "Sheet"), "code"),
)

_DEFAULTS = (
    CodeSystem(
        id="irc",
        url=f"{_BASE}/irc",
        native_id="IRC",
        title=Text("فرآورده‌های دارویی (کد IRC)", "Drug products (IRC)"),
        version="",
        content=Content.FRAGMENT,
        kind=Kind.REGISTRY,
        publisher=_PUBLISHER,
        shape="[0-9]{16}",
        weight=90,
        properties=_OF_PRODUCT,
    ),
    CodeSystem(
        id="generic",
        url=f"{_BASE}/generic",
        native_id="GenericCode",
        title=Text("کد ژنریک دارو", "Generic drug code"),
        version="",
        content=Content.FRAGMENT,
        kind=Kind.REGISTRY,
        publisher=_PUBLISHER,
        shape="[0-9]{1,5}",
        widths=(5, 10),
        weight=85,
        properties=(_ERX,),
    ),
    CodeSystem(
        id="erx",
        url=f"{_BASE}/erx",
        native_id="ERX",
        title=Text("کد نسخه الکترونیک دارو (ERX)", "Electronic prescription drug code (ERX)"),
        version="",
        content=Content.FRAGMENT,
        kind=Kind.REGISTRY,
        publisher=_PUBLISHER,
        shape="[0-9]{5}",
        weight=95,
        properties=(_GENERIC, _PRODUCTS),
    ),
    CodeSystem(
        id="gtin",
        url="https://www.gs1.org/gtin",
        native_id="GTIN",
        title=Text("شماره جهانی قلم تجاری (GTIN) داروها", "Global Trade Item Numbers of drugs (GTIN)"),
        version="",
        content=Content.FRAGMENT,
        kind=Kind.REGISTRY,
        publisher="GS1",
        shape="[0-9]{14}",
        check="gs1",
        widths=(12, 13, 14),  # as a bar code shows it
        weight=20,
        properties=(_PRODUCTS,),
    ),
)

_BRAND = re.compile(r"\s*\[[^\[\]]*\]$")


def contents(
    gathered: Gathering, registered: Mapping[str, CodeSystem], version: str, complete: bool
) -> tuple[CodeSystemContent, ...]:
    """The code systems that the gathered sheets fill, in the order irc, generic, erx, gtin; empty ones are left out."""
    made: dict[str, Iterable[Concept]] = {
        "irc": _products(gathered.products),
        "generic": _generics(gathered.generics),
        "erx": _erx(gathered.erx),
        "gtin": _gtins(gathered.gtins),
    }
    filled = ((default, tuple(made[default.id])) for default in _DEFAULTS)
    return tuple(
        CodeSystemContent(_system(registered.get(default.id), default, gathered, version, complete), concepts)
        for default, concepts in filled
        if concepts
    )


def _system(
    registered: CodeSystem | None, default: CodeSystem, gathered: Gathering, version: str, complete: bool
) -> CodeSystem:
    base = registered or default
    own = {definition.code for definition in default.properties}
    return replace(
        base,
        kind=Kind.REGISTRY if default.id == "irc" else base.kind,
        version=_version(registered, version or _issue(gathered), complete),
        # other goods have GTINs too: the list of drugs is never the whole of them
        content=Content.COMPLETE if complete and default.id != "gtin" else Content.FRAGMENT,
        publisher=base.publisher or default.publisher,
        source="; ".join(f"{file.file} (SHA-256 {file.sha256})" for file in gathered.files),
        licence=_LICENCE,
        widths=base.widths or default.widths,
        properties=(*default.properties, *(one for one in base.properties if one.code not in own)),
    )


def _version(registered: CodeSystem | None, issue: str, complete: bool) -> str:
    """The issue of the sheets; of a fragment after the version of the registered one (``2026-11-21+1405-08-30``).

    Of two fragments an edition serves the later version: the few codes that are registered must
    not hide those of the sheets.
    """
    before = registered.version.partition("+")[0] if registered else ""
    partial = registered is not None and registered.content in (Content.FRAGMENT, Content.EXAMPLE)
    return f"{before}+{issue}" if before and partial and not complete else issue


def _issue(gathered: Gathering) -> str:
    """A name for sheets that bear no date: the start of a digest over their digests, whatever their order."""
    digests = "".join(sorted(file.sha256 for file in gathered.files))
    return f"sheets-{hashlib.sha256(digests.encode()).hexdigest()[:12]}"


def _properties(draft: Draft, names: Iterable[str]) -> Iterator[Property]:
    for name in names:
        for value in draft.values.get(name, ()):
            yield Property(name, value)


def _others(names: Iterable[str], display: str, use: str) -> tuple[Designation, ...]:
    """The other names, each once as a reader would tell them apart."""
    met = {fold.key(display)}
    kept = []
    for name in names:
        if fold.key(name) not in met:
            met.add(fold.key(name))
            kept.append(Designation("en", name, use))
    return tuple(kept)


def _products(drafts: dict[str, Draft]) -> Iterator[Concept]:
    order = [definition.code for definition in _OF_PRODUCT]
    for code, draft in drafts.items():
        display = next(iter(draft.names), code)
        yield Concept(
            code=code,
            display=Text(en=display),
            designations=_others(draft.names, display, "brand-name"),
            properties=tuple(_properties(draft, order)),
            source=draft.at,
        )


def _generics(drafts: dict[str, Draft]) -> Iterator[Concept]:
    for code, draft in drafts.items():
        titles = draft.values.get("title", {})
        plain = next((title for title in titles if not _BRAND.search(title)), "")
        title = plain or _BRAND.sub("", next(iter(titles), ""))
        example = next(iter(draft.names), "")
        if title:
            display = Text(en=title)
        elif example:  # the sheet names products, not the generic: say so rather than name it after one brand
            display = Text(f"ژنریک {code}، مانند {example}", f"Generic {code}, as in {example}")
        else:
            display = Text(f"ژنریک {code}", f"Generic {code}")
        yield Concept(code=code, display=display, properties=tuple(_properties(draft, ["erx"])), source=draft.at)


def _erx(drafts: dict[str, Draft]) -> Iterator[Concept]:
    for code, draft in drafts.items():
        titles = draft.values.get("title", {})
        display = next(iter(titles), "") or next(iter(draft.names), code)
        others = _others(titles, display, "title")
        taken = {fold.key(other.value) for other in others}
        products = (one for one in _others(draft.names, display, "product") if fold.key(one.value) not in taken)
        yield Concept(
            code=code,
            display=Text(en=display),
            designations=(*others, *products),
            properties=tuple(_properties(draft, ["generic", "irc"])),
            source=draft.at,
        )


def _gtins(drafts: dict[str, Draft]) -> Iterator[Concept]:
    for code, draft in drafts.items():
        first, more = next(iter(draft.names), code), len(draft.names) - 1
        display = Text(en=first)
        if more > 0:
            display = Text(f"{first} و {more} نام دیگر", f"{first} and {more} more")
        yield Concept(code=code, display=display, properties=tuple(_properties(draft, ["irc"])), source=draft.at)
