"""The basket: filled in the reader's browser, or, without a script, by the address alone (``?c=system|code``)."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from termserver.model.codes import Coding
from termserver.model.errors import TermserverError
from termserver.terminology.terminology import ConceptDetail
from termserver.web.concept_facts import fhir_coding
from termserver.web.site import Site, address, language_of

MOST = 500


class BasketPage:
    """Renders the basket over one opened edition, as a page or as a file."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def render(self, language: str, named: Sequence[str]) -> str:
        """The page; with the named codes in it."""
        found = self._found(named)
        codes = [f"{one.system.id}|{one.code}" for one in found]
        here = address("fa", "/basket", c=codes or "")
        return self._site.render("basket.html", language_of(language), here, found=found, codes=codes)

    def file(self, named: Sequence[str], format: str, language: str) -> tuple[bytes, str]:
        """The named codes as ``csv``, ``json`` or ``fhir``, and the media type."""
        found = self._found(named)
        if format == "csv":
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(("system", "native_id", "code", "display_fa", "display_en"))
            for one in found:
                cells = (one.system.id, one.system.native_id, one.code, one.display.fa, one.display.en)
                writer.writerow([_harmless(cell) for cell in cells])
            return ("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8"  # the mark is for spreadsheets
        codings: list[dict[str, Any]] = [fhir_coding(one, language) for one in found]
        if format == "fhir":
            return orjson.dumps({"coding": codings}, option=orjson.OPT_INDENT_2), "application/json"
        plain = [
            {"system": one.system.id, "url": one.system.url, "code": one.code,
             "display_fa": one.display.fa, "display_en": one.display.en}
            for one in found
        ]  # fmt: skip
        release = self._site.server.edition.digest
        return orjson.dumps({"codes": plain, "release": release}, option=orjson.OPT_INDENT_2), "application/json"

    def _found(self, named: Sequence[str]) -> list[ConceptDetail]:
        """Those of the named codes that are here."""
        found = []
        for name in dict.fromkeys(named[:MOST]):
            system, _, code = name.partition("|")
            try:
                found.append(self._site.server.lookup(Coding(system, code)))
            except TermserverError:
                continue
        return found


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
