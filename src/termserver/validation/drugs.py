"""Judging whether the codes that one row gives for one drug belong together: product, prescription and generic code.

The registry of drug products says which eRx and generic codes a product (IRC) has, that of eRx which
generic codes. A pack's UID does not tell its product offline; only TTAC knows that.
"""

from collections.abc import Iterable

from termserver.model.codes import Kind
from termserver.model.documents import Field
from termserver.model.findings import Layer, Severity
from termserver.model.ports import Codes
from termserver.model.text import Text
from termserver.validation.bindings import Problem
from termserver.validation.shape import CODED_TEXT

PRODUCT, PRESCRIBED, GENERIC = "irc", "erx", "generic"
SYSTEMS = (PRODUCT, PRESCRIBED, GENERIC)
"""From the narrowest to the widest; a registry of an earlier one has properties named after the later ones."""

_LOGIC = 10
"""SEPAS error category of logic errors (exchange.md 5.4)."""
_REMEMBERED = 50_000

Coded = tuple[str, str, str]
"""A member with its system and code."""


class DrugRows:
    """Judges rows that name a drug twice; without a registry of products it has nothing to say."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        product = codes.system(PRODUCT)
        self._here = product is not None and product.kind is Kind.REGISTRY
        self._known: dict[tuple[Coded, ...], tuple[Problem, ...]] = {}

    def members(self, fields: Iterable[Field]) -> tuple[str, ...]:
        """The members of a class that code its drug, where there are several and they can be compared."""
        if not self._here:
            return ()
        drugs = tuple(
            field.name
            for field in fields
            if field.type == CODED_TEXT and not field.repeats and set(field.binding) & set(SYSTEMS)
        )
        return drugs if len(drugs) > 1 else ()

    def judge(self, coded: tuple[Coded, ...]) -> tuple[Problem, ...]:
        """The problems of one row; ``coded`` are its members with the names of their systems and their codes."""
        known = self._known.get(coded)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[coded] = tuple(self._problems(coded))
        return known

    def _problems(self, coded: tuple[Coded, ...]) -> Iterable[Problem]:
        found: dict[str, tuple[str, str]] = {}
        for member, name, code in coded:
            system = self._codes.system(name)
            if system is not None and system.id in SYSTEMS:
                found.setdefault(system.id, (member, code))
        ids = [id for id in SYSTEMS if id in found]
        for n, narrow in enumerate(ids):
            entry = self._codes.entry(narrow, found[narrow][1])
            for wide in ids[n + 1 :]:
                due = [one.value for one in entry.properties if one.code == wide] if entry is not None else []
                member, code = found[wide]
                if due and _bare(code) not in map(_bare, due):
                    yield _inconsistent(narrow, found[narrow][1], wide, due, member)
                    return


def _bare(code: str) -> str:
    """The code without its leading zeros: it travels in several widths."""
    return code.lstrip("0")


def _inconsistent(narrow: str, narrow_code: str, wide: str, due: list[str], member: str) -> Problem:
    listed = ", ".join(due[:5])
    return Problem(
        "drug.inconsistent",
        Severity.WARNING,
        Text(
            fa=f"کد {wide} این ردیف از آن داروی {narrow} آن نیست.",
            en=f"The {wide} code of this row is not that of its {narrow} code.",
        ),
        Text(
            fa=f"بنا بر فهرست دارویی، کد {wide} برای {narrow_code}: {listed}",
            en=f"By the drug registry the {wide} code of {narrow_code} is {listed}.",
        ),
        f"{member}.Coded_string",
        _LOGIC,
        Layer.REGISTRY,
    )
