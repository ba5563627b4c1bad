"""Judging one identifier: whose number it says it is, its form, its check digit."""

import re
from collections.abc import Sequence

from termserver.model import check_digits
from termserver.model.codes import NamingSystem
from termserver.model.findings import Layer, Severity
from termserver.model.ports import Codes
from termserver.model.text import Text
from termserver.validation.bindings import Problem

_WRONG_DATA, _CENTRE, _FORMAT = 7, 14, 16
"""SEPAS error categories (exchange.md 5.4)."""

_LAYER = Layer.IDENTIFIER

_SEPAS_WORDS = {"national-code": "NationalCode invalid"}
"""What SEPAS itself says (FAQ of the Ardabil university, exchange.md 5.4)."""


class Identifiers:
    """Judges identifiers against the naming systems of one terminology; patterns are compiled once."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._patterns: dict[str, re.Pattern[str]] = {}

    def judge(self, allowed: Sequence[str], issuer: str, assigner: str, type_: str, id_: str) -> Sequence[Problem]:
        """The problems of a DO_IDENTIFIER at a field that takes the ``allowed`` kinds (any, where empty)."""
        kind = self._codes.naming_system(issuer, assigner, type_)
        if not id_:
            return ()  # structure has said that it is mandatory
        if kind is None:
            if not (issuer or assigner or type_):
                return ()  # structure has said that they are expected
            return (self._unknown_kind(allowed),)
        problems = self.judge_text(kind, id_, "ID")
        if allowed and kind.id not in allowed:
            return (self._foreign_kind(kind, allowed), *problems)
        return problems

    def judge_plain(self, allowed: Sequence[str], text: str) -> Sequence[Problem]:
        """The problems of an identifier given as plain text; it is right if it is of one of the kinds."""
        found: Sequence[Problem] = ()
        for id in allowed:
            kind = self._codes.naming_system_by_id(id)
            if kind is None:
                return ()
            problems = self.judge_text(kind, text, "")
            if all(problem.severity is Severity.INFORMATION for problem in problems):
                return problems
            found = found or problems
        return found

    def judge_text(self, kind: NamingSystem, text: str, member: str) -> Sequence[Problem]:
        if not text:
            return ()
        if kind.blanks and text != text.strip() and text.strip():
            return (_blanks(kind, member), *self.judge_text(kind, text.strip(), member))
        if kind.shape and not self._pattern(kind.shape).fullmatch(text):
            return (self._shape(kind, text, member),)
        if kind.check and not check_digits.is_right(kind.check, text):
            return (self._check_digit(kind, text, member),)
        if kind.remark.fa or kind.remark.en:
            return (Problem("identifier.remark", Severity.INFORMATION, kind.remark, None, member, None, _LAYER),)
        return ()

    def _pattern(self, shape: str) -> re.Pattern[str]:
        known = self._patterns.get(shape)
        if known is None:
            known = self._patterns[shape] = re.compile(shape, re.ASCII)
        return known

    def _shape(self, kind: NamingSystem, text: str, member: str) -> Problem:
        # what was inferred from samples alone is no ground to reject a document
        severity = Severity.WARNING if kind.provisional else Severity.ERROR
        hint = kind.shape_says if kind.shape_says.fa or kind.shape_says.en else None
        bare = text.strip()
        if bare != text and self._pattern(kind.shape).fullmatch(bare):
            hint = Text(fa="فاصله‌های اضافی را بردارید.", en="Remove the blanks around it.")
        elif kind.pad_to and bare.isdigit() and bare.isascii() and kind.pad_to - 3 < len(bare) < kind.pad_to:
            padded = bare.zfill(kind.pad_to)
            if self._pattern(kind.shape).fullmatch(padded) and (
                not kind.check or check_digits.is_right(kind.check, padded)
            ):
                hint = Text(
                    fa=f"صفرهای آغازین آن گم شده است؛ آن را {kind.pad_to} رقمی بنویسید.",
                    en=f"It has lost its leading zeros; write it with {kind.pad_to} digits.",
                )
        return Problem(
            "identifier.shape",
            severity,
            _said(kind, f"شکل {kind.title.fa} درست نیست.", f"This does not have the form of {_a(kind.title.en)}."),
            hint,
            member,
            _category(kind),
            _LAYER,
        )

    def _check_digit(self, kind: NamingSystem, text: str, member: str) -> Problem:
        if len(set(text)) == 1:
            hint = Text(fa="ده رقم یکسان شمارهٔ کسی نیست.", en="Equal digits are nobody's number.")
        else:
            expected = check_digits.EXPECTED[kind.check](text)
            hint = Text(
                fa=f"اگر ارقام دیگر درست‌اند رقم کنترل {expected} است.",
                en=f"If the other digits are right the check digit is {expected}.",
            )
        return Problem(
            "identifier.check-digit",
            Severity.ERROR,
            _said(kind, f"رقم کنترل {kind.title.fa} درست نیست.", f"The check digit of the {kind.title.en} is wrong."),
            hint,
            member,
            _category(kind),
            _LAYER,
        )

    def _unknown_kind(self, allowed: Sequence[str]) -> Problem:
        return Problem(
            "identifier.unknown-kind",
            Severity.WARNING,
            Text(
                fa="این صادرکننده، تخصیص‌دهنده و نوع شناخته نیست؛ شناسه بررسی نشد.",
                en="Issuer, Assigner and Type name no known kind of identifier; it was not checked.",
            ),
            self._kinds(allowed),
            "",
            _FORMAT,
            _LAYER,
        )

    def _foreign_kind(self, kind: NamingSystem, allowed: Sequence[str]) -> Problem:
        return Problem(
            "identifier.triplet",
            Severity.ERROR,
            Text(
                fa=f"در این فیلد {kind.title.fa} نمی‌آید.",
                en=f"This field does not take {_a(kind.title.en)}.",
            ),
            self._kinds(allowed),
            "",
            _WRONG_DATA,
            _LAYER,
        )

    def _kinds(self, allowed: Sequence[str]) -> Text | None:
        kinds = [kind for kind in map(self._codes.naming_system_by_id, allowed) if kind and kind.triplets]
        if not kinds:
            return None
        listed = "; ".join(f"{one.issuer}/{one.assigner}/{one.type}" for kind in kinds for one in kind.triplets)
        return Text(fa=f"Issuer/Assigner/Type: {listed}", en=f"Issuer/Assigner/Type: {listed}")


def _blanks(kind: NamingSystem, member: str) -> Problem:
    said = Text(
        fa=f"پیش یا پس از {kind.title.fa} فاصله آمده است و نادیده گرفته شد.",
        en=f"There are blanks around the {kind.title.en}; they are passed over.",
    )
    hint = Text(fa="فاصله‌های اضافی را بردارید.", en="Remove the blanks around it.")
    return Problem("identifier.blanks", Severity.INFORMATION, said, hint, member, None, _LAYER)


def _a(title: str) -> str:
    return f"{'an' if title[:1] in 'AEIOU' else 'a'} {title}"


def _said(kind: NamingSystem, fa: str, en: str) -> Text:
    words = _SEPAS_WORDS.get(kind.id)
    return Text(fa=f"{fa} ({words})", en=f"{en} (SEPAS: {words})") if words else Text(fa=fa, en=en)


def _category(kind: NamingSystem) -> int:
    if kind.id == "org-id":
        return _CENTRE
    return _WRONG_DATA if kind.check else _FORMAT
